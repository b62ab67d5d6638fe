//! Users with their standing, agencies, groups and who is in them.

use std::{collections::BTreeSet, sync::Arc};

use model::{Lists, Row, State, Table, Timestamp, Value, tables::huawei as t};

use super::{ends, step};
use crate::{Access, Holders, Principal, Source, Standing, bounds::everything, unseen::Seen};

/// The kind of an agency that a cloud service made for itself.
pub(super) const SERVICE_LINKED: &str = "service_linked";

pub(super) fn add(access: &mut Access, state: &State, is_bounded: bool, at: Timestamp) {
    let credentials = SignInMeans::of(access.gaps.shared_lists(), state);
    access.identities_seen = [("user", &t::USERS), ("agency", &t::AGENCIES)]
        .into_iter()
        .map(|(kind, table)| (kind, Seen::of([Some(credentials.lists.whole(table.listing))])))
        .collect();
    for row in state.rows(&t::USERS) {
        add_user(access, state, row, &credentials, is_bounded);
    }
    let ended = ends::of_agencies(state, at);
    for row in state.rows(&t::AGENCIES) {
        if let Some(id) = t::AGENCIES.text(row, "agency_id") {
            note_carried(access, state, &t::AGENCIES, row, id);
            let step = step("agency", id, t::AGENCIES.text(row, "name"));
            // Service control policies do not reach what a cloud service made for itself.
            let is_bounded = is_bounded && !access.unbound.ids.contains(id);
            let standing = match ended.get(id) {
                Some(end) => {
                    access.ended.note([id], *end);
                    Standing::Inactive(format!("expired at {}", model::time_text(*end)))
                }
                None => Standing::Active,
            };
            access.principal(Principal { step, standing, is_bounded });
        }
    }
    for row in state.rows(&t::GROUPS) {
        if let Some(id) = t::GROUPS.text(row, "group_id") {
            access.group(step("group", id, t::GROUPS.text(row, "name")));
        }
    }
    for row in state.rows(&t::GROUP_MEMBERS) {
        let text = |column| t::GROUP_MEMBERS.text(row, column);
        let (Some(group), Some(user)) = (text("group_id"), text("user_id")) else { continue };
        let group = access.group(step("group", group, None));
        if let Some(user) = access.principal_with(user) {
            access.join(user, group, None);
        }
    }
}

fn add_user(access: &mut Access, state: &State, row: &Row, credentials: &SignInMeans<'_>, is_bounded: bool) {
    let Some(id) = t::USERS.text(row, "user_id") else { return };
    let is_root = t::USERS.cell(row, "is_root_user") == Value::Boolean(true);
    let standing = match t::USERS.cell(row, "enabled") {
        Value::Boolean(false) => Standing::Inactive("disabled".to_owned()),
        _ if is_root => Standing::Active,
        _ => credentials.standing(access, id),
    };
    note_carried(access, state, &t::USERS, row, id);
    let step_of_user = step("user", id, t::USERS.text(row, "name"));
    let user = access.principal(Principal { step: step_of_user, standing, is_bounded });
    if is_root {
        let steps = step("root user", id, Some("by being root")).into();
        let source = access.source(Source { steps, statement: everything(), holders: Holders::All });
        access.attach(user, source);
    }
}

fn note_carried(access: &mut Access, state: &State, table: &Table, row: &Row, id: &str) {
    if state.is_carried(table, row) {
        access.carried.insert(id.to_owned());
    }
}

/// What users sign in with.
struct SignInMeans<'a> {
    lists: Arc<Lists>,
    with_keys: BTreeSet<&'a str>,
    with_active_keys: BTreeSet<&'a str>,
    with_passwords: BTreeSet<&'a str>,
}

impl<'a> SignInMeans<'a> {
    fn of(lists: Arc<Lists>, state: &'a State) -> Self {
        let owners = |table: &'static Table, is_meant: &dyn Fn(&Row) -> bool| -> BTreeSet<&'a str> {
            let rows = state.rows(table).iter().filter(|row| is_meant(row));
            rows.filter_map(|row| table.text(row, "user_id")).collect()
        };
        let is_active = |row: &Row| t::ACCESS_KEYS.text(row, "status") == Some("active");
        Self {
            lists,
            with_keys: owners(&t::ACCESS_KEYS, &|_| true),
            with_active_keys: owners(&t::ACCESS_KEYS, &is_active),
            with_passwords: owners(&t::LOGIN_PROFILES, &|_| true),
        }
    }

    fn standing(&self, access: &mut Access, id: &str) -> Standing {
        if self.with_active_keys.contains(id) || self.with_passwords.contains(id) {
            return Standing::Active;
        }
        let has_any = self.with_keys.contains(id);
        let what = if has_any { "active key" } else { "key" };
        let whole = Standing::Inactive(format!("no password and no {what}"));
        let read = [t::ACCESS_KEYS.listing, t::LOGIN_PROFILES.listing];
        match Seen::of(read.map(|listing| self.lists.part(listing, id))) {
            // Keys that are known to be inactive stand in for a list that cannot be read now.
            Seen::Before if has_any => whole,
            seen => seen.standing(access, id, whole, "its access keys and password could not be seen"),
        }
    }
}

/// Returns the standing of somebody that something is attached to and that no list shows. One that a whole list does
/// not show was made or deleted while the lists were read.
pub(super) fn unlisted(access: &mut Access, kind: &str, id: &str) -> Standing {
    let seen = match access.identities_seen.get(kind).copied() {
        Some(Seen::Whole) => Seen::Before,
        Some(seen) => seen,
        None => Seen::Never,
    };
    seen.standing(access, id, Standing::Active, "it is in no list that could be read")
}
