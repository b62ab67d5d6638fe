//! What could not be seen of an account, from its coverage.

use model::{Coverage, State, tables};

/// Returns a line for each list that was not read to its end.
pub(crate) fn lists(state: &State) -> Vec<String> {
    let lists = state.rows(&tables::COVERAGE).iter().map(Coverage::from_row);
    lists
        .filter(|list| !list.is_complete())
        .map(|list| {
            let of = if list.parent.is_empty() { String::new() } else { format!(" of {}", list.parent) };
            format!("{}{of}: {}", list.listing, list.reason.as_deref().unwrap_or("not read to its end"))
        })
        .collect()
}
