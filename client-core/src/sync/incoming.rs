//! What comes down: stored raw, with the cursor, in one transaction, before anybody looks inside.
//! A bad envelope never blocks the rest.

use std::collections::BTreeMap;

use baikoo_protocol::envelope::{Envelope, WireEnvelope};
use baikoo_protocol::frame::{Frame, Status};
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::DeviceId;
use baikoo_protocol::refusal::Refusal;

use super::outgoing::Uploaded;
use crate::client::{Client, Event};
use crate::error::ClientError;
use crate::store::{EnvelopeState, Name, Tx};

/// What must be remembered between the frames of one answer.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    // For putting back what the wire form leaves out.
    last_device: Option<DeviceId>,
    last_hash: BTreeMap<DeviceId, Hash>,
    // The running hash, on devices that see the whole log.
    running: Option<Hash>,
    // This device wants the log from another place than the server has begun to send it from: what
    // comes now is let go, and asked for again.
    elsewhere: bool,
    pub(crate) status_seen: bool,
    pub(crate) more: bool,
    pub(crate) membership_moved: bool,
    pub(crate) entries_came: bool,
    pub(crate) gap: bool,
    pub(crate) refused: Option<Refusal>,
}

impl Client {
    /// Takes complete frames of an answer.
    pub(crate) fn receive_frames(
        &mut self,
        frames: Vec<Frame>,
        answer: &mut Answer,
        uploaded: &[Uploaded],
    ) -> Result<(), ClientError> {
        let mut logged = Vec::new();
        for frame in frames {
            match frame {
                Frame::Status(status) => self.take_status(&status, answer)?,
                Frame::Entry(bytes) => {
                    answer.entries_came = true;
                    self.take_membership_entry(&bytes)?;
                    self.events.push(Event::MembersChanged);
                }
                Frame::Refused { index, refusal, wanted } => {
                    let frame = usize::try_from(index).ok().and_then(|index| uploaded.get(index)).copied();
                    self.take_refusal(frame, refusal, wanted, answer)?;
                }
                frame @ (Frame::Logged { .. }
                | Frame::Own { .. }
                | Frame::Backfilled { .. }
                | Frame::BackfillMark(_)
                | Frame::HighWater { .. }) => logged.push(frame),
                Frame::End | Frame::Hello(_) | Frame::Envelope(_) => {}
            }
        }
        if logged.is_empty() || answer.elsewhere { Ok(()) } else { self.store_logged(logged, answer) }
    }

    fn take_status(&mut self, status: &Status, answer: &mut Answer) -> Result<(), ClientError> {
        let now_ms = self.env.clocks().wall_ms;
        let own = self.device.id();
        let follows = self.coordinates();
        let (alarm, running, elsewhere) = self.store.write(|tx| {
            let mut alarm = None;
            let epoch: [u8; 8] = tx.get_array(Name::LogEpoch)?.unwrap_or_default();
            let cursor = tx.get_count(Name::Cursor)?;
            let mut resume = status.resume.min(cursor);
            let mut running = if follows { tx.running_at(resume)? } else { None };
            if follows && running.is_none_or(|hash| resume > 0 && hash.tip() != status.resume_tip) {
                // The server's log is not the one that this device has followed.
                // Or it has only just become one that follows: a coordinator's, since her approval.
                if running.is_some() {
                    alarm = Some("log_rewritten");
                }
                resume = 0;
                running = Some(Hash::ZERO);
            }
            if epoch != [0; 8] && epoch != status.log_epoch {
                alarm = alarm.or(Some("server_restored"));
                // Its membership log may be older as well: whoever knows more says so.
                tx.set_number(Name::OfferMembership, 1)?;
            } else if epoch == status.log_epoch && status.resume < cursor {
                alarm = Some("log_rewritten");
            }
            if resume < cursor || epoch != status.log_epoch {
                tx.forget_places_after(resume)?;
                tx.set_count(Name::Cursor, resume)?;
                tx.set(Name::CursorTip, &status.resume_tip)?;
                tx.set(Name::LogEpoch, &status.log_epoch)?;
            }
            // A new answer: what the last one wanted was offered, or is wanted again below.
            tx.unset(Name::Wanted)?;
            tx.set_own_stored(own, status.accepted_dseq)?;
            tx.set_count(Name::AcceptedDseq, status.accepted_dseq)?;
            tx.set_count(Name::Head, status.head)?;
            let server_ms = i64::try_from(status.time_ms).unwrap_or(i64::MAX);
            tx.set_number(Name::ServerOffsetMs, server_ms.saturating_sub(now_ms))?;
            Ok::<_, ClientError>((alarm, running, resume != status.resume))
        })?;
        answer.running = running;
        answer.elsewhere = elsewhere;
        answer.more |= elsewhere;
        answer.status_seen = true;
        if let Some(alarm) = alarm {
            self.alarm(alarm)?;
        }
        Ok(())
    }

    fn take_refusal(
        &mut self,
        frame: Option<Uploaded>,
        refusal: Refusal,
        wanted: u64,
        answer: &mut Answer,
    ) -> Result<(), ClientError> {
        answer.refused = Some(refusal);
        match (frame, refusal) {
            (_, Refusal::MembershipMoved) => {
                answer.membership_moved = true;
                Ok(())
            }
            (Some(Uploaded::Wish(id)), Refusal::Busy | Refusal::StorageFull | Refusal::Internal) => {
                let _ = id;
                Ok(())
            }
            (Some(Uploaded::Wish(id)), _) => self
                .store
                .write(|tx| Ok::<_, ClientError>(tx.fail_membership_wish(id, &refusal.to_string())?)),
            // A gap heals itself: the server has said from where to offer again.
            (Some(Uploaded::Own(_)), Refusal::Gap) if !answer.gap => {
                answer.gap = true;
                self.store.write(|tx| Ok(tx.set_count(Name::Wanted, wanted)?))
            }
            (
                Some(Uploaded::Own(_)),
                Refusal::Gap | Refusal::Busy | Refusal::StorageFull | Refusal::Internal,
            )
            | (Some(Uploaded::Others(_) | Uploaded::Known) | None, _) => Ok(()),
            (Some(Uploaded::Own(_)), _) => self.alarm("own_envelope_refused"),
        }
    }

    fn store_logged(&mut self, frames: Vec<Frame>, answer: &mut Answer) -> Result<(), ClientError> {
        let own = self.device.id();
        let follows = self.coordinates();
        let now_ms = self.env.clocks().wall_ms;
        let alarm = self.store.write(|tx| {
            let mut alarm = None;
            for frame in frames {
                match frame {
                    Frame::Logged { seq, envelope } => {
                        let envelope = answer.complete(&envelope)?;
                        let running = answer.follow(follows, envelope.hash());
                        take_envelope(tx, &envelope, Some((seq, running)), own, now_ms)?;
                        advance(tx, seq, running)?;
                    }
                    Frame::Own { seq, dseq, tip } => {
                        let row = tx.envelopes_at(own, dseq)?.into_iter().find(|row| row.hash.tip() == tip);
                        let Some(row) = row else {
                            // Written in this device's name, and this device does not know it: its
                            // database is an older copy, or there are two of it.
                            alarm = Some("fork");
                            answer.running = None;
                            continue;
                        };
                        let running = answer.follow(follows, row.hash);
                        tx.place_envelope(row.hash, seq, running)?;
                        advance(tx, seq, running)?;
                    }
                    Frame::Backfilled { seq, envelope } => {
                        let envelope = WireEnvelope::from_bytes(&envelope)
                            .map_err(|_| ClientError::UpdateNeeded)?
                            .complete(own, Hash::ZERO);
                        take_envelope(tx, &envelope, Some((seq, None)), own, now_ms)?;
                    }
                    Frame::BackfillMark(to) => tx.advance_backfill(to)?,
                    Frame::HighWater { cursor, tip, more } => {
                        answer.more = more;
                        if follows && answer.running.is_some_and(|hash| hash.tip() != tip) {
                            alarm = Some("log_rewritten");
                        }
                        if cursor >= tx.get_count(Name::Cursor)? {
                            tx.set_count(Name::Cursor, cursor)?;
                            tx.set(Name::CursorTip, &tip)?;
                        }
                    }
                    _ => {}
                }
            }
            Ok::<_, ClientError>(alarm)
        })?;
        match alarm {
            Some(alarm) => self.alarm(alarm),
            None => Ok(()),
        }
    }
}

impl Answer {
    fn complete(&mut self, wire: &[u8]) -> Result<Envelope, ClientError> {
        let wire = WireEnvelope::from_bytes(wire).map_err(|_| ClientError::UpdateNeeded)?;
        let device = wire.device().or(self.last_device).ok_or(ClientError::UpdateNeeded)?;
        let prev = self.last_hash.get(&device).copied();
        if wire.lacks_prev() && prev.is_none() {
            return Err(ClientError::UpdateNeeded);
        }
        let envelope = wire.complete(device, prev.unwrap_or(Hash::ZERO));
        self.last_device = Some(device);
        self.last_hash.insert(device, envelope.hash());
        Ok(envelope)
    }

    fn follow(&mut self, follows: bool, envelope: Hash) -> Option<Hash> {
        if follows {
            self.running = self.running.map(|running| running.running(envelope));
            self.running
        } else {
            None
        }
    }
}

fn take_envelope(
    tx: &Tx<'_>,
    envelope: &Envelope,
    place: Option<(u64, Option<Hash>)>,
    own: DeviceId,
    now_ms: i64,
) -> Result<(), ClientError> {
    // Its own come back after a loss of memory alone: they are told from what is here by the hash.
    let state = if envelope.device == own { EnvelopeState::Stored } else { EnvelopeState::Received };
    tx.add_envelope(envelope, state, place, now_ms)?;
    Ok(())
}

fn advance(tx: &Tx<'_>, seq: u64, running: Option<Hash>) -> Result<(), ClientError> {
    tx.set_count(Name::Cursor, seq)?;
    // A device that does not see the whole log can't know the hash here; the mark at the end
    // brings it.
    Ok(tx.set(Name::CursorTip, &running.map_or([0; 8], Hash::tip))?)
}
