//! `diff`: what changed between two snapshots.

use std::cmp::Ordering;

use check::RuleSet;
use clap::builder::styling::AnsiColor;
use serde_json::json;
use serve::SnapshotDiff;
use snapshot::Manifest;

use super::Context;
use crate::{
    arguments::DiffArgs,
    failure::Failure,
    names::Names,
    past::Past,
    render::{access as page, coverage, drift, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &DiffArgs) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let Some((before, after)) = past.two(&wanted.before, &wanted.after).await? else {
        return only_one(context, &past).await;
    };
    if wanted.access {
        return access(context, &past, &before, &after).await;
    }
    let found = SnapshotDiff::read(&past.history, &before, &after).await?;
    let names = Names::read(&past.history, &[&after, &before], &RuleSet::default(), []).await?;
    let compared = Compared { before: &before, after: &after, found: &found, names: &names };
    context.screen.show(|paint| compared.page(paint), || found.to_json(&before, &after))?;
    Ok(!found.things.is_empty())
}

/// Tells who gained and lost what.
async fn access(
    context: Context<'_>,
    past: &Past,
    before: &Manifest,
    after: &Manifest,
) -> Result<bool, Failure> {
    let found = history::access_changes(&past.history, before, after).await?;
    context.screen.show(
        |paint| {
            let mut page = head(before, after, paint);
            for change in &found.changes {
                page.push_str(&page::change(change, page::SHOWN, paint));
            }
            if found.changes.is_empty() {
                page.push_str("Nobody gained or lost anything.\n");
            }
            page.push_str(&page::unseen(&found.unseen, paint));
            page
        },
        || serve::access_json(&found, before, after),
    )?;
    Ok(!found.changes.is_empty())
}

/// Tells that there is nothing to compare with yet.
async fn only_one(context: Context<'_>, past: &Past) -> Result<bool, Failure> {
    let only = past.snapshot("latest").await?;
    context.screen.show(
        |_| {
            format!(
                "Only one snapshot so far: {} ({} UTC) of {}; there is something to compare after the next audit\n",
                only.number,
                text::minute(&only.finished_at),
                only.account
            )
        },
        || json!({ "from": null, "to": { "number": only.number, "at": only.finished_at }, "things": [], "counts": {}, "reversed": false, "incomplete": [] }),
    )?;
    Ok(false)
}

fn head(before: &Manifest, after: &Manifest, paint: Paint) -> String {
    let end = |manifest: &Manifest| format!("{} ({})", manifest.number, text::minute(&manifest.finished_at));
    let head = format!("Snapshot {} → {}", end(before), end(after));
    let backwards = match before.number.cmp(&after.number) {
        Ordering::Less => "",
        Ordering::Equal => "These are one snapshot.\n",
        Ordering::Greater => {
            "Backwards in time: what is told as added is what went, and who is told to have added it is who once did.\n"
        }
    };
    format!(
        "{} of {}\n{}\n",
        paint.bold(head),
        after.account,
        paint.style(AnsiColor::Yellow.on_default(), backwards)
    )
}

struct Compared<'a> {
    before: &'a Manifest,
    after: &'a Manifest,
    found: &'a SnapshotDiff,
    names: &'a Names,
}

impl Compared<'_> {
    fn page(&self, paint: Paint) -> String {
        let mut page = head(self.before, self.after, paint);
        let SnapshotDiff { things, counts, incomplete } = self.found;
        for thing in things {
            page.push_str(&drift::thing(thing, self.names, paint));
        }
        if !things.is_empty() {
            page.push('\n');
        }
        let count = u64::try_from(things.len()).unwrap_or(u64::MAX);
        let rows = text::tally(counts.iter().map(|(verb, rows)| (*rows, verb)), "none");
        page.push_str(&match count {
            0 => "Nothing changed.\n".to_owned(),
            _ => format!("{} changed; rows: {rows}\n", text::counted(count, "thing")),
        });
        if !incomplete.is_empty() {
            page.push_str("What is missing from these lists proves nothing:\n");
            page.push_str(&coverage::section(incomplete, self.after.coverage.lists, paint));
        }
        page
    }
}
