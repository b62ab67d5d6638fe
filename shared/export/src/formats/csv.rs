//! CSV (RFC 4180) that a spreadsheet opens without running any of it.
//!
//! Names are chosen by whoever is audited, and a spreadsheet takes a cell that begins with `=` for a formula. So in every text a `'` is put in
//! front of what a spreadsheet may take for one: at the beginning, and after each `;`, tab and line break, at which a spreadsheet that
//! was set up for another country, or a paste, parts cells; also behind blanks there, which some leave out. It is put in front of a `'`
//! in such a place, too, so that taking one away from each gives the text back.
//!
//! Characters that are not seen (they turn, hide or break a line, as in a name that is to look like another) are written as `\u{202e}`, as on
//! a terminal; line breaks and tabs stay. JSON lines, Parquet and the databases keep them.
//!
//! Null is nothing at all, an empty text is `""`.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use model::Value;

use super::RowWriter;
use crate::sheet::Field;

/// What makes a cell a formula when it stands first in it, also in the forms of full width; and the mark itself.
const TRIGGERS: [char; 9] = ['=', '+', '-', '@', '\'', '＝', '＋', '－', '＠'];
/// Where a spreadsheet may begin another cell.
const BREAKS: [char; 4] = [';', '\t', '\r', '\n'];

/// A CSV file that takes rows.
pub(super) struct Csv<W>(W);

impl<W: Write> Csv<W> {
    /// Writes the head: the names of the columns.
    pub(super) fn begin(mut output: W, columns: &[Field]) -> io::Result<Self> {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        output.write_all(names.join(",").as_bytes())?;
        output.write_all(b"\r\n")?;
        Ok(Self(output))
    }
}

impl<W: Write> RowWriter for Csv<W> {
    fn push(&mut self, row: &[Value<'_>]) -> io::Result<()> {
        self.0.write_all(csv_line(row).as_bytes())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns a line of CSV that a spreadsheet takes for no formula, whatever stands in its texts.
///
/// ```
/// let row = [model::Value::Text("=1+1"), model::Value::Null, model::Value::Integer(-1)];
/// assert_eq!(export::csv_line(&row), "'=1+1,,-1\r\n");
/// ```
#[must_use]
pub fn csv_line(row: &[Value<'_>]) -> String {
    let mut line = String::new();
    for (position, value) in row.iter().enumerate() {
        if position > 0 {
            line.push(',');
        }
        match value {
            Value::Null => {}
            Value::Boolean(truth) => line.push_str(if *truth { "true" } else { "false" }),
            Value::Integer(number) => line.push_str(&number.to_string()),
            Value::Text(text) => line.push_str(&csv_text(text)),
        }
    }
    line.push_str("\r\n");
    line
}

/// Returns a text as a cell of CSV that a spreadsheet takes for no formula, and in which every character is seen.
///
/// ```
/// assert_eq!(export::csv_text("@SUM(A1), and more"), "\"'@SUM(A1), and more\"");
/// ```
#[must_use]
pub fn csv_text(text: &str) -> String {
    quote(&defuse(&model::visible_lines(text))).into_owned()
}

/// Returns whether a cell still begins after a letter: nothing that is seen stands in it yet.
fn begins_after(letter: char, begins: bool) -> bool {
    let is_unseen = letter.is_whitespace() || model::is_unseen(letter);
    BREAKS.contains(&letter) || (begins && is_unseen)
}

/// Puts a `'` in front of whatever a spreadsheet may take for a formula.
fn defuse(text: &str) -> Cow<'_, str> {
    let mut begins = true;
    let has_any = text.chars().any(|letter| {
        let is_one = begins && TRIGGERS.contains(&letter);
        begins = begins_after(letter, begins);
        is_one
    });
    if !has_any {
        return Cow::Borrowed(text);
    }
    let mut defused = String::with_capacity(text.len() + 8);
    let mut begins = true;
    for letter in text.chars() {
        if begins && TRIGGERS.contains(&letter) {
            defused.push('\'');
        }
        defused.push(letter);
        begins = begins_after(letter, begins);
    }
    Cow::Owned(defused)
}

/// Puts a text in quotes where it needs them.
fn quote(text: &str) -> Cow<'_, str> {
    let is_special = |letter: char| matches!(letter, '"' | ',') || BREAKS.contains(&letter);
    let has_edges = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    if text.is_empty() || has_edges || text.contains(is_special) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use model::Type;

    use super::*;

    fn written(values: &[Value<'_>]) -> String {
        let field = |name: &str| Field { name: name.to_owned(), kind: Type::Text, about: "" };
        let columns: Vec<Field> = (0..values.len()).map(|number| field(&format!("c{number}"))).collect();
        let mut bytes = Vec::new();
        let mut rows = Csv::begin(&mut bytes, &columns).unwrap();
        rows.push(values).unwrap();
        Box::new(rows).finish().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        text.split_once("\r\n").unwrap().1.trim_end_matches("\r\n").to_owned()
    }

    #[test]
    fn nothing_that_a_spreadsheet_takes_for_a_formula_stands_first_in_a_cell() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+4912345", "'+4912345"),
            ("-1", "'-1"),
            ("＝1", "'＝1"),
            ("'quoted'", "''quoted'"),
            ("x;=cmd|' /C calc'!A0", "\"x;'=cmd|' /C calc'!A0\""),
            ("a\t=1", "\"a\t'=1\""),
            ("a\n=1", "\"a\n'=1\""),
            ("  =1", "\"  '=1\""),
            ("a;\u{a0}\u{2003}=1", "\"a;\u{a0}\u{2003}'=1\""),
            ("a;\u{200b}=1", "\"a;\\u{200b}=1\""),
            ("ops\u{202e}nimda\u{2028}\u{1b}[2J", r"ops\u{202e}nimda\u{2028}\u{1b}[2J"),
            ("a=1-2", "a=1-2"),
            ("=\"a\",b", "\"'=\"\"a\"\",b\""),
        ] {
            assert_eq!(written(&[Value::Text(text)]), expected);
        }
        assert_eq!(written(&[Value::Integer(-3), Value::Boolean(false)]), "-3,false");
    }

    #[test]
    fn null_and_an_empty_text_are_two_things() {
        assert_eq!(written(&[Value::Null, Value::Text(""), Value::Text("x")]), ",\"\",x");
    }

    #[test]
    fn the_text_comes_back_when_one_mark_is_taken_away_from_each_place() {
        for text in
            ["", "=a", "''=a", "a;b", "a;'b;=c;", "\n'\n=\r\n-", "x\t+\t", "  =a; 'b", "Müller;ａ＝ｂ;＝"]
        {
            let mut back = String::new();
            let mut begins = true;
            for letter in defuse(text).chars() {
                if begins && letter == '\'' {
                    begins = false;
                    continue;
                }
                back.push(letter);
                begins = begins_after(letter, begins);
            }
            assert_eq!(back, text);
        }
    }
}
