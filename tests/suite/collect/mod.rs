//! The collectors against the simulated cloud, over HTTP.

mod faults;
mod forms;
mod rights;
mod session;
mod shapes;
mod truth;

use std::{collections::BTreeMap, time::Duration};

use collect::{
    Budget, CollectError, Collected, Secret, Silent,
    ibm::{self, CollectSettings, Credentials, Endpoints},
};
use model::{Coverage, State, tables};
use simulators::ibm::{Simulator, Size, World, generate, world::COLLECTOR_API_KEY};

/// The seed of every account here.
const SEED: u64 = 7;

fn company() -> World {
    generate(SEED, Size::Dozen)
}

async fn serve(world: World) -> Simulator {
    Simulator::start(world).await.unwrap()
}

/// Settings for the simulator, with waits that a test can bear.
fn settings(simulator: &Simulator) -> CollectSettings {
    let at = simulator.endpoints();
    let endpoints = Endpoints::parse([
        ("iam", at.iam.as_str()),
        ("user_management", at.user_management.as_str()),
        ("accounts", at.accounts.as_str()),
        ("resource_controller", at.resource_controller.as_str()),
        ("cbr", at.cbr.as_str()),
        ("enterprise", at.enterprise.as_str()),
    ]);
    CollectSettings {
        endpoints: endpoints.unwrap(),
        budget: Budget {
            tries: 3,
            first_wait: Duration::from_millis(2),
            longest_wait: Duration::from_millis(10),
            answer_time: Duration::from_millis(1_500),
            time: Duration::from_secs(30),
            pages: 40,
            ..Budget::default()
        },
        ..CollectSettings::new(Secret::new(COLLECTOR_API_KEY))
    }
}

fn with_key(simulator: &Simulator, key: &str) -> CollectSettings {
    CollectSettings { credentials: Credentials::ApiKey(Secret::new(key)), ..settings(simulator) }
}

async fn account(settings: &CollectSettings) -> Result<Collected, CollectError> {
    ibm::account(settings, &Silent).await
}

async fn collected(simulator: &Simulator) -> Collected {
    account(&settings(simulator)).await.unwrap()
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
