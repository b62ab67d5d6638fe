//! All that is asked of an account unasked: the rules with findings, and the permissions that are audited.

use check::{RuleInput, RuleSet, RuleSubject};
use model::{Cloud, Lists, State};

use crate::Permissions;

/// Returns what is asked of an account of a cloud: rules by id, then permissions. Of the state, the coverage is enough.
#[must_use]
pub fn questions<'a>(
    rules: &'a RuleSet,
    permissions: &'a Permissions,
    cloud: Cloud,
    state: &State,
) -> Vec<RuleInput<'a>> {
    let lists = Lists::of(state);
    let of_permissions = permissions.of_cloud(cloud).iter().map(|permission| RuleInput {
        rule: &permission.id,
        subject: RuleSubject::Address,
        needs: access::needed_tables(cloud),
        absence: access::absence_tables(cloud, &lists, permission),
    });
    check::inputs_of_rules(rules, cloud).chain(of_permissions).collect()
}
