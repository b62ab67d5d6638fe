//! Lines that fit a screen: broken between words, never inside one, and continued below where they began.
//!
//! An id, a path of a file and a command between backticks are one word each, and so is a day with its time.

use unicode_width::UnicodeWidthStr;

/// Breaks the lines of a text that are longer than a width.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let mut page = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        if visible_width(line) <= width {
            page.push_str(line);
        } else {
            page.push_str(&broken(line, width));
        }
        page.push_str(end);
    }
    page
}

fn broken(line: &str, width: usize) -> String {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let hanging = " ".repeat((indent + 4).min(width / 3));
    let mut lines = " ".repeat(indent);
    let (mut used, mut is_begun) = (indent, false);
    for word in words(line.trim_start_matches(' ')) {
        let (space, word) = (word.len() - word.trim_start_matches(' ').len(), word.trim_start_matches(' '));
        let wide = visible_width(word);
        if is_begun && used + space + wide > width {
            lines.push('\n');
            lines.push_str(&hanging);
            used = hanging.len();
        } else {
            lines.push_str(&" ".repeat(space));
            used += space;
        }
        lines.push_str(word);
        used += wide;
        is_begun = true;
    }
    lines
}

/// Cuts a line into words, each with the spaces before it.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut is_quoted, mut has_letters) = (0, false, false);
    for (position, each) in line.char_indices() {
        match each {
            '`' => {
                is_quoted = !is_quoted;
                has_letters = true;
            }
            ' ' if !is_quoted && has_letters => {
                let (before, after) = line.split_at(position);
                if !is_day_and_time(before, after) {
                    words.extend(line.get(start..position));
                    start = position;
                    has_letters = false;
                }
            }
            ' ' => {}
            _ => has_letters = true,
        }
    }
    words.extend(line.get(start..));
    words
}

/// Returns whether a line is parted between a day and its time.
fn is_day_and_time(before: &str, after: &str) -> bool {
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|each| each.is_ascii_digit());
    let day = before.rsplit([' ', '(']).next().unwrap_or_default();
    let time = after.get(1..6).and_then(|time| time.split_once(':'));
    day.len() == 10
        && day.starts_with("20")
        && time.is_some_and(|(hour, minute)| digits(hour) && digits(minute))
}

/// Returns how many columns a text takes, without what only colours it.
fn visible_width(text: &str) -> usize {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(each) = letters.next() {
        if each == '\u{1b}' {
            // Styles end with an `m`.
            letters.by_ref().find(|each| *each == 'm');
        } else {
            plain.push(each);
        }
    }
    plain.width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_between_words_and_continued_below_its_beginning() {
        assert_eq!(
            wrapped("  one two three four\nshort\n", 12),
            "  one two\n    three\n    four\n".to_owned() + "short\n"
        );
    }

    #[test]
    fn no_id_date_or_command_is_broken() {
        let id = "AccessGroupId-05ef579c-49f9-afdc-8a4a-b28cf36e57b3";
        let text = format!("group {id} at 2026-09-07 06:00 UTC, see `iamwatch show 3 --store x` for it");
        let page = wrapped(&text, 24);
        for whole in [id, "2026-09-07 06:00", "`iamwatch show 3 --store x`"] {
            assert!(page.lines().any(|line| line.contains(whole)), "{page}");
        }
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&page), words(&text));
    }

    #[test]
    fn colours_have_no_width() {
        let text = "\u{1b}[1mone\u{1b}[0m two";
        assert_eq!(wrapped(text, 7), text);
    }
}
