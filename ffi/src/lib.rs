//! `client-core` in other hands. This crate only translates: one method here is one method there.

#[cfg(target_family = "wasm")]
mod browser;
#[cfg(not(target_family = "wasm"))]
pub mod native;

#[cfg(not(target_family = "wasm"))]
uniffi::setup_scaffolding!("baikoo_core");
