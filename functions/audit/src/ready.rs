//! What is made once per process: settings, store, rules, sinks.

use std::time::Instant;

use anyhow::{Context, Result};
use check::RuleSet;
use notify::Sink;
use pipeline::{Anchor, Environment, Permissions, Run, Settings, Watch};
use snapshot::{AnyStore, StoreOptions};

use crate::invocation::Clock;

/// All that the runs of this process share.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) settings: Settings,
    store: AnyStore,
    rules: RuleSet,
    permissions: Permissions,
    sinks: Vec<Sink>,
}

impl Ready {
    /// Reads the settings and opens what they name.
    pub(crate) async fn make(environment: &Environment<'_>) -> Result<Self> {
        let place = environment("IAMWATCH_CONFIG").context(
            "environment variable `IAMWATCH_CONFIG` is not set; \
             let it name the settings: a file, a folder, `s3://bucket/key` or `ssm:NAME`",
        )?;
        let settings = Settings::load(&place, environment).await?;
        // A variable that is empty names nothing.
        let uri = match environment("IAMWATCH_STORE").filter(|store| !store.is_empty()) {
            Some(store) => Anchor::new(None, environment).store(&store)?,
            None => settings.store.clone(),
        };
        let options = StoreOptions {
            s3_endpoint: settings.s3.endpoint.clone(),
            s3_path_style: settings.s3.path_style,
            region: settings.s3.region.clone(),
        };
        let store = AnyStore::open(&uri, &options).await.context("the store cannot be opened")?;
        let rules = pipeline::rules(settings.rules.as_deref()).context("the rules cannot be used")?;
        let sinks = settings.notify.sinks.iter().map(|sink| Sink::parse(sink)).collect::<Result<_, _>>()?;
        tracing::info!(settings = place, store = uri, accounts = settings.accounts.len(), "ready");
        let permissions = settings.permissions();
        Ok(Self { settings, store, rules, permissions, sinks })
    }

    /// Returns what one run works with.
    pub(crate) fn run<'a>(
        &'a self,
        clock: &'a Clock<'a>,
        judge_until: Option<Instant>,
        watch: &'a dyn Watch,
    ) -> Run<'a> {
        Run {
            store: &self.store,
            rules: &self.rules,
            permissions: &self.permissions,
            sinks: &self.sinks,
            suppressions: &self.settings.suppressions,
            accounts: &self.settings.accounts,
            events_per_run: self.settings.notify.events_per_run,
            judging: self.settings.judging(),
            judge_until,
            clock,
            watch,
        }
    }
}
