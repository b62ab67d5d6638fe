//! Times as tables keep them, and all the forms in which clouds write them.

use jiff::{SignedDuration, civil::DateTime, fmt::rfc2822};

pub use jiff::Timestamp;

/// Writes the time of a run: RFC 3339, UTC, whole seconds.
///
/// ```
/// let time: model::Timestamp = "2026-11-21T16:30:00.9+02:00".parse().unwrap();
/// assert_eq!(model::time_text(time), "2026-11-21T14:30:00Z");
/// ```
#[must_use]
pub fn time_text(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads a time in any of the forms that the clouds and their SDKs write, and returns it as tables keep it.
///
/// That form is RFC 3339 in UTC, with three digits of milliseconds where there are any: text order is time order but
/// for two times within one second, of which one has no milliseconds. Finer fractions are cut off. A time without a
/// zone is in UTC.
///
/// Read are RFC 3339 and ISO 8601 in extended and basic form, also without seconds, zone or the colon of the zone, a
/// day alone, RFC 2822, and the seconds or milliseconds since 1970. Nothing is returned for what is no time, and for
/// one whose year in UTC has not four digits.
///
/// ```
/// assert_eq!(model::normal_time("2021-05-19T10:20+0000").as_deref(), Some("2021-05-19T10:20:00Z"));
/// assert_eq!(model::normal_time("2021-05-19 10:20:30.25").as_deref(), Some("2021-05-19T10:20:30.250Z"));
/// assert_eq!(model::normal_time("yesterday"), None);
/// ```
#[must_use]
pub fn normal_time(text: &str) -> Option<String> {
    let text = text.trim();
    let time = written(text).map(|(time, _)| time).or_else(|| counted(text)).or_else(|| mailed(text))?;
    in_four_digits(time)
}

/// Reads a text that wholly is a day with a time of day, and returns it as [`normal_time`] does. A day alone, a number
/// and what mail writes are not taken for a time: where nobody says that a time is meant, they may mean else.
///
/// ```
/// assert_eq!(model::normal_moment("2021-05-19T10:20:30+0000").as_deref(), Some("2021-05-19T10:20:30Z"));
/// assert_eq!(model::normal_moment("2012-10-17"), None);
/// ```
#[must_use]
pub fn normal_moment(text: &str) -> Option<String> {
    match written(text) {
        Some((time, true)) => in_four_digits(time),
        _ => None,
    }
}

/// Returns whether two texts are one time, of which one was written without its milliseconds.
#[must_use]
pub fn is_same_second(one: &str, other: &str) -> bool {
    let second = |text: &str| text.strip_suffix('Z')?.get(..19).map(str::to_owned);
    (one.len() == 20 || other.len() == 20) && second(one).is_some() && second(one) == second(other)
}

fn in_four_digits(time: DateTime) -> Option<String> {
    if time.year() < 0 {
        return None;
    }
    let (day, clock) = (time.date(), time.time());
    let mut text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        day.year(),
        day.month(),
        day.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    );
    let milliseconds = time.subsec_nanosecond() / 1_000_000;
    if milliseconds != 0 {
        text.push_str(&format!(".{milliseconds:03}"));
    }
    text.push('Z');
    Some(text)
}

/// Reads the digits of a count since 1970: ten are seconds, twelve and thirteen are milliseconds.
fn counted(text: &str) -> Option<DateTime> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = text.parse().ok()?;
    let time = match text.len() {
        10 => Timestamp::from_second(number),
        12 | 13 => Timestamp::from_millisecond(number),
        _ => return None,
    };
    Some(time.ok()?.to_zoned(jiff::tz::TimeZone::UTC).datetime())
}

/// Reads a time as mail and HTTP write it.
fn mailed(text: &str) -> Option<DateTime> {
    let time = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).datetime())
}

/// Reads a time that begins with its year; returns it in UTC, and whether there was a time of day.
fn written(text: &str) -> Option<(DateTime, bool)> {
    let mut rest = Rest(text.as_bytes());
    let year = rest.number(4)?;
    let is_extended = rest.skip(b"-") || rest.skip(b"/");
    let month = rest.number(2)?;
    if is_extended && !(rest.skip(b"-") || rest.skip(b"/")) {
        return None;
    }
    let day = rest.number(2)?;
    let [month, day] = [month, day].map(|part| i8::try_from(part).unwrap_or_default());
    if rest.0.is_empty() {
        let midnight = DateTime::new(year, month, day, 0, 0, 0, 0).ok()?;
        // Eight digits are a day to one SDK and milliseconds to another.
        return is_extended.then_some((midnight, false));
    }
    if !(rest.skip(b"T") || rest.skip(b"t") || rest.spaces()) {
        return None;
    }
    let (hour, minute, second, nanosecond) = rest.time_of_day()?;
    let offset = rest.offset()?;
    let local = DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()?;
    Some((local.checked_sub(SignedDuration::from_secs(offset)).ok()?, true))
}

/// What is left to be read of a text.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn skip(&mut self, what: &[u8]) -> bool {
        let rest = self.0.strip_prefix(what);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn spaces(&mut self) -> bool {
        let before = self.0.len();
        self.0 = self.0.trim_ascii_start();
        self.0.len() < before
    }

    fn number(&mut self, digits: usize) -> Option<i16> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        if !number.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = rest;
        str::from_utf8(number).ok()?.parse().ok()
    }

    fn two(&mut self) -> Option<i8> {
        self.number(2).and_then(|number| i8::try_from(number).ok())
    }

    /// Reads hours, minutes, and seconds with a fraction where there are any. A leap second is the one before it.
    fn time_of_day(&mut self) -> Option<(i8, i8, i8, i32)> {
        let hour = self.two()?;
        let is_extended = self.skip(b":");
        let minute = self.two()?;
        let goes_on =
            if is_extended { self.skip(b":") } else { self.0.first().is_some_and(u8::is_ascii_digit) };
        if !goes_on {
            return Some((hour, minute, 0, 0));
        }
        let second = self.two()?;
        let nanosecond = if self.skip(b".") || self.skip(b",") { self.fraction()? } else { 0 };
        Some((hour, minute, if second == 60 { 59 } else { second }, nanosecond))
    }

    fn fraction(&mut self) -> Option<i32> {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        let digits = str::from_utf8(digits.get(..length.min(9))?).ok()?;
        format!("{digits:0<9}").parse().ok().filter(|_| length > 0)
    }

    /// Reads the zone to the end of the text; returns seconds east of UTC.
    fn offset(&mut self) -> Option<i64> {
        self.spaces();
        let mut offset = 0;
        if let Some(sign) =
            [(b"+", 1), (b"-", -1)].into_iter().find_map(|(text, sign)| self.skip(text).then_some(sign))
        {
            let hours = i64::from(self.number(2).filter(|hours| *hours < 24)?);
            let goes_on = self.skip(b":") || self.0.first().is_some_and(u8::is_ascii_digit);
            let minutes =
                if goes_on { i64::from(self.number(2).filter(|minutes| *minutes < 60)?) } else { 0 };
            offset = sign * (hours * 3_600 + minutes * 60);
            self.spaces();
        }
        let names: [&[u8]; 5] = [b"Z", b"z", b"UTC", b"GMT", b"UT"];
        names.into_iter().any(|name| self.skip(name));
        // RFC 9557 repeats the zone in brackets.
        if self.0.first() == Some(&b'[') && self.0.last() == Some(&b']') {
            self.0 = &[];
        }
        self.0.is_empty().then_some(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_an_sdk_reads_is_read() {
        let forms = [
            "2016-06-20T04:25:16.218Z",
            "2016-06-20T04:25:16.218000Z",
            "2016-06-20T04:25:16.218999999Z",
            "2016-06-20t04:25:16.218z",
            "2016-06-20T04:25:16.218+00:00",
            "2016-06-20T04:25:16.218+0000",
            "2016-06-20T04:25:16.218+00",
            "2016-06-20T04:25:16.218",
            "2016-06-20 04:25:16.218",
            "2016-06-20 04:25:16,218 UTC",
            "2016-06-20 04:25:16.218 +0000 UTC",
            "2016-06-19T23:25:16.218-05:00",
            "2016-06-20T06:25:16.218+0200",
            "2016-06-20T06:25:16.218+02[Europe/Berlin]",
            "20160620T042516.218Z",
            "20160620T042516.218+0000",
            "20160620T062516.218+02:00",
            "1466396716218",
            " 2016/06/20 04:25:16.218 ",
        ];
        for form in forms {
            assert_eq!(normal_time(form).as_deref(), Some("2016-06-20T04:25:16.218Z"), "{form}");
        }
        let whole = [
            "2016-06-20T04:25:16Z",
            "2016-06-20T04:25:16.000Z",
            "2016-06-20T04:25:16",
            "2016-06-20 04:25:16",
            "2016-06-20T06:25:16+02",
            "20160620T042516Z",
            "20160620T042516",
            "20160620T042516-0000",
            "Mon, 20 Jun 2016 04:25:16 GMT",
            "1466396716",
        ];
        for form in whole {
            assert_eq!(normal_time(form).as_deref(), Some("2016-06-20T04:25:16Z"), "{form}");
        }
        assert_eq!(normal_time("2016-06-20").as_deref(), Some("2016-06-20T00:00:00Z"));
        assert_eq!(normal_time("2016-06-20T04:25").as_deref(), Some("2016-06-20T04:25:00Z"));
        assert_eq!(normal_time("2016-12-31T23:59:60Z").as_deref(), Some("2016-12-31T23:59:59Z"));
    }

    #[test]
    fn the_smallest_and_the_greatest_time_are_times() {
        for time in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"] {
            assert_eq!(normal_time(time).as_deref(), Some(time));
        }
        assert_eq!(normal_time("9999-12-31T23:59:59.999999999+00:00").unwrap(), "9999-12-31T23:59:59.999Z");
        assert_eq!(normal_time("9999-12-31T23:59:59+14:00").unwrap(), "9999-12-31T09:59:59Z");
    }

    #[test]
    fn what_is_no_time_or_leaves_the_calendar_is_not_read() {
        let none = [
            "",
            "null",
            "soon",
            "2016",
            "2016-06",
            "2016-13-01T00:00:00Z",
            "2016-02-30T00:00:00Z",
            "2016-06-20T25:00:00Z",
            "2016-06-20T04:25:16.Z",
            "2016-06-20T04:25:16+2:00",
            "2016-06-20T04:25:16 CET",
            "2016-06-20T04:25:16Zz",
            "9999-12-31T23:59:59-01:00",
            "0000-01-01T00:00:00+01:00",
            "+1000000000-12-31T23:59:59Z",
            "20160620",
            "146639671621800000",
        ];
        for text in none {
            assert_eq!(normal_time(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_has_a_day_and_a_time_of_day() {
        assert_eq!(normal_moment("2016-06-20T04:25:16+0000").as_deref(), Some("2016-06-20T04:25:16Z"));
        for text in [
            "2012-10-17",
            "1466396716218",
            "5.0",
            "",
            "Mon, 20 Jun 2016 04:25:16 GMT",
            " 2016-06-20T04:25:16Z",
        ] {
            assert_eq!(normal_moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_without_its_milliseconds_is_the_same_second() {
        assert!(is_same_second("2016-06-20T04:25:16Z", "2016-06-20T04:25:16.218Z"));
        assert!(is_same_second("2016-06-20T04:25:16.218Z", "2016-06-20T04:25:16Z"));
        assert!(!is_same_second("2016-06-20T04:25:16.217Z", "2016-06-20T04:25:16.218Z"));
        assert!(!is_same_second("2016-06-20T04:25:16Z", "2016-06-20T04:25:17.218Z"));
        assert!(!is_same_second("never", "ever"));
    }
}
