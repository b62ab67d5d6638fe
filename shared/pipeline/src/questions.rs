//! All that is asked of an account unasked: the rules with findings, and the permissions that are audited.

use check::{RuleInput, RuleKind, RuleSet, Subject};
use model::{Cloud, Lists, State};

use crate::{Permissions, grants};

/// Returns what is asked of an account of a cloud: rules by id, then permissions. Of the state, the coverage is enough.
#[must_use]
pub fn questions<'a>(
    rules: &'a RuleSet,
    permissions: &'a Permissions,
    cloud: Cloud,
    state: &State,
) -> Vec<RuleInput<'a>> {
    let of_rules = rules.for_cloud(cloud).filter(|rule| rule.kind == RuleKind::Finding).filter_map(|rule| {
        let reading = rule.readings.get(&cloud)?;
        let (needs, absence) = (reading.needs.clone(), reading.absence.clone());
        Some(RuleInput { rule: &rule.id, subject: rule.subject.clone()?, needs, absence })
    });
    let lists = Lists::of(state);
    let of_permissions = permissions.of_cloud(cloud).iter().map(|permission| {
        let judgement = grants::judgement(cloud, &lists, permission);
        let (needs, absence) = (judgement.needs, judgement.absence);
        RuleInput { rule: &permission.id, subject: Subject::Address, needs, absence }
    });
    of_rules.chain(of_permissions).collect()
}
