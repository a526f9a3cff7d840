//! What a person answered, and the one scalar that it is in a document.
//!
//! Every answer is a single scalar, so that two people who answer the same question differently
//! leave two whole answers side by side, never a mixture of both.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One answer to one question. Choices are codes, never labels: a change of language changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Answer {
    /// A short text, at most [`TEXT_BYTES_MAX`] bytes.
    Text(String),
    /// A whole number.
    Integer(#[cfg_attr(test, ts(type = "number"))] i64),
    /// A decimal number; never NaN or infinite.
    Decimal(f64),
    /// The code of one choice (XLSForm `select_one`).
    Choice(String),
    /// The codes of several choices (XLSForm `select_multiple`).
    Choices(BTreeSet<String>),
    /// A date, as exactly as it is known.
    Date(DateAnswer),
    /// An instant, and which clocks said so.
    Time(TimeAnswer),
    /// A place.
    Place(PlaceAnswer),
}

/// A short text's limit in bytes of UTF-8; longer words belong into a narrative.
pub const TEXT_BYTES_MAX: usize = 4_000;

/// A date with its precision: an EDTF (ISO 8601-2) level 0 or 1 string, e.g. `2021-04-29`,
/// `2021-04-29~` (estimate), `2021-04` (day unknown), `2021` (month and day unknown).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct DateAnswer(pub String);

/// A time that survives two clocks: villages along the border live by +05 and by +06.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TimeAnswer {
    /// The instant that is meant, RFC 3339 with the offset that the person thought in.
    pub at: String,
    /// How exact it is: `minute`, `hour` or `part_of_day`.
    pub precision: String,
    /// What the phone's clock and zone said when this was written down, RFC 3339; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub phone: Option<String>,
}

/// A place: an id of the gazetteer, words, coordinates, or any of these together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PlaceAnswer {
    /// The gazetteer's id of the populated place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub id: Option<String>,
    /// What people call it, in the words and script of whoever wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub name: Option<String>,
    /// The nearest thing that others know: a school, a bridge, a bend of the canal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub landmark: Option<String>,
    /// Latitude in degrees, WGS 84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub lat: Option<f64>,
    /// Longitude in degrees, WGS 84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub lon: Option<f64>,
    /// How far from there it may have been, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub radius_m: Option<u32>,
}

/// What a document holds for an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A text, or the JSON of a compound answer.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Decimal(f64),
    /// The answer was taken back. Kept, rather than deleted, so that its history stays in place.
    Empty,
}

/// How a question's scalar is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerType {
    /// See [`Answer::Text`].
    Text,
    /// See [`Answer::Integer`].
    Integer,
    /// See [`Answer::Decimal`].
    Decimal,
    /// See [`Answer::Choice`].
    Choice,
    /// See [`Answer::Choices`].
    Choices,
    /// See [`Answer::Date`].
    Date,
    /// See [`Answer::Time`].
    Time,
    /// See [`Answer::Place`].
    Place,
}

impl Answer {
    /// The scalar for a document. Choices are separated by single spaces, sorted (XLSForm).
    pub fn to_scalar(&self) -> Scalar {
        match self {
            Self::Text(text) | Self::Choice(text) => Scalar::Text(text.clone()),
            Self::Integer(number) => Scalar::Integer(*number),
            Self::Decimal(number) => Scalar::Decimal(*number),
            Self::Choices(codes) => {
                Scalar::Text(codes.iter().map(String::as_str).collect::<Vec<_>>().join(" "))
            }
            Self::Date(date) => Scalar::Text(date.0.clone()),
            Self::Time(time) => json(time),
            Self::Place(place) => json(place),
        }
    }

    /// Reads a scalar as an answer of the given type. A scalar of another shape, as a newer form or
    /// a stranger may have written, is shown as text rather than lost.
    pub fn from_scalar(scalar: &Scalar, wanted: AnswerType) -> Option<Self> {
        let text = match scalar {
            Scalar::Empty => return None,
            Scalar::Integer(number) if wanted == AnswerType::Decimal => {
                #[allow(clippy::cast_precision_loss, reason = "a count is small")]
                return Some(Self::Decimal(*number as f64));
            }
            Scalar::Integer(number) => return Some(Self::Integer(*number)),
            Scalar::Decimal(number) => return Some(Self::Decimal(*number)),
            Scalar::Text(text) => text,
        };
        let read = match wanted {
            AnswerType::Choice => Some(Self::Choice(text.clone())),
            AnswerType::Choices => {
                Some(Self::Choices(text.split_ascii_whitespace().map(str::to_owned).collect()))
            }
            AnswerType::Date => Some(Self::Date(DateAnswer(text.clone()))),
            AnswerType::Time => serde_json::from_str(text).ok().map(Self::Time),
            AnswerType::Place => serde_json::from_str(text).ok().map(Self::Place),
            AnswerType::Text | AnswerType::Integer | AnswerType::Decimal => None,
        };
        Some(read.unwrap_or_else(|| Self::Text(text.clone())))
    }
}

fn json<T: Serialize>(value: &T) -> Scalar {
    Scalar::Text(serde_json::to_string(value).expect("plain structs of strings and numbers serialise"))
}
