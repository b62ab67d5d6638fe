//! The words of `history` and `blame`.

use clap::{Args, value_parser};

/// Tell the life of one thing: a user, group, policy, key, setting or any other row with a key
///
/// When it came and by whom, each change with before and after, what changed around it (groups it joined, policies it got), access gained
/// and lost, findings opened and closed, and when it went. It is read from what each run changed, however many snapshots there are.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch history ana.silva@lindqvist-freight.example
  iamwatch history IBMid-196I1E99G4 state              what one column held
  iamwatch history ibm_policies/64003ecd-6f0c-58a3-b7a5-4a4d7c1e5d3a
  iamwatch history ibm_account_settings mfa

A thing is named by its name, any of its ids, its address (as findings and events give it), or TABLE/KEY. A table alone names its only \
row. What is gone is found, too. Lines that begin with `=` were so when the auditor first could look: nobody knows since when.

What it gained and lost of access is told as each audit found it. Audits of earlier versions stored gains alone: of those, access is \
compared in the snapshots in which rows near the thing changed: the newest 10, or as many as --compare says.

--json: {\"subject\": {\"table\", \"key\", \"name\", \"address\"}, \"row\", \"is_there\", \"created\": {\"at\", \"by\", \"by_name\"}, \"moments\": [{\"snapshot\", \"at\", \
\"is_first\", \"things\": [as of `diff`, …], \"seen\": [as things: there when first looked, …], \"gained\": [{\"title\", \"turn\", \"principals\", \"grants\", …}, …], \
\"access\": [the same of what was lost, …], \"findings\": [{\"turn\", \"finding\"}, …]}, …], \"last\", \"unread\", \"not_compared\", \"incomplete\"}. With a column: {\"subject\", \
\"column\", \"values\": [{\"snapshot\", \"at\", \"before\", \"after\", \"by\", \"is_first\"}, …], \"unread\", \"incomplete\"}.")]
pub(crate) struct HistoryArgs {
    /// The thing: a name, an id, an address, or TABLE/KEY
    pub(crate) subject: String,
    /// Only what this column held
    pub(crate) column: Option<String>,
    /// Most snapshots of earlier versions whose access is compared; 0 compares none
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = value_parser!(u32).range(..=10_000))]
    pub(crate) compare: u32,
}

/// Say since which snapshot each column of a row is as it is
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch blame ibm_users IBMid-196I1E99G4
  iamwatch blame huawei_users zhang.wei
  iamwatch blame ibm_access_group_members AccessGroupId-1 IBMid-2

`≤` before a snapshot: it was so in the first one; nobody knows since when.

--json: {\"table\", \"key\", \"columns\": [{\"column\", \"value\", \"since\": {\"snapshot\", \"at\"}, \"is_first\", \"before\", \"by\", \"by_name\"}, …], \"unread\", \"incomplete\"}.")]
pub(crate) struct BlameArgs {
    /// The table, as `iamwatch show latest` lists it
    pub(crate) table: String,
    /// The key of the row, column by column, or its name
    #[arg(required = true)]
    pub(crate) key: Vec<String>,
}
