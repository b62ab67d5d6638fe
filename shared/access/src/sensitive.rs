//! Which sensitive permissions came with a gain, so that it can be graded by what was gained.
//!
//! In: a gain, the present access, and the permissions that are audited. Out: those that the grants of the gain speak of and that somebody who gained them
//! holds now. Whoever may hold one, or cannot act, does not hold it here either: see [`crate::holdings`].

use std::collections::{BTreeMap, BTreeSet};

use model::{Cloud, State};

use crate::{Access, Extent, Pattern, Permission, SharedChange, What, clouds, holdings};

/// Finds sensitive permissions in the gains of one state. Who holds one is found out only when a gain speaks of it.
#[derive(Debug)]
pub struct Sensitive<'a> {
    cloud: Cloud,
    state: &'a State,
    access: &'a Access,
    permissions: &'a [Permission],
    /// Holders by the id of the permission, where somebody asked.
    holders: BTreeMap<&'a str, BTreeSet<String>>,
}

impl<'a> Sensitive<'a> {
    /// Takes the present state, its access, and the permissions to look for.
    #[must_use]
    pub const fn new(
        cloud: Cloud,
        state: &'a State,
        access: &'a Access,
        permissions: &'a [Permission],
    ) -> Self {
        Self { cloud, state, access, permissions, holders: BTreeMap::new() }
    }

    /// Returns the permissions that came with a gain, in the order in which they were given.
    pub fn given_by(&mut self, gain: &SharedChange) -> Vec<&'a Permission> {
        let permissions = self.permissions;
        permissions.iter().filter(|permission| self.gives(gain, permission)).collect()
    }

    fn gives(&mut self, gain: &SharedChange, permission: &'a Permission) -> bool {
        let speaks = gain.grants.iter().any(|grant| match &grant.what {
            What::Statement(statement) => permission.actions.iter().any(|action| {
                let resource = permission.resource.as_deref();
                let question = clouds::question(self.cloud, self.state, action, resource);
                let is_listed = self.cloud == Cloud::Ibm && !Pattern::parse(action).is_literal();
                let is_part_enough = is_listed || (permission.partly && Pattern::parse(action).is_literal());
                question.is_ok_and(|question| match statement.extent(&question) {
                    Extent::Whole => true,
                    Extent::Part => is_part_enough,
                    Extent::None => false,
                })
            }),
            What::Becoming(to) => self.holds(permission, &to.id),
        });
        speaks && gain.principals.iter().any(|who| self.holds(permission, &who.step.id))
    }

    fn holds(&mut self, permission: &'a Permission, id: &str) -> bool {
        let holders = self.holders.entry(&permission.id).or_insert_with(|| {
            // One whose resource cannot be understood is told as a broken rule.
            let found = holdings(self.cloud, self.state, self.access, permission).unwrap_or_default();
            found.into_iter().map(|holding| holding.principal.step.id).collect()
        });
        holders.contains(id)
    }
}
