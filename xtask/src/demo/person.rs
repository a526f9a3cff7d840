//! A person with a device: a folder, and the `baikoo` command over it.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::places;
use crate::run::{Outcome, command, faint};

/// The passphrase of everybody in the demo, and of nobody else.
pub(crate) const PASSPHRASE: &str = "кызыл тоолор агын суу";

/// A person.
pub(crate) struct Person {
    /// Her name.
    pub(crate) name: &'static str,
    /// Her device's folder.
    pub(crate) home: PathBuf,
    lang: String,
}

impl Person {
    pub(crate) fn new(name: &'static str, folder: &std::path::Path, lang: &str) -> Self {
        Self { name, home: folder.join(name.to_lowercase()), lang: lang.to_owned() }
    }

    /// Runs a command, shows it and what it says as a person sees it.
    pub(crate) fn shows(&self, arguments: &[&str]) -> Outcome<String> {
        self.tell(arguments);
        let output = self.run(arguments, None, &self.lang)?;
        let said = self.success(arguments, &output)?;
        self.print(&said);
        Ok(said)
    }

    /// As [`Self::shows`], but at most so many lines of it.
    pub(crate) fn shows_some(&self, arguments: &[&str], lines: usize) -> Outcome {
        self.tell(arguments);
        let said = self.success(arguments, &self.run(arguments, None, &self.lang)?)?;
        let all: Vec<&str> = said.lines().collect();
        self.print(&all[..all.len().min(lines)].join("\n"));
        if all.len() > lines {
            println!("      {}", faint(&format!("… {} more lines", all.len() - lines)));
        }
        Ok(())
    }

    /// Runs a command, shows the command alone, and answers its data.
    pub(crate) fn does(&self, arguments: &[&str]) -> Outcome<Value> {
        self.tell(arguments);
        self.asks(arguments)
    }

    /// Runs a command in silence and answers its data.
    pub(crate) fn asks(&self, arguments: &[&str]) -> Outcome<Value> {
        self.asks_with(arguments, None)
    }

    /// As [`Self::asks`], with something piped in.
    pub(crate) fn asks_with(&self, arguments: &[&str], input: Option<&str>) -> Outcome<Value> {
        let with_json: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        // Data is looked at by this program, which reads English.
        let said = self.success(arguments, &self.run(&with_json, input, "en")?)?;
        serde_json::from_str(&said).map_err(|error| format!("{}: not data: {error}", self.line(arguments)))
    }

    /// Runs a command that must fail, with this code.
    pub(crate) fn fails(&self, arguments: &[&str], code: i32) -> Outcome {
        self.tell(arguments);
        let output = self.run(arguments, None, &self.lang)?;
        self.print(&String::from_utf8_lossy(&output.stderr));
        if output.status.code() == Some(code) {
            return Ok(());
        }
        Err(format!("{} ended with {}, not with exit code {code}", self.line(arguments), output.status))
    }

    fn run(&self, arguments: &[&str], input: Option<&str>, lang: &str) -> Outcome<Output> {
        let mut baikoo: Command = command(places::programs().join("baikoo"));
        baikoo.args(arguments).env("BAIKOO_HOME", &self.home).env("BAIKOO_LANG", lang);
        baikoo.env("BAIKOO_PASSPHRASE", PASSPHRASE);
        baikoo.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut work = || -> std::io::Result<Output> {
            let mut child = baikoo.spawn()?;
            if let Some(mut stdin) = child.stdin.take() {
                stdin.write_all(input.unwrap_or_default().as_bytes())?;
            }
            child.wait_with_output()
        };
        work().map_err(|error| format!("can't start {}: {error}", self.line(arguments)))
    }

    fn success(&self, arguments: &[&str], output: &Output) -> Outcome<String> {
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(format!("{}: {}\n{complaint}", self.line(arguments), output.status))
    }

    fn tell(&self, arguments: &[&str]) {
        println!("   {}", faint(&self.line(arguments)));
    }

    fn line(&self, arguments: &[&str]) -> String {
        let quoted = arguments.iter().map(|word| {
            let short: String = word.chars().take(60).collect();
            let short = if short.len() < word.len() { format!("{short}…") } else { short };
            if short.contains([' ', '#']) { format!("'{short}'") } else { short }
        });
        format!("{}$ baikoo {}", self.name.to_lowercase(), quoted.collect::<Vec<_>>().join(" "))
    }

    fn print(&self, text: &str) {
        text.trim_end().lines().for_each(|line| println!("      {line}"));
    }
}
