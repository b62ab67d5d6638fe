//! Text of others on a line of ours: names come from the cloud, and whoever gives them may want to be read as
//! somebody else.
//!
//! In: any text. Out: one line in which every character can be seen. One rule for terminals, titles and messages,
//! so that what is harmless in one of them is harmless in all.

use std::borrow::Cow;

/// Ranges of characters that steer, break or hide in a line, beside the control characters of C0 and C1.
///
/// They are those that Unicode calls *default ignorable* (no glyph of their own: zero-width, bidirectional controls,
/// fillers, variation selectors, tags), the two separators of lines and paragraphs, and the anchors of annotations.
const UNSEEN: [(char, char); 19] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
    ('\u{ffffe}', '\u{fffff}'),
];

/// Returns whether a character steers a terminal, breaks a line, turns the direction of what follows, or cannot be seen.
///
/// ```
/// assert!(model::is_unseen('\u{1b}') && model::is_unseen('\u{202e}') && model::is_unseen('\u{200b}'));
/// assert!(!model::is_unseen(' ') && !model::is_unseen('é') && !model::is_unseen('ع'));
/// ```
#[must_use]
pub fn is_unseen(character: char) -> bool {
    character.is_control() || UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

/// Returns a text as one line of characters that can be seen: others are written as Rust writes them in a text, so
/// that two names that differ look different.
///
/// ```
/// assert_eq!(model::visible("Noor Öz"), "Noor Öz");
/// assert_eq!(model::visible("pay\u{202e}lor\nadmin"), r"pay\u{202e}lor\nadmin");
/// ```
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escape_unseen(text, &[])
}

/// Returns a text of characters that can be seen, with its line breaks and tabs as they are: see [`visible`].
///
/// ```
/// assert_eq!(model::visible_lines("one\n\ttw\u{200b}o"), "one\n\ttw\\u{200b}o");
/// ```
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escape_unseen(text, &['\n', '\r', '\t'])
}

fn escape_unseen<'a>(text: &'a str, kept: &[char]) -> Cow<'a, str> {
    let is_escaped = |character: char| is_unseen(character) && !kept.contains(&character);
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            seen if !is_escaped(seen) => escaped.push(seen),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            unseen => escaped.extend(unseen.escape_unicode()),
        }
    }
    Cow::Owned(escaped)
}

/// Returns JSON that means the same, with the characters of [`is_unseen`] escaped as JSON escapes them: it can be shown
/// on a terminal, and be cut into lines by programs that take U+2028 for the end of one.
///
/// The white space between its parts stays.
///
/// ```
/// assert_eq!(model::visible_json("{\n  \"name\": \"a\u{2028}b\"\n}"), "{\n  \"name\": \"a\\u2028b\"\n}");
/// ```
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    // Within a text, JSON has escaped the ASCII ones but DEL already; those that are left part its members.
    let is_told = |character: char| is_unseen(character) && (!character.is_ascii() || character == '\u{7f}');
    if !json.contains(is_told) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 8);
    for character in json.chars() {
        if is_told(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Parts a message of ours at its last semicolon into what happened and what to do next; one between backticks is part of what
/// somebody typed, and parts nothing.
///
/// ```
/// assert_eq!(model::split_remedy("`a; b` is missing; look again"), Some(("`a; b` is missing", "look again")));
/// assert_eq!(model::split_remedy("`a; b` is missing"), None);
/// ```
#[must_use]
pub fn split_remedy(message: &str) -> Option<(&str, &str)> {
    let is_outside = |position: &usize| {
        message.get(..*position).is_some_and(|before| before.matches('`').count() % 2 == 0)
    };
    let (position, mark) = message.rmatch_indices("; ").find(|(position, _)| is_outside(position))?;
    Some((message.get(..position)?, message.get(position + mark.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the Unicode standard names as able to turn, hide or break a line.
    const NASTY: [char; 31] = [
        '\u{0}',
        '\u{7}',
        '\u{1b}',
        '\u{7f}',
        '\u{85}',
        '\u{9b}',
        '\u{ad}',
        '\u{61c}',
        '\u{115f}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202b}',
        '\u{202c}',
        '\u{202d}',
        '\u{202e}',
        '\u{2060}',
        '\u{2066}',
        '\u{2067}',
        '\u{2068}',
        '\u{2069}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{e0041}',
    ];

    #[test]
    fn nothing_that_cannot_be_seen_is_left_and_names_that_differ_stay_different() {
        let mut lines = std::collections::BTreeSet::new();
        for nasty in NASTY {
            let line = visible(&format!("ad{nasty}min")).into_owned();
            assert!(!line.contains(is_unseen) && line.starts_with("ad\\") && line.ends_with("min"), "{line}");
            assert!(lines.insert(line.clone()), "two of them look like {line}");
        }
    }

    #[test]
    fn what_people_are_called_stays_as_it_is() {
        for name in ["Zoë O’Neill-Ω", "محمد", "שרה", "नेहा", "李梅", "👩", "naïve café", "a b"]
        {
            assert!(matches!(visible(name), Cow::Borrowed(same) if same == name), "{name}");
        }
    }

    #[test]
    fn json_means_the_same_when_it_can_be_seen() {
        for nasty in NASTY {
            let value = serde_json::json!({ "name": format!("a{nasty}b"), "list": [nasty.to_string(), "é"] });
            let json = format!("{value:#}");
            let shown = visible_json(&json);
            assert!(shown.chars().all(|each| each == '\n' || !is_unseen(each)), "{shown}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }
    }
}
