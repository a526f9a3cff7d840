//! A line between two programs, in user space: it counts what passes, makes it as slow as a mobile
//! network, and breaks it where it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::time::sleep_until;

/// What kind of network it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    pub name: &'static str,
    /// Bits per second; 0 for no bound.
    pub up: f64,
    pub down: f64,
    pub round_trip: Duration,
}

pub const LAN: Profile = Profile { name: "LAN", up: 0.0, down: 0.0, round_trip: Duration::ZERO };
pub const EDGE: Profile =
    Profile { name: "EDGE", up: 50_000.0, down: 110_000.0, round_trip: Duration::from_millis(450) };
pub const GPRS: Profile =
    Profile { name: "GPRS", up: 12_000.0, down: 30_000.0, round_trip: Duration::from_millis(900) };

impl Profile {
    /// How long it would take on this network, by bytes and round trips alone.
    pub fn computes(&self, traffic: &Traffic) -> Duration {
        let turns = f64::from(traffic.turns + traffic.connections);
        let seconds = turns * self.round_trip.as_secs_f64()
            + traffic.up as f64 * 8.0 / self.up
            + traffic.down as f64 * 8.0 / self.down;
        Duration::from_secs_f64(seconds)
    }
}

/// What has passed. Payload of TCP: without the headers of TCP and IP.
#[derive(Debug, Clone, Copy, Default)]
pub struct Traffic {
    pub up: u64,
    pub down: u64,
    /// How often the client spoke after the server had, or first: about the round trips.
    pub turns: u32,
    pub connections: u32,
    pub cuts: u32,
}

struct State {
    profile: Profile,
    cut_after: Option<u64>,
    traffic: Traffic,
    went_up_last: bool,
    last: Instant,
    free: [Instant; 2],
}

/// The line.
#[derive(Clone)]
pub struct Proxy {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// A line to `upstream`.
    pub async fn to(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let now = Instant::now();
        let state = Arc::new(Mutex::new(State {
            profile: LAN,
            cut_after: None,
            traffic: Traffic::default(),
            went_up_last: false,
            last: now,
            free: [now, now],
        }));
        let proxy = Self { address, state };
        let line = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(line.clone().connect(client, upstream));
            }
        });
        proxy
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was counted, and is this kind of network from now on.
    pub fn begin(&self, profile: Profile, cut_after: Option<u64>) {
        let mut state = self.state();
        let now = Instant::now();
        state.profile = profile;
        state.cut_after = cut_after;
        state.traffic = Traffic::default();
        state.went_up_last = false;
        state.free = [now, now];
        state.last = now;
    }

    /// What was counted, and when something last passed.
    pub fn traffic(&self) -> (Traffic, Instant) {
        let state = self.state();
        (state.traffic, state.last)
    }

    async fn connect(self, client: TcpStream, upstream: SocketAddr) {
        let Ok(server) = TcpStream::connect(upstream).await else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (client_reads, client_writes) = client.into_split();
        let (server_reads, server_writes) = server.into_split();
        // TCP itself needs a round trip before the first byte.
        let open_at = {
            let mut state = self.state();
            state.traffic.connections += 1;
            Instant::now() + state.profile.round_trip
        };
        let passed = Arc::new(Mutex::new(0_u64));
        let cut = Arc::new(Notify::new());
        let both = async {
            tokio::join!(
                self.carry(client_reads, server_writes, true, open_at, &passed, &cut),
                self.carry(server_reads, client_writes, false, open_at, &passed, &cut)
            )
        };
        tokio::select! {
            _ = both => {}
            () = cut.notified() => self.state().traffic.cuts += 1,
        }
    }

    async fn carry(
        &self,
        mut from: OwnedReadHalf,
        mut to: OwnedWriteHalf,
        is_up: bool,
        open_at: Instant,
        passed: &Mutex<u64>,
        cut: &Notify,
    ) {
        // As much as a small TCP window holds: who writes faster has to wait.
        let (sender, mut receiver) = mpsc::channel::<(Instant, Vec<u8>)>(24);
        let reads = async move {
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let most = if self.state().profile.up > 0.0 { 1_400 } else { buffer.len() };
                let Ok(length @ 1..) = from.read(&mut buffer[..most]).await else { return };
                let (length, is_cut) = {
                    let limit = self.state().cut_after;
                    let mut passed = passed.lock().unwrap_or_else(PoisonError::into_inner);
                    let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(*passed));
                    let fits = length.min(usize::try_from(room).unwrap_or(usize::MAX));
                    *passed += fits as u64;
                    (fits, limit.is_some_and(|limit| *passed >= limit))
                };
                let at = self.state().passes(length, is_up, open_at);
                let sent = sender.send((at, buffer[..length].to_vec())).await;
                if is_cut {
                    // What has passed still arrives; then the line is gone.
                    let _ = sender.send((at, Vec::new())).await;
                    std::future::pending::<()>().await;
                }
                if sent.is_err() {
                    return;
                }
            }
        };
        let writes = async move {
            while let Some((at, bytes)) = receiver.recv().await {
                if at > Instant::now() {
                    sleep_until(at.into()).await;
                }
                self.state().last = Instant::now();
                if bytes.is_empty() {
                    cut.notify_one();
                    return;
                }
                if to.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            let _ = to.shutdown().await;
        };
        tokio::join!(reads, writes);
    }
}

impl State {
    /// Counts, and says when it comes out at the other end.
    fn passes(&mut self, length: usize, is_up: bool, open_at: Instant) -> Instant {
        let now = Instant::now();
        if is_up {
            self.traffic.up += length as u64;
            if !self.went_up_last {
                self.traffic.turns += 1;
            }
        } else {
            self.traffic.down += length as u64;
        }
        self.went_up_last = is_up;
        self.last = now;
        let rate = if is_up { self.profile.up } else { self.profile.down };
        if rate == 0.0 {
            return now;
        }
        let free = &mut self.free[usize::from(is_up)];
        *free = (*free).max(now).max(open_at) + Duration::from_secs_f64(length as f64 * 8.0 / rate);
        *free + self.profile.round_trip / 2
    }
}
