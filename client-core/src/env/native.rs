//! The clocks and dice of a machine with an operating system.

use std::fs;
use std::time::UNIX_EPOCH;

use baikoo_protocol::hash::Hash;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Clocks, Env};

/// The machine's own clocks and dice.
#[derive(Debug, Clone, Copy, Default)]
pub struct NativeEnv;

impl Env for NativeEnv {
    fn clocks(&self) -> Clocks {
        let wall_ms = wall_ms();
        Clocks {
            wall_ms,
            offset_min: offset_min(wall_ms),
            monotonic_ms: monotonic_ms().unwrap_or(0),
            boot_id: boot_id().unwrap_or(0),
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        // Without randomness there are no keys, and nothing better to do than to stop.
        getrandom::fill(bytes).expect("the system's random numbers are there");
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place where a native front end reads the clock")]
fn wall_ms() -> i64 {
    let now = std::time::SystemTime::now();
    match now.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

fn offset_min(wall_ms: i64) -> i16 {
    let Ok(now) = Timestamp::from_millisecond(wall_ms) else { return 0 };
    i16::try_from(TimeZone::system().to_offset(now).seconds() / 60).unwrap_or(0)
}

/// Since the machine was started, sleep included (Linux: `CLOCK_BOOTTIME`).
fn monotonic_ms() -> Option<u64> {
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let (seconds, hundredths) = uptime.split_ascii_whitespace().next()?.split_once('.')?;
    Some(seconds.parse::<u64>().ok()? * 1_000 + hundredths.parse::<u64>().ok()? * 10)
}

/// Different after each start. Hashed, so that nothing which other programs know gets into reports.
fn boot_id() -> Option<u64> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let hash = Hash::of("baikoo boot id", &[id.trim().as_bytes()]);
    Some(u64::from_be_bytes(hash.0[..8].try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clocks_go_forward() {
        let before = NativeEnv.clocks();
        let after = NativeEnv.clocks();
        assert!(before.wall_ms > 1_700_000_000_000 && after.wall_ms >= before.wall_ms);
        assert!(after.monotonic_ms >= before.monotonic_ms);
        assert_eq!(before.boot_id, after.boot_id);
    }
}
