//! The client: one open workspace on one device. Front ends call its methods and show what they
//! return; every decision is made below them.
//!
//! Synchronous throughout. What a method has returned from is durable.

use std::cell::RefCell;
use std::collections::BTreeMap;

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, MemberId, StreamId, WorkspaceId};
use baikoo_protocol::membership::{DeviceStatus, Membership, Role, workspace_of_genesis};
use baikoo_protocol::signature::SealingPublicKey;
use baikoo_protocol::token::{Admission, Token};

use crate::crypto::device::DeviceSecrets;
use crate::crypto::keys::{DatabaseKey, RoleSecret, Secret32};
use crate::crypto::recovery::OpeningKey;
use crate::env::Env;
use crate::error::ClientError;
use crate::report::Document;
use crate::store::{CommitFault, Location, Name, Store, StoreError, Tx};
use crate::view::Me;

mod describe;
mod evidence;
mod labels;
mod lists;
mod project;
mod reports;
mod reviews;
mod show;

pub use labels::{ChoiceView, FormSectionView, FormView, PlaceView, QuestionView};
pub(crate) use project::owe_projection;
pub use reports::Put;

/// What has happened that a screen may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A report came or changed, here or from elsewhere.
    ReportChanged(StreamId),
    /// The membership log has grown.
    MembersChanged,
    /// Something was set apart.
    Quarantined,
    /// An alarm: see [`crate::view::SyncView::alarms`].
    Alarm(String),
}

/// One open workspace on one device.
pub struct Client {
    pub(crate) store: Store,
    pub(crate) env: Box<dyn Env>,
    pub(crate) device: DeviceSecrets,
    pub(crate) token: Token,
    pub(crate) member: MemberId,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) server: String,
    // Not known yet on a device that recovery sheets have brought and that never synced.
    pub(crate) genesis: Option<Hash>,
    pub(crate) workspace: WorkspaceId,
    pub(crate) membership: Option<Membership>,
    pub(crate) role_secrets: BTreeMap<u32, RoleSecret>,
    // The document that is being written in: loading it for each keystroke would cost too much.
    pub(crate) open: Option<(StreamId, Document)>,
    pub(crate) names: RefCell<BTreeMap<DeviceId, String>>,
    // This life of the database, from now until it is closed.
    pub(crate) incarnation: u32,
    pub(crate) events: Vec<Event>,
    // Envelopes whose applying crashed the last time, and how often: they are tried one by one.
    pub(crate) suspects: BTreeMap<i64, usize>,
}

/// What a device believes before it has seen the membership log.
pub(crate) enum Root {
    /// This genesis, and what follows from it.
    Genesis(Hash),
    /// Of this workspace, what the recovery sheets have signed.
    Sheets(WorkspaceId, OpeningKey),
}

/// What a database is founded with.
pub(crate) struct Founding<'a> {
    pub(crate) device: &'a DeviceSecrets,
    pub(crate) token: &'a Token,
    pub(crate) member: MemberId,
    pub(crate) name: &'a str,
    pub(crate) role: Role,
    pub(crate) server: &'a str,
    pub(crate) root: Root,
    pub(crate) admission: &'a Admission,
}

impl Client {
    /// Opens the workspace that is in the database.
    ///
    /// # Errors
    /// [`ClientError::NoWorkspace`] if there is none; [`ClientError::WrongPassphrase`] for
    /// another key.
    pub fn open(location: &Location, key: &DatabaseKey, env: Box<dyn Env>) -> Result<Self, ClientError> {
        Self::open_store(Store::open(location, key)?, env)
    }

    pub(crate) fn open_store(store: Store, mut env: Box<dyn Env>) -> Result<Self, ClientError> {
        let incarnation = u32::from_le_bytes(env.random());
        let mut client = store
            .read(|tx| {
                let seed = |name| tx.get_array(name).map(|seed| seed.map(Secret32));
                let Some(signing) = seed(Name::SigningSeed)? else { return Err(ClientError::NoWorkspace) };
                let sealing = seed(Name::SealingSeed)?.ok_or(damaged("sealing seed"))?;
                let text = |name| tx.get_text(name)?.ok_or(damaged("meta"));
                let genesis = tx.get_array(Name::Genesis)?.map(Hash);
                let workspace = match genesis {
                    Some(genesis) => workspace_of_genesis(genesis),
                    None => WorkspaceId(tx.get_array(Name::Workspace)?.ok_or(damaged("genesis"))?),
                };
                let mut membership: Option<Membership> = None;
                for entry in tx.membership_entries()? {
                    match &mut membership {
                        None => {
                            membership =
                                Some(Membership::from_genesis(&entry).map_err(|_| damaged("membership"))?);
                        }
                        Some(membership) => {
                            membership.apply(&entry).map_err(|_| damaged("membership"))?;
                        }
                    }
                }
                Ok((
                    DeviceSecrets::from_seeds(signing, sealing),
                    Token(tx.get_array(Name::Token)?.ok_or(damaged("token"))?),
                    MemberId(tx.get_array(Name::Member)?.ok_or(damaged("member"))?),
                    text(Name::MemberName)?,
                    if text(Name::Role)? == "coordinator" { Role::Coordinator } else { Role::Monitor },
                    text(Name::Server)?,
                    (genesis, workspace),
                    membership,
                    read_role_secrets(tx)?,
                    read_suspects(tx)?,
                ))
            })
            .map(
                |(device, token, member, name, role, server, root, membership, role_secrets, suspects)| {
                    let (genesis, workspace) = root;
                    Self {
                        store,
                        env,
                        device,
                        token,
                        member,
                        name,
                        role,
                        server,
                        genesis,
                        workspace,
                        membership,
                        role_secrets,
                        open: None,
                        names: RefCell::default(),
                        incarnation,
                        events: Vec::new(),
                        suspects,
                    }
                },
            )?;
        client.learn_role_secrets()?;
        client.quarantine_lone_suspect()?;
        client.project_owed()?;
        Ok(client)
    }

    pub(crate) fn found(
        mut store: Store,
        founding: &Founding<'_>,
        more: impl FnOnce(&Tx<'_>) -> Result<(), StoreError>,
    ) -> Result<Store, ClientError> {
        store.write(|tx| {
            if tx.get(Name::SigningSeed)?.is_some() {
                return Err(ClientError::WorkspaceExists);
            }
            tx.set(Name::SigningSeed, &founding.device.signing_seed.0)?;
            tx.set(Name::SealingSeed, &founding.device.sealing_seed.0)?;
            tx.set(Name::Token, &founding.token.0)?;
            tx.set(Name::Member, &founding.member.0)?;
            tx.set(Name::MemberName, founding.name.as_bytes())?;
            let role = if founding.role == Role::Coordinator { "coordinator" } else { "monitor" };
            tx.set(Name::Role, role.as_bytes())?;
            tx.set(Name::Server, founding.server.trim_end_matches('/').as_bytes())?;
            match &founding.root {
                Root::Genesis(genesis) => tx.set(Name::Genesis, &genesis.0)?,
                Root::Sheets(workspace, key) => {
                    tx.set(Name::Workspace, &workspace.0)?;
                    tx.set(Name::RecoveryKey, &key.to_bytes())?;
                }
            }
            tx.set(Name::Admission, &founding.admission.to_bytes())?;
            Ok(more(tx)?)
        })?;
        Ok(store)
    }

    /// What has happened since the last time this was asked.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// This device and its workspace.
    pub fn me(&self) -> Me {
        Me {
            device: self.device.id(),
            member: self.member,
            name: self.name.clone(),
            role: self.role,
            workspace: self.workspace.to_string(),
            server: self.server.clone(),
            safety_number: self.safety_number(),
            fingerprint: fingerprint(self.workspace),
        }
    }

    /// Lets a simulation decide the fate of commits.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_commit_fault(&mut self, fault: Option<CommitFault>) -> Result<(), ClientError> {
        Ok(self.store.set_commit_fault(fault)?)
    }

    pub(crate) fn coordinates(&self) -> bool {
        let own = self.device.id();
        self.membership
            .as_ref()
            .and_then(|membership| membership.device(own))
            .is_some_and(|device| device.is_active_coordinator())
    }

    pub(crate) fn must_coordinate(&self) -> Result<(), ClientError> {
        match self.standing() {
            _ if self.coordinates() => Ok(()),
            _ if self.role == Role::Monitor => Err(ClientError::NotAllowed),
            Some(DeviceStatus::Revoked { .. }) => Err(ClientError::DeviceRevoked),
            _ => Err(ClientError::ApprovalPending),
        }
    }

    pub(crate) fn standing(&self) -> Option<DeviceStatus> {
        let own = self.device.id();
        self.membership.as_ref()?.device(own).map(|device| device.status)
    }

    pub(crate) fn membership(&self) -> Result<&Membership, ClientError> {
        self.membership.as_ref().ok_or(ClientError::NotFound("membership log; sync first"))
    }

    /// The role key to seal to: of the log, or of the invitation before the first sync.
    pub(crate) fn role_key(&self) -> Result<(u32, SealingPublicKey), ClientError> {
        if let Some(membership) = &self.membership {
            let role = membership.role();
            return Ok((role.epoch, role.public));
        }
        let invited = self.store.read(|tx| tx.get_text(Name::InvitedRole))?;
        parse_invited_role(invited.as_deref()).ok_or(damaged("invited role"))
    }

    /// The role secret in force.
    pub(crate) fn role_secret(&self) -> Result<&RoleSecret, ClientError> {
        let epoch = self.role_key()?.0;
        self.role_secrets.get(&epoch).ok_or(ClientError::ApprovalPending)
    }

    pub(crate) fn keep_role_secrets(&mut self) -> Result<(), ClientError> {
        self.keep_role_secrets_and(|_| Ok(()))
    }

    /// In one transaction with `also`.
    pub(crate) fn keep_role_secrets_and(
        &mut self,
        also: impl FnOnce(&Tx<'_>) -> Result<(), StoreError>,
    ) -> Result<(), ClientError> {
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        for (epoch, secret) in &self.role_secrets {
            bytes.extend_from_slice(&epoch.to_be_bytes());
            bytes.extend_from_slice(&secret.0.0);
        }
        self.names.borrow_mut().clear();
        self.store.write(|tx| {
            tx.set(Name::RoleSecrets, &bytes)?;
            Ok(also(tx)?)
        })
    }

    /// This device's clock corrected by the server's, as far as it was heard.
    pub(crate) fn server_now_ms(&self) -> Result<i64, ClientError> {
        let offset = self.store.read(|tx| tx.get_number(Name::ServerOffsetMs))?;
        Ok(self.env.clocks().wall_ms.saturating_add(offset))
    }

    pub(crate) fn alarm(&mut self, alarm: &str) -> Result<(), ClientError> {
        self.store.write(|tx| Ok::<_, ClientError>(add_alarm(tx, alarm)?))?;
        self.events.push(Event::Alarm(alarm.to_owned()));
        Ok(())
    }

    /// A person has seen the alarms.
    ///
    /// # Errors
    /// What the database says.
    pub fn dismiss_alarms(&mut self) -> Result<(), ClientError> {
        self.store.write(|tx| Ok(tx.unset(Name::Alarms)?))
    }
}

pub(crate) fn add_alarm(tx: &Tx<'_>, alarm: &str) -> Result<(), StoreError> {
    let known = tx.get_text(Name::Alarms)?.unwrap_or_default();
    if known.lines().any(|line| line == alarm) {
        return Ok(());
    }
    tx.set(Name::Alarms, format!("{known}{alarm}\n").as_bytes())
}

/// The workspace's fingerprint, in eight groups of four: its id, which is cut from the hash of its
/// genesis.
pub fn fingerprint(workspace: WorkspaceId) -> String {
    let hex = workspace.to_string();
    let groups: Vec<&str> = (0..32).step_by(4).map(|start| &hex[start..start + 4]).collect();
    groups.join(" ")
}

pub(crate) fn damaged(what: &'static str) -> ClientError {
    ClientError::Damaged(Some(StoreError::Damaged(what)))
}

fn read_role_secrets(tx: &Tx<'_>) -> Result<BTreeMap<u32, RoleSecret>, ClientError> {
    let bytes = tx.get(Name::RoleSecrets)?.unwrap_or_default();
    let mut secrets = BTreeMap::new();
    for chunk in bytes.chunks_exact(36) {
        let (epoch, secret) = chunk.split_at(4);
        let epoch = u32::from_be_bytes(epoch.try_into().map_err(|_| damaged("role secrets"))?);
        let secret = secret.try_into().map_err(|_| damaged("role secrets"))?;
        secrets.insert(epoch, RoleSecret(Secret32(secret)));
    }
    Ok(secrets)
}

fn read_suspects(tx: &Tx<'_>) -> Result<BTreeMap<i64, usize>, ClientError> {
    let text = tx.get_text(Name::Applying)?.unwrap_or_default();
    let mut suspects = BTreeMap::new();
    for id in text.split_ascii_whitespace().filter_map(|id| id.parse().ok()) {
        *suspects.entry(id).or_default() += 1;
    }
    Ok(suspects)
}

fn parse_invited_role(text: Option<&str>) -> Option<(u32, SealingPublicKey)> {
    let (epoch, hex) = text?.split_once(' ')?;
    let mut key = [0; 32];
    for (byte, place) in key.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(place..place + 2)?, 16).ok()?;
    }
    Some((epoch.parse().ok()?, SealingPublicKey(key)))
}
