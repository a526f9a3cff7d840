//! One story in every language, told to one server: tests/story/README.md. Each teller compares what
//! it is answered with the same file, so that all are equal.

use std::fs;
use std::process::Command;

use crate::places;
use crate::run::{Outcome, aloud, bold, cargo, faint, npm};
use crate::server::Server;
use crate::{bindings, kotlin, setup, web};

/// Names the server that a teller uses, in place of its own.
const SERVER: &str = "BAIKOO_STORY_SERVER";

pub(crate) fn check() -> Outcome {
    bindings::build()?;
    let folder = places::target().join("story");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut server = Server::new(folder, 0, web::is_built())?;
    server.open_to_all();
    server.start()?;
    for (language, mut teller) in tellers()? {
        println!("{} {language}", bold("Telling in"));
        aloud(teller.env(SERVER, server.address()))?;
    }
    server.stop()
}

fn tellers() -> Outcome<Vec<(&'static str, Command)>> {
    let mut rust = cargo();
    if setup::has_nextest() {
        rust.args(["nextest", "run", "--workspace", "--locked", "--filterset", "binary(=story)"]);
    } else {
        rust.args(["test", "--package", "baikoo-ffi", "--locked", "--test", "story"]);
    }
    let mut all = vec![("Rust", rust), ("Kotlin", kotlin::runner(&["org.baikoo.StoryTest".to_owned()])?)];
    if web::is_built() {
        let mut browser = npm();
        browser.args(["run", "--silent", "story"]);
        all.push(("the browser", browser));
    } else {
        println!("{}", faint("The app is not built, so no browser tells it: `cargo xtask web` builds it."));
    }
    Ok(all)
}
