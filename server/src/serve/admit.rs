//! How many connections there may be, in all and from one network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections. Clones count together.
#[derive(Clone)]
pub(super) struct Gate {
    all_max: usize,
    network_max: usize,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    all: usize,
    networks: HashMap<u128, usize>,
}

/// One open connection. It counts until it is dropped.
pub(super) struct Ticket {
    network: Option<u128>,
    open: Arc<Mutex<Open>>,
}

impl Gate {
    pub(super) fn new(all_max: usize, network_max: usize) -> Self {
        Self { all_max, network_max, open: Arc::default() }
    }

    /// A ticket, if there is room.
    pub(super) fn admit(&self, from: IpAddr) -> Option<Ticket> {
        let network = network_of(from);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= self.all_max {
            return None;
        }
        if let Some(network) = network {
            let count = open.networks.entry(network).or_default();
            if *count >= self.network_max {
                return None;
            }
            *count += 1;
        }
        open.all += 1;
        Some(Ticket { network, open: Arc::clone(&self.open) })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        if let Some(network) = self.network
            && let Some(count) = open.networks.get_mut(&network)
        {
            *count -= 1;
            if *count == 0 {
                open.networks.remove(&network);
            }
        }
    }
}

/// The network that an address is of: what one operator or office would hold. A proxy on the same
/// machine speaks for everybody, so loopback has none.
fn network_of(address: IpAddr) -> Option<u128> {
    let address = address.to_canonical();
    if address.is_loopback() {
        return None;
    }
    Some(match address {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()) & (u128::MAX << 8),
        IpAddr::V6(v6) => u128::from(v6) & (u128::MAX << 80),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_cannot_take_all_the_room() {
        let gate = Gate::new(3, 2);
        let near = |last: u8| IpAddr::from([192, 0, 2, last]);
        let tickets = [gate.admit(near(1)), gate.admit(near(2))];
        assert!(tickets.iter().all(Option::is_some));
        assert!(gate.admit(near(3)).is_none(), "the same network");
        let other = gate.admit(IpAddr::from([198, 51, 100, 1]));
        assert!(other.is_some());
        assert!(gate.admit(IpAddr::from([203, 0, 113, 1])).is_none(), "full");
        drop(other);
        drop(tickets);
        assert!(gate.admit(near(3)).is_some(), "what closes makes room");
        assert!(gate.open.lock().unwrap().networks.is_empty(), "and leaves no trace");
    }
}
