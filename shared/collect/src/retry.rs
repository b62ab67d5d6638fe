//! When to ask again, after how long, and when to give up. Pure: no waiting happens here.

use std::time::Duration;

/// What a run may spend.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Tries of one call.
    pub tries: u32,
    /// Repeated calls of the whole run.
    pub retries: u32,
    /// Time for the whole run.
    pub time: Duration,
    /// Time for one answer.
    pub answer_time: Duration,
    /// Greatest size of one answer, unpacked.
    pub answer_bytes: usize,
    /// Greatest size of all answers together, unpacked.
    pub run_bytes: u64,
    /// Greatest size of all rows that are kept together. The run holds them several times: as they were read, as they
    /// were before, and as the rules ask them.
    pub kept_bytes: u64,
    /// Upper end of the first wait; it doubles from try to try.
    pub first_wait: Duration,
    /// Longest wait before a try that the cloud did not ask for.
    pub longest_wait: Duration,
    /// Most pages of one list.
    pub pages: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            tries: 6,
            retries: 1_000,
            time: Duration::from_secs(12 * 60),
            answer_time: Duration::from_secs(60),
            answer_bytes: 16 << 20,
            run_bytes: 512 << 20,
            kept_bytes: 160 << 20,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            pages: 5_000,
        }
    }
}

impl Budget {
    /// Returns how long to wait after try number `tried` (from 1): anything up to a bound that
    /// doubles, so that callers that were turned away together do not come back together.
    pub(crate) fn back_off(&self, tried: u32, random: f64) -> Duration {
        let doubled = 2_u32.saturating_pow(tried.saturating_sub(1).min(20));
        self.first_wait.saturating_mul(doubled).min(self.longest_wait).mul_f64(random.clamp(0.0, 1.0))
    }

    /// Returns how long to wait after try number `tried`, given what the cloud asked for.
    pub(crate) fn wait(&self, tried: u32, asked: Option<Wait>, random: f64) -> Duration {
        let jitter = self.back_off(tried, random);
        let asked = match asked {
            None => return jitter,
            Some(Wait::Asked(asked)) => asked,
            // The last wait is the whole window, and each one before half of the next: a short shortage costs
            // little, and none outlasts all tries.
            Some(Wait::Window(window)) => {
                let halvings = self.tries.saturating_sub(1).saturating_sub(tried).min(20);
                window / 2_u32.saturating_pow(halvings)
            }
        };
        asked + jitter.min(self.first_wait)
    }
}

/// What an answer says of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// To wait so long.
    Asked(Duration),
    /// That so many calls are allowed in each window of this length.
    Window(Duration),
}

/// Longest window that is waited for.
const LONGEST_WINDOW: Duration = Duration::from_secs(10 * 60);

/// Reads how long the window of a limit is, from the text that says that it was reached:
/// `limit:60,time:1 minute`, or `… 10 times per 60 seconds`.
pub(crate) fn window(text: &str) -> Option<Duration> {
    let after = |mark: &str| text.split_once(mark).map(|(_, after)| after.trim_start());
    let told = after("time:").or_else(|| after("times per "))?;
    let digits = told.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = told.split_at_checked(digits)?;
    let seconds = match unit.trim_start().chars().next() {
        Some('m') => 60,
        Some('h') => 3_600,
        _ => 1,
    };
    let window = number.parse::<u64>().ok()?.saturating_mul(seconds);
    Some(Duration::from_secs(window).min(LONGEST_WINDOW))
}

/// Returns whether a status may be another the next time.
pub(crate) const fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// Reads a `Retry-After` header: seconds, or a date, which is taken against the `Date` of the same
/// answer because the two clocks are then one.
pub(crate) fn retry_after(header: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let header = header?.trim();
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(header)?.duration_since(http_date(date?.trim())?);
    Some(Duration::try_from(until).unwrap_or_default())
}

/// Reads a date as headers have it.
pub(crate) fn http_date(text: &str) -> Option<jiff::Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit() {
        let budget = Budget {
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(5),
            ..Budget::default()
        };
        let longest: Vec<u64> = (1..=5).map(|tried| budget.back_off(tried, 1.0).as_secs()).collect();
        assert_eq!(longest, [1, 2, 4, 5, 5]);
        assert_eq!(budget.back_off(3, 0.0), Duration::ZERO);
        assert_eq!(budget.back_off(u32::MAX, 1.0), Duration::from_secs(5));
    }

    #[test]
    fn retry_after_is_read_as_seconds() {
        assert_eq!(retry_after(Some(" 7 "), None), Some(Duration::from_secs(7)));
    }

    #[test]
    fn retry_after_is_read_as_a_date() {
        let date = Some("Sat, 21 Nov 2026 10:00:00 GMT");
        let later = Some("Sat, 21 Nov 2026 10:00:30 GMT");
        assert_eq!(retry_after(later, date), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(date, later), Some(Duration::ZERO));
    }

    #[test]
    fn nonsense_in_retry_after_is_ignored() {
        assert_eq!(retry_after(Some("soon"), Some("Sat, 21 Nov 2026 10:00:00 GMT")), None);
        assert_eq!(retry_after(Some("-1"), None), None);
        assert_eq!(retry_after(None, None), None);
    }

    #[test]
    fn the_window_of_a_limit_is_read_from_its_text() {
        let cases = [
            ("policy user over ratelimit,limit:60,time:1 minute", Some(60)),
            (r#"{"error_msg":"limit:5,time:30 second"}"#, Some(30)),
            ("limit:5,time:10", Some(10)),
            ("limit:5,time:9 hours", Some(600)),
            ("the threshold is 10 times per 60 seconds.", Some(60)),
            ("too many", None),
            ("time:soon", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(window(text), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn waits_for_a_window_double_up_to_the_whole() {
        let budget = Budget { tries: 4, first_wait: Duration::ZERO, ..Budget::default() };
        let wait = |tried| budget.wait(tried, Some(Wait::Window(Duration::from_secs(60))), 1.0).as_secs();
        assert_eq!([1, 2, 3].map(wait), [15, 30, 60]);
        assert_eq!(budget.wait(1, Some(Wait::Asked(Duration::from_secs(7))), 1.0).as_secs(), 7);
    }

    #[test]
    fn only_passing_troubles_are_tried_again() {
        assert!([429, 500, 502, 503, 504].into_iter().all(is_transient));
        assert!(![200, 302, 400, 401, 403, 404, 501].into_iter().any(is_transient));
    }
}
