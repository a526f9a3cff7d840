//! Dates as exactly as they are known: a small part of EDTF (ISO 8601-2).
//!
//! Accepted are `2021-04-29`, `2021-04`, `2021`, the spelled-out unknowns `2021-04-XX` and
//! `2021-XX-XX`, and after any of them `~` (estimate), `?` (uncertain) or `%` (both). An interval is
//! two questions, not one date.

use std::cmp::Ordering;

use super::answer::DateAnswer;

/// A date that was read and checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edtf {
    /// The year, 1 to 9999.
    pub year: u16,
    /// The month, 1 to 12, if known.
    pub month: Option<u8>,
    /// The day of the month, if known; never without a month.
    pub day: Option<u8>,
    /// Whether it is an estimate (`~` or `%`).
    pub estimate: bool,
    /// Whether the source is doubted (`?` or `%`).
    pub uncertain: bool,
}

/// Not a date, or not one of the accepted forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date such as 2021-04-29, 2021-04, 2021 or 2021-04-29~")]
pub struct DateError;

impl Edtf {
    /// Reads a date strictly: no other separators, no spaces, no days that don't exist.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let (text, estimate, uncertain) = match text.as_bytes().last() {
            Some(b'~') => (&text[..text.len() - 1], true, false),
            Some(b'?') => (&text[..text.len() - 1], false, true),
            Some(b'%') => (&text[..text.len() - 1], true, true),
            _ => (text, false, false),
        };
        let mut parts = text.split('-');
        let year = parts.next().and_then(|part| digits(part, 4)).filter(|year| *year > 0).ok_or(DateError)?;
        let month = parts.next().map(|part| known(part, 12)).transpose()?;
        let day = parts.next().map(|part| known(part, 31)).transpose()?;
        if parts.next().is_some() {
            return Err(DateError);
        }
        let (month, day) = (month.flatten(), day.flatten());
        match (month, day) {
            (None, Some(_)) => return Err(DateError),
            (Some(month), Some(day)) if day > days_in(year, month) => return Err(DateError),
            _ => {}
        }
        Ok(Self { year, month, day, estimate, uncertain })
    }

    /// Which of two came first; none where what is known of them allows either order. An estimate
    /// may be off by any amount, so it is never before anything.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        if self.estimate || self.uncertain || other.estimate || other.uncertain {
            return None;
        }
        let (first, last) = self.span();
        let (other_first, other_last) = other.span();
        if last < other_first {
            Some(Ordering::Less)
        } else if first > other_last {
            Some(Ordering::Greater)
        } else if self == other && self.day.is_some() {
            Some(Ordering::Equal)
        } else {
            None
        }
    }

    /// The first and the last day that it may have been, as (year, month, day).
    pub fn span(&self) -> ((u16, u8, u8), (u16, u8, u8)) {
        let (first_month, last_month) = (self.month.unwrap_or(1), self.month.unwrap_or(12));
        let last_day = self.day.unwrap_or_else(|| days_in(self.year, last_month));
        ((self.year, first_month, self.day.unwrap_or(1)), (self.year, last_month, last_day))
    }

    /// The HURIDOCS type of date (micro-thesaurus 48); none for an exact one.
    pub fn huridocs_type(&self) -> Option<&'static str> {
        match (self.month, self.day) {
            (None, _) => Some("MT48:030000000000"),
            (Some(_), None) => Some("MT48:020000000000"),
            _ if self.estimate || self.uncertain => Some("MT48:010000000000"),
            _ => None,
        }
    }
}

impl DateAnswer {
    /// Reads what somebody typed; see [`Edtf`].
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let text = text.trim();
        Edtf::parse(text)?;
        Ok(Self(text.to_owned()))
    }
}

/// Exactly `count` ASCII digits.
pub(super) fn digits(text: &str, count: usize) -> Option<u16> {
    let right = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if right { text.parse().ok() } else { None }
}

/// Two digits from 1 to `limit`, or `XX` for what is not known.
fn known(part: &str, limit: u8) -> Result<Option<u8>, DateError> {
    if part == "XX" {
        return Ok(None);
    }
    let number = digits(part, 2).and_then(|number| u8::try_from(number).ok());
    number.filter(|number| (1..=limit).contains(number)).map(Some).ok_or(DateError)
}

/// How many days the month has, in the Gregorian calendar.
pub(super) fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_as_exact_as_it_is_known() {
        for text in
            ["2021-04-29", "2021-04", "2021", "2021-04-29~", "2018?", "2021%", "2021-04-XX", "2024-02-29"]
        {
            assert!(Edtf::parse(text).is_ok(), "{text}");
        }
        assert_eq!(Edtf::parse("2021-XX-XX").unwrap(), Edtf::parse("2021").unwrap());
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "~",
            "21-04-29",
            "2021-13",
            "2021-02-29",
            "2021-4-2",
            "29.04.2021",
            "2021-XX-03",
            "0000",
            "2021-04-29T05:00",
            "2021-04-29/2021-05-01",
            " 2021",
            "+021",
            "2021-04-29~~",
            "２０２１",
            "2021-",
        ] {
            assert_eq!(Edtf::parse(text), Err(DateError), "{text}");
        }
    }

    #[test]
    fn dates_are_ordered_only_where_nobody_could_object() {
        let order = |one, other| Edtf::parse(one).unwrap().order(&Edtf::parse(other).unwrap());
        assert_eq!(order("2021-04-29", "2021-05"), Some(Ordering::Less));
        assert_eq!(order("2022", "2021-12-31"), Some(Ordering::Greater));
        assert_eq!(order("2021-04-29", "2021-04"), None);
        assert_eq!(order("2021-04-29~", "2021-05-01"), None);
        assert_eq!(order("2021", "2021"), None);
    }

    #[test]
    fn huridocs_types_follow_from_the_date_itself() {
        let kind = |text| Edtf::parse(text).unwrap().huridocs_type();
        assert_eq!(kind("2021-04-29"), None);
        assert_eq!(kind("2021-04-29~"), Some("MT48:010000000000"));
        assert_eq!(kind("2021-04"), Some("MT48:020000000000"));
        assert_eq!(kind("2021"), Some("MT48:030000000000"));
    }
}
