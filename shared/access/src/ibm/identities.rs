//! Identities of the account, the owner, and whoever is only named: of other accounts, or not seen.

use std::{collections::BTreeSet, sync::Arc};

use model::{Coverage, Lists, Row, State, Table, Timestamp, Trust, Value, tables::ibm as t};

use super::{roles::Roles, step};
use crate::{
    Access, Effect, Holders, Principal, Source, Standing, Statement, Step, moments::moment, unseen::Seen,
};

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
    // Restrictions hold for every request, also for the owner's.
    Principal { step, standing, is_bounded: true }
}

pub(super) fn add(access: &mut Access, state: &State, at: Timestamp) {
    for row in state.rows(&t::USERS) {
        let Some(iam_id) = t::USERS.text(row, "iam_id") else { continue };
        let standing = match t::USERS.text(row, "state") {
            Some(state) if BARRED.contains(&state) => Standing::Inactive(state.to_lowercase()),
            _ => Standing::Active,
        };
        note_carried(access, state, &t::USERS, row, iam_id);
        access.principal(principal(step("user", iam_id, t::USERS.text(row, "user_id")), standing));
    }
    let keys = KeyOwners::of(access.gaps.shared_lists(), state, at);
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
    let lists = access.gaps.shared_lists();
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

/// Returns when an API key stops working, if it does by itself.
pub(super) fn end_of_key(row: &Row) -> Option<Timestamp> {
    moment(t::API_KEYS.text(row, "expires_at")?)
}

/// The owners of API keys. A locked key is only kept from change: it works.
struct KeyOwners<'a> {
    lists: Arc<Lists>,
    /// Owners of a key that is disabled, and of one that has expired.
    with_disabled: BTreeSet<&'a str>,
    with_expired: BTreeSet<&'a str>,
    with_working: BTreeSet<&'a str>,
}

impl<'a> KeyOwners<'a> {
    fn of(lists: Arc<Lists>, state: &'a State, at: Timestamp) -> Self {
        let mut keys = Self {
            lists,
            with_disabled: BTreeSet::new(),
            with_expired: BTreeSet::new(),
            with_working: BTreeSet::new(),
        };
        for row in state.rows(&t::API_KEYS) {
            let Some(owner) = t::API_KEYS.text(row, "iam_id") else { continue };
            let owners = if t::API_KEYS.cell(row, "disabled") == Value::Boolean(true) {
                &mut keys.with_disabled
            } else if end_of_key(row).is_some_and(|end| end <= at) {
                &mut keys.with_expired
            } else {
                &mut keys.with_working
            };
            owners.insert(owner);
        }
        keys
    }

    /// A service ID signs in with a key and with nothing else.
    fn standing(&self, access: &mut Access, iam_id: &str, group: Option<&str>) -> Standing {
        if self.with_working.contains(iam_id) {
            return Standing::Active;
        }
        let seen = Seen::of([self.list_of_keys(group)]);
        let (disabled, expired) = (self.with_disabled.contains(iam_id), self.with_expired.contains(iam_id));
        let why = match (disabled, expired) {
            (false, false) => "no API key",
            (true, false) => "every API key is disabled",
            (false, true) => "every API key has expired",
            (true, true) => "every API key is disabled or has expired",
        };
        let has_any = disabled || expired;
        let whole = Standing::Inactive(why.to_owned());
        // Keys that are known not to work stand in for a list that cannot be read now.
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

/// Why the access of somebody counts for nothing whom no whole list shows.
const GONE: &str = "not in the account any more";

/// Why nobody can say whether somebody can act whom a trust lets in from any account.
const FROM_ANYWHERE: &str = "not in the account, and whether it comes from another one is not said";

/// Returns the principal that a policy or a group names. A user or trusted profile that the whole list does not show has
/// left the account, and what still names it opens nothing until it comes back; a service ID may be of another account.
pub(super) fn identity(access: &mut Access, iam_id: &str) -> usize {
    let gone = Standing::Inactive(GONE.to_owned());
    if let Some(number) = access.principal_with(iam_id) {
        // Who is named so was a member.
        if let Some(known) = access.principals.get_mut(number)
            && known.standing == Standing::Unknown(FROM_ANYWHERE.to_owned())
        {
            known.standing = gone;
        }
        return number;
    }
    departed(access, iam_id, gone).unwrap_or_else(|| stranger(access, iam_id))
}

/// Returns the principal that a trust names which says of no account that the user is to come from. A user whom the whole list
/// does not show may have left the account, or be of another one: nothing tells which, and neither is told.
pub(super) fn from_anywhere(access: &mut Access, iam_id: &str) -> usize {
    access
        .principal_with(iam_id)
        .or_else(|| departed(access, iam_id, Standing::Unknown(FROM_ANYWHERE.to_owned())))
        .unwrap_or_else(|| stranger(access, iam_id))
}

/// Adds a user or trusted profile that the whole list does not show; none where it may be of another account, or was not seen.
fn departed(access: &mut Access, iam_id: &str, standing: Standing) -> Option<usize> {
    let table = t::member_table(iam_id)?;
    let seen = access.identities_seen.get(table.name).copied().unwrap_or(Seen::Whole);
    let kind = if table.name == t::USERS.name { "user" } else { "trusted profile" };
    (seen == Seen::Whole).then(|| access.principal(principal(step(kind, iam_id, None), standing)))
}

/// Returns the principal that a trust or a federated session names: it need not be of the account. What was taken for gone
/// is of another account then.
pub(super) fn outsider(access: &mut Access, iam_id: &str) -> usize {
    let Some(number) = access.principal_with(iam_id) else { return stranger(access, iam_id) };
    if let Some(known) = access.principals.get_mut(number)
        && [Standing::Inactive(GONE.to_owned()), Standing::Unknown(FROM_ANYWHERE.to_owned())]
            .contains(&known.standing)
    {
        known.standing = Standing::Active;
        known.step.kind = if known.step.kind == "user" {
            "user of another account"
        } else {
            "trusted profile of another account"
        };
    }
    number
}

/// Returns a principal that is not in the lists: it is of another account, or could not be seen.
fn stranger(access: &mut Access, iam_id: &str) -> usize {
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
                resources: piece.resources,
                condition: piece.condition,
            };
            let steps = step("account owner", iam_id, Some("by ownership")).into();
            let source = access.source(Source { steps, statement, holders: Holders::All });
            access.attach(owner, source);
        }
    }
}
