//! The world outside: clocks and chance. They are handed in, so that a run can be replayed.

use rand_core::{Infallible, TryCryptoRng, TryRng};

#[cfg(all(feature = "native", not(target_family = "wasm")))]
mod native;

#[cfg(all(feature = "native", not(target_family = "wasm")))]
pub use native::NativeEnv;

/// What this device's clocks say. None of them is trusted; all are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clocks {
    /// The wall clock, in milliseconds since 1970. It may be years off.
    pub wall_ms: i64,
    /// The wall clock's offset from UTC, in minutes.
    pub offset_min: i16,
    /// Milliseconds since the device was started; goes on while it sleeps, where the platform can.
    pub monotonic_ms: u64,
    /// Random for each start of the device: monotonic times compare only within one.
    pub boot_id: u64,
}

/// Clocks and chance.
pub trait Env: Send {
    /// What the clocks say now.
    fn clocks(&self) -> Clocks;
    /// Fills `bytes` with randomness fit for keys.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl dyn Env + '_ {
    /// `N` random bytes.
    pub fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

/// An [`Env`] as the random number generator that the crypto crates ask for.
pub(crate) struct EnvRng<'a>(pub(crate) &'a mut dyn Env);

impl TryRng for EnvRng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.0.random()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.0.random()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for EnvRng<'_> {}
