//! Whatever people write and in whatever order it arrives, all end with the same report.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::form::answer::Scalar;

#[derive(Debug, Clone)]
enum Act {
    Answer(u8, i64),
    TakeBack(u8),
    Write(usize, usize, String),
    Add(u8),
    AnswerAbout(u8, i64),
    Remove(u8),
    Restore(u8),
    Say(u8, String),
    Hear(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..3_u8, 0..4_i64).prop_map(|(question, value)| Act::Answer(question, value)),
        (0..3_u8).prop_map(Act::TakeBack),
        (0..20_usize, 0..4_usize, "[abй ]{0,6}").prop_map(|(at, delete, text)| Act::Write(at, delete, text)),
        (0..3_u8).prop_map(Act::Add),
        (0..3_u8, 0..4_i64).prop_map(|(entry, value)| Act::AnswerAbout(entry, value)),
        (0..3_u8).prop_map(Act::Remove),
        (0..3_u8).prop_map(Act::Restore),
        (any::<u8>(), "[a-z]{1,5}").prop_map(|(id, text)| Act::Say(id, text)),
        (0..3_usize).prop_map(Act::Hear),
    ]
}

fn perform(people: &mut [Person; 3], who: usize, act: Act) {
    if let Act::Hear(other) = act {
        let other = people[other].clone();
        people[who].hears(&other);
        return;
    }
    let person = &mut people[who];
    let known = person.document.entries("persons");
    let is_known = |id: EntryId| known.iter().any(|entry| entry.id == id);
    let said = person.document.talk();
    let number = u8::try_from(who).unwrap();
    person.edits(|edit| match act {
        Act::Answer(question, value) => edit.set_scalar(&path(question), Scalar::Integer(value)),
        Act::TakeBack(question) => edit.set(&path(question), None),
        Act::Write(at, delete, text) => edit.splice_text(TextName::Narrative, at, delete, &text),
        Act::Add(entry) => {
            edit.add_entry("persons", EntryId([number, entry, 0, 0, 0, 0, 0, 0]), i64::from(entry));
        }
        Act::AnswerAbout(entry, value) => {
            let id = EntryId([entry, 0, 0, 0, 0, 0, 0, 0]);
            if is_known(id) {
                edit.set_scalar(&Path::entry("persons", id, "p_age"), Scalar::Integer(value));
            }
        }
        Act::Remove(entry) => {
            let id = EntryId([entry, 0, 0, 0, 0, 0, 0, 0]);
            if is_known(id) {
                edit.remove_entry("persons", id, "twice");
            }
        }
        Act::Restore(entry) => {
            let id = EntryId([entry, 0, 0, 0, 0, 0, 0, 0]);
            if is_known(id) {
                edit.restore_entry("persons", id);
            }
        }
        Act::Say(id, text) => {
            let id = TalkId([number, id, 0, 0, 0, 0, 0, 0]);
            if said.iter().all(|said| said.id != id) {
                let item = TalkItem { kind: TalkKind::Comment, text, to: None, about: None, reply_to: None };
                edit.say(id, item);
            }
        }
        Act::Hear(_) => {}
    });
}

fn path(question: u8) -> Path {
    Path::question(&format!("q{question}"))
}

/// All that a person can see.
fn view(document: &Document) -> impl PartialEq + std::fmt::Debug {
    let scalars: Vec<_> = document.paths().into_iter().map(|path| (document.versions(&path), path)).collect();
    (
        document.heads(),
        scalars,
        document.conflicts(),
        document.text_spans(TextName::Narrative),
        document.all_entries(),
        document.talk(),
        document.history(),
    )
}

/// Whether what was read in one pass is what a look at each place finds.
fn assert_read_in_one_pass(document: &Document) {
    let written = document.written();
    let history = document.history().into_iter();
    let places: BTreeSet<Path> =
        history.map(|item| item.path).filter(|path| !matches!(path, Path::Text(_) | Path::Talk(_))).collect();
    for place in &places {
        assert_eq!(written.scalar(place), document.scalar(place).as_ref(), "{place}");
        assert!(written.has(place));
    }
    let several = places.into_iter().filter(|place| document.versions(place).len() > 1);
    let differing = document.conflicts().into_iter().map(|conflict| conflict.path);
    assert_eq!(differing.collect::<Vec<_>>(), several.collect::<Vec<_>>());
    assert_eq!(document.entry_count("persons"), document.entries("persons").len());
}

/// Delivers one change at a time in a random order, some twice, until nothing waits.
fn deliver(changes: &[Vec<u8>], order: &[prop::sample::Index]) -> Document {
    let mut document = Document::create();
    let mut waiting = Vec::new();
    let mut left: Vec<_> = changes.to_vec();
    for index in order {
        if !left.is_empty() {
            waiting.push(left.swap_remove(index.index(left.len())));
        }
        waiting.push(changes[index.index(changes.len())].clone());
        offer(&mut document, &mut waiting);
    }
    waiting.extend(left);
    while !waiting.is_empty() {
        let before = waiting.len();
        offer(&mut document, &mut waiting);
        assert!(waiting.len() < before, "what waits has all that it waits for");
    }
    document
}

fn offer(document: &mut Document, waiting: &mut Vec<Vec<u8>>) {
    waiting.retain(|raw| {
        let signer = inspect(raw).unwrap().actor;
        !document.receive(std::slice::from_ref(raw), signer).unwrap().missing.is_empty()
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_order_of_arrival_changes_nothing(
        acts in prop::collection::vec((0..3_usize, act()), 1..30),
        order in prop::collection::vec(any::<prop::sample::Index>(), 40),
    ) {
        let mut people = [Person::new(0), Person::new(1), Person::new(2)];
        for (who, act) in acts {
            perform(&mut people, who, act);
        }
        let [mut first, second, third] = people;
        first.hears(&second);
        first.hears(&third);
        assert_read_in_one_pass(&first.document);
        let changes = first.document.raw_changes();
        prop_assume!(!changes.is_empty());

        let delivered = isolation::run(|| deliver(&changes, &order)).unwrap();
        prop_assert_eq!(view(&delivered), view(&first.document));
        let loaded = Document::load(&delivered.save(), &[]).unwrap();
        prop_assert_eq!(view(&loaded), view(&first.document));
    }
}
