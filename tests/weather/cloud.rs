//! The simulated cloud of one life: an account of a dozen people, and what its administrators do.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use fastrand::Rng;
use model::{AccountId, Cloud, Timestamp};
use simulators::{huawei, ibm};

use crate::edits::{edit_huawei, edit_ibm};

/// A simulated cloud.
#[derive(Debug)]
pub enum Simulated {
    Ibm(ibm::Simulator),
    Huawei(huawei::Simulator),
}

impl Simulated {
    /// Starts an account of a dozen people whose lists have pages of a few things.
    pub async fn start(cloud: Cloud, rng: &mut Rng) -> Result<Self> {
        let (seed, most) = (rng.u64(0..1000), rng.usize(2..6));
        Ok(match cloud {
            Cloud::Ibm => {
                let simulator = ibm::Simulator::start(ibm::generate(seed, ibm::Size::Dozen)).await?;
                simulator.set_most_per_page(most);
                Self::Ibm(simulator)
            }
            Cloud::Huawei => {
                let simulator = huawei::Simulator::start(huawei::generate(seed, huawei::Size::Dozen)).await?;
                simulator.set_most_per_page(most);
                Self::Huawei(simulator)
            }
        })
    }

    /// Returns the account.
    pub fn account(&self) -> Result<AccountId> {
        Ok(match self {
            Self::Ibm(cloud) => {
                AccountId::parse(Cloud::Ibm, &cloud.look(|world| world.account_id().to_owned()))?
            }
            Self::Huawei(cloud) => {
                AccountId::parse(Cloud::Huawei, &cloud.look(|world| world.account_id().to_owned()))?
            }
        })
    }

    /// Returns the base addresses of its services by name.
    pub fn endpoints(&self) -> Result<BTreeMap<String, String>> {
        let endpoints = match self {
            Self::Ibm(cloud) => serde_json::to_value(cloud.endpoints())?,
            Self::Huawei(cloud) => serde_json::to_value(cloud.endpoints())?,
        };
        serde_json::from_value(endpoints).context("endpoints are texts by name")
    }

    /// Sets the clock that requests are held against.
    pub fn set_clock(&self, now: Timestamp) {
        if let Self::Huawei(cloud) = self {
            cloud.set_clock(huawei::Clock::At(now));
        }
    }

    /// Lets its administrators do some things, or nothing.
    pub fn live(&self, rng: &mut Rng) {
        let share = *rng.choice(&[0.0, 0.01, 0.03, 0.06]).unwrap_or(&0.01);
        match self {
            Self::Ibm(cloud) => cloud.change(|world| {
                world.churn(rng, share);
                (0..rng.u32(0..3)).for_each(|_| edit_ibm(world, rng));
            }),
            Self::Huawei(cloud) => cloud.change(|world| {
                world.churn(rng, share);
                (0..rng.u32(0..3)).for_each(|_| edit_huawei(world, rng));
            }),
        }
    }
}

/// Returns the settings of an audit that finds the services at these addresses.
pub fn settings(account: &AccountId, endpoints: &BTreeMap<String, String>) -> String {
    let credentials = match account.cloud() {
        Cloud::Ibm => "api_key = \"env:IBM_API_KEY\"",
        Cloud::Huawei => "access_key = \"env:HUAWEI_ACCESS_KEY\", secret_key = \"env:HUAWEI_SECRET_KEY\"",
    };
    let endpoints: String = endpoints.iter().map(|(name, url)| format!("{name} = \"{url}\"\n")).collect();
    format!(
        "store = \"unused\"\n[[account]]\ncloud = \"{}\"\nid = \"{}\"\ncredentials = {{ {credentials} }}\n\
         [account.endpoints]\n{endpoints}",
        account.cloud(),
        account.id()
    )
}

/// Returns the variables that the settings name.
pub fn variable(name: &str) -> Option<String> {
    let text = match name {
        "IBM_API_KEY" => ibm::world::COLLECTOR_API_KEY,
        "HUAWEI_ACCESS_KEY" => huawei::world::COLLECTOR_ACCESS_KEY,
        "HUAWEI_SECRET_KEY" => huawei::world::COLLECTOR_SECRET_KEY,
        _ => return None,
    };
    Some(text.to_owned())
}
