//! `replay`: what the rules of today would have found on past snapshots.

use std::sync::Arc;

use model::{Finding, Transition};
use pipeline::ReplayedSnapshot;
use serde_json::{Value, json};
use snapshot::{Manifest, ReadCache};

use super::Context;
use crate::{
    arguments::ReplayArgs,
    failure::Failure,
    names::{Names, Subject},
    past::Past,
    questions::Questions,
    render::replay::{self as page, ReplayLine, ReplayStep},
};

/// Most bytes of tables that are kept from one snapshot to the next: what did not change is not read again.
const KEPT: usize = 256 << 20;

pub(super) async fn run(context: Context<'_>, wanted: &ReplayArgs) -> Result<bool, Failure> {
    let questions = Questions::of(context.settings, wanted.rules.as_deref())?;
    check_rules(&questions, wanted)?;
    let past = Past::open(context).await?;
    let (first, last) = (past.snapshot(&wanted.from).await?, past.snapshot(&wanted.to).await?);
    if first.number > last.number {
        let said = format!(
            "`--from {}` is snapshot {}, and comes after `--to {}`, which is {}",
            wanted.from, first.number, wanted.to, last.number
        );
        return Err(Failure::wrong_use(said).help("name the older one first"));
    }
    let history = past.history.clone().with_cache(ReadCache::new(KEPT));
    let past = Past { history, ..past };
    let mut replay = pipeline::Replay::new(&past.history, questions.asked());
    let (mut steps, mut skipped, mut before) = (Vec::new(), Vec::new(), None);
    for number in first.number..=last.number {
        context.progress.count("replaying snapshots", number - first.number, last.number - first.number + 1);
        let judged = match past.history.manifest(number).await {
            Ok(manifest) => replay.judge(&manifest).await.map(|step| (manifest, step)),
            Err(error) => Err(error),
        };
        match judged {
            Ok((manifest, step)) => {
                let names = names(&past, &questions, &manifest, before.as_ref(), &step).await?;
                steps.push(ReplayStep::new(step, &names, |finding| is_meant(wanted, finding)));
                before = Some(manifest);
            }
            // What is missing hides one snapshot; the others are judged all the same.
            Err(snapshot::SnapshotError::NoSuchSnapshot { .. }) => {
                skipped.push((number, "is missing".to_owned()));
            }
            Err(error) => match error.damage() {
                Some((object, fault)) => skipped.push((number, format!("`{object}` {fault}"))),
                None => return Err(error.into()),
            },
        }
    }
    context.progress.clear();
    let open: Vec<Finding> = replay
        .findings()
        .findings
        .into_values()
        .map(Arc::unwrap_or_clone)
        .filter(|finding| is_left(wanted, finding))
        .collect();
    let account = past.history.account();
    let told = page::ReplayReport {
        account,
        first: &first,
        last: &last,
        steps: &steps,
        is_chosen: !wanted.rule.is_empty() || wanted.severity.is_some(),
        skipped: &skipped,
    };
    context.screen.show(|paint| page::page(&told, paint), || answer(&told, &open))?;
    Ok(steps.iter().any(|step| !step.lines.is_empty()))
}

/// Refuses a pattern that no rule or permission has: nothing found by it would be taken for good news.
fn check_rules(questions: &Questions, wanted: &ReplayArgs) -> Result<(), Failure> {
    let permissions = model::Cloud::ALL.into_iter().flat_map(|cloud| questions.permissions.of_cloud(cloud));
    let ids: Vec<&str> = questions
        .rules
        .iter()
        .map(|rule| rule.id.as_str())
        .chain(permissions.map(|permission| permission.id.as_str()))
        .collect();
    let is_unknown = |pattern: &&String| !ids.iter().any(|id| serve::matches_pattern(pattern, id));
    match wanted.rule.iter().find(is_unknown) {
        Some(pattern) => Err(Failure::wrong_use(format!("there is no rule or permission `{pattern}`"))
            .help("`iamwatch rules` lists them; --rules names a folder with others")),
        None => Ok(()),
    }
}

fn is_meant(wanted: &ReplayArgs, finding: &Finding) -> bool {
    wanted.severity.is_none_or(|least| finding.severity >= least)
        && (wanted.rule.is_empty()
            || wanted.rule.iter().any(|rule| serve::matches_pattern(rule, &finding.rule)))
}

/// Returns whether a finding is told among those that hold or may hold after the last snapshot.
fn is_left(wanted: &ReplayArgs, finding: &Finding) -> bool {
    serve::is_listed_unasked(finding) && is_meant(wanted, finding)
}

/// Reads the names of what changed: as the snapshot has them, or the one before it, for what is gone.
async fn names(
    past: &Past,
    questions: &Questions,
    manifest: &Manifest,
    before: Option<&Manifest>,
    step: &ReplayedSnapshot,
) -> Result<Names, Failure> {
    if step.transitions.is_empty() {
        return Ok(Names::default());
    }
    let subjects = step
        .transitions
        .iter()
        .map(|Transition { finding, .. }| Subject { rule: &finding.rule, address: &finding.subject });
    let manifests: Vec<&Manifest> = std::iter::once(manifest).chain(before).collect();
    Ok(Names::read(&past.history, &manifests, &questions.rules, subjects).await?)
}

fn answer(told: &page::ReplayReport<'_>, open: &[Finding]) -> Value {
    let skipped = told.skipped.iter().map(|(number, fault)| json!({ "snapshot": number, "fault": fault }));
    let snapshots = told.steps.iter().map(|step| {
        json!({
            "snapshot": step.seen.snapshot,
            "at": step.seen.at,
            "open": step.open,
            "baseline": { "by_severity": step.baseline.by_severity, "by_rule": step.baseline.by_rule },
            "transitions": step.lines.iter().map(ReplayLine::to_json).collect::<Vec<_>>(),
            "not_answered": step.unanswered,
            "broken_rules": step.broken,
        })
    });
    json!({
        "account": told.account,
        "from": told.first.number,
        "to": told.last.number,
        "skipped": skipped.collect::<Vec<_>>(),
        "snapshots": snapshots.collect::<Vec<_>>(),
        "findings": open,
    })
}
