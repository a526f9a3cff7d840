//! A network in memory between real engines and a real server, that loses, delays, repeats and
//! cuts as the dice say.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use baikoo_client_core::protocol::hash::Hash;
use baikoo_client_core::protocol::id::{DeviceId, WorkspaceId};
use baikoo_client_core::protocol::refusal::Refusal;
use baikoo_client_core::protocol::token::{Admission, Token};
use baikoo_client_core::sync::Request;
use baikoo_client_core::transport::{Answer, Piece, Transport};
use baikoo_server::clock::Clock;
use baikoo_server::limits::Limits;
use baikoo_server::node::{Creation, Node};
use baikoo_server::rules;
use baikoo_server::store::sqlite::check::{Findings, check};
use baikoo_server::store::sqlite::{Options, SqliteStore};
use baikoo_server::store::{Enrolment, NewWorkspace, Position, Store};
use baikoo_server::verified::Admitted;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tempfile::TempDir;

use crate::dice::Dice;
use crate::disk::scratch;
use crate::fuse::Fuse;

/// How bad the network is, each in so many of a thousand requests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// The request never arrives.
    pub lost: u64,
    /// The upload is cut at some byte.
    pub cut_up: u64,
    /// The answer is cut at some byte.
    pub cut_down: u64,
    /// The request arrives twice.
    pub twice: u64,
    /// A copy of the request arrives again, much later.
    pub late: u64,
    /// It takes hours.
    pub slow: u64,
    /// The server dies at some commit, or right after the last.
    pub server_dies: u64,
    /// The server's disk is full for a moment.
    pub server_hiccups: u64,
}

impl Weather {
    /// Everything goes wrong, `per_mille` times in a thousand each.
    pub fn bad(per_mille: u64) -> Self {
        Self {
            lost: per_mille,
            cut_up: per_mille,
            cut_down: per_mille,
            twice: per_mille,
            late: per_mille,
            slow: per_mille,
            server_dies: per_mille / 2,
            server_hiccups: per_mille / 2,
        }
    }
}

/// Requests in one exchange, from which on an engine is said to run in circles.
const REQUESTS_MAX: u32 = 400;

struct SharedClock(Arc<AtomicI64>);

impl Clock for SharedClock {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.load(Ordering::SeqCst)).unwrap_or(0)
    }
}

/// The server and the way to it.
pub struct Network {
    runtime: tokio::runtime::Runtime,
    clock: Arc<AtomicI64>,
    folder: TempDir,
    node: RefCell<Option<Arc<Node<SqliteStore>>>>,
    fuse: Fuse,
    dice: RefCell<Dice>,
    late: RefCell<Vec<Request>>,
    weather: Cell<Weather>,
    requests: Cell<u32>,
    log: RefCell<Vec<String>>,
}

impl Network {
    /// A server with nothing in it, in good weather.
    ///
    /// # Panics
    /// If the machine won't have it.
    pub fn new(seed: u64, clock: Arc<AtomicI64>) -> Self {
        let network = Self {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
            clock,
            folder: scratch(),
            node: RefCell::default(),
            fuse: Fuse::default(),
            dice: RefCell::new(Dice::new(seed ^ 0x006e_6574)),
            late: RefCell::default(),
            weather: Cell::default(),
            requests: Cell::default(),
            log: RefCell::default(),
        };
        network.start();
        network
    }

    /// Changes the weather.
    pub fn has_weather(&self, weather: Weather) {
        self.weather.set(weather);
    }

    /// What has happened on it since the last time this was asked.
    pub fn take_log(&self) -> Vec<String> {
        self.log.take()
    }

    /// Waits for something that happens over it.
    pub fn waits<F: Future>(&self, what: F) -> F::Output {
        self.requests.set(0);
        self.runtime.block_on(what)
    }

    /// The server is killed and started again.
    pub fn restarts_the_server(&self) {
        self.runtime.block_on(self.restart());
    }

    /// Requests that were thought lost arrive after all; nobody hears the answers.
    pub fn delivers_late_requests(&self) {
        for request in self.late.take() {
            self.note(format!("late {}", request.body.len()));
            self.waits(self.serve(&request, None, None));
        }
    }

    /// Where a device's log stands on the server.
    ///
    /// # Panics
    /// If the server can't say.
    pub fn position(&self, workspace: WorkspaceId, device: DeviceId) -> Position {
        self.runtime.block_on(self.node().store.position(workspace, device)).expect("a position")
    }

    /// Whether the server stores an envelope.
    ///
    /// # Panics
    /// If the server can't say.
    pub fn stores(&self, workspace: WorkspaceId, device: DeviceId, dseq: u64, hash: Hash) -> bool {
        let found = self.runtime.block_on(self.node().store.hashes_at(workspace, vec![(device, dseq)]));
        found.expect("hashes").iter().flatten().any(|stored| *stored == hash)
    }

    /// Verifies everything that the server stores.
    ///
    /// # Panics
    /// If it can't be read.
    pub fn checks(&self) -> Findings {
        check(self.folder.path()).expect("a database that can be read")
    }

    /// Where the server keeps its files.
    pub fn server_folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn note(&self, line: String) {
        self.log.borrow_mut().push(line);
    }

    fn node(&self) -> Arc<Node<SqliteStore>> {
        Arc::clone(self.node.borrow().as_ref().expect("a server that runs"))
    }

    fn start(&self) {
        let options = Options { on_commit: Some(self.fuse.hook()), ..Options::default() };
        let store = SqliteStore::open(self.folder.path(), options).expect("the server's store");
        let limits = Limits {
            requests_per_minute: 1_000_000,
            admissions_per_minute: 1_000_000,
            envelopes_per_day: 10_000_000,
            ..Limits::default()
        };
        let clock = Arc::new(SharedClock(Arc::clone(&self.clock)));
        *self.node.borrow_mut() = Some(Arc::new(Node::new(store, clock, limits, Creation::Open)));
    }

    async fn restart(&self) {
        let node = self.node.borrow_mut().take().expect("a server that runs");
        // Tasks of the answers that nobody reads end when they notice.
        while Arc::strong_count(&node) > 1 {
            tokio::task::yield_now().await;
        }
        drop(node);
        let _ = self.fuse.is_put_out();
        self.start();
    }

    /// Answers a request as the routes do. The upload may be cut after so many bytes, and the
    /// answer after so many.
    async fn serve(&self, request: &Request, up: Option<usize>, down: Option<usize>) -> Served {
        match self.answer(request, up, down).await {
            Ok(served) => served,
            Err(refusal) => Served {
                status: refusal.http_status(),
                body: vec![refusal as u8, 0],
                whole: up.is_none() && down.is_none_or(|bytes| bytes >= 2),
            },
        }
    }

    async fn answer(
        &self,
        request: &Request,
        up: Option<usize>,
        down: Option<usize>,
    ) -> Result<Served, Refusal> {
        let node = self.node();
        let path = request.url.strip_prefix(ADDRESS).ok_or(Refusal::Malformed)?;
        let done = Ok(Served { status: 200, body: Vec::new(), whole: up.is_none() && down.is_none() });
        if path == "/v1/workspaces" {
            let admitted = admitted(None, &request.body, up)?;
            let new = NewWorkspace { admitted, setup_code: None };
            node.store.create(new).await.map_err(|error| error.refusal())?;
            return done;
        }
        let (workspace, verb) =
            path.strip_prefix("/v1/").and_then(|rest| rest.split_once('/')).ok_or(Refusal::Malformed)?;
        let workspace = WorkspaceId::from_path(workspace).ok_or(Refusal::Unauthorised)?;
        if verb == "enrol" {
            let admitted = admitted(Some(workspace), &request.body, up)?;
            let now_ms = node.clock.now_ms();
            let enrolment = Enrolment { workspace, admitted, now_ms };
            node.store.enrol(enrolment).await.map_err(|error| error.refusal())?;
            return done;
        }
        let header = request.headers.iter().find(|(name, _)| *name == "authorization");
        let (device, token) =
            header.and_then(|(_, value)| Token::from_header(value)).ok_or(Refusal::Unauthorised)?;
        let stored = node.store.token(workspace, device).await.map_err(|error| error.refusal())?;
        if stored != Some(token.hash()) {
            return Err(Refusal::Unauthorised);
        }
        let membership = node.store.membership(workspace).await.map_err(|error| error.refusal())?;
        rules::standing(&*membership.ok_or(Refusal::Unauthorised)?, device)?;
        let body = self.pieces_up(&request.body, up);
        let answer = baikoo_server::sync::answer(node, workspace, device, body).await?;
        let mut answer = Box::pin(answer);
        let (mut bytes, mut whole) = (Vec::new(), up.is_none());
        while let Some(chunk) = answer.next().await {
            match chunk {
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                Err(_) => whole = false,
            }
            if let Some(down) = down
                && bytes.len() >= down
            {
                bytes.truncate(down);
                whole = false;
                break;
            }
        }
        whole &= down.is_none();
        Ok(Served { status: 200, body: bytes, whole })
    }

    /// The upload in pieces of any size, with waits between some of them, in which the server
    /// commits what it has.
    fn pieces_up(
        &self,
        body: &[u8],
        cut: Option<usize>,
    ) -> impl Stream<Item = Result<Bytes, ()>> + Send + Unpin + use<> {
        let mut dice = self.dice.borrow_mut();
        let kept = &body[..cut.map_or(body.len(), |cut| cut.min(body.len()))];
        let mut pieces: VecDeque<(bool, Result<Bytes, ()>)> = split(kept, &mut dice)
            .into_iter()
            .map(|piece| (dice.chance(300), Ok(Bytes::from(piece))))
            .collect();
        if cut.is_some() {
            pieces.push_back((true, Err(())));
        }
        Box::pin(stream::unfold(pieces, async |mut pieces| {
            let (waits, piece) = pieces.pop_front()?;
            if waits {
                tokio::task::yield_now().await;
            }
            Some((piece, pieces))
        }))
    }
}

/// Where the server is.
pub const ADDRESS: &str = "http://server.test";

fn admitted(workspace: Option<WorkspaceId>, body: &[u8], cut: Option<usize>) -> Result<Admitted, Refusal> {
    let kept = &body[..cut.map_or(body.len(), |cut| cut.min(body.len()))];
    let admission = Admission::from_bytes(kept).ok_or(Refusal::Malformed)?;
    Admitted::check(workspace, &admission)
}

fn split(bytes: &[u8], dice: &mut Dice) -> Vec<Vec<u8>> {
    let most = [1, 7, 64, 1_000, 20_000][dice.place(5)];
    let mut rest = bytes;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        // One byte at a time through the whole of a long answer would prove no more.
        let most = if pieces.len() > 200 { 20_000 } else { most };
        let (piece, later) = rest.split_at((1 + dice.place(most)).min(rest.len()));
        pieces.push(piece.to_vec());
        rest = later;
    }
    pieces
}

struct Served {
    status: u16,
    body: Vec<u8>,
    whole: bool,
}

/// An answer that has come, as far as it will.
pub struct Arrived(VecDeque<Piece>);

impl Answer for Arrived {
    async fn next(&mut self) -> Option<Piece> {
        self.0.pop_front()
    }
}

impl Transport for Network {
    type Answer = Arrived;

    async fn send(&self, request: Request) -> Arrived {
        self.requests.set(self.requests.get() + 1);
        assert!(self.requests.get() < REQUESTS_MAX, "an engine calls again and again");
        let weather = self.weather.get();
        let (fate, length) = {
            let mut dice = self.dice.borrow_mut();
            self.clock.fetch_add(i64::try_from(200 + dice.below(2_000)).unwrap_or(0), Ordering::SeqCst);
            if dice.chance(weather.slow) {
                let hours = i64::try_from(1 + dice.below(30)).unwrap_or(1);
                self.clock.fetch_add(hours * 3_600_000, Ordering::SeqCst);
            }
            (Fate::throw(weather, request.body.len(), &mut dice), request.body.len())
        };
        if fate.late {
            self.late.borrow_mut().push(request.clone());
        }
        if fate.lost {
            self.note(format!("up {length} lost"));
            return Arrived([Piece::Failed].into());
        }
        if let Some(commits) = fate.server_dies_after {
            self.fuse.kills_after(commits);
        } else if let Some(commits) = fate.server_hiccups_after {
            self.fuse.hiccups_after(commits);
        }
        if fate.twice {
            self.serve(&request, None, None).await;
        }
        let mut served = self.serve(&request, fate.cut_up, fate.cut_down).await;
        self.note(format!(
            "up {length} {fate:?} down {} {} {}",
            served.status,
            served.body.len(),
            served.whole
        ));
        if fate.server_dies_after.is_some() {
            // Dead before a commit, or after the last: in neither case does the answer's end come.
            served.whole = false;
            self.restart().await;
        }
        let _ = self.fuse.is_put_out();
        let mut pieces = VecDeque::new();
        if fate.cut_up.is_none() {
            pieces.push_back(Piece::Status(served.status));
            let split = split(&served.body, &mut self.dice.borrow_mut());
            pieces.extend(split.into_iter().map(Piece::Bytes));
        }
        if !served.whole {
            // Some stacks say that the line broke; others only end.
            let tells = fate.cut_up.is_some() || self.dice.borrow_mut().chance(500);
            if tells {
                pieces.push_back(Piece::Failed);
            }
        }
        Arrived(pieces)
    }
}

#[derive(Debug)]
struct Fate {
    lost: bool,
    late: bool,
    twice: bool,
    cut_up: Option<usize>,
    cut_down: Option<usize>,
    server_dies_after: Option<u64>,
    server_hiccups_after: Option<u64>,
}

impl Fate {
    fn throw(weather: Weather, length: usize, dice: &mut Dice) -> Self {
        Self {
            lost: dice.chance(weather.lost),
            late: dice.chance(weather.late),
            twice: dice.chance(weather.twice),
            cut_up: dice.chance(weather.cut_up).then(|| dice.place(length + 1)),
            cut_down: dice.chance(weather.cut_down).then(|| {
                let most = [40, 400, 4_000][dice.place(3)];
                dice.place(most)
            }),
            server_dies_after: dice.chance(weather.server_dies).then(|| dice.below(4)),
            server_hiccups_after: dice.chance(weather.server_hiccups).then(|| dice.below(3)),
        }
    }
}
