//! Identities of the account, the owner, and whoever is only named: of other accounts, or not seen.

use std::collections::BTreeSet;

use model::{State, Value, tables::ibm as t};

use super::{roles::Roles, step};
use crate::{Access, Choice, Effect, Holders, Principal, Source, Standing, Statement, Step};

/// States of a user that keep it from acting: not yet a member, or not any more. Of others, such as `VPN_ONLY` and
/// `DISABLED_CLASSIC_INFRASTRUCTURE`, which are about classic infrastructure, nothing says that they do.
const BARRED: [&str; 7] = [
    "PENDING",
    "PROCESSING",
    "SUSPENDED",
    "INVALID",
    "IAMID_INVALID",
    "ERROR_WHILE_PROCESSING",
    "ERROR_WHILE_DELETING",
];

pub(super) fn principal(step: Step, standing: Standing) -> Principal {
    Principal { step, standing, is_bounded: false }
}

pub(super) fn add(access: &mut Access, state: &State) {
    for row in state.rows(&t::USERS) {
        let Some(iam_id) = t::USERS.text(row, "iam_id") else { continue };
        let standing = match t::USERS.text(row, "state") {
            Some(state) if BARRED.contains(&state) => Standing::Inactive(state.to_lowercase()),
            _ => Standing::Active,
        };
        access.principal(principal(step("user", iam_id, t::USERS.text(row, "user_id")), standing));
    }
    let keys = Keys::of(state);
    for row in state.rows(&t::SERVICE_IDS) {
        if let Some(iam_id) = t::SERVICE_IDS.text(row, "iam_id") {
            let step = step("service ID", iam_id, t::SERVICE_IDS.text(row, "name"));
            access.principal(principal(step, keys.standing(iam_id)));
        }
    }
    for row in state.rows(&t::PROFILES) {
        if let Some(iam_id) = t::PROFILES.text(row, "iam_id") {
            let step = step("trusted profile", iam_id, t::PROFILES.text(row, "name"));
            access.principal(principal(step, Standing::Active));
        }
    }
}

/// The owners of API keys. A locked key is only kept from change: it works.
struct Keys<'a> {
    are_seen: bool,
    with_any: BTreeSet<&'a str>,
    with_enabled: BTreeSet<&'a str>,
}

impl<'a> Keys<'a> {
    fn of(state: &'a State) -> Self {
        let keys = &t::API_KEYS;
        let rows = || state.rows(keys).iter();
        let enabled = rows().filter(|row| keys.cell(row, "disabled") != Value::Boolean(true));
        Self {
            are_seen: crate::unseen::is_whole(state, keys.listing),
            with_any: rows().filter_map(|row| keys.text(row, "iam_id")).collect(),
            with_enabled: enabled.filter_map(|row| keys.text(row, "iam_id")).collect(),
        }
    }

    /// A service ID signs in with a key and with nothing else.
    fn standing(&self, iam_id: &str) -> Standing {
        match (self.with_any.contains(iam_id), self.with_enabled.contains(iam_id)) {
            (true, false) => Standing::Inactive("every API key is disabled".to_owned()),
            (false, _) if self.are_seen => Standing::Inactive("no API key".to_owned()),
            _ => Standing::Active,
        }
    }
}

/// Returns a principal by its IAM ID; one that is not in the lists is of another account, or could not be seen.
pub(super) fn identity(access: &mut Access, iam_id: &str) -> usize {
    access.principal_with(iam_id).unwrap_or_else(|| {
        let kind = match iam_id {
            id if id.starts_with("iam-ServiceId-") => "service ID of another account",
            id if id.starts_with("iam-Profile-") => "trusted profile of another account",
            id if id.starts_with("crn-") => "cloud resource",
            _ => "user of another account",
        };
        access.principal(principal(step(kind, iam_id, None), Standing::Active))
    })
}

/// Gives the owner everything that needs no policy.
pub(super) fn add_owner(access: &mut Access, state: &State, roles: &Roles) {
    for row in state.rows(&t::ACCOUNTS) {
        let Some(iam_id) = t::ACCOUNTS.text(row, "owner_iam_id") else { continue };
        let named = step("user", iam_id, t::ACCOUNTS.text(row, "owner_user_id"));
        let owner = access.principal(principal(named, Standing::Active));
        for piece in roles.of_owner() {
            let statement = Statement {
                effect: Effect::Allow,
                actions: piece.actions,
                resources: Choice::any_of(vec![piece.resource]),
                condition: piece.condition,
            };
            let steps = [step("account owner", iam_id, Some("by ownership"))].into();
            let source = access.source(Source { steps, statement, holders: Holders::All });
            access.attach(owner, source);
        }
    }
}
