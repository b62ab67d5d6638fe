//! Times as tables keep them.

pub use jiff::Timestamp;

/// Writes a time as tables keep it: RFC 3339, UTC, whole seconds.
///
/// ```
/// let time: model::Timestamp = "2026-11-21T16:30:00.9+02:00".parse().unwrap();
/// assert_eq!(model::time_text(time), "2026-11-21T14:30:00Z");
/// ```
#[must_use]
pub fn time_text(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads a time in any of the forms that the clouds write, and returns it as [`time_text`] does.
///
/// Beside RFC 3339, IBM writes `2021-05-19T10:20+0000`, without seconds or the colon of the zone.
///
/// ```
/// assert_eq!(model::normal_time("2021-05-19T10:20+0000").as_deref(), Some("2021-05-19T10:20:00Z"));
/// assert_eq!(model::normal_time("yesterday"), None);
/// ```
#[must_use]
pub fn normal_time(text: &str) -> Option<String> {
    let parsed = text
        .parse()
        .or_else(|_| Timestamp::strptime("%Y-%m-%dT%H:%M%z", text))
        .or_else(|_| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text))
        .or_else(|_| Timestamp::strptime("%Y-%m-%d %H:%M:%S%.f %z", text))
        .ok()?;
    Some(time_text(parsed))
}
