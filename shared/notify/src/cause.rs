//! What a change brought about: drift is as bad as the access that somebody gained by it.
//!
//! In: a thing that changed, and the gains of the run. Out: the severity of the event that tells of the thing. Drift by which nobody gained
//! anything is worth knowing, and no more: what else it may mean is told as a finding.

use model::{Severity, Type};

use crate::{Gain, drift::Thing, names::identity_columns};

/// Grades the drift of a thing by the worst of the gains that lead through it.
pub(crate) fn severity(thing: &Thing<'_>, gains: &[Gain]) -> Severity {
    if gains.is_empty() {
        return Severity::Info;
    }
    let may_give = may_give(thing);
    let brought = gains.iter().filter(|gain| (may_give && leads_through(thing, gain)) || frees(thing, gain));
    brought.map(Gain::severity).max().unwrap_or(Severity::Info)
}

/// Returns whether somebody may have gained by what happened: not by what went, nor by another description.
fn may_give(thing: &Thing<'_>) -> bool {
    let is_spoken_of = |name: &str| thing.table.label == Some(name) || name == "description";
    let own = || {
        thing
            .columns()
            .into_iter()
            .any(|(column, ..)| column.kind != Type::Document && !column.moves && !is_spoken_of(column.name))
    };
    match thing.verb() {
        "added" | "replaced" => true,
        "removed" => false,
        _ => thing.parts.iter().any(|part| part.verb() != "removed") || own(),
    }
}

/// Returns whether a gain came by a thing: it is a step of the way, and where somebody became a part of it, it was by one of them.
fn leads_through(thing: &Thing<'_>, gain: &Gain) -> bool {
    let mut keys = thing.key_texts();
    let is_step = match thing.table.key {
        1 => keys.any(|id| gain.leads_through(id)),
        // What joins two things is known by both.
        _ => keys.filter(|id| gain.leads_through(id) || gain.is_of(id)).count() >= 2,
    };
    let newcomers: Vec<&str> = thing.parts.iter().filter_map(|part| newcomer(part)).collect();
    let is_only_joined = newcomers.len() == thing.parts.len() && !newcomers.is_empty();
    is_step && (!is_only_joined || newcomers.iter().any(|id| gain.is_of(id) || gain.leads_through(id)))
}

/// Returns whether a gain came by what a thing no longer keeps away: what denied, what the organisation allowed, that the
/// principal could not act.
fn frees(thing: &Thing<'_>, gain: &Gain) -> bool {
    let mut keys = thing.key_texts();
    match thing.table.key {
        1 => keys.any(|id| gain.is_freed_by(id) || (gain.is_of(id) && gain.is_of_standing())),
        _ if thing.table.name.contains("_scp_") => keys.any(|id| gain.is_freed_by(id)),
        // The networks of all lists bound together, and have no id of their own.
        _ if thing.table.name == "huawei_access_controls" => gain.is_freed_by("access control list"),
        _ => {
            let keys: Vec<&str> = keys.collect();
            keys.iter().any(|id| gain.is_freed_by(id))
                && keys.iter().filter(|id| gain.is_freed_by(id) || gain.is_of(id)).count() >= 2
        }
    }
}

/// Returns the principal or group that a part names, which was not there before.
fn newcomer(part: &model::Change) -> Option<&str> {
    let row = part.row_after().filter(|_| part.row_before().is_none())?;
    identity_columns(part.table).iter().find_map(|column| part.table.text(row, column))
}
