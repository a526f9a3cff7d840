//! Times with their clock: RFC 3339, the offset being what the person thought in.

use super::answer::TimeAnswer;
use super::date::{days_in, digits};

/// An instant that was read and checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    /// Seconds since 1970-01-01T00:00:00Z; fractions are dropped.
    pub unix_s: i64,
    /// East of Greenwich, in minutes.
    pub offset_min: i16,
}

/// How exact a [`TimeAnswer`] may say that it is.
pub const PRECISIONS: [&str; 3] = ["minute", "hour", "part_of_day"];

/// Not a time with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time such as 2021-04-29T05:45:00+06:00")]
pub struct TimeError;

impl Instant {
    /// Reads RFC 3339 strictly. A leap second counts as the second before it.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        read(text).ok_or(TimeError)
    }
}

impl TimeAnswer {
    /// Reads what somebody typed: a time, and after a space how exact it is (by default `minute`).
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let (at, precision) = text.trim().split_once(' ').unwrap_or((text.trim(), "minute"));
        let answer = Self { at: at.to_owned(), precision: precision.trim().to_owned(), phone: None };
        answer.check()?;
        Ok(answer)
    }

    /// Whether both times and the precision are what they claim to be.
    pub fn check(&self) -> Result<(), TimeError> {
        Instant::parse(&self.at)?;
        self.phone.as_deref().map(Instant::parse).transpose()?;
        if PRECISIONS.contains(&self.precision.as_str()) { Ok(()) } else { Err(TimeError) }
    }
}

fn read(text: &str) -> Option<Instant> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let (clock, rest) = (rest.get(..9)?, rest.get(9..)?);
    let year = digits(date.get(..4)?, 4)?;
    let (month, day) = (two(date, 5, 12)?, two(date, 8, 31)?);
    let (hour, minute, second) = (two(clock, 1, 23)?, two(clock, 4, 59)?, two(clock, 7, 60)?);
    let marks = [(date, 4, b'-'), (date, 7, b'-'), (clock, 0, b'T'), (clock, 3, b':'), (clock, 6, b':')];
    if marks.iter().any(|(part, at, mark)| part.as_bytes()[*at] != *mark) {
        return None;
    }
    if month == 0 || day == 0 || day > days_in(year, month) {
        return None;
    }
    let offset_min = offset(skip_fraction(rest)?)?;
    let local_s = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second.min(59));
    let unix_s = days_since_1970(year, month, day) * 86_400 + local_s - i64::from(offset_min) * 60;
    Some(Instant { unix_s, offset_min })
}

fn two(text: &str, at: usize, limit: u8) -> Option<u8> {
    let number = digits(text.get(at..at + 2)?, 2)?;
    u8::try_from(number).ok().filter(|number| *number <= limit)
}

fn skip_fraction(text: &str) -> Option<&str> {
    let Some(fraction) = text.strip_prefix('.') else { return Some(text) };
    let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    let length = fraction.len() - rest.len();
    (1..=9).contains(&length).then_some(rest)
}

fn offset(text: &str) -> Option<i16> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let rest = text.get(1..)?;
    if rest.len() != 5 || rest.as_bytes()[2] != b':' {
        return None;
    }
    Some(sign * (i16::from(two(rest, 0, 23)?) * 60 + i16::from(two(rest, 3, 59)?)))
}

/// Days from 1970-01-01 in the Gregorian calendar; years begin in March, so that the leap day is
/// the last of its year (Hinnant, "chrono-compatible low-level date algorithms").
fn days_since_1970(year: u16, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clocks_name_the_same_instant() {
        let kyrgyz = Instant::parse("2022-09-16T06:00:00+06:00").unwrap();
        let tajik = Instant::parse("2022-09-16T05:00:00+05:00").unwrap();
        assert_eq!(kyrgyz.unix_s, tajik.unix_s);
        assert_eq!(kyrgyz.unix_s, 1_663_286_400);
        assert_eq!((kyrgyz.offset_min, tajik.offset_min), (360, 300));
        assert_eq!(Instant::parse("1970-01-01T00:00:00Z").unwrap().unix_s, 0);
        assert_eq!(Instant::parse("2024-02-29T23:59:60.5-03:30").unwrap().offset_min, -210);
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for text in [
            "",
            "2021-04-29",
            "2021-04-29T05:45:00",
            "2021-04-29 05:45:00+06:00",
            "2021-02-30T05:45:00+06:00",
            "2021-04-29T24:00:00+06:00",
            "2021-04-29T05:45+06:00",
            "2021-04-29T05:45:00+0600",
            "2021-04-29T05:45:00.+06:00",
            "2021-04-29T05:45:00Zz",
            "٢٠٢١-04-29T05:45:00Z",
            "2021-04-29T05:45:00é",
            "2021x04-29T05:45:00Z",
        ] {
            assert_eq!(Instant::parse(text), Err(TimeError), "{text}");
        }
    }

    #[test]
    fn a_typed_time_may_say_how_exact_it_is() {
        assert_eq!(TimeAnswer::parse("2021-04-29T04:00:00+06:00 hour").unwrap().precision, "hour");
        assert_eq!(TimeAnswer::parse("2021-04-29T04:00:00+06:00").unwrap().precision, "minute");
        assert_eq!(TimeAnswer::parse("2021-04-29T04:00:00+06:00 roughly"), Err(TimeError));
    }
}
