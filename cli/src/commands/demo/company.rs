//! The companies that the demo audits: one on each cloud, simulated on this machine.

use std::future::Future;

use model::{AccountId, Cloud, Timestamp};
use pipeline::Settings;
use simulators::{
    huawei::{self, world as huawei_world},
    ibm::{self, world as ibm_world},
};

use crate::{
    demo_store::DemoStore,
    failure::{Failure, exit},
};

/// The seed of the companies that the weeks are told about.
const SEED: u64 = 1;

/// A company with its simulated cloud.
#[derive(Debug)]
pub(crate) enum Company {
    Ibm(ibm::Simulator),
    Huawei(huawei::Simulator),
}

/// One week of a company.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Week {
    /// What happened in the company in this week.
    pub(crate) title: &'static str,
    /// When the account is audited, RFC 3339.
    pub(crate) date: &'static str,
    number: usize,
}

impl Company {
    /// Starts the simulated cloud of a company.
    pub(crate) async fn start(cloud: Cloud) -> Result<Self, Failure> {
        match cloud {
            Cloud::Ibm => {
                listening(ibm::Simulator::start(ibm::generate(SEED, ibm::Size::Dozen))).await.map(Self::Ibm)
            }
            Cloud::Huawei => {
                let world = huawei::generate(SEED, huawei::Size::Dozen);
                listening(huawei::Simulator::start(world)).await.map(Self::Huawei)
            }
        }
    }

    /// Returns the accounts of all companies.
    pub(crate) fn accounts() -> Result<Vec<AccountId>, Failure> {
        let ibm = ibm::generate(SEED, ibm::Size::Dozen).account_id().to_owned();
        let huawei = huawei::generate(SEED, huawei::Size::Dozen).account_id().to_owned();
        [(Cloud::Ibm, ibm), (Cloud::Huawei, huawei)]
            .into_iter()
            .map(|(cloud, id)| AccountId::parse(cloud, &id))
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::new(exit::WRONG_USE, error))
    }

    /// Returns what the company is called.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Ibm(cloud) => cloud.look(|world| world.account.text("name").to_owned()),
            Self::Huawei(cloud) => cloud.look(|world| world.account_name().to_owned()),
        }
    }

    /// Returns the name of its cloud, as people write it.
    pub(crate) const fn cloud(&self) -> &'static str {
        match self {
            Self::Ibm(_) => "IBM Cloud",
            Self::Huawei(_) => "Huawei Cloud",
        }
    }

    /// Returns the weeks that it lives through.
    pub(crate) fn weeks(&self) -> Vec<Week> {
        let numbered = |(number, (title, date))| Week { title, date, number };
        match self {
            Self::Ibm(_) => {
                ibm::weeks().iter().map(|week| (week.title, week.date)).enumerate().map(numbered).collect()
            }
            Self::Huawei(_) => {
                huawei::weeks().iter().map(|week| (week.title, week.date)).enumerate().map(numbered).collect()
            }
        }
    }

    /// Lets a week pass, up to the time of the audit.
    pub(crate) fn live(&self, week: Week, at: Timestamp) {
        match self {
            Self::Ibm(cloud) => {
                if let Some(week) = ibm::weeks().get(week.number) {
                    cloud.change(week.apply);
                }
            }
            Self::Huawei(cloud) => {
                cloud.set_clock(huawei::Clock::At(at));
                if let Some(week) = huawei::weeks().get(week.number) {
                    cloud.change(week.apply);
                }
            }
        }
    }

    /// Makes the settings that `audit` would read from a file.
    pub(crate) fn settings(&self, demo_store: &DemoStore, account: &AccountId) -> Result<Settings, Failure> {
        let (credentials, endpoints) = match self {
            Self::Ibm(cloud) => (
                r#"{ api_key = "env:IAMWATCH_DEMO_KEY" }"#,
                lines(&[
                    ("iam", &cloud.endpoints().iam),
                    ("user_management", &cloud.endpoints().user_management),
                    ("accounts", &cloud.endpoints().accounts),
                    ("resource_controller", &cloud.endpoints().resource_controller),
                    ("cbr", &cloud.endpoints().cbr),
                    ("enterprise", &format!("{}/v1", cloud.endpoints().enterprise)),
                ]),
            ),
            Self::Huawei(cloud) => (
                r#"{ access_key = "env:IAMWATCH_DEMO_KEY", secret_key = "env:IAMWATCH_DEMO_SECRET" }"#,
                lines(&[
                    ("iam", &cloud.endpoints().iam),
                    ("sts", &cloud.endpoints().sts),
                    ("organizations", &cloud.endpoints().organizations),
                    ("eps", &cloud.endpoints().eps),
                ]),
            ),
        };
        let text = format!(
            "store = {store:?}\n\
             [[account]]\n\
             cloud = \"{cloud}\"\n\
             id = \"{id}\"\n\
             credentials = {credentials}\n\
             [account.endpoints]\n{endpoints}",
            store = demo_store.store().display().to_string(),
            cloud = account.cloud(),
            id = account.id(),
        );
        Ok(Settings::parse("of the demo", &text)?)
    }

    /// Returns the variables that the settings name; they are set nowhere but here.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let text = match (self, name) {
            (Self::Ibm(_), "IAMWATCH_DEMO_KEY") => ibm_world::COLLECTOR_API_KEY,
            (Self::Huawei(_), "IAMWATCH_DEMO_KEY") => huawei_world::COLLECTOR_ACCESS_KEY,
            (Self::Huawei(_), "IAMWATCH_DEMO_SECRET") => huawei_world::COLLECTOR_SECRET_KEY,
            _ => return None,
        };
        Some(text.to_owned())
    }
}

async fn listening<T>(start: impl Future<Output = std::io::Result<T>>) -> Result<T, Failure> {
    start.await.map_err(|error| {
        Failure::new(exit::UNREADABLE, error).doing("the simulated cloud could not listen on 127.0.0.1")
    })
}

fn lines(endpoints: &[(&str, &str)]) -> String {
    endpoints.iter().map(|(name, url)| format!("{name} = {url:?}\n")).collect()
}
