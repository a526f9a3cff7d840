use super::*;
use crate::form::validate::HintKind;
use crate::form::{Answers, default_form, validate};

/// A sample as the validation engine sees a report.
struct Sample<'a>(&'a SampleReport);

impl Answers for Sample<'_> {
    fn answer(&self, question: &str) -> Option<Answer> {
        find(&self.0.answers, question)
    }

    fn entries(&self, section: &str) -> Vec<String> {
        let entries = self.0.entries.iter().enumerate().filter(|(_, entry)| entry.0 == section);
        entries.map(|(at, _)| at.to_string()).collect()
    }

    fn entry_answer(&self, _: &str, entry: &str, question: &str) -> Option<Answer> {
        find(&self.0.entries[entry.parse::<usize>().unwrap()].1, question)
    }

    fn narrative(&self, name: &str) -> String {
        if name == "narrative" { self.0.narrative.clone() } else { String::new() }
    }
}

fn find(answers: &[(String, Answer)], question: &str) -> Option<Answer> {
    answers.iter().find(|(name, _)| name == question).map(|(_, answer)| answer.clone())
}

#[test]
fn every_account_is_a_sound_report_of_the_default_form() {
    let reports = sample_reports();
    assert_eq!(reports.len(), 26);
    for report in &reports {
        let hints = validate(default_form(), &Sample(report));
        assert_eq!(hints, [], "{} {}", report.incident, report.reporter);
        let entries = report
            .entries
            .iter()
            .flat_map(|(section, answers)| answers.iter().map(move |(name, _)| (Some(section), name)));
        for (section, name) in report.answers.iter().map(|(name, _)| (None, name)).chain(entries) {
            let owner = default_form().section_of(name).unwrap_or_else(|| panic!("no question {name}"));
            assert_eq!(owner.repeat.then_some(&owner.name), section, "{name}");
        }
        let Some(Answer::Place(place)) = find(&report.answers, "place") else { panic!("no place") };
        assert!(place.id.is_some(), "{} is not in the gazetteer", report.incident);
    }
}

#[test]
fn both_counts_of_a_disputed_event_are_kept() {
    let reports = sample_reports();
    let spring = reports.iter().filter(|report| report.incident == "chechme-2020-05-31");
    let injured: Vec<_> = spring.map(|report| find(&report.answers, "injured_total")).collect();
    assert_eq!(injured, [Some(Answer::Integer(25)), Some(Answer::Integer(187)), None]);
}

#[test]
fn nothing_reported_is_not_zero() {
    let reports = sample_reports();
    let of = |incident: &str, reporter: &str| {
        let mut matching = reports.iter();
        matching.find(|report| report.incident == incident && report.reporter == reporter).unwrap()
    };
    let shooting = of("kok-tash-shooting-2021-04-29", "A");
    assert_eq!(find(&shooting.answers, "killed_total"), Some(Answer::Integer(0)));
    assert_eq!(find(&of("golovnoi-2021-04-28", "A").answers, "killed_total"), None);
}

#[test]
fn a_broken_sample_would_be_noticed() {
    let mut report = sample_reports().remove(0);
    report.answers.retain(|(name, _)| name != "place");
    let hints = validate(default_form(), &Sample(&report));
    assert_eq!(hints.len(), 1);
    assert_eq!((&*hints[0].path.question, hints[0].kind), ("place", HintKind::MissingForReview));
}
