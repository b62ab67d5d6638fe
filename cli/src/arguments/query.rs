//! The words of `query`, `tables` and `report`.

use clap::{Args, ValueEnum};

use super::rows;

/// Ask any question in SQL of any snapshot, or of each of several
///
/// The SQL is SQLite's; it can only read. `iamwatch tables` lists what it can name. `grants` (who may do what on what, by which path),
/// `findings`, `drift` (what changed since the snapshot before) and `snapshots` are made of the snapshot when they are named.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch query 'select user_id, state from ibm_users order by user_id'
  iamwatch query 'select name, count(*) from ibm_access_groups g
      join ibm_access_group_members m on m.group_id = g.id group by 1' --at latest~3
  iamwatch query \"select principal, path from grants
      where effect = 'allow' and 'iam-identity.apikey.delete' glob action\"
  iamwatch query \"select severity, title, subject, since from findings where state = 'open' order by since\"
  iamwatch query 'select count(*) as users from ibm_users' --from 2026-09 --to latest
  iamwatch query 'select * from drift' --from -30d --csv > drift.csv
  iamwatch query 'select taken_at, rows, open_findings from snapshots' --account all

With --from the question is asked of each snapshot up to --to, oldest first; the columns `snapshot` and `taken_at` come before
its own. With --account all the column `account` does; an account of another cloud than that of the tables has no rows.

--json: {\"snapshot\", \"columns\": [name, …], \"rows\": [{column: value}, …], \"truncated\", \"incomplete\"}; over several snapshots or accounts
\"snapshot\" is left out, and what could not be seen says of which it is.")]
pub(crate) struct Query {
    /// The SQL query: one statement that only reads
    pub(crate) sql: String,
    /// The snapshot to ask: a number, `latest`, or a time
    #[arg(long, value_name = "SNAPSHOT", default_value = "latest", allow_hyphen_values = true)]
    pub(crate) at: String,
    /// The first of several snapshots to ask
    #[arg(long, value_name = "SNAPSHOT", allow_hyphen_values = true, conflicts_with = "at")]
    pub(crate) from: Option<String>,
    /// The last of several snapshots to ask
    #[arg(
        long,
        value_name = "SNAPSHOT",
        allow_hyphen_values = true,
        requires = "from",
        default_value = "latest"
    )]
    pub(crate) to: String,
    /// Print comma-separated values, as spreadsheets read them
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Rows beyond which the answer is cut short
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = rows)]
    pub(crate) max_rows: usize,
}

/// List what SQL can name: tables, tables that are made when they are named, and views; or the columns of one
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch tables
  iamwatch tables ibm_users
  iamwatch tables --account huawei

--json: [{\"name\", \"kind\": \"table\", \"made\" or \"view\", \"about\", \"columns\": [{\"name\", \"type\", \"about\"}, …]}, …].")]
pub(crate) struct Tables {
    /// The one whose columns to tell
    pub(crate) table: Option<String>,
}

/// Answer the questions of an auditor on a snapshot in one command
///
/// What exists, which instances no policy names or covers, who reaches what through which group, who is in no group, which policies are
/// wide, which name what is missing, which are used least. Each is a rule, which `iamwatch rules ask` answers alone; rules of one's own of
/// `kind = "report"` follow.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch report
  iamwatch report 2026-10
  iamwatch report --account huawei > report.txt

--json: {\"account\", \"snapshot\": {\"snapshot\", \"at\"}, \"sections\": [{\"rule\", \"title\", \"reason\", \"remediation\", \"columns\", \"rows\":
[{column: value}, …], \"truncated\", \"is_answered\", \"not_answered\", \"incomplete\"}, …]}.")]
pub(crate) struct Report {
    /// The snapshot to report on: a number, `latest`, or a time
    #[arg(default_value = "latest", allow_hyphen_values = true)]
    pub(crate) snapshot: String,
    /// The form of the report
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Rows of one question beyond which its answer is cut short
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = rows)]
    pub(crate) max_rows: usize,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Text for people to read.
    Text,
}
