//! What people may rely on when they write offline.

use super::*;
use crate::form::answer::{Answer, AnswerType, Scalar};
use crate::report::schema::{entry, state};

fn text(words: &str) -> Answer {
    Answer::Text(words.to_owned())
}

fn scalar(words: &str) -> Scalar {
    Scalar::Text(words.to_owned())
}

fn question(name: &str) -> Path {
    Path::question(name)
}

const FIRST: EntryId = EntryId([1; 8]);
const SECOND: EntryId = EntryId([2; 8]);

#[test]
fn edits_of_different_fields_both_survive() {
    let (mut aida, mut bermet) = (aida(), bermet());
    aida.edits(|edit| edit.set(&question("inc_type"), Some(&Answer::Choice("shooting".into()))));
    bermet.edits(|edit| edit.set(&question("injured"), Some(&Answer::Integer(25))));
    meet(&mut aida, &mut bermet);

    let read = &bermet.document;
    assert_eq!(
        read.answer(&question("inc_type"), AnswerType::Choice),
        Some(Answer::Choice("shooting".into()))
    );
    assert_eq!(read.answer(&question("injured"), AnswerType::Integer), Some(Answer::Integer(25)));
    assert_eq!(read.paths(), [question("inc_type"), question("injured")]);
    assert_eq!(read.conflicts(), []);
}

#[test]
fn both_peoples_words_stay_in_the_narrative_and_each_ones_are_known() {
    let (mut aida, mut bermet) = (aida(), bermet());
    aida.edits(|edit| edit.set_text(TextName::Narrative, "The school in Ак-Сай burned. Nobody was hurt."));
    bermet.hears(&aida);
    aida.edits(|edit| {
        edit.set_text(TextName::Narrative, "At dawn the school in Ак-Сай burned. Nobody was hurt.");
    });
    bermet.edits(|edit| {
        edit.set_text(TextName::Narrative, "The school in Ак-Сай burned. Nobody was hurt, says the guard.");
    });
    meet(&mut aida, &mut bermet);

    let words = aida.document.text(TextName::Narrative);
    assert_eq!(words, "At dawn the school in Ак-Сай burned. Nobody was hurt, says the guard.");
    assert_eq!(bermet.document.text(TextName::Narrative), words);
    let spans = aida.document.text_spans(TextName::Narrative);
    assert_eq!(spans.iter().map(|span| span.text.as_str()).collect::<String>(), words);
    let hers: String =
        spans.iter().filter(|span| span.actor == bermet.actor).map(|span| span.text.as_str()).collect();
    assert_eq!(hers, ", says the guard");
}

#[test]
fn two_answers_to_one_question_stay_side_by_side_until_somebody_chooses() {
    let (mut aida, mut bermet) = (aida(), bermet());
    let injured = question("injured");
    aida.edits(|edit| edit.set(&injured, Some(&Answer::Integer(25))));
    bermet.edits(|edit| edit.set(&injured, Some(&Answer::Integer(187))));
    meet(&mut aida, &mut bermet);

    let conflicts = bermet.document.conflicts();
    assert_eq!(conflicts, aida.document.conflicts());
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].path, injured);
    let mut seen: Vec<_> = conflicts[0]
        .versions
        .iter()
        .map(|version| (version.scalar.clone(), version.by[0].actor, version.by[0].time_ms))
        .collect();
    seen.sort_by_key(|(_, _, time_ms)| *time_ms);
    let expected = [(Scalar::Integer(25), aida.actor, 61_000), (Scalar::Integer(187), bermet.actor, 62_000)];
    assert_eq!(seen, expected);
    assert_eq!(conflicts[0].versions.iter().filter(|version| version.winner).count(), 1);
    assert_eq!(bermet.document.scalar(&injured), Some(conflicts[0].versions[1].scalar.clone()));

    let hers = conflicts[0].versions.iter().find(|version| version.scalar == Scalar::Integer(25)).unwrap();
    let change = hers.by[0].change;
    bermet.edits(|edit| edit.set(&injured, Some(&Answer::Integer(187))));
    aida.hears(&bermet);
    assert_eq!(aida.document.conflicts(), []);
    assert_eq!(aida.document.scalar(&injured), Some(Scalar::Integer(187)));
    let last = aida.document.history_of(&injured).pop().unwrap();
    let Edited::Value { old, new } = last.edited else { panic!("a number is no text") };
    assert_eq!((old.len(), new, last.actor), (2, Scalar::Integer(187), bermet.actor));

    assert_eq!(aida.document.value_at(&injured, change), Some(Scalar::Integer(25)));
    aida.edits(|edit| edit.restore(&injured, change));
    assert_eq!(aida.document.scalar(&injured), Some(Scalar::Integer(25)));
    assert_eq!(aida.document.history_of(&injured).len(), 4);
}

#[test]
fn two_people_who_choose_differently_disagree_again() {
    let (mut aida, mut bermet) = (aida(), bermet());
    let injured = question("injured");
    aida.edits(|edit| edit.set(&injured, Some(&Answer::Integer(25))));
    bermet.edits(|edit| edit.set(&injured, Some(&Answer::Integer(187))));
    meet(&mut aida, &mut bermet);
    // Whichever wins, one of the two chooses what already wins, and that choice must count too.
    aida.edits(|edit| edit.set(&injured, Some(&Answer::Integer(25))));
    bermet.edits(|edit| edit.set(&injured, Some(&Answer::Integer(187))));
    meet(&mut aida, &mut bermet);
    let versions = aida.document.versions(&injured);
    assert_eq!(versions.len(), 2);
    for (person, number) in [(&aida, 25), (&bermet, 187)] {
        let version = versions.iter().find(|version| version.scalar == Scalar::Integer(number)).unwrap();
        assert_eq!(version.by.iter().map(|stamp| stamp.actor).collect::<Vec<_>>(), [person.actor]);
    }
}

#[test]
fn the_same_answer_from_two_people_is_one_version_with_two_authors() {
    let (mut aida, mut bermet) = (aida(), bermet());
    for person in [&mut aida, &mut bermet] {
        person.edits(|edit| edit.set(&question("inc_type"), Some(&Answer::Choice("mudflow".into()))));
    }
    meet(&mut aida, &mut bermet);
    assert_eq!(aida.document.conflicts(), []);
    let versions = aida.document.versions(&question("inc_type"));
    assert_eq!(versions.len(), 1);
    assert_eq!(versions[0].by.len(), 2);
    let nothing = aida.edits(|edit| edit.set(&question("inc_type"), Some(&Answer::Choice("mudflow".into()))));
    assert!(nothing.is_empty(), "both agree, so there is nothing to choose");
}

#[test]
fn people_added_offline_on_two_devices_are_all_there() {
    let (mut aida, mut bermet) = (aida(), bermet());
    aida.edits(|edit| {
        edit.add_entry("persons", FIRST, 1);
        edit.set(&Path::entry("persons", FIRST, "p_sex"), Some(&Answer::Choice("f".into())));
    });
    bermet.edits(|edit| {
        edit.add_entry("persons", SECOND, 2);
        edit.set(&Path::entry("persons", SECOND, "p_sex"), Some(&Answer::Choice("m".into())));
    });
    meet(&mut aida, &mut bermet);
    let ids: Vec<_> = aida.document.entries("persons").iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [FIRST, SECOND]);
    for (id, sex) in [(FIRST, "f"), (SECOND, "m")] {
        assert_eq!(bermet.document.scalar(&Path::entry("persons", id, "p_sex")), Some(scalar(sex)));
    }
    assert_eq!(aida.document.entries("injuries"), []);
}

#[test]
fn who_is_crossed_out_stays_readable_and_a_later_edit_shows() {
    let (mut aida, mut bermet) = (aida(), bermet());
    aida.edits(|edit| {
        edit.add_entry("persons", FIRST, 1);
        edit.add_entry("persons", SECOND, 2);
    });
    bermet.hears(&aida);
    aida.edits(|edit| {
        edit.remove_entry("persons", FIRST, "counted twice");
        edit.remove_entry("persons", SECOND, "was not there");
    });
    bermet.edits(|edit| edit.set(&Path::entry("persons", FIRST, "p_age"), Some(&Answer::Integer(34))));
    meet(&mut aida, &mut bermet);

    let entries = bermet.document.entries("persons");
    let removal = entries[0].removed.as_ref().unwrap();
    assert_eq!((removal.reason.as_str(), removal.by.actor), ("counted twice", aida.actor));
    assert!(entries[0].edited_after_removal);
    assert!(!entries[1].edited_after_removal);
    let age = Path::entry("persons", FIRST, "p_age");
    assert_eq!(bermet.document.scalar(&age), Some(Scalar::Integer(34)));

    bermet.edits(|edit| edit.restore_entry("persons", FIRST));
    assert_eq!(bermet.document.entries("persons")[0].removed, None);
    let crossed_out = Path::entry("persons", FIRST, entry::REMOVED);
    assert_eq!(bermet.document.history_of(&crossed_out).len(), 2);
}

#[test]
fn an_answer_taken_back_keeps_its_history() {
    let mut aida = aida();
    let path = question("inc_type");
    aida.edits(|edit| edit.set(&path, Some(&Answer::Choice("arson".into()))));
    aida.edits(|edit| edit.set(&path, None));
    assert_eq!(aida.document.answer(&path, AnswerType::Choice), None);
    assert_eq!(aida.document.paths(), []);
    let history = aida.document.history_of(&path);
    let expected = [
        Edited::Value { old: vec![], new: scalar("arson") },
        Edited::Value { old: vec![scalar("arson")], new: Scalar::Empty },
    ];
    assert_eq!(history.iter().map(|item| item.edited.clone()).collect::<Vec<_>>(), expected);
    assert_eq!(history[0].time_ms, 61_000);
}

#[test]
fn a_save_that_changes_nothing_writes_nothing() {
    let mut aida = aida();
    aida.edits(|edit| edit.set(&question("village"), Some(&text("Көк-Таш"))));
    let heads = aida.document.heads();
    let changes = aida.edits(|edit| {
        edit.set(&question("village"), Some(&text("Көк-Таш")));
        edit.set(&question("never_answered"), None);
        edit.set_text(TextName::Impact, "");
    });
    assert!(changes.is_empty());
    assert_eq!(aida.document.heads(), heads);
}

#[test]
fn a_save_that_fails_leaves_the_document_as_it_was() {
    let mut aida = aida();
    let heads = aida.document.heads();
    let result = aida.document.edit(aida.actor, 0, |edit| {
        edit.set(&question("village"), Some(&text("Көк-Таш")));
        edit.set(&Path::entry("persons", FIRST, "p_sex"), Some(&text("f")));
    });
    assert!(matches!(result, Err(DocumentError::NoSuchEntry)));
    assert_eq!(aida.document.heads(), heads);
    for (path, answer) in [(question("a/b"), text("x")), (question("long"), text(&"x".repeat(20_000)))] {
        assert!(aida.document.edit(aida.actor, 0, |edit| edit.set(&path, Some(&answer))).is_err());
    }
    let not_a_number =
        aida.document.edit(aida.actor, 0, |edit| edit.set_scalar(&question("n"), Scalar::Decimal(f64::NAN)));
    assert!(matches!(not_a_number, Err(DocumentError::BadValue)));
}

#[test]
fn the_history_tells_which_words_were_replaced() {
    let (mut aida, mut bermet) = (aida(), bermet());
    aida.edits(|edit| edit.set_text(TextName::Narrative, "Three houses burned on Thursday."));
    bermet.hears(&aida);
    bermet.edits(|edit| edit.set_text(TextName::Narrative, "Four houses burned."));
    let history = bermet.document.history_of(&Path::Text(TextName::Narrative));
    assert_eq!(history.len(), 2);
    assert_eq!(history[1].actor, bermet.actor);
    let Edited::Words(edits) = &history[1].edited else { panic!("a text holds words") };
    let mut words: Vec<char> = "Three houses burned on Thursday.".chars().collect();
    for edit in edits {
        let removed: String =
            words.splice(edit.at..edit.at + edit.removed.chars().count(), edit.inserted.chars()).collect();
        assert_eq!(removed, edit.removed);
    }
    assert_eq!(words.into_iter().collect::<String>(), "Four houses burned.");
    assert_eq!(edits.len(), 2, "{edits:?}");

    let first = history[0].change;
    bermet.edits(|edit| edit.restore(&Path::Text(TextName::Narrative), first));
    assert_eq!(bermet.document.text(TextName::Narrative), "Three houses burned on Thursday.");
}

#[test]
fn a_reviewer_sees_what_changed_since_she_looked() {
    let (mut aida, mut bermet) = (aida(), bermet());
    aida.edits(|edit| edit.set(&question("injured"), Some(&Answer::Integer(2))));
    bermet.hears(&aida);
    let reviewed = bermet.document.heads();
    aida.edits(|edit| edit.set(&question("injured"), Some(&Answer::Integer(3))));
    bermet.hears(&aida);
    let changed = bermet.document.changed_since(&reviewed);
    assert_eq!(changed.len(), 1);
    let expected = Edited::Value { old: vec![Scalar::Integer(2)], new: Scalar::Integer(3) };
    assert_eq!(changed[0].edited, expected);
    assert_eq!(bermet.document.changed_since(&bermet.document.heads()), []);
}

#[test]
fn what_is_written_into_a_withdrawn_report_shows() {
    let (mut aida, mut bermet) = (aida(), bermet());
    aida.edits(|edit| edit.set(&question("injured"), Some(&Answer::Integer(2))));
    bermet.hears(&aida);
    aida.edits(|edit| edit.set_stage(Stage::Withdrawn, "she asked me to"));
    bermet.edits(|edit| edit.set(&question("injured"), Some(&Answer::Integer(3))));
    assert_eq!(aida.document.edited_after_withdrawal(), []);
    meet(&mut aida, &mut bermet);
    assert_eq!(bermet.document.stage(), Stage::Withdrawn);
    assert_eq!(bermet.document.state(state::STAGE_REASON), Some(scalar("she asked me to")));
    let later = aida.document.edited_after_withdrawal();
    assert_eq!(
        later.iter().map(|item| (&item.path, item.actor)).collect::<Vec<_>>(),
        [(&question("injured"), bermet.actor)]
    );
}

#[test]
fn a_question_and_its_answer_are_told_apart_by_who_said_them() {
    let (mut aida, mut bermet) = (aida(), bermet());
    let asked = TalkItem {
        kind: TalkKind::Question,
        text: "Who counted the injured?".into(),
        to: Some(baikoo_protocol::id::MemberId([7; 16])),
        about: Some(question("injured")),
        reply_to: None,
    };
    bermet.edits(|edit| edit.say(TalkId([9; 8]), asked.clone()));
    aida.hears(&bermet);
    let answered = TalkItem {
        kind: TalkKind::Answer,
        text: "The nurse.".into(),
        to: None,
        about: None,
        reply_to: Some(TalkId([9; 8])),
    };
    aida.edits(|edit| edit.say(TalkId([1; 8]), answered.clone()));
    bermet.hears(&aida);

    let talk = bermet.document.talk();
    assert_eq!(
        talk.iter().map(|said| (&said.item, said.by.actor)).collect::<Vec<_>>(),
        [(&asked, bermet.actor), (&answered, aida.actor)]
    );
    let twice = aida.document.edit(aida.actor, 0, |edit| edit.say(TalkId([9; 8]), answered.clone()));
    assert!(twice.is_err(), "nothing that was said is said over");
}

#[test]
fn a_pasted_narrative_of_100_kilobytes_is_split_and_arrives() {
    let (mut aida, mut bermet) = (aida(), bermet());
    let pasted: String = "Ал күнү таңда ок атылды, school burned. ".chars().cycle().take(70_000).collect();
    assert!(pasted.len() > 90_000);
    let changes = aida.edits(|edit| edit.set_text(TextName::Narrative, &pasted));
    assert!(changes.len() > 1, "{} changes", changes.len());
    for raw in &changes {
        let change = inspect(raw).unwrap();
        assert!(raw.len() <= limits::CHANGE_BYTES_MAX && change.ops <= limits::CHANGE_OPS_MAX);
    }
    bermet.edits(|edit| edit.set_text(TextName::Narrative, "A note. "));
    bermet.document.receive(&changes, aida.actor).unwrap();
    aida.hears(&bermet);
    assert_eq!(aida.document.text(TextName::Narrative), bermet.document.text(TextName::Narrative));
    assert_eq!(bermet.document.text(TextName::Narrative).len(), pasted.len() + "A note. ".len());

    let shorter: String = pasted.chars().skip(5_000).collect();
    let changes = aida.edits(|edit| edit.set_text(TextName::Narrative, &format!("A note. {shorter}")));
    bermet.document.receive(&changes, aida.actor).unwrap();
    assert_eq!(bermet.document.text(TextName::Narrative), aida.document.text(TextName::Narrative));
    assert_eq!(aida.document.text(TextName::Narrative).len(), shorter.len() + "A note. ".len());
    let full = aida.document.edit(aida.actor, 0, |edit| edit.set_text(TextName::Remarks, &pasted));
    assert!(matches!(full, Err(DocumentError::Full)));
}

#[test]
fn a_saved_document_comes_back_with_the_changes_stored_since() {
    let mut aida = aida();
    aida.edits(|edit| edit.set(&question("village"), Some(&text("Ак-Сай"))));
    let base = aida.document.save();
    let mut since = aida.edits(|edit| edit.set_text(TextName::Remarks, "Come back in spring."));
    since.extend(aida.edits(|edit| edit.set_text(TextName::Remarks, "Come back in autumn.")));
    since.reverse();
    let loaded = Document::load(&base, &since).unwrap();
    assert_eq!(loaded.heads(), aida.document.heads());
    assert_eq!(loaded.text(TextName::Remarks), "Come back in autumn.");
    let from_changes = Document::load(&[], &aida.document.raw_changes()).unwrap();
    assert_eq!(from_changes.heads(), aida.document.heads());
    assert!(matches!(Document::load(&base, &since[..1]), Err(DocumentError::Incomplete)));
    assert!(matches!(Document::load(b"no document", &[]), Err(DocumentError::Unreadable)));
}

#[test]
fn an_answer_that_two_gave_alike_can_be_taken_back() {
    let (mut aida, mut bermet) = (aida(), bermet());
    aida.edits(|edit| edit.set_scalar(&Path::question("q0"), Scalar::Integer(0)));
    bermet.edits(|edit| edit.set_scalar(&Path::question("q0"), Scalar::Integer(0)));
    bermet.hears(&aida);
    bermet.edits(|edit| edit.set(&Path::question("q0"), None));
    let mut gulnara = Person::new(0);
    gulnara.hears(&aida);
    gulnara.hears(&bermet);
    meet(&mut aida, &mut bermet);
}
