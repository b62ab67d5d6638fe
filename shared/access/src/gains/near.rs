//! Who holds something by a way through some things: the only ones of whom access can differ by these.

use std::collections::BTreeSet;

use crate::{Access, Step};

impl Access {
    /// Returns the ids of the principals that are things with some ids, belong to one of them as to a group, or hold something by it.
    pub(super) fn ids_near<'a>(&'a self, ids: &BTreeSet<String>) -> Vec<&'a str> {
        let is_it = |step: &Step| step.is_among(ids);
        let sources: Vec<bool> = self.sources.iter().map(|source| source.steps.iter().any(is_it)).collect();
        let leads = |source: &usize| sources.get(*source).copied().unwrap_or_default();
        let of_groups = self.groups.iter().zip(&self.of_group);
        let groups: Vec<bool> =
            of_groups.map(|(group, attached)| is_it(group) || attached.iter().any(leads)).collect();
        let principals = self.principals.iter().enumerate().map(|(number, principal)| {
            let is_member = || {
                let mut memberships = self.memberships_of(number);
                memberships.any(|each| groups.get(each.group).copied().unwrap_or_default())
            };
            let is_near = is_it(&principal.step) || self.own_sources(number).iter().any(leads) || is_member();
            (is_near, principal.step.id.as_str())
        });
        principals.filter_map(|(is_near, id)| is_near.then_some(id)).collect()
    }
}
