//! The coordinators' side: questions, answers, verdicts pinned to what was seen.

use baikoo_client_core::form::answer::Answer;
use baikoo_client_core::view::{Filter, SavedView};
use baikoo_tests::world::World;

fn choice(code: &str) -> Answer {
    Answer::Choice(code.to_owned())
}

#[test]
fn a_question_travels_to_the_monitor_and_her_answer_back() {
    let world = World::new(30);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.sends("Көпүрөнүн жанында унааны токтотушту.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    let question = gulnara.does(|client| client.ask(report, "Кайсы көпүрө?"));
    world.syncs(&gulnara);
    world.syncs(&aida);
    assert_eq!(aida.lists(report).expect("listed").questions, 1);

    world.stops_the_server();
    aida.does(|client| client.answer_question(report, question, "Кожо-Алодогу."));
    assert_eq!(aida.lists(report).expect("listed").questions, 0);
    world.starts_the_server();
    world.syncs(&aida);
    world.syncs(&gulnara);
    let view = gulnara.opens(report);
    assert!(view.talk.iter().any(|item| item.kind == "answer" && item.text == "Кожо-Алодогу."));
    assert!(view.talk.iter().any(|item| item.kind == "question" && item.answered));
    assert_eq!(view.summary.review.as_deref(), Some("asked"));
}

#[test]
fn a_verdict_is_pinned_and_a_later_edit_opens_it_again() {
    let world = World::new(31);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.sends("Он жети үй өрттөлгөн.");
    aida.does(|client| {
        use baikoo_client_core::report::Path;
        client.set_answer(report, &Path::question("danger_now"), Some(&choice("no")))?;
        client.set_answer(report, &Path::question("record_mode"), Some(&choice("saw")))?;
        client.set_answer(report, &Path::question("hurt_count"), Some(&Answer::Integer(0)))
    });
    world.syncs(&aida);
    world.syncs(&gulnara);
    let hints = gulnara.opens(report).hints;
    let blocking: Vec<_> = hints.iter().filter(|hint| hint.kind == "missing_for_review").collect();
    assert!(blocking.is_empty(), "{blocking:?}");
    gulnara.does(|client| client.set_review(report, "src_reliability", Some(&choice("reliable"))));
    gulnara.does(|client| client.set_review(report, "decision", Some(&choice("verified"))));
    let summary = gulnara.lists(report).expect("listed");
    assert_eq!((summary.review.as_deref(), summary.changed_since_review), (Some("verified"), false));

    aida.counts(report, "injured_total", 2);
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert!(gulnara.lists(report).expect("listed").changed_since_review);
    let review = gulnara.opens(report).review.expect("a review");
    assert_eq!(review.changed_since.len(), 1);
    assert_eq!(review.changed_since[0].new.as_deref(), Some("2"));
}

#[test]
fn what_has_two_versions_cannot_be_verified_and_a_rejection_needs_a_reason() {
    let world = World::new(32);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.sends("Канча киши жабыркаганы так эмес.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    aida.counts(report, "injured_total", 4);
    gulnara.counts(report, "injured_total", 13);
    for person in [&aida, &gulnara] {
        world.syncs(person);
    }
    assert!(
        gulnara.tries(|client| client.set_review(report, "decision", Some(&choice("verified")))).is_err()
    );
    assert!(
        gulnara.tries(|client| client.set_review(report, "decision", Some(&choice("rejected")))).is_err()
    );
    gulnara.does(|client| {
        client.set_review(report, "reason", Some(&Answer::Text("two other sources deny it".into())))
    });
    gulnara.does(|client| client.set_review(report, "decision", Some(&choice("rejected"))));
    assert_eq!(gulnara.lists(report).expect("listed").review.as_deref(), Some("rejected"));
}

#[test]
fn the_views_that_a_coordinator_keeps_are_there_after_a_restart() {
    let world = World::new(33);
    let (gulnara, _) = world.coordinator_and_monitor("Gulnara", "Aida");
    let urgent =
        SavedView { name: "Тез арада".into(), filter: Filter { urgent: true, ..Filter::default() } };
    gulnara.does(|client| client.save_views(std::slice::from_ref(&urgent)));
    gulnara.restarts();
    assert_eq!(gulnara.does(|client| client.saved_views()), std::slice::from_ref(&urgent));
    assert!(gulnara.tries(|client| client.save_views(&vec![urgent.clone(); 51])).is_err());
    assert_eq!(gulnara.does(|client| client.saved_views()).len(), 1);
}
