//! The collector of IBM Cloud against the simulated cloud, over HTTP.

mod faults;
mod forms;
mod rights;
mod session;
mod shapes;
mod truth;

use collect::{
    CollectError, Collected, Secret, Silent,
    ibm::{self, CollectSettings, Credentials, Endpoints},
};
use simulators::ibm::{Simulator, Size, World, generate, world::COLLECTOR_API_KEY};

use super::{SEED, budget, incomplete};

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
        budget: budget(),
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
