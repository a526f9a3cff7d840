//! The browser's face, for a dedicated worker: names as JavaScript has them, values as plain
//! objects, errors as `{code, message}`.

mod core;
mod env;
mod people;
mod storage;
mod sync;
mod value;
