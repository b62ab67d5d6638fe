//! The networks that an account lets its users in from: access control lists for the console and for the API.
//!
//! Huawei Cloud's guide says of them: they hold for IAM users and federated users, and not for the root user; that for the
//! API reaches what goes through API Gateway; any of the listed networks lets in; and a list that is empty, or has the range of
//! all addresses in it, lets in from anywhere. Whoever may come the other way is not barred.

use std::{collections::BTreeSet, sync::Arc};

use model::{Lists, State, Trust, Value, tables::huawei as t};

use super::{action, step};
use crate::{
    Access, Choice, Effect, Holders, Pattern, Resource, Source, Statement, Step,
    bounds::{denied_unless, everything},
};

const KIND: &str = "access control list";
const WORDS: &str = "the request comes from a network that the account allows";
/// The range and the network of all addresses.
const ANYWHERE: [&str; 2] = ["0.0.0.0-255.255.255.255", "0.0.0.0/0"];
/// What does not go through API Gateway: object storage has an endpoint of its own.
const OUTSIDE: &str = "obs:*:*";

/// Adds a bound for those who can come no other way than through the lists.
pub(super) fn add(access: &mut Access, state: &State) {
    if !is_restricted(state, &["api"]) {
        return;
    }
    let barred = barred(access, state, is_restricted(state, &["console", "login"]));
    if barred.is_empty() {
        return;
    }
    for number in &barred {
        if let Some(principal) = access.principals.get_mut(*number) {
            principal.is_bounded = true;
        }
    }
    let steps: Arc<[Step]> = [step(KIND, KIND, None)].into();
    let everything = Source { steps: Arc::clone(&steps), statement: everything(), holders: Holders::All };
    let mut actions = Choice::any_of(vec![Pattern::any()]);
    actions.except.push(action(OUTSIDE));
    let statement = Statement {
        effect: Effect::Deny,
        actions: Arc::new(actions),
        resources: Choice::any_of(vec![Resource::any()]),
        condition: Some(denied_unless(WORDS)),
    };
    access.bound(vec![everything, Source { steps, statement, holders: Holders::Only(Arc::new(barred)) }]);
}

/// Returns whether one of some lists names networks, and not all of them.
fn is_restricted(state: &State, scopes: &[&str]) -> bool {
    let table = &t::ACCESS_CONTROLS;
    scopes.iter().any(|scope| {
        let rows = state.rows(table).iter().filter(|row| table.text(row, "scope") == Some(*scope));
        let of_addresses = rows.filter(|row| matches!(table.text(row, "kind"), Some("netmask" | "range")));
        let networks: Vec<&str> = of_addresses.filter_map(|row| table.text(row, "value")).collect();
        !networks.is_empty() && !networks.iter().any(|network| ANYWHERE.contains(network))
    })
}

/// Returns those who come by the API alone, and where the console is restricted too, all users and federated users.
fn barred(access: &Access, state: &State, is_console_restricted: bool) -> BTreeSet<usize> {
    let lists = Lists::of(state);
    let rows = state.rows(&t::LOGIN_PROFILES).iter();
    let with_password: BTreeSet<&str> =
        rows.filter_map(|row| t::LOGIN_PROFILES.text(row, "user_id")).collect();
    let is_without_password = |id: &str| {
        !with_password.contains(id) && lists.part(t::LOGIN_PROFILES.listing, id) == Some(Trust::Whole)
    };
    let users = state.rows(&t::USERS).iter().filter(|row| {
        let is_root = t::USERS.cell(row, "is_root_user") == Value::Boolean(true);
        let id = t::USERS.text(row, "user_id");
        !is_root && id.is_some_and(|id| is_console_restricted || is_without_password(id))
    });
    let users = users.filter_map(|row| access.principal_with(t::USERS.text(row, "user_id")?));
    let federated = access.principals().iter().enumerate();
    let federated = federated.filter(|(_, who)| is_console_restricted && who.step.kind == "mapping");
    users.chain(federated.map(|(number, _)| number)).collect()
}
