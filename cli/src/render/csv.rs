//! Comma-separated values, by RFC 4180, which a spreadsheet opens without running any of it: as `export` writes them.

use serde_json::Value;

/// Writes the line with the names of the columns.
pub(crate) fn head(names: &[String]) -> String {
    let cells: Vec<String> = names.iter().map(|name| export::csv_text(name)).collect();
    format!("{}\r\n", cells.join(","))
}

/// Writes a line of values: null is nothing, an empty text is two quotes.
pub(crate) fn line(row: &[Value]) -> String {
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => export::csv_text(text),
        other => other.to_string(),
    };
    let cells: Vec<String> = row.iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_part_a_cell_stands_in_quotes_and_no_text_is_a_formula() {
        let row = [
            Value::from("a,b"),
            Value::from("=1+1"),
            Value::from("say \"x\"\nnow"),
            Value::Null,
            Value::from(""),
            Value::from(1),
            Value::from(true),
        ];
        assert_eq!(line(&row), "\"a,b\",'=1+1,\"say \"\"x\"\"\nnow\",,\"\",1,true\r\n");
        assert_eq!(head(&["n".to_owned(), "count(a, b)".to_owned()]), "n,\"count(a, b)\"\r\n");
    }
}
