//! What goes up: documents' changes are gathered into envelopes, sealed, signed and stored before
//! they are sent. Sending one twice is harmless; forgetting one is not.

use baikoo_protocol::envelope::{
    Checkpoint, Ciphertext, Elide, Envelope, Grant, Kind, Payload, Recipient, Seal, Sealed,
};
use baikoo_protocol::frame::{Frame, Hello};
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, StreamId};
use baikoo_protocol::limits::{BACKFILLS_MAX, CHECKPOINT_DEVICES_MAX, SEALS_MAX};
use baikoo_protocol::signature::SignatureBytes;

use super::body::{Body, Times};
use crate::client::{Client, damaged};
use crate::crypto::body::seal_body;
use crate::crypto::keys::DocumentKey;
use crate::crypto::seal::seal_key;
use crate::error::ClientError;
use crate::report::DocumentKind;
use crate::store::{EnvelopeState, Name, Tx};

/// Raw changes in one envelope, in bytes: with room below the envelope's own limit even where
/// nothing compresses.
const CHANGES_BYTES_MAX: usize = 128 * 1024;
/// Documents that are sealed for one call.
const STREAMS_PER_CALL: u32 = 512;

/// What one uploaded frame was, so that a refusal can be told whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Uploaded {
    /// A wish to add to the membership log.
    Wish(i64),
    /// An entry that was in the membership log before.
    Known,
    /// One of this device's own envelopes.
    Own(u64),
    /// Somebody else's envelope, handed in again.
    Others(Hash),
}

/// The body of a sync call, and what is in it.
pub(crate) struct Upload {
    pub(crate) bytes: Vec<u8>,
    pub(crate) frames: Vec<Uploaded>,
}

impl Client {
    /// Plans a call of about `up` bytes, asking for about `down` bytes. With `probe`, nothing is
    /// sent but the question where the server stands: the cheapest way on after a cut.
    pub(crate) fn prepare_sync(&mut self, up: usize, down: u64, probe: bool) -> Result<Upload, ClientError> {
        let hello = self.hello(down)?;
        let mut upload = Upload { bytes: Frame::Hello(hello).to_bytes(), frames: Vec::new() };
        if !probe {
            self.offer_membership(&mut upload)?;
            self.wish_owed_rotation()?;
            for (id, entry) in self.sign_wishes()? {
                upload.bytes.extend(Frame::Entry(entry.to_bytes()).to_bytes());
                upload.frames.push(Uploaded::Wish(id));
            }
            self.seal_pending(up)?;
            self.add_own_envelopes(&mut upload, up)?;
            self.add_others_envelopes(&mut upload, up)?;
        }
        upload.bytes.extend(Frame::End.to_bytes());
        Ok(upload)
    }

    fn hello(&self, budget: u64) -> Result<Hello, ClientError> {
        let mseq = self.membership.as_ref().map_or(0, |membership| membership.mseq());
        self.store.read(|tx| {
            Ok(Hello {
                log_epoch: tx.get_array(Name::LogEpoch)?.unwrap_or_default(),
                cursor: tx.get_count(Name::Cursor)?,
                tip: tx.get_array(Name::CursorTip)?.unwrap_or_default(),
                mseq,
                budget,
                backfills: tx.backfills(u32::try_from(BACKFILLS_MAX).unwrap_or(u32::MAX))?,
            })
        })
    }

    /// After a restore the server's membership log may be behind: whoever has more hands it in.
    fn offer_membership(&self, upload: &mut Upload) -> Result<(), ClientError> {
        let entries = self.store.read(|tx| {
            let behind = tx.get_number(Name::OfferMembership)? == 1;
            if behind { tx.membership_entries() } else { Ok(Vec::new()) }
        })?;
        for entry in entries.into_iter().skip(1) {
            upload.bytes.extend(Frame::Entry(entry.to_bytes()).to_bytes());
            upload.frames.push(Uploaded::Known);
        }
        Ok(())
    }

    pub(crate) fn note_membership_behind(&mut self, behind: bool) -> Result<(), ClientError> {
        self.store.write(|tx| Ok(tx.set_number(Name::OfferMembership, i64::from(behind))?))
    }

    fn add_own_envelopes(&self, upload: &mut Upload, up: usize) -> Result<(), ClientError> {
        let own = self.device.id();
        let (wanted, rows) = self.store.read(|tx| {
            let accepted = tx.get_count(Name::AcceptedDseq)?;
            let wanted = tx.get_count(Name::Wanted)?;
            let after = if wanted > 0 { accepted.min(wanted - 1) } else { accepted };
            Ok::<_, ClientError>((wanted, tx.envelopes_after(own, after, STREAMS_PER_CALL)?))
        })?;
        // The server knows what it has stored last; where it wants something again, the first is
        // spelt out, so that it need not guess which of two branches is meant.
        let mut known = wanted == 0;
        for row in rows {
            // The first goes whatever its size: else a large one would never go.
            if upload.bytes.len() > up && !upload.frames.is_empty() {
                break;
            }
            let wire = row.envelope.to_wire(Elide { device: true, prev: known });
            upload.bytes.extend(Frame::Envelope(wire).to_bytes());
            upload.frames.push(Uploaded::Own(row.envelope.dseq));
            known = true;
        }
        Ok(())
    }

    fn add_others_envelopes(&self, upload: &mut Upload, up: usize) -> Result<(), ClientError> {
        let own = self.device.id();
        for row in self.store.read(|tx| tx.envelopes_to_reoffer(own, STREAMS_PER_CALL))? {
            if upload.bytes.len() > up {
                break;
            }
            let wire = row.envelope.to_wire(Elide::default());
            upload.bytes.extend(Frame::Envelope(wire).to_bytes());
            upload.frames.push(Uploaded::Others(row.hash));
        }
        Ok(())
    }

    /// Puts what waits into envelopes, until the outbox holds about `up` bytes.
    fn seal_pending(&mut self, up: usize) -> Result<(), ClientError> {
        let may_write = self.standing().is_none_or(|status| {
            use baikoo_protocol::membership::DeviceStatus::{Active, Unverified};
            matches!(status, Active | Unverified)
        });
        if !may_write || self.is_pending_coordinator() {
            return Ok(());
        }
        if !self.seal_changes(up)? {
            return Ok(());
        }
        for stream in self.store.read(|tx| tx.streams_to_grant())? {
            self.seal_grants(stream)?;
        }
        self.seal_checkpoint()
    }

    fn is_pending_coordinator(&self) -> bool {
        self.role == baikoo_protocol::membership::Role::Coordinator && !self.coordinates()
    }

    /// Seals documents' changes as long as the outbox holds less than `up` bytes, and says whether
    /// it still does.
    ///
    /// All of them are stored in one transaction: a flush of the disk takes longer than a seal.
    fn seal_changes(&mut self, up: usize) -> Result<bool, ClientError> {
        let (_, bytes) = self.store.read(|tx| tx.outbox_size())?;
        let mut bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let mut chain = self.chain()?;
        let mut sealed = Vec::new();
        let mut streams = self.store.read(|tx| tx.streams_to_seal(STREAMS_PER_CALL))?.into_iter();
        let all_or_full = loop {
            if bytes >= up.max(1) {
                break Ok(false);
            }
            let Some(stream) = streams.next() else { break Ok(true) };
            let before = sealed.len();
            if let Err(error) = self.seal_stream(stream, &mut chain, &mut sealed) {
                sealed.truncate(before);
                break Err(error);
            }
            bytes = sealed[before..].iter().fold(bytes, |sum, one| sum.saturating_add(one.bytes));
        };
        // What is wrong with one document keeps none that came before it.
        if let Some(last) = sealed.last() {
            let now_ms = self.env.clocks().wall_ms;
            let end = Chain { dseq: last.envelope.dseq, prev: last.envelope.hash() };
            self.store.write(|tx| {
                for one in &sealed {
                    tx.seal_changes(one.envelope.stream, one.up_to)?;
                    tx.announce_key(one.envelope.stream, one.key)?;
                    tx.add_envelope(&one.envelope, EnvelopeState::Outbox, None, now_ms)?;
                }
                end.keep(tx)
            })?;
        }
        all_or_full
    }

    fn seal_stream(
        &mut self,
        stream: StreamId,
        chain: &mut Chain,
        sealed: &mut Vec<SealedChanges>,
    ) -> Result<(), ClientError> {
        let (row, changes, own_key) = self.store.read(|tx| {
            let row = tx.document(stream)?.ok_or(damaged("document"))?;
            Ok::<_, ClientError>((row, tx.unsealed_changes(stream)?, tx.writing_key(stream)?))
        })?;
        let own_key = own_key.ok_or(damaged("document key"))?;
        let kind = if row.is_review { DocumentKind::Review } else { DocumentKind::Report };
        let mut rest = changes.as_slice();
        let mut announced = own_key.announced;
        while !rest.is_empty() {
            let mut size = 0;
            let fits = rest
                .iter()
                .take_while(|change| {
                    size += change.bytes.len();
                    size <= CHANGES_BYTES_MAX
                })
                .count()
                .max(1);
            let (batch, later) = rest.split_at(fits);
            rest = later;
            let times = Times::new(self.env.clocks(), self.server_now_if_known()?);
            let body = Body::new(kind, times, batch).to_bytes(self.device.id(), stream);
            let seals = if announced { Vec::new() } else { self.first_seals(stream, &own_key.key, kind)? };
            announced = true;
            let up_to = batch.last().map_or(0, |change| change.id);
            let content = Content::Body(&body, &own_key.key, seals);
            let envelope = self.next_envelope(chain, Kind::Changes, stream, content);
            let bytes = envelope.to_bytes().len();
            sealed.push(SealedChanges { envelope, bytes, up_to, key: own_key.key.id() });
        }
        Ok(())
    }

    fn server_now_if_known(&self) -> Result<i64, ClientError> {
        let heard = self.store.read(|tx| tx.get_number(Name::LastSuccessMs))?;
        if heard == 0 { Ok(0) } else { self.server_now_ms() }
    }

    /// Who gets a copy with the first envelope: the coordinators' role, and this member's other
    /// devices. This very device has the key in its database already.
    fn first_seals(
        &mut self,
        stream: StreamId,
        key: &DocumentKey,
        kind: DocumentKind,
    ) -> Result<Vec<Seal>, ClientError> {
        let (epoch, public) = self.role_key()?;
        let mut to = vec![(Recipient::Role(epoch), public)];
        if let (Some(membership), DocumentKind::Report) = (&self.membership, kind) {
            let own = self.device.id();
            let others = membership.devices_of(self.member).filter(|device| *device != own);
            to.extend(others.filter_map(|device| {
                Some((Recipient::Device(device), membership.device(device)?.keys.sealing))
            }));
        }
        to.truncate(SEALS_MAX);
        let place = (self.workspace, stream);
        to.into_iter()
            .map(|(recipient, public)| {
                seal_key(public, recipient, key, place, &mut *self.env)
                    .map_err(|_| ClientError::Internal(None))
            })
            .collect()
    }

    fn seal_grants(&mut self, stream: StreamId) -> Result<(), ClientError> {
        let (keys, wanted) = self.store.read(|tx| {
            let wanted: Vec<DeviceId> =
                tx.shares(stream)?.into_iter().filter(|(_, granted)| !granted).map(|(id, _)| id).collect();
            Ok::<_, ClientError>((tx.keys(stream)?, wanted))
        })?;
        for devices in wanted.chunks(SEALS_MAX) {
            for key in &keys {
                let mut seals = Vec::new();
                for device in devices {
                    let Some(known) = self.membership()?.device(*device) else { continue };
                    let (public, recipient) = (known.keys.sealing, Recipient::Device(*device));
                    seals.push(
                        seal_key(public, recipient, key, (self.workspace, stream), &mut *self.env)
                            .map_err(|_| ClientError::Internal(None))?,
                    );
                }
                let payload = Grant { key_id: key.id(), seals }.to_bytes();
                self.put_in_outbox(Kind::Grant, stream, Content::Open(payload), |tx| {
                    devices.iter().try_for_each(|device| tx.add_share(stream, *device, true))
                })?;
            }
        }
        Ok(())
    }

    /// Tells everybody what this coordinator's device has received and opened.
    fn seal_checkpoint(&mut self) -> Result<(), ClientError> {
        if !self.coordinates() {
            return Ok(());
        }
        let most = u32::try_from(CHECKPOINT_DEVICES_MAX).unwrap_or(u32::MAX);
        let (devices, log_epoch, seq, hash) = self.store.read(|tx| {
            let seq = tx.get_count(Name::Cursor)?;
            Ok::<_, ClientError>((
                tx.peers_to_announce(most)?,
                tx.get_array(Name::LogEpoch)?.unwrap_or_default(),
                seq,
                tx.running_at(seq)?,
            ))
        })?;
        let (false, Some(hash)) = (devices.is_empty(), hash) else { return Ok(()) };
        let payload = Checkpoint { log_epoch, seq, hash, devices: devices.clone() }.to_bytes();
        self.put_in_outbox(Kind::Checkpoint, StreamId([0; 16]), Content::Open(payload), |tx| {
            for (device, dseq) in &devices {
                let mut peer = tx.peer(*device)?;
                peer.announced_dseq = *dseq;
                tx.set_peer(*device, &peer)?;
            }
            Ok(())
        })
    }

    /// Takes quarantined envelopes in after all.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if one of them is not in quarantine, or can't be taken in.
    pub fn adopt(&mut self, hashes: &[Hash]) -> Result<(), ClientError> {
        self.must_coordinate()?;
        for hash in hashes {
            let row = self.store.read(|tx| tx.envelope(*hash))?;
            let adoptable = row.is_some_and(|row| {
                row.state == EnvelopeState::Quarantined && row.reason.as_deref() == Some("revoked_device")
            });
            if !adoptable {
                return Err(ClientError::NotFound("envelope of a revoked device in quarantine"));
            }
        }
        let payload = baikoo_protocol::envelope::Adopt(hashes.to_vec()).to_bytes();
        self.put_in_outbox(Kind::Adopt, StreamId([0; 16]), Content::Open(payload), |_| Ok(()))?;
        self.take_adopted(hashes)
    }

    /// Makes the next envelope of this device, in one transaction with `also`.
    pub(super) fn put_in_outbox(
        &mut self,
        kind: Kind,
        stream: StreamId,
        content: Content<'_>,
        also: impl FnOnce(&Tx<'_>) -> Result<(), crate::store::StoreError>,
    ) -> Result<(), ClientError> {
        let mut chain = self.chain()?;
        let envelope = self.next_envelope(&mut chain, kind, stream, content);
        let now_ms = self.env.clocks().wall_ms;
        self.store.write(|tx| {
            also(tx)?;
            tx.add_envelope(&envelope, EnvelopeState::Outbox, None, now_ms)?;
            chain.keep(tx)
        })
    }

    fn chain(&self) -> Result<Chain, ClientError> {
        self.store.read(|tx| {
            let prev = tx.get_array(Name::LastHash)?.map_or(Hash::ZERO, Hash);
            Ok(Chain { dseq: tx.get_count(Name::Dseq)?, prev })
        })
    }

    /// Makes and signs the envelope after `chain`, and moves `chain` on. Nothing is stored.
    fn next_envelope(
        &mut self,
        chain: &mut Chain,
        kind: Kind,
        stream: StreamId,
        content: Content<'_>,
    ) -> Envelope {
        let mut envelope = Envelope {
            kind,
            device: self.device.id(),
            dseq: chain.dseq + 1,
            prev: chain.prev,
            stream,
            mseq: self.membership.as_ref().map_or(0, |membership| membership.mseq()),
            payload: Payload::Open(Vec::new()),
            signature: SignatureBytes([0; 64]),
        };
        match content {
            Content::Open(bytes) => envelope.payload = Payload::Open(bytes),
            Content::Body(body, key, seals) => {
                let workspace = self.workspace;
                let header = envelope.clone();
                let sealed = seal_body(
                    body,
                    key,
                    &mut *self.env,
                    |sealed: &Sealed| {
                        let empty = Sealed { ciphertext: Ciphertext(Vec::new()), ..sealed.clone() };
                        Envelope { payload: Payload::Sealed(empty), ..header }.associated_data(workspace)
                    },
                    seals,
                );
                envelope.payload = Payload::Sealed(sealed);
            }
        }
        envelope.signature = self.device.sign(&envelope.signing_hash(self.workspace));
        *chain = Chain { dseq: envelope.dseq, prev: envelope.hash() };
        envelope
    }
}

/// The last of this device's own envelopes.
struct Chain {
    dseq: u64,
    prev: Hash,
}

impl Chain {
    fn keep(&self, tx: &Tx<'_>) -> Result<(), ClientError> {
        tx.set_count(Name::Dseq, self.dseq)?;
        Ok(tx.set(Name::LastHash, &self.prev.0)?)
    }
}

/// Changes in their envelope, not stored yet.
struct SealedChanges {
    envelope: Envelope,
    bytes: usize,
    /// The last change in it.
    up_to: i64,
    /// The key that its seals make known.
    key: Hash,
}

pub(super) enum Content<'a> {
    Open(Vec<u8>),
    Body(&'a [u8], &'a DocumentKey, Vec<Seal>),
}
