//! Roles: those that the account made, and those that IBM offers, with their actions, on each service that a policy names
//! and on those by which access itself is given: a policy for all services gives these without naming them.

use std::collections::{BTreeSet, HashSet};

use model::{
    Coverage, ListStatus,
    tables::ibm::{CUSTOM_ROLE_ACTIONS, CUSTOM_ROLES, POLICIES, POLICY_RESOURCES, ROLE_ACTIONS, ROLES},
};

use super::reader::{Parents, Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
};

/// The service under which the roles that hold on every service are kept.
const EVERY_SERVICE: &str = "";

/// The services by which access is given: who holds a role on them can raise its own power.
const OF_ACCESS: [&str; 4] = ["iam-access-management", "iam-groups", "iam-identity", "user-management"];

const WHOLE: Items = Items::Whole { has: Some("system_roles") };

/// Reads the roles of the account; the same answer holds the platform roles.
pub(crate) async fn of_account(reader: &Reader<'_>) -> Seen {
    let query = [("account_id", reader.account)];
    let name = CUSTOM_ROLES.listing;
    let list = list_at(name, &reader.endpoints.iam, &["v2", "roles"], &query, Family::Single, WHOLE);
    let mut doubt = None;
    let mut seen = reader
        .list(list, |item, seen| {
            doubt = item
                .value("custom_roles")
                .is_none()
                .then_some("`custom_roles` is missing, which proves nothing");
            let mut keys = HashSet::new();
            item.objects("custom_roles").for_each(|role| keep_custom(&role, &mut keys, seen));
            keep_offered(EVERY_SERVICE, item, seen);
            Some(String::new())
        })
        .await;
    let custom = count(seen.rows(&CUSTOM_ROLES).len());
    let offered = count(seen.rows(&ROLES).len());
    // The one answer fills two lists.
    let twins: Vec<Coverage> = seen
        .coverage
        .iter()
        .map(|each| Coverage { listing: ROLES.listing.to_owned(), rows: offered, ..each.clone() })
        .collect();
    for each in &mut seen.coverage {
        each.rows = custom;
        if let (true, Some(doubt)) = (each.is_complete(), doubt) {
            (each.status, each.reason) = (ListStatus::Doubtful, Some(doubt.to_owned()));
        }
    }
    seen.coverage.extend(twins);
    seen
}

/// Reads the roles on each service that a policy or a custom role names, and on those by which access is given.
pub(crate) async fn of_services(reader: &Reader<'_>, seen: &Seen) -> Seen {
    let ids: Vec<String> = named(seen).into_iter().map(str::to_owned).collect();
    let wholeness = seen.wholeness(POLICIES.listing).max(seen.wholeness(CUSTOM_ROLES.listing));
    let name = ROLES.listing;
    let of = |service: String| async move {
        let query = [("account_id", reader.account), ("service_name", service.as_str())];
        let path = ["v2", "roles"];
        let list = list_at(name, &reader.endpoints.iam, &path, &query, Family::Single, WHOLE);
        let keep = |item: &Item<'_>, seen: &mut Seen| {
            keep_offered(&service, item.must_have("service_roles"), seen);
            Some(String::new())
        };
        let mut seen = reader.list(list.of(&service), keep).await;
        let offered = count(seen.rows(&ROLES).len());
        seen.coverage.iter_mut().for_each(|each| each.rows = offered);
        seen
    };
    reader.each(name, "GET /v2/roles", Parents { ids, wholeness }, of).await
}

fn named(seen: &Seen) -> BTreeSet<&str> {
    let place = |name| POLICY_RESOURCES.position(name).unwrap_or(usize::MAX);
    let (name, operator, value) = (place("name"), place("operator"), place("value"));
    let of_policies = seen.rows(&POLICY_RESOURCES).iter().filter_map(|row| {
        let is_service = row.value(name).as_text() == Some("serviceName");
        let is_plain = row.value(operator).as_text().is_some_and(|each| each.starts_with("stringEquals"));
        row.value(value).as_text().filter(|service| is_service && is_plain && !service.is_empty())
    });
    of_policies.chain(seen.texts(&CUSTOM_ROLES, "service_name")).chain(OF_ACCESS).collect()
}

fn keep_custom(role: &Item<'_>, keys: &mut HashSet<String>, seen: &mut Seen) {
    let Some(crn) = role.key("crn") else { return };
    seen.note_twice(u64::from(!keys.insert(crn.to_owned())));
    role.must_say(&["name", "display_name", "service_name"]);
    role.should_say(&["description", "id", "account_id", "created_at", "created_by_id"]);
    let row = CUSTOM_ROLES
        .draft()
        .set("crn", crn)
        .set("id", role.text("id"))
        .set("name", role.text("name"))
        .set("display_name", role.text("display_name"))
        .set("service_name", role.text("service_name"))
        .set("description", role.text("description"))
        .set("account_id", role.text("account_id"))
        .set("created_at", role.time("created_at").as_ref())
        .set("created_by_id", role.text("created_by_id"))
        .set("last_modified_at", role.time("last_modified_at").as_ref())
        .set("last_modified_by_id", role.text("last_modified_by_id"))
        .set("document", &role.document())
        .row();
    seen.push(&CUSTOM_ROLES, row.clone());
    seen.nested(role, (&CUSTOM_ROLES, &row), &[&CUSTOM_ROLE_ACTIONS], |seen| {
        for action in role.must_list("actions").texts("actions") {
            let row = CUSTOM_ROLE_ACTIONS.draft().set("role_crn", crn).set("action", action).row();
            seen.push(&CUSTOM_ROLE_ACTIONS, row);
        }
    });
}

fn keep_offered(service: &str, item: &Item<'_>, seen: &mut Seen) {
    for (member, kind) in [("system_roles", "system"), ("service_roles", "service")] {
        let mut keys = HashSet::new();
        for role in item.objects(member) {
            let Some(crn) = role.key("crn") else { continue };
            seen.note_twice(u64::from(!keys.insert(crn)));
            role.must_say(&["display_name"]);
            let row = ROLES
                .draft()
                .set("service_name", service)
                .set("crn", crn)
                .set("kind", kind)
                .set("display_name", role.text("display_name"))
                .set("description", role.text("description"))
                .row();
            seen.push(&ROLES, row.clone());
            seen.nested(&role, (&ROLES, &row), &[&ROLE_ACTIONS], |seen| {
                keep_actions(service, crn, &role, seen)
            });
        }
    }
}

fn keep_actions(service: &str, crn: &str, role: &Item<'_>, seen: &mut Seen) {
    for action in role.must_list("actions").texts("actions") {
        let draft = ROLE_ACTIONS.draft().set("service_name", service).set("role_crn", crn);
        seen.push(&ROLE_ACTIONS, draft.set("action", action).row());
    }
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
