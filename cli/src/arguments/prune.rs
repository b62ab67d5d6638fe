//! The words of `prune`.

use clap::Args;

use crate::keep_rule::KeepRule;

/// Remove old snapshots; the others stay proven
///
/// Shows what would go, and removes it with --yes. Kept are the newest snapshots, without a gap, and every object that one of them needs. A tombstone says what
/// was pruned, so that `verify` proves the rest. Whatever the next run needs is kept as well: snapshots whose events wait, the one judged last, and
/// those in which lists that cannot be read now were last whole. What is locked stays. A prune that broke off goes on when it is called again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch prune --keep 90d
  iamwatch prune --keep 90d --keep last:30 --yes

The function never prunes: its role may not delete. These credentials need s3:DeleteObject, and s3:GetObjectRetention and s3:GetObjectLegalHold to see what is \
locked. A bucket with versions keeps what was removed until its lifecycle takes that away.

--json: {\"account\", \"done\", \"first\", \"last\" (of what goes), \"snapshots\", \"objects\", \"bytes\", \"left_over\": snapshots that a prune which broke off left, \"kept\": \
{\"first\", \"first_at\", \"last\", \"last_at\", \"snapshots\"}, \"holds\": [{\"snapshot\", \"reason\"}, …], \"broken\": [{\"snapshot\", \"fault\"}, …], \"locked\": [{\"object\", \"lock\"}, …], \
\"recent\": [objects that were written again meanwhile and stay]}.")]
pub(crate) struct PruneArgs {
    /// What to keep: what was in force in the last `90d` (or h, w), or the newest `last:30`; with both, whatever one of them keeps
    #[arg(long, value_name = "AGE|last:N", required = true)]
    pub(crate) keep: Vec<KeepRule>,
    /// Do it; without this nothing is removed
    #[arg(long)]
    pub(crate) yes: bool,
    /// Also remove what was written within the last hour; only where no audit is under way
    #[arg(long)]
    pub(crate) recent: bool,
    /// Also remove snapshots that are missing or damaged, of which nothing but the tombstone tells then
    #[arg(long)]
    pub(crate) broken: bool,
}
