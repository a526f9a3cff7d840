//! The coordinators' side of a report: a document of its own, under a key that monitors do not
//! have, pinned to the version of the report that was looked at.

use baikoo_protocol::id::StreamId;

use super::Client;
use super::project::differences;
use super::reports::{DocumentAnswers, parse_change};
use crate::error::ClientError;
use crate::form::answer::{Answer, Scalar};
use crate::form::{blocks_review, default_form, review_form, validate};
use crate::report::schema::state;
use crate::report::{ChangeHash, Document, DocumentKind, Path, TalkId, TalkItem, TalkKind};

impl Client {
    /// Answers a question of the review: status, reason, reliability and so on. A decision is
    /// pinned to the version of the report that is here now.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] for a monitor; [`ClientError::BadInput`] for an unknown
    /// question, for a rejection without a reason, and for verifying what lacks what a verified
    /// report must have, or what has two versions of something.
    pub fn set_review(
        &mut self,
        report: StreamId,
        question: &str,
        answer: Option<&Answer>,
    ) -> Result<(), ClientError> {
        self.must_coordinate()?;
        if review_form().question(question).is_none() {
            return Err(ClientError::BadInput(question.to_owned()));
        }
        let heads = self.pin(report, question, answer)?;
        let review = self.review_stream(report)?;
        let path = Path::question(question);
        self.edit(review, |edit| {
            edit.set(&path, answer);
            if let Some(heads) = heads {
                edit.set_state(state::REVIEWED_HEADS, Scalar::Text(heads));
            }
        })
    }

    /// Says something to the other coordinators alone.
    ///
    /// # Errors
    /// As [`Self::set_review`].
    pub fn note(&mut self, report: StreamId, text: &str) -> Result<TalkId, ClientError> {
        self.must_coordinate()?;
        let review = self.review_stream(report)?;
        self.say(review, TalkKind::Comment, text, None)
    }

    /// Asks the monitor something, in the report itself, where she can read it.
    ///
    /// # Errors
    /// As [`Self::set_review`].
    pub fn ask(&mut self, report: StreamId, text: &str) -> Result<TalkId, ClientError> {
        self.must_coordinate()?;
        let id = self.say(report, TalkKind::Question, text, None)?;
        self.set_review(report, "decision", Some(&Answer::Choice("asked".to_owned())))?;
        Ok(id)
    }

    /// Answers a question, in the report itself.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if there is no such question.
    pub fn answer_question(
        &mut self,
        report: StreamId,
        question: TalkId,
        text: &str,
    ) -> Result<TalkId, ClientError> {
        let asked = self
            .document(report)?
            .talk()
            .iter()
            .any(|said| said.id == question && said.item.kind == TalkKind::Question);
        if !asked {
            return Err(ClientError::NotFound("question"));
        }
        let id = TalkId(self.env.random());
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Err(ClientError::BadInput("empty".to_owned()));
        }
        let item = TalkItem { kind: TalkKind::Answer, text, to: None, about: None, reply_to: Some(question) };
        self.edit(report, |edit| edit.say(id, item))?;
        Ok(id)
    }

    /// Which heads a decision is pinned to; `None` for what is no decision.
    fn pin(
        &mut self,
        report: StreamId,
        question: &str,
        answer: Option<&Answer>,
    ) -> Result<Option<String>, ClientError> {
        let decision = match (question, answer) {
            ("decision", Some(Answer::Choice(code))) => code.clone(),
            ("viol_status", Some(_)) => "viol_status".to_owned(),
            _ => return Ok(None),
        };
        if decision == "rejected" {
            let review = self.review_stream(report)?;
            let reason = self.document(review)?.scalar(&Path::question("reason"));
            if !matches!(reason, Some(Scalar::Text(text)) if !text.trim().is_empty()) {
                return Err(ClientError::BadInput("a rejection needs a reason".to_owned()));
            }
        }
        let document = self.document(report)?;
        if decision == "verified" {
            let answers = DocumentAnswers::new(document, default_form());
            if differences(document, &answers.written) > 0 {
                return Err(ClientError::BadInput(
                    "there are two versions of something; resolve them".to_owned(),
                ));
            }
            let hints = validate(default_form(), &answers);
            if blocks_review(&hints) {
                return Err(ClientError::BadInput(
                    "something that a verified report must have is missing".to_owned(),
                ));
            }
        }
        let heads: Vec<String> = document.heads().iter().map(ToString::to_string).collect();
        Ok(Some(heads.join(" ")))
    }

    /// The stream of a report's review, begun if nobody has.
    pub(crate) fn review_stream(&mut self, report: StreamId) -> Result<StreamId, ClientError> {
        let first = self.role_secrets.get(&1).ok_or(ClientError::ApprovalPending)?;
        let stream = first.review_stream(report);
        let (known, of) =
            self.store.read(|tx| Ok::<_, ClientError>((tx.document(stream)?, tx.document(report)?)))?;
        if of.is_none_or(|row| row.is_review) {
            return Err(ClientError::NotFound("report"));
        }
        if known.is_none() {
            let id = report.to_string();
            self.found_document(stream, DocumentKind::Review, report, |edit| {
                edit.set_state(state::REPORT, Scalar::Text(id));
            })?;
        }
        Ok(stream)
    }
}

/// The heads of the report that the reviewer saw.
pub(crate) fn reviewed_heads(review: &Document) -> Option<Vec<ChangeHash>> {
    match review.state(state::REVIEWED_HEADS) {
        Some(Scalar::Text(text)) => text.split(' ').map(parse_change).collect(),
        _ => None,
    }
}
