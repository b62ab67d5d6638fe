//! How much a gain of access opens, so that the event that tells it can be graded.

use access::{GrantChange, Inventory, Principal, SensitivePermission, SharedChange, Standing, What};
use notify::{Breadth, GainedPermission};

/// Returns a permission as events name it.
pub(crate) fn sensitive_permission(permission: &SensitivePermission) -> GainedPermission {
    GainedPermission {
        id: permission.id.clone(),
        title: permission.title.clone(),
        severity: permission.severity,
    }
}

/// Fewest known actions that say something of breadth.
const TELLING_ACTIONS: u64 = 20;

/// Returns the grants of a gain that count: those of somebody who can act, or all of them where nobody can.
pub(crate) fn usable(change: &SharedChange) -> impl Iterator<Item = &GrantChange> {
    let nobody = !change.principals.iter().any(can_act);
    change.grants.iter().filter(move |grant| nobody || change.holders(grant).any(can_act))
}

/// Returns whether a principal can act, as far as is known.
pub(crate) fn can_act(principal: &Principal) -> bool {
    !matches!(principal.standing, Standing::Inactive(_))
}

/// Measures the widest grant of a gain that somebody can use against what is known of the account.
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
    if usable(change).any(gives_all) {
        return Breadth::Everything;
    }
    let is_wide = |grant: &GrantChange| {
        grant.reach.actions >= actions.div_ceil(2) && grant.reach.resources >= resources
    };
    let is_telling = actions >= TELLING_ACTIONS && resources > 1;
    if is_telling && usable(change).any(is_wide) { Breadth::Wide } else { Breadth::Narrow }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use access::{
        Cause, CauseKind, Choice, Effect, Pattern, Reach, Resource, Statement, Step, Turn, UsableBy,
    };

    use super::*;

    fn breadth_of(effect: Effect, action: &str, actions: u64, resources: u64, known: usize) -> Breadth {
        let change = change(vec![grant(effect, action, Reach { actions, resources })]);
        let known = Inventory {
            actions: (0..known).map(|number| format!("iam:x:{number}")).collect(),
            resources: vec![Resource::any(); 4],
        };
        breadth(&change, &known)
    }

    fn change(grants: Vec<GrantChange>) -> SharedChange {
        SharedChange { turn: Turn::Gained, principals: Vec::new(), grants, usable_by: UsableBy::default() }
    }

    fn grant(effect: Effect, action: &str, reach: Reach) -> GrantChange {
        let statement = Statement {
            effect,
            actions: Arc::new(Choice::any_of(vec![Pattern::parse(action)])),
            resources: Choice::any_of(vec![Resource::any()]).into(),
            condition: None,
        };
        GrantChange {
            what: What::Statement(statement),
            words: String::new(),
            only: Vec::new(),
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
            reach,
        }
    }

    #[test]
    fn what_only_those_gained_who_cannot_act_does_not_count() {
        let step = |id: &str| Step { kind: "user", id: id.to_owned(), name: id.to_owned() };
        let who = |id: &str, standing| Principal { step: step(id), standing, is_bounded: false };
        let everything = grant(Effect::Allow, "*", Reach::default());
        let little = grant(Effect::Allow, "obs:bucket:get", Reach::default());
        let (ana, ben) = ("ana", "ben");
        let only = |grant: &GrantChange, id| GrantChange { only: vec![step(id)], ..grant.clone() };
        let mut gained = change(vec![only(&everything, ana), only(&little, ben)]);
        gained.principals =
            vec![who(ana, Standing::Inactive("disabled".to_owned())), who(ben, Standing::Active)];
        assert_eq!(breadth(&gained, &Inventory::default()), Breadth::Narrow);
        gained.grants[0] = everything;
        assert_eq!(breadth(&gained, &Inventory::default()), Breadth::Everything, "it is ben's, too");
        gained.grants[0] = only(&gained.grants[0], ana);
        gained.principals[0].standing = Standing::Active;
        assert_eq!(breadth(&gained, &Inventory::default()), Breadth::Everything);
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
