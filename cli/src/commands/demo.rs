//! `demo`: weeks of simulated accounts, each audited by the very code of `audit`.

mod company;

use company::{Company, Week};
use model::{AccountId, Timestamp};
use notify::Sink;
use pipeline::{Clock, Run, RunSummary, Target};
use serde_json::{Value, json};
use snapshot::{AnyStore, StoreOptions};

use super::{Context, audit};
use crate::{
    account::Known,
    arguments::DemoArgs,
    demo_store::{self, DemoStore},
    failure::{Failure, exit},
    place,
    render::{demo, run},
};

pub(super) async fn run(context: Context<'_>, wanted: &DemoArgs) -> Result<bool, Failure> {
    let all = Company::accounts()?;
    let demo_store = DemoStore::at(context.global.store.as_deref(), &all)?;
    let chosen: Vec<&AccountId> = match place::account(context.global) {
        Some(name) => name.choose(&all, |id| Known { cloud: id.cloud(), id: Some(id), name: None }),
        None => all.iter().collect(),
    };
    if chosen.is_empty() {
        return Err(Failure::wrong_use("the demo has no such account")
            .help("name a cloud, as in `--account huawei`, or leave it out for all"));
    }
    demo_store.clear()?;
    let store = AnyStore::open(&demo_store.store().display().to_string(), &StoreOptions::default()).await?;
    let mut told = Vec::new();
    for account in &chosen {
        told.extend(live(context, wanted, &demo_store, &store, account).await?);
    }
    end(context, &demo_store, &chosen, told)
}

/// Lives through the weeks of one company.
async fn live(
    context: Context<'_>,
    wanted: &DemoArgs,
    demo_store: &DemoStore,
    store: &AnyStore,
    account: &AccountId,
) -> Result<Vec<Value>, Failure> {
    let company = Company::start(account.cloud()).await?;
    let weeks = company.weeks();
    let welcome =
        demo::welcome(&company.name(), company.cloud(), account, weeks.len(), context.screen.paint());
    context.screen.tell(&welcome)?;
    let settings = company.settings(demo_store, account)?;
    let rules = pipeline::rules(None)?;
    let permissions = settings.permissions();
    let sinks = [Sink::parse(&format!("file:{}", demo_store.events().display()))?];
    let target = settings.accounts.first().ok_or_else(|| Failure::wrong_use("the demo has no account"))?;
    let mut told = Vec::new();
    for (number, week) in (1..).zip(&weeks) {
        let at: Timestamp =
            week.date.parse().map_err(|error| Failure::new(exit::UNREADABLE, anyhow::Error::new(error)))?;
        company.live(*week, at);
        let clock = move || at;
        let order = Run {
            store,
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
        let before = store.traffic();
        let target = Target::prepare(target, &|name: &str| company.variable(name), Clock::new(clock)).await?;
        let summary: RunSummary = pipeline::audit(&target, &order).await?;
        let run = audit::gather(store, &rules, &summary, before).await?;
        context.progress.clear();
        if !wanted.fast || number == weeks.len() {
            context.screen.tell(&demo::week(number, week.title, week.date, &run, context.screen.paint()))?;
        }
        told.push(report(number, *week, &run));
    }
    Ok(told)
}

fn report(number: usize, week: Week, run: &run::ToldRun) -> Value {
    json!({
        "account": run.summary.account,
        "week": number,
        "date": week.date,
        "happened": week.title,
        "summary": run.summary,
        "events": run.events,
    })
}

fn end(
    context: Context<'_>,
    demo_store: &DemoStore,
    accounts: &[&AccountId],
    weeks: Vec<Value>,
) -> Result<bool, Failure> {
    let commands = demo_store::commands(demo_store, accounts);
    let store = demo_store.store().display().to_string();
    let events = demo_store.events().display().to_string();
    context.screen.show(
        |paint| demo::farewell(&store, &events, &commands, paint),
        || {
            json!({
                "store": store,
                "accounts": accounts,
                "events": events,
                "weeks": weeks,
                "commands": commands,
            })
        },
    )?;
    Ok(true)
}
