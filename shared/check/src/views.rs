//! What a query can name: the declared tables, the views over them, and `run`.

use std::collections::{BTreeMap, BTreeSet};

use model::{Cloud, Table, tables};

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

/// What a view is of one cloud: a file of `views/<cloud>/`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// Name of the view, the same in every cloud.
    pub(crate) view: &'static str,
    pub(crate) cloud: Cloud,
    /// The part's own `select`.
    pub(crate) text: &'static str,
}

impl Part {
    /// Returns the tables that only say more about the view's rows: without a row of theirs, the view says
    /// of something else what is not so. They stand on top of the file, as in a rule.
    pub(crate) fn absence(&self) -> impl Iterator<Item = &'static Table> {
        let lines = self.text.lines().filter_map(|line| line.strip_prefix("--- "));
        let parsed = lines.filter_map(|line| toml::from_str::<BTreeMap<String, Vec<String>>>(line).ok());
        let names = parsed.flat_map(|mut keys| keys.remove("absence").unwrap_or_default());
        names.filter_map(|name| tables::find(&name))
    }
}

/// Returns the parts of all views.
pub(crate) fn parts() -> impl Iterator<Item = Part> {
    VIEWS.iter().filter_map(|(path, text)| {
        let (folder, view) = path.strip_suffix(".sql")?.split_once('/')?;
        let cloud = Cloud::ALL.into_iter().find(|cloud| cloud.name() == folder)?;
        Some(Part { view, cloud, text })
    })
}

/// Returns the names of the views.
pub(crate) fn names() -> BTreeSet<&'static str> {
    parts().map(|part| part.view).collect()
}

/// The view of grants: no part of a cloud, for its tables are made of each cloud alike.
pub(crate) const GRANTS: &str = "grants";

/// Returns the name of everything that a query can read.
pub(crate) fn relations() -> impl Iterator<Item = &'static str> {
    let declared = tables::all().chain(tables::derived::all());
    declared.map(|table| table.name).chain(names()).chain([RUN, GRANTS])
}

/// Returns the names of the views that mean the same in every cloud; others bear the name of theirs.
pub(crate) fn neutral() -> impl Iterator<Item = &'static str> {
    let is_of_one = |name: &str| Cloud::ALL.into_iter().any(|cloud| name.starts_with(&format!("{cloud}_")));
    names().into_iter().filter(move |name| !is_of_one(name))
}

/// Returns the SQL that makes [`RUN`].
pub(crate) fn create_run() -> String {
    let times: Vec<String> = TIMES.iter().map(|(name, _)| format!("  {name} TEXT")).collect();
    format!(
        "CREATE TABLE {RUN} (\n  cloud TEXT,\n  account_id TEXT,\n  snapshot BIGINT,\n  at TEXT,\n{}\n)",
        times.join(",\n")
    )
}

/// Returns the SQL that makes the views, each of those of its parts that are wanted; one without any is left out.
pub(crate) fn create_views(is_wanted: impl Fn(&Part) -> bool) -> String {
    let mut views: BTreeMap<&'static str, Vec<&'static str>> = BTreeMap::new();
    for part in parts().filter(is_wanted) {
        views.entry(part.view).or_default().push(part.text.trim_end());
    }
    let create = |(view, texts): (&str, Vec<&str>)| {
        format!("CREATE VIEW {view} AS\n{};\n", texts.join("\nunion all\n"))
    };
    let grants = VIEWS.iter().find(|(path, _)| path.strip_suffix(".sql") == Some(GRANTS));
    views.into_iter().chain(grants.map(|(_, text)| (GRANTS, vec![*text]))).map(create).collect()
}
