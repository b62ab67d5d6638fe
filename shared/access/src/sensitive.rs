//! Which sensitive permissions came with a gain, so that it can be graded by what was gained.
//!
//! In: a gain, the present access, and the permissions that are audited. Out: those that the grants of the gain speak of and that somebody who gained them
//! holds now. Whoever may hold one, or cannot act, does not hold it here either: see [`crate::holdings`].

use std::collections::{BTreeMap, BTreeSet};

use model::{Cloud, State};

use crate::{
    Access, Choice, Extent, GrantChange, Pattern, Question, SensitivePermission, SharedChange, Statement,
    What, clouds, holdings,
};

/// Finds sensitive permissions in the gains of one state. Who holds one is found out only when a gain speaks of it.
#[derive(Debug)]
pub struct Sensitive<'a> {
    cloud: Cloud,
    state: &'a State,
    access: &'a Access,
    permissions: &'a [SensitivePermission],
    /// Holders by the id of the permission, where somebody asked.
    holders: BTreeMap<&'a str, BTreeSet<String>>,
    /// The questions of each permission, by its id: to read one may take a look at all roles.
    questions: BTreeMap<&'a str, Vec<ActionQuestion>>,
}

/// The question of one action of a permission.
#[derive(Debug)]
struct ActionQuestion {
    question: Question,
    /// Whether a part of it is enough to hold the permission.
    is_part_enough: bool,
}

impl ActionQuestion {
    /// Returns whether a statement gives what the question asks.
    fn is_given_by(&self, statement: &Statement) -> bool {
        match statement.extent(&self.question) {
            Extent::Whole => true,
            // What was taken out of it was held before, so that together it is held now and was not.
            Extent::Part => self.is_part_enough || completes(statement, &self.question),
            Extent::None => false,
        }
    }
}

impl<'a> Sensitive<'a> {
    /// Takes the present state, its access, and the permissions to look for; with the ids of those who hold one, by its id, as far
    /// as they were found out already.
    #[must_use]
    pub fn new(
        cloud: Cloud,
        state: &'a State,
        access: &'a Access,
        permissions: &'a [SensitivePermission],
        known: &BTreeMap<String, BTreeSet<String>>,
    ) -> Self {
        let known_of = |permission: &'a SensitivePermission| {
            Some((permission.id.as_str(), known.get(&permission.id)?.clone()))
        };
        let holders = permissions.iter().filter_map(known_of).collect();
        Self { cloud, state, access, permissions, holders, questions: BTreeMap::new() }
    }

    /// Returns the permissions that came with a gain, in the order in which they were given.
    pub fn given_by(&mut self, gain: &SharedChange) -> Vec<&'a SensitivePermission> {
        let permissions = self.permissions;
        permissions.iter().filter(|permission| self.gives(gain, permission)).collect()
    }

    fn gives(&mut self, gain: &SharedChange, permission: &'a SensitivePermission) -> bool {
        let speaking: Vec<&GrantChange> =
            gain.grants.iter().filter(|grant| self.speaks(grant, permission)).collect();
        speaking.iter().any(|grant| gain.holders(grant).any(|who| self.holds(permission, &who.step.id)))
    }

    /// Returns whether a grant gives a permission, as far as it says itself.
    fn speaks(&mut self, grant: &GrantChange, permission: &'a SensitivePermission) -> bool {
        match &grant.what {
            What::Statement(statement) => {
                self.questions_of(permission).iter().any(|asked| asked.is_given_by(statement))
            }
            What::Becoming(to) => self.holds(permission, &to.id),
        }
    }

    /// Returns the questions of the actions of a permission that can be understood.
    fn questions_of(&mut self, permission: &'a SensitivePermission) -> &[ActionQuestion] {
        let (cloud, state) = (self.cloud, self.state);
        self.questions.entry(&permission.id).or_insert_with(|| {
            let read = |action: &String| {
                let question = clouds::question(cloud, state, action, permission.resource.as_deref()).ok()?;
                let is_literal = Pattern::parse(action).is_literal();
                let is_listed = clouds::CloudAccess::of(cloud).lists_actions && !is_literal;
                Some(ActionQuestion {
                    question,
                    is_part_enough: is_listed || (permission.partly && is_literal),
                })
            };
            permission.actions.iter().filter_map(read).collect()
        })
    }

    fn holds(&mut self, permission: &'a SensitivePermission, id: &str) -> bool {
        let holders = self.holders.entry(&permission.id).or_insert_with(|| {
            // One whose resource cannot be understood is told as a broken rule.
            let found = holdings(self.cloud, self.state, self.access, permission).unwrap_or_default();
            found.into_iter().map(|holding| holding.principal.step.id).collect()
        });
        holders.contains(id)
    }
}

/// Returns whether a statement speaks of all of a question but for what is taken out of it.
fn completes(statement: &Statement, question: &Question) -> bool {
    let actions = Choice::any_of(statement.actions.any_of.clone());
    let resources = Choice::any_of(statement.resources.any_of.clone());
    let whole = Statement { actions: actions.into(), resources: resources.into(), ..statement.clone() };
    whole.extent(question) == Extent::Whole
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::Severity;

    use super::*;
    use crate::{
        Cause, CauseKind, Choice, Effect, Principal, Reach, Resource, Source, Standing, Statement, Step,
        Turn, UsableBy, shared,
    };

    fn step(kind: &'static str, id: &str) -> Step {
        Step { kind, id: id.to_owned(), name: id.to_owned() }
    }

    fn principal(id: &str, standing: Standing) -> Principal {
        Principal { step: step("user", id), standing, is_bounded: false }
    }

    fn statement(effect: Effect, action: &str) -> Statement {
        Statement {
            effect,
            actions: Arc::new(Choice::any_of(vec![crate::huawei::action(action)])),
            resources: Choice::any_of(vec![Resource::any()]).into(),
            condition: None,
        }
    }

    fn permission(action: &str, partly: bool, allowed: &[&str]) -> SensitivePermission {
        SensitivePermission {
            id: action.to_owned(),
            title: action.to_owned(),
            severity: Severity::High,
            actions: vec![action.to_owned()],
            resource: None,
            partly,
            allowed: allowed.iter().map(|text| (*text).to_owned()).collect(),
            reason: String::new(),
            remediation: String::new(),
            implied_by: Vec::new(),
            silence: String::new(),
        }
    }

    /// Returns whether a permission came with a gain of somebody who holds these actions now.
    fn came(holds: &[&str], standing: Standing, gained: What, permission: &SensitivePermission) -> bool {
        let mut access = Access::default();
        let ana = access.principal(principal("ana", standing.clone()));
        let boss = access.principal(principal("boss", Standing::Active));
        for (who, action) in holds.iter().map(|action| (ana, *action)).chain([(boss, "iam:*:*")]) {
            let statement = statement(Effect::Allow, action);
            let source = access.source(Source {
                steps: step("policy", action).into(),
                statement,
                holders: crate::Holders::All,
            });
            access.attach(who, source);
        }
        let change = crate::AccessChange {
            principal: principal("ana", standing),
            turn: Turn::Gained,
            what: gained,
            condition: None,
            words: String::new(),
            is_remainder: false,
            is_whole: true,
            path: vec![step("user", "ana")],
            former_path: Vec::new(),
            cause: Cause::new(CauseKind::PolicyAttached, Vec::new(), String::new()),
            usable_by: UsableBy::default(),
            reach: Reach::default(),
        };
        let (state, permissions) = (State::default(), [permission.clone()]);
        let mut sensitive = Sensitive::new(Cloud::Huawei, &state, &access, &permissions, &BTreeMap::new());
        !sensitive.given_by(&shared(vec![change])[0]).is_empty()
    }

    #[test]
    fn a_permission_comes_with_a_grant_that_gives_it_to_somebody_who_holds_it() {
        let all = permission("iam:*:*", false, &[]);
        let gained = |action: &str| What::Statement(statement(Effect::Allow, action));
        assert!(came(&["iam:*:*"], Standing::Active, gained("iam:*:*"), &all));
        assert!(!came(&["iam:*:*"], Standing::Active, gained("iam:users:get"), &all), "it was held before");
        assert!(!came(&["iam:users:get"], Standing::Active, gained("iam:*:*"), &all), "something denies it");
        let keys = permission("iam:keys:create", true, &[]);
        assert!(came(&["iam:keys:create"], Standing::Active, gained("iam:keys:*"), &keys));
        assert!(!came(&["iam:keys:create"], Standing::Active, gained("obs:*:*"), &keys));
    }

    #[test]
    fn who_may_hold_it_or_cannot_act_is_left_out() {
        let gained = || What::Statement(statement(Effect::Allow, "iam:*:*"));
        let allowed = permission("iam:*:*", false, &["user:ana"]);
        assert!(!came(&["iam:*:*"], Standing::Active, gained(), &allowed));
        let all = permission("iam:*:*", false, &[]);
        assert!(!came(&["iam:*:*"], Standing::Inactive("disabled".to_owned()), gained(), &all));
    }

    #[test]
    fn to_become_somebody_gives_what_that_one_holds() {
        let all = permission("iam:*:*", false, &[]);
        let become_of = |id: &str| What::Becoming(step("user", id));
        assert!(came(&["iam:*:*"], Standing::Active, become_of("boss"), &all));
        assert!(!came(&["iam:*:*"], Standing::Active, become_of("nobody"), &all));
    }

    #[test]
    fn what_no_longer_stands_in_the_way_gives_what_is_held() {
        let all = permission("iam:*:*", false, &[]);
        let lifted = || What::Statement(statement(Effect::Deny, "iam:*:*"));
        assert!(came(&["iam:*:*"], Standing::Active, lifted(), &all));
        assert!(!came(&["iam:users:get"], Standing::Active, lifted(), &all));
    }
}
