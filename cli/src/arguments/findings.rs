//! The words of `findings`.

use clap::{Args, ValueEnum};
use model::Severity;

/// Tell what is wrong, and since when: a summary by rule, and what each finding is about
///
/// The summary counts what is open, what is new with the last run, and what is accepted. What the findings are about is listed where they are
/// few, where a filter chooses them, or with --list.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch findings
  iamwatch findings --severity high -q --exit-code
  iamwatch findings --new
  iamwatch findings --since -7d --group-by cause
  iamwatch findings --rule key_older_than_90_days --rule 'permission_*'
  iamwatch findings --subject ana.silva@example.com --state all
  iamwatch findings --at latest~2 --list

`≤` before a snapshot: it was there when its rule could first look; nobody knows since when.

--json: {\"account\", \"snapshot\", \"judged\", \"summary\": [{\"rule\", \"severity\", \"title\", \"open\", \"new\", \"suppressed\", \"answered\": \"yes\", \"partly\" or \
\"no\"}, …], \"findings\": [{\"fingerprint\", \"rule\", \"title\", \"severity\", \"subject\", \"name\", \"cause\", \"created_by\", \"evidence\", \"state\", \"baseline\", \
\"first_seen\", …}, …], \"hidden\", \"not_answered\", \"incomplete\", \"unknown_rules\", \"warnings\"}, worst first. With --account all: {\"accounts\": [as above, …]}.")]
pub(crate) struct FindingsArgs {
    /// Only those of this severity, or of a worse one
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) severity: Option<Severity>,
    /// Only those of this rule or permission; `*` stands for any text; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) rule: Vec<String>,
    /// Only those about this: a part of a name, an id or an address
    #[arg(long, value_name = "TEXT")]
    pub(crate) subject: Option<String>,
    /// Only those that were opened after this snapshot
    #[arg(long, value_name = "SNAPSHOT", allow_hyphen_values = true)]
    pub(crate) since: Option<String>,
    /// Only those that the last run opened
    #[arg(long)]
    pub(crate) new: bool,
    /// Only those in this state; may be given several times; without it, those that hold or may hold
    #[arg(long, value_name = "STATE", value_enum)]
    pub(crate) state: Vec<StateName>,
    /// The same as --state all
    #[arg(long, conflicts_with = "state")]
    pub(crate) all: bool,
    /// What findings are listed under: their rule, what they are about, or what brings them about, as a policy
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = GroupBy::Rule)]
    pub(crate) group_by: GroupBy,
    /// List what each finding is about, however many there are
    #[arg(long)]
    pub(crate) list: bool,
    /// As they stood after this snapshot
    #[arg(long, value_name = "SNAPSHOT", default_value = "latest", allow_hyphen_values = true)]
    pub(crate) at: String,
}

/// A state of findings, as it is named on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateName {
    /// The finding holds now.
    Open,
    /// It holds and is accepted.
    Suppressed,
    /// It held, and nobody can see whether it does.
    Unknown,
    /// It no longer holds.
    Fixed,
    /// What it was about is no more.
    Gone,
    /// Its rule is another now.
    RuleChanged,
    /// Every one of these states.
    All,
}

/// What findings are listed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupBy {
    /// The rule that found them.
    Rule,
    /// What they are about.
    Subject,
    /// What brings them about: a policy, a group, or else what they are about.
    Cause,
}

/// Reads a severity by its name.
pub(crate) fn severity(text: &str) -> Result<Severity, String> {
    let known = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let found = known.into_iter().find(|severity| severity.name() == text);
    found.ok_or_else(|| "it is `critical`, `high`, `medium`, `low` or `info`".to_owned())
}
