//! Words, numbers and times, short and readable.

use std::fmt::Display;

use clap::builder::styling::{AnsiColor, Style};
use model::{Severity, Value};

/// Keeps a text on one line, and what a cloud says from steering the terminal.
pub(crate) fn plain(text: &str) -> String {
    model::visible(text).into_owned()
}

/// Writes a cell: nothing is a dash, so that it differs from an empty text.
pub(crate) fn cell(value: Value<'_>) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Boolean(true) => "yes".to_owned(),
        Value::Boolean(false) => "no".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => plain(text),
    }
}

/// Writes a JSON value as [`cell`] writes one of a table.
pub(crate) use serve::cell_text as json_cell;

/// Writes an RFC 3339 time to the minute: `2026-11-21 16:30`.
pub(crate) fn minute(time: &str) -> String {
    match time.get(..16) {
        Some(minute) if time.ends_with('Z') => minute.replace('T', " "),
        _ => plain(time),
    }
}

/// Writes the day of an RFC 3339 time.
pub(crate) fn day(time: &str) -> String {
    plain(time.get(..10).unwrap_or(time))
}

/// Writes a number with its thousands parted, as the reports do.
pub(crate) fn number(number: u64) -> String {
    export::count_text(number)
}

/// Writes a size: `912 B`, `14.2 kB`.
pub(crate) fn size(bytes: u64) -> String {
    let mut unit = 1;
    for name in ["B", "kB", "MB", "GB"] {
        if bytes < unit * 1000 || name == "GB" {
            let tenths = bytes.saturating_mul(10) / unit;
            return if unit == 1 {
                format!("{bytes} B")
            } else {
                format!("{}.{} {name}", tenths / 10, tenths % 10)
            };
        }
        unit *= 1000;
    }
    bytes.to_string()
}

/// Writes a number with its noun: `1 list`, `3 lists`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = match (number, noun.strip_suffix('y')) {
        (1, _) => noun.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    format!("{} {plural}", self::number(number))
}

/// Joins what there is of `(count, word)`: `3 added, 1 removed`; nothing of it is `otherwise`.
pub(crate) fn tally(counts: impl IntoIterator<Item = (u64, impl Display)>, otherwise: &str) -> String {
    let parts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", number(count)))
        .collect();
    if parts.is_empty() { otherwise.to_owned() } else { parts.join(", ") }
}

/// Returns the colour of a severity.
pub(crate) const fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Info => Style::new().dimmed(),
    }
}

/// Returns the sign of a verb and its colour.
pub(crate) fn sign(verb: &str) -> (&'static str, Style) {
    match verb {
        "added" => ("+", AnsiColor::Green.on_default()),
        "removed" => ("-", AnsiColor::Red.on_default()),
        "replaced" => ("±", AnsiColor::Magenta.on_default()),
        "there" => ("=", Style::new().dimmed()),
        _ => ("~", AnsiColor::Yellow.on_default()),
    }
}

/// Quotes a word for a shell, where it needs it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |each: char| each.is_ascii_alphanumeric() || "./_-".contains(each);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_are_short() {
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!([size(12), size(14_249), size(3_000_000)], ["12 B", "14.2 kB", "3.0 MB"]);
        assert_eq!([counted(1, "list"), counted(3, "policy")], ["1 list", "3 policies"]);
        assert_eq!(tally([(2, "added"), (0, "removed")], "none"), "2 added");
        assert_eq!(tally([(0, "added")], "none"), "none");
    }

    #[test]
    fn times_are_shown_to_the_minute() {
        assert_eq!(minute("2026-11-21T16:30:59Z"), "2026-11-21 16:30");
        assert_eq!(day("2026-11-21T16:30:59Z"), "2026-11-21");
        assert_eq!(minute("someday"), "someday");
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\nc"), r"a\u{1b}[2Jb\nc");
        assert_eq!(cell(Value::Text("pay\u{202e}lor")), r"pay\u{202e}lor");
        assert_eq!(json_cell(&serde_json::json!("ad\u{200b}min")), r"ad\u{200b}min");
    }
}
