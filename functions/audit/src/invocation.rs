//! One invocation: the accounts that it asks for, one after another.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent};
use model::AccountId;
use pipeline::{AccountSettings, Environment, RunSummary, Target};
use serde_json::Value;
use tokio::sync::OnceCell;
use tracing::{Instrument, info_span};

use crate::{
    answer::{self, AccountOutcome, RunsAnswer},
    deadline::{Deadline, Share},
    event, log,
    ready::Ready,
};

/// Returns the time now; tests hand in their own.
pub(crate) type Clock<'a> = dyn Fn() -> Timestamp + Sync + 'a;

/// Audits what the event asks for and answers with what came of it.
pub(crate) async fn answer(
    ready: &OnceCell<Ready>,
    event: LambdaEvent<Value>,
    environment: &Environment<'_>,
    clock: &Clock<'_>,
) -> Result<RunsAnswer, Diagnostic> {
    let request = event.context.request_id;
    let deadline = Deadline::new(event.context.deadline, clock());
    let invocation = async {
        let (ready, accounts) = begin(ready, &event.payload, environment).await.map_err(|error| {
            tracing::error!(error = format!("{error:#}"), "the invocation cannot begin");
            answer::refusal(&error)
        })?;
        let mut answer = RunsAnswer::default();
        let mut left = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
        for account in accounts {
            let name = name(account);
            let span = info_span!("run", request_id = request.as_str(), account = name.as_str());
            let share = deadline.share(clock(), left, Duration::from_secs(account.seconds));
            let mut outcome = outcome(ready, account, name, share, environment, clock).instrument(span).await;
            if let AccountOutcome::Audited(summary) = &mut outcome {
                summary.warn_if_audited_twice(answer.summaries());
            }
            answer.runs.push(outcome);
            left = left.saturating_sub(1);
        }
        answer.or_failure()
    };
    invocation.instrument(info_span!("invocation", request_id = request.as_str())).await
}

/// Makes what is made once per process, unless a former invocation did, and picks the accounts.
async fn begin<'a>(
    ready: &'a OnceCell<Ready>,
    event: &Value,
    environment: &Environment<'_>,
) -> Result<(&'a Ready, Vec<&'a AccountSettings>)> {
    let wanted = event::wanted(event)?;
    let ready = ready.get_or_try_init(|| Ready::make(environment)).await?;
    let accounts = chosen(&ready.settings.accounts, wanted.as_ref())?;
    Ok((ready, accounts))
}

fn chosen<'a>(
    accounts: &'a [AccountSettings],
    wanted: Option<&AccountId>,
) -> Result<Vec<&'a AccountSettings>> {
    if accounts.is_empty() {
        bail!("the settings name no account; add an `[[account]]` to them");
    }
    let Some(wanted) = wanted else { return Ok(accounts.iter().collect()) };
    let chosen: Vec<_> =
        accounts.iter().filter(|account| account.account().as_ref() == Some(wanted)).collect();
    if chosen.is_empty() {
        let known: Vec<String> = accounts.iter().map(name).collect();
        bail!(
            "the settings have no account `{wanted}`, only {}; add it, or ask for one of these",
            known.join(", ")
        );
    }
    Ok(chosen)
}

/// Names an account as the settings do: without an id, it is the one of the credentials.
fn name(account: &AccountSettings) -> String {
    account
        .account()
        .map_or_else(|| format!("{}/(that of the credentials)", account.cloud), |id| id.to_string())
}

async fn outcome(
    ready: &Ready,
    account: &AccountSettings,
    name: String,
    share: Option<Share>,
    environment: &Environment<'_>,
    clock: &Clock<'_>,
) -> AccountOutcome {
    match run(ready, account, share, environment, clock).await {
        Ok(summary) => {
            let told = serde_json::to_string(&summary).unwrap_or_default();
            tracing::info!(summary = told, "run finished");
            AccountOutcome::Audited(Box::new(summary))
        }
        Err(error) => {
            let error = format!("{error:#}");
            tracing::error!(error, "run failed");
            AccountOutcome::Failed { account: name, error }
        }
    }
}

async fn run(
    ready: &Ready,
    account: &AccountSettings,
    share: Option<Share>,
    environment: &Environment<'_>,
    clock: &Clock<'_>,
) -> Result<RunSummary> {
    let share = share.ok_or_else(|| {
        anyhow!("no time is left before the deadline of the invocation; raise the timeout, or invoke once per account")
    })?;
    let mut account = account.clone();
    account.seconds = share.collect.as_secs();
    let target = Target::prepare(&account, environment, pipeline::Clock::new(Timestamp::now)).await?;
    let judge_until = Instant::now().checked_add(share.judge);
    let run = ready.run(clock, judge_until, &log::Lines);
    // Ended here, a run leaves what a dead one leaves: no snapshot or a whole one, and somebody is told why.
    tokio::time::timeout(share.run, pipeline::audit(&target, &run))
        .await
        .context("the run did not end before the deadline of the invocation; raise the timeout")?
        .map_err(anyhow::Error::from)
}

#[cfg(test)]
mod tests {
    use pipeline::Settings;

    use super::*;

    const TWO: &str = r#"
store = "snapshots"
[[account]]
cloud = "ibm"
id = "a1"
credentials = { api_key = "env:ONE" }
[[account]]
cloud = "ibm"
credentials = { api_key = "env:TWO" }
"#;

    fn picked(text: &str, wanted: Option<&str>) -> Result<Vec<String>, String> {
        let settings = Settings::parse("iamwatch.toml", text).expect("settings");
        let wanted = wanted.map(|account| account.parse().expect("an account"));
        chosen(&settings.accounts, wanted.as_ref())
            .map(|accounts| accounts.into_iter().map(name).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn without_a_wish_every_account_is_audited() {
        assert_eq!(picked(TWO, None).unwrap(), ["ibm/a1", "ibm/(that of the credentials)"]);
    }

    #[test]
    fn a_wish_picks_one() {
        assert_eq!(picked(TWO, Some("ibm/a1")).unwrap(), ["ibm/a1"]);
    }

    #[test]
    fn an_unknown_account_is_refused_with_those_that_are_known() {
        assert_eq!(
            picked(TWO, Some("ibm/a2")).unwrap_err(),
            "the settings have no account `ibm/a2`, only ibm/a1, ibm/(that of the credentials); add it, or ask for one of these"
        );
    }

    #[test]
    fn settings_without_accounts_are_refused() {
        assert!(picked("store = \"snapshots\"", None).unwrap_err().contains("name no account"));
    }
}
