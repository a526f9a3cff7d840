//! Token buckets, in memory only: who asks how often is written nowhere.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use crate::limits::BUCKETS_MAX;

/// A bucket for each key. It holds what may be spent at once, and fills up over `refill_ms`.
#[derive(Debug)]
pub struct Buckets<K> {
    capacity: f64,
    refill_ms: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at_ms: u64,
}

impl<K: Eq + Hash> Buckets<K> {
    /// Buckets of `capacity`, full again after `refill_ms`.
    pub fn new(capacity: u32, refill_ms: u32) -> Self {
        Self { capacity: capacity.into(), refill_ms: refill_ms.into(), buckets: Mutex::default() }
    }

    /// Takes one, or says in how many milliseconds there will be one.
    ///
    /// # Errors
    /// The time to wait.
    pub fn take(&self, key: K, now_ms: u64) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&key) {
            // A full bucket says nothing that a new one would not.
            buckets.retain(|_, bucket| self.filled(*bucket, now_ms) < self.capacity);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: self.capacity, at_ms: now_ms });
        let left = self.filled(*bucket, now_ms);
        let taken = left >= 1.0;
        *bucket = Bucket { left: if taken { left - 1.0 } else { left }, at_ms: now_ms };
        if taken { Ok(()) } else { Err(self.wait_ms(left)) }
    }

    // The clock may have been set back; then nothing is added until it has caught up.
    fn filled(&self, bucket: Bucket, now_ms: u64) -> f64 {
        let since = u32::try_from(now_ms.saturating_sub(bucket.at_ms)).unwrap_or(u32::MAX);
        (bucket.left + f64::from(since) * self.capacity / self.refill_ms).min(self.capacity)
    }

    fn wait_ms(&self, left: f64) -> u64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to refill_ms")]
        let wait = ((1.0 - left) * self.refill_ms / self.capacity).ceil() as u64;
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_what_it_holds_and_fills_up_again() {
        let buckets = Buckets::new(2, 1_000);
        assert_eq!(buckets.take("a", 0), Ok(()));
        assert_eq!(buckets.take("a", 0), Ok(()));
        assert_eq!(buckets.take("a", 0), Err(500));
        assert_eq!(buckets.take("b", 0), Ok(()), "buckets are apart");
        assert_eq!(buckets.take("a", 500), Ok(()));
        assert_eq!(buckets.take("a", 500), Err(500));
        assert_eq!(buckets.take("a", 400), Err(500), "a clock set back gives nothing");
    }
}
