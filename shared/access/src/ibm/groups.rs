//! Access groups and who is in them: members, members while a session lasts, whoever a rule lets in, and everybody.

use model::{State, tables::ibm as t};

use super::{
    conditions::{NO_CLAIMS, claims},
    identities::{identity, outsider, principal},
    step,
};
use crate::{Access, Standing};

/// The group that holds everybody, signed in or not.
const PUBLIC_GROUP: &str = "AccessGroupId-PublicAccess";

pub(super) fn add(access: &mut Access, state: &State) {
    for row in state.rows(&t::ACCESS_GROUPS) {
        if let Some(id) = t::ACCESS_GROUPS.text(row, "id") {
            access.group(step("access group", id, t::ACCESS_GROUPS.text(row, "name")));
        }
    }
    add_members(access, state);
    let conditions = claims(state, &t::GROUP_RULE_CONDITIONS);
    for row in state.rows(&t::GROUP_RULES) {
        let rules = &t::GROUP_RULES;
        let (Some(group), Some(id)) = (rules.text(row, "group_id"), rules.text(row, "id")) else { continue };
        let whoever = federated(access, id, rules.text(row, "realm_name"));
        let group = access.group(step("access group", group, None));
        let condition = conditions.get(row.prefix(2)).map_or(NO_CLAIMS, String::as_str);
        access.join(whoever, group, Some(condition.to_owned()));
    }
}

fn add_members(access: &mut Access, state: &State) {
    for row in state.rows(&t::MEMBERS) {
        let text = |column| t::MEMBERS.text(row, column);
        if let (Some(group), Some(member)) = (text("group_id"), text("iam_id")) {
            let group = access.group(step("access group", group, None));
            let member = identity(access, member);
            access.join(member, group, None);
        }
    }
    for row in state.rows(&t::DYNAMIC_MEMBERS) {
        let text = |column| t::DYNAMIC_MEMBERS.text(row, column);
        if let (Some(group), Some(member)) = (text("group_id"), text("iam_id")) {
            let group = access.group(step("access group", group, None));
            let member = outsider(access, member);
            access.join_for_now(member, group, "the federated session lasts".to_owned());
        }
    }
}

/// Stands for a setting that the snapshot does not show.
const NOT_SEEN: &str = "the account lets in anybody (not seen)";

/// Lets everybody hold what the public group holds, unless the account has closed it.
pub(super) fn add_public(access: &mut Access, state: &State) {
    let settings = state.rows(&t::GROUP_SETTINGS).iter();
    let is_open = settings
        .map(|row| t::GROUP_SETTINGS.cell(row, "public_access_enabled"))
        .find_map(|enabled| enabled.as_boolean());
    if is_open != Some(false)
        && let Some(group) = access.group_with(PUBLIC_GROUP)
    {
        let name = "anybody, signed in or not";
        let whoever = access.principal(principal(step("anybody", "public", Some(name)), Standing::Active));
        access.hold_for_everybody(whoever, group, is_open.is_none().then(|| NOT_SEEN.to_owned()));
    }
}

/// Returns the principal that stands for whoever a rule lets in.
pub(super) fn federated(access: &mut Access, rule: &str, realm: Option<&str>) -> usize {
    let name = format!("federated users of {}", realm.unwrap_or("the identity provider"));
    access.principal(principal(step("rule", rule, Some(&name)), Standing::Active))
}
