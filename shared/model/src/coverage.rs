//! Coverage: how far a list was read.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Row, tables};

/// How the reading of a list ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListStatus {
    /// Read to its proven end: only now is an absence evidence.
    Complete,
    /// The cloud refused, or showed less than there is.
    Denied,
    /// It broke off or made no sense.
    Failed,
    /// It was not asked for, because what it hangs on could not be read.
    Skipped,
    /// It showed nothing in a form that proves nothing, such as null in the place of an array. Comparing with the
    /// former snapshot decides: where nothing was known of the list, or where the former run got the same answer, it is
    /// believed and becomes [`Self::Complete`].
    Doubtful,
}

impl ListStatus {
    /// Returns the word that the coverage table keeps.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Doubtful => "doubtful",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Complete, Self::Denied, Self::Failed, Self::Skipped, Self::Doubtful]
            .into_iter()
            .find(|each| each.name() == name)
    }
}

/// Begins the note on cells whose value is not known.
const UNREAD: &str = "not known: ";
/// Ends a note that does not name all.
const MORE: &str = " and more";
/// How many cells a note names.
const MOST_CELLS: usize = 50;

/// How one list was read: one row of [`tables::COVERAGE`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Coverage {
    /// The list, as [`crate::Table::listing`] names it.
    pub listing: String,
    /// What it was read for: the key of a parent, or a part of the account; empty for the whole.
    pub parent: String,
    /// The method and path of the call, without ids.
    pub endpoint: String,
    /// How the reading of the list ended.
    pub status: ListStatus,
    /// Why it is not complete.
    pub reason: Option<String>,
    /// How many pages were read.
    pub pages: i64,
    /// How many things these pages showed.
    pub rows: i64,
    /// Last snapshot in which the list was complete, when it is not now. None for a list that was
    /// never complete.
    pub carried_from: Option<i64>,
}

impl Coverage {
    /// The parent under which a listing records what it could not ask for, because not everything is known that it is
    /// read for.
    pub const REST: &str = "*";

    /// Returns whether the list was read to its end.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        matches!(self.status, ListStatus::Complete)
    }

    /// Notes in the reason cells that hold null because they could not be read, each as table, key and column.
    pub fn note_unread(&mut self, cells: &BTreeSet<String>) {
        if cells.is_empty() {
            return;
        }
        let named: Vec<String> = cells.iter().take(MOST_CELLS).map(|cell| format!("`{cell}`")).collect();
        let more = if cells.len() > MOST_CELLS { MORE } else { "" };
        let reason = self.reason.take().map(|reason| reason + "; ").unwrap_or_default();
        self.reason = Some(format!("{reason}{UNREAD}{}{more}", named.join(", ")));
    }

    /// Returns the cells that [`Self::note_unread`] noted, and whether there were more than it names.
    #[must_use]
    pub fn unread_cells(&self) -> (BTreeSet<String>, bool) {
        let noted =
            self.reason.as_deref().and_then(|reason| reason.rsplit_once(UNREAD)).map(|(_, noted)| noted);
        let cells =
            noted.into_iter().flat_map(|noted| noted.split('`').skip(1).step_by(2)).map(str::to_owned);
        (cells.collect(), noted.is_some_and(|noted| noted.ends_with(MORE)))
    }

    /// Returns the reason as people read it: of many cells that it names, the first few and how many there are.
    ///
    /// The reason itself names more, because the next run asks it which cells those were.
    #[must_use]
    pub fn brief_reason(&self) -> Option<String> {
        self.reason.as_deref().map(brief)
    }

    /// Returns the row for the coverage table.
    #[must_use]
    pub fn row(&self) -> Row {
        let table = &tables::COVERAGE;
        table
            .draft()
            .set("listing", &self.listing)
            .set("parent", &self.parent)
            .set("endpoint", &self.endpoint)
            .set("status", self.status.name())
            .set("reason", self.reason.as_ref())
            .set("pages", self.pages)
            .set("rows", self.rows)
            .set("carried_from", self.carried_from)
            .row()
    }

    /// Reads a row of the coverage table; an unknown status counts as failed.
    #[must_use]
    pub fn from_row(row: &Row) -> Self {
        let cell =
            |name| tables::COVERAGE.position(name).map_or(crate::Value::Null, |index| row.value(index));
        let text = |name| cell(name).as_text().unwrap_or_default().to_owned();
        Self {
            listing: text("listing"),
            parent: text("parent"),
            endpoint: text("endpoint"),
            status: ListStatus::from_name(&text("status")).unwrap_or(ListStatus::Failed),
            reason: cell("reason").as_text().map(str::to_owned),
            pages: cell("pages").as_integer().unwrap_or_default(),
            rows: cell("rows").as_integer().unwrap_or_default(),
            carried_from: cell("carried_from").as_integer(),
        }
    }
}

/// Shortens each enumeration of names in backticks to the first few.
fn brief(reason: &str) -> String {
    const SHOWN: usize = 3;
    let mut text = String::new();
    let mut run = 0_usize;
    for (place, part) in reason.split('`').enumerate() {
        if place % 2 == 1 {
            run += 1;
            if run <= SHOWN {
                text.push_str(&format!("{}`{part}`", if run > 1 { ", " } else { "" }));
            }
            continue;
        }
        if run > 0 && part == ", " {
            continue;
        }
        text.push_str(&end_of(run.saturating_sub(SHOWN), part));
        run = 0;
    }
    text
}

/// Writes how many names were left out before a text that may say itself that there are more.
fn end_of(left_out: usize, rest: &str) -> String {
    let counted = rest.strip_prefix(" and ").and_then(|rest| rest.split_once(" more"));
    let counted = counted.and_then(|(number, rest)| Some((number.parse::<usize>().ok()?, rest)));
    match (left_out, counted) {
        (0, _) => rest.to_owned(),
        (_, Some((more, rest))) => format!(" and {} more{rest}", left_out + more),
        (_, None) => match rest.strip_prefix(MORE) {
            Some(rest) => format!(" and over {left_out} more{rest}"),
            None => format!(" and {left_out} more{rest}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(count: usize) -> BTreeSet<String> {
        (0..count).map(|each| format!("ibm_api_keys/k{each:03}.locked")).collect()
    }

    fn failed(reason: &str) -> Coverage {
        Coverage {
            listing: "ibm_api_keys".to_owned(),
            parent: String::new(),
            endpoint: String::new(),
            status: ListStatus::Failed,
            reason: Some(reason.to_owned()),
            pages: 1,
            rows: 1,
            carried_from: None,
        }
    }

    #[test]
    fn a_reason_is_shown_with_the_first_few_cells_and_their_number() {
        for (count, end) in [(3, "k002.locked`"), (9, "k002.locked` and 6 more"), (80, " and over 47 more")] {
            let mut list = failed("not all of it could be read");
            list.note_unread(&cells(count));
            let shown = list.brief_reason().unwrap();
            assert!(
                shown.starts_with("not all of it could be read; not known: `ibm_api_keys/k000.locked`, `")
            );
            assert!(shown.ends_with(end) && shown.len() < 200, "{shown}");
            assert_eq!(list.unread_cells().0.len(), count.min(MOST_CELLS), "the reason itself names them");
        }
        let counted = failed("kept: `a`, `b`, `c`, `d`, `e` and 7 more; not known: `x`, `y`");
        assert_eq!(counted.brief_reason().unwrap(), "kept: `a`, `b`, `c` and 9 more; not known: `x`, `y`");
        let others = "`count` says 4, and `rows` has 3, `next` is missing";
        assert_eq!(failed(others).brief_reason().as_deref(), Some(others));
    }
}
