//! Where an answer starts from, when the server may have been rolled back.

use baikoo_protocol::frame::Hello;
use baikoo_protocol::hash::Hash;

use crate::store::Position;

/// The `seq` up to which the device's log and this one are the same, as far as can be known.
///
/// After a restore that was announced by a new epoch, that is where the device's epoch ended.
/// After one that was not (somebody put an old file back), it is a guess: the device sees by the
/// status's tip whether it holds.
pub(super) fn resume(position: &Position, hello: &Hello) -> u64 {
    if hello.log_epoch == position.log_epoch {
        return hello.cursor.min(position.head);
    }
    let Some(known) = position.earlier.iter().position(|(epoch, _)| *epoch == hello.log_epoch) else {
        return 0;
    };
    // Each later restore may have gone back further still.
    let shared = position.earlier[known..].iter().map(|(_, head)| *head).min().unwrap_or(0);
    hello.cursor.min(shared)
}

/// What the status says of the running hash at `resume`.
pub(super) fn tip(running: Option<Hash>) -> [u8; 8] {
    baikoo_protocol::frame::tip_or_zero(running)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(epoch: u8, cursor: u64) -> Hello {
        Hello { log_epoch: [epoch; 8], cursor, ..Hello::default() }
    }

    #[test]
    fn a_cursor_goes_back_to_where_the_logs_parted() {
        let position = Position {
            log_epoch: [3; 8],
            earlier: vec![([1; 8], 50), ([2; 8], 30)],
            head: 40,
            running: Hash::ZERO,
            accepted_dseq: 0,
        };
        assert_eq!(resume(&position, &hello(3, 35)), 35, "nothing happened");
        assert_eq!(resume(&position, &hello(3, 99)), 40, "rolled back unannounced");
        assert_eq!(resume(&position, &hello(2, 90)), 30);
        assert_eq!(resume(&position, &hello(2, 20)), 20);
        assert_eq!(resume(&position, &hello(1, 45)), 30, "the second restore went back further");
        assert_eq!(resume(&position, &hello(9, 45)), 0, "an unknown epoch");
        assert_eq!(resume(&position, &hello(0, 0)), 0, "a new device");
    }
}
