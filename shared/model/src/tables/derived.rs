//! Tables that no snapshot stores: they are made of one when a question names them.

use crate::{Column, Kind, Reading, Table};

const fn table(name: &'static str, about: &'static str, key: usize, columns: &'static [Column]) -> Table {
    let (kind, listing, reading) = (Kind::Activity, "derived", Reading::Whole);
    Table { name, about, kind, key, columns, listing, reading, parent: None, label: None }
}

/// Everybody who can hold a grant.
pub const GRANT_PRINCIPALS: Table = table(
    "grant_principals",
    "Everybody and everything that can hold permissions: one row per principal.",
    1,
    &[
        Column::text("principal_id", "Id within the cloud."),
        Column::text(
            "principal_kind",
            "`user`, `service ID`, `agency` and others, in the cloud's own words.",
        ),
        Column::text("principal", "Name, or the id where there is none."),
        Column::text("step", "Kind and name, as paths begin."),
        Column::text(
            "standing",
            "`active`, `inactive`, or `unknown` where what would tell could not be seen.",
        ),
        Column::text("standing_reason", "Why it is not active, or not known to be."),
        Column::boolean(
            "is_bounded",
            "Whether the policies of an organisation hold for it: they take away, and give nothing.",
        ),
    ],
);

/// Who holds which statement.
pub const GRANT_HOLDERS: Table = table(
    "grant_holders",
    "Who holds which statement, directly or by a group: one row per principal, group and statement.",
    3,
    &[
        Column::text("principal_id", "See `grant_principals`."),
        Column::text("through", "The group that it comes by; null where it is attached directly."),
        Column::integer("statement_id", "See `grant_statements`."),
        Column::text("holder_condition", "What must hold for the membership; null when it always counts."),
    ],
);

/// What policies allow or deny, statement by statement.
pub const GRANT_STATEMENTS: Table = table(
    "grant_statements",
    "What policies allow or deny: one row per statement of a policy, or role that a policy gives.",
    1,
    &[
        Column::integer(
            "statement_id",
            "A number within this one answer; another answer may number otherwise.",
        ),
        Column::text("effect", "`allow` or `deny`; a denial beats whatever else allows."),
        Column::text(
            "extent",
            "`whole` when it is of all that its patterns match, `part` when some is taken out again.",
        ),
        Column::text("but_actions", "The actions that are taken out again, with `, ` between them."),
        Column::text("but_resources", "The resources that are taken out again, with `; ` between them."),
        Column::text("statement_condition", "What must hold besides; null when it always counts."),
        Column::text("steps", "Policy and role, or policy, version and statement."),
    ],
);

/// The actions of a statement.
pub const GRANT_ACTIONS: Table = table(
    "grant_actions",
    "The actions of statements: one row per statement and pattern.",
    2,
    &[
        Column::integer("statement_id", "See `grant_statements`."),
        Column::text("action", "A pattern: `*` is any text, `?` any letter, as in SQLite's `glob`."),
    ],
);

/// The resources of a statement.
pub const GRANT_RESOURCES: Table = table(
    "grant_resources",
    "The resources of statements: one row per statement and alternative.",
    2,
    &[
        Column::integer("statement_id", "See `grant_statements`."),
        Column::text(
            "resource",
            "`*`, or `attribute=pattern` for each that is named, with `, ` between them and `|` between patterns.",
        ),
        Column::text("resource_words", "The same, with the names of what ids in it stand for."),
    ],
);

/// Who can assume whom.
pub const ASSUMPTIONS: Table = table(
    "assumptions",
    "Who can assume which agency or trusted profile: one row per pair and condition. Who assumes one may assume another from there.",
    3,
    &[
        Column::text("principal_id", "Who can assume the other: see `grant_principals`."),
        Column::text("assumed_id", "Who is assumed: see `grant_principals`."),
        Column::text("condition", "What must hold for it; null when it is always possible."),
        Column::text(
            "principal_kind",
            "`user`, `agency`, `account`, `anybody` and others, in the cloud's own words.",
        ),
        Column::text("principal", "Name of who can, or the id where there is none."),
        Column::text("assumed_kind", "`agency` or `trusted profile`."),
        Column::text("assumed", "Name of who is assumed, or the id where there is none."),
    ],
);

/// What rules have found.
pub const FINDINGS: Table = table(
    "findings",
    "What rules and permissions have found up to the snapshot: one row per finding, closed ones among them.",
    1,
    &[
        Column::text("id", "The fingerprint: the same for as long as rule and subject are."),
        Column::text("rule", "Id of the rule or permission."),
        Column::text("severity", "`info`, `low`, `medium`, `high` or `critical`."),
        Column::text("title", "What is found, in a few words."),
        Column::text("subject", "Address of what it is about: `ibm/<account>/ibm_users/<iam_id>`."),
        Column::text("state", "`open`, `suppressed`, `unknown`, `fixed`, `gone` or `rule-changed`."),
        Column::time("since", "When it was first seen."),
        Column::integer("since_snapshot", "The snapshot in which it was first seen."),
        Column::time("last_seen", "When it was last seen, once it is no longer."),
        Column::integer(
            "last_seen_snapshot",
            "The snapshot in which it was last seen, once it is no longer.",
        ),
        Column::boolean(
            "is_baseline",
            "Whether it was there when its rule could first look, so that it may be older.",
        ),
        Column::text("suppression", "The reason why it is accepted, while it is."),
        Column::text("doubt", "Why it is not known whether it still holds."),
        Column::text("implied_by", "The rule that says more of the same, so that this one is not told."),
        Column::text("evidence", "What the rule returned besides, as JSON."),
    ],
);

/// What changed since the snapshot before.
pub const DRIFT: Table = table(
    "drift",
    "What changed since the snapshot before: one row per column of a row that changed, and one per row that came or went.",
    3,
    &[
        Column::text("table_name", "The table of the row."),
        Column::text("row_key", "The key of the row, its columns with `/` between them."),
        Column::text("column_name", "The column that differs; empty where the row came or went."),
        Column::text("change", "`added`, `removed`, `changed` or `replaced`: another thing bears its name."),
        Column::text("before", "The value before; of a row that went, all of its columns as JSON."),
        Column::text("after", "The value after; of a row that came, all of its columns as JSON."),
        Column::text("by", "Id of who created the row or changed it last, where the cloud tells it."),
    ],
);

/// The snapshots up to the one that is asked.
pub const SNAPSHOTS: Table = table(
    "snapshots",
    "The snapshots of the account up to the one that is asked: one row per snapshot that can be read.",
    1,
    &[
        Column::integer("number", "Its number."),
        Column::time("started_at", "When its run began."),
        Column::time("taken_at", "When it was made."),
        Column::text("tool", "Name and version of the program that made it."),
        Column::integer("rows", "How many rows all its tables have."),
        Column::integer("lists", "How many lists were read."),
        Column::integer("incomplete", "How many of these not to their end."),
        Column::integer("rows_added", "How many rows were added since the snapshot before."),
        Column::integer("rows_removed", "How many rows were removed."),
        Column::integer("rows_changed", "How many rows changed."),
        Column::integer("rows_replaced", "How many things gave way to another of the same name."),
        Column::integer("open_findings", "How many findings held after it."),
        Column::boolean("is_judged", "Whether the rules were asked of it."),
    ],
);

/// The tables that the view `grants` is made of.
pub const GRANTS: [&Table; 5] =
    [&GRANT_PRINCIPALS, &GRANT_HOLDERS, &GRANT_STATEMENTS, &GRANT_ACTIONS, &GRANT_RESOURCES];

/// Returns all derived tables.
pub fn all() -> impl Iterator<Item = &'static Table> {
    GRANTS.into_iter().chain([&ASSUMPTIONS, &FINDINGS, &DRIFT, &SNAPSHOTS])
}

/// Returns whether a table is made of the access of an account: see [`super::grant_sources()`].
#[must_use]
pub fn is_of_access(table: &Table) -> bool {
    is_derived(table) && !is_of_history(table)
}

/// Returns whether a table tells what became of snapshots, so that no rule may hang on it.
#[must_use]
pub fn is_of_history(table: &Table) -> bool {
    [FINDINGS.name, DRIFT.name, SNAPSHOTS.name].contains(&table.name)
}

/// Returns whether a table is made when it is asked of.
#[must_use]
pub fn is_derived(table: &Table) -> bool {
    all().any(|each| each.name == table.name)
}

/// Returns whether a part of the key of a table may be null, so that it cannot be declared as one: who holds a statement through no
/// group, who can assume another without a condition.
#[must_use]
pub fn may_lack_key(table: &Table) -> bool {
    [GRANT_HOLDERS.name, ASSUMPTIONS.name].contains(&table.name)
}
