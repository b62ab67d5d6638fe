//! What `prune --keep` says: an age, or a number of snapshots.

use std::str::FromStr;

use jiff::Timestamp;
use snapshot::SnapshotName;

/// One rule of what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeepRule {
    /// So many of the newest.
    Last(u64),
    /// What was in force since then: an age, as a name of a snapshot says it.
    Since(String),
}

impl FromStr for KeepRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "say an age as `90d` (or h, w), or a number of snapshots as `last:30`".to_owned();
        if let Some(number) = text.strip_prefix("last:") {
            return number.parse().ok().filter(|number| *number > 0).map(Self::Last).ok_or_else(wrong);
        }
        let age = format!("-{text}");
        let is_age = text.starts_with(|first: char| first.is_ascii_digit())
            && matches!(SnapshotName::read(&age, Timestamp::UNIX_EPOCH), Ok(SnapshotName::At { .. }));
        if is_age { Ok(Self::Since(age)) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_an_age_or_a_number() {
        assert_eq!("90d".parse(), Ok(KeepRule::Since("-90d".to_owned())));
        assert_eq!("last:30".parse(), Ok(KeepRule::Last(30)));
        for wrong in
            ["", "90", "d", "-90d", "last:", "last:0", "last:-1", "latest", "2026-11", "90 days", "last:x"]
        {
            assert!(wrong.parse::<KeepRule>().is_err(), "{wrong}");
        }
    }
}
