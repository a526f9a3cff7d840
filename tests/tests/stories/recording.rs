//! Recording with no network, and what the status says meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use baikoo_client_core::view::Delivery;
use baikoo_tests::disk::files_with_words;
use baikoo_tests::world::World;

#[test]
fn a_report_written_offline_reaches_the_coordinator() {
    let world = World::new(1);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");

    world.stops_the_server();
    let report = aida.sends("Суу алгычтын жанында таш ыргытышты.");
    assert_eq!(aida.delivery(report), Delivery::OnDevice);
    assert!(world.tries_to_sync(&aida).is_err());
    assert_eq!(aida.delivery(report), Delivery::OnDevice, "nothing was stored, so nothing may say so");

    world.starts_the_server();
    world.syncs(&aida);
    assert_eq!(aida.delivery(report), Delivery::Stored);
    assert!(gulnara.lists(report).is_none());

    world.syncs(&gulnara);
    let seen = gulnara.opens(report);
    assert_eq!(seen.narrative, "Суу алгычтын жанында таш ыргытышты.");
    assert_eq!(seen.summary.author.name.as_deref(), Some("Aida"));
    assert!(seen.summary.unread);

    world.syncs(&aida);
    assert_eq!(aida.delivery(report), Delivery::Received, "the second tick is a coordinator's own word");
}

#[test]
fn a_draft_stays_on_the_device_until_it_is_sent() {
    let world = World::new(2);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.writes("Азырынча жарым-жартылай.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert_eq!(aida.delivery(report), Delivery::Draft);
    assert!(gulnara.lists(report).is_none());

    aida.does(|client| client.send(report));
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert!(gulnara.lists(report).is_some());
}

#[test]
fn what_was_saved_is_there_after_the_battery_died() {
    let world = World::new(3);
    let (_, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.writes("Биринчи сөздөр.");
    aida.restarts();
    aida.narrates(report, "Биринчи сөздөр. Экинчи сөздөр.");
    aida.restarts();
    assert_eq!(aida.opens(report).narrative, "Биринчи сөздөр. Экинчи сөздөр.");
}

#[test]
fn a_flash_report_is_completed_later() {
    let world = World::new(4);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.sends("Атышуу.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(report).narrative, "Атышуу.");

    aida.narrates(report, "Атышуу. Мектептин алдында, таңкы төрттө.");
    aida.counts(report, "injured_total", 1);
    assert_eq!(aida.delivery(report), Delivery::OnDevice, "the new words are not stored yet");
    world.syncs(&aida);
    world.syncs(&gulnara);
    let seen = gulnara.opens(report);
    assert_eq!(seen.narrative, "Атышуу. Мектептин алдында, таңкы төрттө.");
    assert_eq!(seen.summary.injured, Some(1));
}

#[test]
fn no_word_stands_readable_on_any_disk() {
    let world = World::new(5);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara-Kanarya", "Aida-Kanarya");
    let report = aida.sends("КАНАРЕЙКА-АЙТЫП-БЕР canary-narrative-7f3a");
    aida.does(|client| {
        use baikoo_client_core::form::answer::Answer;
        use baikoo_client_core::report::Path;
        client.set_answer(
            report,
            &Path::question("summary"),
            Some(&Answer::Text("canary-summary-9c".into())),
        )?;
        let person = client.add_entry(report, "persons")?;
        let path = Path::entry("persons", person, "p_code");
        client.set_answer(report, &path, Some(&Answer::Text("canary-person-4d".into())))
    });
    world.syncs(&aida);
    world.syncs(&gulnara);
    gulnara.does(|client| client.ask(report, "canary-question-11"));
    gulnara.does(|client| client.note(report, "canary-note-22"));
    world.syncs(&gulnara);
    world.syncs(&aida);

    let words = [
        "КАНАРЕЙКА-АЙТЫП-БЕР",
        "canary-narrative-7f3a",
        "canary-summary-9c",
        "canary-person-4d",
        "canary-question-11",
        "canary-note-22",
        "Kanarya",
        "Көк-Таш",
        "2021-04-29",
    ];
    let look = |when: &str| {
        for folder in [aida.folder.path(), gulnara.folder.path(), &world.server_folder()] {
            assert_eq!(files_with_words(folder, &words), Vec::new(), "{when}");
        }
    };
    look("while everything runs");
    world.stops_the_server();
    aida.switches_off();
    gulnara.switches_off();
    look("after everything was switched off");
}

/// On a phone, each write to disk costs as much as many seals: a minute of network must do for all.
#[test]
fn twenty_reports_leave_with_as_few_writes_as_one() {
    let world = World::new(14);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let writes_of_a_sync = || {
        let writes = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&writes);
        aida.does(|client| {
            client.set_commit_fault(Some(Box::new(move || {
                count.fetch_add(1, Ordering::SeqCst);
                false
            })))
        });
        world.syncs(&aida);
        aida.does(|client| client.set_commit_fault(None));
        writes.load(Ordering::SeqCst)
    };
    aida.sends("Жалгыз.");
    let one = writes_of_a_sync();
    for number in 1..=20 {
        aida.sends(&format!("{number}-билдирүү."));
    }
    let twenty = writes_of_a_sync();
    assert!(one > 0 && twenty <= one, "{one} for one, {twenty} for twenty");
    world.syncs(&gulnara);
    assert_eq!(gulnara.list().len(), 21);
}
