//! Where a stranger's bytes may go wrong without taking the program along.
//!
//! Automerge was built for friendly peers: a change that is well-formed but wrong makes it panic,
//! now or at a later save. So whatever touches another's change runs here, on a copy.
//!
//! On WASM a panic ends the module, and nothing here can help: there the caller is a worker that
//! is thrown away.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, Once, PoisonError};

/// The work panicked; what it touched must be thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work panicked")]
pub struct Poisoned;

/// Stack of a thread in bytes: a stack that overflows ends the process, so it is deep.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Stacks take address space, of which a 32-bit phone has little.
const THREADS_MAX: usize = 4;

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`, on a thread of its own, and answers [`Poisoned`] if it panics.
///
/// Work inside work stays on the same thread and is still caught by itself. So who has a thousand
/// documents to open wraps the whole batch in one `run`: it pays for one thread, and one bad
/// document does not spoil the others.
pub fn run<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Poisoned> {
    #[cfg(not(target_family = "wasm"))]
    if !CONTAINED.get() {
        let mut work = Some(work);
        let take_and_run = || work.take().map(contain);
        let outcome = std::thread::scope(|scope| {
            std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, take_and_run)
                .map(|thread| thread.join())
        });
        return match (outcome, work) {
            (Ok(Ok(Some(result))), _) => result,
            // The system has no thread to spare: then here, on the stack that we have.
            (Err(_), Some(work)) => contain(work),
            _ => Err(Poisoned),
        };
    }
    contain(work)
}

/// Does the same to each of these, which have nothing to do with each other, on up to four threads,
/// as there are cores. Answers in the order given, or [`Poisoned`] if any of it panicked outside of a
/// [`run`] of its own.
pub fn run_each<T: Send, R: Send>(each: Vec<T>, work: impl Fn(T) -> R + Sync) -> Result<Vec<R>, Poisoned> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(THREADS_MAX).min(each.len());
    let queue = Mutex::new(each.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work_off =
        || std::iter::from_fn(next).map(|(place, one)| (place, work(one))).collect::<Vec<(usize, R)>>();
    let mut done = std::thread::scope(|scope| {
        // Where the system has no thread to spare, the others do its part.
        let others: Vec<_> = (1..threads)
            .filter_map(|_| {
                let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
                thread.spawn_scoped(scope, || contain(work_off)).ok()
            })
            .collect();
        let mut done = run(work_off)?;
        for other in others {
            done.extend(other.join().unwrap_or(Err(Poisoned))?);
        }
        Ok(done)
    })?;
    done.sort_unstable_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

/// Runs `work` on this thread, whatever its stack, and answers [`Poisoned`] if it panics. For work
/// that goes no deeper for what a stranger wrote.
pub(super) fn contain<T>(work: impl FnOnce() -> T) -> Result<T, Poisoned> {
    silence_contained_panics();
    let outer = CONTAINED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(outer);
    result.map_err(|_| Poisoned)
}

/// Panics inside are expected, and their text may quote what a person wrote: it goes nowhere.
/// Panics elsewhere reach the hook that was there before.
fn silence_contained_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !CONTAINED.get() {
                previous(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_stays_inside() {
        assert_eq!(run(|| 7), Ok(7));
        assert_eq!(run(|| -> i32 { panic!("a stranger's bytes") }), Err(Poisoned));
        assert!(!CONTAINED.get(), "the caller's thread is as it was");
    }

    #[test]
    fn work_inside_work_is_caught_by_itself_on_the_same_thread() {
        let outer = run(|| {
            let thread = std::thread::current().id();
            let bad = run(|| -> i32 { panic!("one bad document") });
            let good = run(|| std::thread::current().id());
            (bad, good == Ok(thread))
        });
        assert_eq!(outer, Ok((Err(Poisoned), true)));
    }

    #[test]
    fn each_is_done_once_and_answered_in_its_place_and_one_bad_one_is_not_overlooked() {
        let doubled = run_each((0..1_000).collect(), |n: i32| n * 2).unwrap();
        assert_eq!(doubled, (0..1_000).map(|n| n * 2).collect::<Vec<_>>());
        let own = run_each((0..100).collect(), |n: i32| run(|| assert!(n != 7)).is_ok()).unwrap();
        assert_eq!(own.iter().filter(|fine| !**fine).count(), 1);
        assert_eq!(run_each((0..100).collect(), |n: i32| assert!(n != 7)), Err(Poisoned));
        assert_eq!(run_each(Vec::new(), |n: i32| n), Ok(Vec::new()));
    }
}
