//! For tests and simulations: a world whose clock and dice are in the test's hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use baikoo_protocol::hash::Hash;

use crate::env::{Clocks, Env};

/// Dice from a seed, and a clock that moves when it is told to. Never for real keys.
#[derive(Debug, Clone)]
pub struct SeededEnv {
    state: Hash,
    clock: Arc<AtomicI64>,
    /// How far the wall clock is off, in milliseconds.
    pub skew_ms: i64,
}

impl SeededEnv {
    /// The same seed throws the same dice.
    pub fn new(seed: u64) -> Self {
        Self::with_clock(seed, Arc::new(AtomicI64::new(1_790_000_000_000)))
    }

    /// Shares a clock with others.
    pub fn with_clock(seed: u64, clock: Arc<AtomicI64>) -> Self {
        Self { state: Hash::of("baikoo test dice", &[&seed.to_be_bytes()]), clock, skew_ms: 0 }
    }

    /// Other dice from here on.
    pub fn reseed(&mut self, seed: u64) {
        self.state = Hash::of("baikoo test dice, reseeded", &[&self.state.0, &seed.to_be_bytes()]);
    }

    /// Lets time pass.
    pub fn advance_ms(&self, by_ms: i64) {
        self.clock.fetch_add(by_ms, Ordering::SeqCst);
    }
}

impl Env for SeededEnv {
    fn clocks(&self) -> Clocks {
        let now_ms = self.clock.load(Ordering::SeqCst);
        Clocks {
            wall_ms: now_ms + self.skew_ms,
            offset_min: 360,
            monotonic_ms: u64::try_from(now_ms - 1_780_000_000_000).unwrap_or(0),
            boot_id: 1,
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            self.state = Hash::of("baikoo test dice, next", &[&self.state.0]);
            chunk.copy_from_slice(&self.state.0[..chunk.len()]);
        }
    }
}
