//! What the tests share: a world with a server, people with their phones, and a network that can
//! be cut.

pub mod dice;
pub mod disk;
pub mod fuse;
pub mod network;
pub mod person;
pub mod simulation;
pub mod world;
