//! The one way out. What people wrote may hold anything: sequences that move the cursor, retitle
//! the window or turn words around. None of it leaves here as anything but text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;
use crate::world::World;

impl Context<'_, '_> {
    /// Prints lines.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        Ok(writeln!(self.world.out, "{}", tame(text))?)
    }

    /// Prints what somebody wrote, each line behind a bar: none of them can pass for one of ours.
    pub(crate) fn quoted(&mut self, text: &str) -> Result<(), Failure> {
        tame(text).lines().try_for_each(|line| self.line(&format!("    │ {line}")))
    }

    /// Prints a table, or that there is nothing.
    pub(crate) fn table(&mut self, table: &Table) -> Result<(), Failure> {
        if table.is_empty() {
            return self.line(self.words.get("none"));
        }
        let width = if self.world.out_is_terminal { self.world.width } else { None };
        table.lines(width).iter().try_for_each(|line| self.line(line))
    }

    /// Prints data for programs.
    pub(crate) fn data(&mut self, data: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(data).map_err(io::Error::other)?;
        Ok(writeln!(self.world.out, "{}", escape(&text))?)
    }

    /// Prints that something was done: a message for a person, data for a program.
    pub(crate) fn done(
        &mut self,
        key: &str,
        gaps: &[(&str, &str)],
        data: &impl Serialize,
    ) -> Result<(), Failure> {
        if self.json { self.data(data) } else { self.line(&self.words.say(key, gaps)) }
    }

    /// Prints a file. To a terminal, it is tamed.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.world.out_is_terminal {
            return self.line(&String::from_utf8_lossy(bytes));
        }
        self.world.out.write_all(bytes)?;
        Ok(self.world.out.flush()?)
    }

    /// Shows how far something is, over the line before, if a person looks.
    pub(crate) fn progress(&mut self, text: &str) {
        progress(self.world, text);
    }

    /// Tells why the run failed.
    pub(crate) fn fail(&mut self, failure: &Failure) -> u8 {
        let code = failure.exit_code();
        if code != 0 {
            let said = failure.say(self.words);
            // When even this can't be written, the exit code still says it.
            let _ = if self.json {
                let error = json!({ "error": { "code": failure.code(), "message": said } });
                writeln!(self.world.err, "{}", escape(&error.to_string()))
            } else {
                writeln!(self.world.err, "baikoo: {}", one_line(&said))
            };
        }
        code
    }
}

/// See [`Context::progress`].
pub(crate) fn progress(world: &mut World<'_>, text: &str) {
    if world.err_is_terminal {
        let _ = write!(world.err, "\r\u{1b}[2K{}", one_line(text));
        let _ = world.err.flush();
    }
}

/// Prints what clap has to say: help, the version, or what is wrong with the arguments.
pub(crate) fn clap(world: &mut World<'_>, error: &clap::Error) -> u8 {
    let stream: &mut dyn Write = if error.use_stderr() { world.err } else { world.out };
    let _ = write!(stream, "{}", tame(&error.render().to_string()));
    u8::try_from(error.exit_code()).unwrap_or(2)
}

/// Characters that do something instead of being seen: control characters, those that turn the
/// direction of writing, and invisible tags.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text as one line without anything that acts.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c == '\n' || c == '\t' { ' ' } else { c }).filter(|c| !acts(*c)).collect()
}

/// A text without anything that acts, but for its line breaks.
fn tame(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| *c == '\n' || !acts(*c)).collect()
}

/// JSON in which nothing acts. Outside of strings JSON has no such characters but line breaks.
fn escape(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !acts(c) {
            safe.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_gets_out() {
        let wild = "a\u{1b}[2Jb\u{9b}31mc\u{7}d\u{202e}e\rf\u{e0041}g\nh";
        assert_eq!(tame(wild), "a[2Jb31mcdefg\nh");
        assert_eq!(one_line(wild), "a[2Jb31mcdefg h");
        let json = escape(&serde_json::to_string(wild).unwrap());
        assert!(!json.chars().any(acts), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), wild);
    }

    #[test]
    fn letters_of_all_our_languages_stay() {
        let text = "Көк-Таш, Боз-Бешик, Oʻzbekcha, тоҷикӣ, қазақша и\u{306} — «»";
        assert_eq!(one_line(text), text);
    }
}
