//! The declarations of all tables, a file for each part of a cloud.

pub use changes::CHANGES;
pub use clouds::CloudTables;
pub use run::RUN;

use crate::{Cloud, Column, Kind, Reading, Table};

mod changes;
mod clouds;
pub mod derived;
mod grant_sources;
pub mod huawei;
pub mod ibm;
mod run;

/// The coverage: list by list, how far the answers can be trusted.
pub const COVERAGE: Table = Table {
    name: "coverage",
    about: "How completely each list of the run was read: one row per listing and parent.",
    kind: Kind::Activity,
    key: 2,
    columns: &[
        Column::text("listing", "The list, named like the tables that it fills."),
        Column::text("parent", "The thing that it was read for; empty when it is of the whole account."),
        Column::text("endpoint", "Method and path of the call."),
        Column::text("status", "`complete`, `denied`, `failed`, `skipped` or `doubtful`."),
        Column::text("reason", "Why it is not complete."),
        Column::integer("pages", "How many pages were read."),
        Column::integer("rows", "How many things they held."),
        Column::integer(
            "carried_from",
            "The last snapshot in which the list was complete, when it is not now and rows stand in from there.",
        ),
    ],
    listing: "coverage",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Returns all tables of a cloud, `coverage` first.
pub fn of_cloud(cloud: Cloud) -> impl Iterator<Item = &'static Table> {
    std::iter::once(&COVERAGE).chain(CloudTables::of(cloud).all.iter().copied())
}

/// Returns the tables from which the access of an account follows, without `coverage`.
#[must_use]
pub const fn grant_sources(cloud: Cloud) -> &'static [&'static Table] {
    CloudTables::of(cloud).grant_sources
}

/// Returns every table of every cloud, each once.
pub fn all() -> impl Iterator<Item = &'static Table> {
    std::iter::once(&COVERAGE).chain(Cloud::ALL.into_iter().flat_map(|cloud| of_cloud(cloud).skip(1)))
}

/// Returns the table of that name; a derived one is among those.
#[must_use]
pub fn find(name: &str) -> Option<&'static Table> {
    all().chain(derived::all()).find(|table| table.name == name)
}
