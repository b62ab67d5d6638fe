//! `audit`: one run of the accounts in the configuration.

use std::{cmp::Reverse, collections::BTreeSet};

use check::RuleSet;
use jiff::Timestamp;
use model::{AccountId, Event, Finding, FindingState, Severity};
use notify::Sink;
use pipeline::{AccountSettings, Clock, PipelineError, Run, RunSummary, Settings, Target};
use serde_json::{Value, json};
use snapshot::{AnyStore, History, Manifest, SnapshotError, Traffic};

use super::Context;
use crate::{
    account::{AccountName, Known},
    failure::{Failure, exit},
    names::{Names, Subject},
    place,
    render::run,
};

pub(super) async fn run(context: Context<'_>) -> Result<bool, Failure> {
    let settings = context.settings.ok_or_else(|| Failure::wrong_use("there are no settings"))?;
    let accounts = chosen(settings, place::account(context.global).as_ref())?;
    let place = place::store(context.global, Some(settings))?;
    let store = AnyStore::open(&place, &place::options(context.global, Some(settings))).await?;
    let rules = pipeline::rules(settings.rules.as_deref())?;
    let sinks: Vec<Sink> =
        settings.notify.sinks.iter().map(|sink| Sink::parse(sink)).collect::<Result<_, _>>()?;
    let permissions = settings.permissions();
    let clock = Timestamp::now;
    let order = Run {
        store: &store,
        rules: &rules,
        permissions: &permissions,
        sinks: &sinks,
        suppressions: &settings.suppressions,
        accounts: &settings.accounts,
        events_per_run: settings.notify.events_per_run,
        judging: settings.judging(),
        judge_until: None,
        clock: &clock,
        watch: context.progress,
    };
    let mut runs: Vec<RunSummary> = Vec::new();
    let mut failures = Vec::new();
    for account in &accounts {
        let before = store.traffic();
        match audit(account, &order).await {
            Ok(mut summary) => {
                summary.warn_if_audited_twice(&runs);
                // Another account may be in the same store. What cannot be asked is named, to be sure.
                let history = History::new(store.clone(), summary.account.clone());
                let is_one = accounts.len() == 1 && history.is_alone().await.unwrap_or(false);
                context.screen.lead_to(Some(&summary.account).filter(|_| !is_one));
                let told = tell(context, &order, &summary, before).await;
                failures.extend(told.err().map(|failure| untold(&summary, failure)));
                runs.push(summary);
            }
            Err(error) => {
                context.progress.clear();
                failures.push((name(account), Failure::from(error)));
            }
        }
    }
    if accounts.len() > 1 {
        // What is told from here on is of several accounts.
        context.screen.lead_to(None);
    }
    if context.screen.is_json() {
        let shown = context.screen.show(|_| String::new(), || report(&runs, &failures));
        failures.extend(shown.err().map(|failure| ("the answer for programs".to_owned(), failure)));
    }
    let news = runs.iter().any(RunSummary::has_news);
    failures.extend(runs.iter().filter_map(unjudged));
    failures.extend(runs.iter().filter_map(undelivered));
    end(context, failures, runs.len()).map(|()| news)
}

/// Shows what came of one account.
async fn tell(
    context: Context<'_>,
    order: &Run<'_>,
    summary: &RunSummary,
    before: Traffic,
) -> Result<(), Failure> {
    let gathered = gather(order.store, order.rules, summary, before).await;
    context.progress.clear();
    context.screen.tell(&run::page(&gathered?, context.screen.paint()))
}

/// Makes a failure of a snapshot that is stored and could not be shown.
fn untold(summary: &RunSummary, failure: Failure) -> (String, Failure) {
    let said = format!("snapshot {} is stored, but could not be shown", summary.snapshot);
    (summary.account.to_string(), failure.doing(said))
}

/// Makes a failure of a snapshot that is stored and was not judged: nobody knows what is wrong in it.
fn unjudged(summary: &RunSummary) -> Option<(String, Failure)> {
    let reason = summary.unjudged.as_ref()?;
    let error = anyhow::anyhow!("snapshot {} is stored, but was not judged: {reason}", summary.snapshot);
    let failure = Failure::new(exit::UNREADABLE, error)
        .help("the next audit judges what changed since the last that could");
    Some((summary.account.to_string(), failure))
}

/// Makes a failure of what sinks lack: the snapshot is there, and nobody has heard of it.
fn undelivered(summary: &RunSummary) -> Option<(String, Failure)> {
    let sinks: BTreeSet<&str> = summary.undelivered().map(|(_, sink)| sink.sink.as_str()).collect();
    let events: usize = summary.undelivered().map(|(_, sink)| sink.failed).sum();
    let first = summary.undelivered().find_map(|(_, sink)| sink.reason.as_deref())?;
    let error = anyhow::anyhow!(
        "snapshot {} is stored, but {} not delivered to {}: {first}",
        summary.snapshot,
        if events == 1 { "1 event was".to_owned() } else { format!("{events} events were") },
        sinks.into_iter().collect::<Vec<_>>().join(", ")
    );
    let failure = Failure::new(exit::UNREADABLE, error).help("mend the sink; the next audit delivers them");
    Some((summary.account.to_string(), failure))
}

async fn audit(account: &AccountSettings, order: &Run<'_>) -> Result<RunSummary, PipelineError> {
    let target = Target::prepare(account, &place::variable, Clock::new(Timestamp::now)).await?;
    pipeline::audit(&target, order).await
}

/// Gathers what the page of a run tells beside its summary.
pub(super) async fn gather(
    store: &AnyStore,
    rules: &RuleSet,
    summary: &RunSummary,
    before: Traffic,
) -> Result<run::ToldRun, SnapshotError> {
    let after = store.traffic();
    let history = History::new(store.clone(), summary.account.clone());
    let manifest = history.manifest(summary.snapshot).await?;
    let events: Vec<Event> = match &manifest.outbox {
        Some(outbox) => history.get_json(outbox).await?,
        None => Vec::new(),
    };
    let severe = if events.iter().any(|event| event.kind.contains(".run.digest.")) {
        severe(&history, &manifest).await?
    } else {
        Vec::new()
    };
    let names =
        names(&history, &manifest, rules, events.iter().map(|event| &event.data).chain(&severe)).await?;
    let mut incomplete = match history::coverage(&history, &manifest).await {
        // The run is over and told: that something of it was damaged meanwhile is what `verify` is for.
        Err(error) if error.is_damage() => Vec::new(),
        coverage => coverage?,
    };
    incomplete.retain(|list| !list.is_complete());
    Ok(run::ToldRun {
        summary: summary.clone(),
        at: manifest.finished_at,
        events,
        severe,
        names,
        incomplete,
        objects: after.writes.saturating_sub(before.writes),
        bytes: after.written_bytes.saturating_sub(before.written_bytes),
    })
}

/// Reads the critical and high findings that a run opened, as the data of the events that would tell them one by one.
async fn severe(history: &History, manifest: &Manifest) -> Result<Vec<Value>, SnapshotError> {
    let is_meant = |finding: &Finding| {
        finding.state == FindingState::Open
            && finding.severity >= Severity::High
            && finding.first_seen.snapshot == manifest.number
            && !finding.baseline
            && finding.implied_by.is_none()
    };
    let mut found = Vec::new();
    let keep = |finding: Finding| found.extend(Some(finding).filter(is_meant));
    match history::each_finding_opened(history, manifest, keep).await {
        Err(error) if error.is_damage() => return Ok(Vec::new()),
        read => read?,
    }
    let place =
        |finding: &Finding| (Reverse(finding.severity), finding.rule.clone(), finding.subject.clone());
    found.sort_by_cached_key(place);
    Ok(found.iter().map(|finding| json!({ "transition": "opened", "finding": finding })).collect())
}

/// Reads what the things of findings are called; those that are gone, as they were called before.
async fn names(
    history: &History,
    manifest: &Manifest,
    rules: &RuleSet,
    told: impl Iterator<Item = &Value>,
) -> Result<Names, SnapshotError> {
    let text = |data: &Value, pointer| data.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let findings: Vec<(String, String)> = told
        .filter_map(|data| Some((text(data, "/finding/rule")?, text(data, "/finding/subject")?)))
        .collect();
    if findings.is_empty() {
        return Ok(Names::default());
    }
    let former = match manifest.number {
        1 => None,
        number => match history.manifest(number - 1).await {
            Err(error) if error.is_damage() || matches!(error, SnapshotError::NoSuchSnapshot { .. }) => None,
            former => Some(former?),
        },
    };
    let manifests: Vec<&Manifest> = std::iter::once(manifest).chain(&former).collect();
    let subjects = findings.iter().map(|(rule, address)| Subject { rule, address });
    match Names::read(history, &manifests, rules, subjects).await {
        // The run is over and told; that its former snapshot is damaged is part of its summary.
        Err(error) if error.is_damage() => Ok(Names::default()),
        names => names,
    }
}

fn chosen<'a>(
    settings: &'a Settings,
    wanted: Option<&AccountName>,
) -> Result<Vec<&'a AccountSettings>, Failure> {
    let accounts = &settings.accounts;
    if accounts.is_empty() {
        return Err(Failure::wrong_use("the configuration names no account")
            .help("add an [[account]]; `iamwatch help audit` shows the smallest configuration"));
    }
    let Some(wanted) = wanted else { return Ok(accounts.iter().collect()) };
    let ids: Vec<(Option<AccountId>, &AccountSettings)> =
        accounts.iter().map(|account| (account.account(), account)).collect();
    let chosen: Vec<&AccountSettings> =
        wanted.choose(&ids, known).into_iter().map(|(_, account)| *account).collect();
    let list = |accounts: &mut dyn Iterator<Item = &AccountSettings>| {
        accounts.map(name).collect::<Vec<_>>().join(", ")
    };
    match (chosen.len(), wanted) {
        (0, _) => Err(Failure::wrong_use(format!(
            "the configuration has no account `{wanted}`, only {}",
            list(&mut accounts.iter())
        ))
        .help("add it with its `id`, or choose one of these")),
        (2.., AccountName::Text(text)) => Err(Failure::wrong_use(format!(
            "`{text}` may be several accounts of the configuration: {}",
            list(&mut chosen.into_iter())
        ))
        .help("say more of its id, or its name")),
        _ => Ok(chosen),
    }
}

fn known<'b, 'a: 'b>((id, account): &'b (Option<AccountId>, &'a AccountSettings)) -> Known<'b> {
    Known { cloud: account.cloud, id: id.as_ref(), name: account.name.as_deref() }
}

/// Names an account as the settings do: without a name and an id, it is the one of the credentials.
fn name(account: &AccountSettings) -> String {
    let id = account.account().map(|id| id.to_string());
    match (&account.name, id) {
        (Some(name), Some(id)) => format!("{name} ({id})"),
        (Some(name), None) => name.clone(),
        (None, Some(id)) => id,
        (None, None) => format!("{} (the account of its credentials)", account.cloud),
    }
}

fn report(runs: &[RunSummary], failures: &[(String, Failure)]) -> Value {
    let failures: Vec<Value> = failures
        .iter()
        .map(|(account, failure)| json!({ "account": account, "error": failure.words().0 }))
        .collect();
    json!({ "runs": runs, "failures": failures })
}

/// Ends with the failures: all but the last are told here, the last by whoever called.
fn end(context: Context<'_>, mut failures: Vec<(String, Failure)>, runs: usize) -> Result<(), Failure> {
    let Some((account, last)) = failures.pop() else { return Ok(()) };
    let worst = failures.iter().map(|(_, failure)| failure.code).fold(last.code, u8::max);
    if failures.is_empty() && runs == 0 {
        return Err(last);
    }
    for (account, failure) in failures {
        context.screen.fail(&failure.doing(account));
    }
    let mut last = last.doing(account);
    last.code = worst;
    Err(last)
}
