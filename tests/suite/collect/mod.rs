//! The collectors against the simulated clouds, over HTTP.

mod conformance;
mod huawei;
mod ibm;

use std::{collections::BTreeMap, time::Duration};

use collect::Budget;
use model::{Coverage, State, tables};

/// The seed of every account here.
const SEED: u64 = 7;

/// Waits that a test can bear.
fn budget() -> Budget {
    Budget {
        tries: 3,
        first_wait: Duration::from_millis(2),
        longest_wait: Duration::from_millis(10),
        answer_time: Duration::from_secs(10),
        time: Duration::from_secs(30),
        pages: 40,
        ..Budget::default()
    }
}

/// Lists that are not complete: `listing` or `listing/parent`, with status and reason.
fn incomplete(state: &State) -> BTreeMap<String, (String, String)> {
    let rows = state.rows(&tables::COVERAGE).iter().map(Coverage::from_row);
    rows.filter(|each| !each.is_complete())
        .map(|each| {
            let name = if each.parent.is_empty() {
                each.listing.clone()
            } else {
                format!("{}/{}", each.listing, each.parent)
            };
            (name, (each.status.name().to_owned(), each.reason.unwrap_or_default()))
        })
        .collect()
}
