//! The story that every language tells, told by all of them against one server.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::places;
use crate::run::{Outcome, aloud, bold, cargo, command, npm};
use crate::{kotlin, python, setup, web};

/// How the runners find the server.
const SERVER: &str = "BAIKOO_STORY_SERVER";

/// Each runner compares what it sees with the story's file, so all that pass have seen the same.
pub(crate) fn check() -> Outcome {
    python::ready()?;
    // An app of an older core would tell an older story.
    web::build()?;
    let tellers = [
        ("Rust", rust()),
        ("Kotlin", kotlin::runner(&[kotlin::STORY.to_owned()])?),
        ("Python", python::tests(&["tests/test_story.py"])),
        ("a browser", browser()),
    ];
    let server = Server::start()?;
    for (language, mut teller) in tellers {
        println!("{} in {language}", bold("Telling"));
        aloud(teller.env(SERVER, &server.address))?;
    }
    Ok(())
}

fn rust() -> Command {
    let mut rust = cargo();
    if setup::has_nextest() {
        rust.args(["nextest", "run", "--workspace", "--locked", "-E", "binary(story) & package(baikoo-ffi)"]);
    } else {
        rust.args(["test", "--workspace", "--locked", "--test", "story"]);
    }
    rust
}

fn browser() -> Command {
    let mut browser = npm();
    browser.args(["run", "--silent", "story"]);
    browser
}

/// A server on which anybody may make a workspace, and that hands out the app. It ends with this value.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Outcome<Self> {
        let data = places::target().join("story");
        let _ = fs::remove_dir_all(&data);
        fs::create_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
        let mut serve = command(places::programs().join("baikoo-server"));
        serve.arg("--data").arg(&data);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--creation", "open", "--app-dir"]);
        serve.arg(places::web().join("dist"));
        let process = serve.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process = process.map_err(|error| format!("can't start the server: {error}"))?;
        let mut said = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut said).ok();
        }
        let address = said.trim().strip_prefix("listening on ").map(|address| format!("http://{address}"));
        let server = Self { process, address: address.unwrap_or_default() };
        if server.address.is_empty() { Err("the server did not start".to_owned()) } else { Ok(server) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
