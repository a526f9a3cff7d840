//! What a run fails with, and the exit codes.

use std::io;
use std::path::PathBuf;

use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::AnswerError;

use crate::words::Words;

/// Why a run failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The core says so.
    Client(ClientError),
    /// A typed text is no answer to a question.
    Answer(String, AnswerError),
    /// The arguments don't fit: a message's key and what it is about.
    Usage(&'static str, String),
    /// A file can't be read or written.
    File(PathBuf, io::Error),
    /// The results can't be written.
    Output(io::Error),
}

impl Failure {
    /// The arguments don't fit.
    pub(crate) fn usage(key: &'static str, what: impl Into<String>) -> Self {
        Self::Usage(key, what.into())
    }

    /// See [`exit_code`].
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Client(error) => exit_code(error.code()),
            Self::Answer(..) => exit_code("bad_input"),
            Self::Usage(..) => 2,
            // Whoever closed the pipe has seen enough.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::File(..) | Self::Output(_) => 1,
        }
    }

    /// A name for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Client(error) => error.code(),
            Self::Answer(..) => "bad_input",
            Self::Usage(..) => "usage",
            Self::File(..) | Self::Output(_) => "file",
        }
    }

    /// What a person is told.
    pub(crate) fn say(&self, words: Words) -> String {
        match self {
            Self::Client(ClientError::NotFound(what)) => {
                words.say("error.not_found", &[("what", &about(words, "what", what))])
            }
            Self::Client(ClientError::BadInput(what)) => {
                words.say("error.bad_input", &[("what", &about(words, "bad", what))])
            }
            Self::Client(ClientError::ServerRefused(refusal)) => {
                words.say("error.server_refused", &[("what", &refusal.to_string())])
            }
            Self::Client(error) => words.get(&format!("error.{}", error.code())).to_owned(),
            Self::Answer(question, error) => {
                let why = words.get(answer_key(*error));
                words.say("error.answer", &[("question", question), ("why", why)])
            }
            Self::Usage(key, what) => words.say(key, &[("what", what)]),
            Self::File(path, error) => {
                let (path, error) = (path.display().to_string(), error.to_string());
                words.say("error.file", &[("path", &path), ("why", &error)])
            }
            Self::Output(error) => words.say("error.output", &[("why", &error.to_string())]),
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// The core says what is wrong in a few fixed English words; here they are translated, and what is
/// not among them (a path, a question's name) is said as it is.
fn about(words: Words, family: &str, what: &str) -> String {
    let slug: String = what.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    words.find(&format!("{family}.{slug}")).unwrap_or(what).to_owned()
}

fn answer_key(error: AnswerError) -> &'static str {
    match error {
        AnswerError::UnknownQuestion => "answer.unknown_question",
        AnswerError::UnknownCode => "answer.unknown_code",
        AnswerError::Empty => "answer.empty",
        AnswerError::NotANumber => "answer.not_a_number",
        AnswerError::Date(_) => "answer.date",
        AnswerError::Time(_) => "answer.time",
        AnswerError::BadCoordinates => "answer.coordinates",
        AnswerError::TooLong => "answer.too_long",
        AnswerError::Narrative => "answer.narrative",
        AnswerError::Note => "answer.note",
        _ => "answer.other",
    }
}

/// The exit code of a code of [`ClientError`]: 10 and on, in the order of its list, which only
/// ever grows at its end.
pub fn exit_code(code: &str) -> u8 {
    let place = ClientError::CODES.iter().position(|known| *known == code);
    place.and_then(|place| u8::try_from(place + 10).ok()).unwrap_or(1)
}

/// The exit codes as text.
pub(crate) fn exit_codes_help() -> String {
    let mut text = "Exit codes:\n   0  done\n   1  a file or the output can't be read or written\n   2  usage: arguments that don't fit\n"
        .to_owned();
    for code in ClientError::CODES {
        text.push_str(&format!("  {}  {code}\n", exit_code(code)));
    }
    text.push_str("\nEnvironment: BAIKOO_HOME, BAIKOO_LANG, BAIKOO_PASSPHRASE, BAIKOO_NEW_PASSPHRASE,\nBAIKOO_SETUP_CODE, BAIKOO_CA. See docs/CLI.md.");
    text
}
