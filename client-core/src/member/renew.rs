//! New recovery sheets in place of the old: after some were lost or used.

use baikoo_protocol::membership::{Body, Entry};

use crate::client::Client;
use crate::crypto::keys::Secret32;
use crate::crypto::recovery::{signing_key, split};
use crate::crypto::seal::{SealingSecret, public_of};
use crate::error::ClientError;

impl Client {
    /// Draws new sheets, shown once and kept nowhere. They count when the log has them, which the
    /// next sync sees to if nobody is faster with another role key; until [`Self::sheets_count`]
    /// says so, the old ones do. So at no moment has anybody only paper that counts for nothing.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] for a monitor.
    pub fn renew_sheets(&mut self) -> Result<Vec<String>, ClientError> {
        self.must_coordinate()?;
        let secret = Secret32::make(&mut *self.env);
        let (recovery, sheets) = (public_of(&SealingSecret::from_seed(&secret)), signing_key(&secret));
        let recovery_signing = sheets.public();
        let signed = Entry::renewal_signing_hash(self.workspace, recovery, recovery_signing);
        let proof = sheets.sign(&signed);
        let role = self.make_role_epoch_for(None, recovery)?;
        let body = Body::RenewSheets { recovery, recovery_signing, proof, role };
        self.store.write(|tx| Ok::<_, ClientError>(tx.wish_membership(&body)?))?;
        Ok(split(&secret, &mut *self.env))
    }

    /// Whether the sheets of this secret are the ones that count, as far as this device knows.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] before the first sync.
    pub fn sheets_count(&self, secret: &Secret32) -> Result<bool, ClientError> {
        let membership = self.membership()?;
        Ok(membership.recovery() == public_of(&SealingSecret::from_seed(secret))
            && membership.recovery_signing() == Some(signing_key(secret).public()))
    }
}
