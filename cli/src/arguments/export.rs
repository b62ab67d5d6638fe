//! The words of `export`.

use clap::{Args, ValueEnum, builder::PossibleValuesParser, builder::TypedValueParser};
use export::Format;

/// Write a snapshot's tables, or what changed over a range of snapshots, for other tools
///
/// Every table and view, `coverage`, `findings` and grants, with keys, foreign keys where they hold, and comments. The target comes to be
/// whole or not at all, and one that is there is not touched. In CSV, a `'` is put in front of what a spreadsheet would take for a
/// formula, and what nobody sees is escaped.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch export latest --format sqlite
  iamwatch export 2026-11-21 --format parquet --to ./audit-parquet
  iamwatch export latest --format csv --tables users,findings --to ./sheets
  iamwatch export latest --format jsonl --tables ibm_users --to - | head
  iamwatch export --from 2026-11-01 --to latest --format csv --out november
  iamwatch export latest --format postgres --to postgres://reports.example/audit
  iamwatch export --format parquet --layout lake --account all --out ./lake

With --from, what is written is the table `changes`: a row for each change, with the snapshot and the time. --to then names the last \
snapshot, and --out the target.

With --layout lake, what is written is TABLE/cloud=…/account=…/snapshot=…/part.parquet for each table that differs from the snapshot before, \
`in_force`, which says for each snapshot which of them holds a table, and `access_changes`, who gained and lost what; `ddl --lake` declares \
them. The folder may be a lake already: newer snapshots are added.

`postgres` writes a script that fills a schema of the account (`ibm_<id>`) in one transaction and may be run again. With an address, psql, \
which must be on PATH, runs it there; give it the password in PGPASSWORD or ~/.pgpass.

--json: {\"snapshot\", \"from\", \"format\", \"target\", \"written\": [{\"name\", \"rows\"}, …], \"left_out\": [name, …], \
\"incomplete_lists\", \"incomplete\": [row of `coverage`, …]}; of a lake: {\"target\", \"snapshots\", \"incomplete_snapshots\", \"skipped\", \
\"tables\", \"rows\"}.")]
pub(crate) struct ExportArgs {
    /// The snapshot to export: a number, `latest`, or a time
    #[arg(default_value = "latest", conflicts_with = "from")]
    pub(crate) snapshot: String,
    /// The format to write: a database file, or a folder with a file for each table
    #[arg(long, value_name = "FORMAT", value_parser = format_parser())]
    pub(crate) format: Format,
    /// Only these tables and views, with commas between them
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) tables: Vec<String>,
    /// The file or folder to make, `-` for standard output, or the address of a PostgreSQL database; with --from, the last snapshot [default: named after account and
    /// snapshot, here; latest]
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) to: Option<String>,
    /// The target, when --to names a snapshot
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) out: Option<String>,
    /// Export what changed after this snapshot
    #[arg(long, value_name = "SNAPSHOT")]
    pub(crate) from: Option<String>,
    /// How the files lie: a file for each table, or as engines over many machines read many accounts and snapshots
    #[arg(long, value_name = "LAYOUT", value_enum, default_value_t = Layout::Plain)]
    pub(crate) layout: Layout,
    /// Replace an export that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// How the files of an export lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layout {
    /// A file for each table.
    Plain,
    /// Folders by table, cloud, account and snapshot, with only the tables that changed.
    Lake,
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name))
        .try_map(|name| Format::ALL.into_iter().find(|format| format.name() == name).ok_or("no such format"))
}
