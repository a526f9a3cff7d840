//! Two people, one report, no network: nobody's words are lost.

use baikoo_client_core::form::answer::Answer;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::report::{Path, TextName};
use baikoo_client_core::view::Filter;
use baikoo_tests::world::World;

#[test]
fn two_monitors_edit_one_report_offline_and_both_are_kept() {
    let world = World::new(10);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let bermet = world.monitor("Bermet", &gulnara);

    // Aida shares a report; Bermet comes late and gets it from its first word.
    let report = aida.sends("Булакта мушташ болду.");
    world.syncs(&aida);
    aida.counts(report, "killed_total", 0);
    world.syncs(&aida);
    let bermets = bermet.does(|client| Ok(client.me().member));
    aida.does(|client| client.share(report, bermets));
    world.syncs(&aida);
    world.syncs(&bermet);
    assert_eq!(bermet.opens(report).narrative, "Булакта мушташ болду.");

    world.stops_the_server();
    aida.counts(report, "injured_total", 25);
    bermet.counts(report, "injured_total", 187);
    aida.narrates(report, "Булакта мушташ болду. Эки тарап таш ыргытты.");
    bermet.narrates(report, "Чечме деген булакта мушташ болду.");
    aida.counts(report, "detained", 2);
    bermet.counts(report, "missing", 1);

    world.starts_the_server();
    for person in [&aida, &bermet, &aida, &gulnara] {
        world.syncs(person);
    }
    for person in [&aida, &gulnara] {
        let numbers = person.numbers(report, "injured_total");
        assert_eq!(numbers.len(), 2, "both accounts stay");
        assert!(
            numbers.contains(&Some(Answer::Integer(25))) && numbers.contains(&Some(Answer::Integer(187)))
        );
        assert_eq!(person.numbers(report, "detained"), [Some(Answer::Integer(2))]);
        assert_eq!(person.numbers(report, "missing"), [Some(Answer::Integer(1))]);
        let words = person.opens(report).narrative;
        assert!(words.contains("Эки тарап таш ыргытты.") && words.contains("Чечме деген"), "{words}");
        assert_eq!(person.lists(report).expect("listed").conflicts, 1);
    }

    // Gulnara sees who said what, chooses, and the other stays in the history.
    let view = gulnara.opens(report);
    let field =
        view.sections.iter().flat_map(|section| &section.fields).find(|field| field.versions.len() > 1);
    let field = field.expect("a field with two versions");
    let bermets = field.versions.iter().find(|version| version.answer == Some(Answer::Integer(187)));
    let bermets = bermets.expect("Bermet's number");
    assert_eq!(bermets.authors[0].name.as_deref(), Some("Bermet"));
    let path: Path = field.path.parse().expect("a path");
    gulnara.does(|client| client.resolve(report, &path, &bermets.change));
    assert_eq!(gulnara.numbers(report, "injured_total"), [Some(Answer::Integer(187))]);
    let history = gulnara.does(|client| client.history(report, Language::En));
    let injured: Vec<_> = history.iter().filter(|item| item.path == "injured_total").collect();
    assert!(injured.iter().any(|item| item.new.as_deref() == Some("25")));
    let aidas = injured.iter().find(|item| item.new.as_deref() == Some("25")).expect("Aida's number");
    gulnara.does(|client| client.restore(report, &path, &aidas.change));
    assert_eq!(gulnara.numbers(report, "injured_total"), [Some(Answer::Integer(25))]);

    // What came out of a difference is marked for ever in what leaves the house.
    let csv = gulnara.does(|client| {
        client.export(baikoo_client_core::export::Format::Csv, &Filter::default(), Language::En)
    });
    let csv = String::from_utf8(csv).expect("UTF-8");
    assert!(csv.lines().nth(2).expect("a row").contains("injured_total"), "{csv}");
}

#[test]
fn what_was_crossed_out_while_somebody_wrote_in_it_is_shown() {
    let world = World::new(11);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.sends("Үй өрттөнүп кетти.");
    let house = aida.does(|client| client.add_entry(report, "property"));
    world.syncs(&aida);
    world.syncs(&gulnara);

    aida.does(|client| client.remove_entry(report, "property", house, "counted twice"));
    let path = Path::entry("property", house, "prop_qty");
    gulnara.does(|client| client.set_answer(report, &path, Some(&Answer::Integer(17))));
    for person in [&aida, &gulnara, &aida] {
        world.syncs(person);
    }
    for person in [&aida, &gulnara] {
        let view = person.opens(report);
        let property = view.sections.iter().find(|section| section.name == "property").expect("the section");
        assert_eq!(property.entries[0].removed.as_deref(), Some("counted twice"));
        assert!(property.entries[0].edited_after_removal);
        assert_eq!(property.entries[0].fields[0].answer, Some(Answer::Integer(17)));
    }
}

#[test]
fn a_withdrawal_is_never_silently_won_by_an_edit() {
    let world = World::new(12);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.sends("Угуп калдым.");
    world.syncs(&aida);
    world.syncs(&gulnara);
    aida.does(|client| client.withdraw(report, "it was another village"));
    gulnara.counts(report, "injured_total", 3);
    for person in [&aida, &gulnara, &aida] {
        world.syncs(person);
    }
    for person in [&aida, &gulnara] {
        let view = person.opens(report);
        assert_eq!(view.withdrawn.as_deref(), Some("it was another village"));
        assert!(view.edited_after_withdrawal);
    }
}

#[test]
fn lists_and_search_come_back_from_the_envelopes_alone() {
    let world = World::new(13);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.sends("Каналдын кулагын жаап коюшту.");
    aida.does(|client| client.set_text(report, TextName::Remarks, "Эртең дагы барам."));
    let draft = aida.writes("Бул долбоор телефондо гана.");
    world.syncs(&aida);
    world.syncs(&gulnara);

    for (person, reports) in [(&aida, 2), (&gulnara, 1)] {
        let before = person.opens(report);
        person.does(|client| client.rebuild_from_envelopes());
        let after = person.opens(report);
        assert_eq!(after.narrative, before.narrative);
        assert_eq!(after.sections, before.sections);
        assert_eq!(person.list().len(), reports);
    }
    assert_eq!(aida.opens(draft).narrative, "Бул долбоор телефондо гана.");
    // In any script, by the beginnings of words.
    for query in ["кулагын", "kulag", "Кок-Таш", "kok tash", "канал", "water"] {
        let filter = Filter { query: Some(query.to_owned()), ..Filter::default() };
        let found = gulnara.does(|client| client.list(&filter, Language::Ky));
        assert_eq!(found.total, 1, "{query}");
    }
    let filter = Filter { query: Some("жомок".to_owned()), ..Filter::default() };
    assert_eq!(gulnara.does(|client| client.list(&filter, Language::Ky)).total, 0);
}
