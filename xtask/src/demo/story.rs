//! The story.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Args;
use super::person::{PASSPHRASE, Person};
use super::server::Server;
use super::words;
use crate::run::{Outcome, bold, faint};
use crate::web;

/// What is there when the story is told.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) gulnara: Person,
    pub(crate) monitors: [Person; 3],
}

/// What `baikoo` ends with when there is no server to reach: see `baikoo --help`.
const OFFLINE: i32 = 19;

pub(crate) fn tell(folder: &Path, args: &Args) -> Outcome<Stage> {
    let person = |name| Person::new(name, folder, &args.lang);
    let mut stage = Stage {
        server: Server::new(folder.join("server"), args.port, web::is_built() && !args.no_app)?,
        gulnara: person("Gulnara"),
        monitors: [person("Aida"), person("Bermet"), person("Chynara")],
    };
    prepare(&mut stage)?;
    write_with_no_network(&mut stage)?;
    let shared = forty_seconds_of_network(&mut stage)?;
    edit_the_same(&mut stage, &shared)?;
    come_together(&mut stage, &shared)?;
    review(&stage, &shared)?;
    export(&stage, folder)?;
    search_the_server(&mut stage, folder)?;
    ticks(&stage)?;
    Ok(stage)
}

fn chapter(number: u32, title: &str) {
    println!("\n{}", bold(&format!("{number}. {title}")));
}

fn say(text: &str) {
    println!("   {text}");
}

fn prepare(stage: &mut Stage) -> Outcome {
    chapter(1, "A server, and a workspace that it can't read");
    let code = stage.server.init()?;
    stage.server.start()?;
    stage.server.stop()?;
    stage.server.keep_what_was_there_before()?;
    stage.server.start()?;
    let address = stage.server.address();
    say(&format!("The administrator starts the server at {address} and gives Gulnara a set-up code."));
    say("Gulnara, who coordinates in Osh, makes a workspace. Her device draws the keys.");
    let create = ["workspace", "create", "--server", &address, "--name", "Gulnara", "--setup-code", &code];
    let made = stage.gulnara.does(&create)?;
    let sheets = made["recovery_sheets"].as_array().map_or(0, Vec::len);
    say(&format!("She is shown {sheets} recovery sheets for paper, any two of which open everything. Once."));
    say("She invites three monitors. An invitation is a link, or the same as a QR code; one use.");
    let mut links = Vec::new();
    for monitor in &stage.monitors {
        let name = monitor.name;
        let invited = stage.gulnara.does(&["invite", "--role", "monitor", "--name", name, "--no-qr"])?;
        links.push(text(&invited["link"])?);
    }
    stage.gulnara.does(&["sync"])?;
    stage.server.stop()?;

    chapter(2, "No network");
    say(
        "The server is gone, as it is in the mountains. The monitors join from their invitations all the same:",
    );
    for (monitor, link) in stage.monitors.iter().zip(links) {
        say(&faint(&format!("{}$ baikoo join - --name {}", monitor.name.to_lowercase(), monitor.name)));
        monitor.asks_with(&["join", "-", "--name", monitor.name], Some(&link))?;
    }
    Ok(())
}

fn write_with_no_network(stage: &mut Stage) -> Outcome {
    let [aida, bermet, chynara] = &stage.monitors;
    say("and write. What they write happened, and was reported by public sources:");
    for (monitor, reporter) in [(aida, "A"), (bermet, "B"), (chynara, "D")] {
        let written = monitor.does(&["import-samples", "--reporter", reporter, "--send"])?;
        say(&format!("{} has {} reports.", monitor.name, written["reports"].as_array().map_or(0, Vec::len)));
    }
    say("Chynara begins one of her own, in Kyrgyz, by the few questions of a flash report:");
    chynara.does(&[
        "new",
        "inc_type=property",
        "place=Көк-Таш",
        "start_date=2021-04-29",
        "--language",
        "ky",
        "--narrative",
        "Түн ичинде эки үй өрттөндү. Адамдар мектепке көчүрүлдү.",
        "--send",
    ])?;
    say("Her list says where everything is: on this device, and nowhere else.");
    chynara.shows(&["list"])?;
    say("She tries to sync. Nothing is lost, and nothing pretends:");
    chynara.fails(&["sync"], OFFLINE)
}

/// Answers the report that Aida shares.
fn forty_seconds_of_network(stage: &mut Stage) -> Outcome<String> {
    chapter(3, "Forty seconds of network at the top of a pass");
    stage.server.start()?;
    let [aida, bermet, chynara] = &stage.monitors;
    // Aida last, so that her device has heard of Bermet's.
    for monitor in [bermet, chynara, aida] {
        monitor.does(&["sync"])?;
    }
    say("At the spring of Chechme, Aida and Bermet were both there. Aida shares her report with Bermet, by");
    say("the id of Bermet's device, which Bermet read to her. How many were hurt they want to ask again, so");
    say("Aida takes that number back first.");
    let report = find(aida, "Chechme")?;
    let device = text(&bermet.asks(&["me"])?["device"])?;
    aida.does(&["edit", &report, "injured_total="])?;
    aida.does(&["share", &report, &device])?;
    aida.does(&["sync"])?;
    bermet.does(&["sync"])?;
    let seen = bermet.asks(&["show", &report, "--keep-unread"])?;
    if seen["narrative"].as_str().is_none_or(str::is_empty) {
        return Err("Bermet does not have the shared report".to_owned());
    }
    say("Bermet has it, from its first word. Chynara does not, and could not open it:");
    chynara.fails(&["show", &report], NOT_FOUND)?;
    stage.server.stop()?;
    Ok(report)
}

const NOT_FOUND: i32 = 14;

fn edit_the_same(stage: &mut Stage, report: &str) -> Outcome {
    chapter(4, "Offline again, two people edit the same report");
    let [aida, bermet, _] = &stage.monitors;
    say("One source tells Aida of 25 injured, another tells Bermet of 187. Both add to the story.");
    let story = text(&aida.asks(&["show", report])?["narrative"])?;
    let aidas = format!("{story} Дорогу к роднику перекрыли с обеих сторон.");
    let bermets = format!("Жаңжал булактын башында чыккан. {story}");
    aida.does(&["edit", report, "injured_total=25", "--narrative", &aidas])?;
    bermet.does(&["edit", report, "injured_total=187", "--narrative", &bermets])?;
    Ok(())
}

fn come_together(stage: &mut Stage, report: &str) -> Outcome {
    chapter(5, "The network comes back");
    stage.server.start()?;
    for monitor in &stage.monitors {
        monitor.does(&["sync"])?;
    }
    say("Gulnara syncs, and sees every report of all three:");
    let gulnara = &stage.gulnara;
    gulnara.shows(&["sync"])?;
    gulnara.shows(&["list"])?;
    say("She compares the monitors' safety numbers with them by voice, and vouches for their devices.");
    for device in gulnara.asks(&["members"])?.as_array().into_iter().flatten() {
        if device["status"] == "unverified" {
            let (id, number) = (text(&device["device"])?, text(&device["safety_number"])?);
            gulnara.asks(&["approve", &id, "--safety", &number])?;
        }
    }
    gulnara.asks(&["sync"])?;
    gulnara.shows(&["members"])?;
    say("Search knows the scripts: in Latin letters, it finds what was written in Cyrillic ones.");
    gulnara.shows(&["search", "Kok-Tash"])?;

    chapter(6, "Two versions, and both are kept");
    gulnara.shows(&["conflicts", report])?;
    let seen = gulnara.asks(&["show", report])?;
    let story = text(&seen["narrative"])?;
    if !story.contains("булактын башында") || !story.contains("перекрыли") {
        return Err("somebody's words are lost".to_owned());
    }
    say("The story has the words of both:");
    println!("      {story}");
    say("Who changed what, when, on which device:");
    gulnara.shows_some(&["history", report], 14)
}

fn review(stage: &Stage, report: &str) -> Outcome {
    chapter(7, "A question, an answer, a decision");
    let (gulnara, aida) = (&stage.gulnara, &stage.monitors[0]);
    gulnara.does(&["ask", report, "Who counted the 187: the hospital or the district office?"])?;
    gulnara.does(&["sync"])?;
    aida.does(&["sync"])?;
    aida.does(&["answer", report, "Больница назвала 25, районная администрация 187."])?;
    aida.does(&["sync"])?;
    gulnara.does(&["sync"])?;
    say("While there are two versions, the report can't be verified:");
    gulnara.fails(&["verify", report, "--reason", "two sources"], BAD_INPUT)?;
    say("Gulnara chooses the hospital's number. The other stays in the history, and the value stays marked.");
    let number = versions(gulnara, report, "25")?;
    gulnara.does(&["resolve", report, "injured_total", "--choose", &number])?;
    gulnara.does(&["verify", report, "--reason", "two sources; the hospital's register"])?;
    gulnara.does(&["sync"])?;
    gulnara.shows_some(&["show", report], 60)
}

const BAD_INPUT: i32 = 15;

fn export(stage: &Stage, folder: &Path) -> Outcome {
    chapter(8, "What leaves");
    let exports = folder.join("exports");
    fs::create_dir_all(&exports).map_err(|error| error.to_string())?;
    for format in ["csv", "geojson", "json"] {
        let file = exports.join(format!("reports.{format}"));
        stage.gulnara.does(&["export", "--format", format, "--out", &file.display().to_string()])?;
        let bytes = fs::metadata(&file).map_or(0, |meta| meta.len());
        say(&format!("demo/exports/reports.{format}: {bytes} bytes, in the clear, hers to guard"));
    }
    Ok(())
}

fn search_the_server(stage: &mut Stage, folder: &Path) -> Outcome {
    chapter(9, "What the server knows");
    let gulnara = &stage.gulnara;
    let list = gulnara.asks(&["list", "--limit", "0"])?;
    let mut views = vec![gulnara.asks(&["members"])?];
    for summary in list["reports"].as_array().into_iter().flatten() {
        views.push(gulnara.asks(&["show", &text(&summary["id"])?, "--keep-unread"])?);
    }
    let mut wanted = words::of(&views);
    wanted.insert(PASSPHRASE.to_owned());
    // The names of the database's own columns are words, too, and so is what the log says of itself.
    let before = words::search(&wanted, &[stage.server.before()]).words;
    wanted.retain(|word| !before.contains(word));
    say(&format!(
        "{} words and texts that people wrote, names and places among them, are looked for in every byte,",
        wanted.len()
    ));
    say("in UTF-8 and both kinds of UTF-16, while the server runs and after.");
    let left_out: Vec<String> = before.iter().map(|word| format!("\"{word}\"")).collect();
    if !left_out.is_empty() {
        say(&format!("(Left out, since it stood there before anybody wrote: {}.)", left_out.join(", ")));
    }
    let places = [stage.server.data(), stage.server.log()];
    let running = words::search(&wanted, &places);
    stage.server.stop()?;
    let stopped = words::search(&wanted, &places);
    let mut homes: Vec<_> = stage.monitors.iter().map(|monitor| monitor.home.clone()).collect();
    homes.push(stage.gulnara.home.clone());
    let devices = words::search(&wanted, &homes);
    let open = words::search(&wanted, &[folder.join("exports/reports.json")]);
    for (what, found) in [
        ("the server's database and log, running", &running),
        ("the server's database and log, stopped", &stopped),
        ("everybody's devices", &devices),
        ("for comparison, Gulnara's JSON export", &open),
    ] {
        say(&format!(
            "{what:<40} {:>2} files {:>8} bytes {:>5} found",
            found.files,
            found.bytes,
            found.words.len()
        ));
    }
    let leaked: Vec<&String> = [&running, &stopped, &devices].iter().flat_map(|found| &found.words).collect();
    if !leaked.is_empty() {
        return Err(format!("words stand readable where none may be: {leaked:?}"));
    }
    // A search that finds nothing anywhere would prove nothing.
    if open.words.len() * 2 < wanted.len() {
        return Err("the search does not find what is there".to_owned());
    }
    stage.server.start()
}

fn ticks(stage: &Stage) -> Outcome {
    chapter(10, "What Aida sees in the end");
    let aida = &stage.monitors[0];
    aida.does(&["sync"])?;
    aida.shows(&["list"])?;
    let list = aida.asks(&["list", "--limit", "0"])?;
    let received = |summary: &Value| summary["delivery"] == "received";
    let reports = list["reports"].as_array().map(Vec::as_slice).unwrap_or_default();
    if reports.is_empty() || !reports.iter().all(received) {
        return Err("not every report is marked as received".to_owned());
    }
    Ok(())
}

fn find(person: &Person, words: &str) -> Outcome<String> {
    let list = person.asks(&["list", "--limit", "0"])?;
    let mut reports = list["reports"].as_array().into_iter().flatten();
    let found = reports.find(|summary| summary["title"].as_str().is_some_and(|title| title.contains(words)));
    text(&found.ok_or_else(|| format!("{} has no report on {words}", person.name))?["id"])
}

/// The number by which `resolve` names the version that says so.
fn versions(person: &Person, report: &str, said: &str) -> Outcome<String> {
    let differences = person.asks(&["conflicts", report])?;
    let versions = differences[0]["fields"]
        .as_array()
        .and_then(|fields| fields.iter().find(|field| field["path"] == "injured_total"))
        .and_then(|field| field["versions"].as_array())
        .ok_or("the difference is not there")?;
    let place = versions.iter().position(|version| version["text"] == said).ok_or("a version is lost")?;
    if versions.len() != 2 {
        return Err(format!("{} versions, not 2", versions.len()));
    }
    Ok((place + 1).to_string())
}

fn text(value: &Value) -> Outcome<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("not a text: {value}"))
}
