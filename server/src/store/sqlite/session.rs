//! One transaction of the writer: creating, enrolling, and what [`super::append`] needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, WorkspaceId};
use baikoo_protocol::membership::{Entry, Membership};
use baikoo_protocol::refusal::Refusal;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Shared, StoreError, database, read};
use crate::rules;
use crate::store::{Enrolment, NewWorkspace};

/// A transaction, and what has changed in it so far.
pub(super) struct Session<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    shared: &'a Shared,
    news: News,
}

/// What readers must learn once the transaction is durable.
#[derive(Default)]
pub(super) struct News {
    /// Memberships as the transaction has them: changed ones, and ones that were loaded.
    pub(super) memberships: BTreeMap<WorkspaceId, Arc<Membership>>,
    /// Workspaces with something new.
    pub(super) touched: BTreeSet<WorkspaceId>,
}

impl<'a> Session<'a> {
    pub(super) fn new(transaction: &'a Transaction<'a>, shared: &'a Shared) -> Self {
        Self { transaction, shared, news: News::default() }
    }

    pub(super) fn finish(self) -> News {
        self.news
    }

    pub(super) fn touch(&mut self, workspace: WorkspaceId) {
        self.news.touched.insert(workspace);
    }

    pub(super) fn membership(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        if let Some(membership) = self.news.memberships.get(&workspace) {
            return Ok(Some(Arc::clone(membership)));
        }
        let found = match self.shared.membership(workspace) {
            Some(membership) => Some(membership),
            None => read::fold_membership(self.transaction, workspace)?.map(Arc::new),
        };
        if let Some(membership) = &found {
            self.news.memberships.insert(workspace, Arc::clone(membership));
        }
        Ok(found)
    }

    /// Appends an entry that follows, and gives its length.
    pub(super) fn append_entry(&mut self, workspace: WorkspaceId, entry: &Entry) -> Result<u64, StoreError> {
        let mut membership = self.membership(workspace)?.ok_or(StoreError::Damaged("no membership"))?;
        // The copy in the news would make this one shared, and then it would be cloned.
        self.news.memberships.remove(&workspace);
        let applied = Arc::make_mut(&mut membership).apply(entry).map_err(rules::refusal_of);
        self.news.memberships.insert(workspace, membership);
        applied?;
        let length = self.insert_entry(workspace, entry)?;
        self.touch(workspace);
        Ok(length)
    }

    fn insert_entry(&self, workspace: WorkspaceId, entry: &Entry) -> Result<u64, StoreError> {
        let bytes = entry.to_bytes();
        self.transaction
            .prepare_cached("insert into entry (workspace, mseq, hash, bytes) values (?1, ?2, ?3, ?4)")
            .and_then(|mut insert| insert.execute(params![workspace.0, entry.mseq, entry.hash().0, bytes]))
            .map_err(database)?;
        Ok(bytes.len() as u64)
    }

    fn insert_token(&self, workspace: WorkspaceId, device: DeviceId, token: Hash) -> Result<(), StoreError> {
        self.transaction
            .execute(
                "insert into token (workspace, device, hash) values (?1, ?2, ?3)",
                params![workspace.0, device.0, token.0],
            )
            .map_err(database)?;
        Ok(())
    }

    pub(super) fn create(&mut self, new: &NewWorkspace) -> Result<(), StoreError> {
        let membership = Membership::from_genesis(new.admitted.entry()).map_err(rules::refusal_of)?;
        let (workspace, device) = (membership.workspace(), new.admitted.entry().signer);
        if self.membership(workspace)?.is_some() {
            // The same call again, after its answer got lost. Nobody else may set another token.
            let known = read::token(self.transaction, workspace, device).map_err(database)?;
            let same = known == Some(new.admitted.token());
            return if same { Ok(()) } else { Err(Refusal::CreationRefused.into()) };
        }
        if let Some(code) = new.setup_code {
            self.use_setup_code(code)?;
        }
        let epoch = super::database::random_epoch()?;
        let length = self.insert_entry(workspace, new.admitted.entry())?;
        self.transaction
            .execute(
                "insert into workspace (workspace, log_epoch, head, running, mseq, bytes)
                 values (?1, ?2, 0, ?3, 1, ?4)",
                params![workspace.0, epoch, Hash::ZERO.0, length],
            )
            .map_err(database)?;
        self.insert_token(workspace, device, new.admitted.token())?;
        self.news.memberships.insert(workspace, Arc::new(membership));
        Ok(())
    }

    fn use_setup_code(&self, code: Hash) -> Result<(), StoreError> {
        let used =
            self.transaction.execute("delete from setup_code where hash = ?1", [code.0]).map_err(database)?;
        if used == 1 { Ok(()) } else { Err(Refusal::CreationRefused.into()) }
    }

    pub(super) fn enrol(&mut self, new: &Enrolment) -> Result<(), StoreError> {
        let (workspace, entry) = (new.workspace, new.admitted.entry());
        // Whoever holds neither an invitation nor the sheets of this workspace learns nothing about
        // it, not even whether it exists.
        let membership = self.membership(workspace)?.ok_or(Refusal::InviteNotOpen)?;
        // One that is there already is known by its entry, whatever became of what brought it.
        if let Some(known) = membership.device(entry.signer) {
            return self.enrol_again(new, known.mseq);
        }
        rules::check_admission(&membership, entry, new.now_ms)?;
        let entry = match entry.mseq {
            0 => Entry { mseq: membership.mseq() + 1, prev: membership.head(), ..entry.clone() },
            // It had its place before a restore, and keeps it; what stood before it comes first.
            _ => entry.clone(),
        };
        drop(membership);
        let length = self.append_entry(workspace, &entry)?;
        self.transaction
            .execute(
                "update workspace set mseq = ?2, bytes = bytes + ?3 where workspace = ?1",
                params![workspace.0, entry.mseq, length],
            )
            .map_err(database)?;
        self.insert_token(workspace, entry.signer, new.admitted.token())
    }

    // The device is there. Either this is the same call again, after its answer got lost; or the
    // entry came back from a member after a restore, without the token, which the device now brings.
    fn enrol_again(&mut self, new: &Enrolment, mseq: u64) -> Result<(), StoreError> {
        let (workspace, entry) = (new.workspace, new.admitted.entry());
        let (device, token) = (entry.signer, new.admitted.token());
        let bytes: Option<Vec<u8>> = self
            .transaction
            .query_row(
                "select bytes from entry where workspace = ?1 and mseq = ?2",
                params![workspace.0, mseq],
                |row| row.get(0),
            )
            .optional()
            .map_err(database)?;
        let same_entry = bytes
            .and_then(|bytes| Entry::from_bytes(&bytes).ok())
            .is_some_and(|stored| Entry { mseq: stored.mseq, prev: stored.prev, ..entry.clone() } == stored);
        if !same_entry {
            return Err(Refusal::InviteNotOpen.into());
        }
        match read::token(self.transaction, workspace, device).map_err(database)? {
            Some(known) if known == token => Ok(()),
            Some(_) => Err(Refusal::InviteNotOpen.into()),
            None => self.insert_token(workspace, device, token),
        }
    }

    /// Whether a transaction can write, without leaving anything.
    pub(super) fn probe(&mut self) -> Result<(), StoreError> {
        self.transaction.execute_batch("update workspace set head = head where 0").map_err(database)
    }
}
