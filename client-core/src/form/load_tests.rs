use proptest::prelude::*;

use super::*;
use crate::form::Sensitivity;

fn load(json: &serde_json::Value) -> Result<Form, FormError> {
    Form::from_json(json.to_string().as_bytes())
}

/// A small sound form; each test breaks one thing in it.
fn small() -> serde_json::Value {
    serde_json::json!({
        "id": "small", "version": 1, "flash": ["kind"],
        "sections": [
            {"name": "what", "questions": [
                {"name": "kind", "kind": "select_one", "list": "kinds", "stage": "flash"},
                {"name": "houses", "kind": "integer", "min": 0, "relevant": {"selected": ["kind", "fire"]}},
                {"name": "narrative", "kind": "narrative"}]},
            {"name": "people", "repeat": true, "questions": [{"name": "age", "kind": "integer"}]}],
        "lists": {"kinds": {"choices": [{"code": "fire"}, {"code": "other"}]}}
    })
}

fn broken(change: impl FnOnce(&mut serde_json::Value)) -> FormError {
    let mut form = small();
    change(&mut form);
    load(&form).expect_err("the form is broken")
}

#[test]
fn the_shipped_forms_load() {
    assert!(load(&small()).is_ok());
    assert_eq!((&*default_form().id, default_form().version), ("border_incident", 1));
    assert_eq!((&*review_form().id, review_form().version), ("review", 1));
    assert!(review_form().questions().all(|question| question.stage == Stage::Review));
}

#[test]
fn a_loaded_form_can_be_sent_on() {
    for form in [default_form(), review_form()] {
        let json = serde_json::to_vec(form).unwrap();
        assert_eq!(Form::from_json(&json).unwrap(), *form);
    }
}

#[test]
fn names_are_plain_and_unique() {
    assert!(matches!(broken(|form| form["id"] = "Small form".into()), FormError::BadName("form")));
    assert!(matches!(
        broken(|form| form["sections"][1]["questions"][0]["name"] = "houses".into()),
        FormError::Duplicate(name) if name == "houses"
    ));
    assert!(matches!(
        broken(|form| form["lists"]["kinds"]["choices"][1]["code"] = "two words".into()),
        FormError::BadName("choice")
    ));
    let long = "a".repeat(NAME_BYTES_MAX + 1);
    assert!(matches!(
        broken(|form| form["sections"][0]["name"] = long.into()),
        FormError::BadName("section")
    ));
    assert!(matches!(broken(|form| form["version"] = 0.into()), FormError::BadVersion));
}

#[test]
fn lists_and_conditions_lead_somewhere() {
    let houses = "/sections/0/questions/1/relevant";
    let relevant =
        |condition: serde_json::Value| broken(|form| *form.pointer_mut(houses).unwrap() = condition);
    assert!(matches!(
        broken(|form| form["sections"][0]["questions"][0]["list"] = "gone".into()),
        FormError::BadList(_)
    ));
    assert!(matches!(
        broken(|form| form["sections"][0]["questions"][1]["list"] = "kinds".into()),
        FormError::BadList(_)
    ));
    assert!(matches!(relevant(serde_json::json!({"answered": "gone"})), FormError::UnknownQuestion(_)));
    assert!(
        matches!(relevant(serde_json::json!({"answered": "age"})), FormError::UnknownQuestion(_)),
        "which entry's age would be meant?"
    );
    assert!(matches!(
        relevant(serde_json::json!({"selected": ["kind", "flood"]})),
        FormError::UnknownCode(_)
    ));
    assert!(matches!(relevant(serde_json::json!({"matches": "a formula"})), FormError::Json(_)));
}

#[test]
fn a_repeat_may_refer_to_its_own_entry_and_to_the_report() {
    let mut form = small();
    form["sections"][1]["questions"][0]["relevant"] =
        serde_json::json!({"all": [{"answered": "age"}, {"answered": "kind"}]});
    assert!(load(&form).is_ok());
}

#[test]
fn narratives_are_the_three_and_stand_alone() {
    assert!(matches!(
        broken(|form| form["sections"][0]["questions"][2]["name"] = "story".into()),
        FormError::BadNarrative(_)
    ));
    assert!(matches!(
        broken(|form| form["sections"][0]["questions"][2]["kind"] = "text".into()),
        FormError::BadNarrative(_)
    ));
    assert!(matches!(broken(|form| form["sections"][0]["repeat"] = true.into()), FormError::BadNarrative(_)));
}

#[test]
fn a_flash_report_stays_short_and_complete() {
    assert!(matches!(broken(|form| form["flash"] = serde_json::json!([])), FormError::UnknownQuestion(_)));
    assert!(matches!(broken(|form| form["flash"][0] = "houses".into()), FormError::UnknownQuestion(_)));
    let seven: Vec<_> = (0..7).map(|number| format!("q{number}")).collect();
    assert!(matches!(broken(|form| form["flash"] = seven.into()), FormError::TooMany(_)));
}

#[test]
fn hostile_forms_are_refused_not_fatal() {
    assert!(matches!(Form::from_json(&vec![b' '; FORM_BYTES_MAX + 1]), Err(FormError::TooLarge)));
    assert!(matches!(Form::from_json(b"\xff\xfe"), Err(FormError::Json(_))));
    assert!(Form::from_json("[".repeat(100_000).as_bytes()).is_err());

    let nest = |levels| {
        let mut condition = serde_json::json!({"answered": "kind"});
        (0..levels).for_each(|_| condition = serde_json::json!({ "not": condition.clone() }));
        broken(|form| form["sections"][0]["relevant"] = condition)
    };
    assert!(matches!(nest(CONDITION_DEPTH_MAX), FormError::TooDeep(_)));
    assert!(matches!(nest(200), FormError::Json(_)));

    let crowd: Vec<_> =
        (0..=CHOICES_MAX).map(|code| serde_json::json!({"code": format!("c{code}")})).collect();
    assert!(matches!(
        broken(|form| form["lists"]["kinds"]["choices"] = crowd.into()),
        FormError::TooMany("choices")
    ));
    assert!(matches!(
        broken(|form| form["sections"][0]["questions"][1]["max"] = (-1).into()),
        FormError::BadLimits(_)
    ));
    assert!(matches!(broken(|form| form["surprise"] = true.into()), FormError::Json(_)));
}

#[test]
fn every_open_list_has_a_way_out() {
    for form in [default_form(), review_form()] {
        for (name, list) in &form.lists {
            let last = list.choices.last().map(|choice| choice.code.as_str());
            let out = matches!(last, Some("other" | "unknown" | "none" | "declined"));
            let offers = |code| list.choices.iter().any(|choice| choice.code == code);
            assert!(list.closed || (out && (offers("other") || offers("unknown"))), "{name}");
        }
    }
}

#[test]
fn huridocs_numbers_are_twelve_digits_of_a_list() {
    let lists = [default_form(), review_form()].into_iter().flat_map(|form| form.lists.values());
    let terms: Vec<_> =
        lists.flat_map(|list| &list.choices).filter_map(|choice| choice.huri.as_deref()).collect();
    assert!(terms.len() > 100, "the thesauri are in the form, as numbers");
    for term in terms {
        let (list, number) = term.split_once(':').unwrap();
        assert!(list.strip_prefix("MT").is_some_and(|number| number.parse::<u8>().is_ok()), "{term}");
        assert!(number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit()), "{term}");
    }
}

#[test]
fn names_and_contacts_are_identity() {
    for name in ["p_name", "src_contact", "perp_ident", "gbv_core", "gbv_code", "p_ethnic", "case_ref"] {
        assert_eq!(default_form().question(name).unwrap().sensitivity, Sensitivity::Identity, "{name}");
    }
    assert_eq!(default_form().question("inc_type").unwrap().sensitivity, Sensitivity::Event);
}

#[test]
fn gender_based_violence_is_never_asked_to_be_told() {
    let section = default_form().section("gbv").unwrap();
    assert!(section.questions.iter().all(|question| question.kind != Kind::Narrative));
    let texts = section.questions.iter().filter(|question| question.kind == Kind::Text);
    assert_eq!(texts.map(|question| &*question.name).collect::<Vec<_>>(), ["gbv_code"]);
}

#[test]
fn acts_narrow_down_by_what_happened() {
    let form = default_form();
    let acts = form.question("inc_act").unwrap();
    let codes = |chosen: &[&str]| -> Vec<_> {
        form.choices_for(acts, chosen).into_iter().map(|choice| choice.code.as_str()).collect()
    };
    assert!(codes(&["water"]).contains(&"water_irrigation_denied"));
    assert!(!codes(&["water"]).contains(&"attempted_killing"));
    assert!(codes(&["killing"]).contains(&"attempted_killing"));
    assert!(codes(&["water"]).contains(&"other"));
    assert_eq!(codes(&[]).len(), form.choices(acts).len());
    let types = form.choices(form.question("inc_type").unwrap());
    for parent in form.choices(acts).iter().flat_map(|act| &act.parents) {
        assert!(types.iter().any(|choice| choice.code == *parent), "{parent} is no type");
    }
}

proptest! {
    /// A stranger's form either loads soundly or is refused; neither it nor its conditions panic.
    #[test]
    fn damaged_forms_never_panic(cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = include_bytes!("../../assets/forms/review.json").to_vec();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(form) = Form::from_json(&bytes) {
            for condition in form.questions().filter_map(|question| question.relevant.as_ref()) {
                condition.holds(&|_| None);
            }
            prop_assert!(form.check().is_ok());
        }
    }
}
