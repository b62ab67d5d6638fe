//! `history`: the life of one thing.

use history::{ColumnStep, QuestionError, Subject};
use serde_json::{Value, json};
use snapshot::Timeline;

use super::Context;
use crate::{
    arguments::HistoryArgs,
    failure::Failure,
    names::Names,
    past::Past,
    questions::Questions,
    render::{coverage, life as page},
};

pub(super) async fn run(context: Context<'_>, wanted: &HistoryArgs) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let past = Past { history: history::keeping_changes(past.history), ..past };
    let timeline = past.timeline().await?;
    let subject = history::find_subject(&past.history, &timeline, &wanted.subject).await?;
    if let Some(column) = &wanted.column {
        return column_alone(context, &past, &timeline, &subject, column).await;
    }
    let life = history::life(&past.history, &timeline, subject).await?;
    let most = usize::try_from(wanted.compare).unwrap_or(usize::MAX);
    let turns = history::access_turns(&past.history, &timeline, &life.subject, most, || true).await?;
    let rules = Questions::of(context.settings, None)?.rules;
    let told = serve::tell_life(&past.history, &rules, &timeline, &life, &turns).await?;
    context.screen.show(
        |paint| format!("{}{}", page::page(&told, paint), coverage::note(&told.incomplete, paint)),
        || serve::life_json(&told),
    )?;
    let is_news = life.moments.iter().any(|moment| !moment.is_first);
    // The program ends here: to give back all that was read, row by row, would take a tenth of its time.
    std::mem::forget((past, timeline, life, turns));
    Ok(is_news)
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
    let names = names(context, past, timeline).await?;
    let incomplete = serve::incomplete_lists(&past.history, timeline, subject.table).await?;
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
                "unread": serve::unread_json(&timeline.unread),
                "incomplete": incomplete,
            })
        },
    )?;
    Ok(steps.iter().any(|step| !step.is_baseline))
}

/// Reads the names of principals.
async fn names(context: Context<'_>, past: &Past, timeline: &Timeline) -> Result<Names, Failure> {
    let questions = Questions::of(context.settings, None)?;
    let manifests: Vec<_> = timeline.manifests.last().into_iter().collect();
    Ok(Names::read(&past.history, &manifests, &questions.rules, []).await?)
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

/// Makes the failure of a table that the account does not have.
pub(super) fn known_table(timeline: &Timeline, name: &str) -> Result<(), QuestionError> {
    timeline.manifests.last().map_or(Ok(()), |newest| history::table(newest, name).map(drop))
}
