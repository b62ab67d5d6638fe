//! `who-can`: who may do something, and through what.

use std::cmp::Reverse;

use access::{Answer, Step, Verdict};
use check::RuleSet;
use history::WhoCan as Able;
use serde_json::{Value, json};
use snapshot::Manifest;

use super::Context;
use crate::{
    arguments::WhoCan,
    failure::Failure,
    names::{Names, Subject},
    past::Past,
    render::{access as page, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &WhoCan) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let manifest = past.snapshot(&wanted.at).await?;
    let mut able =
        history::who_can(&past.history, &manifest, &wanted.action, wanted.resource.as_deref()).await?;
    if let Some(text) = &wanted.principal {
        able.answers.retain(|answer| is_named(answer, text));
    }
    let givers = Givers::read(&past, &manifest, &able).await?;
    context.screen.show(
        |paint| render(wanted, &manifest, &able, &givers, paint),
        || report(wanted, &manifest, &able, &givers),
    )?;
    Ok(able.answers.iter().any(|answer| answer.verdict != Verdict::Denied))
}

/// Who created the policies that give something, where the cloud tells it.
struct Givers {
    account: String,
    names: Names,
}

impl Givers {
    async fn read(past: &Past, manifest: &Manifest, able: &Able) -> Result<Self, Failure> {
        let account = manifest.account.to_string();
        let mut addresses: Vec<String> =
            able.answers.iter().filter_map(|answer| address(&account, &answer.path)).collect();
        addresses.sort();
        addresses.dedup();
        let subjects = addresses.iter().map(|address| Subject { rule: "", address });
        let names = Names::read(&past.history, &[manifest], &RuleSet::default(), subjects).await?;
        Ok(Self { account, names })
    }

    /// Returns who created the policy on a path, by name where there is one.
    fn of(&self, answer: &Answer) -> Option<&str> {
        let by = self.names.creator_of(&address(&self.account, &answer.path)?)?;
        Some(self.names.of_id(by).unwrap_or(by))
    }
}

/// Returns the address of the policy on a path, on the cloud that tells who created one.
fn address(account: &str, path: &[Step]) -> Option<String> {
    let policy = path.iter().find(|step| step.kind == "policy")?;
    account.starts_with("ibm/").then(|| format!("{account}/ibm_policies/{}", policy.id))
}

/// Returns whether a principal has a text in its name or id.
fn is_named(answer: &Answer, text: &str) -> bool {
    let (step, text) = (&answer.principal.step, text.to_lowercase());
    step.name.to_lowercase().contains(&text) || step.id.to_lowercase().contains(&text)
}

fn render(wanted: &WhoCan, manifest: &Manifest, able: &Able, givers: &Givers, paint: Paint) -> String {
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
        page.push_str(&page::answers(&answers, |answer| givers.of(answer), paint));
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

fn report(wanted: &WhoCan, manifest: &Manifest, able: &Able, givers: &Givers) -> Value {
    let answers: Vec<Value> = able
        .answers
        .iter()
        .map(|answer| {
            let mut told = json!(answer);
            if let Some(members) = told.as_object_mut() {
                members.insert("given_by".to_owned(), json!(givers.of(answer)));
            }
            told
        })
        .collect();
    json!({
        "snapshot": manifest.number,
        "action": wanted.action,
        "resource": wanted.resource,
        "principal": wanted.principal,
        "answers": answers,
        "unseen": able.unseen,
        "unknown_action": able.unknown_action.as_ref().map(|alike| json!({ "did_you_mean": alike })),
    })
}
