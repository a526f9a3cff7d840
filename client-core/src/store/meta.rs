//! Single values.

use rusqlite::OptionalExtension;

use super::{StoreError, Tx};

/// Names of single values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The seed of this device's signing key.
    SigningSeed,
    /// The seed of this device's sealing key.
    SealingSeed,
    /// The server's token.
    Token,
    /// This member's id.
    Member,
    /// This member's name.
    MemberName,
    /// monitor or coordinator.
    Role,
    /// The server's address.
    Server,
    /// The hash of the workspace's genesis.
    Genesis,
    /// The workspace's id, where the genesis is not known yet.
    Workspace,
    /// What opens the role keys for a device that recovery sheets have brought, until it has them.
    RecoveryKey,
    /// The admission still to be made: workspace or enrolment.
    Admission,
    /// The admission that was made: a restored server may have forgotten it.
    Admitted,
    /// The setup code for making a workspace, until it is made.
    SetupCode,
    /// The role key that came with the invitation: its epoch, a space, its public half in hex.
    InvitedRole,
    /// How many envelopes this device has made.
    Dseq,
    /// The hash of the last.
    LastHash,
    /// How many of them the server has said are stored.
    AcceptedDseq,
    /// How many of them a coordinator has said are received.
    ReceivedDseq,
    /// Which log the cursor is of.
    LogEpoch,
    /// Up to which seq this device has everything that it may have.
    Cursor,
    /// The running hash there, or its first eight bytes as the server said.
    CursorTip,
    /// The last seq of the log, as the server said.
    Head,
    /// When the last call succeeded.
    LastSuccessMs,
    /// The server's time then, less this device's.
    ServerOffsetMs,
    /// The envelope ids that are being applied; still there after a start if applying them crashed.
    Applying,
    /// Documents whose rows in the list are older than they are: hex ids, a space between.
    Unprojected,
    /// Alarms that a person has not dismissed, one a line.
    Alarms,
    /// Secrets of the role epochs that this device holds: JSON of epoch to hex.
    RoleSecrets,
    /// 1 once the server has refused this device as revoked.
    Revoked,
    /// From which of its own envelopes on the server wants this device to offer again, each spelt
    /// out; 0 for none.
    Wanted,
    /// 1 if the server's membership log is behind this device's, as after a restore.
    OfferMembership,
    /// 1 if the next call should only ask where the server stands.
    Probe,
    /// Filters that a person keeps: JSON.
    SavedViews,
}

impl Name {
    fn text(self) -> &'static str {
        match self {
            Self::SigningSeed => "signing_seed",
            Self::SealingSeed => "sealing_seed",
            Self::Token => "token",
            Self::Member => "member",
            Self::MemberName => "member_name",
            Self::Role => "role",
            Self::Server => "server",
            Self::Genesis => "genesis",
            Self::Workspace => "workspace",
            Self::RecoveryKey => "recovery_key",
            Self::Admission => "admission",
            Self::Admitted => "admitted",
            Self::SetupCode => "setup_code",
            Self::InvitedRole => "invited_role",
            Self::Dseq => "dseq",
            Self::LastHash => "last_hash",
            Self::AcceptedDseq => "accepted_dseq",
            Self::ReceivedDseq => "received_dseq",
            Self::LogEpoch => "log_epoch",
            Self::Cursor => "cursor",
            Self::CursorTip => "cursor_tip",
            Self::Head => "head",
            Self::LastSuccessMs => "last_success_ms",
            Self::ServerOffsetMs => "server_offset_ms",
            Self::Applying => "applying",
            Self::Unprojected => "unprojected",
            Self::Alarms => "alarms",
            Self::RoleSecrets => "role_secrets",
            Self::Revoked => "revoked",
            Self::Wanted => "wanted",
            Self::OfferMembership => "offer_membership",
            Self::Probe => "probe",
            Self::SavedViews => "saved_views",
        }
    }
}

impl Tx<'_> {
    /// A single value.
    pub fn get(&self, name: Name) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.0.prepare_cached("select value from meta where name = ?1")?;
        Ok(statement.query_row([name.text()], |row| row.get(0)).optional()?)
    }

    /// Sets a single value.
    pub fn set(&self, name: Name, value: &[u8]) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached(
            "insert into meta (name, value) values (?1, ?2)
             on conflict (name) do update set value = excluded.value",
        )?;
        statement.execute((name.text(), value))?;
        Ok(())
    }

    /// Forgets a single value.
    pub fn unset(&self, name: Name) -> Result<(), StoreError> {
        self.0.prepare_cached("delete from meta where name = ?1")?.execute([name.text()])?;
        Ok(())
    }

    /// A single value that is a number; 0 if it is not there.
    pub fn get_number(&self, name: Name) -> Result<i64, StoreError> {
        Ok(self.get_text(name)?.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// Sets a single value that is a number.
    pub fn set_number(&self, name: Name, value: i64) -> Result<(), StoreError> {
        self.set(name, value.to_string().as_bytes())
    }

    /// A count that can't be negative.
    pub fn get_count(&self, name: Name) -> Result<u64, StoreError> {
        Ok(super::number(self.get_number(name)?))
    }

    /// Sets a count.
    pub fn set_count(&self, name: Name, value: u64) -> Result<(), StoreError> {
        self.set_number(name, super::integer(value))
    }

    /// A single value that is a text.
    pub fn get_text(&self, name: Name) -> Result<Option<String>, StoreError> {
        let bytes = self.get(name)?;
        bytes.map(String::from_utf8).transpose().map_err(|_| StoreError::Damaged("a text is not UTF-8"))
    }

    /// A single value of `N` bytes.
    pub fn get_array<const N: usize>(&self, name: Name) -> Result<Option<[u8; N]>, StoreError> {
        self.get(name)?.map(|bytes| super::array(&bytes)).transpose()
    }
}
