//! Lets a database die at a chosen commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// Shared between whoever lights it and the database's commit hook.
#[derive(Debug, Clone)]
pub struct Fuse {
    left: Arc<AtomicI64>,
    blows_once: Arc<AtomicBool>,
    blown: Arc<AtomicBool>,
}

impl Default for Fuse {
    fn default() -> Self {
        Self { left: Arc::new(AtomicI64::new(-1)), blows_once: Arc::default(), blown: Arc::default() }
    }
}

impl Fuse {
    /// Lets `commits` pass, then undoes every one: the machine is dead until it is started again.
    pub fn kills_after(&self, commits: u64) {
        self.light(commits, false);
    }

    /// Lets `commits` pass, undoes one, and lets the rest pass: the disk was full for a moment.
    pub fn hiccups_after(&self, commits: u64) {
        self.light(commits, true);
    }

    fn light(&self, commits: u64, once: bool) {
        self.blows_once.store(once, Ordering::SeqCst);
        self.blown.store(false, Ordering::SeqCst);
        self.left.store(i64::try_from(commits).expect("few"), Ordering::SeqCst);
    }

    /// Puts it out, and says whether it had blown.
    pub fn is_put_out(&self) -> bool {
        self.left.store(-1, Ordering::SeqCst);
        self.blown.swap(false, Ordering::SeqCst)
    }

    /// Whether it has blown.
    pub fn has_blown(&self) -> bool {
        self.blown.load(Ordering::SeqCst)
    }

    /// The commit hook: `true` undoes the commit.
    pub fn hook(&self) -> Box<dyn FnMut() -> bool + Send> {
        let fuse = self.clone();
        Box::new(move || match fuse.left.load(Ordering::SeqCst) {
            left if left < 0 => false,
            0 => {
                fuse.blown.store(true, Ordering::SeqCst);
                if fuse.blows_once.load(Ordering::SeqCst) {
                    fuse.left.store(-1, Ordering::SeqCst);
                }
                true
            }
            left => {
                fuse.left.store(left - 1, Ordering::SeqCst);
                false
            }
        })
    }
}
