//! What a query can name: the declared tables, the views over them, and `run`.

use model::tables;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The table with one row: the run that is looked at, and times counted from it.
pub(crate) const RUN: &str = "run";

/// Times in [`RUN`], as column and days from the run.
pub(crate) const TIMES: [(&str, i64); 9] = [
    ("days_1_ago", -1),
    ("days_7_ago", -7),
    ("days_30_ago", -30),
    ("days_45_ago", -45),
    ("days_90_ago", -90),
    ("days_180_ago", -180),
    ("days_365_ago", -365),
    ("in_7_days", 7),
    ("in_30_days", 30),
];

/// Returns name and text of each view.
pub(crate) fn views() -> impl Iterator<Item = (&'static str, &'static str)> {
    VIEWS.iter().filter_map(|(path, text)| Some((path.strip_suffix(".sql")?, *text)))
}

/// Returns the name of everything that a query can read.
pub(crate) fn relations() -> impl Iterator<Item = &'static str> {
    tables::all().map(|table| table.name).chain(views().map(|(name, _)| name)).chain([RUN])
}

/// Returns the SQL that makes [`RUN`].
pub(crate) fn create_run() -> String {
    let times: Vec<String> = TIMES.iter().map(|(name, _)| format!("  {name} TEXT")).collect();
    format!(
        "CREATE TABLE {RUN} (\n  cloud TEXT,\n  account_id TEXT,\n  snapshot BIGINT,\n  at TEXT,\n{}\n)",
        times.join(",\n")
    )
}

/// Returns the SQL that makes all views.
pub(crate) fn create_views() -> String {
    views().map(|(name, text)| format!("CREATE VIEW {name} AS\n{};\n", text.trim_end())).collect()
}
