use std::collections::BTreeMap;

use super::*;
use crate::form::{PlaceAnswer, TimeAnswer, default_form, parse_answer};

/// A report held in maps.
#[derive(Default)]
struct Report {
    answers: BTreeMap<String, Answer>,
    entries: BTreeMap<(String, String), BTreeMap<String, Answer>>,
    narratives: BTreeMap<String, String>,
}

impl Answers for Report {
    fn answer(&self, question: &str) -> Option<Answer> {
        self.answers.get(question).cloned()
    }
    fn entries(&self, section: &str) -> Vec<String> {
        self.entries.keys().filter(|key| key.0 == section).map(|key| key.1.clone()).collect()
    }
    fn entry_answer(&self, section: &str, entry: &str, question: &str) -> Option<Answer> {
        self.entries.get(&(section.into(), entry.into()))?.get(question).cloned()
    }
    fn narrative(&self, name: &str) -> String {
        self.narratives.get(name).cloned().unwrap_or_default()
    }
}

impl Report {
    /// What Aizada can say from the roadside.
    fn flash() -> Self {
        Self::default()
            .with("inc_type", "water")
            .with("place", "kok-tash")
            .with("start_date", "2021-04-28")
            .with("hurt_count", "0")
            .with("danger_now", "no")
            .with("summary", "Stones thrown at the intake")
    }

    fn with(mut self, question: &str, text: &str) -> Self {
        self.answers.insert(question.into(), parse_answer(default_form(), question, text).unwrap());
        self
    }

    fn with_raw(mut self, question: &str, answer: Answer) -> Self {
        self.answers.insert(question.into(), answer);
        self
    }

    fn with_entry(mut self, section: &str, entry: &str, question: &str, text: &str) -> Self {
        let answer = parse_answer(default_form(), question, text).unwrap();
        self.entries.entry((section.into(), entry.into())).or_default().insert(question.into(), answer);
        self
    }

    fn hints(&self) -> Vec<(String, HintKind)> {
        let hints = validate(default_form(), self);
        hints.into_iter().map(|hint| (hint.path.to_string(), hint.kind)).collect()
    }

    fn asks(&self, question: &str) -> bool {
        relevant_questions(default_form(), self).contains(question)
    }
}

#[test]
fn a_flash_report_can_be_verified() {
    assert_eq!(Report::flash().hints(), []);
}

#[test]
fn an_empty_report_can_be_saved_but_not_verified() {
    let hints = validate(default_form(), &Report::default());
    let missing: Vec<_> = hints.iter().map(|hint| &*hint.path.question).collect();
    assert_eq!(missing, ["inc_type", "summary", "start_date", "place"]);
    assert!(blocks_review(&hints));
    assert!(!blocks_review(&[]));
}

#[test]
fn a_story_told_in_full_needs_no_summary() {
    let mut report = Report::flash();
    report.answers.remove("summary");
    assert_eq!(report.hints(), [("summary".into(), HintKind::MissingForReview)]);
    report.narratives.insert("narrative".into(), "Both groups threw stones.".into());
    assert_eq!(report.hints(), []);
    report.narratives.insert("narrative".into(), " \n".into());
    assert_eq!(report.hints().len(), 1);
}

#[test]
fn what_cannot_be_right_is_pointed_at() {
    let wrong = Report::flash()
        .with_raw("inc_type", Answer::Choices(["lava".to_owned()].into()))
        .with_raw("start_date", Answer::Date(DateAnswer("29.04.2021".into())))
        .with_raw("clock", Answer::Text("Tajik".into()))
        .with_raw(
            "start_time",
            Answer::Time(TimeAnswer { at: "noon".into(), precision: "hour".into(), phone: None }),
        )
        .with_raw(
            "place",
            Answer::Place(PlaceAnswer { lat: Some(f64::NAN), lon: Some(70.0), ..Default::default() }),
        )
        .with_raw("hurt_count", Answer::Integer(-1))
        .with_raw("summary", Answer::Text("x".repeat(TEXT_BYTES_MAX + 1)));
    let expected = [
        ("inc_type", HintKind::UnknownCode),
        ("summary", HintKind::TooLong),
        ("start_date", HintKind::NotADate),
        ("start_time", HintKind::NotATime),
        ("clock", HintKind::WrongType),
        ("place", HintKind::OutOfRange),
        ("hurt_count", HintKind::OutOfRange),
    ];
    assert_eq!(wrong.hints(), expected.map(|(path, kind)| (path.to_owned(), kind)));
}

#[test]
fn answers_that_contradict_each_other_are_pointed_at() {
    let report = Report::flash().with("end_date", "2021-04-27");
    assert_eq!(report.hints(), [("end_date".into(), HintKind::ConstraintFailed)]);
    assert_eq!(Report::flash().with("end_date", "2021-04").hints(), []);
    let report = Report::flash().with("killed_total", "1").with("killed_women", "2");
    assert_eq!(report.hints(), [("killed_women".into(), HintKind::ConstraintFailed)]);
    let report = Report::flash().with("inc_type", "water,land,clash,property");
    assert_eq!(report.hints(), [("inc_type".into(), HintKind::ConstraintFailed)]);
}

#[test]
fn an_answer_that_is_no_longer_asked_for_is_kept_and_blocks_nothing() {
    let report = Report::flash().with("haz_type", "mudflow").with("inc_type", "pressure");
    assert_eq!(report.hints(), [("haz_type".into(), HintKind::NotAsked)]);
    assert!(!blocks_review(&validate(default_form(), &report)));
}

#[test]
fn a_place_from_a_newer_gazetteer_blocks_nothing() {
    let place = PlaceAnswer { id: Some("new-village".into()), ..PlaceAnswer::default() };
    let report = Report::flash().with_raw("place", Answer::Place(place));
    assert_eq!(report.hints(), [("place".into(), HintKind::UnknownPlace)]);
    assert!(!blocks_review(&validate(default_form(), &report)));
}

#[test]
fn sections_open_with_what_happened() {
    let water = Report::flash();
    assert!(water.asks("water_kind") && !water.asks("haz_type") && !water.asks("pressure"));
    let mudflow = Report::flash().with("inc_type", "disaster");
    assert!(mudflow.asks("haz_type") && mudflow.asks("water_kind"));
    assert!(Report::flash().with("inc_type", "torture").asks("ip_done"));
}

#[test]
fn a_monitor_who_is_not_trained_is_not_asked_for_more() {
    let report = Report::flash().with("gbv_flag", "yes").with("gbv_trained", "no");
    assert!(report.asks("gbv_refer_note") && report.asks("refer_made"));
    assert!(!report.asks("gbv_core") && !report.asks("gbv_code"));
    let trained = Report::flash().with("gbv_flag", "yes").with("gbv_trained", "yes");
    assert!(trained.asks("gbv_core") && !trained.asks("gbv_refer_note"));
    // Even if the first answer is changed afterwards.
    assert!(!trained.with("gbv_flag", "no").asks("gbv_core"));
}

#[test]
fn a_childs_name_is_not_asked_for() {
    let report = Report::flash()
        .with_entry("persons", "e1", "p_ageband", "a6_11")
        .with_entry("persons", "e1", "p_name", "A name")
        .with_entry("persons", "e2", "p_ageband", "a30_59");
    let asked = |entry| relevant_in_entry(default_form(), &report, "persons", entry);
    assert!(asked("e1").contains("p_minor_guard") && !asked("e1").contains("p_name"));
    assert!(!asked("e2").contains("p_minor_guard") && asked("e2").contains("p_name"));
    assert_eq!(report.hints(), [("persons/e1/p_name".into(), HintKind::NotAsked)]);
    assert!(relevant_in_entry(default_form(), &report, "no_such", "e1").is_empty());
}

#[test]
fn progress_counts_what_is_asked() {
    let (answered, asked) = progress(default_form(), &Report::default());
    assert_eq!(answered, 0);
    assert!(asked > 20);
    let (answered, _) = progress(default_form(), &Report::flash());
    assert_eq!(answered, 6);
    let person = Report::flash().with_entry("persons", "e1", "p_sex", "female");
    assert_eq!(progress(default_form(), &person).0, 7);
}
