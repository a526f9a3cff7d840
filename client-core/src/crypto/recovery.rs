//! The recovery key on paper: the coordinators' last way back when every device of theirs is
//! gone. Split by Shamir's scheme (the `blahaj` crate) so that two of three sheets open it and one
//! tells nothing.
//!
//! A sheet is one line: `BK1-<threshold>-<share number>-<fingerprint>-<share>-<checksum>`.

use baikoo_protocol::hash::Hash;
use blahaj::{Share, Sharks};

use baikoo_protocol::signature::SigningPublicKey;
use zeroize::Zeroizing;

use super::Unopened;
use super::device::SigningSecret;
use super::keys::Secret32;
use super::seal::SealingSecret;
use crate::env::{Env, EnvRng};

/// How many sheets open the key.
pub const THRESHOLD: u8 = 2;
/// How many sheets there are.
pub const SHEETS: usize = 3;

/// What brings a coordinator's new device in: signs for the sheets. A key of its own, so that the
/// one that opens can lie on a device for a while without being able to bring in another.
pub fn signing_key(secret: &Secret32) -> SigningSecret {
    SigningSecret::from_seed(&Secret32(Hash::of("baikoo v1 recovery signing key", &[&secret.0]).0))
}

/// What a device keeps of the sheets until it has the role keys: enough to open them, and to know
/// that they are this workspace's.
pub struct OpeningKey {
    /// Opens the role key of each epoch.
    pub sealing: SealingSecret,
    /// Whom the sheets sign as.
    pub signing: SigningPublicKey,
}

impl OpeningKey {
    /// The key of the sheets' secret.
    pub fn of(secret: &Secret32) -> Self {
        Self { sealing: SealingSecret::from_seed(secret), signing: signing_key(secret).public() }
    }

    /// For the database.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([self.sealing.to_secret().0, self.signing.0].concat())
    }

    /// From the database.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (sealing, signing) = bytes.split_first_chunk::<32>()?;
        let sealing = SealingSecret::from_secret(&Secret32(*sealing)).ok()?;
        Some(Self { sealing, signing: SigningPublicKey(signing.try_into().ok()?) })
    }
}

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
pub fn join(sheets: &[impl AsRef<str>]) -> Result<Secret32, usize> {
    let mut shares = Vec::new();
    let mut fingerprint = None;
    for (place, sheet) in sheets.iter().enumerate() {
        let (of, share) = read(sheet.as_ref()).ok_or(place + 1)?;
        if *fingerprint.get_or_insert_with(|| of.clone()) != of {
            return Err(place + 1);
        }
        shares.push(Share::try_from(share.as_slice()).map_err(|_| place + 1)?);
    }
    let joined = Zeroizing::new(Sharks(THRESHOLD).recover(&shares).map_err(|_| 0_usize)?);
    let secret = Secret32(joined.as_slice().try_into().map_err(|_| 0_usize)?);
    if Some(mark(&secret)) == fingerprint { Ok(secret) } else { Err(0) }
}

fn write(secret: &Secret32, share: &[u8]) -> String {
    let hex: String = share[1..].iter().map(|byte| format!("{byte:02x}")).collect();
    let body = format!("BK1-{THRESHOLD}-{}-{}-{hex}", share[0], mark(secret));
    format!("{body}-{}", checksum(&body))
}

fn read(sheet: &str) -> Option<(String, Vec<u8>)> {
    // However it was typed: in capitals, with spaces. What is written has small letters but for BK.
    let compact: String = sheet.split_whitespace().collect::<String>().to_ascii_lowercase();
    let body = format!("BK{}", compact.strip_prefix("bk")?);
    let (body, sum) = body.rsplit_once('-')?;
    if checksum(body) != sum {
        return None;
    }
    let parts: Vec<&str> = body.split('-').collect();
    let ["BK1", _, number, of, hex] = parts.as_slice() else { return None };
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
    use crate::crypto::seal::{Purpose, open_box, public_of, seal_box};
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
    fn a_sheet_may_be_typed_in_capitals_and_with_spaces() {
        let env = &mut SeededEnv::new(6);
        let secret = Secret32::make(env);
        let sheets = split(&secret, env);
        let typed = sheets[0].to_ascii_uppercase().replace('-', " - ");
        assert_eq!(join(&[&typed, &format!("  {}\n", sheets[2])]).as_ref(), Ok(&secret));
    }

    #[test]
    fn what_a_device_keeps_opens_and_cannot_sign() {
        let env = &mut SeededEnv::new(7);
        let secret = Secret32::make(env);
        let kept = OpeningKey::of(&secret).to_bytes();
        assert!(!kept.windows(32).any(|bytes| bytes == secret.0), "not the secret itself");
        let kept = OpeningKey::from_bytes(&kept).unwrap();
        assert_eq!(kept.signing, signing_key(&secret).public());
        let to = public_of(&SealingSecret::from_seed(&secret));
        let sealed = seal_box(to, Purpose::RoleSecret, b"role", env).unwrap();
        assert_eq!(open_box(&kept.sealing, Purpose::RoleSecret, &sealed).as_deref(), Ok(&b"role"[..]));
        assert!(OpeningKey::from_bytes(&[1; 63]).is_none());
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
