//! Comma-separated values, by RFC 4180: lines end with CR LF, and what holds a comma, a quote or an end of line stands in quotes.

use serde_json::Value;

/// Writes the line with the names of the columns.
pub(crate) fn head(names: &[String]) -> String {
    let cells: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("{}\r\n", cells.join(","))
}

/// Writes a line of values: null is nothing, an empty text is two quotes.
pub(crate) fn line(row: &[Value]) -> String {
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    };
    let cells: Vec<String> = row.iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_part_a_cell_stands_in_quotes_and_nothing_is_no_empty_text() {
        let row = [
            Value::from("a,b"),
            Value::from("say \"x\"\nnow"),
            Value::Null,
            Value::from(""),
            Value::from(1),
            Value::from(true),
        ];
        assert_eq!(line(&row), "\"a,b\",\"say \"\"x\"\"\nnow\",,\"\",1,true\r\n");
        assert_eq!(head(&["n".to_owned(), "count(a, b)".to_owned()]), "n,\"count(a, b)\"\r\n");
    }
}
