//! How much a gain of access opens, so that the event that tells it can be graded.

use access::{GrantChange, Inventory, Permission, SharedChange, What};
use notify::{Breadth, SensitivePermission};

/// Returns a permission as events name it.
pub(crate) fn sensitive_permission(permission: &Permission) -> SensitivePermission {
    SensitivePermission {
        id: permission.id.clone(),
        title: permission.title.clone(),
        severity: permission.severity,
    }
}

/// Fewest known actions that say something of breadth.
const TELLING_ACTIONS: u64 = 20;

/// Measures the widest grant of a gain against what is known of the account.
pub(crate) fn breadth(change: &SharedChange, known: &Inventory) -> Breadth {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let (actions, resources) = (count(known.actions.len()), count(known.resources.len()));
    // What is taken out of everything was held before, or is denied: it must not be most of it.
    let gives_all = |grant: &GrantChange| match &grant.what {
        What::Statement(statement) if grant.what.is_everything() => {
            let is_whole = statement.actions.except.is_empty() && statement.resources.except.is_empty();
            is_whole || grant.reach.actions >= actions.div_ceil(2)
        }
        _ => false,
    };
    if change.grants.iter().any(gives_all) {
        return Breadth::Everything;
    }
    let is_wide = |grant: &GrantChange| {
        grant.reach.actions >= actions.div_ceil(2) && grant.reach.resources >= resources
    };
    let is_telling = actions >= TELLING_ACTIONS && resources > 1;
    if is_telling && change.grants.iter().any(is_wide) { Breadth::Wide } else { Breadth::Narrow }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use access::{Cause, CauseKind, Choice, Effect, Pattern, Reach, Resource, Statement, Turn, UsableBy};

    use super::*;

    fn breadth_of(effect: Effect, action: &str, actions: u64, resources: u64, known: usize) -> Breadth {
        let statement = Statement {
            effect,
            actions: Arc::new(Choice::any_of(vec![Pattern::parse(action)])),
            resources: Choice::any_of(vec![Resource::any()]),
            condition: None,
        };
        let grant = GrantChange {
            what: What::Statement(statement),
            condition: None,
            path: Vec::new(),
            former_path: Vec::new(),
            is_remainder: false,
            cause: Cause {
                kind: CauseKind::PolicyAttached,
                of: Vec::new(),
                held_if: None,
                phrase: String::new(),
            },
            reach: Reach { actions, resources },
        };
        let change = SharedChange {
            turn: Turn::Gained,
            principals: Vec::new(),
            grants: vec![grant],
            usable_by: UsableBy::default(),
        };
        let known = Inventory {
            actions: (0..known).map(|number| format!("iam:x:{number}")).collect(),
            resources: vec![Resource::any(); 4],
        };
        breadth(&change, &known)
    }

    #[test]
    fn a_grant_is_measured_against_what_is_known_of_the_account() {
        assert_eq!(breadth_of(Effect::Allow, "*", 0, 0, 0), Breadth::Everything);
        assert_eq!(breadth_of(Effect::Deny, "*", 0, 0, 0), Breadth::Narrow, "it only stood in the way");
        assert_eq!(breadth_of(Effect::Allow, "iam:*:*", 20, 4, 40), Breadth::Wide);
        assert_eq!(breadth_of(Effect::Allow, "iam:*:*", 19, 4, 40), Breadth::Narrow);
        assert_eq!(breadth_of(Effect::Allow, "iam:*:*", 20, 3, 40), Breadth::Narrow, "not on all resources");
        assert_eq!(breadth_of(Effect::Allow, "iam:*:*", 9, 4, 9), Breadth::Narrow, "too little is known");
    }
}
