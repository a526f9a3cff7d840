//! All checks, in the order in which they fail soonest.

use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};

use crate::run::{Outcome, aloud, bold, cargo, faint};
use crate::setup::{self, For};
use crate::{bench, bindings, fmt, kotlin, python, story, swift, wasm, web};

/// Which checks to run; without flags, all of them, as CI does.
#[derive(Parser)]
pub(crate) struct Args {
    /// Run only these.
    #[arg(long, value_delimiter = ',', value_name = "STEP")]
    only: Vec<Step>,
    /// Leave these out.
    #[arg(long, value_delimiter = ',', value_name = "STEP")]
    skip: Vec<Step>,
}

/// A check.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Formatting.
    Fmt,
    /// Lints, none allowed.
    Clippy,
    /// Unit tests, properties, stories, simulation, hostile input, the architecture.
    Tests,
    /// Examples in the documentation.
    Doctests,
    /// The documentation builds without a warning.
    Docs,
    /// Licences, sources, and who depends on what.
    Deny,
    /// The bindings for Kotlin, Swift and Python, and whether their surface is the one written down.
    Bindings,
    /// Kotlin on the JVM: the layer, the sample, the README's lines.
    Kotlin,
    /// Swift's C header, and its types where a Swift compiler is at hand.
    Swift,
    /// The wheel for Python: its types, what an analyst does.
    Python,
    /// The core compiles for the browser.
    Wasm,
    /// The web app's types.
    WebTypes,
    /// The web app's lints.
    WebLint,
    /// The web app's unit tests.
    WebTests,
    /// The web app builds.
    WebBuild,
    /// The app in a browser, with a real server.
    WebBrowser,
    /// One story, told in every language against one server.
    Story,
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Why it can't be run here and now, if so.
    fn has_nothing_to_do(self) -> Option<&'static str> {
        match self {
            Self::Deny if !setup::has_deny() => {
                Some("cargo-deny is not installed; the tidy test has checked what the server depends on")
            }
            Self::Wasm if !web::has_core() => Some("ffi has no browser face yet"),
            Self::WebTypes | Self::WebLint | Self::WebTests | Self::WebBuild | Self::WebBrowser
                if !web::is_there() =>
            {
                Some("there is no web app yet")
            }
            Self::WebTypes if !web::has_script("check") => Some("web/package.json has no script `check`"),
            Self::WebLint if !web::has_script("lint") => Some("web/package.json has no script `lint`"),
            Self::WebTests if !web::has_script("test") => Some("web/package.json has no script `test`"),
            Self::WebBrowser if !web::has_script("e2e") && !web::has_script("behaves") => {
                Some("web/package.json has no script `e2e` or `behaves`")
            }
            _ => None,
        }
    }

    /// Everything is built with `--workspace`, so that all steps agree on every crate's features and
    /// nothing is built twice.
    fn run(self) -> Outcome {
        match self {
            Self::Fmt => fmt::run(&["--check"]),
            Self::Clippy => aloud(cargo().args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "-D",
                "warnings",
            ])),
            Self::Tests if setup::has_nextest() => {
                aloud(cargo().args(["nextest", "run", "--workspace", "--locked"]))
            }
            Self::Tests => {
                aloud(cargo().args(["test", "--workspace", "--locked", "--lib", "--bins", "--tests"]))
            }
            Self::Doctests => aloud(cargo().args(["test", "--workspace", "--locked", "--doc", "--quiet"])),
            Self::Docs => {
                let mut doc = cargo();
                doc.args([
                    "doc",
                    "--workspace",
                    "--no-deps",
                    "--all-features",
                    "--locked",
                    "--document-private-items",
                ]);
                aloud(doc.env("RUSTDOCFLAGS", "-D warnings"))
            }
            Self::Deny => {
                let mut deny = cargo();
                aloud(deny.args(["deny", "--log-level", "error", "check", "bans", "licenses", "sources"]))?;
                bench::fits()
            }
            Self::Bindings => bindings::check(),
            Self::Kotlin => kotlin::check(),
            Self::Swift => swift::check(),
            Self::Python => python::check(),
            // The web app's build compiles the same in full.
            Self::Wasm if web::is_there() => wasm::build(),
            Self::Wasm => wasm::check(),
            Self::WebTypes => web::script("check"),
            Self::WebLint => web::script("lint"),
            Self::WebTests => web::script("test"),
            Self::WebBuild => web::script("build"),
            Self::WebBrowser => in_browser(),
            Self::Story => story::check(),
        }
    }
}

/// The app around a core that only pretends, then the app with a real server.
fn in_browser() -> Outcome {
    if web::has_script("behaves") {
        web::script("mock")?;
        web::script("behaves")?;
    }
    if web::has_script("e2e") {
        aloud(cargo().args(["build", "--workspace", "--bins", "--locked"]))?;
        web::script("e2e")?;
    }
    Ok(())
}

pub(crate) fn run(args: &Args) -> Outcome {
    let steps: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(|step| (args.only.is_empty() || args.only.contains(step)) && !args.skip.contains(step))
        .collect();
    setup::prepare(For::Test)?;
    let begun = now();
    let mut lines: Vec<String> = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let name = step.name();
        if let Some(why) = step.has_nothing_to_do() {
            lines.push(line(&name, "left out", Duration::ZERO, why));
            println!("{}", faint(&lines[place]));
            continue;
        }
        println!("{}", bold(&format!("── {name} ({} of {})", place + 1, steps.len())));
        let start = now();
        let outcome = step.run();
        let took = start.elapsed();
        if let Err(trouble) = outcome {
            println!("{}", line(&name, "FAILED", took, ""));
            return Err(format!("{trouble}\n\nTo run this step again: cargo xtask test --only {name}"));
        }
        lines.push(line(&name, "passed", took, ""));
        println!("{}", lines[place]);
    }
    println!("\n{}", bold("All checks"));
    lines.iter().for_each(|line| println!("{line}"));
    println!("{}", line("all", "passed", begun.elapsed(), ""));
    Ok(())
}

fn line(name: &str, outcome: &str, took: Duration, why: &str) -> String {
    let text = format!("{name:<12} {outcome:<9} {:>6.1} s  {why}", took.as_secs_f64());
    text.trim_end().to_owned()
}

#[allow(
    clippy::disallowed_methods,
    reason = "how long a check took is told to a person; nothing depends on it"
)]
fn now() -> Instant {
    Instant::now()
}
