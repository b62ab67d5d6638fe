//! Gains of access → events: who can do what they could not before, by which path, the widest first.

use model::Severity;
use serde_json::{Map, Value, json};

use crate::{Told, wire::Draft};

/// What one or more principals gained alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gain {
    /// Who gained what, in one line.
    pub title: String,
    /// `gained`, or `widened` where a grant that was goes further now.
    pub turn: &'static str,
    /// Who gained it, each with kind, id and name.
    pub principals: Vec<Value>,
    /// What it is, each with its path.
    pub grants: Vec<Value>,
    /// Known actions that the widest grant opens.
    pub actions: u64,
    /// Known resources that it opens them on.
    pub resources: u64,
}

/// Returns what the gains tell, in their order.
pub(crate) fn drafts(told: &Told<'_>) -> Vec<Draft> {
    told.gains.iter().map(draft).collect()
}

fn draft(gain: &Gain) -> Draft {
    let id = |principal: &Value| principal.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let subject = match gain.principals.as_slice() {
        [only] => id(only),
        several => {
            format!("{} principals, {} first", several.len(), several.first().map(id).unwrap_or_default())
        }
    };
    let mut data = Map::new();
    data.insert("turn".to_owned(), Value::from(gain.turn));
    data.insert("principals".to_owned(), Value::from(gain.principals.clone()));
    data.insert("principals_total".to_owned(), Value::from(gain.principals.len()));
    data.insert("grants".to_owned(), Value::from(gain.grants.clone()));
    data.insert("grants_total".to_owned(), Value::from(gain.grants.len()));
    data.insert("reach".to_owned(), json!({ "actions": gain.actions, "resources": gain.resources }));
    Draft {
        name: "access.gained".to_owned(),
        subject,
        severity: Severity::Info,
        title: gain.title.clone(),
        data,
    }
}
