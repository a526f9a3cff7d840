//! Answers as somebody types them: at a command line, in a spreadsheet's cell.

use std::collections::BTreeSet;

use super::answer::{Answer, DateAnswer, PlaceAnswer, TEXT_BYTES_MAX, TimeAnswer};
use super::date::DateError;
use super::definition::{Form, Kind, Question};
use super::gazetteer;
use super::time::TimeError;

/// Why a typed text is no answer to the question. Never repeats what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The form has no such question.
    #[error("the form has no such question")]
    UnknownQuestion,
    /// The list has no such code.
    #[error("not a code of this question's list")]
    UnknownCode,
    /// Nothing was typed.
    #[error("empty: to take an answer back, clear it")]
    Empty,
    /// Not a number of the right kind.
    #[error("not a number")]
    NotANumber,
    /// See [`DateError`].
    #[error(transparent)]
    Date(#[from] DateError),
    /// See [`TimeError`].
    #[error(transparent)]
    Time(#[from] TimeError),
    /// Coordinates that are on no map.
    #[error("not a latitude and longitude in degrees")]
    BadCoordinates,
    /// Above [`TEXT_BYTES_MAX`].
    #[error("longer than {TEXT_BYTES_MAX} bytes: write it into a narrative")]
    TooLong,
    /// A narrative is edited, not answered.
    #[error("a narrative is edited, not answered")]
    Narrative,
    /// A note takes no answer.
    #[error("a note takes no answer")]
    Note,
}

/// Reads a typed text as the answer to the question of this name.
///
/// Choices are codes, several of them separated by commas or spaces; dates are EDTF; a time is
/// RFC 3339 with, after a space, `hour` or `part_of_day` if it is no more exact than that; a place is
/// an id of the gazetteer, `lat,lon` in degrees, or words.
pub fn parse_answer(form: &Form, question: &str, text: &str) -> Result<Answer, AnswerError> {
    let question = form.question(question).ok_or(AnswerError::UnknownQuestion)?;
    let text = text.trim();
    match question.kind {
        Kind::Narrative => return Err(AnswerError::Narrative),
        Kind::Note => return Err(AnswerError::Note),
        _ if text.is_empty() => return Err(AnswerError::Empty),
        _ if text.len() > TEXT_BYTES_MAX => return Err(AnswerError::TooLong),
        _ => {}
    }
    Ok(match question.kind {
        Kind::Integer => Answer::Integer(text.parse().map_err(|_| AnswerError::NotANumber)?),
        Kind::Decimal => Answer::Decimal(decimal(text).ok_or(AnswerError::NotANumber)?),
        Kind::SelectOne => Answer::Choice(code(form, question, text)?),
        Kind::SelectMultiple => Answer::Choices(codes(form, question, text)?),
        Kind::Date => Answer::Date(DateAnswer::parse(text)?),
        Kind::Time => Answer::Time(TimeAnswer::parse(text)?),
        Kind::Place => Answer::Place(place(text)?),
        Kind::Text | Kind::Narrative | Kind::Note => Answer::Text(text.to_owned()),
    })
}

fn code(form: &Form, question: &Question, text: &str) -> Result<String, AnswerError> {
    let choice = form.choices(question).iter().find(|choice| choice.code == text);
    choice.map(|choice| choice.code.clone()).ok_or(AnswerError::UnknownCode)
}

fn codes(form: &Form, question: &Question, text: &str) -> Result<BTreeSet<String>, AnswerError> {
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    let codes: BTreeSet<_> = parts.map(|part| code(form, question, part)).collect::<Result<_, _>>()?;
    if codes.is_empty() { Err(AnswerError::Empty) } else { Ok(codes) }
}

/// A comma may be the decimal mark, as everybody writes it in Batken.
fn decimal(text: &str) -> Option<f64> {
    text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())
}

fn place(text: &str) -> Result<PlaceAnswer, AnswerError> {
    if let Some((lat, lon)) = coordinates(text) {
        let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        let place = PlaceAnswer { lat: Some(lat), lon: Some(lon), ..PlaceAnswer::default() };
        return if on_earth { Ok(place) } else { Err(AnswerError::BadCoordinates) };
    }
    if gazetteer::place(text).is_some() {
        return Ok(PlaceAnswer { id: Some(text.to_owned()), ..PlaceAnswer::default() });
    }
    // The words stay beside the id: which spelling a witness used may matter later.
    let id = gazetteer::resolve(text).map(|place| place.id.clone());
    Ok(PlaceAnswer { id, name: Some(text.to_owned()), ..PlaceAnswer::default() })
}

fn coordinates(text: &str) -> Option<(f64, f64)> {
    let (lat, lon) = text.split_once(',')?;
    Some((lat.trim().parse().ok()?, lon.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::default_form;

    fn parse(question: &str, text: &str) -> Result<Answer, AnswerError> {
        parse_answer(default_form(), question, text)
    }

    #[test]
    fn choices_are_typed_as_codes() {
        let both = Answer::Choices(["land", "water"].map(str::to_owned).into());
        assert_eq!(parse("inc_type", "water,land"), Ok(both.clone()));
        assert_eq!(parse("inc_type", " land  water "), Ok(both));
        assert_eq!(parse("inc_type", "water,lava"), Err(AnswerError::UnknownCode));
        assert_eq!(parse("clock", "kg"), Ok(Answer::Choice("kg".into())));
        assert_eq!(parse("clock", "kg,tj"), Err(AnswerError::UnknownCode));
        assert_eq!(parse("inc_type", ","), Err(AnswerError::Empty));
    }

    #[test]
    fn a_place_is_an_id_a_spot_or_words() {
        let Ok(Answer::Place(by_id)) = parse("place", "kok-tash") else { panic!("not a place") };
        assert_eq!((by_id.id.as_deref(), by_id.name), (Some("kok-tash"), None));
        let Ok(Answer::Place(by_name)) = parse("place", "Кек-Таш") else { panic!("not a place") };
        assert_eq!((by_name.id.as_deref(), by_name.name.as_deref()), (Some("kok-tash"), Some("Кек-Таш")));
        let Ok(Answer::Place(spot)) = parse("place", "39.87, 70.57") else { panic!("not a place") };
        assert_eq!((spot.lat, spot.lon, spot.id), (Some(39.87), Some(70.57), None));
        assert_eq!(parse("place", "139.87,70.57"), Err(AnswerError::BadCoordinates));
    }

    #[test]
    fn an_ambiguous_name_is_kept_as_words() {
        let Ok(Answer::Place(place)) = parse("place", "Достук") else { panic!("not a place") };
        assert_eq!((place.id, place.name.as_deref()), (None, Some("Достук")));
    }

    #[test]
    fn numbers_dates_and_times_are_checked() {
        assert_eq!(parse("injured_total", "25"), Ok(Answer::Integer(25)));
        assert_eq!(parse("injured_total", "about 25"), Err(AnswerError::NotANumber));
        assert_eq!(parse("land_ha", "1,5"), Ok(Answer::Decimal(1.5)));
        assert_eq!(parse("land_ha", "inf"), Err(AnswerError::NotANumber));
        assert_eq!(parse("start_date", "2021-04-31"), Err(AnswerError::Date(DateError)));
        assert!(parse("start_time", "2021-04-29T05:45:00+06:00").is_ok());
        assert_eq!(parse("narrative", "words"), Err(AnswerError::Narrative));
        assert_eq!(parse("no_such", "words"), Err(AnswerError::UnknownQuestion));
    }
}
