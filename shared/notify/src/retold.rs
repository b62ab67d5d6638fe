//! What was told already by a run whose snapshot is gone.
//!
//! In: the events of a run that could only be compared with an older snapshot, and those of the runs since. Out: what these have
//! not told. Number and time of a snapshot are no part of what an event tells.

use std::collections::BTreeSet;

use model::Event;
use serde_json::{Value, json};

/// Returns the events that none of those that were `told` tells in the same words.
#[must_use]
pub fn without_told(events: Vec<Event>, told: &[Event]) -> Vec<Event> {
    if told.is_empty() {
        return events;
    }
    let told: BTreeSet<String> = told.iter().map(words).collect();
    events.into_iter().filter(|event| !told.contains(&words(event))).collect()
}

/// Returns what an event tells, whichever run tells it.
fn words(event: &Event) -> String {
    let mut data = event.data.clone();
    if let Some(members) = data.as_object_mut() {
        members.remove("snapshot");
        if let Some(finding) = members.get_mut("finding").and_then(Value::as_object_mut) {
            finding.remove("first_seen");
            finding.remove("last_seen");
        }
    }
    data.sort_all_objects();
    json!([event.kind, event.subject, data]).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, snapshot: u64, extra: Value) -> Event {
        let mut data = json!({
            "snapshot": snapshot,
            "finding": { "first_seen": { "snapshot": snapshot }, "rule": "r" },
        });
        data["extra"] = extra;
        serde_json::from_value(json!({
            "specversion": "1.0", "id": snapshot.to_string(), "source": "s", "type": kind, "subject": "x",
            "time": "2026-11-21T16:30:00Z", "datacontenttype": "j", "dataschema": "d",
            "snapshotid": snapshot.to_string(), "severity": "high", "data": data,
        }))
        .unwrap()
    }

    #[test]
    fn the_same_words_of_another_run_are_told_and_others_are_not() {
        let told = [event("finding.opened", 4, json!(1))];
        let left = |event: Event| without_told(vec![event], &told).len();
        assert_eq!(left(event("finding.opened", 5, json!(1))), 0);
        assert_eq!(left(event("finding.opened", 5, json!(2))), 1);
        assert_eq!(left(event("finding.closed", 5, json!(1))), 1);
        assert_eq!(without_told(vec![event("finding.opened", 5, json!(1))], &[]).len(), 1);
    }
}
