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
    /// Greatest size of one answer.
    pub answer_bytes: usize,
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
            answer_bytes: 64 << 20,
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
}

/// Says whether a status may be another the next time.
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

fn http_date(text: &str) -> Option<jiff::Timestamp> {
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
    fn only_passing_troubles_are_tried_again() {
        assert!([429, 500, 502, 503, 504].into_iter().all(is_transient));
        assert!(![200, 302, 400, 401, 403, 404, 501].into_iter().any(is_transient));
    }
}
