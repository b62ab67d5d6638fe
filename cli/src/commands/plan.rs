//! `plan`: how many calls a run takes and how long, before it is made.

use std::collections::BTreeMap;

use collect::huawei::{Scale, expected_calls};
use model::{Cloud, Coverage, tables};
use serde_json::{Value, json};

use super::Context;
use crate::{
    arguments::PlanArgs,
    failure::Failure,
    past::Past,
    place,
    render::{table::Grid, text},
    screen::Paint,
};

/// Lists that are named before the rest is summed up.
const NAMED: usize = 12;

/// What a run will take.
struct Expected {
    /// What the numbers are taken from.
    of: String,
    calls: u64,
    /// Calls of each list, the most first; none where only sizes are known.
    lists: Vec<(String, u64)>,
}

pub(super) async fn run(context: Context<'_>, wanted: &PlanArgs) -> Result<bool, Failure> {
    let expected =
        if wanted.has_sizes() { of_sizes(context, wanted)? } else { of_last_snapshot(context).await? };
    context.screen.show(|paint| page(&expected, wanted, paint), || to_json(&expected, wanted))?;
    Ok(false)
}

/// Plans for an account of a size that somebody thinks of.
fn of_sizes(context: Context<'_>, wanted: &PlanArgs) -> Result<Expected, Failure> {
    if place::account(context.global).is_some_and(|name| !name.may_be_of(Cloud::Huawei)) {
        return Err(Failure::wrong_use("sizes can be planned for accounts of `huawei` only")
            .help("leave the sizes out to plan from the last snapshot, or say --account huawei"));
    }
    let groups = usize::try_from(wanted.groups).unwrap_or(usize::MAX);
    let scale = Scale {
        users: wanted.users,
        access_keys: wanted.keys,
        // Of the members only the pages count, and a page holds two hundred.
        group_members: vec![wanted.users.min(200); groups],
        custom_policies: wanted.policies,
        attachments: vec![1; usize::try_from(wanted.policies).unwrap_or(usize::MAX)],
        agencies: wanted.agencies,
        ..Scale::default()
    };
    Ok(Expected {
        of: format!(
            "huawei, {} users with {} keys, {} groups, {} policies, {} agencies",
            wanted.users, wanted.keys, wanted.groups, wanted.policies, wanted.agencies
        ),
        calls: expected_calls(&scale),
        lists: Vec::new(),
    })
}

/// Plans for the account as it was last seen.
async fn of_last_snapshot(context: Context<'_>) -> Result<Expected, Failure> {
    let past = Past::open(context).await?;
    let manifest = past.snapshot("latest").await?;
    let coverage = history::coverage(&past.history, &manifest).await?;
    let mut lists: BTreeMap<String, u64> = BTreeMap::new();
    for Coverage { listing, pages, .. } in coverage {
        *lists.entry(listing).or_default() += u64::try_from(pages).unwrap_or_default();
    }
    let calls = match past.history.account().cloud() {
        // And one to sign in.
        Cloud::Ibm => lists.values().sum::<u64>() + 1,
        Cloud::Huawei => {
            let wanted: Vec<_> = tables::of_cloud(Cloud::Huawei).collect();
            expected_calls(&Scale::of(&history::state(&past.history, &manifest, &wanted).await?))
        }
    };
    let mut lists: Vec<(String, u64)> = lists.into_iter().filter(|(_, calls)| *calls > 0).collect();
    lists.sort_by_key(|(_, calls)| std::cmp::Reverse(*calls));
    Ok(Expected {
        of: format!("{}, as snapshot {} saw it", past.history.account(), manifest.number),
        calls,
        lists,
    })
}

/// Returns how long the calls take at best, in milliseconds.
fn milliseconds(calls: u64, wanted: &PlanArgs) -> u64 {
    calls.div_ceil(wanted.concurrency.max(1)).saturating_mul(wanted.latency_ms)
}

fn page(expected: &Expected, wanted: &PlanArgs, paint: Paint) -> String {
    let mut page = format!("{}\n", paint.bold(format!("A run of {}", expected.of)));
    if !expected.lists.is_empty() {
        let mut grid = Grid::new(&["list", "calls>"]);
        for (list, calls) in expected.lists.iter().take(NAMED) {
            grid.row([list.clone(), text::number(*calls)]);
        }
        page.push_str(&grid.text(paint));
        if let Some(others) = expected.lists.get(NAMED..).filter(|others| !others.is_empty()) {
            let calls = others.iter().map(|(_, calls)| calls).sum();
            page.push_str(&format!(
                "… and {} in {} more lists\n",
                text::counted(calls, "call"),
                others.len()
            ));
        }
        page.push('\n');
    }
    let time = milliseconds(expected.calls, wanted);
    page.push_str(&format!(
        "{} in all, {}.{} s at {} ms a call and {} at a time; repeated ones come on top\n",
        text::counted(expected.calls, "call"),
        time / 1000,
        time % 1000 / 100,
        wanted.latency_ms,
        wanted.concurrency
    ));
    page
}

fn to_json(expected: &Expected, wanted: &PlanArgs) -> Value {
    let lists: BTreeMap<&str, u64> =
        expected.lists.iter().map(|(list, calls)| (list.as_str(), *calls)).collect();
    json!({
        "of": expected.of,
        "calls": expected.calls,
        "lists": lists,
        "milliseconds": milliseconds(expected.calls, wanted),
    })
}
