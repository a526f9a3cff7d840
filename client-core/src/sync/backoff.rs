//! When to try again: doubling from two seconds to fifteen minutes, with jitter, so that fifty
//! phones at the end of an outage do not call in the same second.

/// The first wait, in milliseconds.
const FIRST_MS: i64 = 2_000;
/// The longest wait, in milliseconds.
const LONGEST_MS: i64 = 15 * 60_000;

/// How long to wait after `failures` in a row; `dice` is a random number.
pub(crate) fn wait_ms(failures: u32, dice: u32) -> i64 {
    let doublings = failures.saturating_sub(1).min(16);
    let full = (FIRST_MS << doublings).min(LONGEST_MS);
    // Between half and all of it.
    full / 2 + i64::from(dice) * (full / 2) / i64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        assert!((1_000..=2_000).contains(&wait_ms(1, 77)));
        assert!(wait_ms(4, 0) > wait_ms(1, u32::MAX));
        assert_eq!(wait_ms(u32::MAX, u32::MAX), LONGEST_MS);
        assert_eq!(wait_ms(u32::MAX, 0), LONGEST_MS / 2);
    }
}
