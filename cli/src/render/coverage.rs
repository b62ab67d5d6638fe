//! What could not be seen, and what stands in for it.

use std::collections::BTreeMap;

use clap::builder::styling::AnsiColor;
use model::Coverage;

use crate::{render::text, screen::Paint};

/// Parents that are named before the rest is counted.
const NAMED: usize = 3;

/// Writes the lists that were not read to their end, one line for each kind of reason.
pub(crate) fn section(incomplete: &[Coverage], lists: u64, paint: Paint) -> String {
    if incomplete.is_empty() {
        return format!("{} read to the end\n", text::counted(lists, "list"));
    }
    let mut groups: BTreeMap<Like<'_>, Vec<&str>> = BTreeMap::new();
    for list in incomplete {
        groups.entry(Like::of(list)).or_default().push(&list.parent);
    }
    let head = format!("Not read to the end: {} of {}", incomplete.len(), text::counted(lists, "list"));
    let mut page = format!("{}\n", paint.style(AnsiColor::Yellow.on_default().bold(), head));
    for (like, parents) in groups {
        let Like { listing, status, .. } = like;
        let reason = like.reason.map(|reason| format!(": {}", text::plain(reason))).unwrap_or_default();
        let stands = like.carried_from.map_or_else(
            || "nothing was ever seen whole".to_owned(),
            |from| format!("rows stand in from snapshot {from}"),
        );
        page.push_str(&format!("  ? {listing}{} {status}{reason} ({stands})\n", of(&parents)));
    }
    page
}

/// What lists have in common that share a line.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Like<'a> {
    listing: &'a str,
    status: &'static str,
    reason: Option<&'a str>,
    carried_from: Option<i64>,
}

impl<'a> Like<'a> {
    fn of(list: &'a Coverage) -> Self {
        Self {
            listing: &list.listing,
            status: list.status.name(),
            reason: list.reason.as_deref(),
            carried_from: list.carried_from,
        }
    }
}

fn of(parents: &[&str]) -> String {
    let named: Vec<String> = parents
        .iter()
        .filter(|parent| !parent.is_empty())
        .take(NAMED)
        .map(|parent| text::plain(parent))
        .collect();
    match parents.len().saturating_sub(NAMED) {
        _ if named.is_empty() => String::new(),
        0 => format!(" of {}", named.join(", ")),
        more => format!(" of {} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use model::ListStatus;

    use super::*;

    fn list(parent: &str) -> Coverage {
        Coverage {
            listing: "ibm_access_group_members".to_owned(),
            parent: parent.to_owned(),
            endpoint: "GET /v2/groups/{id}/members".to_owned(),
            status: ListStatus::Denied,
            reason: Some("403".to_owned()),
            pages: 0,
            rows: 0,
            carried_from: Some(7),
        }
    }

    #[test]
    fn lists_with_one_reason_share_a_line() {
        let lists: Vec<Coverage> = ["a", "b", "c", "d", "e"].into_iter().map(list).collect();
        let page = section(&lists, 60, Paint::PLAIN);
        assert_eq!(
            page,
            "Not read to the end: 5 of 60 lists\n  ? ibm_access_group_members of a, b, c and 2 more denied: 403 (rows stand in from snapshot 7)\n"
        );
    }

    #[test]
    fn full_sight_is_one_line() {
        assert_eq!(section(&[], 1, Paint::PLAIN), "1 list read to the end\n");
    }
}
