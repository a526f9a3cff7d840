//! What a person can do when the story is told.

use std::io::stdin;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread::spawn;
use std::time::Duration;

use super::person::PASSPHRASE;
use super::story::Stage;
use crate::places;
use crate::run::{Outcome, bold};

/// How to carry on in a terminal.
pub(crate) fn explain(folder: &Path, stage: &Stage) {
    let baikoo = places::programs();
    println!("\n{}", bold("Carry on by hand, when this has ended"));
    println!("   export PATH=\"{}:$PATH\" BAIKOO_PASSPHRASE='{PASSPHRASE}'", baikoo.display());
    println!("   baikoo-server --data {} serve --listen {} &", stage.server.data().display(), {
        stage.server.address().trim_start_matches("http://").to_owned()
    });
    println!("   export BAIKOO_HOME={}      # or aida, bermet, chynara", stage.gulnara.home.display());
    println!("   baikoo list; baikoo conflicts; baikoo status; baikoo members; baikoo --help");
    println!(
        "   baikoo new inc_type=water place=Chechme --narrative 'The spring is shut again.' --send && baikoo sync"
    );
    println!("   Everything is in {}; another `cargo xtask demo` begins anew.", folder.display());
}

/// The app, with the server left running until Ctrl-C.
pub(crate) fn leave_open(stage: &mut Stage) -> Outcome {
    let gulnara = &stage.gulnara;
    let mut links = Vec::new();
    for (role, name) in [("monitor", "Dinara"), ("coordinator", "Elmira")] {
        let invited = gulnara.asks(&["invite", "--role", role, "--name", name])?;
        links.push((role, invited["link"].as_str().unwrap_or_default().to_owned()));
    }
    gulnara.asks(&["sync"])?;
    println!("\n{}", bold("Or use the app"));
    println!(
        "   The server runs at {}. Open each link in a browser or profile of its own:",
        stage.server.address()
    );
    for (role, link) in links {
        println!("\n   as a {role}:\n   {link}");
    }
    println!(
        "\n   Gulnara stands by and lets the coordinator in as soon as she has joined; in life she would"
    );
    println!("   compare safety numbers first.");
    println!("\n   Enter stops the server, as if there were no network; Enter again starts it. What the");
    println!(
        "   monitor writes meanwhile appears on the coordinator's screen by itself. Ctrl-C ends everything."
    );
    let enter = presses_of_enter();
    let (mut runs, mut waits) = (true, true);
    while !runs || !stage.server.has_ended() {
        if enter.recv_timeout(Duration::from_secs(2)).is_ok() {
            runs = !runs;
            let changed = if runs { stage.server.start() } else { stage.server.stop() };
            changed?;
            println!("   The server {}.", if runs { "runs again" } else { "is stopped" });
        }
        if runs
            && waits
            && let Ok(done) = let_in(stage)
        {
            waits = !done;
        }
    }
    Ok(())
}

fn presses_of_enter() -> Receiver<()> {
    let (tell, told) = channel();
    spawn(move || {
        for line in stdin().lines() {
            if line.is_err() || tell.send(()).is_err() {
                return;
            }
        }
    });
    told
}

// Her database is open only for a moment each time, so that a person can use it in between.
fn let_in(stage: &Stage) -> Outcome<bool> {
    let gulnara = &stage.gulnara;
    gulnara.asks(&["sync"])?;
    for device in gulnara.asks(&["members"])?.as_array().into_iter().flatten() {
        if device["status"] == "pending" {
            gulnara.asks(&["approve", device["device"].as_str().unwrap_or_default()])?;
            gulnara.asks(&["sync"])?;
            println!("\n   Gulnara has let {} in.", device["name"].as_str().unwrap_or("the coordinator"));
            return Ok(true);
        }
    }
    Ok(false)
}
