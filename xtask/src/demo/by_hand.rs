//! What a person can do when the story is told.

use std::path::Path;
use std::thread::sleep;
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
    println!("   compare safety numbers first. Ctrl-C ends everything.");
    let mut waits = true;
    while !stage.server.has_ended() {
        sleep(Duration::from_secs(2));
        if waits && let Ok(done) = let_in(stage) {
            waits = !done;
        }
    }
    Ok(())
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
