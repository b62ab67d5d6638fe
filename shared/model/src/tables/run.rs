//! The table with one row that says which run a snapshot is of.

use crate::{Column, Kind, Reading, Table};

/// The run that is looked at, and times counted from it: one row, which a question may join.
pub const RUN: Table = Table {
    name: "run",
    about: "The run that is looked at, and times counted from it: one row.",
    kind: Kind::Activity,
    key: 3,
    columns: &[
        Column::text("cloud", "The cloud of the account, as `ibm`."),
        Column::text("account_id", "Id of the account within its cloud."),
        Column::integer("snapshot", "Number of the snapshot."),
        Column::time("at", "When the snapshot was taken."),
        Column::time("days_1_ago", "A day before that."),
        Column::time("days_7_ago", "7 days before that."),
        Column::time("days_30_ago", "30 days before that."),
        Column::time("days_45_ago", "45 days before that."),
        Column::time("days_90_ago", "90 days before that."),
        Column::time("days_180_ago", "180 days before that."),
        Column::time("days_365_ago", "365 days before that."),
        Column::time("in_7_days", "7 days after that."),
        Column::time("in_30_days", "30 days after that."),
    ],
    listing: "derived",
    reading: Reading::Whole,
    parent: None,
    label: None,
};
