//! Values across the border: JSON's, as plain objects.

use baikoo_client_core::error::ClientError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

/// What a method answers, or throws.
pub(super) type Answer = Result<JsValue, JsValue>;

/// A value as JavaScript has it.
pub(super) fn give<T: Serialize>(value: &T) -> Answer {
    let json = serde_json::to_string(value).map_err(|_| throw(ClientError::Internal(None)))?;
    js_sys::JSON::parse(&json)
}

/// A value from JavaScript.
pub(super) fn take<T: DeserializeOwned>(value: &JsValue) -> Result<T, JsValue> {
    let json = js_sys::JSON::stringify(value).map(String::from).unwrap_or_default();
    serde_json::from_str(&json).map_err(|error| throw(ClientError::BadInput(error.to_string())))
}

/// An error as JavaScript has it.
pub(super) fn throw(error: ClientError) -> JsValue {
    give(&error.to_view()).unwrap_or(JsValue::NULL)
}

/// A text as one of our types.
pub(super) fn parse<T: std::str::FromStr>(text: &str) -> Result<T, JsValue> {
    text.parse().map_err(|_| throw(ClientError::BadInput(text.to_owned())))
}
