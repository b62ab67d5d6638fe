//! The words of the command line.

mod ddl;
mod export;
mod findings;
mod life;
mod manual;
mod open;
mod prune;
mod query;
mod replay;
mod serve;
mod verify;

pub(crate) use ddl::{DdlArgs, Engine};
pub(crate) use export::{ExportArgs, Layout};
pub(crate) use findings::{FindingsArgs, GroupBy, StateName};
pub(crate) use life::{BlameArgs, HistoryArgs};
pub(crate) use manual::{CompletionsArgs, ManArgs};
pub(crate) use open::OpenArgs;
pub(crate) use prune::PruneArgs;
pub(crate) use query::{QueryArgs, ReportArgs, ReportForm, TablesArgs};
pub(crate) use replay::ReplayArgs;
pub(crate) use serve::ServeArgs;
pub(crate) use verify::VerifyArgs;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, value_parser};

use crate::account::AccountName;

const EXAMPLES: &str = "\
Start here:
  iamwatch demo                          weeks of simulated accounts, and a store to explore
  iamwatch audit --config iamwatch.toml  one run over your accounts
  iamwatch diff                          what the last run found changed
  iamwatch findings                      what is open, and since when

A snapshot is named `latest`, `latest~3`, by number (`42`), or by a time (`yesterday`, `-7d`, `2026-11`,
`2026-11-21`, `2026-11-21T16:30:00Z`): the one in force then, at the end of a day or month.

Exit codes: 0 done; 1 with --exit-code, and there is something to tell; 2 wrong use; 3 a cloud or a
store could not be read or written, or a sink lacks events; 4 the history is broken.";

/// Greatest number of things that a plan is made for: no account has as many.
const MOST: u64 = 10u64.pow(7);

/// Audits who may do what in cloud accounts: what changed, since when, and whether it could see everything.
#[derive(Debug, Parser)]
#[command(name = "iamwatch", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The settings: a file, a folder with an iamwatch.toml, s3://BUCKET/KEY or ssm:NAME [env: IAMWATCH_CONFIG]
    /// [default: the nearest iamwatch.toml, in this folder or one above]
    #[arg(long, global = true, value_name = "F")]
    pub(crate) config: Option<String>,
    /// Where snapshots live: a folder, or s3://BUCKET/PREFIX [env: IAMWATCH_STORE] [default: that of the settings, or
    /// ./iamwatch-store; of `demo` always ./iamwatch-demo]
    #[arg(long, global = true, value_name = "URI")]
    pub(crate) store: Option<String>,
    /// The account: its name in the settings, ibm/ID, the beginning of its id, or the cloud alone where it has one; may be left
    /// out where there is one; `all` asks every account [env: IAMWATCH_ACCOUNT]
    #[arg(long, global = true, value_name = "ACCOUNT")]
    pub(crate) account: Option<AccountName>,
    /// Print JSON for programs; each command's help tells its form
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print nothing but failures
    #[arg(long, short, global = true, conflicts_with = "json")]
    pub(crate) quiet: bool,
    /// When to colour: without it, on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Colour::Auto, hide_possible_values = false)]
    pub(crate) color: Colour,
    /// Show long output at once, not page by page [env: PAGER, without it `less`]
    #[arg(long, global = true)]
    pub(crate) no_pager: bool,
    /// End with code 1 when there is something to tell
    #[arg(long, global = true)]
    pub(crate) exit_code: bool,
    /// Address of an S3-compatible server [env: IAMWATCH_S3_ENDPOINT]
    #[arg(long, global = true, value_name = "URL", help_heading = "S3 stores")]
    pub(crate) s3_endpoint: Option<String>,
    /// Put the bucket into the path, as most S3-compatible servers want it [env: IAMWATCH_S3_PATH_STYLE]
    #[arg(long, global = true, help_heading = "S3 stores")]
    pub(crate) s3_path_style: bool,
    /// Region of the bucket [env: IAMWATCH_S3_REGION]
    #[arg(long, global = true, value_name = "NAME", help_heading = "S3 stores")]
    pub(crate) region: Option<String>,
    /// Say more on standard error: -v each stage, -vv each call
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// On a terminal and anywhere else.
    Always,
    /// Nowhere, also not on a terminal.
    Never,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(DemoArgs),
    Audit(AuditArgs),
    Plan(PlanArgs),
    Snapshots(SnapshotsArgs),
    Show(ShowArgs),
    Diff(DiffArgs),
    History(HistoryArgs),
    Blame(BlameArgs),
    Findings(FindingsArgs),
    WhoCan(WhoCanArgs),
    Query(QueryArgs),
    Export(ExportArgs),
    Ddl(DdlArgs),
    Open(OpenArgs),
    Tables(TablesArgs),
    Report(ReportArgs),
    Serve(ServeArgs),
    Rules(RulesArgs),
    Replay(ReplayArgs),
    Verify(VerifyArgs),
    Prune(PruneArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Live through some weeks of simulated accounts on IBM Cloud and Huawei Cloud, auditing each
///
/// Starts simulated clouds on loopback, lets people join, leave and make mistakes, and audits them week by week
/// through the very same code as `audit`. No cloud account is needed. It leaves a store to explore.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch demo
  iamwatch demo --account huawei
  iamwatch demo --store /tmp/demo

The store must be new or empty, or one that an earlier demo left: that is replaced. Nothing else is \
ever deleted. The events are kept beside it, one JSON object a line, in STORE.events.jsonl.

--json: {\"store\", \"accounts\", \"events\": FILE, \"weeks\": [{\"account\", \"week\", \"date\", \"happened\", \"summary\", \"events\"}, …], \
\"commands\": [text, …]}.")]
pub(crate) struct DemoArgs {
    /// Show the last week of each account only
    #[arg(long)]
    pub(crate) fast: bool,
}

/// Audit the accounts of the configuration once
///
/// Reads each account, stores a snapshot, says what changed since the last one, asks the rules, and sends events.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch audit                                  with ./iamwatch.toml
  iamwatch audit --config s3://bucket/iamwatch.toml
  iamwatch audit --account ibm/59bcbfa6ea2f006b4ed7094c1a08dcdd --exit-code

The smallest configuration:
  store = \"./iamwatch-store\"
  [[account]]
  cloud = \"ibm\"
  credentials = { api_key = \"env:IBM_API_KEY\" }

The same for Huawei Cloud:
  [[account]]
  cloud = \"huawei\"
  [account.credentials]
  access_key = \"env:HUAWEI_ACCESS_KEY\"
  secret_key = \"env:HUAWEI_SECRET_KEY\"

Paths in a configuration count from its folder; `~` is your home. An account that fails does not stop the others; the exit \
code is then that of the failure.

--json: {\"runs\": [SUMMARY, …], \"failures\": [{\"account\", \"error\"}, …]}; a SUMMARY is what the function answers.")]
pub(crate) struct AuditArgs {}

/// Say how many calls a run takes and how long, before it is made
///
/// From the last snapshot of an account; or, for Huawei Cloud, from sizes that you name. Nothing is called.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch plan
  iamwatch plan --account huawei --latency-ms 120 --concurrency 8
  iamwatch plan --users 2000 --keys 1500 --groups 40 --policies 300

--json: {\"of\", \"calls\", \"lists\": {list: calls}, \"milliseconds\"}.")]
pub(crate) struct PlanArgs {
    /// Users of the account
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u64).range(..=MOST))]
    pub(crate) users: u64,
    /// Access keys of all users together
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u64).range(..=MOST))]
    pub(crate) keys: u64,
    /// How many groups the account is expected to have
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u64).range(..=MOST))]
    pub(crate) groups: u64,
    /// Policies of its own, each attached somewhere
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u64).range(..=MOST))]
    pub(crate) policies: u64,
    /// How many agencies the account is expected to have
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u64).range(..=MOST))]
    pub(crate) agencies: u64,
    /// How long one call takes
    #[arg(long, value_name = "MS", default_value_t = 50, value_parser = value_parser!(u64).range(1..=MOST))]
    pub(crate) latency_ms: u64,
    /// Calls under way at one time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u64).range(1..=256))]
    pub(crate) concurrency: u64,
}

impl PlanArgs {
    /// Returns whether sizes were named.
    pub(crate) const fn has_sizes(&self) -> bool {
        self.users + self.keys + self.groups + self.policies + self.agencies > 0
    }
}

/// List the snapshots: number, time, rows, changes, coverage
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch snapshots
  iamwatch snapshots --last 5 --json

--json: [{\"number\", \"account\", \"started_at\", \"finished_at\", \"tool\", \"rows\", \"drift\": {verb: rows}, \"lists\", \
\"incomplete\", \"open_findings\"}, …], newest last.")]
pub(crate) struct SnapshotsArgs {
    /// Only the newest N
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    pub(crate) last: Option<u64>,
}

/// Show a snapshot's tables, or the rows of one
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch show latest
  iamwatch show latest~1 ibm_users
  iamwatch show 2026-11-21 coverage

--json without a table: {\"number\", \"account\", \"started_at\", \"finished_at\", \"tool\", \"tables\": [{\"table\", \"rows\", \
\"bytes\", \"objects\"}, …], \"lists\", \"incomplete\": [row of `coverage`, …]}; with a table: [{column: value}, …].")]
pub(crate) struct ShowArgs {
    /// The snapshot to ask: a number, `latest`, or a time
    #[arg(allow_hyphen_values = true)]
    pub(crate) snapshot: String,
    /// The table whose rows to show; `coverage` says how far each list was read
    pub(crate) table: Option<String>,
}

/// Say what changed from snapshot A to snapshot B: without B, up to the latest; without both, since the one before
///
/// Changes are grouped by the thing they belong to: a member that joined is a change of its group. What moves by
/// itself, as the last sign-in, is no change.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch diff   what the last run found changed
  iamwatch diff yesterday
  iamwatch diff -7d --access
  iamwatch diff 2026-10 2026-11 --json
  iamwatch diff latest~1 latest --exit-code || echo 'something changed'

--json: {\"from\": {\"number\", \"at\"}, \"to\": {…}, \"things\": [{\"title\", \"thing\", \"change\", \"row\" or \"columns\", \"parts\"}, …], \
\"counts\": {verb: rows}, \"reversed\", \"incomplete\": [row of `coverage`, …]}; a thing is the data of an event of drift. \
With --access: {\"from\", \"to\", \"reversed\", \"changes\": [{\"turn\": \"gained\", \"widened\", \"lost\", \"narrowed\" or \"rerouted\", \"principals\", \"grants\": \
[{\"what\", \"condition\", \"path\", \"former_path\", \"reach\"}, …]}, …], \"unseen\": [text, …]}.")]
pub(crate) struct DiffArgs {
    /// The snapshot to compare from: a number, `latest~1`, or a time
    #[arg(value_name = "A", default_value = "latest~1", allow_hyphen_values = true)]
    pub(crate) before: String,
    /// The snapshot to compare with it: a number, `latest`, or a time
    #[arg(value_name = "B", default_value = "latest", allow_hyphen_values = true)]
    pub(crate) after: String,
    /// Who gained and lost which access, and by which path, in the place of which rows changed
    #[arg(long)]
    pub(crate) access: bool,
}

/// Say who may do something, and through what
///
/// Each principal with the shortest path to it: surely, under a condition, on a part of what is asked, or denied. Both
/// the action and the resource may have wildcards (`*`, `?`). Those who cannot use what they hold, because they are
/// disabled or have no credentials, are told apart; so is what could not be seen.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch who-can iam:users:createUserV5       Huawei Cloud
  iamwatch who-can 'obs:*:*' 'obs:*:*:bucket:payroll' --at latest~3
  iamwatch who-can iam-identity.apikey.create   IBM Cloud
  iamwatch who-can 'kms.secrets.*' serviceName=kms,region=eu-de
  iamwatch who-can iam.policy.create --principal ana.silva
  iamwatch who-can iam.policy.create serviceType=service -q --exit-code

A resource is a URN on Huawei Cloud; on IBM Cloud a CRN, or attribute=value pairs joined by commas. Without it, any \
resource is meant, and who may do it on some is told as `partly`.

--json: {\"snapshot\", \"action\", \"resource\", \"answers\": [{\"kind\", \"id\", \"name\", \"standing\", \"why\", \"verdict\": \"surely\", \
\"conditional\" or \"denied\", \"extent\": \"whole\" or \"part\", \"condition\", \"path\": [{\"kind\", \"id\", \"name\"}, …], \
\"given_by\": who created the policy, or null}, …], \"unseen\": [text, …]}.")]
pub(crate) struct WhoCanArgs {
    /// The action, as the cloud writes it
    pub(crate) action: String,
    /// The resource that the action is asked for, as the cloud writes it
    pub(crate) resource: Option<String>,
    /// Only principals with this in their name or id
    #[arg(long, value_name = "TEXT")]
    pub(crate) principal: Option<String>,
    /// The snapshot to ask: a number, `latest`, or a time
    #[arg(long, value_name = "SNAPSHOT", default_value = "latest", allow_hyphen_values = true)]
    pub(crate) at: String,
}

/// See what is asked, why, and what to do about it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch rules
  iamwatch rules explain user_without_group
  iamwatch rules test --rules ./my-rules
  iamwatch rules ask user_without_group --at latest~2")]
pub(crate) struct RulesArgs {
    /// A folder with rules of one's own, beside those that are built in
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) rules: Option<String>,
    #[command(subcommand)]
    pub(crate) action: Option<RulesAction>,
}

/// What can be done with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesAction {
    /// List the rules with severity and title
    #[command(after_help = "--json: [{\"id\", \"kind\", \"title\", \"severity\", …}, …].")]
    List,
    /// Explain one: what it asks, why, and what to do about it
    #[command(after_help = "--json: the rule as one object, with its SQL.")]
    Explain {
        /// Id of the rule
        id: String,
    },
    /// Run every rule on the cases beside it
    #[command(after_help = "--json: {\"rules\", \"cases\", \"failures\": [text, …]}.")]
    Test,
    /// Ask one of a snapshot, and see its rows
    #[command(after_help = "--json: as of `query`.")]
    Ask {
        /// Id of the rule
        id: String,
        /// The snapshot to ask: a number, `latest`, or a time
        #[arg(long, value_name = "SNAPSHOT", default_value = "latest", allow_hyphen_values = true)]
        at: String,
        /// Rows beyond which the answer is cut short
        #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = rows)]
        max_rows: usize,
    },
}

/// Reads how many rows are wanted: one at least.
fn rows(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("an answer of no rows says nothing; take one at least".to_owned()),
        Ok(rows) => Ok(rows),
        Err(error) => Err(format!("{error}")),
    }
}
