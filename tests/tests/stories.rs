//! The journey, told as stories: Aida and Bermet monitor, Gulnara and Chynara coordinate, the
//! server is Mallory's for all that anybody knows.

#[path = "stories/membership.rs"]
mod membership;
#[path = "stories/merging.rs"]
mod merging;
#[path = "stories/recording.rs"]
mod recording;
#[path = "stories/recovery.rs"]
mod recovery;
#[path = "stories/review.rs"]
mod review;
#[path = "stories/server.rs"]
mod server;
