//! What the command line asks for.

use anyhow::{Context, Result, bail};
use simulators::ibm::Size;

pub(crate) const USAGE: &str = "usage: simulate ibm|huawei [--size dozen|1k|10k|100k] [--seed N] [--latency-ms N] [--week N]\n\
     \x20      ibm:    [--token-life SECONDS]\n\
     \x20      huawei: [--session-life SECONDS] [--clock TIME] and --size guide, the account of the official guide";

/// Which cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cloud {
    Ibm,
    Huawei,
}

/// Which account.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Account {
    Of(Size),
    /// That of Huawei Cloud's guide.
    Guide,
}

pub(crate) struct Options {
    pub(crate) cloud: Cloud,
    pub(crate) account: Account,
    pub(crate) seed: u64,
    /// How long what is lent lives, in seconds: tokens, sessions.
    pub(crate) life: Option<u64>,
    /// The time that stands still.
    pub(crate) clock: Option<jiff::Timestamp>,
    pub(crate) latency_ms: u64,
    pub(crate) week: usize,
}

impl Options {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
        let cloud = match words.next().as_deref() {
            Some("ibm") => Cloud::Ibm,
            Some("huawei") => Cloud::Huawei,
            Some(other) => bail!("no cloud is called `{other}`\n{USAGE}"),
            None => bail!("{USAGE}"),
        };
        let mut options = Options {
            cloud,
            account: Account::Of(Size::Dozen),
            seed: 1,
            life: None,
            clock: None,
            latency_ms: 0,
            week: 1,
        };
        while let Some(name) = words.next() {
            let value = words.next().with_context(|| format!("`{name}` needs a value\n{USAGE}"))?;
            options.set(&name, &value)?;
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let number =
            || value.parse::<u64>().with_context(|| format!("`{name}` needs a number, not `{value}`"));
        match (name, self.cloud) {
            ("--size", Cloud::Huawei) if value == "guide" => self.account = Account::Guide,
            ("--size", _) => self.account = Account::Of(value.parse()?),
            ("--seed", _) => self.seed = number()?,
            ("--token-life", Cloud::Ibm) | ("--session-life", Cloud::Huawei) => self.life = Some(number()?),
            ("--clock", Cloud::Huawei) => {
                let time = value.parse();
                self.clock = Some(time.with_context(|| {
                    format!("`--clock` needs a time like 2026-09-07T06:00:00Z, not `{value}`")
                })?);
            }
            ("--latency-ms", _) => self.latency_ms = number()?,
            ("--week", _) => self.week = usize::try_from(number()?)?,
            _ => bail!("no option is called `{name}`\n{USAGE}"),
        }
        Ok(())
    }
}
