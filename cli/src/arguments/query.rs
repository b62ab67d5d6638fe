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
      join ibm_access_group_members m on m.group_id = g.id
      group by 1' --at latest~3
  iamwatch query \"select principal, path from grants
      where effect = 'allow' and 'iam-identity.apikey.delete' glob action\"
  iamwatch query \"select severity, title, subject, since from findings
      where state = 'open' order by since\"
  iamwatch query 'select count(*) as users from ibm_users' --from 2026-09
  iamwatch query 'select * from drift' --from -30d --csv > drift.csv
  iamwatch query 'select taken_at, rows from snapshots' --account all

With --from the question is asked of each snapshot up to --to, oldest first; the columns `snapshot` and `taken_at` come before \
its own. With --account all the column `account` does; an account of another cloud than that of the tables has no rows.

--json: {\"snapshot\", \"columns\": [name, …], \"rows\": [{column: value}, …], \"truncated\", \"incomplete\"}; over several snapshots or accounts \
\"snapshot\" is left out, and what could not be seen says of which it is.")]
pub(crate) struct QueryArgs {
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
    /// Print comma-separated values; a `'` stands before what a spreadsheet would take for a formula
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
pub(crate) struct TablesArgs {
    /// The one whose columns to tell
    pub(crate) table: Option<String>,
}

/// Answer the questions of an auditor on a snapshot, or write what was found as a page, a sheet or events
///
/// As text: what exists, which instances no policy names or covers, who reaches what through which group, who is in no group, which policies are
/// wide, which name what is missing, which are used least. Each is a rule, which `iamwatch rules ask` answers alone; rules of one's own of
/// `kind = "report"` follow.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch report
  iamwatch report 2026-10
  iamwatch report --account huawei > report.txt
  iamwatch report --format html --since 2026-10          and what changed since
  iamwatch report --format sarif --since latest~1 --to - > results.sarif
  iamwatch report yesterday --format csv --to for-the-auditor.csv

html   one page that loads nothing and prints: summary, coverage, changes, findings, permissions with paths, what is accepted
csv    a row for each finding, and for each list and rule of which not all could be seen
sarif  SARIF 2.1.0; with --since, results are new, unchanged, updated or absent
ocsf   lines of OCSF 1.8.0 events of the classes 2003 and 2008
md     Markdown
A file is made in this folder, named after account and snapshot, or where --to says; it comes to be whole or not at all.

--json of a file: {\"account\", \"snapshot\", \"since\", \"format\", \"target\", \"findings\": {severity: number}, \"not_answered\", \
\"incomplete_lists\"}. --json of the questions: {\"account\", \"snapshot\": {\"snapshot\", \"at\"}, \"lists\", \"incomplete\", \"sections\": [{\"rule\", \"title\", \"reason\", \"remediation\", \"columns\", \"rows\": \
[{column: value}, …], \"truncated\", \"is_answered\", \"not_answered\", \"incomplete\"}, …]}.")]
pub(crate) struct ReportArgs {
    /// The snapshot to report on: a number, `latest`, or a time
    #[arg(default_value = "latest", allow_hyphen_values = true)]
    pub(crate) snapshot: String,
    /// The form of the report
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ReportForm::Text)]
    pub(crate) format: ReportForm,
    /// The snapshot to compare with, in every form but text
    #[arg(long, value_name = "SNAPSHOT", allow_hyphen_values = true)]
    pub(crate) since: Option<String>,
    /// The file to make, or `-` for standard output
    #[arg(long, value_name = "PATH")]
    pub(crate) to: Option<String>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Rows of one question beyond which its answer is cut short
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = rows)]
    pub(crate) max_rows: usize,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    /// The questions of an auditor, as text.
    Text,
    /// One page for a browser or a printer.
    Html,
    /// Rows for a spreadsheet.
    Csv,
    /// A log of SARIF 2.1.0, for code scanning.
    Sarif,
    /// Lines of OCSF events.
    Ocsf,
    /// Markdown for an issue or a wiki.
    Md,
}
