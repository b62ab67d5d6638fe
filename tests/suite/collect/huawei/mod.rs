//! The collector of Huawei Cloud against the simulated cloud, over HTTP.

mod documents;
mod expected;
mod faults;
mod forms;
mod rights;
mod session;
mod shapes;
mod sizes;
mod truth;

use collect::{
    CollectError, Collected, Secret, Silent,
    huawei::{self, Clock, CollectSettings, Credentials, Endpoints, Keys, Partition},
};
use jiff::Timestamp;
use simulators::huawei::{
    Simulator, Size, World, generate,
    world::{COLLECTOR_ACCESS_KEY, COLLECTOR_SECRET_KEY},
};

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
    let others = [
        ("iam", at.iam.as_str()),
        ("sts", at.sts.as_str()),
        ("organizations", at.organizations.as_str()),
        ("eps", at.eps.as_str()),
    ];
    CollectSettings {
        credentials: Credentials::Keys(Keys::new(COLLECTOR_ACCESS_KEY, Secret::new(COLLECTOR_SECRET_KEY))),
        endpoints: Endpoints::parse(Partition::International, None, others).unwrap(),
        account: None,
        concurrency: 16,
        budget: budget(),
        clock: Clock::new(Timestamp::now),
    }
}

fn with_keys(simulator: &Simulator, access: &str, secret: &str, token: Option<&str>) -> CollectSettings {
    let mut keys = Keys::new(access, Secret::new(secret));
    keys.security_token = token.map(Secret::new);
    CollectSettings { credentials: Credentials::Keys(keys), ..settings(simulator) }
}

async fn account(settings: &CollectSettings) -> Result<Collected, CollectError> {
    huawei::account(settings, &Silent).await
}

async fn collected(simulator: &Simulator) -> Collected {
    account(&settings(simulator)).await.unwrap()
}
