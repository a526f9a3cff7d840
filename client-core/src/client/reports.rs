//! Writing: reports are begun, answered, sent, withdrawn, shared; differences are resolved.

use baikoo_protocol::id::{MemberId, StreamId};

use super::{Client, Event, damaged, owe_projection};
use crate::crypto::keys::DocumentKey;
use crate::error::ClientError;
use crate::form::answer::{Answer, Scalar};
use crate::form::{Answers, Form, default_form};
use crate::report::schema::state;
use crate::report::{
    ActorId, ChangeHash, Document, DocumentError, DocumentKind, Edit, EntryId, Path, Stage, TalkId, TalkItem,
    TalkKind, TextName, Written,
};
use crate::store::DocumentRow;

/// Changes that are kept beside a document's base before they are folded into it.
const CHANGES_BESIDE_BASE: usize = 24;

/// Urgent reports leave first.
const URGENT: i64 = 0;
/// Then the small ones, as flash reports are, then the rest.
const ORDINARY: i64 = 1;

/// One of the things that a save writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Put {
    /// An answer, or that it was taken back.
    Field(Path, Option<Answer>),
    /// A long text as a whole; see [`Client::set_text`].
    Text(TextName, String),
}

impl Client {
    /// Begins a report. It stays on this device until it is sent.
    ///
    /// # Errors
    /// Of the database.
    pub fn create_report(&mut self, language: Option<&str>) -> Result<StreamId, ClientError> {
        let stream = StreamId(self.env.random());
        let form = default_form();
        let (id, version) = (form.id.clone(), i64::from(form.version));
        let language = language.map(str::to_owned);
        self.found_document(stream, DocumentKind::Report, stream, |edit| {
            edit.set_state(state::FORM, Scalar::Text(id));
            edit.set_state(state::FORM_VERSION, Scalar::Integer(version));
            if let Some(language) = language {
                edit.set_state("language", Scalar::Text(language));
            }
            edit.set_stage(Stage::Draft, "");
        })?;
        Ok(stream)
    }

    /// Begins a document with what makes it one, in one transaction: a device that dies here has
    /// either all of it or nothing.
    pub(crate) fn found_document(
        &mut self,
        stream: StreamId,
        kind: DocumentKind,
        report: StreamId,
        gather: impl FnOnce(&mut Edit<'_>),
    ) -> Result<(), ClientError> {
        let mut document = Document::create();
        let key = DocumentKey::make(&mut *self.env);
        let row = DocumentRow {
            stream,
            is_review: kind == DocumentKind::Review,
            report,
            base: document.save(),
            author: self.device.id(),
            begun_ms: self.env.clocks().wall_ms,
            released: kind == DocumentKind::Review,
            opened_heads: None,
            priority: ORDINARY,
        };
        let actor = self.actor(stream);
        let (own, incarnation) = (self.device.id(), self.incarnation);
        let time_ms = self.env.clocks().wall_ms;
        let changes = document
            .edit(actor, time_ms, gather)
            .map_err(|error| ClientError::BadInput(error.to_string()))?;
        self.store.write(|tx| {
            tx.add_document(&row)?;
            tx.add_key(stream, &key, false)?;
            tx.set_actor(stream, actor.0, own)?;
            for change in &changes {
                tx.add_change(stream, change, Some(incarnation))?;
            }
            owe_projection(tx, &[report].into())
        })?;
        self.open = Some((stream, document));
        self.project_owed()
    }

    fn actor(&self, stream: StreamId) -> ActorId {
        ActorId::derive(self.device.id(), stream, self.incarnation)
    }

    /// Answers a question, or takes the answer back. Durable when this returns. An answer that
    /// the form finds odd is kept all the same: see the hints of the report.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown report; [`ClientError::BadInput`] for a path that
    /// can't hold an answer.
    pub fn set_answer(
        &mut self,
        report: StreamId,
        path: &Path,
        answer: Option<&Answer>,
    ) -> Result<(), ClientError> {
        if matches!(path, Path::Text(_) | Path::Talk(_) | Path::State(_)) || !path.is_valid() {
            return Err(ClientError::BadInput(path.to_string()));
        }
        self.edit(report, |edit| edit.set(path, answer))
    }

    /// Writes one of the long texts as a whole; only what differs is changed, so that two people's
    /// words meet where they wrote them.
    ///
    /// # Errors
    /// As [`Self::set_answer`].
    pub fn set_text(&mut self, report: StreamId, name: TextName, text: &str) -> Result<(), ClientError> {
        self.edit(report, |edit| edit.set_text(name, text))
    }

    /// Several answers and texts in one save: one change, all of it or nothing.
    ///
    /// # Errors
    /// As [`Self::set_answer`].
    pub fn save(&mut self, report: StreamId, puts: &[Put]) -> Result<(), ClientError> {
        for put in puts {
            if let Put::Field(path, _) = put
                && (matches!(path, Path::Text(_) | Path::Talk(_) | Path::State(_)) || !path.is_valid())
            {
                return Err(ClientError::BadInput(path.to_string()));
            }
        }
        self.edit(report, |edit| {
            for put in puts {
                match put {
                    Put::Field(path, answer) => edit.set(path, answer.as_ref()),
                    Put::Text(name, text) => edit.set_text(*name, text),
                }
            }
        })
    }

    /// Adds a person, a destroyed house or another repeated thing.
    ///
    /// # Errors
    /// As [`Self::set_answer`].
    pub fn add_entry(&mut self, report: StreamId, section: &str) -> Result<EntryId, ClientError> {
        let id = EntryId(self.env.random());
        let document = self.document(report)?;
        let order = i64::try_from(document.entry_count(section)).unwrap_or(i64::MAX);
        self.edit(report, |edit| edit.add_entry(section, id, order))?;
        Ok(id)
    }

    /// Crosses an entry out. It stays readable, and what others write into it meanwhile is shown.
    ///
    /// # Errors
    /// As [`Self::set_answer`].
    pub fn remove_entry(
        &mut self,
        report: StreamId,
        section: &str,
        entry: EntryId,
        reason: &str,
    ) -> Result<(), ClientError> {
        self.edit(report, |edit| edit.remove_entry(section, entry, reason))
    }

    /// Takes back that an entry was crossed out.
    ///
    /// # Errors
    /// As [`Self::set_answer`].
    pub fn restore_entry(
        &mut self,
        report: StreamId,
        section: &str,
        entry: EntryId,
    ) -> Result<(), ClientError> {
        self.edit(report, |edit| edit.restore_entry(section, entry))
    }

    /// Lets a report leave this device with the next sync, now and whenever it is changed. Nothing
    /// has to be complete.
    ///
    /// # Errors
    /// As [`Self::set_answer`].
    pub fn send(&mut self, report: StreamId) -> Result<(), ClientError> {
        let now = crate::client::describe::rfc3339(self.env.clocks());
        let urgent = matches!(
            self.document(report)?.scalar(&Path::question("danger_now")),
            Some(Scalar::Text(code)) if code == "yes"
        );
        let again = self.document(report)?.stage() == Stage::Sent;
        if !again {
            self.edit(report, |edit| {
                edit.set_stage(Stage::Sent, "");
                edit.set_state(state::SENT_AT, Scalar::Text(now));
            })?;
        }
        let priority = if urgent { URGENT } else { ORDINARY };
        self.store.write(|tx| Ok::<_, ClientError>(tx.release_document(report, priority)?))?;
        self.project(report)
    }

    /// Takes a report back. Those who have it still see it, marked, with the reason.
    ///
    /// # Errors
    /// As [`Self::set_answer`].
    pub fn withdraw(&mut self, report: StreamId, reason: &str) -> Result<(), ClientError> {
        self.edit(report, |edit| edit.set_stage(Stage::Withdrawn, reason))
    }

    /// Chooses among versions: the one that stands in `change`. The others stay in the history.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if there is no such version.
    pub fn resolve(&mut self, report: StreamId, path: &Path, change: &str) -> Result<(), ClientError> {
        let wanted = self
            .document(report)?
            .versions(path)
            .into_iter()
            .find(|version| version.by.iter().any(|stamp| stamp.change.to_string() == change))
            .ok_or(ClientError::NotFound("version"))?;
        self.edit(report, |edit| edit.set_scalar(path, wanted.scalar))
    }

    /// Puts an earlier value back, as a new change.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if there is no such change.
    pub fn restore(&mut self, report: StreamId, path: &Path, change: &str) -> Result<(), ClientError> {
        let change = parse_change(change).ok_or(ClientError::NotFound("change"))?;
        self.edit(report, |edit| edit.restore(path, change))
    }

    /// Asks, answers or comments. It can't be taken back or changed.
    ///
    /// # Errors
    /// [`ClientError::BadInput`] for an empty text.
    pub fn say(
        &mut self,
        report: StreamId,
        kind: TalkKind,
        text: &str,
        reply_to: Option<TalkId>,
    ) -> Result<TalkId, ClientError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ClientError::BadInput("empty".to_owned()));
        }
        let id = TalkId(self.env.random());
        let item = TalkItem { kind, text: text.to_owned(), to: None, about: None, reply_to };
        self.edit(report, |edit| edit.say(id, item))?;
        Ok(id)
    }

    /// Lets another member read and write a report, from its first word.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown report or a member without a device in standing;
    /// [`ClientError::NotAllowed`] for whom it was only shared with.
    pub fn share(&mut self, report: StreamId, member: MemberId) -> Result<(), ClientError> {
        let devices: Vec<_> = self.membership()?.devices_of(member).collect();
        if devices.is_empty() {
            return Err(ClientError::NotFound("member"));
        }
        let found = self.store.read(|tx| tx.document(report))?.filter(|row| !row.is_review);
        let author = found.ok_or(ClientError::NotFound("report"))?.author;
        let is_hers = self.membership()?.device(author).is_some_and(|device| device.member == self.member);
        // The server would refuse it, and with it all that this device ever writes afterwards.
        if !is_hers && !self.coordinates() {
            return Err(ClientError::NotAllowed);
        }
        self.store.write(|tx| devices.iter().try_for_each(|device| tx.add_share(report, *device, false)))?;
        self.events.push(Event::ReportChanged(report));
        Ok(())
    }

    /// Throws away a draft that never left this device.
    ///
    /// # Errors
    /// [`ClientError::BadInput`] if it has left: withdraw it instead.
    pub fn discard_draft(&mut self, report: StreamId) -> Result<(), ClientError> {
        let row = self.store.read(|tx| tx.document(report))?.ok_or(ClientError::NotFound("report"))?;
        if row.released {
            return Err(ClientError::BadInput("already sent; withdraw it".to_owned()));
        }
        self.open = None;
        self.store.write(|tx| {
            tx.forget_document(report)?;
            Ok::<_, ClientError>(tx.unproject(report)?)
        })?;
        self.events.push(Event::ReportChanged(report));
        Ok(())
    }

    /// One save: edits the document, keeps the changes, renews the projection, in one transaction.
    pub(crate) fn edit(
        &mut self,
        stream: StreamId,
        gather: impl FnOnce(&mut Edit<'_>),
    ) -> Result<(), ClientError> {
        let actor = self.actor(stream);
        let time_ms = self.env.clocks().wall_ms;
        let mut document = self.take_document(stream)?;
        // Whoever was granted a document writes in it for the first time here.
        let changes = match document.edit(actor, time_ms, gather) {
            Ok(changes) => changes,
            Err(error) => {
                self.open = Some((stream, document));
                return Err(match error {
                    DocumentError::NoSuchChange => ClientError::NotFound("change"),
                    other => ClientError::BadInput(other.to_string()),
                });
            }
        };
        if changes.is_empty() {
            self.open = Some((stream, document));
            return Ok(());
        }
        let (own, incarnation) = (self.device.id(), self.incarnation);
        let mut projected = self.plan_projection(stream, &document)?;
        // What one writes oneself is no news: what was read stays read.
        let was_read = self.store.read(|tx| tx.listed(stream))?.is_none_or(|row| !row.unread);
        if let Some(projected) = projected.as_mut().filter(|one| was_read && one.stream == stream) {
            projected.mark_read();
        }
        let heads: Vec<u8> = document.heads().iter().flat_map(|head| head.0).collect();
        // On a failure the open document is ahead of the database: it is dropped, not kept.
        self.store.write(|tx| {
            tx.set_actor(stream, actor.0, own)?;
            for change in &changes {
                tx.add_change(stream, change, Some(incarnation))?;
            }
            if tx.changes_since_base(stream)?.len() > CHANGES_BESIDE_BASE {
                tx.rebase_document(stream, &document.save())?;
            }
            if let Some(projected) = &projected {
                projected.keep(tx)?;
            }
            if was_read {
                tx.set_opened(stream, &heads)?;
            }
            Ok::<_, ClientError>(())
        })?;
        self.open = Some((stream, document));
        let report = projected.map_or(stream, |projected| projected.stream);
        self.events.push(Event::ReportChanged(report));
        Ok(())
    }

    /// The document, loaded if it is not the open one.
    pub(crate) fn document(&mut self, stream: StreamId) -> Result<&Document, ClientError> {
        let document = self.take_document(stream)?;
        Ok(&self.open.insert((stream, document)).1)
    }

    fn take_document(&mut self, stream: StreamId) -> Result<Document, ClientError> {
        match self.open.take() {
            Some((open, document)) if open == stream => Ok(document),
            _ => self.load_document(stream),
        }
    }

    pub(crate) fn load_document(&self, stream: StreamId) -> Result<Document, ClientError> {
        self.store.read(|tx| {
            let row = tx.document(stream)?.ok_or(ClientError::NotFound("report"))?;
            let changes = tx.changes_since_base(stream)?;
            Document::load(&row.base, &changes).map_err(|_| damaged("document"))
        })
    }
}

/// A document as the form's engine reads it.
pub(crate) struct DocumentAnswers<'a> {
    document: &'a Document,
    form: &'static Form,
    pub(crate) written: Written,
}

impl<'a> DocumentAnswers<'a> {
    pub(crate) fn new(document: &'a Document, form: &'static Form) -> Self {
        Self { document, form, written: document.written() }
    }

    fn typed(&self, path: &Path, question: &str) -> Option<Answer> {
        let wanted = self.form.question(question)?.kind.answer_type()?;
        match path {
            Path::Text(_) => self.document.answer(path, wanted),
            _ => Answer::from_scalar(self.written.scalar(path)?, wanted),
        }
    }
}

impl Answers for DocumentAnswers<'_> {
    fn answer(&self, question: &str) -> Option<Answer> {
        self.typed(&Path::question(question), question)
    }

    fn entries(&self, section: &str) -> Vec<String> {
        let entries = self.document.entries(section).into_iter();
        entries.filter(|entry| entry.removed.is_none()).map(|entry| entry.id.to_string()).collect()
    }

    fn entry_answer(&self, section: &str, entry: &str, question: &str) -> Option<Answer> {
        self.typed(&Path::entry(section, entry.parse().ok()?, question), question)
    }

    fn narrative(&self, name: &str) -> String {
        match Path::question(name) {
            Path::Text(name) => self.document.text(name),
            _ => String::new(),
        }
    }
}

pub(crate) fn parse_change(hex: &str) -> Option<ChangeHash> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, place) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&hex[place..place + 2], 16).ok()?;
    }
    Some(ChangeHash(hash))
}
