//! `client-core` in other hands. This crate only translates: one method here is one method there.

#[cfg(target_family = "wasm")]
mod browser;
