//! The database's key is random; a passphrase only wraps it. So a passphrase can change without
//! rewriting a byte of data, and destroying the wrap destroys everything.
//!
//! The wrap is a small file of its own: magic, Argon2id's parameters, salt, nonce, wrapped key.
//! The parameters are authenticated and clamped both ways: nobody can lower them, or use them to
//! exhaust memory.

use argon2::{Algorithm, Argon2, Params, Version};
use baikoo_protocol::codec::Reader;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::Unopened;
use super::keys::{DatabaseKey, Secret32};
use crate::env::Env;

const MAGIC: &[u8; 8] = b"baikoo-1";
const HEADER_BYTES: usize = 8 + 4 + 4 + 4 + 16 + 24;

/// How hard a guess is made. Memory in KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hardness {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Hardness {
    /// 64 MiB, three passes: about 0.2 s on a laptop, a second or two on a cheap phone.
    pub const STANDARD: Self = Self { memory_kib: 64 * 1024, passes: 3 };
    /// The least that is ever accepted.
    pub const FLOOR: Self = Self { memory_kib: 19 * 1024, passes: 2 };
    const MEMORY_KIB_MAX: u32 = 1024 * 1024;
    const PASSES_MAX: u32 = 64;

    fn is_fair(self) -> bool {
        (Self::FLOOR.memory_kib..=Self::MEMORY_KIB_MAX).contains(&self.memory_kib)
            && (Self::FLOOR.passes..=Self::PASSES_MAX).contains(&self.passes)
    }
}

/// Wraps the database's key for storing beside it.
pub fn wrap(key: &DatabaseKey, passphrase: &str, hardness: Hardness, env: &mut dyn Env) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    for number in [hardness.memory_kib, hardness.passes, 1] {
        file.extend_from_slice(&number.to_be_bytes());
    }
    file.extend_from_slice(&env.random::<16>());
    file.extend_from_slice(&env.random::<24>());
    let (wrapping, nonce) = derive(&file, passphrase).expect("our own header is fair");
    let wrapped = XChaCha20Poly1305::new(&(*wrapping).into())
        .encrypt(&nonce, Payload { msg: &key.0, aad: &file })
        .expect("32 bytes encrypt");
    file.extend_from_slice(&wrapped);
    file
}

/// Unwraps the database's key.
///
/// # Errors
/// For a wrong passphrase and for a changed file alike, with no hint which.
pub fn unwrap(file: &[u8], passphrase: &str) -> Result<DatabaseKey, Unopened> {
    let (header, wrapped) = file.split_at_checked(HEADER_BYTES).ok_or(Unopened)?;
    let (wrapping, nonce) = derive(header, passphrase)?;
    let key = XChaCha20Poly1305::new(&(*wrapping).into())
        .decrypt(&nonce, Payload { msg: wrapped, aad: header })
        .map_err(|_| Unopened)?;
    let key = Zeroizing::new(key);
    Ok(Secret32(key.as_slice().try_into().map_err(|_| Unopened)?))
}

fn derive(header: &[u8], passphrase: &str) -> Result<(Zeroizing<[u8; 32]>, XNonce), Unopened> {
    let mut reader = Reader::new(header);
    let magic: [u8; 8] = reader.array().map_err(|_| Unopened)?;
    let mut number = || reader.array().map(u32::from_be_bytes).map_err(|_| Unopened);
    let hardness = Hardness { memory_kib: number()?, passes: number()? };
    let lanes = number()?;
    if &magic != MAGIC || !hardness.is_fair() || lanes != 1 {
        return Err(Unopened);
    }
    let salt: [u8; 16] = reader.array().map_err(|_| Unopened)?;
    let nonce: [u8; 24] = reader.array().map_err(|_| Unopened)?;
    let params = Params::new(hardness.memory_kib, hardness.passes, 1, Some(32)).map_err(|_| Unopened)?;
    let mut wrapping = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(normalise(passphrase).as_bytes(), &salt, &mut *wrapping)
        .map_err(|_| Unopened)?;
    Ok((wrapping, XNonce::from(nonce)))
}

// A space typed twice, or at the end, must not lock somebody out.
fn normalise(passphrase: &str) -> Zeroizing<String> {
    Zeroizing::new(passphrase.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The fewest characters that a passphrase may have.
pub const PASSPHRASE_CHARS_MIN: usize = 8;

/// How well a passphrase would stand: 0 (refused) to 4, by length and variety, in bits that a
/// guesser has to try. Deliberately simple: it warns, and only the shortest are refused.
pub fn strength(passphrase: &str) -> u8 {
    let normal = normalise(passphrase);
    let chars = normal.chars().count();
    let words = normal.split(' ').filter(|word| word.chars().count() >= 3).count();
    let mut distinct: Vec<char> = normal.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if chars < PASSPHRASE_CHARS_MIN || distinct.len() < 4 {
        return 0;
    }
    match (chars, words, distinct.len()) {
        (20.., 4.., 8..) => 4,
        (15.., _, 8..) => 3,
        (11.., _, 6..) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEnv;

    #[test]
    fn a_passphrase_opens_its_wrap_and_nothing_else_does() {
        let env = &mut SeededEnv::new(1);
        let key = Secret32::make(env);
        let file = wrap(&key, "төрт  кыргызча сөз ", Hardness::FLOOR, env);
        assert_eq!(unwrap(&file, "төрт кыргызча сөз").as_ref(), Ok(&key));
        assert!(unwrap(&file, "төрт кыргызча соз").is_err());
        for place in 0..file.len() {
            // The memory parameter is left alone where the change would only take long.
            if (10..16).contains(&place) {
                continue;
            }
            let mut changed = file.clone();
            changed[place] ^= 1;
            if !(8..HEADER_BYTES).contains(&place) {
                assert!(unwrap(&changed, "төрт кыргызча сөз").is_err(), "byte {place}");
            }
        }
    }

    #[test]
    fn parameters_can_be_neither_lowered_nor_blown_up() {
        let env = &mut SeededEnv::new(2);
        let file = wrap(&Secret32::make(env), "correct horse", Hardness::FLOOR, env);
        for (place, value) in [(8, 8_u32), (8, u32::MAX), (12, 0), (12, u32::MAX), (16, 2)] {
            let mut changed = file.clone();
            changed[place..place + 4].copy_from_slice(&value.to_be_bytes());
            assert!(unwrap(&changed, "correct horse").is_err());
        }
    }

    #[test]
    fn strength_grows_with_length_and_words() {
        assert_eq!(strength("aaaaaaaaaaaaaaaa"), 0);
        assert_eq!(strength("short"), 0);
        assert!(strength("eight ch") < strength("a longer passphrase"));
        assert_eq!(strength("кызыл тоо суу китеп"), 3);
        assert_eq!(strength("кызыл тоолор агын суу китеп"), 4);
    }
}
