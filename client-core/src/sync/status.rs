//! Where synchronising stands, in numbers that never say more than is so.

use baikoo_protocol::membership::{DeviceStatus, Entry};
use baikoo_protocol::token::Admission;

use super::engine::{Method, Request, SyncEngine};
use crate::client::{Client, damaged};
use crate::error::ClientError;
use crate::member::admission_of;
use crate::store::{EnvelopeState, Name};
use crate::view::SyncView;

impl Client {
    /// Where synchronising stands.
    ///
    /// # Errors
    /// Of the database.
    pub fn sync_status(&self, engine: &SyncEngine) -> Result<SyncView, ClientError> {
        let (phase, next_try_ms) = engine.phase();
        let standing = self.standing();
        self.store.read(|tx| {
            let (unsealed, unsealed_bytes) = tx.unsealed_size()?;
            let (outbox, outbox_bytes) = tx.outbox_size()?;
            let time = |name| tx.get_number(name).map(|number| (number != 0).then_some(number));
            Ok(SyncView {
                enrolled: tx.get(Name::Admission)?.is_none(),
                approved: standing == Some(DeviceStatus::Active),
                revoked: tx.get_number(Name::Revoked)? == 1
                    || matches!(standing, Some(DeviceStatus::Revoked { .. })),
                phase: phase.to_owned(),
                waiting_reports: u32::try_from(unsealed + outbox).unwrap_or(u32::MAX),
                waiting_bytes: unsealed_bytes + outbox_bytes,
                to_fetch: tx.get_count(Name::Head)?.saturating_sub(tx.get_count(Name::Cursor)?),
                last_success_ms: time(Name::LastSuccessMs)?,
                next_try_ms,
                trouble: engine.trouble().map(str::to_owned),
                alarms: tx.get_text(Name::Alarms)?.unwrap_or_default().lines().map(str::to_owned).collect(),
                skew_ms: time(Name::ServerOffsetMs)?.map(|offset| -offset),
            })
        })
    }

    /// Whether another call would have something to send, after one that sent `nothing` or something.
    pub(crate) fn has_something_to_send(&self, nothing: bool) -> Result<bool, ClientError> {
        let coordinates = self.coordinates();
        let follows = self
            .store
            .read(|tx| Ok::<_, ClientError>(tx.running_at(tx.get_count(Name::Cursor)?)?.is_some()))?;
        let (own, owes_rotation) = (self.device.id(), self.owes_rotation());
        self.store.read(|tx| {
            let announcement = coordinates && follows && !tx.peers_to_announce(1)?.is_empty();
            // What the last call could not send, the next could not either: waiting is better than
            // calling again and again.
            let leftover = tx.envelope_count(EnvelopeState::Outbox)? > 0
                || tx.has_streams_to_seal()?
                || !tx.streams_to_grant()?.is_empty()
                || coordinates
                    && (!tx.membership_wishes()?.is_empty() || !tx.envelopes_to_reoffer(own, 1)?.is_empty());
            let offer = tx.get_number(Name::OfferMembership)? == 1;
            Ok(announcement || offer || owes_rotation || leftover && !nothing)
        })
    }

    /// Numbers of which at least one changes with every call that gets something done.
    pub(crate) fn progress(&self) -> Result<[u64; 5], ClientError> {
        let mseq = self.membership.as_ref().map_or(0, |membership| membership.mseq());
        self.store.read(|tx| {
            let backfilled =
                tx.backfills(u32::MAX)?.iter().map(|one| one.until - one.after.min(one.until)).sum();
            let wishes = tx.membership_wishes()?.len() as u64;
            let cursor = tx.get_count(Name::Cursor)?;
            Ok([tx.get_count(Name::AcceptedDseq)?, mseq, cursor, backfilled, wishes])
        })
    }

    pub(crate) fn has_backfills(&self) -> Result<bool, ClientError> {
        self.store.read(|tx| Ok(!tx.backfills(1)?.is_empty()))
    }

    /// The request by which the server takes this device in, while it has not.
    pub(crate) fn admission_request(&self) -> Result<Option<Request>, ClientError> {
        self.store.read(|tx| {
            let Some(bytes) = tx.get(Name::Admission)? else { return Ok(None) };
            let admission = Admission::from_bytes(&bytes).ok_or(damaged("admission"))?;
            let entry = Entry::from_bytes(&admission.entry).map_err(|_| damaged("admission"))?;
            // A genesis has its place; an enrolment's is the server's to give.
            let founding = entry.mseq == 1;
            let path = if founding {
                "/v1/workspaces".to_owned()
            } else {
                format!("/v1/{}/enrol", self.workspace.to_path())
            };
            let headers =
                tx.get_text(Name::SetupCode)?.map(|code| ("x-baikoo-setup-code", code)).into_iter().collect();
            let url = format!("{}{path}", self.server);
            Ok(Some(Request { method: Method::Post, url, headers, body: bytes }))
        })
    }

    /// The server has taken this device in.
    pub(crate) fn admission_done(&mut self) -> Result<(), ClientError> {
        self.store.write(|tx| {
            tx.unset(Name::SetupCode)?;
            if let Some(admission) = tx.get(Name::Admission)? {
                tx.set(Name::Admitted, &admission)?;
            }
            Ok(tx.unset(Name::Admission)?)
        })
    }

    /// The server does not know this device. If it was restored from a backup that is older than
    /// the admission, the same admission will do again. Whether there is one to try.
    ///
    /// An entry whose place in the membership log is known keeps it: a server that put it in
    /// another's would have a log that nobody else's device could follow.
    pub(crate) fn ask_admission_again(&mut self) -> Result<bool, ClientError> {
        let own = self.membership.as_ref().and_then(|membership| membership.device(self.device.id()));
        let place = own.map(|device| device.mseq);
        self.store.write(|tx| {
            let Some(mut admission) = tx.get(Name::Admitted)? else { return Ok(false) };
            if let Some(entry) = tx.membership_entries()?.iter().find(|entry| Some(entry.mseq) == place) {
                admission = admission_of(&self.device, self.workspace, entry, &self.token).to_bytes();
            }
            tx.set(Name::Admission, &admission)?;
            Ok(true)
        })
    }

    pub(crate) fn sync_request(&self, body: Vec<u8>) -> Request {
        self.request(Method::Post, "sync", body)
    }

    /// The request whose answer says when there is something new: for coordinators, who wait for
    /// others' reports.
    pub fn events_request(&self) -> Option<Request> {
        self.coordinates().then(|| self.request(Method::Get, "events", Vec::new()))
    }

    fn request(&self, method: Method, what: &str, body: Vec<u8>) -> Request {
        let url = format!("{}/v1/{}/{what}", self.server, self.workspace.to_path());
        let headers = vec![("authorization", self.token.to_header(self.device.id()))];
        Request { method, url, headers, body }
    }

    pub(crate) fn note_success(&mut self) -> Result<(), ClientError> {
        let now_ms = self.env.clocks().wall_ms;
        self.store.write(|tx| Ok(tx.set_number(Name::LastSuccessMs, now_ms)?))
    }

    pub(crate) fn note_revoked(&mut self) -> Result<(), ClientError> {
        self.store.write(|tx| Ok(tx.set_number(Name::Revoked, 1)?))
    }
}
