//! What bounds are made of: a statement that allows everything, and denies that take nothing away where something holds.

use std::sync::Arc;

use crate::{Choice, Effect, Pattern, Resource, Statement};

/// Returns the statement that allows everything.
pub(crate) fn everything() -> Statement {
    Statement {
        effect: Effect::Allow,
        actions: Arc::new(Choice::any_of(vec![Pattern::any()])),
        resources: Choice::any_of(vec![Resource::any()]).into(),
        condition: None,
    }
}

/// Before what lets through what is denied else.
const DENIED_UNLESS: &str = "it is not so that ";

/// Writes the condition of a deny that takes nothing away where something holds.
pub(crate) fn denied_unless(words: &str) -> String {
    format!("{DENIED_UNLESS}{words}")
}

/// Returns what lets through what is denied else, where a condition says that.
pub(crate) fn restriction(condition: &str) -> Option<&str> {
    condition.strip_prefix(DENIED_UNLESS)
}

/// Writes what lets through, where what it is said of is restricted in part only.
pub(crate) fn where_restricted(words: &str) -> String {
    match words.contains(" and ") && !words.starts_with('(') {
        true => format!("({words}) where a restriction applies"),
        false => format!("{words} where a restriction applies"),
    }
}

/// Writes what must hold for a deny under a condition not to take anything away.
pub(crate) fn escape(condition: &str) -> String {
    match restriction(condition) {
        Some(words) => words.to_owned(),
        // What it takes away together stays together among all that must hold.
        None if condition.contains(" and ") => format!("unless ({condition})"),
        None => format!("unless {condition}"),
    }
}
