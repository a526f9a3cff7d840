//! Every call, a module per noun. They only translate between HTTP and what does the work.

pub mod health;
pub mod sync;
pub mod workspaces;
