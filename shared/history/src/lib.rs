#![doc = include_str!("../README.md")]

mod blame;
mod derived;
mod finding_steps;
mod grants;
mod holder;
mod kept;
mod life;
mod life_names;
mod parts;
mod patched_findings;
mod report;
mod search;
mod subject;
mod turns;

pub use blame::{Blame, CellOrigin, ColumnStep, blame, column_steps};
pub use derived::finding_row;
pub use finding_steps::FindingStep;
pub use grants::{AccessChanges, WhoCan, access_changes, access_tables, build_access, who_can};
pub use life::{Life, Moment, keeping_changes, life, tables_of_life};
pub use report::{Report, Section, report, report_rules, section};
pub use search::{FoundThings, search};
pub use subject::{Subject, find_subject};
pub use turns::{Turns, access_turns};

use std::{collections::BTreeMap, sync::Arc};

use access::SensitivePermission;
use check::{
    Database, EachFinding, Findings, FindingsPatch, Limits, Memory, QueryAnswer, QueryError, Reads,
    RuleInput, RuleSet, RunContext, Unanswered,
};
use model::{
    AccountId, Change, Cloud, Column, Coverage, Finding, ListStatus, Lists, Patch as _, Reading, Rows, State,
    Table, Type, Weight, tables,
};
use patched_findings::PatchedFindings;
use snapshot::{History, Manifest, SnapshotError};

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// The store could not be read, or what it holds is damaged.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The SQL is wrong, would write, or takes too long.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The action or resource that was asked about makes no sense.
    #[error("{0}")]
    Resource(String),
    /// Nothing in any snapshot has the name that was asked for.
    #[error("no snapshot of this account knows `{name}`{}{}", blindness(.incomplete), suggestion(.nearest))]
    NoSubject {
        /// The name that was asked for.
        name: String,
        /// How many lists of the last snapshot were not read to their end: it may be in one of them.
        incomplete: u64,
        /// The names most like it.
        nearest: Vec<String>,
    },
    /// Several things have the name that was asked for.
    #[error("`{name}` may be any of these: {}{}; ask for one of them in these words", .places.join(", "), more(.others))]
    ManySubjects {
        /// The name that was asked for.
        name: String,
        /// Tables and keys of the first of those that have it.
        places: Vec<String>,
        /// How many more have it.
        others: usize,
    },
    /// A table has no such column.
    #[error("`{table}` has no column `{column}`; it has {}", .columns.join(", "))]
    NoColumn {
        /// The table that was asked about.
        table: &'static str,
        /// The name that was asked for.
        column: String,
        /// The columns that there are.
        columns: Vec<&'static str>,
    },
    /// A table of another cloud, which no snapshot of this account can hold.
    #[error(
        "`{name}` is a table of `{of}`, and the account `{account}` is of `{}`; ask an account of `{of}` with --account, or a table that `iamwatch show {number}` lists",
        .account.cloud()
    )]
    OtherCloud {
        /// The name that was asked for.
        name: String,
        /// The cloud that has it.
        of: Cloud,
        /// The account that was asked.
        account: AccountId,
        /// The snapshot that was asked.
        number: u64,
    },
    /// There is no such table.
    #[error("there is no table `{name}`; `iamwatch show {number}` lists those of this snapshot")]
    Table {
        /// The name that was asked for.
        name: String,
        /// The snapshot that was asked.
        number: u64,
    },
}

/// Says that there are more.
fn more(others: &usize) -> String {
    if *others == 0 { String::new() } else { format!(" and {others} more") }
}

/// Says that what nothing has may be where nobody could look.
fn blindness(incomplete: &u64) -> String {
    match incomplete {
        0 => String::new(),
        1 => ", and one list could not be read to its end: it may be in there".to_owned(),
        lists => format!(", and {lists} lists could not be read to their end: it may be in one of them"),
    }
}

/// Offers what may have been meant in the place of a name that nothing has.
fn suggestion(nearest: &[String]) -> String {
    let names: Vec<String> = nearest.iter().map(|name| format!("`{}`", model::visible(name))).collect();
    match names.as_slice() {
        [] => "; give a name, an id, an address, or TABLE/KEY; `iamwatch show latest` lists the tables"
            .to_owned(),
        names => format!("; did you mean {}?", names.join(" or ")),
    }
}

/// Returns the tables of a snapshot's cloud, `coverage` first.
#[must_use]
pub fn declared(manifest: &Manifest) -> Vec<&'static Table> {
    tables::of_cloud(manifest.account.cloud()).collect()
}

/// Returns the declared table of that name.
///
/// # Errors
/// [`QuestionError::Table`] when no cloud has one, [`QuestionError::OtherCloud`] when another has.
pub fn table(manifest: &Manifest, name: &str) -> Result<&'static Table, QuestionError> {
    if let Some(table) = declared(manifest).into_iter().find(|table| table.name == name) {
        return Ok(table);
    }
    let of_another = |cloud: &Cloud| tables::of_cloud(*cloud).any(|table| table.name == name);
    Err(match Cloud::ALL.into_iter().find(of_another) {
        Some(of) => other_cloud(manifest, name, of),
        None => QuestionError::Table { name: name.to_owned(), number: manifest.number },
    })
}

fn other_cloud(manifest: &Manifest, name: &str, of: Cloud) -> QuestionError {
    let (account, number) = (manifest.account.clone(), manifest.number);
    QuestionError::OtherCloud { name: name.to_owned(), of, account, number }
}

/// Reads some tables of a snapshot.
///
/// # Errors
/// When an object is missing or damaged, or the store cannot be read.
pub async fn state(
    history: &History,
    manifest: &Manifest,
    wanted: &[&'static Table],
) -> Result<State, SnapshotError> {
    let mut state = State::default();
    for table in wanted {
        state.put(table, history.read(manifest, table).await?);
    }
    Ok(state)
}

/// Reads some tables of a snapshot without their documents, which are most of what a large account weighs.
///
/// # Errors
/// As [`state`].
pub async fn state_without_documents(
    history: &History,
    manifest: &Manifest,
    wanted: &[&'static Table],
) -> Result<State, SnapshotError> {
    state_of_columns(history, manifest, wanted, |_, column| column.kind != Type::Document).await
}

/// Reads some columns of some tables, and the keys: what is not wanted is null. Of one table at a time all columns are held.
///
/// # Errors
/// As [`state`].
pub async fn state_of_columns(
    history: &History,
    manifest: &Manifest,
    wanted: &[&'static Table],
    is_wanted: impl Fn(&Table, &Column) -> bool,
) -> Result<State, SnapshotError> {
    let mut state = State::default();
    for table in wanted {
        let rows = history.read(manifest, table).await?;
        let columns = table.columns.iter().enumerate();
        let kept: Vec<bool> =
            columns.map(|(position, column)| position < table.key || is_wanted(table, column)).collect();
        state.put(table, if kept.contains(&false) { rows.with_columns(&kept) } else { rows });
    }
    Ok(state)
}

/// Reads how far each list of a snapshot was read.
///
/// # Errors
/// As [`state`].
pub async fn coverage(history: &History, manifest: &Manifest) -> Result<Vec<Coverage>, SnapshotError> {
    Ok(history.read(manifest, &tables::COVERAGE).await?.iter().map(Coverage::from_row).collect())
}

/// Returns the lists that some tables hang on and that were not read to their end in a snapshot: their own, and those
/// of what they belong to. Without any, what the tables do not hold does not exist.
///
/// # Errors
/// As [`state`].
pub async fn gaps(
    history: &History,
    manifest: &Manifest,
    wanted: &[&'static Table],
) -> Result<Vec<Coverage>, SnapshotError> {
    let known = declared(manifest);
    // Findings hang on whatever any rule reads.
    let is_of_all = [&tables::derived::FINDINGS, &tables::derived::DRIFT]
        .into_iter()
        .any(|table| is_among(wanted, table));
    let wanted =
        if is_of_all { known.clone() } else { derived::source_tables(manifest.account.cloud(), wanted) };
    let mut listings: BTreeMap<&str, bool> = BTreeMap::new();
    let mut open: Vec<&Table> = known.iter().copied().filter(|table| is_among(&wanted, table)).collect();
    while let Some(table) = open.pop() {
        let is_child = table.reading == Reading::PerParent;
        let is_new = listings.insert(table.listing, !is_child).is_none();
        let parent = table.parent.filter(|_| is_child && is_new);
        open.extend(parent.and_then(|parent| known.iter().find(|table| table.name == parent.table)));
    }
    listings.remove(tables::COVERAGE.listing);
    let lists = coverage(history, manifest).await?;
    let unread = listings
        .iter()
        .filter(|(listing, is_due)| **is_due && !lists.iter().any(|list| list.listing == **listing))
        .map(|(listing, _)| never_read(listing));
    let incomplete =
        lists.iter().filter(|list| !list.is_complete() && listings.contains_key(list.listing.as_str()));
    Ok(incomplete.cloned().chain(unread).collect())
}

fn is_among(tables: &[&'static Table], table: &Table) -> bool {
    tables.iter().any(|each| each.name == table.name)
}

/// Returns the coverage of a list that a snapshot says nothing of: it was made before the list was known.
fn never_read(listing: &str) -> Coverage {
    Coverage {
        listing: listing.to_owned(),
        parent: String::new(),
        endpoint: String::new(),
        status: ListStatus::Skipped,
        reason: Some("the snapshot was made before this list was read".to_owned()),
        pages: 0,
        rows: 0,
        carried_from: None,
    }
}

/// Reads what tells how far a snapshot could see: its coverage, and the tables that others belong to.
///
/// # Errors
/// As [`state`].
pub async fn sight(history: &History, manifest: &Manifest) -> Result<State, SnapshotError> {
    let known = declared(manifest);
    let parents = known.iter().filter_map(|table| tables::find(table.parent?.table));
    let mut wanted: Vec<&'static Table> = vec![&tables::COVERAGE];
    for parent in parents {
        if !is_among(&wanted, parent) {
            wanted.push(parent);
        }
    }
    state_without_documents(history, manifest, &wanted).await
}

/// Returns which of some questions a snapshot does not answer, or not wholly, by what it could [`sight`].
#[must_use]
pub fn unanswered(manifest: &Manifest, sight: &State, questions: &[RuleInput<'_>]) -> Vec<Unanswered> {
    let is_empty = |table: &Table| manifest.tables.get(table.name).is_none_or(|entry| entry.rows == 0);
    check::unanswered(&manifest.account, questions, sight, is_empty)
}

/// Returns which rules with findings, and which audited permissions, a snapshot does not answer, or not wholly.
///
/// # Errors
/// As [`state`].
pub async fn unanswered_of(
    history: &History,
    manifest: &Manifest,
    rules: &RuleSet,
    permissions: &[SensitivePermission],
) -> Result<Vec<Unanswered>, SnapshotError> {
    let (cloud, sight) = (manifest.account.cloud(), sight(history, manifest).await?);
    let lists = Lists::of(&sight);
    let of_permissions = permissions.iter().map(|permission| RuleInput {
        rule: &permission.id,
        subject: check::RuleSubject::Address,
        needs: access::needed_tables(cloud),
        absence: access::absence_tables(cloud, &lists, permission),
    });
    let questions: Vec<RuleInput<'_>> = check::inputs_of_rules(rules, cloud).chain(of_permissions).collect();
    Ok(unanswered(manifest, &sight, &questions))
}

/// Returns the drift between two snapshots, in the order of tables and keys. Tables that have the same logical
/// hash in both are not read.
///
/// # Errors
/// As [`state`].
pub async fn drift(
    history: &History,
    before: &Manifest,
    after: &Manifest,
) -> Result<Vec<Change>, SnapshotError> {
    let hash =
        |manifest: &Manifest, table: &Table| manifest.tables.get(table.name).map(|entry| entry.hash.clone());
    let differing: Vec<&'static Table> =
        declared(after).into_iter().filter(|table| hash(before, table) != hash(after, table)).collect();
    let mut wanted = differing.clone();
    if !wanted.iter().any(|table| table.name == tables::COVERAGE.name) {
        wanted.push(&tables::COVERAGE);
    }
    let (before, after) =
        futures::future::try_join(state(history, before, &wanted), state(history, after, &wanted)).await?;
    let mut changes = diff::compare(&before, &after, &differing);
    changes.retain(|change| change.weight == Weight::Drift);
    Ok(changes)
}

/// Reads what the rules found up to a snapshot; nothing for a snapshot without any.
///
/// # Errors
/// As [`state`].
pub async fn findings(history: &History, manifest: &Manifest) -> Result<Findings, SnapshotError> {
    let mut findings = BTreeMap::new();
    let put = |finding: Finding| drop(findings.insert(finding.fingerprint.clone(), Arc::new(finding)));
    let rules = each_finding(history, manifest, put).await?;
    Ok(Findings { rules, findings })
}

/// Passes on what the rules found up to a snapshot, one by one in the order of fingerprints, and returns what is remembered of the
/// rules. No more is held than what runs changed since all findings were last written.
///
/// # Errors
/// As [`state`].
pub async fn each_finding(
    history: &History,
    manifest: &Manifest,
    take: impl FnMut(Finding),
) -> Result<BTreeMap<String, Memory>, SnapshotError> {
    let Some(found) = &manifest.findings else { return Ok(BTreeMap::new()) };
    let mut changed: Option<FindingsPatch> = None;
    for object in &found.patches {
        let later: FindingsPatch = history.get_json(object).await?;
        changed = Some(match changed {
            Some(earlier) => earlier.then(later),
            None => later,
        });
    }
    let Some(FindingsPatch { rules, put, forgotten }) = changed else {
        let mut base = EachFinding { put: take, rules: BTreeMap::new() };
        history.read_members(&found.base, &mut base).await?;
        return Ok(base.rules);
    };
    let mut patched = PatchedFindings { put, forgotten, take };
    let mut base = EachFinding { put: |finding| patched.pass(finding), rules: BTreeMap::new() };
    history.read_members(&found.base, &mut base).await?;
    patched.end();
    Ok(rules)
}

/// Passes on the findings that a run opened, and some others: those of the last patch, or all of them where the run wrote all anew.
///
/// # Errors
/// As [`state`].
pub async fn each_finding_opened(
    history: &History,
    manifest: &Manifest,
    mut take: impl FnMut(Finding),
) -> Result<(), SnapshotError> {
    let last = manifest.findings.as_ref().and_then(|found| found.patches.last());
    let Some(last) = last else { return each_finding(history, manifest, take).await.map(drop) };
    let patch: FindingsPatch = history.get_json(last).await?;
    patch.put.into_values().for_each(|finding| take(Arc::unwrap_or_clone(finding)));
    Ok(())
}

/// Returns the rows of the table `findings` of a snapshot.
///
/// # Errors
/// As [`state`].
pub async fn finding_rows(history: &History, manifest: &Manifest) -> Result<Rows, SnapshotError> {
    let mut rows = Vec::new();
    each_finding(history, manifest, |finding| rows.push(finding_row(&finding))).await?;
    Ok(Rows::new(&tables::derived::FINDINGS, rows))
}

/// Asks a question in SQL of a snapshot. It may name any table and view, also derived ones; only those are read. Columns that hold
/// truth values give them as such.
///
/// # Errors
/// When the SQL is wrong, would write, names a table of another cloud, or takes longer or gives more than `limits`; as
/// [`state`] else.
pub async fn query(
    history: &History,
    manifest: &Manifest,
    sql: &str,
    limits: &Limits,
) -> Result<QueryAnswer, QuestionError> {
    let wanted = check::tables_named(sql)?;
    if let Some((name, of)) = check::foreign_table(sql, manifest.account.cloud())? {
        return Err(other_cloud(manifest, &name, of));
    }
    Ok(load(history, manifest, sql, &wanted, limits).await?.query(sql, limits)?.with_truths())
}

/// Loads what a question names into a database. What that is made of is not held any longer than that takes.
async fn load(
    history: &History,
    manifest: &Manifest,
    sql: &str,
    wanted: &[&'static Table],
    limits: &Limits,
) -> Result<Database, QuestionError> {
    let reads = Reads::of([sql])?;
    let sources = derived::source_tables(manifest.account.cloud(), wanted);
    let is_of_grants = wanted.iter().any(|table| tables::derived::is_of_access(table));
    let is_read = |table: &Table, column: &Column| {
        let is_source = is_of_grants && column.kind != Type::Document;
        is_source || reads.has(table.name, column.name)
    };
    let state = state_of_columns(history, manifest, &sources, is_read).await?;
    let made = derived::Made::of(history, manifest, &state, wanted).await?;
    Ok(Database::load_with(&state, &made, &run_of(manifest), &reads, limits.derived)?)
}

/// Returns the run that made a snapshot, as the table `run` tells it.
#[must_use]
pub fn run_of(manifest: &Manifest) -> RunContext {
    RunContext { account: manifest.account.clone(), at: manifest.taken_at(), number: manifest.number }
}
