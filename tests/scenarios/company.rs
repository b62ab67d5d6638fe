//! Companies to audit: one on each simulated cloud, with what its settings say and what nobody else may learn.

use model::{Cloud, Timestamp};
use simulators::{huawei, ibm};

/// Weeks pass in these companies, which are the same every time.
const SEED: u64 = 1;

/// A company with its simulated cloud.
pub enum Company {
    Ibm(ibm::Simulator),
    Huawei(huawei::Simulator),
}

/// One week of a company.
#[derive(Debug, Clone, Copy)]
pub struct Week {
    /// What happened, in a few words.
    pub title: &'static str,
    /// When the account is audited, RFC 3339.
    pub date: &'static str,
    number: usize,
}

impl Company {
    /// Starts the company of a dozen people.
    pub async fn of_a_dozen(cloud: Cloud) -> Self {
        match cloud {
            Cloud::Ibm => Self::on_ibm(ibm::generate(SEED, ibm::Size::Dozen)).await,
            Cloud::Huawei => Self::on_huawei(huawei::generate(SEED, huawei::Size::Dozen)).await,
        }
    }

    /// Starts some account of IBM Cloud.
    pub async fn on_ibm(world: ibm::World) -> Self {
        Self::Ibm(ibm::Simulator::start(world).await.expect("free ports"))
    }

    /// Starts some account of Huawei Cloud.
    pub async fn on_huawei(world: huawei::World) -> Self {
        Self::Huawei(huawei::Simulator::start(world).await.expect("free ports"))
    }

    pub fn cloud(&self) -> Cloud {
        match self {
            Self::Ibm(_) => Cloud::Ibm,
            Self::Huawei(_) => Cloud::Huawei,
        }
    }

    pub fn account_id(&self) -> String {
        match self {
            Self::Ibm(cloud) => cloud.look(|world| world.account_id().to_owned()),
            Self::Huawei(cloud) => cloud.look(|world| world.account_id().to_owned()),
        }
    }

    /// Returns the weeks that it lives through.
    pub fn weeks(&self) -> Vec<Week> {
        let weeks: Vec<_> = match self {
            Self::Ibm(_) => ibm::weeks().iter().map(|week| (week.title, week.date)).collect(),
            Self::Huawei(_) => huawei::weeks().iter().map(|week| (week.title, week.date)).collect(),
        };
        weeks.into_iter().enumerate().map(|(number, (title, date))| Week { title, date, number }).collect()
    }

    /// Lets a week happen.
    pub fn live(&self, week: Week) {
        match self {
            Self::Ibm(cloud) => cloud.change(ibm::weeks()[week.number].apply),
            Self::Huawei(cloud) => cloud.change(huawei::weeks()[week.number].apply),
        }
    }

    /// Sets the clock of the cloud, where it has one that requests are held against.
    pub fn set_clock(&self, now: Timestamp) {
        if let Self::Huawei(cloud) = self {
            cloud.set_clock(huawei::Clock::At(now));
        }
    }

    /// Returns the credentials and endpoints as settings name them.
    pub fn sign_in(&self) -> String {
        let (credentials, endpoints) = match self {
            Self::Ibm(cloud) => ("api_key = \"env:IBM_API_KEY\"", serde_json::to_value(cloud.endpoints())),
            Self::Huawei(cloud) => (
                "access_key = \"env:HUAWEI_ACCESS_KEY\", secret_key = \"env:HUAWEI_SECRET_KEY\"",
                serde_json::to_value(cloud.endpoints()),
            ),
        };
        let endpoints = endpoints.expect("endpoints");
        let endpoints = endpoints.as_object().expect("endpoints by name").iter();
        let lines: Vec<String> = endpoints.map(|(service, url)| format!("{service} = {url}\n")).collect();
        format!("credentials = {{ {credentials} }}\n[account.endpoints]\n{}", lines.concat())
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

    /// Returns all that may be kept nowhere.
    pub fn secrets(&self) -> Vec<String> {
        let secrets: Vec<String> = match self {
            Self::Ibm(cloud) => cloud.look(|world| {
                let keys = world.api_keys.iter().map(|key| key.secret.clone());
                keys.chain([ibm::world::COLLECTOR_API_KEY.to_owned()]).collect()
            }),
            Self::Huawei(cloud) => cloud.look(|world| {
                let of_caller = |caller: &huawei::world::Caller| {
                    [Some(caller.secret_access_key.clone()), caller.security_token.clone()]
                };
                let secrets = world.callers.iter().flat_map(of_caller).flatten();
                let words = ["SDK-HMAC-SHA256", "Signature=", huawei::world::TEMPORARY_SECURITY_TOKEN];
                secrets.chain(words.map(str::to_owned)).collect()
            }),
        };
        secrets.into_iter().filter(|secret| !secret.is_empty()).collect()
    }
}
