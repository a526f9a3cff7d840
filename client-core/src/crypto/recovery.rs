//! The recovery key on paper: the coordinators' last way back when every device of theirs is
//! gone. Split by Shamir's scheme (the `blahaj` crate) so that two of three sheets open it and one
//! tells nothing.
//!
//! A sheet is one line: `BK1-<threshold>-<share number>-<fingerprint>-<share>-<checksum>`.

use baikoo_protocol::hash::Hash;
use blahaj::{Share, Sharks};

use super::Unopened;
use super::keys::Secret32;
use crate::env::{Env, EnvRng};

/// How many sheets open the key.
pub const THRESHOLD: u8 = 2;
/// How many sheets there are.
pub const SHEETS: usize = 3;

/// Splits a secret onto sheets.
pub fn split(secret: &Secret32, env: &mut dyn Env) -> Vec<String> {
    let mut rng = EnvRng(env);
    Sharks(THRESHOLD)
        .dealer_rng(&secret.0, &mut rng)
        .take(SHEETS)
        .map(|share| write(secret, &Vec::from(&share)))
        .collect()
}

/// Puts the secret together again.
///
/// # Errors
/// The number (from 1) of the sheet that is wrong, or 0 if there are too few.
pub fn join(sheets: &[&str]) -> Result<Secret32, usize> {
    let mut shares = Vec::new();
    let mut fingerprint = None;
    for (place, sheet) in sheets.iter().enumerate() {
        let (of, share) = read(sheet).ok_or(place + 1)?;
        if *fingerprint.get_or_insert_with(|| of.clone()) != of {
            return Err(place + 1);
        }
        shares.push(Share::try_from(share.as_slice()).map_err(|_| place + 1)?);
    }
    let joined = Sharks(THRESHOLD).recover(&shares).map_err(|_| 0_usize)?;
    let secret = Secret32(joined.try_into().map_err(|_| 0_usize)?);
    if Some(mark(&secret)) == fingerprint { Ok(secret) } else { Err(0) }
}

fn write(secret: &Secret32, share: &[u8]) -> String {
    let hex: String = share[1..].iter().map(|byte| format!("{byte:02x}")).collect();
    let body = format!("BK1-{THRESHOLD}-{}-{}-{hex}", share[0], mark(secret));
    format!("{body}-{}", checksum(&body))
}

fn read(sheet: &str) -> Option<(String, Vec<u8>)> {
    let compact: String = sheet.split_whitespace().collect();
    let (body, sum) = compact.rsplit_once('-')?;
    if checksum(body) != sum.to_ascii_lowercase() {
        return None;
    }
    let parts: Vec<&str> = body.split('-').collect();
    let [_, _, number, of, hex] = parts.as_slice() else { return None };
    let mut share = vec![number.parse().ok()?];
    for place in (0..hex.len()).step_by(2) {
        share.push(u8::from_str_radix(hex.get(place..place + 2)?, 16).ok()?);
    }
    Some(((*of).to_owned(), share))
}

fn mark(secret: &Secret32) -> String {
    Hash::of("baikoo v1 recovery fingerprint", &[&secret.0]).to_string()[..8].to_owned()
}

fn checksum(body: &str) -> String {
    Hash::of("baikoo v1 recovery checksum", &[body.as_bytes()]).to_string()[..8].to_owned()
}

/// A secret that opened nothing, in the words of the rest of this folder.
impl From<usize> for Unopened {
    fn from(_: usize) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEnv;

    #[test]
    fn any_two_sheets_open_and_one_does_not() {
        let env = &mut SeededEnv::new(3);
        let secret = Secret32::make(env);
        let sheets = split(&secret, env);
        for (one, two) in [(0, 1), (0, 2), (1, 2), (2, 0)] {
            assert_eq!(join(&[&sheets[one], &sheets[two]]).as_ref(), Ok(&secret));
        }
        assert!(join(&[&sheets[0]]).is_err());
        assert!(join(&[&sheets[0], &sheets[0]]).is_err());
    }

    #[test]
    fn a_wrong_sheet_is_named() {
        let env = &mut SeededEnv::new(4);
        let sheets = split(&Secret32::make(env), env);
        let others = split(&Secret32::make(env), env);
        assert_eq!(join(&[&sheets[0], &sheets[1].replace(&sheets[1][20..24], "zzzz")]), Err(2));
        assert_eq!(join(&[&sheets[0], &others[1]]), Err(2));
    }
}
