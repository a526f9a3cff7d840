//! New recovery sheets in place of the old: after some were lost or used.

use baikoo_protocol::membership::{Body, Entry};

use crate::client::Client;
use crate::crypto::keys::Secret32;
use crate::crypto::recovery::{signing_key, split};
use crate::crypto::seal::{SealingSecret, public_of};
use crate::error::ClientError;
use crate::view::SheetsStanding;

impl Client {
    /// Draws new sheets, shown once and kept nowhere. Nothing has happened yet: they are handed to
    /// [`Self::renew_sheets`] once somebody holds them on paper. So at no moment has anybody only paper
    /// that counts for nothing.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] for a monitor.
    pub fn draw_sheets(&mut self) -> Result<Vec<String>, ClientError> {
        self.must_coordinate()?;
        let secret = Secret32::make(&mut *self.env);
        Ok(split(&secret, &mut *self.env))
    }

    /// Lets new sheets take the place of the old, and a new role key the place of the role key.
    /// They count when the log has them, which the next sync sees to if nobody is faster with
    /// another role key; until [`Self::sheets_standing`] says so, the old ones do. Said twice, it is
    /// done once.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] for a monitor.
    pub fn renew_sheets(&mut self, secret: &Secret32) -> Result<(), ClientError> {
        self.must_coordinate()?;
        if self.sheets_standing(secret)? != SheetsStanding::Void {
            return Ok(());
        }
        let (recovery, sheets) = (public_of(&SealingSecret::from_seed(secret)), signing_key(secret));
        let recovery_signing = sheets.public();
        let signed = Entry::renewal_signing_hash(self.workspace, recovery, recovery_signing);
        let proof = sheets.sign(&signed);
        let role = self.make_role_epoch_for(None, recovery)?;
        let body = Body::RenewSheets { recovery, recovery_signing, proof, role };
        self.store.write(|tx| Ok(tx.wish_membership(&body)?))
    }

    /// Whether the sheets of this secret are the ones that count.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] before the first sync.
    pub fn sheets_standing(&self, secret: &Secret32) -> Result<SheetsStanding, ClientError> {
        let (sealing, signing) = (public_of(&SealingSecret::from_seed(secret)), signing_key(secret).public());
        let membership = self.membership()?;
        if membership.recovery() == sealing && membership.recovery_signing() == Some(signing) {
            return Ok(SheetsStanding::Count);
        }
        let waits = self
            .store
            .read(|tx| tx.membership_wishes())?
            .iter()
            .any(|(_, wish)| matches!(wish, Body::RenewSheets { recovery, .. } if *recovery == sealing));
        Ok(if waits { SheetsStanding::Wait } else { SheetsStanding::Void })
    }
}
