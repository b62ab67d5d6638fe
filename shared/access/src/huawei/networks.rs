//! The networks that an account lets its users in from: access control lists for the console and for the API.
//!
//! Huawei Cloud's guide says of them: they hold for IAM users and federated users, and that for the console not for the root
//! user; that for the API reaches what goes through API Gateway, and knows IPv4 addresses only; any of the listed networks lets
//! in; and where nothing is set, or the range of all addresses, anybody may come from anywhere. IPv6 is closed by a range of
//! the address zero alone. Whoever may come the other way is not barred.

use std::{collections::BTreeSet, sync::Arc};

use model::{State, Trust, Value, tables::huawei as t};

use super::{action, addresses::let_in_all, step};
use crate::{
    Access, Choice, Effect, Holders, Pattern, Resource, Source, Statement, Steps,
    bounds::{denied_unless, everything},
};

const KIND: &str = "access control list";
const NAME: &str = "access control list of the account";
const WORDS: &str = "the request comes from a network that the account allows";
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
    let steps = step(KIND, KIND, Some(NAME)).into();
    let everything = Source { steps: Steps::default(), statement: everything(), holders: Holders::All };
    let mut actions = Choice::any_of(vec![Pattern::any()]);
    actions.except.push(action(OUTSIDE));
    let statement = Statement {
        effect: Effect::Deny,
        actions: Arc::new(actions),
        resources: Choice::any_of(vec![Resource::any()]).into(),
        condition: Some(denied_unless(WORDS)),
    };
    access.bound(vec![everything, Source { steps, statement, holders: Holders::Only(Arc::new(barred)) }]);
}

/// Returns whether one of some lists lets in from named networks only.
fn is_restricted(state: &State, scopes: &[&str]) -> bool {
    let table = &t::ACCESS_CONTROLS;
    scopes.iter().any(|scope| {
        let of = |kinds: [&str; 2]| -> Vec<&str> {
            let rows = state.rows(table).iter().filter(|row| table.text(row, "scope") == Some(*scope));
            let of_kind =
                rows.filter(|row| table.text(row, "kind").is_some_and(|kind| kinds.contains(&kind)));
            of_kind.filter_map(|row| table.text(row, "value")).collect()
        };
        let (narrow, wide) = (of(["netmask", "range"]), of(["netmask_ipv6", "range_ipv6"]));
        // Where no IPv6 network is named it is not known whether there is a way in by IPv6: not every region has it.
        !narrow.is_empty() && !let_in_all(&narrow) && !let_in_all(&wide)
    })
}

/// Returns those who come by the API alone, and where the console is restricted too, all users and federated users.
fn barred(access: &Access, state: &State, is_console_restricted: bool) -> BTreeSet<usize> {
    let lists = access.gaps.lists();
    let rows = state.rows(&t::LOGIN_PROFILES).iter();
    let with_password: BTreeSet<&str> =
        rows.filter_map(|row| t::LOGIN_PROFILES.text(row, "user_id")).collect();
    let is_without_password = |id: &str| {
        let read = lists.part(t::LOGIN_PROFILES.listing, id);
        !with_password.contains(id) && read.is_some_and(|read| read != Trust::Never)
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
