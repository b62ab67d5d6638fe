//! What an edit leaves behind: clouds date each edit of a thing, so that a thing that differs and bears its old date is an answer
//! that went wrong, and no edit.

use jiff::{SignedDuration, Timestamp};

/// Returns a time a minute after another one, as the interfaces write times.
pub(crate) fn later(time: &str) -> String {
    let time = time.parse::<Timestamp>().or_else(|_| Timestamp::strptime("%Y-%m-%dT%H:%M%z", time));
    let later = time.unwrap_or_default().saturating_add(SignedDuration::from_mins(1)).unwrap_or_default();
    later.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_time_has_a_later_one() {
        for time in ["2026-01-15T08:30+0000", "2026-01-15T08:30:00Z", "2026-01-15T08:30:00.000Z"] {
            assert_eq!(later(time), "2026-01-15T08:31:00.000Z");
        }
    }
}
