//! `diff`: what changed between two snapshots.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use check::RuleSet;
use clap::builder::styling::AnsiColor;
use model::{Change, Cloud, Coverage, Table, tables};
use serde_json::{Value, json};
use snapshot::Manifest;

use super::Context;
use crate::{
    arguments::Diff,
    failure::Failure,
    names::Names,
    past::Past,
    render::{access as page, coverage, drift, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &Diff) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let Some((before, after)) = past.two(&wanted.before, &wanted.after).await? else {
        return only_one(context, &past).await;
    };
    if wanted.access {
        return access(context, &past, &before, &after).await;
    }
    let changes = history::drift(&past.history, &before, &after).await?;
    let state =
        history::state(&past.history, &after, &naming(past.history.account().cloud(), &changes)).await?;
    let things = notify::drift(past.history.account(), &changes, &state);
    let names = Names::read(&past.history, &[&after, &before], &RuleSet::default(), []).await?;
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for change in &changes {
        *counts.entry(change.verb()).or_default() += 1;
    }
    let unseen = unseen(&past, &before, &after).await?;
    let compared = Compared {
        before: &before,
        after: &after,
        things: &things,
        names: &names,
        counts: &counts,
        unseen: &unseen,
    };
    context.screen.show(|paint| compared.page(paint), || compared.to_json())?;
    Ok(!changes.is_empty())
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
        || {
            json!({
                "from": end(before),
                "to": end(after),
                "reversed": is_reversed(before, after),
                "changes": found.changes,
                "unseen": found.unseen,
            })
        },
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
        || json!({ "from": null, "to": end(&only), "things": [], "counts": {}, "reversed": false, "incomplete": [] }),
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

/// Returns whether two snapshots are compared backwards in time.
const fn is_reversed(before: &Manifest, after: &Manifest) -> bool {
    before.number > after.number
}

fn end(manifest: &Manifest) -> Value {
    json!({ "number": manifest.number, "at": manifest.finished_at })
}

/// Returns the tables in which the names of what changed are looked up.
pub(super) fn naming(cloud: Cloud, changes: &[Change]) -> Vec<&'static Table> {
    let mut wanted: BTreeSet<&'static str> = BTreeSet::new();
    for change in changes {
        wanted.extend(change.table.parent.map(|parent| parent.table));
    }
    if !changes.is_empty() {
        wanted.extend(notify::naming_tables(cloud).map(|table| table.name));
    }
    wanted.into_iter().filter_map(tables::find).collect()
}

/// Returns the lists of which one of the snapshots does not know the end: what is missing from them proves nothing.
pub(super) async fn unseen(
    past: &Past,
    before: &Manifest,
    after: &Manifest,
) -> Result<Vec<Coverage>, Failure> {
    let mut lists = history::coverage(&past.history, after).await?;
    lists.extend(history::coverage(&past.history, before).await?);
    lists.retain(|list| !list.is_complete());
    let mut known = BTreeSet::new();
    lists.retain(|list| known.insert((list.listing.clone(), list.parent.clone())));
    Ok(lists)
}

struct Compared<'a> {
    before: &'a Manifest,
    after: &'a Manifest,
    things: &'a [Value],
    names: &'a Names,
    counts: &'a BTreeMap<&'a str, u64>,
    unseen: &'a [Coverage],
}

impl Compared<'_> {
    fn page(&self, paint: Paint) -> String {
        let mut page = head(self.before, self.after, paint);
        for thing in self.things {
            page.push_str(&drift::thing(thing, self.names, paint));
        }
        if !self.things.is_empty() {
            page.push('\n');
        }
        let things = u64::try_from(self.things.len()).unwrap_or(u64::MAX);
        let rows = text::tally(self.counts.iter().map(|(verb, rows)| (*rows, verb)), "none");
        page.push_str(&match things {
            0 => "Nothing changed.\n".to_owned(),
            _ => format!("{} changed; rows: {rows}\n", text::counted(things, "thing")),
        });
        if !self.unseen.is_empty() {
            page.push_str("What is missing from these lists proves nothing:\n");
            page.push_str(&coverage::section(self.unseen, self.after.coverage.lists, paint));
        }
        page
    }

    fn to_json(&self) -> Value {
        json!({
            "from": end(self.before),
            "to": end(self.after),
            "things": self.things,
            "counts": self.counts,
            "reversed": is_reversed(self.before, self.after),
            "incomplete": self.unseen,
        })
    }
}
