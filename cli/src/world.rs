//! Everything around a run, handed in.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use baikoo_client_core::env::Env;
use zeroize::Zeroizing;

/// Asks a person for a secret, without echoing it.
pub type Ask = fn(&str) -> io::Result<Zeroizing<String>>;

/// Streams, environment, clocks and dice.
pub struct World<'a> {
    /// Where results go.
    pub out: &'a mut dyn Write,
    /// Where progress and errors go.
    pub err: &'a mut dyn Write,
    /// What is piped in.
    pub input: &'a mut dyn BufRead,
    /// Whether a person looks at the results.
    pub out_is_terminal: bool,
    /// Whether a person looks at the progress.
    pub err_is_terminal: bool,
    /// How to ask a person; `None` where there is nobody to ask.
    pub ask: Option<Ask>,
    /// Environment variables.
    pub vars: BTreeMap<String, String>,
    /// The terminal's width in columns; `None` if there is none, and tables are as wide as they are.
    pub width: Option<usize>,
    /// Clocks and dice.
    pub env: fn() -> Box<dyn Env>,
}

impl World<'_> {
    /// An environment variable that is set and not empty.
    pub(crate) fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}
