//! Names of things, which travel as texts, and values that UniFFI has no shape for. A text that is
//! no such name is `BadInput`.

use std::collections::BTreeSet;
use std::str::FromStr;

use baikoo_client_core::error::ClientError;
use baikoo_client_core::form::answer::DateAnswer;
use baikoo_client_core::protocol::id::{DeviceId, MemberId, StreamId};
use baikoo_client_core::report::{EntryId, Path, TalkId};

type FieldPath = Path;
type Codes = BTreeSet<String>;
type Progress = (u32, u32);

/// How many of how many.
#[derive(Debug, uniffi::Record)]
pub struct ProgressView {
    /// So many are done.
    pub done: u32,
    /// So many there are.
    pub of: u32,
}

fn parse<T: FromStr>(text: &str) -> Result<T, ClientError> {
    text.parse().map_err(|_| ClientError::BadInput(text.to_owned()))
}

uniffi::custom_type!(StreamId, String, { remote, try_lift: |text| Ok(parse(&text)?), lower: |id| id.to_string() });
uniffi::custom_type!(DeviceId, String, { remote, try_lift: |text| Ok(parse(&text)?), lower: |id| id.to_string() });
uniffi::custom_type!(MemberId, String, { remote, try_lift: |text| Ok(parse(&text)?), lower: |id| id.to_string() });
uniffi::custom_type!(EntryId, String, { remote, try_lift: |text| Ok(parse(&text)?), lower: |id| id.to_string() });
uniffi::custom_type!(TalkId, String, { remote, try_lift: |text| Ok(parse(&text)?), lower: |id| id.to_string() });
uniffi::custom_type!(FieldPath, String, { remote, try_lift: |text| Ok(parse(&text)?), lower: |path| path.to_string() });
uniffi::custom_type!(DateAnswer, String, { remote, try_lift: |text| Ok(DateAnswer(text)), lower: |date| date.0 });
uniffi::custom_type!(Codes, Vec<String>, { remote, try_lift: |codes| Ok(codes.into_iter().collect()), lower: |codes| codes.into_iter().collect() });
uniffi::custom_type!(Progress, ProgressView, { remote, try_lift: |view| Ok((view.done, view.of)), lower: |pair| ProgressView { done: pair.0, of: pair.1 } });
