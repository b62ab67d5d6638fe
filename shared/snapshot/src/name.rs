//! How people name a snapshot: `latest`, `latest~3`, a number, or a time.

use std::{fmt, str::FromStr};

use model::{Timestamp, time_text};

/// A name for a snapshot.
///
/// ```
/// use snapshot::SnapshotName;
/// assert_eq!("latest~3".parse(), Ok(SnapshotName::Latest { back: 3 }));
/// assert_eq!("42".parse(), Ok(SnapshotName::Number(42)));
/// // A day stands for its last second: what was in force when it ended.
/// let day: SnapshotName = "2026-11-21".parse().unwrap();
/// assert_eq!(day.to_string(), "2026-11-21T23:59:59Z");
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
    /// The one in force at that time: the last that was finished by then.
    At(Timestamp),
}

/// A text that names no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no snapshot: say `latest`, `latest~3`, a number, a day as `2026-11-21`, or a time as `2026-11-21T16:30:00Z`"
)]
pub struct NameError(String);

impl FromStr for SnapshotName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let wrong = || NameError(text.to_owned());
        let digits = |text: &str| {
            let is_number = text.bytes().all(|each| each.is_ascii_digit());
            if is_number { text.parse().ok() } else { None }
        };
        if let Some(rest) = text.strip_prefix("latest") {
            let back = if rest.is_empty() { Some(0) } else { rest.strip_prefix('~').and_then(digits) };
            return back.map(|back| Self::Latest { back }).ok_or_else(wrong);
        }
        if let Some(number) = digits(text) {
            return Ok(Self::Number(number));
        }
        let time = if text.len() == 10 { format!("{text}T23:59:59Z") } else { text.to_owned() };
        time.parse().map(Self::At).map_err(|_| wrong())
    }
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest { back: 0 } => formatter.write_str("latest"),
            Self::Latest { back } => write!(formatter, "latest~{back}"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::At(time) => formatter.write_str(&time_text(*time)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_snapshot_reads() {
        let name = |text: &str| text.parse::<SnapshotName>();
        assert_eq!(name("latest"), Ok(SnapshotName::Latest { back: 0 }));
        assert_eq!(name("latest~12"), Ok(SnapshotName::Latest { back: 12 }));
        assert_eq!(name("007"), Ok(SnapshotName::Number(7)));
        assert_eq!(
            name("2026-11-21T18:30:00+02:00").map(|name| name.to_string()).as_deref(),
            Ok("2026-11-21T16:30:00Z")
        );
    }

    #[test]
    fn anything_else_is_refused_with_what_would_do() {
        for text in
            ["", "newest", "latest~", "latest~x", "latest~+1", "latest3", "-1", "2026-13-01", "yesterday"]
        {
            let error = text.parse::<SnapshotName>().unwrap_err().to_string();
            assert!(error.contains("say `latest`, `latest~3`, a number"), "{text}: {error}");
        }
    }
}
