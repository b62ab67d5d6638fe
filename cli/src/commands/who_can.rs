//! `who-can`: who may do something, and through what.

use std::cmp::Reverse;

use access::{Answer, Verdict};
use history::WhoCan;
use serve::{AccessQuestion, Givers};
use snapshot::Manifest;

use super::Context;
use crate::{
    arguments::WhoCanArgs,
    failure::Failure,
    past::Past,
    render::{access as page, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &WhoCanArgs) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let manifest = past.snapshot(&wanted.at).await?;
    let mut able =
        history::who_can(&past.history, &manifest, &wanted.action, wanted.resource.as_deref()).await?;
    if let Some(text) = &wanted.principal {
        able.answers.retain(|answer| serve::is_of_principal(answer, text));
    }
    let givers = Givers::read(&past.history, &manifest, &able).await?;
    context.screen.show(
        |paint| render(wanted, &manifest, &able, &givers, paint),
        || {
            let told = AccessQuestion {
                action: &wanted.action,
                resource: wanted.resource.as_deref(),
                principal: wanted.principal.as_deref(),
            };
            serve::who_can_json(&told, &manifest, &able, &givers)
        },
    )?;
    Ok(able.answers.iter().any(|answer| answer.verdict != Verdict::Denied))
}

fn render(wanted: &WhoCanArgs, manifest: &Manifest, able: &WhoCan, givers: &Givers, paint: Paint) -> String {
    let head = format!(
        "Who can {} on {}",
        text::plain(&wanted.action),
        wanted.resource.as_deref().map_or_else(|| "anything".to_owned(), text::plain)
    );
    let when = format!(
        "{}, snapshot {} ({} UTC)",
        manifest.account,
        manifest.number,
        text::minute(&manifest.finished_at)
    );
    let mut page = format!("{}  {}\n", paint.bold(head), paint.dim(when));
    let mut answers: Vec<&Answer> = able.answers.iter().collect();
    answers.sort_by_key(|answer| {
        (Reverse((answer.verdict, answer.extent)), answer.principal.step.kind, &answer.principal.step.name)
    });
    let (active, inactive): (Vec<&Answer>, Vec<&Answer>) =
        answers.into_iter().partition(|answer| page::is_active(&answer.principal));
    let (able_now, denied): (Vec<&Answer>, Vec<&Answer>) =
        active.into_iter().partition(|answer| answer.verdict != Verdict::Denied);
    if let Some(alike) = &able.unknown_action {
        page.push_str(&unknown(&wanted.action, alike));
    } else if able_now.is_empty() {
        page.push_str(&match &wanted.principal {
            Some(text) => format!("Nobody with `{}` in the name or id can.\n", text::plain(text)),
            None => "Nobody can.\n".to_owned(),
        });
    }
    for (title, answers) in
        [("", able_now), ("Denied, though something allows it:", denied), ("Cannot use it now:", inactive)]
    {
        if answers.is_empty() {
            continue;
        }
        if !title.is_empty() {
            page.push_str(&format!("\n{}\n", paint.bold(title)));
        }
        page.push_str(&page::answers(&answers, |answer| givers.giver_of(answer), paint));
    }
    page.push_str(&page::unseen(&able.unseen, paint));
    page
}

/// Returns that no role has an action, and which actions are most like it.
fn unknown(action: &str, alike: &[String]) -> String {
    let names: Vec<String> = alike.iter().map(|name| format!("`{}`", text::plain(name))).collect();
    let hint = match names.as_slice() {
        [] => "; check its spelling, and whether some policy or custom role names its service".to_owned(),
        names => format!("; did you mean {}?", names.join(" or ")),
    };
    format!("No visible role has the action `{}`{hint}\n", text::plain(action))
}
