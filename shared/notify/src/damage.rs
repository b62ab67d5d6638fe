//! Damage to the history, and what it cost: told by name, once.

use std::collections::{BTreeMap, BTreeSet};

use model::Severity;
use serde_json::{Map, Value, json};

use crate::{RunReport, wire::EventDraft};

/// How many names a sentence holds.
const NAMED: usize = 5;

/// What a run could not read of the history, and what could not be told for that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// Objects that are missing or not what was written, by key, with what is wrong: `is missing`, `is damaged: …`.
    pub objects: BTreeMap<String, String>,
    /// Number of the former snapshot when its manifest is missing or cannot be read, so that nothing could be compared with it.
    pub uncompared: Option<u64>,
    /// Number of an older snapshot that was compared with in its place.
    pub compared_with: Option<u64>,
    /// Tables of which it could not be told what changed.
    pub tables: BTreeSet<String>,
    /// Tables that were stored whole again, of which nothing is lost.
    pub restored: BTreeSet<String>,
    /// Whether the findings of the former snapshot are lost, so that all that are open count as known.
    pub findings: bool,
    /// Snapshots whose events can no longer be read: sinks that had not taken them will not get them.
    pub lost_events: BTreeSet<u64>,
    /// Snapshots whose events were sent again under the same ids, because a ledger is damaged.
    pub sent_again: BTreeSet<u64>,
}

impl Damage {
    /// Returns whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether there was no former snapshot to compare with, so that all that is seen counts as known.
    #[must_use]
    pub const fn is_nothing_compared(&self) -> bool {
        self.uncompared.is_some() && self.compared_with.is_none()
    }

    /// Notes an object, with what is wrong with it.
    pub fn note(&mut self, object: &str, fault: &str) {
        self.objects.entry(object.to_owned()).or_insert_with(|| fault.to_owned());
    }

    /// Adds what was met elsewhere in the run.
    pub fn merge(&mut self, other: Self) {
        self.objects.extend(other.objects);
        self.uncompared = self.uncompared.or(other.uncompared);
        self.compared_with = self.compared_with.or(other.compared_with);
        self.tables.extend(other.tables);
        self.restored.extend(other.restored);
        self.findings |= other.findings;
        self.lost_events.extend(other.lost_events);
        self.sent_again.extend(other.sent_again);
    }

    /// Returns all of it as a sentence: what is wrong, then what it cost.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut parts = Vec::new();
        if let Some((object, fault)) = self.objects.first_key_value() {
            let others = match self.objects.len() - 1 {
                0 => String::new(),
                1 => ", and one more object".to_owned(),
                others => format!(", and {others} more objects"),
            };
            parts.push(format!("`{object}` {fault}{others}"));
        }
        match (self.uncompared, self.compared_with) {
            (Some(number), Some(older)) => parts.push(format!(
                "snapshot {number} could not be compared with, so that what is told changed since snapshot {older}: what \
                 changed and changed back in between is not told"
            )),
            (Some(number), None) => parts.push(format!("nothing could be compared with snapshot {number}")),
            (None, _) => {}
        }
        if !self.tables.is_empty() && !self.is_nothing_compared() {
            parts.push(format!("what changed in {} could not be told", list_some(&self.tables)));
        }
        if self.findings {
            parts.push("findings that are open count as known".to_owned());
        }
        if !self.lost_events.is_empty() {
            let which = list_some(&self.lost_events);
            parts.push(format!("events of snapshot {which} are lost to sinks that had not taken them"));
        }
        if !self.sent_again.is_empty() {
            let which = list_some(&self.sent_again);
            parts.push(format!("events of snapshot {which} were sent again under the same ids"));
        }
        if !self.restored.is_empty() {
            parts.push(format!("{} stored whole again, with nothing lost", list_some(&self.restored)));
        }
        parts.join("; ")
    }
}

fn list_some<T: ToString>(names: &BTreeSet<T>) -> String {
    let some: Vec<String> = names.iter().take(NAMED).map(T::to_string).collect();
    match names.len().saturating_sub(NAMED) {
        0 => some.join(", "),
        more => format!("{} and {more} more", some.join(", ")),
    }
}

/// Tells that parts of the history could not be read.
pub(crate) fn draft(report: &RunReport<'_>) -> Option<EventDraft> {
    let damage = report.damage.as_ref()?;
    let sentence = damage.sentence();
    let objects: Vec<Value> =
        damage.objects.iter().map(|(object, fault)| json!({ "object": object, "fault": fault })).collect();
    let members = [
        ("damage", Value::from(sentence.as_str())),
        ("objects", Value::from(objects)),
        ("nothing_compared", Value::from(damage.is_nothing_compared())),
        ("compared_with", Value::from(damage.compared_with)),
        ("tables", json!(damage.tables)),
        ("restored", json!(damage.restored)),
        ("findings_lost", Value::from(damage.findings)),
        ("lost_events", json!(damage.lost_events)),
        ("sent_again", json!(damage.sent_again)),
    ];
    let data: Map<String, Value> =
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Some(EventDraft {
        name: "history.damaged".to_owned(),
        subject: "history".to_owned(),
        severity: Severity::High,
        title: format!("the history is damaged: {sentence}"),
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_what_is_wrong_and_what_it_cost() {
        let mut damage = Damage::default();
        assert!(damage.is_empty());
        damage.note("ibm/a/tables/x.parquet", "is missing");
        damage.tables.insert("ibm_users".to_owned());
        assert_eq!(
            damage.sentence(),
            "`ibm/a/tables/x.parquet` is missing; what changed in ibm_users could not be told"
        );
        damage.uncompared = Some(9);
        assert!(damage.sentence().ends_with("missing; nothing could be compared with snapshot 9"));
        damage.compared_with = Some(8);
        assert!(damage.sentence().contains(
            "missing; snapshot 9 could not be compared with, so that what is told changed since snapshot 8:"
        ));
        (damage.uncompared, damage.compared_with) = (None, None);
        damage.note("ibm/a/outbox/y.zst", "is damaged: it has 3 bytes instead of 4");
        damage.lost_events.extend(1..=7);
        assert_eq!(
            damage.sentence(),
            "`ibm/a/outbox/y.zst` is damaged: it has 3 bytes instead of 4, and one more object; what changed in ibm_users \
             could not be told; events of snapshot 1, 2, 3, 4, 5 and 2 more are lost to sinks that had not taken them"
        );
    }
}
