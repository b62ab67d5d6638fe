//! Rows of an answer as objects: columns that bear names of their own, truth values as such.

use check::QueryAnswer;
use serde_json::{Map, Value};

/// Returns names of which each is another, so that a row can be an object: the second `n` is `n_2`.
#[must_use]
pub fn unique_names(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        let other = (2..).map(|count| format!("{name}_{count}"));
        let free = std::iter::once(name.clone()).chain(other).find(|each| !unique.contains(each));
        unique.extend(free);
    }
    unique
}

/// Returns a row as an object, a member for each column.
#[must_use]
pub fn row_object(columns: &[String], row: &[Value]) -> Value {
    columns.iter().cloned().zip(row.iter().cloned()).collect::<Map<String, Value>>().into()
}

/// How the names of columns begin that hold truth values.
const TRUTHS: [&str; 3] = ["has_", "is_", "may_"];

/// Gives truth values as such where a view made them, so that no declaration tells: by the name of their column, where it holds
/// nothing else.
pub fn name_truths(answer: &mut QueryAnswer) {
    for (position, name) in answer.columns.iter().enumerate() {
        let is_named = TRUTHS.iter().any(|beginning| name.starts_with(beginning));
        let is_one = |row: &Vec<Value>| {
            row.get(position).is_none_or(|cell| cell.is_null() || matches!(cell.as_i64(), Some(0 | 1)))
        };
        if is_named && answer.rows.iter().all(is_one) {
            for cell in answer.rows.iter_mut().filter_map(|row| row.get_mut(position)) {
                if let Some(number) = cell.as_i64() {
                    *cell = Value::Bool(number == 1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unique_names;

    #[test]
    fn a_second_column_of_a_name_gets_another() {
        let names = ["n", "n", "n_2", "n"].map(str::to_owned);
        assert_eq!(unique_names(names.into_iter()), ["n", "n_2", "n_2_2", "n_3"]);
    }
}
