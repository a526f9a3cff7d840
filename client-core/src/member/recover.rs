//! Coming back by recovery sheets, when every coordinator's device is gone.
//!
//! The sheets are the root of trust: they have signed the genesis, and they sign the new device
//! in. The device keeps of them only what opens the role keys, and only until it has those. Then
//! the role key turns, so that this device holds it like every other.

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{MemberId, WorkspaceId};
use baikoo_protocol::membership::{Body, Entry, Membership, Role};
use baikoo_protocol::token::Token;

use super::check::{fair_address, fair_name};
use crate::client::{Client, Event, Founding, Root, add_alarm, damaged};
use crate::crypto::device::DeviceSecrets;
use crate::crypto::keys::{DatabaseKey, Secret32};
use crate::crypto::recovery::{OpeningKey, join, signing_key};
use crate::crypto::seal::{Purpose, public_of, seal_box};
use crate::env::Env;
use crate::error::ClientError;
use crate::store::{Location, Name, Store};

/// The alarm on everybody's device when somebody has used the sheets.
const RECOVERED: &str = "recovered";
/// The alarm on every other coordinator's device when somebody has replaced the sheets.
const RENEWED: &str = "sheets_renewed";
/// The alarm on the recovered device when a role key was not sealed to the sheets.
const INCOMPLETE: &str = "recovery_incomplete";

/// The secret that two sheets hold together.
///
/// # Errors
/// [`ClientError::BadInput`] that names the sheet that is wrong, or says that they don't fit.
pub fn secret_of_sheets(sheets: &[impl AsRef<str>]) -> Result<Secret32, ClientError> {
    join(sheets).map_err(|wrong| match wrong {
        0 => ClientError::BadInput("recovery sheets".to_owned()),
        number => ClientError::BadInput(format!("recovery sheet {number}")),
    })
}

/// What recovery sheets open, and where that is.
pub struct Recovery {
    secret: Secret32,
    workspace: WorkspaceId,
    server: String,
}

impl core::fmt::Debug for Recovery {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Recovery").finish_non_exhaustive()
    }
}

impl Recovery {
    /// Puts sheets together.
    ///
    /// # Errors
    /// As [`secret_of_sheets`] and [`Self::new`].
    pub fn from_sheets(
        sheets: &[impl AsRef<str>],
        server: &str,
        workspace: &str,
    ) -> Result<Self, ClientError> {
        Self::new(secret_of_sheets(sheets)?, server, workspace)
    }

    /// What the sheets' secret opens, at a server's address. The workspace's id may be typed in
    /// groups, as it is shown.
    ///
    /// # Errors
    /// [`ClientError::BadInput`].
    pub fn new(secret: Secret32, server: &str, workspace: &str) -> Result<Self, ClientError> {
        let server = fair_address(server.trim().trim_end_matches('/'))?;
        let digits: String = workspace.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let workspace = digits.to_ascii_lowercase().parse();
        let workspace = workspace.map_err(|_| ClientError::BadInput("workspace".to_owned()))?;
        Ok(Self { secret, workspace, server: server.to_owned() })
    }
}

impl Client {
    /// Brings a coordinator back on a new device, as a new member. The server hears of it in the
    /// next sync, which fetches everything; everybody is shown that the sheets were used.
    ///
    /// # Errors
    /// [`ClientError::WorkspaceExists`] if the database is not new.
    pub fn recover(
        location: &Location,
        key: &DatabaseKey,
        mut env: Box<dyn Env>,
        recovery: &Recovery,
        name: &str,
    ) -> Result<Self, ClientError> {
        let name = fair_name(name)?;
        let device = DeviceSecrets::make(&mut *env);
        let (member, token) = (MemberId(env.random()), Token(env.random()));
        let (workspace, sheets) = (recovery.workspace, signing_key(&recovery.secret));
        let body = Body::Recover { member, keys: device.public() }.to_bytes();
        let entry = Entry {
            // Its place is the server's to give: this device can't know it.
            mseq: 0,
            prev: Hash::ZERO,
            signer: device.id(),
            signature: device.sign(&Entry::signing_hash(workspace, None, &body)),
            countersignature: Some(sheets.sign(&Entry::recovery_signing_hash(workspace, &body))),
            body,
        };
        let founding = Founding {
            device: &device,
            token: &token,
            member,
            name,
            role: Role::Coordinator,
            server: &recovery.server,
            root: Root::Sheets(workspace, OpeningKey::of(&recovery.secret)),
            admission: &super::admission_of(&device, workspace, &entry, &token),
        };
        let store = Client::found(Store::open(location, key)?, &founding, |_| Ok(()))?;
        Client::open_store(store, env)
    }

    /// What is kept of the sheets, while it is.
    pub(super) fn sheets(&self) -> Result<Option<OpeningKey>, ClientError> {
        let Some(bytes) = self.store.read(|tx| tx.get(Name::RecoveryKey))? else { return Ok(None) };
        let bytes = zeroize::Zeroizing::new(bytes);
        OpeningKey::from_bytes(&bytes).map(Some).ok_or(damaged("recovery key"))
    }

    /// What a log that is not the expected one means here.
    pub(super) fn untrusted(&self) -> ClientError {
        if self.genesis.is_none() { ClientError::RecoveryInvalid } else { ClientError::InviteInvalid }
    }

    /// What it means that an entry does not follow.
    pub(super) fn bad_entry(&self) -> Result<(), ClientError> {
        Err(if self.sheets()?.is_some() { ClientError::RecoveryInvalid } else { ClientError::Damaged(None) })
    }

    /// What it means that the server does not let this device in.
    pub(crate) fn not_let_in(&self) -> Result<ClientError, ClientError> {
        Ok(if self.sheets()?.is_some() { ClientError::RecoveryInvalid } else { ClientError::InviteExpired })
    }

    /// A device that sheets have brought believes a log only if it names them: no server has their
    /// signature under a genesis of its own.
    pub(super) fn check_sheets(&self, membership: &Membership) -> Result<(), ClientError> {
        if membership.device(self.device.id()).is_none() {
            return Ok(());
        }
        match self.sheets()? {
            Some(sheets)
                if membership.recovery() != public_of(&sheets.sealing)
                    || membership.recovery_signing() != Some(sheets.signing) =>
            {
                Err(ClientError::RecoveryInvalid)
            }
            _ => Ok(()),
        }
    }

    /// What a person has to know of an entry: that somebody else has used the sheets, or replaced
    /// those that she keeps, while this device was here.
    pub(super) fn alarm_of(&self, entry: &Entry) -> Option<&'static str> {
        if entry.signer == self.device.id() {
            return None;
        }
        match Body::from_bytes(&entry.body) {
            Ok(Body::Recover { .. }) if self.standing().is_some() => Some(RECOVERED),
            Ok(Body::RenewSheets { .. }) if self.coordinates() => Some(RENEWED),
            _ => None,
        }
    }

    /// Keeps the role keys that the sheets have opened, and forgets what opened them.
    pub(super) fn put_sheets_away(&mut self) -> Result<(), ClientError> {
        let complete =
            self.membership()?.roles().iter().all(|role| self.role_secrets.contains_key(&role.epoch));
        self.keep_role_secrets_and(|tx| {
            if !complete {
                add_alarm(tx, INCOMPLETE)?;
            }
            tx.unset(Name::RecoveryKey)
        })?;
        if !complete {
            self.events.push(Event::Alarm(INCOMPLETE.to_owned()));
        }
        Ok(())
    }

    /// Whether the role key has to turn because of this device: it has no copy of its own, or
    /// nobody knows its name yet. Read from the log, so that no crash can make anybody forget it.
    pub(crate) fn owes_rotation(&self) -> bool {
        self.coordinates() && !self.holds_its_role_key() && self.role_secret().is_ok()
    }

    /// Whether this device has a copy of its own of the role key in force, and a name: so does every
    /// coordinator's, but for a moment one that sheets have brought.
    pub fn holds_its_role_key(&self) -> bool {
        let (Some(membership), own) = (&self.membership, self.device.id()) else { return false };
        membership.role_copy(membership.role().epoch, own).is_some()
            && membership.device(own).is_some_and(|device| device.profile.is_some())
    }

    /// Wishes for the rotation that is owed. One that was wished for before the log moved on is
    /// replaced.
    pub(crate) fn wish_owed_rotation(&mut self) -> Result<(), ClientError> {
        if !self.owes_rotation() {
            return Ok(());
        }
        let membership = self.membership()?;
        let coordinators: Vec<_> = membership.coordinators().collect();
        let next = membership.role().epoch + 1;
        let named = membership.device(self.device.id()).is_some_and(|own| own.profile.is_some());
        let (mut stale, mut wished) = (Vec::new(), false);
        for (id, body) in self.store.read(|tx| tx.membership_wishes())? {
            let Body::RotateRole { role, profile } = body else { continue };
            let fits = role.epoch == next
                && role.copies.iter().map(|copy| copy.device).eq(coordinators.iter().copied());
            if fits && profile.is_some() != named { wished = true } else { stale.push(id) }
        }
        if wished {
            return Ok(());
        }
        let role = self.make_role_epoch(None)?;
        let profile = if named {
            None
        } else {
            let sealed = seal_box(role.public, Purpose::Profile, self.name.as_bytes(), &mut *self.env);
            Some(sealed.map_err(|_| ClientError::Internal(None))?)
        };
        self.store.write(|tx| {
            stale.iter().try_for_each(|id| tx.drop_membership_wish(*id))?;
            Ok(tx.wish_membership(&Body::RotateRole { role, profile })?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member::Created;
    use crate::testing::SeededEnv;

    struct Office {
        folder: tempfile::TempDir,
        key: DatabaseKey,
        gulnara: Created,
    }

    fn office() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let key = Secret32([7; 32]);
        let location = Location::File(folder.path().join("gulnara"));
        let env = Box::new(SeededEnv::new(1));
        let gulnara =
            Client::create_workspace(&location, &key, env, "https://a.example", "Gulnara", None).unwrap();
        Office { folder, key, gulnara }
    }

    impl Office {
        fn location(&self) -> Location {
            Location::File(self.folder.path().join("back"))
        }

        fn recovers(&self) -> Client {
            let sheets = &self.gulnara.recovery_sheets;
            let workspace = self.gulnara.client.workspace.to_string();
            let recovery =
                Recovery::from_sheets(&[&sheets[1], &sheets[0]], "https://a.example/", &workspace).unwrap();
            let env = Box::new(SeededEnv::new(2));
            Client::recover(&self.location(), &self.key, env, &recovery, "Gulnara").unwrap()
        }

        fn entries(&self) -> Vec<Entry> {
            self.gulnara.client.store.read(|tx| tx.membership_entries()).unwrap()
        }
    }

    /// The entry by which a device comes, where the server puts it.
    fn placed(back: &Client, after: &Entry) -> Entry {
        let admission = back.store.read(|tx| tx.get(Name::Admission)).unwrap().unwrap();
        let admission = baikoo_protocol::token::Admission::from_bytes(&admission).unwrap();
        let entry = Entry::from_bytes(&admission.entry).unwrap();
        Entry { mseq: after.mseq + 1, prev: after.hash(), ..entry }
    }

    #[test]
    fn what_opens_is_kept_until_it_has_opened_and_no_longer() {
        let office = office();
        let mut back = office.recovers();
        assert!(back.sheets().unwrap().is_some());
        let genesis = &office.entries()[0];
        back.take_membership_entry(&genesis.to_bytes()).unwrap();
        assert!(back.sheets().unwrap().is_some() && back.role_secrets.is_empty());
        drop(back);
        let reopened = Client::open(&office.location(), &office.key, Box::new(SeededEnv::new(3)));
        let mut back = reopened.unwrap();
        let own = placed(&back, genesis);
        back.take_membership_entry(&own.to_bytes()).unwrap();
        assert!(back.sheets().unwrap().is_none());
        assert_eq!(back.role_secrets, office.gulnara.client.role_secrets);
        assert!(back.owes_rotation() && back.take_events().is_empty());
        back.wish_owed_rotation().unwrap();
        back.wish_owed_rotation().unwrap();
        assert_eq!(back.store.read(|tx| tx.membership_wishes()).unwrap().len(), 1, "wished for once");
    }

    #[test]
    fn a_role_key_that_was_not_sealed_to_the_sheets_is_said_to_be_missing() {
        let mut office = office();
        let gulnara = &mut office.gulnara.client;
        let mut role = gulnara.make_role_epoch(None).unwrap();
        role.recovery.ciphertext[0] ^= 1;
        let (mseq, prev) = (2, gulnara.membership().unwrap().head());
        let body = Body::RotateRole { role, profile: None }.to_bytes();
        let signature =
            gulnara.device.sign(&Entry::signing_hash(gulnara.workspace, Some((mseq, prev)), &body));
        let signer = gulnara.device.id();
        let turned = Entry { mseq, prev, body, signer, signature, countersignature: None };

        let mut back = office.recovers();
        let own = placed(&back, &turned);
        for entry in [&office.entries()[0], &turned, &own] {
            back.take_membership_entry(&entry.to_bytes()).unwrap();
        }
        assert!(back.role_secrets.contains_key(&1), "what the sheets open is opened");
        assert_eq!(back.take_events(), [Event::Alarm(INCOMPLETE.to_owned())]);
        assert!(!back.owes_rotation(), "a key that it does not have can't be handed on");
    }

    #[test]
    fn a_log_that_has_the_device_but_not_its_sheets_is_not_believed() {
        let office = office();
        let back = office.recovers();
        let others = signing_key(&Secret32([8; 32]));
        let known = office.gulnara.client.membership().unwrap();
        let body = Body::Genesis {
            nonce: [0; 16],
            member: back.member,
            keys: back.device.public(),
            profile: known.role().recovery.clone(),
            role: baikoo_protocol::membership::RoleEpoch {
                copies: vec![baikoo_protocol::membership::RoleCopy {
                    device: back.device.id(),
                    sealed: known.role().recovery.clone(),
                }],
                ..known.role().clone()
            },
            recovery: known.recovery(),
            recovery_signing: Some(others.public()),
        }
        .to_bytes();
        let nowhere = WorkspaceId([0; 16]);
        let signed = Entry::signing_hash(nowhere, Some((1, Hash::ZERO)), &body);
        let forged = Entry {
            mseq: 1,
            prev: Hash::ZERO,
            signer: back.device.id(),
            signature: back.device.sign(&signed),
            countersignature: Some(others.sign(&Entry::recovery_signing_hash(nowhere, &body))),
            body,
        };
        let forged = Membership::from_genesis(&forged).unwrap();
        assert!(matches!(back.check_sheets(&forged), Err(ClientError::RecoveryInvalid)));
        back.check_sheets(known).unwrap();
    }
}
