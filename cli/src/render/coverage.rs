//! What could not be seen, and what stands in for it.

use std::collections::{BTreeMap, BTreeSet};

use check::Unanswered;
use clap::builder::styling::AnsiColor;
use model::Coverage;

use crate::{render::text, screen::Paint};

/// Letters of parents that are named before they are counted.
const LETTERS: usize = 40;

/// Writes the lists that were not read to their end, one line for each kind of reason.
pub(crate) fn section(incomplete: &[Coverage], lists: u64, paint: Paint) -> String {
    if incomplete.is_empty() {
        return format!("{} read to the end\n", text::counted(lists, "list"));
    }
    let head = format!("Not read to the end: {} of {}", incomplete.len(), text::counted(lists, "list"));
    let mut page = format!("{}\n", paint.style(AnsiColor::Yellow.on_default().bold(), head));
    page.push_str(&lines(incomplete));
    page
}

/// Writes a line for lists of one kind and reason. A parent whose list several snapshots or accounts lack is named once.
pub(crate) fn lines<'c>(incomplete: impl IntoIterator<Item = &'c Coverage>) -> String {
    let mut groups: BTreeMap<Like<'_>, BTreeSet<&str>> = BTreeMap::new();
    for list in incomplete {
        groups.entry(Like::of(list)).or_default().insert(&list.parent);
    }
    let mut page = String::new();
    for (like, parents) in groups {
        let Like { listing, status, .. } = &like;
        let reason = like.reason.as_deref().map(|reason| format!(": {}", text::plain(reason)));
        let reason = reason.unwrap_or_default();
        let stands = like.carried_from.map_or_else(
            || "nothing was ever seen whole".to_owned(),
            |from| format!("using rows of snapshot {from}"),
        );
        page.push_str(&format!("  ? {listing}{} {status}{reason} ({stands})\n", of(&parents)));
    }
    page
}

/// Writes beneath rows which of the lists that they hang on were not read to their end; nothing where all were.
pub(crate) fn note(incomplete: &[Coverage], paint: Paint) -> String {
    if incomplete.is_empty() {
        return String::new();
    }
    let head = "Not all could be seen: what is missing here may be there all the same";
    let mut page = format!("{}\n", paint.style(AnsiColor::Yellow.on_default().bold(), head));
    page.push_str(&lines(incomplete));
    page
}

/// Writes the same for standard error, where what is shown has no place for it.
pub(crate) fn warning<'a>(incomplete: impl IntoIterator<Item = &'a Coverage>) -> String {
    let lists = lines(incomplete);
    format!("not all could be seen: what is missing may be there all the same\n{}", lists.trim_end())
}

/// Writes which rules have no answer, one line for those that want the same tables; nothing where all have one.
pub(crate) fn unanswered(rules: &[Unanswered], paint: Paint) -> String {
    let mut groups: BTreeMap<(bool, &[&str]), Vec<&str>> = BTreeMap::new();
    for each in rules {
        groups.entry((each.is_partial, &each.tables)).or_default().push(&each.rule);
    }
    let line = |((is_partial, tables), rules): ((bool, &[&str]), Vec<&str>)| {
        let head = if is_partial { "Answered in part" } else { "Not answered" };
        let head = paint.style(AnsiColor::Yellow.on_default().bold(), format!("{head}:"));
        format!("{head} {} (not read to the end: {})\n", rules.join(", "), tables.join(", "))
    };
    groups.into_iter().map(line).collect()
}

/// What lists have in common that share a line.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Like<'a> {
    listing: &'a str,
    status: &'static str,
    reason: Option<String>,
    carried_from: Option<i64>,
}

impl<'a> Like<'a> {
    fn of(list: &'a Coverage) -> Self {
        Self {
            listing: &list.listing,
            status: list.status.name(),
            reason: list.brief_reason(),
            carried_from: list.carried_from,
        }
    }
}

fn of(parents: &BTreeSet<&str>) -> String {
    let named: Vec<String> = parents
        .iter()
        .filter(|parent| !matches!(**parent, "" | "*"))
        .map(|parent| text::plain(parent))
        .collect();
    let names = named.join(", ");
    match named.len() {
        0 => String::new(),
        1 => format!(" of {names}"),
        _ if names.chars().count() <= LETTERS => format!(" of {names}"),
        many => format!(" of {many} parents"),
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
        let lists: Vec<Coverage> = ["a", "b", "c"].into_iter().map(list).collect();
        let page = section(&lists, 60, Paint::PLAIN);
        assert_eq!(
            page,
            "Not read to the end: 3 of 60 lists\n  ? ibm_access_group_members of a, b, c denied: 403 (using rows of snapshot 7)\n"
        );
    }

    #[test]
    fn a_parent_that_lacks_its_list_twice_is_named_once() {
        let page = note(&["b", "a", "b", "a"].map(list), Paint::PLAIN);
        assert!(
            page.ends_with("  ? ibm_access_group_members of a, b denied: 403 (using rows of snapshot 7)\n"),
            "{page}"
        );
    }

    #[test]
    fn full_sight_is_one_line() {
        assert_eq!(section(&[], 1, Paint::PLAIN), "1 list read to the end\n");
    }
}
