//! What the platform's side may throw. What this side throws is the core's own closed list, told to
//! UniFFI with the views: each language has one class for each of its variants.

/// What the platform's side of a callback may throw. Anything else that it throws becomes this, too.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum PlatformError {
    /// It failed, or was refused.
    #[error("the platform failed or refused")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for PlatformError {
    // What the platform said may hold anything, so it is dropped here.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}
