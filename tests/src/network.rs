//! A network in a test's hand: it loses, repeats, delays and cuts, by the dice.
//!
//! Requests go to the server's own router, without a socket between.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http;
use baikoo_client_core::sync::Request;
use baikoo_client_core::transport::{Answer, Piece, Transport};
use bytes::Bytes;
use http_body_util::BodyExt;
use tower::ServiceExt;

/// Dice that fall the same for the same seed (xorshift64*).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The same seed, the same dice.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.any() % (limit.max(1) as u64)).unwrap_or(0)
    }

    /// Whether something happens that happens `percent` times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// The network between everybody and the server.
pub struct Network {
    /// The server's routes; none while it is down.
    pub server: RefCell<Option<Router>>,
    /// Whether anything goes wrong at all.
    pub faulty: Cell<bool>,
    dice: RefCell<Dice>,
    clock: Arc<AtomicI64>,
}

impl Network {
    /// A network that works, until it is told not to.
    pub fn new(seed: u64, clock: Arc<AtomicI64>) -> Self {
        Self {
            server: RefCell::new(None),
            faulty: Cell::new(false),
            dice: RefCell::new(Dice::new(seed)),
            clock,
        }
    }

    fn fault(&self, percent: usize) -> bool {
        self.faulty.get() && self.dice.borrow_mut().chance(percent)
    }

    fn cut(&self, length: usize) -> usize {
        self.dice.borrow_mut().below(length + 1)
    }

    /// One request to the server, whole or cut at any byte.
    async fn deliver(&self, request: &Request, cut: Option<usize>) -> Option<(u16, Vec<u8>)> {
        let server = self.server.borrow().clone()?;
        let path = request.url.splitn(4, '/').nth(3).unwrap_or_default();
        let mut builder = http::Request::builder().method("POST").uri(format!("/{path}"));
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let sent = &request.body[..cut.unwrap_or(request.body.len())];
        // In pieces of any size, as a network delivers them.
        let mut pieces: VecDeque<Result<Bytes, std::io::Error>> = VecDeque::new();
        let mut rest = sent;
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(self.cut(rest.len().min(700) - 1) + 1);
            pieces.push_back(Ok(Bytes::copy_from_slice(piece)));
            rest = later;
        }
        if cut.is_some() {
            pieces.push_back(Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
        }
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let response = server.oneshot(builder.body(body).ok()?).await.ok()?;
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            // An answer that the server could not finish ends here.
            let Ok(frame) = frame else { return None };
            if let Ok(data) = frame.into_data() {
                bytes.extend_from_slice(&data);
            }
        }
        Some((status, bytes))
    }
}

impl Transport for Network {
    type Answer = CannedAnswer;

    async fn send(&self, request: Request) -> CannedAnswer {
        self.clock.fetch_add(i64::try_from(50 + self.cut(3_000)).unwrap_or(50), Ordering::SeqCst);
        if self.fault(10) {
            return CannedAnswer::lost();
        }
        if self.fault(8) {
            // It arrives twice; the first answer goes astray.
            let _ = self.deliver(&request, None).await;
        }
        let cut = self.fault(12).then(|| self.cut(request.body.len()));
        let answered = self.deliver(&request, cut).await;
        match answered {
            _ if cut.is_some() || self.fault(8) => CannedAnswer::lost(),
            None => CannedAnswer::lost(),
            Some((status, bytes)) => {
                let whole = !self.fault(15);
                let kept = if whole { bytes.len() } else { self.cut(bytes.len()) };
                let mut pieces = VecDeque::from([Piece::Status(status)]);
                let mut rest = &bytes[..kept];
                while !rest.is_empty() {
                    let (piece, later) = rest.split_at(self.cut(rest.len().min(2_000) - 1) + 1);
                    pieces.push_back(Piece::Bytes(piece.to_vec()));
                    rest = later;
                }
                if !whole {
                    pieces.push_back(Piece::Failed);
                }
                CannedAnswer(pieces)
            }
        }
    }
}

/// An answer that has arrived already, as much of it as arrived.
pub struct CannedAnswer(VecDeque<Piece>);

impl CannedAnswer {
    fn lost() -> Self {
        Self(VecDeque::from([Piece::Failed]))
    }
}

impl Answer for CannedAnswer {
    async fn next(&mut self) -> Option<Piece> {
        self.0.pop_front()
    }
}
