//! The main job, told in the terminal, by the real programs: a server, and one `baikoo` per person.

mod by_hand;
mod person;
mod server;
mod story;
mod words;

use std::fs;
use std::io::{IsTerminal, stdin, stdout};
use std::path::PathBuf;

use clap::Parser;

use crate::places;
use crate::run::{Outcome, aloud, bold, cargo, faint};
use crate::setup::{self, For};
use crate::web;

/// How to show it.
#[derive(Parser)]
pub(crate) struct Args {
    /// End when the story is told, though the app could be used.
    #[arg(long)]
    no_wait: bool,
    /// Leave the web app out, and what building it needs.
    #[arg(long)]
    no_app: bool,
    /// Where the server listens; another port is taken if this one is in use.
    #[arg(long, default_value_t = 8780)]
    port: u16,
    /// Whose language the output is in: ky, ru, uz, tg, kk or en.
    #[arg(long, default_value = "en")]
    lang: String,
}

/// Tells a folder that this made from one that it must not touch.
const MARK: &str = ".made-by-the-demo";

pub(crate) fn run(args: &Args) -> Outcome {
    let with_app = !args.no_app && web::is_there();
    setup::prepare(if with_app { For::Web } else { For::Build })?;
    println!("{} the server and the command line", bold("Building"));
    aloud(cargo().args(["build", "--workspace", "--bins", "--locked", "--quiet"]))?;
    if with_app && let Err(trouble) = web::build() {
        println!("{trouble}\n{}", faint("The app could not be built; the story goes on without it."));
    }
    let folder = new_folder()?;
    let mut stage = story::tell(&folder, args)?;
    by_hand::explain(&folder, &stage);
    let app = web::is_built() && with_app;
    let is_watched = stdout().is_terminal() && stdin().is_terminal();
    if app && is_watched && !args.no_wait {
        return by_hand::leave_open(&mut stage);
    }
    stage.server.stop()
}

// Everything of an earlier run goes; anything else that happens to stand there stays.
fn new_folder() -> Outcome<PathBuf> {
    let folder = places::root().join("demo");
    if folder.exists() {
        if !folder.join(MARK).exists() {
            return Err(format!("{} is there, and not from an earlier demo", folder.display()));
        }
        fs::remove_dir_all(&folder).map_err(|error| format!("can't clear {}: {error}", folder.display()))?;
    }
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(folder.join(MARK), ""))
        .map_err(|error| format!("can't make {}: {error}", folder.display()))?;
    Ok(folder)
}
