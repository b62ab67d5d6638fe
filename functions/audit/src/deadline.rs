//! How the time of an invocation is shared out.
//!
//! In: the deadline, the time now, how many accounts are left. Out: how long a run may take, and how much of it may
//! go into reading the cloud.

use std::time::Duration;

use jiff::Timestamp;

/// Kept back of an invocation for its answer.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Runs that would have less than this are not begun.
const LEAST: Duration = Duration::from_secs(5);

/// What one run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// For all of it.
    pub(crate) run: Duration,
    /// For reading the cloud.
    pub(crate) collect: Duration,
    /// Until the end of judging, from its beginning: what is left is for storing and telling.
    pub(crate) judge: Duration,
}

/// The moment at which Lambda ends the process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Option<Timestamp>);

impl Deadline {
    /// Takes what Lambda says. A moment that has passed when an invocation begins is none: emulators send such.
    pub(crate) fn new(milliseconds: u64, now: Timestamp) -> Self {
        let moment = i64::try_from(milliseconds).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Self(moment.filter(|moment| *moment > now))
    }

    /// Returns what the next of `left` runs may take, or none when there is no time for it.
    pub(crate) fn share(self, now: Timestamp, left: u32, allowed: Duration) -> Option<Share> {
        let Some(moment) = self.0 else {
            let run = allowed.saturating_mul(2).saturating_add(LEAST);
            return Some(Share { run, collect: allowed, judge: judging_ends(run) });
        };
        let remaining = Duration::try_from(moment.duration_since(now)).unwrap_or_default();
        let run = remaining.saturating_sub(LAST_WORDS) / left.max(1);
        // A quarter is for storing, judging and telling.
        let collect = allowed.min(run / 4 * 3);
        (run >= LEAST).then_some(Share { run, collect, judge: judging_ends(run) })
    }
}

/// An eighth of a run is kept back for storing and telling: a snapshot that could not be judged is stored all the same.
fn judging_ends(run: Duration) -> Duration {
    run / 8 * 7
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_MINUTES: Duration = Duration::from_secs(600);

    fn second_of_day(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).expect("a time")
    }

    fn deadline(second: i64) -> Deadline {
        Deadline::new(
            u64::try_from(second_of_day(second).as_millisecond()).expect("after 1970"),
            second_of_day(0),
        )
    }

    #[test]
    fn reading_ends_well_before_the_deadline() {
        let share = deadline(202).share(second_of_day(0), 1, TEN_MINUTES).expect("time enough");
        let seconds = Duration::from_secs;
        assert_eq!(share, Share { run: seconds(200), collect: seconds(150), judge: seconds(175) });
    }

    #[test]
    fn the_settings_can_only_shorten_it() {
        let share = deadline(202).share(second_of_day(0), 1, Duration::from_secs(9)).expect("time enough");
        assert_eq!(share.collect, Duration::from_secs(9));
    }

    #[test]
    fn what_one_account_leaves_the_next_ones_have() {
        let first = deadline(202).share(second_of_day(0), 2, TEN_MINUTES).expect("time enough");
        let second = deadline(202).share(second_of_day(10), 1, TEN_MINUTES).expect("time enough");
        assert_eq!((first.run.as_secs(), second.run.as_secs()), (100, 190));
    }

    #[test]
    fn a_run_that_could_not_end_is_not_begun() {
        assert_eq!(deadline(202).share(second_of_day(198), 1, TEN_MINUTES), None);
        assert_eq!(deadline(202).share(second_of_day(300), 1, TEN_MINUTES), None);
    }

    #[test]
    fn a_deadline_in_the_past_is_none() {
        let share = Deadline::new(600_000, second_of_day(0))
            .share(second_of_day(0), 1, TEN_MINUTES)
            .expect("no deadline");
        assert_eq!(share.collect, TEN_MINUTES);
    }
}
