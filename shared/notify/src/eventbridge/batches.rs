//! Requests to a bus: events cut to what one request may hold.

use model::Event;

use super::{SOURCE, detail};

const BATCH_ENTRIES: usize = 10;
/// Under every limit that a region still has.
const BATCH_BYTES: usize = 240 * 1024;
const TIME_BYTES: usize = 14;

/// Cuts events into requests that are within the limits, in order.
pub(super) fn batches(events: &[Event]) -> Vec<Vec<&Event>> {
    let mut batches: Vec<Vec<&Event>> = Vec::new();
    let mut room = 0;
    for event in events {
        let size = TIME_BYTES + SOURCE.len() + event.kind.len() + detail(event).len();
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_ENTRIES && size <= room => {
                batch.push(event);
                room -= size;
            }
            _ => {
                batches.push(vec![event]);
                room = BATCH_BYTES.saturating_sub(size);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::{BATCH_BYTES, batches, detail};
    use model::Event;

    fn event(id: usize, size: usize) -> Event {
        Event {
            specversion: "1.0".to_owned(),
            id: id.to_string(),
            source: "/iamwatch/ibm/a".to_owned(),
            kind: "dev.iamwatch.drift.added.v1".to_owned(),
            subject: "s".to_owned(),
            time: "2026-11-21T00:00:00Z".to_owned(),
            datacontenttype: "application/json".to_owned(),
            dataschema: String::new(),
            snapshotid: "1".to_owned(),
            snapshothash: None,
            severity: "info".to_owned(),
            data: serde_json::json!({ "text": "x".repeat(size) }),
        }
    }

    #[test]
    fn a_request_holds_ten_events_at_most_and_keeps_their_order() {
        let events: Vec<Event> = (0..23).map(|id| event(id, 10)).collect();
        let batches = batches(&events);
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 3]);
        assert!(batches.concat().into_iter().eq(&events));
    }

    #[test]
    fn a_request_stays_below_the_byte_limit() {
        let events: Vec<Event> = (0..9).map(|id| event(id, 60_000)).collect();
        for batch in batches(&events) {
            let size: usize = batch.iter().map(|event| detail(event).len() + 100).sum();
            assert!(size <= BATCH_BYTES, "{size}");
        }
        assert_eq!(batches(&events).concat().len(), 9);
    }
}
