//! How people name a snapshot: `latest`, `latest~3`, a number, or a time.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, ToSpan, civil::Date, tz::TimeZone};
use model::{Timestamp, time_text};

/// A name for a snapshot.
///
/// ```
/// use snapshot::SnapshotName;
/// let now: model::Timestamp = "2026-11-21T16:30:00Z".parse().unwrap();
/// let read = |text: &str| SnapshotName::read(text, now).unwrap();
/// assert_eq!(read("latest~3"), SnapshotName::Latest { back: 3 });
/// assert_eq!(read("42"), SnapshotName::Number(42));
/// // A day or month stands for its last second: what was in force when it ended.
/// assert_eq!(read("2026-10").to_string(), "2026-10-31T23:59:59Z");
/// assert_eq!(read("yesterday").to_string(), "2026-11-20T23:59:59Z");
/// assert_eq!(read("-7d").to_string(), "2026-11-14T16:30:00Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotName {
    /// The newest, or so many before it.
    Latest {
        /// How many before the newest.
        back: u64,
    },
    /// The one with that number.
    Number(u64),
    /// The one in force at the end of a time: the last that was finished by then.
    At {
        /// The first moment of the time: of a day its midnight. While it is to come, no snapshot can be meant.
        begins: Timestamp,
        /// The last moment of the time.
        ends: Timestamp,
    },
}

/// A text that names no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no snapshot: say `latest`, `latest~3`, a number, `yesterday`, `-7d` (or h, w), a month or day as `2026-11` or `2026-11-21`, or a time as `2026-11-21T16:30:00Z`"
)]
pub struct NameError(String);

impl SnapshotName {
    /// Reads a name; days and times count from `now`, days in UTC.
    ///
    /// # Errors
    /// When the text names no snapshot in any of the ways.
    pub fn read(text: &str, now: Timestamp) -> Result<Self, NameError> {
        let wrong = || NameError(text.to_owned());
        if let Some(rest) = text.strip_prefix("latest") {
            let back = if rest.is_empty() { Some(0) } else { rest.strip_prefix('~').and_then(digits) };
            return back.map(|back| Self::Latest { back }).ok_or_else(wrong);
        }
        if let Some(number) = digits(text) {
            return Ok(Self::Number(number));
        }
        let (begins, ends) = span(text, now).ok_or_else(wrong)?;
        Ok(Self::At { begins, ends })
    }
}

/// Reads a number that is written in digits alone.
fn digits<T: FromStr>(text: &str) -> Option<T> {
    let is_number = text.bytes().all(|each| each.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Returns the first and the last moment of a time.
fn span(text: &str, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let today = now.to_zoned(TimeZone::UTC).date();
    match text {
        "today" => return days(today, today),
        "yesterday" => return today.yesterday().ok().and_then(|day| days(day, day)),
        _ => {}
    }
    if let Some(ago) = text.strip_prefix('-') {
        let (count, unit) = ago.split_at_checked(ago.len().checked_sub(1)?)?;
        let hours = match unit {
            "h" => 1,
            "d" => 24,
            "w" => 7 * 24,
            _ => return None,
        };
        let hours = digits::<i64>(count).filter(|_| !count.is_empty())?.checked_mul(hours)?;
        let time = now.checked_sub(SignedDuration::try_from_hours(hours)?).ok()?;
        return Some((time, time));
    }
    if let (7, Some((year, month))) = (text.len(), text.split_once('-')) {
        let first = Date::new(digits(year)?, digits(month)?, 1).ok()?;
        return days(first, first.last_of_month());
    }
    if text.len() == 10 {
        let day: Date = text.parse().ok()?;
        return days(day, day);
    }
    let time = text.parse().ok()?;
    Some((time, time))
}

/// Returns the first and the last second of some days in UTC.
fn days(first: Date, last: Date) -> Option<(Timestamp, Timestamp)> {
    let midnight = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp());
    let ends = last.checked_add(1.day()).ok().and_then(midnight)?;
    Some((midnight(first)?, ends.checked_sub(SignedDuration::from_secs(1)).ok()?))
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest { back: 0 } => formatter.write_str("latest"),
            Self::Latest { back } => write!(formatter, "latest~{back}"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::At { ends, .. } => formatter.write_str(&time_text(*ends)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Result<SnapshotName, NameError> {
        SnapshotName::read(text, "2026-03-01T16:30:00Z".parse().unwrap())
    }

    fn times(text: &str) -> [String; 2] {
        match name(text) {
            Ok(SnapshotName::At { begins, ends }) => [time_text(begins), time_text(ends)],
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_way_to_name_a_snapshot_reads() {
        assert_eq!(name("latest"), Ok(SnapshotName::Latest { back: 0 }));
        assert_eq!(name("latest~12"), Ok(SnapshotName::Latest { back: 12 }));
        assert_eq!(name("007"), Ok(SnapshotName::Number(7)));
        let moment = |text: &str| [text.to_owned(), text.to_owned()];
        assert_eq!(times("2026-11-21T18:30:00+02:00"), moment("2026-11-21T16:30:00Z"));
        assert_eq!(times("-7d"), moment("2026-02-22T16:30:00Z"));
        assert_eq!(times("-36h"), moment("2026-02-28T04:30:00Z"));
        assert_eq!(times("-2w"), moment("2026-02-15T16:30:00Z"));
    }

    #[test]
    fn a_day_or_month_begins_with_its_first_second_and_stands_for_its_last() {
        assert_eq!(times("2026-11-21"), ["2026-11-21T00:00:00Z", "2026-11-21T23:59:59Z"]);
        assert_eq!(times("today"), ["2026-03-01T00:00:00Z", "2026-03-01T23:59:59Z"]);
        assert_eq!(times("yesterday"), ["2026-02-28T00:00:00Z", "2026-02-28T23:59:59Z"]);
        assert_eq!(times("2028-02"), ["2028-02-01T00:00:00Z", "2028-02-29T23:59:59Z"]);
        assert_eq!(times("2026-12"), ["2026-12-01T00:00:00Z", "2026-12-31T23:59:59Z"]);
    }

    #[test]
    fn anything_else_is_refused_with_what_would_do() {
        for text in [
            "",
            "newest",
            "latest~",
            "latest~x",
            "latest~+1",
            "latest3",
            "-1",
            "-d",
            "-1y",
            "-99999999999999d",
            "--7d",
            "-+7d",
            "2026-13",
            "2026-1",
            "2026-13-01",
            "2026-02-30",
            "tomorrow",
            "2026-11-2x",
            "-1\u{e9}",
        ] {
            let error = name(text).unwrap_err().to_string();
            assert!(error.contains("say `latest`, `latest~3`, a number"), "{text}: {error}");
        }
    }
}
