//! Identities of the account, the owner, and whoever is only named: of other accounts, or not seen.

use std::collections::BTreeSet;

use model::{Coverage, Lists, Row, State, Table, Trust, Value, tables::ibm as t};

use super::{roles::Roles, step};
use crate::{Access, Choice, Effect, Holders, Principal, Source, Standing, Statement, Step, unseen::Seen};

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
        note_carried(access, state, &t::USERS, row, iam_id);
        access.principal(principal(step("user", iam_id, t::USERS.text(row, "user_id")), standing));
    }
    let keys = Keys::of(state);
    for row in state.rows(&t::SERVICE_IDS) {
        if let Some(iam_id) = t::SERVICE_IDS.text(row, "iam_id") {
            let step = step("service ID", iam_id, t::SERVICE_IDS.text(row, "name"));
            note_carried(access, state, &t::SERVICE_IDS, row, iam_id);
            let standing = keys.standing(access, iam_id, t::SERVICE_IDS.text(row, "group_id"));
            access.principal(principal(step, standing));
        }
    }
    for row in state.rows(&t::PROFILES) {
        if let Some(iam_id) = t::PROFILES.text(row, "iam_id") {
            let step = step("trusted profile", iam_id, t::PROFILES.text(row, "name"));
            note_carried(access, state, &t::PROFILES, row, iam_id);
            access.principal(principal(step, Standing::Active));
        }
    }
    let lists = Lists::of(state);
    access.identities_seen = [t::USERS, t::SERVICE_IDS, t::PROFILES]
        .into_iter()
        .map(|table| (table.name, Seen::of([Some(lists.whole(table.listing))])))
        .collect();
}

fn note_carried(access: &mut Access, state: &State, table: &Table, row: &Row, id: &str) {
    if state.is_carried(table, row) {
        access.carried.insert(id.to_owned());
    }
}

/// The owners of API keys. A locked key is only kept from change: it works.
struct Keys<'a> {
    lists: Lists,
    with_any: BTreeSet<&'a str>,
    with_enabled: BTreeSet<&'a str>,
}

impl<'a> Keys<'a> {
    fn of(state: &'a State) -> Self {
        let keys = &t::API_KEYS;
        let rows = || state.rows(keys).iter();
        let enabled = rows().filter(|row| keys.cell(row, "disabled") != Value::Boolean(true));
        Self {
            lists: Lists::of(state),
            with_any: rows().filter_map(|row| keys.text(row, "iam_id")).collect(),
            with_enabled: enabled.filter_map(|row| keys.text(row, "iam_id")).collect(),
        }
    }

    /// A service ID signs in with a key and with nothing else.
    fn standing(&self, access: &mut Access, iam_id: &str, group: Option<&str>) -> Standing {
        if self.with_enabled.contains(iam_id) {
            return Standing::Active;
        }
        let seen = Seen::of([self.list_of_keys(group)]);
        let has_any = self.with_any.contains(iam_id);
        let why = if has_any { "every API key is disabled" } else { "no API key" };
        let whole = Standing::Inactive(why.to_owned());
        // Keys that are known to be disabled stand in for a list that cannot be read now.
        if has_any && seen == Seen::Before {
            return whole;
        }
        seen.standing(access, iam_id, whole, "its API keys could not be seen")
    }

    /// Returns how far the list can be trusted that holds the keys of the service IDs of a group.
    fn list_of_keys(&self, group: Option<&str>) -> Option<Trust> {
        let listing = t::API_KEYS.listing;
        let of_group = group.map(|group| format!("serviceid/{group}"));
        let own = of_group.and_then(|parent| self.lists.get(listing, &parent));
        let others =
            || ["serviceid", "", Coverage::REST].into_iter().filter_map(|each| self.lists.get(listing, each));
        own.map(Trust::of).or_else(|| others().map(Trust::of).max())
    }
}

/// Returns a principal by its IAM ID; one that is not in the lists is of another account, or could not be seen.
pub(super) fn identity(access: &mut Access, iam_id: &str) -> usize {
    access.principal_with(iam_id).unwrap_or_else(|| {
        let (kind, table) = match iam_id {
            id if id.starts_with("iam-ServiceId-") => ("service ID of another account", t::SERVICE_IDS.name),
            id if id.starts_with("iam-Profile-") => ("trusted profile of another account", t::PROFILES.name),
            id if id.starts_with("crn-") => ("cloud resource", ""),
            _ => ("user of another account", t::USERS.name),
        };
        let seen = access.identities_seen.get(table).copied().unwrap_or(Seen::Whole);
        let unseen = "whether it is of another account could not be seen";
        let standing = seen.standing(access, iam_id, Standing::Active, unseen);
        access.principal(principal(step(kind, iam_id, None), standing))
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
