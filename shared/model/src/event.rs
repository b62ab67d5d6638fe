//! Events: what is sent, as CloudEvents 1.0.

use serde::{Deserialize, Serialize};

/// One event, in the JSON form of CloudEvents 1.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The version of CloudEvents, always `1.0`.
    pub specversion: String,
    /// Hash of what the event tells: sent twice, it is the same event.
    pub id: String,
    /// The audited account, as `/iamwatch/<cloud>/<account>`.
    pub source: String,
    /// Reverse domain name, as `dev.iamwatch.finding.opened.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is about: a finding's fingerprint, a thing's address, a listing.
    pub subject: String,
    /// Time of the snapshot, RFC 3339.
    pub time: String,
    /// The content type of the data, always `application/json`.
    pub datacontenttype: String,
    /// Tag URI of the schema of `data`; it ends with the path in the repository.
    pub dataschema: String,
    /// Number of the snapshot.
    pub snapshotid: String,
    /// SHA-256 of the manifest of the snapshot, where the run that committed it sends the event: noted elsewhere, it proves the end of the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshothash: Option<String>,
    /// Severity, to route by.
    pub severity: String,
    /// What the event tells, by the schema of its type.
    pub data: serde_json::Value,
}
