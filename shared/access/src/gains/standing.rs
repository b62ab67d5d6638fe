//! Who could hold something and not use it, and can now.

use super::cause::{Cause, CauseKind};
use crate::{Access, Principal, Standing};

/// Returns why somebody can act in the second state and could not in the first: it was disabled, or had nothing to sign
/// in with. What could not be seen is no reason, unless it could before and showed nothing to sign in with.
pub(super) fn cause(from: (&Access, &Principal), to: &Principal, is_gain: bool) -> Option<Cause> {
    let (access, from) = from;
    if to.standing != Standing::Active {
        return None;
    }
    match &from.standing {
        Standing::Inactive(why) => Some(turned(why, is_of_credentials(why), is_gain)),
        Standing::Unknown(why)
            if is_gain && is_of_credentials(why) && access.was_seen_before(&from.step.id) =>
        {
            Some(turned("none when last seen", true, true))
        }
        Standing::Active | Standing::Unknown(_) => None,
    }
}

fn is_of_credentials(why: &str) -> bool {
    ["key", "password"].iter().any(|word| why.contains(word))
}

fn turned(why: &str, is_of_credentials: bool, is_gain: bool) -> Cause {
    let (kind, phrase) = match (is_of_credentials, is_gain) {
        (true, true) => (CauseKind::CredentialAdded, format!("has a credential that works (before: {why})")),
        (true, false) => (CauseKind::CredentialRemoved, format!("has no credential that works: {why}")),
        (false, true) => (CauseKind::Enabled, format!("enabled (before: {why})")),
        (false, false) => (CauseKind::Disabled, why.to_owned()),
    };
    Cause::new(kind, Vec::new(), phrase)
}
