//! What a query can name: the declared tables, the views over them, and `run`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use model::{Cloud, Row, Table, Type, reference, tables, time_text};

use crate::RunContext;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The table with one row: the run that is looked at, and times counted from it.
pub(crate) const RUN: &str = tables::RUN.name;

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
    reference::create_table(&tables::RUN)
}

/// Returns the one row of the table `run`.
#[must_use]
pub fn run_row(run: &RunContext) -> Row {
    let times: Vec<Option<String>> = TIMES
        .iter()
        // A run at the edge of what a time can be has no such neighbour.
        .map(|(_, days)| run.at.checked_add(SignedDuration::from_hours(days * 24)).ok().map(time_text))
        .collect();
    let at = time_text(run.at);
    let draft = tables::RUN
        .draft()
        .set("cloud", run.account.cloud().name())
        .set("account_id", run.account.id())
        .set("snapshot", i64::try_from(run.number).unwrap_or(i64::MAX))
        .set("at", at.as_str());
    let filled =
        TIMES.iter().zip(&times).fold(draft, |draft, ((name, _), time)| draft.set(name, time.as_deref()));
    filled.row()
}

/// A view as an engine makes it: its name, and the `select` that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The name of the view.
    pub name: &'static str,
    /// What its rows are, as the comments on top of its parts say.
    pub about: String,
    /// The `select` of each of its parts, one after the other, without comments.
    pub select: String,
}

impl View {
    /// Returns whether the view reads a table or view: its name stands after `from` or `join`.
    #[must_use]
    pub fn reads(&self, name: &str) -> bool {
        let words: Vec<&str> = self.select.split_whitespace().collect();
        words.windows(2).any(|pair| {
            matches!(pair, [before, word] if matches!(*before, "from" | "join")
                && word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '_') == name)
        })
    }
}

/// Returns the views of some clouds, each after those that it reads: engines that look through a view when it is made need
/// this order. The view of grants is among them.
#[must_use]
pub fn views_of(clouds: &[Cloud]) -> Vec<View> {
    let mut waiting = wanted_views(|part| clouds.contains(&part.cloud));
    let mut ordered: Vec<View> = Vec::new();
    while !waiting.is_empty() {
        let names: Vec<&str> = waiting.iter().map(|view| view.name).collect();
        let reads_waiting = |view: &View| names.iter().any(|name| *name != view.name && view.reads(name));
        let (later, now): (Vec<View>, Vec<View>) = waiting.iter().cloned().partition(reads_waiting);
        if now.is_empty() {
            // Views that read each other cannot be made anywhere; a test of the views would have found them.
            ordered.extend(later);
            break;
        }
        ordered.extend(now);
        waiting = later;
    }
    ordered
}

fn wanted_views(is_wanted: impl Fn(&Part) -> bool) -> Vec<View> {
    let mut views: BTreeMap<&'static str, Vec<&'static str>> = BTreeMap::new();
    for part in parts().filter(is_wanted) {
        views.entry(part.view).or_default().push(part.text);
    }
    let grants = VIEWS.iter().find(|(path, _)| path.strip_suffix(".sql") == Some(GRANTS));
    views
        .into_iter()
        .chain(grants.map(|(_, text)| (GRANTS, vec![*text])))
        .map(|(name, texts)| {
            let selects: Vec<String> = texts.iter().map(|text| code(text)).collect();
            let mut abouts: Vec<String> = texts.iter().map(|text| comment(text)).collect();
            abouts.dedup();
            View { name, about: abouts.join(" "), select: selects.join("\nunion all\n") }
        })
        .collect()
}

/// Returns the type of a column of a view, of which the engine says nothing where it is an expression.
#[must_use]
pub fn type_of_view_column(declared: Option<&str>, name: &str) -> Type {
    match declared {
        Some("BOOLEAN") => Type::Boolean,
        Some("BIGINT") => Type::Integer,
        Some(_) => Type::Text,
        // INVARIANT: a column of a view is named as a truth exactly where it is one; a test holds the views to it.
        None if ["is_", "may_", "has_", "can_"].iter().any(|verb| name.starts_with(verb)) => Type::Boolean,
        None if name == "hours" => Type::Integer,
        None => Type::Text,
    }
}

/// Returns the lines of a part that are no comments.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n")
}

/// Returns what the comments on top of a part say.
fn comment(text: &str) -> String {
    let lines = text.lines().take_while(|line| line.starts_with("--"));
    lines.filter_map(|line| line.strip_prefix("-- ")).collect::<Vec<_>>().join(" ")
}

/// Returns the SQL that makes the views, each of those of its parts that are wanted; one without any is left out.
pub(crate) fn create_views(is_wanted: impl Fn(&Part) -> bool) -> String {
    wanted_views(is_wanted)
        .iter()
        .map(|view| format!("CREATE VIEW {} AS\n{};\n", view.name, view.select))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_comes_after_those_that_it_reads() {
        for cloud in Cloud::ALL {
            let names: Vec<&str> = views_of(&[cloud]).iter().map(|view| view.name).collect();
            assert_eq!(names.len(), parts().filter(|part| part.cloud == cloud).count() + 1, "{names:?}");
            for view in views_of(&[cloud]) {
                let place = |name: &str| names.iter().position(|each| *each == name).unwrap();
                for read in names.iter().filter(|name| view.reads(name)) {
                    assert!(place(read) < place(view.name), "{} before {read}", view.name);
                }
            }
        }
        let huawei = views_of(&[Cloud::Huawei]);
        let place = |name: &str| huawei.iter().position(|view| view.name == name).unwrap();
        assert!(place("huawei_wide_policies") < place("administrators"));
    }

    #[test]
    fn what_a_view_reads_is_what_the_engine_says() {
        for cloud in Cloud::ALL {
            for view in views_of(&[cloud]) {
                let reads = crate::tables_named(&view.select).unwrap();
                let views = views_of(&[cloud]);
                let mut open = vec![&view];
                let mut found = BTreeSet::new();
                while let Some(view) = open.pop() {
                    let all = tables::all().chain(tables::derived::all());
                    found.extend(all.map(|table| table.name).filter(|name| view.reads(name)));
                    open.extend(views.iter().filter(|other| view.reads(other.name)));
                }
                // The engine looks through a view into the parts of every cloud.
                let other =
                    Cloud::ALL.map(Cloud::name).into_iter().find(|name| *name != cloud.name()).unwrap();
                let is_of_other = |name: &str| name.starts_with(&format!("{other}_"));
                let names = reads.iter().map(|table| table.name).filter(|name| !is_of_other(name));
                assert_eq!(found, names.collect(), "{}", view.name);
            }
        }
    }

    #[test]
    fn the_columns_of_the_run_are_those_that_are_filled() {
        let declared: Vec<&str> = tables::RUN.columns.iter().skip(4).map(|column| column.name).collect();
        assert_eq!(declared, TIMES.map(|(name, _)| name));
    }
}
