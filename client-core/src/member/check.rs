//! What may stand where people are named and servers are looked for.

use crate::error::ClientError;

/// The most characters of a name.
const NAME_CHARS_MAX: usize = 80;
/// The most bytes of a server's address.
const ADDRESS_BYTES_MAX: usize = 200;

/// A name that can be shown to others, without what stands around it.
///
/// # Errors
/// [`ClientError::BadInput`] for nothing, for more than 80 characters, for control characters.
pub fn fair_name(name: &str) -> Result<&str, ClientError> {
    let name = name.trim();
    let fair = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && !name.contains(char::is_control);
    if fair { Ok(name) } else { Err(ClientError::BadInput("name".to_owned())) }
}

/// An address that requests can be sent to, without a path's parameters.
///
/// # Errors
/// [`ClientError::BadInput`] for anything else.
pub fn fair_address(address: &str) -> Result<&str, ClientError> {
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    let strange = address.contains(['#', '?']) || address.contains(char::is_whitespace);
    let fair = is_web && !strange && address.len() <= ADDRESS_BYTES_MAX;
    if fair { Ok(address) } else { Err(ClientError::BadInput("server".to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_fair_or_not() {
        assert_eq!(fair_name("  Айгүл ").unwrap(), "Айгүл");
        for bad in ["", "  ", "a\nb", &"a".repeat(81)] {
            assert!(fair_name(bad).is_err(), "{bad:?}");
        }
        assert!(fair_address("https://reports.example").is_ok());
        for bad in ["reports.example", "https://a b", "https://a#b", "ftp://a"] {
            assert!(fair_address(bad).is_err(), "{bad:?}");
        }
    }
}
