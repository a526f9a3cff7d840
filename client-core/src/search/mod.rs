//! Finding things again, in whichever script and spelling they were written.
pub mod fold;
pub use fold::{fold, fold_joined};
