//! `blame`: since which snapshot each column of a row is as it is.

use serde_json::{Value, json};

use super::{Context, history::known_table};
use crate::{
    arguments::BlameArgs,
    failure::Failure,
    names::Names,
    past::Past,
    render::{coverage, life as page, text::quoted},
};

pub(super) async fn run(context: Context<'_>, wanted: &BlameArgs) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let timeline = past.timeline().await?;
    known_table(&timeline, &wanted.table)?;
    let place = format!("{}/{}", wanted.table, wanted.key.join("/"));
    let subject = history::find_subject(&past.history, &timeline, &place).await?;
    let Some(blame) = history::blame(&past.history, &timeline, &subject).await? else {
        let hint = format!("`iamwatch history {} --compare 0` tells its life", quoted(&subject.place()));
        return Err(Failure::wrong_use(format!(
            "`{}` is gone: the last snapshot does not have it",
            subject.place()
        ))
        .help(hint));
    };
    let manifests: Vec<_> = timeline.manifests.last().into_iter().collect();
    let names = Names::read(&past.history, &manifests, &check::RuleSet::default(), []).await?;
    let incomplete = serve::incomplete_lists(&past.history, &timeline, subject.table).await?;
    context.screen.show(
        |paint| {
            let page = page::blame(&subject, &blame, &names, &timeline.unread, paint);
            format!("{page}{}", coverage::note(&incomplete, paint))
        },
        || {
            let cells = subject.table.columns.iter().zip(blame.row.values()).zip(&blame.origins);
            let columns: Vec<Value> = cells
                .map(|((column, value), origin)| {
                    json!({
                        "column": column.name,
                        "value": value,
                        "since": origin.since,
                        "is_first": origin.is_baseline,
                        "before": origin.before,
                        "by": origin.by,
                        "by_name": origin.by.as_deref().and_then(|by| names.of_id(by)),
                    })
                })
                .collect();
            json!({
                "table": subject.table.name,
                "key": subject.key.values().map(|value| json!(value)).collect::<Vec<_>>(),
                "columns": columns,
                "unread": serve::unread_json(&timeline.unread),
                "incomplete": incomplete,
            })
        },
    )?;
    Ok(true)
}
