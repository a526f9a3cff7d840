//! Forms: what is asked.
pub mod answer;
