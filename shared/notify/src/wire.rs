//! The envelope: ids, and the size that fits every intermediary.
//!
//! In: what an event tells. Out: a CloudEvent of at most 64 KiB, cut where it was longer, with the
//! number of cuts in `data.truncated`.

use model::{Event, Severity, time_text};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::RunReport;

/// Greatest size of an event as JSON: what CloudEvents intermediaries must forward.
pub const WIRE_LIMIT: usize = 64 * 1024;

/// Every event, by the middle of its type (`dev.iamwatch.<name>.v1`).
pub const KINDS: [&str; 18] = [
    "finding.opened",
    "finding.reopened",
    "finding.changed",
    "finding.closed",
    "finding.suppressed",
    "finding.unsuppressed",
    "finding.unknown",
    "drift.added",
    "drift.removed",
    "drift.changed",
    "drift.replaced",
    "access.gained",
    "coverage.lost",
    "coverage.regained",
    "baseline.taken",
    "history.damaged",
    "run.unjudged",
    "run.digest",
];

const SUBJECT_LIMIT: usize = 1024;
/// Longest title, in bytes.
pub(crate) const TITLE_LIMIT: usize = 300;

/// What an event tells, before it has an envelope.
#[derive(Debug)]
pub(crate) struct EventDraft {
    /// The kind of the event, one of [`KINDS`].
    pub(crate) name: String,
    pub(crate) subject: String,
    pub(crate) severity: Severity,
    pub(crate) title: String,
    pub(crate) data: Map<String, Value>,
}

impl EventDraft {
    /// Puts the envelope around it.
    pub(crate) fn seal(self, report: &RunReport<'_>) -> Event {
        let mut whole = self.data;
        whole.insert("title".to_owned(), Value::from(plain(&self.title, TITLE_LIMIT)));
        whole.insert("account".to_owned(), Value::from(report.account.to_string()));
        whole.insert("snapshot".to_owned(), Value::from(report.number));
        let mut event = Event {
            specversion: "1.0".to_owned(),
            id: "0".repeat(64),
            source: format!("/iamwatch/{}", report.account),
            kind: format!("dev.iamwatch.{}.v1", self.name),
            subject: short(&self.subject),
            time: time_text(report.at),
            datacontenttype: "application/json".to_owned(),
            dataschema: format!(
                "tag:iamwatch.dev,2026:events/out/{}.v1/schema.json#/properties/data",
                self.name
            ),
            snapshotid: report.number.to_string(),
            snapshothash: Some("0".repeat(64)),
            severity: self.severity.name().to_owned(),
            data: Value::Null,
        };
        fit(&mut event, whole);
        // Known once the snapshot is committed, which names these events; until then only its room is kept.
        event.snapshothash = None;
        event.id = id(&event);
        event
    }
}

/// Hashes what an event tells: equal words about the same snapshot are the same event.
fn id(event: &Event) -> String {
    let tells = json!([event.kind, event.source, event.snapshotid, event.subject, event.data]);
    hex::encode(Sha256::digest(tells.to_string().as_bytes()))
}

/// How hard to cut: longest text in bytes, most members of a list or an object.
const CUTS: [(usize, usize); 5] = [(usize::MAX, usize::MAX), (4096, 500), (1024, 100), (256, 30), (64, 12)];

fn fit(event: &mut Event, whole: Map<String, Value>) {
    let whole = Value::Object(whole);
    for (text, members) in CUTS {
        let mut cuts = 0;
        let mut data = whole.clone();
        if let Value::Object(top) = &mut data {
            // The members of the event itself all stay; only what they hold is cut.
            for member in top.values_mut() {
                cut(member, text, members, &mut cuts);
            }
            let former = top.get("truncated").and_then(Value::as_u64).unwrap_or_default();
            top.insert("truncated".to_owned(), Value::from(former + cuts));
        }
        // Some dependency may switch serde_json to insertion order; ids must not depend on that.
        data.sort_all_objects();
        event.data = data;
        if size(event) <= WIRE_LIMIT {
            return;
        }
    }
}

/// Returns the size of an event on the wire.
pub(crate) fn size(event: &Event) -> usize {
    serde_json::to_vec(event).map_or(usize::MAX, |bytes| bytes.len())
}

fn cut(value: &mut Value, text_limit: usize, member_limit: usize, cuts: &mut u64) {
    match value {
        Value::String(text) if text.len() > text_limit => {
            text.truncate(text.floor_char_boundary(text_limit));
            text.push('…');
            *cuts += 1;
        }
        Value::Array(list) => {
            *cuts += count(list.len().saturating_sub(member_limit));
            list.truncate(member_limit);
            list.iter_mut().for_each(|each| cut(each, text_limit, member_limit, cuts));
        }
        Value::Object(members) => {
            *cuts += count(members.len().saturating_sub(member_limit));
            let mut kept = std::mem::take(members);
            kept.sort_keys();
            *members = kept.into_iter().take(member_limit).collect();
            members.values_mut().for_each(|each| cut(each, text_limit, member_limit, cuts));
        }
        _ => {}
    }
}

/// Counts in the type that JSON numbers take.
pub(crate) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Cuts a subject that no intermediary would take, so that two different ones stay different.
fn short(subject: &str) -> String {
    if subject.len() <= SUBJECT_LIMIT {
        return subject.to_owned();
    }
    let hash = hex::encode(Sha256::digest(subject.as_bytes()));
    let (head, _) = subject.split_at(subject.floor_char_boundary(SUBJECT_LIMIT - hash.len() - 1));
    format!("{head}~{hash}")
}

/// Makes one line of a text: names come from the cloud, and the line is shown on terminals.
pub(crate) fn plain(text: &str, limit: usize) -> String {
    let mut line = model::visible(text).into_owned();
    if line.len() > limit {
        line.truncate(seam(&line, limit));
        line.push('…');
    }
    line
}

/// Returns where a line of [`plain`] text can be cut after at most so many bytes: not within a character, nor within the escape that
/// stands for one.
pub(crate) fn seam(line: &str, limit: usize) -> usize {
    let limit = line.floor_char_boundary(limit);
    let (head, _) = line.split_at(limit);
    let Some((start, (_, escape))) = head.rfind('\\').map(|start| (start, line.split_at(start))) else {
        return limit;
    };
    let length = if escape.starts_with("\\u{") { escape.find('}').map_or(0, |end| end + 1) } else { 2 };
    if start + length > limit { start } else { limit }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn no_title_is_cut_within_an_escape() {
        for filled in 0..10 {
            let name = format!("{}{}", "é".repeat(filled), "\u{202e}\n".repeat(40));
            for limit in 20..40 {
                let line = plain(&name, limit);
                let rest = line.replace("\\u{202e}", "").replace("\\n", "");
                assert!(line.len() <= limit + '…'.len_utf8() && !rest.contains(['\\', '{', 'u']), "{line}");
            }
        }
    }
}
