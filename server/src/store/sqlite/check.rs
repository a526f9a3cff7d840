//! Verifies everything that is stored, from the signatures up.

use std::collections::BTreeMap;
use std::path::Path;

use baikoo_protocol::envelope::Envelope;
use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, WorkspaceId};
use baikoo_protocol::membership::Membership;
use rusqlite::Connection;

use super::{DATABASE_FILE, StoreError, database, read};
use crate::store::{Row, Stretch, View};
use crate::verified::Verified;

/// What was verified, and what was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Workspaces looked at.
    pub workspaces: u64,
    /// Envelopes whose hash, place, chain and signature were computed again.
    pub envelopes: u64,
    /// What is wrong, one line each.
    pub problems: Vec<String>,
}

/// Checks the whole database in a folder, while the server may go on.
///
/// # Errors
/// When it can't be read at all.
pub fn check(folder: &Path) -> Result<Findings, StoreError> {
    let connection = super::database::open_reader(&folder.join(DATABASE_FILE))?;
    // One snapshot for everything.
    let snapshot = connection.unchecked_transaction().map_err(database)?;
    let mut findings = Findings::default();
    let integrity: String =
        snapshot.pragma_query_value(None, "integrity_check", |row| row.get(0)).map_err(database)?;
    if integrity != "ok" {
        findings.problems.push(format!("SQLite's own check: {integrity}"));
    }
    let workspaces: Vec<[u8; 16]> = snapshot
        .prepare("select workspace from workspace")
        .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
        .map_err(database)?;
    for workspace in workspaces {
        findings.workspaces += 1;
        Walk::of(&snapshot, WorkspaceId(workspace), &mut findings)?;
    }
    Ok(findings)
}

struct Walk<'a> {
    membership: &'a Membership,
    seq: u64,
    running: Hash,
    seen: BTreeMap<(DeviceId, u64), Vec<Hash>>,
}

impl Walk<'_> {
    fn of(snapshot: &Connection, workspace: WorkspaceId, findings: &mut Findings) -> Result<(), StoreError> {
        let place = format!("workspace {workspace}");
        let membership = match read::fold_membership(snapshot, workspace) {
            Ok(Some(membership)) if membership.workspace() == workspace => membership,
            Ok(_) | Err(StoreError::Damaged(_)) => {
                findings.problems.push(format!("{place}: the membership log does not verify"));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let mut walk = Walk { membership: &membership, seq: 0, running: Hash::ZERO, seen: BTreeMap::new() };
        loop {
            let (view, after, until) = (View::Everything, walk.seq, u64::MAX);
            let stretch = Stretch { workspace, view, after, until, bytes: usize::MAX };
            let page = read::page(snapshot, &stretch).map_err(database)?;
            if page.is_empty() {
                break;
            }
            for row in page {
                findings.envelopes += 1;
                if let Err(problem) = walk.step(&row) {
                    findings.problems.push(format!("{place}, seq {}: {problem}", row.seq));
                }
                // Go on from what is stored, so that one fault is told once.
                (walk.seq, walk.running) = (row.seq, row.running);
            }
        }
        let (head, running, mseq): (u64, [u8; 32], u64) = snapshot
            .query_row(
                "select head, running, mseq from workspace where workspace = ?1",
                [workspace.0],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .map_err(database)?;
        if (head, Hash(running)) != (walk.seq, walk.running) {
            findings.problems.push(format!("{place}: the head is not the last envelope"));
        }
        if mseq != membership.mseq() {
            findings.problems.push(format!("{place}: the entry count is not the last entry"));
        }
        Ok(())
    }

    fn step(&mut self, row: &Row) -> Result<(), &'static str> {
        if row.seq != self.seq + 1 {
            return Err("the log has a gap before this");
        }
        let envelope = Envelope::from_bytes(&row.bytes).map_err(|_| "not an envelope")?;
        let (device, dseq, prev) = (envelope.device, envelope.dseq, envelope.prev);
        let author = self.membership.device(device).ok_or("its device is not a member")?;
        let verified = Verified::check(self.membership.workspace(), &author.verifier, envelope)
            .map_err(|_| "the signature is wrong")?;
        if (verified.hash(), device, dseq) != (row.hash, row.device, row.dseq) {
            return Err("the row's hash, device or number is not the envelope's");
        }
        if self.running.running(row.hash) != row.running {
            return Err("the running hash is wrong");
        }
        let follows = if dseq == 1 {
            prev == Hash::ZERO
        } else {
            self.seen.get(&(device, dseq - 1)).is_some_and(|before| before.contains(&prev))
        };
        self.seen.entry((device, dseq)).or_default().push(row.hash);
        if follows { Ok(()) } else { Err("the envelope before it in the device's chain is not stored") }
    }
}
