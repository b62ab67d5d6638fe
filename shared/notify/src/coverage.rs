//! Coverage → events: one for each listing that became unreadable or readable, however many parents it
//! was read for.

use std::collections::{BTreeMap, btree_map::Entry};

use model::{Coverage, ListStatus, Severity};
use serde_json::{Map, Value, json};

use crate::{
    RunReport,
    wire::{EventDraft, count},
};

const SAMPLE: usize = 10;

/// A list that can no longer be read to its end, or can again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoverageChange {
    /// It is not complete, and was before or is new.
    Lost(Coverage),
    /// It is complete, and was not before.
    Regained(Coverage),
}

/// Compares the coverage of two snapshots: every list that was lost is regained once, also where what it was read for is
/// gone, or is known again so that nothing is left of the rest that could not be asked for.
#[must_use]
pub fn coverage_changes(former: &[Coverage], present: &[Coverage]) -> Vec<CoverageChange> {
    let by_list = |rows: &[Coverage]| -> BTreeMap<(String, String), Coverage> {
        rows.iter().map(|row| ((row.listing.clone(), row.parent.clone()), row.clone())).collect()
    };
    let (mut was, is) = (by_list(former), by_list(present));
    let mut changes = Vec::new();
    for (list, row) in is {
        match (was.remove(&list).map(|row| row.is_complete()), row.is_complete()) {
            (None | Some(true), false) => changes.push(CoverageChange::Lost(row)),
            (Some(false), true) => changes.push(CoverageChange::Regained(row)),
            _ => {}
        }
    }
    let gone = was.into_values().filter(|row| !row.is_complete()).map(|row| {
        let reason = match row.parent.as_str() {
            Coverage::REST => "everything is known again that it is read for",
            _ => "what it was read for is gone",
        };
        Coverage { status: ListStatus::Complete, reason: Some(reason.to_owned()), carried_from: None, ..row }
    });
    changes.extend(gone.map(CoverageChange::Regained));
    changes
}

/// Returns what the coverage tells: losses first, listing by listing.
pub(crate) fn drafts(report: &RunReport<'_>) -> Vec<EventDraft> {
    let mut listings: BTreeMap<(bool, &str), Vec<&Coverage>> = BTreeMap::new();
    for change in report.coverage {
        let (is_regained, row) = match change {
            CoverageChange::Lost(row) => (false, row),
            CoverageChange::Regained(row) => (true, row),
        };
        listings.entry((is_regained, &row.listing)).or_default().push(row);
    }
    listings
        .into_iter()
        .map(|((is_regained, listing), mut rows)| {
            rows.sort();
            draft(is_regained, listing, &rows)
        })
        .collect()
}

fn draft(is_regained: bool, listing: &str, rows: &[&Coverage]) -> EventDraft {
    let word = if is_regained { "regained" } else { "lost" };
    let shown = |row: &&Coverage| json!(Coverage { reason: row.brief_reason(), ..(*row).clone() });
    let sample: Vec<Value> = rows.iter().take(SAMPLE).map(shown).collect();
    let mut data = Map::new();
    data.insert("change".to_owned(), Value::from(word));
    data.insert("listing".to_owned(), Value::from(listing));
    data.insert("lists".to_owned(), Value::from(rows.len()));
    let (reasons, left_out) = reasons(rows);
    data.insert("reasons".to_owned(), Value::from(reasons));
    data.insert("truncated".to_owned(), Value::from(count(rows.len().saturating_sub(SAMPLE)) + left_out));
    data.insert("sample".to_owned(), Value::from(sample));
    EventDraft {
        name: format!("coverage.{word}"),
        subject: listing.to_owned(),
        severity: if is_regained { Severity::Info } else { Severity::Medium },
        title: title(is_regained, listing, rows),
        data,
    }
}

/// Returns the most frequent reasons, and how many others there are.
fn reasons(rows: &[&Coverage]) -> (Vec<Value>, u64) {
    let mut counts: BTreeMap<(&str, Option<String>), u64> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_complete()) {
        match counts.entry((row.status.name(), row.brief_reason())) {
            Entry::Vacant(entry) => {
                entry.insert(1);
            }
            Entry::Occupied(mut entry) => *entry.get_mut() += 1,
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|(one, ones), (other, others)| others.cmp(ones).then_with(|| one.cmp(other)));
    let left_out = count(counts.len().saturating_sub(SAMPLE));
    let told = counts
        .into_iter()
        .take(SAMPLE)
        .map(|((status, reason), lists)| json!({ "status": status, "reason": reason, "lists": lists }))
        .collect();
    (told, left_out)
}

fn title(is_regained: bool, listing: &str, rows: &[&Coverage]) -> String {
    let of = match rows {
        [row] if row.parent.is_empty() => String::new(),
        [row] if row.parent == Coverage::REST => " of what is not known".to_owned(),
        [row] => format!(" of {}", row.parent),
        rows => format!(" of {} parents", rows.len()),
    };
    if is_regained {
        // The reason of a list that is gone says why nothing of it is left unread.
        return match rows {
            [row] => match row.brief_reason() {
                Some(reason) => format!("nothing of {listing}{of} is left unread: {reason}"),
                None => format!("{listing}{of} can be read to the end again"),
            },
            _ => format!("{listing}{of} can be read to the end again"),
        };
    }
    // A list that was left out for the sake of another tells less than one that was asked for and failed.
    let asked = rows.iter().find(|row| row.status != ListStatus::Skipped);
    let first = asked.or(rows.first());
    let status = first.map_or("failed", |row| row.status.name());
    let reason = first.and_then(|row| row.brief_reason()).map(|reason| format!(" ({reason})"));
    format!("{listing}{of} could not be read to the end: {status}{}", reason.unwrap_or_default())
}
