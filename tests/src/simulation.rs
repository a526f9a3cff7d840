//! A world of devices that write, share, review, die and come back, over a bad network, from one
//! seed; and what must hold meanwhile and in the end.
//!
//! A device's own word is taken as it is given: what a call has returned from is noted, and looked
//! for on every device that may read it once everybody has synchronised.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use baikoo_client_core::client::Client;
use baikoo_client_core::crypto::keys::{DatabaseKey, Secret32};
use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::answer::Answer;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::home::Home;
use baikoo_client_core::member::Invitation;
use baikoo_client_core::protocol::id::{DeviceId, MemberId, StreamId, WorkspaceId};
use baikoo_client_core::protocol::membership::Role;
use baikoo_client_core::report::{ChangeHash, Path, TextName};
use baikoo_client_core::sync::driver::{Access, exchange};
use baikoo_client_core::sync::{Input, SyncEngine};
use baikoo_client_core::testing::SeededEnv;
use baikoo_client_core::view::{Delivery, Filter, ReportSummary, ReportView, SyncView};
use tempfile::TempDir;

mod device;
mod invariants;

use device::Device;

use crate::dice::Dice;
use crate::disk::scratch;
use crate::fuse::Fuse;
use crate::network::{ADDRESS, Network, Weather};

/// How large a world is, and how bad.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Devices, the coordinators' among them.
    pub devices: usize,
    /// Coordinators' devices.
    pub coordinators: usize,
    /// Things that happen before the faults stop.
    pub steps: u32,
    /// How often each kind of fault comes, in a thousand requests or actions.
    pub faults: u64,
}

impl Plan {
    /// What a seed draws: mostly small worlds, since they find as much and cost less.
    pub fn of_seed(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x706c_616e);
        let large = dice.chance(20);
        let devices = if large { 15 + dice.place(16) } else { 3 + dice.place(4) };
        Self {
            devices,
            coordinators: 1 + dice.place(2),
            steps: u32::try_from(if large { 160 } else { 40 + dice.below(50) }).expect("few"),
            faults: [0, 20, 60, 120][dice.place(4)],
        }
    }
}

/// Rounds in which everybody syncs after the faults have stopped, until it must be quiet.
const ROUNDS_MAX: u32 = 14;
/// How often each device dies in a sync when the steps are over.
const STORMS: usize = 2;
const COMMITS_IN_A_SYNC: u64 = 9;
/// Ten years.
const SKEW_MOST_MS: u64 = 10 * 365 * 86_400_000;
/// Which of a hundred actions are a sync.
const SYNC: std::ops::RangeInclusive<u64> = 74..=95;
const COUNTS: [&str; 3] = ["injured_total", "killed_total", "hurt_count"];

/// What the world knows of a report, from outside.
struct Known {
    report: StreamId,
    author: usize,
    // `send` has returned.
    sent: bool,
    // It was called, and may have died on the way: then others may have the report all the same.
    may_be_sent: bool,
    // Who must come to have it, and who may: a device may have died in the middle of sharing.
    readers: BTreeSet<usize>,
    may_read: BTreeSet<usize>,
    // Heads of which a save has returned, and on which device.
    saved: Vec<(usize, ChangeHash)>,
    reviewed: Vec<(usize, ChangeHash)>,
    words: Vec<String>,
}

/// The world.
pub struct Simulation {
    plan: Plan,
    dice: Dice,
    clock: Arc<AtomicI64>,
    network: Network,
    workspace: WorkspaceId,
    devices: Vec<Device>,
    reports: Vec<Known>,
    words: u64,
    // The heads of the report that is written in, before it is.
    before: Vec<ChangeHash>,
    trace: Vec<String>,
}

/// Runs a seed. The answer is its trace: the same for the same seed.
///
/// # Panics
/// When something that must hold does not.
pub fn run(seed: u64, plan: Plan) -> Vec<String> {
    let mut simulation = Simulation::new(seed, plan);
    simulation.network.has_weather(Weather::bad(plan.faults));
    for step in 0..plan.steps {
        simulation.step(step);
    }
    if plan.faults > 0 {
        simulation.storms();
    }
    simulation.network.has_weather(Weather::default());
    simulation.becomes_quiet();
    simulation.holds();
    simulation.trace
}

impl Simulation {
    fn new(seed: u64, plan: Plan) -> Self {
        let clock = Arc::new(AtomicI64::new(1_790_000_000_000));
        let network = Network::new(seed, Arc::clone(&clock));
        let mut dice = Dice::new(seed);
        let env = |number: u64, dice: &mut Dice| {
            let mut env =
                SeededEnv::with_clock(seed.wrapping_mul(1_000).wrapping_add(number), Arc::clone(&clock));
            if dice.chance(600) {
                env.skew_ms = i64::try_from(dice.below(2 * SKEW_MOST_MS)).expect("years")
                    - i64::try_from(SKEW_MOST_MS).expect("years");
            }
            env
        };
        let founder = Device::new("C0".to_owned(), Role::Coordinator, env(0, &mut dice), |home, key, env| {
            Client::create_workspace(&home.location(), key, Box::new(env), ADDRESS, "C0", None)
                .map(|created| created.client)
        });
        let workspace = founder.does(|client| Ok(client.me().workspace)).parse().expect("an id");
        let mut simulation = Self {
            plan,
            dice: dice.clone(),
            clock: Arc::clone(&clock),
            network,
            workspace,
            devices: vec![founder],
            reports: Vec::new(),
            words: 0,
            before: Vec::new(),
            trace: vec![format!("{plan:?}")],
        };
        // Her clock is told right once, so that the invitations' times can be.
        simulation.syncs(0);
        for number in 1..plan.devices {
            let role = if number < plan.coordinators { Role::Coordinator } else { Role::Monitor };
            let name = format!("{}{number}", if role == Role::Coordinator { "C" } else { "M" });
            let lifetime_ms = 20 * 86_400_000;
            let invited = simulation.devices[0].does(|client| client.invite(role, &name, lifetime_ms));
            let env = env(number as u64, &mut dice);
            simulation.devices.push(Device::new(name.clone(), role, env, |home, key, env| {
                let invitation = Invitation::from_link(&invited.link)?;
                Client::join(&home.location(), key, Box::new(env), &invitation, &name)
            }));
        }
        simulation.dice = dice;
        simulation.syncs(0);
        simulation
    }

    fn step(&mut self, step: u32) {
        let pause = i64::try_from(self.dice.below(60_000)).expect("a minute");
        self.clock.fetch_add(pause, Ordering::SeqCst);
        let who = self.dice.place(self.devices.len());
        let action = self.dice.below(100);
        // Most that can be lost is lost while a device takes in what came.
        let faults = if SYNC.contains(&action) { 3 * self.plan.faults } else { self.plan.faults };
        if self.dice.chance(faults) {
            let commits = self.dice.below(12);
            self.devices[who].fuse.kills_after(commits);
        } else if self.dice.chance(faults) {
            let commits = self.dice.below(12);
            self.devices[who].fuse.hiccups_after(commits);
        }
        let outcome = match action {
            0..=11 => self.creates(who),
            12..=27 => self.counts(who),
            28..=37 => self.narrates(who),
            38..=42 => self.enters(who),
            43..=52 => self.sends(who),
            53..=57 => self.shares(who),
            58..=61 => self.asks(who),
            62..=64 => self.answers(who),
            65..=69 => self.reviews(who),
            70..=73 => self.approves(who),
            action if SYNC.contains(&action) => {
                self.syncs(who);
                Ok("sync")
            }
            96 => {
                self.network.restarts_the_server();
                Ok("server restart")
            }
            97 => {
                self.network.delivers_late_requests();
                Ok("late")
            }
            _ => {
                self.devices[who].restarts();
                Ok("restart")
            }
        };
        let device = &self.devices[who];
        self.trace.push(format!(
            "{step} {} {action} {:?}",
            device.name,
            outcome.as_ref().map_err(ClientError::code)
        ));
        self.survives(who, outcome.err());
        self.looks_right(who);
    }

    /// Every device dies at some write of a sync, with all that waits for it coming in.
    fn storms(&mut self) {
        let devices = self.devices.len();
        for who in (0..STORMS).flat_map(|_| 0..devices) {
            let commits = self.dice.below(COMMITS_IN_A_SYNC);
            self.devices[who].fuse.kills_after(commits);
            self.syncs(who);
            self.survives(who, None);
            self.looks_right(who);
        }
    }

    /// What must be so after an action, and what is done about a device that died in it.
    fn survives(&mut self, who: usize, error: Option<ClientError>) {
        let device = &self.devices[who];
        let blown = device.fuse.is_put_out();
        match error {
            None => {}
            Some(
                ClientError::NotFound(_)
                | ClientError::BadInput(_)
                | ClientError::NotAllowed
                | ClientError::ApprovalPending,
            ) => {}
            Some(_) if blown => {}
            Some(other) => panic!("{} can't, and nothing was wrong: {other:?}", device.name),
        }
        if blown && self.dice.chance(700) {
            device.restarts();
            self.trace.push(format!("{} died", device.name));
        }
        self.trace.extend(self.network.take_log());
    }

    fn any_report(&mut self, who: usize) -> Option<usize> {
        let here: Vec<usize> = (0..self.reports.len())
            .filter(|place| self.devices[who].has(self.reports[*place].report))
            .collect();
        let place = (!here.is_empty()).then(|| here[self.dice.place(here.len())])?;
        self.before = self.heads(who, place);
        Some(place)
    }

    fn heads(&self, who: usize, place: usize) -> Vec<ChangeHash> {
        let report = self.reports[place].report;
        self.devices[who].does(|client| client.report_heads(report))
    }

    fn saved(&mut self, who: usize, place: usize) {
        // An answer that was there already is no change.
        let heads = self.heads(who, place);
        let new = heads.into_iter().filter(|head| !self.before.contains(head));
        self.reports[place].saved.extend(new.map(|head| (who, head)));
    }

    fn creates(&mut self, who: usize) -> Result<&'static str, ClientError> {
        let report = self.devices[who].tries(|client| client.create_report(Some("ky")))?;
        self.reports.push(Known {
            report,
            author: who,
            sent: false,
            may_be_sent: false,
            readers: [who].into(),
            may_read: [who].into(),
            saved: Vec::new(),
            reviewed: Vec::new(),
            words: Vec::new(),
        });
        self.before.clear();
        self.saved(who, self.reports.len() - 1);
        Ok("create")
    }

    fn counts(&mut self, who: usize) -> Result<&'static str, ClientError> {
        let Some(place) = self.any_report(who) else { return Ok("nothing") };
        let report = self.reports[place].report;
        let path = Path::question(COUNTS[self.dice.place(COUNTS.len())]);
        let number = i64::try_from(self.dice.below(50)).expect("few");
        let answer = (!self.dice.chance(100)).then_some(Answer::Integer(number));
        self.devices[who].tries(|client| client.set_answer(report, &path, answer.as_ref()))?;
        self.saved(who, place);
        Ok("count")
    }

    fn narrates(&mut self, who: usize) -> Result<&'static str, ClientError> {
        let Some(place) = self.any_report(who) else { return Ok("nothing") };
        let report = self.reports[place].report;
        self.words += 1;
        let word = format!("⟨{:05}⟩", self.words);
        let before = self.devices[who].opens(report)?.narrative;
        let after = format!("{before} {word}");
        self.devices[who].tries(|client| client.set_text(report, TextName::Narrative, &after))?;
        self.saved(who, place);
        self.reports[place].words.push(word);
        Ok("narrate")
    }

    fn enters(&mut self, who: usize) -> Result<&'static str, ClientError> {
        let Some(place) = self.any_report(who) else { return Ok("nothing") };
        let report = self.reports[place].report;
        let view = self.devices[who].opens(report)?;
        let entries: Vec<_> = view.sections.iter().flat_map(|section| &section.entries).collect();
        if entries.is_empty() || self.dice.chance(500) {
            let entry = self.devices[who].tries(|client| client.add_entry(report, "persons"))?;
            self.saved(who, place);
            let path = Path::entry("persons", entry, "p_age");
            self.devices[who].tries(|client| client.set_answer(report, &path, Some(&Answer::Integer(33))))?;
        } else {
            let entry = entries[self.dice.place(entries.len())].id.parse().expect("an entry's id");
            self.devices[who].tries(|client| client.remove_entry(report, "persons", entry, "twice"))?;
        }
        self.saved(who, place);
        Ok("enter")
    }

    fn sends(&mut self, who: usize) -> Result<&'static str, ClientError> {
        let drafts: Vec<usize> = (0..self.reports.len())
            .filter(|place| self.reports[*place].author == who && !self.reports[*place].sent)
            .collect();
        if drafts.is_empty() {
            return Ok("nothing");
        }
        let place = drafts[self.dice.place(drafts.len())];
        let report = self.reports[place].report;
        self.before = self.heads(who, place);
        self.reports[place].may_be_sent = true;
        self.devices[who].tries(|client| client.send(report))?;
        self.reports[place].sent = true;
        self.saved(who, place);
        Ok("send")
    }

    fn shares(&mut self, who: usize) -> Result<&'static str, ClientError> {
        let Some(place) = self.any_report(who) else { return Ok("nothing") };
        let with = self.dice.place(self.devices.len());
        let (report, member) = (self.reports[place].report, self.devices[with].member);
        self.reports[place].may_read.insert(with);
        self.devices[who].tries(|client| client.share(report, member))?;
        self.reports[place].readers.insert(with);
        Ok("share")
    }

    fn asks(&mut self, who: usize) -> Result<&'static str, ClientError> {
        let Some(place) = self.any_report(who) else { return Ok("nothing") };
        let report = self.reports[place].report;
        self.devices[who].tries(|client| client.ask(report, "How many were there?"))?;
        self.saved(who, place);
        Ok("ask")
    }

    fn answers(&mut self, who: usize) -> Result<&'static str, ClientError> {
        let Some(place) = self.any_report(who) else { return Ok("nothing") };
        let report = self.reports[place].report;
        let view = self.devices[who].opens(report)?;
        let Some(open) = view.talk.iter().find(|said| said.kind == "question" && !said.answered) else {
            return Ok("nothing");
        };
        let question = open.id.parse().expect("an item's id");
        self.devices[who].tries(|client| client.answer_question(report, question, "Nine"))?;
        self.saved(who, place);
        Ok("answer")
    }

    fn reviews(&mut self, who: usize) -> Result<&'static str, ClientError> {
        let Some(place) = self.any_report(who) else { return Ok("nothing") };
        let report = self.reports[place].report;
        if self.dice.chance(500) {
            self.devices[who].tries(|client| client.note(report, "Heard it from two sides"))?;
        } else {
            let decision = Answer::Choice("checking".to_owned());
            self.devices[who].tries(|client| client.set_review(report, "decision", Some(&decision)))?;
        }
        let heads = self.devices[who].does(|client| client.review_heads(report)).expect("a review");
        self.reports[place].reviewed.extend(heads.into_iter().map(|head| (who, head)));
        Ok("review")
    }

    fn approves(&mut self, who: usize) -> Result<&'static str, ClientError> {
        let waiting: Vec<DeviceId> = self.devices[who]
            .tries(|client| client.members())
            .unwrap_or_default()
            .into_iter()
            .filter(|device| device.status == "unverified" || device.status == "pending")
            .map(|device| device.device)
            .collect();
        if waiting.is_empty() {
            return Ok("nothing");
        }
        let device = waiting[self.dice.place(waiting.len())];
        self.devices[who].tries(|client| client.approve(device))?;
        Ok("approve")
    }

    /// One exchange, however it ends.
    fn syncs(&mut self, who: usize) {
        let device = &self.devices[who];
        let outcome = self.network.waits(exchange(device, &self.network, Input::SyncNow, || {}));
        let outcome = outcome.map_err(|error| error.code());
        self.trace.push(format!("{} sync {:?}", device.name, outcome.map(|_| ())));
        self.trace.extend(self.network.take_log());
    }

    /// The faults have stopped: everybody syncs until nobody has anything to say.
    fn becomes_quiet(&mut self) {
        for device in &self.devices {
            let _ = device.fuse.is_put_out();
        }
        for round in 0..ROUNDS_MAX {
            let mut approved = false;
            for device in self.devices.iter().filter(|device| device.role == Role::Coordinator) {
                let Ok(members) = device.tries(|client| client.members()) else { continue };
                for member in members {
                    if member.status == "unverified" || member.status == "pending" {
                        approved |= device.tries(|client| client.approve(member.device)).is_ok();
                    }
                }
            }
            let before = self.network.position(self.workspace, self.devices[0].id).head;
            for who in 0..self.devices.len() {
                let device = &self.devices[who];
                let outcome = self.network.waits(exchange(device, &self.network, Input::SyncNow, || {}));
                self.trace.push(format!(
                    "{} syncs {:?}",
                    device.name,
                    outcome.as_ref().map_err(ClientError::code)
                ));
                self.trace.extend(self.network.take_log());
                if round > 2
                    && let Err(error) = outcome
                {
                    panic!("{} can't sync, and nothing is wrong any more: {error:?}", device.name);
                }
                self.looks_right(who);
            }
            let after = self.network.position(self.workspace, self.devices[0].id).head;
            let idle = self.devices.iter().all(|device| {
                let status = device.status();
                status.enrolled && status.approved && status.to_fetch == 0
            });
            if idle && !approved && before == after {
                return;
            }
        }
        let waiting: Vec<_> =
            self.devices.iter().map(|device| (device.name.clone(), device.status())).collect();
        panic!("still not quiet after {ROUNDS_MAX} rounds: {waiting:#?}");
    }
}
