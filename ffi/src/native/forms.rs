//! What needs no workspace: forms and places in words, invitations before they are used, passphrases
//! before they are set. Short enough for any thread.

use baikoo_client_core::client::{Client, FormView, PlaceView, fingerprint};
use baikoo_client_core::crypto::passphrase;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::member;
use baikoo_client_core::protocol::membership::Role;
use baikoo_client_core::search::fold;

/// What an invitation says of itself.
#[derive(Debug, PartialEq, Eq, uniffi::Record)]
pub struct InvitationPreview {
    /// The server's address.
    pub server: String,
    /// As what it invites.
    pub role: Role,
    /// Until when, in milliseconds since 1970.
    pub expires_at_ms: u64,
    /// The workspace's fingerprint, the same on every device.
    pub workspace_fingerprint: String,
}

/// Reads an invitation's link without using it.
#[uniffi::export]
pub fn preview_invitation(link: &str) -> Result<InvitationPreview, ClientError> {
    let invitation = member::Invitation::from_link(link)?;
    let workspace_fingerprint = fingerprint(invitation.workspace());
    let member::Invitation { server, role, expires_at_ms, .. } = invitation;
    Ok(InvitationPreview { server, role, expires_at_ms, workspace_fingerprint })
}

/// How well a passphrase would stand: 0 is refused, 1 weak, 2 fair, 3 good, 4 strong.
#[uniffi::export]
pub fn passphrase_strength(passphrase: &str) -> u8 {
    passphrase::strength(passphrase)
}

/// The languages that forms speak, in the order in which they are offered.
#[uniffi::export]
pub fn languages() -> Vec<Language> {
    Language::ALL.to_vec()
}

/// What a language's speakers call it.
#[uniffi::export]
pub fn language_name(language: Language) -> String {
    language.own_name().to_owned()
}

/// The language of a BCP 47 tag: `ru-KG` is Russian.
#[uniffi::export]
pub fn language_of(tag: &str) -> Option<Language> {
    tag.parse().ok()
}

/// The form of reports, in words.
#[uniffi::export]
pub fn form(language: Language) -> FormView {
    Client::form(language)
}

/// The form of reviews, in words.
#[uniffi::export]
pub fn review_form(language: Language) -> FormView {
    Client::review_form(language)
}

/// Places that go by a name, in any script, the best first; all places for an empty query.
#[uniffi::export]
pub fn places(query: &str, language: Language, limit: u32) -> Vec<PlaceView> {
    Client::places(query, language, limit.try_into().unwrap_or(usize::MAX))
}

/// A text as searches compare it: one for all scripts.
#[uniffi::export]
pub fn folded(text: &str) -> String {
    fold::fold(text)
}
