//! `prune`: removes old snapshots, and leaves the proof of the others whole.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use snapshot::{History, HoldReason, KeepWish, PruneOutcome, PrunePlan, RemovalTerms, SnapshotName};

use super::Context;
use crate::{
    arguments::PruneArgs, failure::Failure, keep_rule::KeepRule, past::Past, render::text, screen::Paint,
};

/// What was written so short a time ago may be of a run that has not committed yet.
const RECENT: SignedDuration = SignedDuration::from_hours(1);
const TOOL: &str = concat!("iamwatch ", env!("CARGO_PKG_VERSION"));

pub(super) async fn run(context: Context<'_>, wanted: &PruneArgs) -> Result<bool, Failure> {
    let history = Past::open(context).await?.history;
    let plan = history.plan_prune(&wish(wanted)?).await?;
    let outcome = if wanted.yes && !plan.is_empty() {
        let watch = |done, total| context.progress.count("removing snapshots", done, total);
        let outcome = history.prune(&plan, TOOL, &watch).await;
        context.progress.clear();
        Some(outcome.map_err(|error| {
            Failure::from(error)
                .doing("the prune broke off; what is kept is whole, and the next prune goes on")
        })?)
    } else {
        None
    };
    context.screen.show(
        |paint| page(&history, &plan, outcome.as_ref(), paint),
        || answer(&history, &plan, outcome.as_ref()),
    )?;
    Ok(!plan.is_empty())
}

fn wish(wanted: &PruneArgs) -> Result<KeepWish, Failure> {
    let now = Timestamp::now();
    let recent = if wanted.recent { None } else { now.checked_sub(RECENT).ok() };
    let mut wish = KeepWish {
        since: None,
        last: None,
        terms: RemovalTerms { now, recent },
        accepts_broken: wanted.broken,
    };
    for rule in &wanted.keep {
        match rule {
            KeepRule::Last(last) => wish.last = wish.last.max(Some(*last)),
            KeepRule::Since(age) => {
                if let SnapshotName::At { ends, .. } = SnapshotName::read(age, now)? {
                    wish.since = Some(wish.since.map_or(ends, |since| since.min(ends)));
                }
            }
        }
    }
    Ok(wish)
}

fn page(history: &History, plan: &PrunePlan, outcome: Option<&PruneOutcome>, paint: Paint) -> String {
    let [(first, first_at), (last, last_at)] = &plan.kept;
    let account = history.account();
    let mut page = match outcome {
        _ if plan.is_empty() => format!("Nothing of `{account}` is to be removed\n"),
        Some(gone) => format!("{}\n", gone_line("Removed", plan, (gone.snapshots, gone.objects, gone.bytes))),
        None => format!("{}\n", gone_line("Would remove", plan, (plan.snapshots, plan.objects, plan.bytes))),
    };
    let kept = text::counted(plan.kept_snapshots, "snapshot");
    page.push_str(&format!(
        "Kept: {kept}, {first} of {} to {last} of {}\n",
        text::minute(first_at),
        text::minute(last_at)
    ));
    for hold in &plan.holds {
        let but = if hold.reason == HoldReason::Recent { "; --recent removes it all the same" } else { "" };
        page.push_str(&format!("  from snapshot {} on: {}{but}\n", hold.number, hold.reason));
    }
    for (number, fault) in &plan.broken {
        page.push_str(&format!("  snapshot {number}, which goes, {}\n", text::plain(fault)));
    }
    if let Some(gone) = outcome {
        for (name, lock) in &gone.locked {
            page.push_str(&format!("  `{name}` is locked {lock}, and stays\n"));
        }
        for name in &gone.recent {
            page.push_str(&format!("  `{name}` was written again meanwhile, and stays\n"));
        }
        page.push_str(&paint.dim("`iamwatch verify` proves what is kept".to_owned()));
        page.push('\n');
    } else if !plan.is_empty() {
        page.push_str(&paint.dim("Nothing was removed yet: --yes does it".to_owned()));
        page.push('\n');
    }
    page
}

/// Says what goes: which snapshots, and how much is theirs alone.
fn gone_line(verb: &str, plan: &PrunePlan, (snapshots, objects, bytes): (u64, u64, u64)) -> String {
    let range = plan.range().map_or_else(
        || " that a prune which broke off left".to_owned(),
        |(first, last)| format!(", {first} to {last}"),
    );
    format!(
        "{verb} {}{range}, and {} of theirs alone ({})",
        text::counted(snapshots, "snapshot"),
        text::counted(objects, "object"),
        text::size(bytes)
    )
}

fn answer(history: &History, plan: &PrunePlan, outcome: Option<&PruneOutcome>) -> Value {
    let [(first, first_at), (last, last_at)] = &plan.kept;
    let (snapshots, objects, bytes) = outcome.map_or((plan.snapshots, plan.objects, plan.bytes), |gone| {
        (gone.snapshots, gone.objects, gone.bytes)
    });
    let locked = outcome.map(|gone| gone.locked.as_slice()).unwrap_or_default();
    json!({
        "account": history.account(),
        "done": outcome.is_some(),
        "first": plan.range().map(|(first, _)| first),
        "last": plan.range().map(|(_, last)| last),
        "snapshots": snapshots,
        "objects": objects,
        "bytes": bytes,
        "left_over": plan.left_over,
        "kept": {
            "first": first, "first_at": first_at, "last": last, "last_at": last_at, "snapshots": plan.kept_snapshots,
        },
        "holds": plan.holds.iter().map(|hold| json!({ "snapshot": hold.number, "reason": hold.reason.to_string() })).collect::<Vec<_>>(),
        "broken": plan.broken.iter().map(|(number, fault)| json!({ "snapshot": number, "fault": fault })).collect::<Vec<_>>(),
        "locked": locked.iter().map(|(name, lock)| json!({ "object": name, "lock": lock })).collect::<Vec<_>>(),
        "recent": outcome.map(|gone| gone.recent.clone()).unwrap_or_default(),
    })
}
