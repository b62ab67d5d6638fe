//! The words of `replay`.

use clap::Args;
use model::Severity;

/// Tell what the rules of today would have found on past snapshots
///
/// Asks the rules and permissions of each snapshot from one to another as a run would have, one after the other, and tells what would have opened, changed
/// and closed. Nothing is stored and nothing is sent; what the first of them shows was there before, and is counted. Since when the findings of a new
/// rule were there is not filled in: findings are part of what a snapshot proves, and only an audit adds to them.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch replay --from 1   all snapshots, with the rules of today
  iamwatch replay --from -90d --rules ./my-rules --rule 'my_*'
  iamwatch replay --from latest~30 --severity high --json

--json: {\"account\", \"from\", \"to\", \"skipped\": [{\"snapshot\", \"fault\"}, …], \"snapshots\": [{\"snapshot\", \"at\", \"open\", \"baseline\": {\"by_severity\", \
\"by_rule\"}, \"transitions\": [{\"kind\", \"name\", \"finding\", …}, …], \"not_answered\", \"broken_rules\"}, …], \"findings\": those that hold or may hold after the \
last}. --rule and --severity choose transitions and findings; `open` and `baseline` count all.")]
pub(crate) struct ReplayArgs {
    /// The first snapshot that is judged
    #[arg(long, value_name = "SNAPSHOT", allow_hyphen_values = true)]
    pub(crate) from: String,
    /// The last snapshot that is judged
    #[arg(long, value_name = "SNAPSHOT", default_value = "latest", allow_hyphen_values = true)]
    pub(crate) to: String,
    /// A folder with rules of one's own, beside those that are built in
    #[arg(long, value_name = "DIR")]
    pub(crate) rules: Option<String>,
    /// Only those of this rule or permission; `*` stands for any text; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) rule: Vec<String>,
    /// Only those of this severity or a worse one
    #[arg(long, value_name = "SEVERITY", value_parser = super::findings::severity)]
    pub(crate) severity: Option<Severity>,
}
