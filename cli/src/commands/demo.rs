//! `demo`: weeks of a simulated account, each audited by the very code of `audit`.

use model::Timestamp;
use notify::Sink;
use pipeline::{AccountSettings, Clock, Run, Settings, Summary, Target};
use serde_json::{Value, json};
use simulators::ibm::{Simulator, Size, Week, generate, weeks, world::COLLECTOR_API_KEY};
use snapshot::{AnyStore, StoreOptions};

use super::{Desk, audit};
use crate::{
    arguments::Demo,
    failure::{Failure, exit},
    office::{self, Office},
    render::{demo, run},
};

/// The variable that the settings of the demo name; it is set nowhere but here.
const KEY: &str = "IAMWATCH_DEMO_KEY";
/// The seed of the company that the weeks are told about.
const SEED: u64 = 1;

pub(super) async fn run(desk: Desk<'_>, wanted: &Demo) -> Result<bool, Failure> {
    let world = generate(SEED, Size::Dozen);
    let office = Office::at(desk.global.store.as_deref(), world.account_id())?;
    office.clear()?;
    let company = world.account.text("name").to_owned();
    let simulator = Simulator::start(world).await.map_err(|error| {
        Failure::new(exit::UNREADABLE, error).doing("the simulated cloud could not listen on 127.0.0.1")
    })?;
    let settings = settings(&office, &simulator)?;
    let weeks = weeks();
    desk.screen.tell(&demo::welcome(&company, office.account(), weeks.len(), desk.screen.paint()))?;
    let store = AnyStore::open(&settings.store, &StoreOptions::default()).await?;
    let rules = pipeline::rules(None)?;
    let sinks = [Sink::parse(&format!("file:{}", office.events().display()))?];
    let account = settings.accounts.first().ok_or_else(|| Failure::wrong_use("the demo has no account"))?;
    let permissions = settings.permissions();
    let mut told = Vec::new();
    for (number, week) in (1..).zip(&weeks) {
        simulator.change(week.apply);
        let at: Timestamp =
            week.date.parse().map_err(|error| Failure::new(exit::UNREADABLE, anyhow::Error::new(error)))?;
        let clock = move || at;
        let order = Run {
            store: &store,
            rules: &rules,
            permissions: &permissions,
            sinks: &sinks,
            suppressions: &settings.suppressions,
            events_per_run: settings.notify.events_per_run,
            clock: &clock,
            watch: desk.progress,
        };
        let before = store.traffic();
        let summary = audit(account, &order, at).await?;
        let run = audit::told(&store, &rules, &summary, before).await?;
        desk.progress.clear();
        if !wanted.fast || number == weeks.len() {
            desk.screen.tell(&demo::week(number, week.title, week.date, &run, desk.screen.paint()))?;
        }
        told.push(report(number, week, &run));
    }
    end(desk, &office, told)
}

/// Makes the settings that `audit` would read from a file.
fn settings(office: &Office, simulator: &Simulator) -> Result<Settings, Failure> {
    let endpoints = simulator.endpoints();
    let text = format!(
        "store = {store:?}\n\
         [[account]]\n\
         cloud = \"ibm\"\n\
         id = \"{account}\"\n\
         credentials = {{ api_key = \"env:{KEY}\" }}\n\
         [account.endpoints]\n\
         iam = {iam:?}\n\
         user_management = {users:?}\n\
         accounts = {accounts:?}\n\
         resource_controller = {resources:?}\n\
         cbr = {cbr:?}\n\
         enterprise = {enterprise:?}\n",
        store = office.store().display().to_string(),
        account = office.account().id(),
        iam = endpoints.iam,
        users = endpoints.user_management,
        accounts = endpoints.accounts,
        resources = endpoints.resource_controller,
        cbr = endpoints.cbr,
        enterprise = format!("{}/v1", endpoints.enterprise),
    );
    Ok(Settings::parse("of the demo", &text)?)
}

async fn audit(account: &AccountSettings, order: &Run<'_>, at: Timestamp) -> Result<Summary, Failure> {
    let environment = |name: &str| (name == KEY).then(|| COLLECTOR_API_KEY.to_owned());
    let target = Target::prepare(account, &environment, Clock::new(move || at)).await?;
    Ok(pipeline::audit(&target, order).await?)
}

fn report(number: usize, week: &Week, run: &run::Told) -> Value {
    json!({
        "week": number,
        "date": week.date,
        "happened": week.title,
        "summary": run.summary,
        "events": run.events,
    })
}

fn end(desk: Desk<'_>, office: &Office, weeks: Vec<Value>) -> Result<bool, Failure> {
    let commands = office::commands(office);
    let store = office.store().display().to_string();
    let events = office.events().display().to_string();
    desk.screen.show(
        |paint| demo::farewell(&store, &events, &commands, paint),
        || {
            json!({
                "store": store,
                "account": office.account(),
                "events": events,
                "weeks": weeks,
                "commands": commands,
            })
        },
    )?;
    Ok(true)
}
