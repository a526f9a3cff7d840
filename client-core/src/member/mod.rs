//! People and devices: making a workspace, inviting, joining, vouching, revoking.
//!
//! What a coordinator wants is first a wish in the database; it becomes a signed entry when the
//! head of the membership log is known, in the next sync.

mod check;
mod create;
mod invitation;
mod join;
mod roster;
mod standing;

pub use check::{fair_address, fair_name};
pub use create::Created;
pub use invitation::{Invitation, MadeInvitation};
