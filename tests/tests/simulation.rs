//! Hundreds of small worlds over a bad network, each from one seed.
//!
//! More of them: `BAIKOO_SEEDS=5000`; others: `BAIKOO_FIRST_SEED=100000`; one: `BAIKOO_SEED=4711`.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a simulation says what failed, and fails")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use baikoo_tests::simulation::{Plan, run};

/// Worlds in a run that nobody has asked for more of.
const SEEDS: u64 = 300;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn run_all(first: u64, count: u64) {
    let (next, broken) = (AtomicU64::new(first), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + count || !broken.lock().unwrap().is_empty() {
                        return;
                    }
                    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(seed, Plan::of_seed(seed)))) {
                        eprintln!("seed {seed} broke it; again with:");
                        eprintln!("BAIKOO_SEED={seed} cargo nextest run -p baikoo-tests --test simulation");
                        broken.lock().unwrap().push(panic);
                    }
                }
            });
        }
    });
    if let Some(panic) = broken.into_inner().unwrap().pop() {
        resume_unwind(panic);
    }
}

#[test]
fn nothing_saved_is_lost_and_nobody_is_lied_to() {
    match number("BAIKOO_SEED") {
        Some(seed) => run_all(seed, 1),
        None => run_all(number("BAIKOO_FIRST_SEED").unwrap_or(0), number("BAIKOO_SEEDS").unwrap_or(SEEDS)),
    }
}

#[test]
fn a_seed_replays_a_run() {
    let plan = Plan { devices: 5, coordinators: 2, steps: 80, faults: 80 };
    assert_eq!(run(7, plan), run(7, plan));
}
