//! Trusted profiles: who can assume them.

use std::collections::{BTreeMap, BTreeSet};

use model::{Row, State, Table, tables::ibm as t};

use super::{
    conditions::{NO_CLAIMS, claims},
    groups::federated,
    identities::{from_anywhere, identity, outsider, principal},
    step,
};
use crate::{Access, Standing};

pub(super) fn add(access: &mut Access, state: &State) {
    let profiles: BTreeMap<&str, &str> = state
        .rows(&t::PROFILES)
        .iter()
        .filter_map(|row| Some((t::PROFILES.text(row, "id")?, t::PROFILES.text(row, "iam_id")?)))
        .collect();
    let profile = |access: &Access, row: &Row, table: &Table| {
        access.principal_with(profiles.get(table.text(row, "profile_id")?)?)
    };
    let accounts = Accounts::of(state);
    for row in state.rows(&t::PROFILE_IDENTITIES) {
        let table = &t::PROFILE_IDENTITIES;
        let (Some(to), Some(iam_id)) = (profile(access, row, table), table.text(row, "iam_id")) else {
            continue;
        };
        let from = match accounts.origin(row) {
            Origin::Here => identity(access, iam_id),
            Origin::Anywhere => from_anywhere(access, iam_id),
            Origin::Elsewhere => outsider(access, iam_id),
        };
        access.assume(from, to, accounts.condition(row, iam_id));
    }
    let conditions = claims(state, &t::PROFILE_RULE_CONDITIONS);
    for row in state.rows(&t::PROFILE_RULES) {
        let rules = &t::PROFILE_RULES;
        let (Some(to), Some(id)) = (profile(access, row, rules), rules.text(row, "id")) else { continue };
        let from = match rules.text(row, "cr_type") {
            Some(kind) => access.principal(principal(
                step("rule", id, Some(&format!("compute resources of type {kind}"))),
                Standing::Active,
            )),
            None => federated(access, id, rules.text(row, "realm_name")),
        };
        let condition = conditions.get(row.prefix(2)).map_or(NO_CLAIMS, String::as_str);
        access.assume(from, to, Some(condition.to_owned()));
    }
    for row in state.rows(&t::PROFILE_LINKS) {
        let links = &t::PROFILE_LINKS;
        let (Some(to), Some(id)) = (profile(access, row, links), links.text(row, "id")) else { continue };
        let resource = linked(row, id);
        let from = access.principal(principal(
            step("cloud resource", &resource, links.text(row, "name")),
            Standing::Active,
        ));
        access.assume(from, to, None);
    }
}

/// Names what a link lets in: the resource, or the part of a cluster or project that is meant.
fn linked(row: &Row, id: &str) -> String {
    let columns = ["namespace", "resource_name", "component_type", "component_name"];
    let parts = columns.iter().filter_map(|column| t::PROFILE_LINKS.text(row, column));
    let crn = t::PROFILE_LINKS.text(row, "crn").unwrap_or(id);
    std::iter::once(crn).chain(parts).collect::<Vec<_>>().join("/")
}

/// Where an identity is let in from.
enum Origin {
    /// From this account only.
    Here,
    /// From any account: none is named.
    Anywhere,
    /// From another account, or from where accounts are not named.
    Elsewhere,
}

/// The accounts that users must have signed in to.
struct Accounts<'a> {
    own: Option<&'a str>,
    members: BTreeSet<&'a str>,
    /// By profile and identity, packed.
    named: BTreeMap<&'a [u8], Vec<&'a str>>,
}

impl<'a> Accounts<'a> {
    fn of(state: &'a State) -> Self {
        let mut named: BTreeMap<&[u8], Vec<&str>> = BTreeMap::new();
        for row in state.rows(&t::PROFILE_IDENTITY_ACCOUNTS) {
            let account = t::PROFILE_IDENTITY_ACCOUNTS.text(row, "account_id");
            named.entry(row.prefix(2)).or_default().extend(account);
        }
        let own = state.rows(&t::ACCOUNTS).iter().find_map(|row| t::ACCOUNTS.text(row, "account_id"));
        let members = state.rows(&t::USERS).iter().filter_map(|row| t::USERS.text(row, "iam_id")).collect();
        Self { own, members, named }
    }

    /// Returns where an identity is let in from. Where it is this account only, a user must be a member to sign in. Accounts are
    /// named for users alone.
    fn origin(&self, row: &Row) -> Origin {
        let is_user = t::PROFILE_IDENTITIES.text(row, "type").is_none_or(|kind| kind == "user");
        match self.named.get(row.prefix(2)) {
            Some(named) if named.iter().all(|account| Some(*account) == self.own) => Origin::Here,
            None if is_user => Origin::Anywhere,
            _ => Origin::Elsewhere,
        }
    }

    /// A user of this account can sign in to it; whether a user is in another cannot be seen from here.
    fn condition(&self, row: &Row, iam_id: &str) -> Option<String> {
        let named = self.named.get(row.prefix(2))?;
        let is_here = self.members.contains(iam_id) && named.iter().any(|account| Some(*account) == self.own);
        (!is_here).then(|| format!("signed in to account {}", named.join(" or ")))
    }
}
