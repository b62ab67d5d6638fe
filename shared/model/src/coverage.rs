//! Coverage: how far a list was read.

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

    fn named(name: &str) -> Option<Self> {
        [Self::Complete, Self::Denied, Self::Failed, Self::Skipped, Self::Doubtful]
            .into_iter()
            .find(|each| each.name() == name)
    }
}

/// How one list was read: one row of [`tables::COVERAGE`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Coverage {
    /// The list, as [`crate::Table::listing`] names it.
    pub listing: String,
    /// What it was read for: the key of a parent, or a part of the account; empty for the whole.
    pub parent: String,
    /// Method and path.
    pub endpoint: String,
    /// How it ended.
    pub status: ListStatus,
    /// Why it is not complete.
    pub reason: Option<String>,
    /// Pages read.
    pub pages: i64,
    /// Things on them.
    pub rows: i64,
    /// Last snapshot in which the list was complete, when it is not now. None for a list that was
    /// never complete.
    pub carried_from: Option<i64>,
}

impl Coverage {
    /// Says whether the list was read to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.status == ListStatus::Complete
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
            status: ListStatus::named(&text("status")).unwrap_or(ListStatus::Failed),
            reason: cell("reason").as_text().map(str::to_owned),
            pages: cell("pages").as_integer().unwrap_or_default(),
            rows: cell("rows").as_integer().unwrap_or_default(),
            carried_from: cell("carried_from").as_integer(),
        }
    }
}
