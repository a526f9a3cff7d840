//! What Mallory, who holds a member's phone and its keys, can't do.
