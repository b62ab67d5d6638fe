//! What the command line asks for.

use anyhow::{Context, Result, bail};
use model::Cloud;

use crate::kinds::Kind;

const USAGE: &str = "usage: weather [--seed N] [--lives N | --seconds N] [--days N] [--cloud ibm|huawei] [--level 0.3]\n\
     \x20              [--kills 0.2] [--kinds a,b | --without a,b] [--verbose yes] [--alike 2] [--keep yes]";

/// What is lived through.
#[derive(Debug)]
pub struct Options {
    pub seed: u64,
    pub lives: u64,
    /// How long lives are begun, in the place of their number.
    pub seconds: Option<u64>,
    pub days: u32,
    pub clouds: Vec<Cloud>,
    pub kinds: Vec<Kind>,
    pub level: f64,
    pub kills: f64,
    /// Whether each fault is printed with a violation.
    pub is_verbose: bool,
    /// How many violations that are alike are printed of a day.
    pub most_alike: u64,
    /// Whether the stores of each life are left behind, to be looked into.
    pub keeps_stores: bool,
}

impl Options {
    /// Reads the arguments.
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            seed: 1,
            lives: 1,
            seconds: None,
            days: 8,
            clouds: vec![Cloud::Ibm, Cloud::Huawei],
            kinds: Kind::ALL.to_vec(),
            level: 0.3,
            kills: 0.2,
            is_verbose: false,
            most_alike: 2,
            keeps_stores: false,
        };
        for pair in arguments.chunks(2) {
            let [name, value] = pair else { bail!("`{}` needs a value\n{USAGE}", pair.concat()) };
            options.set(name, value).with_context(|| format!("`{name} {value}`\n{USAGE}"))?;
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "--seed" => self.seed = value.parse()?,
            "--lives" => self.lives = value.parse()?,
            "--seconds" => self.seconds = Some(value.parse()?),
            "--days" => self.days = value.parse()?,
            "--level" => self.level = value.parse()?,
            "--kills" => self.kills = value.parse()?,
            "--kinds" => self.kinds = Kind::parse_all(value)?,
            "--without" => {
                let without = Kind::parse_all(value)?;
                self.kinds.retain(|kind| !without.contains(kind));
            }
            "--cloud" => {
                self.clouds = vec![match value {
                    "ibm" => Cloud::Ibm,
                    "huawei" => Cloud::Huawei,
                    other => bail!("no cloud is called `{other}`"),
                }];
            }
            "--alike" => self.most_alike = value.parse()?,
            "--keep" => self.keeps_stores = value == "yes",
            "--verbose" => self.is_verbose = value == "yes",
            _ => bail!("there is no such option"),
        }
        Ok(())
    }
}
