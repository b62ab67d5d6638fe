//! Reads the patterns of `like`, and how they escape wildcards.

use sqlparser::ast::{Expr, Value};

/// How patterns escape their wildcards.
const ESCAPE: char = '!';

/// Checks that a pattern means the same on every engine.
pub(super) fn check_pattern(pattern: &Expr, escape: Option<&impl std::fmt::Display>) -> Result<(), String> {
    let literal = match pattern {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text.as_str()),
            _ => None,
        },
        _ => None,
    };
    let Some(escape) = escape else {
        return if literal.is_some() {
            Ok(())
        } else {
            Err(format!(
                "`like {pattern}`: a backslash in data escapes on some engines; add `escape '{ESCAPE}'`"
            ))
        };
    };
    if escape.to_string().trim_matches('\'') != ESCAPE.to_string() {
        return Err(format!(
            "`escape {escape}`: write `escape '{ESCAPE}'`, as all patterns of the tables do"
        ));
    }
    let mut letters = literal.unwrap_or_default().chars();
    while let Some(letter) = letters.next() {
        if letter == ESCAPE && !letters.next().is_some_and(|next| ['%', '_', ESCAPE].contains(&next)) {
            return Err(format!(
                "the pattern `{pattern}` escapes what is no wildcard, which some engines refuse: write `{ESCAPE}{ESCAPE}`"
            ));
        }
    }
    Ok(())
}
