//! What it costs to let in what others wrote; `--release` and `--no-capture` show it. On a
//! two-core machine, a new report of 120 Cyrillic words took 1.35 ms, half of it inside Automerge's
//! `apply_changes`, and one edited answer 0.3 ms, a thread shared by all.

use std::time::Instant;

use super::*;
use crate::form::answer::Answer;

const REPORTS: u32 = 300;
/// Far above what it takes even without optimisation: this is to notice a wrong order of magnitude.
const EACH_MS_MAX: u128 = 20;

fn a_new_report(words: usize) -> Vec<Vec<u8>> {
    aida().edits(|edit| {
        for question in 0..12 {
            edit.set(&Path::question(&format!("q{question}")), Some(&Answer::Choice("yes".into())));
        }
        edit.add_entry("persons", EntryId([1; 8]), 1);
        edit.set(&Path::entry("persons", EntryId([1; 8]), "p_age"), Some(&Answer::Integer(40)));
        edit.set_text(TextName::Narrative, &"Түндө мектеп өрттөндү. ".repeat(words / 3));
        edit.set_stage(Stage::Sent, "");
    })
}

#[allow(clippy::disallowed_methods, reason = "a clock is what this test is about")]
fn measure(what: &str, times: u32, mut work: impl FnMut() + Send) {
    let begun = Instant::now();
    isolation::run(|| (0..times).for_each(|_| work())).unwrap();
    let each = begun.elapsed() / times;
    println!("{what}: {each:?}");
    assert!(each.as_millis() < EACH_MS_MAX, "{what}: {each:?}");
}

#[test]
fn ten_thousand_reports_are_a_matter_of_seconds() {
    let signer = aida().actor;
    let report = a_new_report(120);
    measure("create", REPORTS, || drop(Document::create()));
    measure("receive a new report of 120 words", REPORTS, || {
        Document::create().receive(&report, signer).unwrap();
    });

    let mut aida = aida();
    aida.document.receive(&report, signer).unwrap();
    let mut bermet = bermet();
    bermet.document.receive(&report, signer).unwrap();
    let mut edits = Vec::new();
    for number in 0..40 {
        let question = Path::question(&format!("q{}", number % 12));
        edits.extend(bermet.edits(|edit| edit.set(&question, Some(&Answer::Integer(number)))));
    }
    let saved = bermet.document.save();
    let changes = bermet.document.raw_changes();
    measure("receive one edit into it", REPORTS, || {
        aida.document.clone().receive(&edits[..1], bermet.actor).unwrap();
    });
    measure("receive 40 edits at once", 20, || {
        aida.document.clone().receive(&edits, bermet.actor).unwrap();
    });
    measure("load 41 changes from a save", REPORTS, || drop(Document::load(&saved, &[]).unwrap()));
    measure("load 41 changes one after the other", 50, || drop(Document::load(&[], &changes).unwrap()));
    measure("history of 41 changes", 50, || drop(bermet.document.history()));
    measure("edit one answer", REPORTS, || {
        let question = Path::question("q1");
        bermet.document.clone().edit(bermet.actor, 0, |edit| edit.set(&question, None)).unwrap();
    });
}
