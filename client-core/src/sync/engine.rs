//! When to call, with how much, and what to do with the answer: input in, effects out.
//!
//! One request does both directions. After a failure in the middle of an upload the next request
//! only asks where the server stands (one round trip, a few hundred bytes), and goes on from there;
//! the amount per request shrinks when the line breaks and grows when it holds.

use baikoo_protocol::frame::{Frame, FrameDecoder};
use baikoo_protocol::refusal::Refusal;

use super::backoff;
use super::incoming::Answer;
use super::outgoing::Uploaded;
use crate::client::Client;
use crate::error::ClientError;
use crate::store::Name;

/// What happens to the engine.
#[derive(Debug)]
pub enum Input {
    /// A person or the front end wants a sync now.
    SyncNow,
    /// Something was written down; it should travel soon.
    LocalChange,
    /// The time that [`Effect::WakeAt`] asked for has come.
    Wake,
    /// The server says that it has something new: see [`super::driver::listen`].
    News,
    /// The platform says that there is a network, or that there is none.
    Network(bool),
    /// The platform says that bytes or power are dear now, or that they are not: the network is
    /// metered, or nobody looks at the screen.
    Sparing(bool),
    /// The answer's first line has come.
    Status(u16),
    /// Bytes of the answer.
    Bytes(Vec<u8>),
    /// The answer is complete, as far as the transport can tell.
    Finished,
    /// The connection failed, before the answer or in it.
    Failed,
}

/// What the engine wants done. It never does anything itself.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send this request; what comes back is input.
    Send(Request),
    /// Give [`Input::Wake`] at this time, in milliseconds since 1970 by the device's clock. The
    /// latest such effect counts.
    WakeAt(i64),
    /// Something that a screen may show has changed: see [`Client::sync_status`].
    Tell,
}

/// An HTTP request's method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The body is empty.
    Get,
    /// Everything but listening.
    Post,
}

/// An HTTP request.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// How it asks.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Name and value.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl core::fmt::Debug for Request {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The headers hold the token.
        f.debug_struct("Request").field("body_bytes", &self.body.len()).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum Phase {
    Idle,
    Admitting { status: u16, answer: Vec<u8> },
    Calling(Box<Call>),
    Waiting { until_ms: i64 },
}

#[derive(Debug)]
struct Call {
    status: u16,
    decoder: FrameDecoder,
    uploaded: Vec<Uploaded>,
    // It only asked where the server stands.
    probe: bool,
    // How far this device was when the call began.
    standing: [u64; 5],
    answer: Answer,
    ended: bool,
    // The body of an answer that is not a sync answer: a refusal.
    refusal: Vec<u8>,
    received: usize,
}

/// The first upload per request, in bytes, and the least.
const UP_FIRST: usize = 16 * 1024;
const UP_LEAST: usize = 2 * 1024;
const UP_MOST: usize = 1024 * 1024;
const DOWN_FIRST: u64 = 64 * 1024;
const DOWN_LEAST: u64 = 8 * 1024;
const DOWN_MOST: u64 = 8 * 1024 * 1024;
/// How often to look whether there is something new while nothing else asks for it.
const LOOK_EVERY_MS: i64 = 5 * 60_000;
/// The same while bytes or power are dear.
const LOOK_SPARINGLY_MS: i64 = 60 * 60_000;
/// How long to gather further changes before a local change is sent.
const GATHER_MS: i64 = 800;
/// How many times in a row a coordinator answers a moved membership log at once.
const MOVED_MOST: u32 = 8;
/// How many times in a row a device steps back because the server wants an earlier envelope.
const GAPS_MOST: u32 = 64;

/// The machine.
#[derive(Debug)]
pub struct SyncEngine {
    phase: Phase,
    offline: bool,
    sparing: bool,
    dirty: bool,
    // The server has said that there is more, since the last call was made.
    news: bool,
    failures: u32,
    moved: u32,
    // Calls in a row after which the server wanted earlier envelopes.
    gaps: u32,
    // The admission was tried again since the last success.
    readmitted: bool,
    up: usize,
    down: u64,
    stopped: bool,
    trouble: Option<ClientError>,
    // Its code, which stands until the next success, whoever took the trouble itself.
    trouble_code: Option<&'static str>,
}

impl Default for SyncEngine {
    fn default() -> Self {
        Self {
            phase: Phase::Idle,
            offline: false,
            sparing: false,
            dirty: false,
            news: false,
            failures: 0,
            moved: 0,
            gaps: 0,
            readmitted: false,
            up: UP_FIRST,
            down: DOWN_FIRST,
            stopped: false,
            trouble: None,
            trouble_code: None,
        }
    }
}

impl SyncEngine {
    /// An idle engine: give it [`Input::SyncNow`] to begin.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a request is on its way.
    pub fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Admitting { .. } | Phase::Calling(_))
    }

    /// Whoever drives this has let go of the answer. Nothing is lost: the next call asks first where
    /// the server stands.
    pub fn hang_up(&mut self) {
        if self.is_busy() {
            self.phase = Phase::Idle;
        }
    }

    /// The code of what went wrong last; forgotten after the next success.
    pub fn trouble(&self) -> Option<&'static str> {
        self.trouble_code
    }

    /// What went wrong last, taken out.
    pub fn take_trouble(&mut self) -> Option<ClientError> {
        self.trouble.take()
    }

    /// The phase's name and the time of the next try, for [`Client::sync_status`].
    pub(crate) fn phase(&self) -> (&'static str, Option<i64>) {
        match &self.phase {
            _ if self.offline => ("offline", None),
            Phase::Idle => ("idle", None),
            Phase::Admitting { .. } | Phase::Calling(_) => ("running", None),
            Phase::Waiting { until_ms } => ("waiting", Some(*until_ms)),
        }
    }

    /// Takes an input and says what is to be done.
    ///
    /// # Errors
    /// Of this device's own database only. What goes wrong on the line is an effect and
    /// [`Self::trouble`].
    pub fn handle(&mut self, client: &mut Client, input: Input) -> Result<Vec<Effect>, ClientError> {
        let done = self.step(client, input);
        if done.is_err() && self.is_busy() {
            // The database could not take it: a full disk, say. Whoever drives this lets go of the
            // answer, so there is none to wait for any more.
            self.failures = self.failures.saturating_add(1);
            let until_ms = client.env.clocks().wall_ms + backoff::wait_ms(self.failures, 0);
            self.phase = Phase::Waiting { until_ms };
        }
        done
    }

    fn step(&mut self, client: &mut Client, input: Input) -> Result<Vec<Effect>, ClientError> {
        match input {
            Input::SyncNow => {
                self.stopped = false;
                self.failures = 0;
                if self.is_busy() {
                    self.dirty = true;
                    return Ok(Vec::new());
                }
                self.begin(client)
            }
            Input::LocalChange => {
                self.dirty = true;
                if self.is_busy() || self.offline || self.stopped || self.failures > 0 {
                    return Ok(Vec::new());
                }
                Ok(self.gather(client))
            }
            Input::News => {
                self.news = true;
                if self.is_busy() || self.offline || self.stopped {
                    return Ok(Vec::new());
                }
                Ok(self.gather(client))
            }
            Input::Wake => match self.phase {
                Phase::Waiting { until_ms } if client.env.clocks().wall_ms < until_ms => {
                    Ok(vec![Effect::WakeAt(until_ms)])
                }
                Phase::Waiting { .. } | Phase::Idle if !self.offline && !self.stopped => self.begin(client),
                _ => Ok(Vec::new()),
            },
            Input::Network(up) => {
                self.offline = !up;
                if up && !self.is_busy() && !self.stopped {
                    // Fifty phones come back from one outage: not all in the same instant.
                    let jitter = i64::from(client.env.random::<1>()[0]) * 4;
                    let until_ms = client.env.clocks().wall_ms + jitter;
                    self.phase = Phase::Waiting { until_ms };
                    return Ok(vec![Effect::WakeAt(until_ms), Effect::Tell]);
                }
                Ok(vec![Effect::Tell])
            }
            Input::Sparing(sparing) => {
                self.sparing = sparing;
                Ok(Vec::new())
            }
            Input::Status(status) => {
                match &mut self.phase {
                    Phase::Admitting { status: slot, .. } => *slot = status,
                    Phase::Calling(call) => call.status = status,
                    _ => {}
                }
                Ok(Vec::new())
            }
            Input::Bytes(bytes) => self.take_bytes(client, &bytes),
            Input::Finished => self.finish(client),
            Input::Failed => self.fail(client, ClientError::Offline),
        }
    }

    fn gather(&mut self, client: &Client) -> Vec<Effect> {
        let until_ms = client.env.clocks().wall_ms + GATHER_MS;
        self.phase = Phase::Waiting { until_ms };
        vec![Effect::WakeAt(until_ms), Effect::Tell]
    }

    fn begin(&mut self, client: &mut Client) -> Result<Vec<Effect>, ClientError> {
        if self.offline {
            return Ok(Vec::new());
        }
        if let Some(request) = client.admission_request()? {
            self.phase = Phase::Admitting { status: 0, answer: Vec::new() };
            return Ok(vec![Effect::Send(request), Effect::Tell]);
        }
        let probe = client.store.read(|tx| tx.get_number(Name::Probe))? == 1;
        let upload = client.prepare_sync(self.up, self.down, probe)?;
        if !upload.frames.is_empty() {
            // If this call is cut, the next one asks first.
            client.store.write(|tx| Ok::<_, ClientError>(tx.set_number(Name::Probe, 1)?))?;
        }
        (self.dirty, self.news) = (false, false);
        let request = client.sync_request(upload.bytes);
        self.phase = Phase::Calling(Box::new(Call {
            status: 0,
            decoder: FrameDecoder::default(),
            uploaded: upload.frames,
            probe,
            standing: client.progress()?,
            answer: Answer::default(),
            ended: false,
            refusal: Vec::new(),
            received: 0,
        }));
        Ok(vec![Effect::Send(request), Effect::Tell])
    }

    fn take_bytes(&mut self, client: &mut Client, bytes: &[u8]) -> Result<Vec<Effect>, ClientError> {
        let call = match &mut self.phase {
            Phase::Admitting { answer, .. } => {
                if answer.len() + bytes.len() <= 64 {
                    answer.extend_from_slice(bytes);
                }
                return Ok(Vec::new());
            }
            Phase::Calling(call) => call,
            _ => return Ok(Vec::new()),
        };
        if call.status != 200 {
            if call.refusal.len() + bytes.len() <= 64 {
                call.refusal.extend_from_slice(bytes);
            }
            return Ok(Vec::new());
        }
        call.received += bytes.len();
        call.decoder.push(bytes);
        let mut frames = Vec::new();
        loop {
            match call.decoder.next_frame() {
                Ok(Some(Frame::End)) => call.ended = true,
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(_) => return self.fail(client, ClientError::UpdateNeeded),
            }
        }
        let status_was_seen = call.answer.status_seen;
        match client.receive_frames(frames, &mut call.answer, &call.uploaded) {
            Ok(()) => {}
            Err(error @ (ClientError::StorageFull | ClientError::Internal(_))) => return Err(error),
            Err(error) => return self.fail(client, error),
        }
        if call.answer.status_seen && !status_was_seen {
            // The server has said how far it is: no need to ask again.
            client.store.write(|tx| Ok::<_, ClientError>(tx.set_number(Name::Probe, 0)?))?;
            client.reproject_own()?;
        }
        Ok(vec![Effect::Tell])
    }

    fn finish(&mut self, client: &mut Client) -> Result<Vec<Effect>, ClientError> {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Admitting { status: 200 | 201, .. } => {
                client.admission_done()?;
                self.begin(client)
            }
            Phase::Admitting { status, answer } => self.refused(client, status, &answer),
            Phase::Calling(call) if call.status != 200 => self.refused(client, call.status, &call.refusal),
            Phase::Calling(call) if call.ended && call.answer.status_seen => self.succeed(client, &call),
            Phase::Calling(call) => {
                // Something came, though not all: what came is kept, and counts as progress.
                while client.settle()? {}
                let _ = call;
                self.fail(client, ClientError::Offline)
            }
            other => {
                self.phase = other;
                Ok(Vec::new())
            }
        }
    }

    fn succeed(&mut self, client: &mut Client, call: &Call) -> Result<Vec<Effect>, ClientError> {
        while client.settle()? {}
        client.note_success()?;
        self.failures = 0;
        self.trouble = None;
        self.trouble_code = None;
        self.up = (self.up * 2).min(UP_MOST);
        self.down = (self.down * 2).min(DOWN_MOST);
        self.readmitted = false;
        self.moved = if call.answer.membership_moved { self.moved + 1 } else { 0 };
        self.gaps = if call.answer.gap { self.gaps + 1 } else { 0 };
        let behind = call.answer.membership_moved && !call.answer.entries_came;
        if behind || call.uploaded.contains(&Uploaded::Known) {
            client.note_membership_behind(behind)?;
        }
        let held_back =
            matches!(call.answer.refused, Some(Refusal::Busy | Refusal::StorageFull | Refusal::Internal));
        if held_back {
            let refusal = call.answer.refused.unwrap_or(Refusal::Busy);
            return self.fail(client, ClientError::from(refusal));
        }
        let go_on = call.answer.more
            || self.dirty
            || client.has_backfills()?
            || self.moved > 0 && self.moved < MOVED_MOST
            || self.moved == 0
                && self.gaps < GAPS_MOST
                && client.has_something_to_send(call.uploaded.is_empty() && !call.probe)?;
        // Whatever the server says, a call that changed nothing is not followed by the same at once.
        let moved = call.probe || call.answer.gap || client.progress()? != call.standing;
        if go_on && moved {
            return self.begin(client);
        }
        if self.news {
            // Told of while this call was on its way. Not at once, however often a server says so.
            return Ok(self.gather(client));
        }
        let pause_ms = if self.sparing { LOOK_SPARINGLY_MS } else { LOOK_EVERY_MS };
        let until_ms = client.env.clocks().wall_ms + pause_ms;
        self.phase = Phase::Waiting { until_ms };
        Ok(vec![Effect::WakeAt(until_ms), Effect::Tell])
    }

    fn refused(
        &mut self,
        client: &mut Client,
        status: u16,
        answer: &[u8],
    ) -> Result<Vec<Effect>, ClientError> {
        let refusal = answer.first().and_then(|byte| Refusal::from_byte(*byte));
        let error = match refusal {
            // A captive portal, a proxy, or no Baikoo at all.
            None => ClientError::Offline,
            Some(refusal) if refusal.http_status() != status => ClientError::Offline,
            Some(Refusal::InviteNotOpen) => client.not_let_in()?,
            Some(refusal) => ClientError::from(refusal),
        };
        client.store.write(|tx| Ok::<_, ClientError>(tx.set_number(Name::Probe, 0)?))?;
        if matches!(error, ClientError::Unauthorised) && !self.readmitted && client.ask_admission_again()? {
            self.readmitted = true;
            return self.begin(client);
        }
        self.fail(client, error)
    }

    fn fail(&mut self, client: &mut Client, error: ClientError) -> Result<Vec<Effect>, ClientError> {
        self.failures = self.failures.saturating_add(1);
        self.up = (self.up / 2).max(UP_LEAST);
        self.down = (self.down / 2).max(DOWN_LEAST);
        if matches!(error, ClientError::DeviceRevoked) {
            client.note_revoked()?;
        }
        // Trying again would not help before a person has done something.
        self.stopped = matches!(
            error,
            ClientError::DeviceRevoked
                | ClientError::InviteExpired
                | ClientError::RecoveryInvalid
                | ClientError::UpdateNeeded
        );
        self.trouble_code = Some(error.code());
        self.trouble = Some(error);
        let dice = u32::from_le_bytes(client.env.random());
        let until_ms = client.env.clocks().wall_ms + backoff::wait_ms(self.failures, dice);
        self.phase = if self.stopped { Phase::Idle } else { Phase::Waiting { until_ms } };
        Ok(if self.stopped { vec![Effect::Tell] } else { vec![Effect::WakeAt(until_ms), Effect::Tell] })
    }
}
