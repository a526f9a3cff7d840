//! Answers in words, and times as text.

use crate::env::Clocks;
use crate::form::answer::{Answer, PlaceAnswer, Scalar};
use crate::form::gazetteer;
use crate::form::labels::{Language, label};
use crate::form::{Form, Question};

/// An answer in words.
pub(crate) fn describe(
    form: &Form,
    question: Option<&Question>,
    answer: &Answer,
    language: Language,
) -> String {
    let choice = |code: &str| match question.and_then(|question| question.list.as_deref()) {
        Some(list) => label(language, &format!("choice.{list}.{code}")).text.to_owned(),
        None => code.to_owned(),
    };
    let _ = form;
    match answer {
        Answer::Text(text) => text.clone(),
        Answer::Integer(number) => number.to_string(),
        Answer::Decimal(number) => number.to_string(),
        Answer::Choice(code) => choice(code),
        Answer::Choices(codes) => codes.iter().map(|code| choice(code)).collect::<Vec<_>>().join(", "),
        Answer::Date(date) => date.0.clone(),
        Answer::Time(time) => time.at.clone(),
        Answer::Place(place) => describe_place(place, language),
    }
}

/// A place in words: the gazetteer's name in the reader's language, what its writer called it, the
/// landmark.
pub(crate) fn describe_place(place: &PlaceAnswer, language: Language) -> String {
    let known = place.id.as_deref().and_then(gazetteer::place).map(|known| known.name(language).to_owned());
    let mut parts: Vec<String> = Vec::new();
    match (&known, &place.name) {
        (Some(known), Some(name)) if !same_name(known, name) => parts.push(format!("{known} ({name})")),
        (Some(known), _) => parts.push(known.clone()),
        (None, Some(name)) => parts.push(name.clone()),
        (None, None) => {}
    }
    parts.extend(place.landmark.clone());
    if let (true, Some(lat), Some(lon)) = (parts.is_empty(), place.lat, place.lon) {
        parts.push(format!("{lat:.4}, {lon:.4}"));
    }
    parts.join(", ")
}

fn same_name(one: &str, other: &str) -> bool {
    crate::search::fold::fold(one) == crate::search::fold::fold(other)
}

/// A scalar in words, whatever it is.
pub(crate) fn describe_scalar(
    form: &Form,
    question: Option<&Question>,
    scalar: &Scalar,
    language: Language,
) -> Option<String> {
    let wanted = question.and_then(|question| question.kind.answer_type());
    match (wanted, scalar) {
        (_, Scalar::Empty) => None,
        (Some(wanted), scalar) => {
            Answer::from_scalar(scalar, wanted).map(|answer| describe(form, question, &answer, language))
        }
        (None, Scalar::Text(text)) => Some(text.clone()),
        (None, Scalar::Integer(number)) => Some(number.to_string()),
        (None, Scalar::Decimal(number)) => Some(number.to_string()),
    }
}

/// What the clocks say, as RFC 3339 with the phone's own offset.
pub(crate) fn rfc3339(clocks: Clocks) -> String {
    let local_s = clocks.wall_ms.div_euclid(1000) + i64::from(clocks.offset_min) * 60;
    let (days, second) = (local_s.div_euclid(86_400), local_s.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (sign, offset) =
        if clocks.offset_min < 0 { ('-', -clocks.offset_min) } else { ('+', clocks.offset_min) };
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60,
        offset / 60,
        offset % 60
    )
}

/// Year, month and day of a number of days since 1970-01-01, in the proleptic Gregorian calendar
/// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_written_with_their_own_offset() {
        let clocks = Clocks { wall_ms: 1_619_653_500_000, offset_min: 360, ..Clocks::default() };
        assert_eq!(rfc3339(clocks), "2021-04-29T05:45:00+06:00");
        let clocks = Clocks { wall_ms: -1, offset_min: -90, ..Clocks::default() };
        assert_eq!(rfc3339(clocks), "1969-12-31T22:29:59-01:30");
        let clocks = Clocks { wall_ms: 951_782_400_000, offset_min: 0, ..Clocks::default() };
        assert_eq!(rfc3339(clocks), "2000-02-29T00:00:00+00:00");
    }
}
