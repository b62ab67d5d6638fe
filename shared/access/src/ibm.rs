//! IBM Cloud: subjects × members × policies × roles × resource attributes.
//!
//! Policies only allow. A role's actions are those that IBM lists for it on a service, and they are opened only there:
//! a policy for many services is written out service by service. The actions are known only of services that
//! some policy or custom role names, so that [`Access::unseen_of`] names a service that a question goes beyond.
//!
//! Context-based restrictions bound what policies give. What else can stop a request outside of policies (limits for
//! identities of other accounts, sign-in settings) gives nothing and is not counted here.

mod cloud;
mod conditions;
mod groups;
mod identities;
mod members;
mod policies;
mod profiles;
mod question;
mod restrictions;
mod roles;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use model::{Lists, Row, State, Timestamp, tables::ibm as t};

use crate::{Access, Inventory, Names, Pattern, Resource, Step, unseen::Gaps};
pub(crate) use cloud::CLOUD;
use question::completed;
pub(crate) use question::kind_and_group;
pub use question::{question, unknown_action};
pub(crate) use roles::Roles;

/// Returns the access that the tables of a snapshot give at the time it was taken.
#[must_use]
pub fn access_at(state: &State, at: Timestamp) -> Access {
    let mut access = Access::default();
    access.gaps = Gaps::of(Lists::of(state));
    let roles = Roles::of(state);
    identities::add(&mut access, state, at);
    members::add(&mut access, state);
    identities::add_owner(&mut access, state, &roles);
    groups::add(&mut access, state);
    access.terms = policies::add(&mut access, state, &roles, at);
    groups::add_public(&mut access, state);
    profiles::add(&mut access, state);
    restrictions::add(&mut access, state);
    access.roles(roles);
    access.names = names(state);
    crate::unseen::add(&mut access);
    access
}

/// As [`access_at`], at a time that nothing in the tests hangs on.
#[cfg(test)]
pub(crate) fn access(state: &State) -> Access {
    access_at(state, Timestamp::UNIX_EPOCH)
}

fn names(state: &State) -> Names {
    Names::of_tables(
        state,
        &[
            (&t::ACCESS_GROUPS, "id", "name"),
            (&t::API_KEYS, "id", "name"),
            (&t::CBR_ZONES, "id", "name"),
            (&t::PROFILES, "iam_id", "name"),
            (&t::PROFILES, "id", "name"),
            (&t::RESOURCE_GROUPS, "id", "name"),
            (&t::RESOURCE_INSTANCES, "guid", "name"),
            (&t::SERVICE_IDS, "iam_id", "name"),
            (&t::SERVICE_IDS, "id", "name"),
            (&t::USERS, "iam_id", "user_id"),
        ],
    )
}

/// Returns when things end that say of themselves when they do.
pub(crate) fn ends(state: &State) -> Vec<Timestamp> {
    let keys = state.rows(&t::API_KEYS).iter().filter_map(identities::end_of_key);
    let conditions = state.rows(&t::POLICY_CONDITIONS).iter().filter_map(conditions::end_of_row);
    keys.chain(conditions).collect()
}

/// Returns the actions and instances of a snapshot, to count reach in.
#[must_use]
pub fn inventory(state: &State) -> Inventory {
    let listed = state.rows(&t::ROLE_ACTIONS).iter().filter_map(|row| t::ROLE_ACTIONS.text(row, "action"));
    let own = state
        .rows(&t::CUSTOM_ROLE_ACTIONS)
        .iter()
        .filter_map(|row| t::CUSTOM_ROLE_ACTIONS.text(row, "action"));
    let actions: BTreeSet<String> = listed.chain(own).map(str::to_owned).collect();
    let instance = |row: &Row| {
        let attribute =
            |resource: Resource, name: &str, column: &str| match t::RESOURCE_INSTANCES.text(row, column) {
                Some(value) => resource.with(name, vec![Pattern::literal(value)]),
                None => resource,
            };
        let resource = attribute(Resource::any(), "serviceName", "service_name");
        let resource = attribute(resource, "serviceInstance", "guid");
        let resource = attribute(resource, "region", "region_id");
        completed(attribute(resource, "resourceGroupId", "resource_group_id"))
    };
    Inventory {
        actions: actions.into_iter().collect(),
        resources: state.rows(&t::RESOURCE_INSTANCES).iter().map(instance).collect(),
    }
}

fn step(kind: &'static str, id: &str, name: Option<&str>) -> Step {
    Step { kind, id: id.to_owned(), name: name.unwrap_or(id).to_owned() }
}
