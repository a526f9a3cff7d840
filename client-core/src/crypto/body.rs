//! An envelope's content on its way to the cipher and back: compressed against a shipped
//! dictionary, padded, encrypted.
//!
//! Padding is to 128 bytes at least and then by PADMÉ (Nikitin et al., 2019), so that a size tells
//! little. Each report is compressed by itself: mixing one person's words with another's would
//! let sizes tell about secrets.

use baikoo_protocol::envelope::{Ciphertext, Sealed};
use baikoo_protocol::limits::BODY_BYTES_MAX;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::Unopened;
use super::keys::DocumentKey;
use crate::env::Env;

/// Both sides must have the very same bytes: a new dictionary is a new file and a new number.
const DICTIONARY_V1: &[u8] = include_bytes!("../../assets/dictionary-v1.bin");
/// What is written now. `sync/training.rs` made it.
const DICTIONARY_V2: &[u8] = include_bytes!("../../assets/dictionary-v2.bin");

const PADDED_BYTES_MIN: usize = 128;
const STORED: u8 = 0;
const DEFLATED_V1: u8 = 1;
const DEFLATED_V2: u8 = 2;

/// Compresses, pads and encrypts. `seals` ride along; `associated_data` is given the nonce and key
/// id that it must cover through the half-built result.
pub(crate) fn seal_body(
    plaintext: &[u8],
    key: &DocumentKey,
    env: &mut dyn Env,
    finish: impl FnOnce(&Sealed) -> Vec<u8>,
    seals: Vec<baikoo_protocol::envelope::Seal>,
) -> Sealed {
    let mut sealed =
        Sealed { key_id: key.id(), nonce: env.random(), seals, ciphertext: Ciphertext(Vec::new()) };
    let associated_data = finish(&sealed);
    let padded = pad(compress(plaintext));
    let ciphertext = XChaCha20Poly1305::new(&key.0.0.into())
        .encrypt(&XNonce::from(sealed.nonce), Payload { msg: &padded, aad: &associated_data })
        .expect("a message of less than 256 GB encrypts");
    sealed.ciphertext = Ciphertext(ciphertext);
    sealed
}

/// Decrypts, checks the padding, decompresses within [`BODY_BYTES_MAX`].
///
/// # Errors
/// When the key is another, anything was changed, or the content is too large.
pub(crate) fn open_body(
    sealed: &Sealed,
    key: &DocumentKey,
    associated_data: &[u8],
) -> Result<Vec<u8>, Unopened> {
    if key.id() != sealed.key_id {
        return Err(Unopened);
    }
    let padded = XChaCha20Poly1305::new(&key.0.0.into())
        .decrypt(&XNonce::from(sealed.nonce), Payload { msg: &sealed.ciphertext.0, aad: associated_data })
        .map_err(|_| Unopened)?;
    decompress(unpad(&padded)?)
}

/// The length that `length` bytes are padded to.
fn padme(length: usize) -> usize {
    let length = length.max(PADDED_BYTES_MIN);
    let exponent = length.ilog2();
    let significant = exponent.ilog2() + 1;
    let mask = (1_usize << (exponent - significant)) - 1;
    (length + mask) & !mask
}

// A single one-bit, then zeros (ISO/IEC 7816-4): the end is found from behind.
fn pad(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = padme(bytes.len() + 1);
    bytes.push(0x80);
    bytes.resize(length, 0);
    bytes
}

fn unpad(bytes: &[u8]) -> Result<&[u8], Unopened> {
    let end = bytes.iter().rposition(|byte| *byte != 0).ok_or(Unopened)?;
    if bytes[end] == 0x80 { Ok(&bytes[..end]) } else { Err(Unopened) }
}

fn compress(plaintext: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(plaintext.len() + 64);
    out.push(DEFLATED_V2);
    let mut deflate = Compress::new(Compression::best(), false);
    let with_dictionary = deflate.set_dictionary(DICTIONARY_V2).is_ok();
    let done = deflate.compress_vec(plaintext, &mut out, FlushCompress::Finish);
    if with_dictionary && matches!(done, Ok(Status::StreamEnd)) && out.len() <= plaintext.len() {
        return out;
    }
    [&[STORED], plaintext].concat()
}

fn decompress(bytes: &[u8]) -> Result<Vec<u8>, Unopened> {
    let (method, content) = bytes.split_first().ok_or(Unopened)?;
    match *method {
        STORED if content.len() <= BODY_BYTES_MAX => Ok(content.to_vec()),
        DEFLATED_V1 => inflate(content, DICTIONARY_V1),
        DEFLATED_V2 => inflate(content, DICTIONARY_V2),
        _ => Err(Unopened),
    }
}

// Grows step by step and stops at the limit: 50 kB of a bomb would otherwise take 100 MB.
fn inflate(content: &[u8], dictionary: &[u8]) -> Result<Vec<u8>, Unopened> {
    let mut inflate = Decompress::new(false);
    inflate.set_dictionary(dictionary).map_err(|_| Unopened)?;
    let mut out = Vec::with_capacity((content.len() * 4).clamp(256, BODY_BYTES_MAX));
    loop {
        let consumed = usize::try_from(inflate.total_in()).map_err(|_| Unopened)?;
        let before = out.len();
        let status = inflate
            .decompress_vec(&content[consumed..], &mut out, FlushDecompress::Finish)
            .map_err(|_| Unopened)?;
        let all_read = usize::try_from(inflate.total_in()).is_ok_and(|read| read == content.len());
        match status {
            Status::StreamEnd if all_read && out.len() <= BODY_BYTES_MAX => return Ok(out),
            Status::StreamEnd => return Err(Unopened),
            _ if out.len() == out.capacity() && out.capacity() <= BODY_BYTES_MAX => {
                out.reserve(out.capacity().max(256));
            }
            _ if out.len() == before || out.len() > BODY_BYTES_MAX => return Err(Unopened),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_out(content in proptest::collection::vec(any::<u8>(), 0..5_000)) {
            let padded = pad(compress(&content));
            prop_assert!(padded.len() >= PADDED_BYTES_MIN);
            prop_assert_eq!(decompress(unpad(&padded).unwrap()).unwrap(), content);
        }

        #[test]
        fn noise_never_panics(noise: Vec<u8>) {
            let _ = unpad(&noise);
            let _ = decompress(&noise);
            let _ = inflate(&noise, DICTIONARY_V2);
        }

        #[test]
        fn padding_costs_at_most_an_eighth(length in 128_usize..1_000_000) {
            prop_assert!(padme(length) >= length);
            prop_assert!(padme(length) - length <= length / 8);
        }
    }

    #[test]
    fn what_the_first_dictionary_wrote_is_still_read() {
        let (text, mut old) = ("baikoo answers entries texts narrative".repeat(3), Vec::with_capacity(200));
        let mut deflate = Compress::new(Compression::best(), false);
        deflate.set_dictionary(DICTIONARY_V1).unwrap();
        old.push(DEFLATED_V1);
        deflate.compress_vec(text.as_bytes(), &mut old, FlushCompress::Finish).unwrap();
        assert_eq!(decompress(&old).unwrap(), text.as_bytes());
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let mut bomb = Vec::with_capacity(200_000);
        let mut deflate = Compress::new(Compression::best(), false);
        deflate.set_dictionary(DICTIONARY_V1).unwrap();
        deflate.compress_vec(&vec![b'a'; 50 << 20], &mut bomb, FlushCompress::Finish).unwrap();
        assert!(inflate(&bomb, DICTIONARY_V1).is_err());
        // Just under the limit is still fine.
        let mut legal = Vec::with_capacity(200_000);
        let mut deflate = Compress::new(Compression::best(), false);
        deflate.set_dictionary(DICTIONARY_V1).unwrap();
        deflate.compress_vec(&vec![b'a'; BODY_BYTES_MAX], &mut legal, FlushCompress::Finish).unwrap();
        assert_eq!(inflate(&legal, DICTIONARY_V1).unwrap().len(), BODY_BYTES_MAX);
    }
}
