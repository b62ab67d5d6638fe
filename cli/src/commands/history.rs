//! `history`: the life of one thing.

use std::collections::BTreeMap;

use history::{ColumnStep, Life, Moment, QuestionError, Subject, Turns};
use model::{Author, Change, Coverage, State, Table, Weight};
use serde_json::{Value, json};
use snapshot::Timeline;

use super::Context;
use crate::{
    arguments::History,
    failure::Failure,
    names::{Names, Subject as Named},
    past::Past,
    questions::Questions,
    render::{
        coverage,
        life::{self as page, Told},
    },
};

pub(super) async fn run(context: Context<'_>, wanted: &History) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let timeline = past.timeline().await?;
    let subject = history::find_subject(&past.history, &timeline, &wanted.subject).await?;
    if let Some(column) = &wanted.column {
        return column_alone(context, &past, &timeline, &subject, column).await;
    }
    let life = history::life(&past.history, &timeline, subject).await?;
    let most = usize::try_from(wanted.compare).unwrap_or(usize::MAX);
    let turns = history::access_turns(&past.history, &timeline, &life.subject, most).await?;
    let told = tell(context, &past, &timeline, &life, &turns).await?;
    context.screen.show(
        |paint| format!("{}{}", page::page(&told, paint), coverage::note(&told.incomplete, paint)),
        || to_json(&told),
    )?;
    Ok(life.moments.iter().any(|moment| !moment.is_first))
}

/// Shows what one column held.
async fn column_alone(
    context: Context<'_>,
    past: &Past,
    timeline: &Timeline,
    subject: &Subject,
    column: &str,
) -> Result<bool, Failure> {
    let (column, steps) = history::column_steps(&past.history, timeline, subject, column).await?;
    let names = names(context, past, timeline, &[]).await?;
    let incomplete = incomplete(past, timeline, subject.table).await?;
    context.screen.show(
        |paint| {
            let page = page::column(subject, column.name, &steps, &names, &timeline.unread, paint);
            format!("{page}{}", coverage::note(&incomplete, paint))
        },
        || {
            json!({
                "subject": subject_json(subject, past),
                "column": column.name,
                "values": steps.iter().map(|step| step_json(step, &names)).collect::<Vec<_>>(),
                "unread": unread_json(timeline),
                "incomplete": incomplete,
            })
        },
    )?;
    Ok(steps.iter().any(|step| !step.is_baseline))
}

/// Returns the lists that a table hangs on and that were not read to their end in the last snapshot.
pub(super) async fn incomplete(
    past: &Past,
    timeline: &Timeline,
    table: &'static Table,
) -> Result<Vec<Coverage>, Failure> {
    match timeline.manifests.last() {
        Some(newest) => Ok(history::gaps(&past.history, newest, &[table]).await?),
        None => Ok(Vec::new()),
    }
}

/// Reads the names of principals, and of what findings are about.
async fn names(
    context: Context<'_>,
    past: &Past,
    timeline: &Timeline,
    findings: &[Named<'_>],
) -> Result<Names, Failure> {
    let questions = Questions::of(context.settings, None)?;
    let manifests: Vec<_> = timeline.manifests.last().into_iter().collect();
    let findings = findings.iter().copied();
    Ok(Names::read(&past.history, &manifests, &questions.rules, findings).await?)
}

async fn tell<'a>(
    context: Context<'_>,
    past: &'a Past,
    timeline: &'a Timeline,
    life: &'a Life,
    turns: &'a Turns,
) -> Result<Told<'a>, Failure> {
    let findings: Vec<Named<'_>> = life
        .moments
        .iter()
        .flat_map(|moment| &moment.findings)
        .map(|step| Named { rule: &step.after.rule, address: &step.after.subject })
        .collect();
    let names = names(context, past, timeline, &findings).await?;
    let state = naming_state(past, timeline, life).await?;
    let things = |moment: &Moment, is_wanted: fn(&Change) -> bool| {
        let chosen = moment.changes.iter().filter(|change| is_wanted(change));
        let changes: Vec<Change> =
            chosen.map(|change| Change { weight: Weight::Drift, ..change.clone() }).collect();
        notify::drift(past.history.account(), &changes, &state)
    };
    let mut moments: BTreeMap<u64, page::Moment<'a>> = BTreeMap::new();
    for moment in &life.moments {
        let mut told = page::Moment::new(&moment.snapshot, moment.is_first);
        told.things = things(moment, |change| change.weight == Weight::Drift);
        told.seen =
            things(moment, |change| change.weight == Weight::Baseline).into_iter().map(page::seen).collect();
        let own = life.subject.address(past.history.account());
        told.seen.sort_by_key(|thing| thing.pointer("/thing/address").and_then(Value::as_str) != Some(&own));
        told.gains.extend(&moment.gains);
        told.findings.extend(&moment.findings);
        moments.insert(moment.snapshot.snapshot, told);
    }
    for (snapshot, changes) in &turns.changes {
        let told = moments.entry(snapshot.snapshot).or_insert_with(|| page::Moment::new(snapshot, false));
        // What the run itself told of gains is not told again.
        let is_new = |change: &&access::SharedChange| {
            told.gains.is_empty() || !matches!(change.turn, access::Turn::Gained | access::Turn::Widened)
        };
        let fresh: Vec<_> = changes.iter().filter(is_new).collect();
        told.access.extend(fresh);
    }
    moments.retain(|_, moment| !moment.is_empty());
    Ok(Told {
        life,
        account: past.history.account(),
        names,
        moments,
        unread: &timeline.unread,
        left_out: &turns.left_out,
        incomplete: incomplete(past, timeline, life.subject.table).await?,
    })
}

/// Returns the rows in which names are looked up: those of the last snapshot, and of what is gone as it was last.
async fn naming_state(past: &Past, timeline: &Timeline, life: &Life) -> Result<State, Failure> {
    let tables: Vec<_> = notify::naming_tables(past.history.account().cloud()).collect();
    let mut state = match timeline.manifests.last() {
        Some(newest) => history::state(&past.history, newest, &tables).await?,
        None => State::default(),
    };
    for (name, rows) in life.names.iter() {
        let Some(table) = model::tables::find(name) else { continue };
        let mut all: BTreeMap<Vec<u8>, model::Row> =
            rows.iter().map(|row| (row.prefix(table.key).to_vec(), row.clone())).collect();
        all.extend(state.take(table).into_iter().map(|row| (row.prefix(table.key).to_vec(), row)));
        state.put(table, model::Rows::new(table, all.into_values().collect()));
    }
    Ok(state)
}

fn to_json(told: &Told<'_>) -> Value {
    let life = told.life;
    let table = life.subject.table;
    let row = life.row.as_ref().map(|row| {
        let cells = table.columns.iter().zip(row.values());
        cells.map(|(column, value)| (column.name.to_owned(), json!(value))).collect::<serde_json::Map<_, _>>()
    });
    let by = life.row.as_ref().and_then(|row| table.author(row, Author::Creator));
    json!({
        "subject": {
            "table": table.name,
            "key": life.subject.key.values().map(|value| json!(value)).collect::<Vec<_>>(),
            "name": life.subject.name,
            "address": life.subject.address(told.account),
        },
        "row": row,
        "is_there": life.is_there,
        "created": { "at": page::created_at(life), "by": by, "by_name": by.and_then(|by| told.names.of_id(by)) },
        "moments": told.moments.values().map(page::Moment::to_json).collect::<Vec<_>>(),
        "last": life.last,
        "unread": told.unread.iter().map(|(number, fault)| json!({ "snapshot": number, "fault": fault })).collect::<Vec<_>>(),
        "not_compared": told.left_out,
        "incomplete": told.incomplete,
    })
}

fn subject_json(subject: &Subject, past: &Past) -> Value {
    json!({
        "table": subject.table.name,
        "key": subject.key.values().map(|value| json!(value)).collect::<Vec<_>>(),
        "name": subject.name,
        "address": subject.address(past.history.account()),
    })
}

fn step_json(step: &ColumnStep, names: &Names) -> Value {
    json!({
        "snapshot": step.snapshot.snapshot,
        "at": step.snapshot.at,
        "before": step.before,
        "after": step.after,
        "by": step.by,
        "by_name": step.by.as_deref().and_then(|by| names.of_id(by)),
        "is_first": step.is_baseline,
    })
}

/// Tells which snapshots could not be read.
pub(super) fn unread_json(timeline: &Timeline) -> Value {
    timeline.unread.iter().map(|(number, fault)| json!({ "snapshot": number, "fault": fault })).collect()
}

/// Makes the failure of a table that the account does not have.
pub(super) fn known_table(timeline: &Timeline, name: &str) -> Result<(), QuestionError> {
    timeline.manifests.last().map_or(Ok(()), |newest| history::table(newest, name).map(drop))
}
