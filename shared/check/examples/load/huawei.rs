//! An account of Huawei Cloud of a given size.

use model::{Row, Rows, State, Table, tables::huawei as t};

/// The account of all runs here.
const OWN: &str = "acc-1";

/// Builds an account: of 10 things, 4 are users, 2 agencies, 2 policies, 1 classic role and 1 group, with all that hangs on them.
pub(crate) fn account(things: usize) -> State {
    let part = (things / 10).max(1);
    let mut state = State::default();
    users(&mut state, 4 * part, part);
    policies(&mut state, 2 * part, 4 * part, part);
    roles(&mut state, part);
    agencies(&mut state, 2 * part);
    state
}

fn put(state: &mut State, table: &'static Table, count: usize, row: &dyn Fn(usize) -> Row) {
    state.put(table, Rows::new(table, (0..count).map(row).collect()));
}

/// Ids of 32 letters, as the cloud has them.
fn id(kind: &str, number: usize) -> String {
    format!("{kind:0<20}{number:012}")
}

fn users(state: &mut State, count: usize, groups: usize) {
    put(state, &t::USERS, count, &|n| {
        t::USERS
            .draft()
            .set("user_id", &id("u", n))
            .set("name", &id("name", n))
            .set("is_root_user", n == 0)
            .set("enabled", n % 9 != 0)
            .set("created_at", "2026-01-01T00:00:00Z")
            .row()
    });
    put(state, &t::GROUPS, groups, &|n| {
        let name = if n == 0 { "admin".to_owned() } else { id("group", n) };
        t::GROUPS.draft().set("group_id", &id("g", n)).set("name", &name).row()
    });
    put(state, &t::GROUP_MEMBERS, 3 * count, &|n| {
        // Every tenth user is in no group, and every tenth group is empty.
        let (user, group) = (n / 3 / 10 * 10 + n % 9, n % groups / 10 * 10 + n % 9);
        t::GROUP_MEMBERS.draft().set("group_id", &id("g", group)).set("user_id", &id("u", user)).row()
    });
    put(state, &t::MAPPINGS, groups / 10, &|n| {
        let position = i64::try_from(n).unwrap_or_default();
        t::MAPPINGS
            .draft()
            .set("mapping_id", "m")
            .set("rule", position)
            .set("position", 0)
            .set("group_name", &id("group", n * 7))
            .row()
    });
    put(state, &t::ACCESS_KEYS, 2 * count, &|n| {
        t::ACCESS_KEYS
            .draft()
            .set("access_key_id", &id("k", n))
            .set("user_id", &id("u", n / 2))
            .set("status", "active")
            .set("created_at", "2026-01-01T00:00:00Z")
            .row()
    });
    put(state, &t::ACCESS_KEY_USES, 2 * count, &|n| {
        t::ACCESS_KEY_USES
            .draft()
            .set("access_key_id", &id("k", n))
            .set("user_id", &id("u", n / 2))
            .set("last_used_at", (n % 3 == 0).then_some("2026-11-01T00:00:00Z"))
            .row()
    });
    put(state, &t::LOGIN_PROFILES, count, &|n| {
        t::LOGIN_PROFILES.draft().set("user_id", &id("u", n)).set("created_at", "2026-01-01T00:00:00Z").row()
    });
    put(state, &t::USER_LOGINS, count, &|n| t::USER_LOGINS.draft().set("user_id", &id("u", n)).row());
    put(state, &t::MFA_DEVICES, count / 2, &|n| {
        t::MFA_DEVICES
            .draft()
            .set("serial_number", &id("mfa", n))
            .set("user_id", &id("u", 2 * n))
            .set("enabled", true)
            .row()
    });
    put(state, &t::LOGIN_PROTECTIONS, count, &|n| {
        t::LOGIN_PROTECTIONS.draft().set("user_id", &id("u", n)).set("enabled", n % 2 == 0).row()
    });
}

fn policies(state: &mut State, count: usize, users: usize, groups: usize) {
    let versions = |n: usize| (id("p", n / 2), if n.is_multiple_of(2) { "v1" } else { "v2" });
    put(state, &t::POLICIES, count, &|n| {
        t::POLICIES
            .draft()
            .set("policy_id", &id("p", n))
            .set("name", &id("policy", n))
            .set("type", "custom")
            .set("default_version_id", "v2")
            .row()
    });
    put(state, &t::POLICY_VERSIONS, 2 * count, &|n| {
        let (policy, version) = versions(n);
        t::POLICY_VERSIONS.draft().set("policy_id", &policy).set("version_id", version).row()
    });
    put(state, &t::POLICY_STATEMENTS, 2 * count, &|n| {
        let (policy, version) = versions(n);
        t::POLICY_STATEMENTS
            .draft()
            .set("policy_id", &policy)
            .set("version_id", version)
            .set("statement", "0")
            .set("effect", "Allow")
            .row()
    });
    put(state, &t::POLICY_ACTIONS, 20 * count, &|n| {
        let (policy, version) = versions(n / 10);
        let position = i64::try_from(n % 10).unwrap_or_default();
        t::POLICY_ACTIONS
            .draft()
            .set("policy_id", &policy)
            .set("version_id", version)
            .set("statement", "0")
            .set("position", position)
            .set("is_except", false)
            .set("pattern", if n % 300 == 19 { "*:*:*" } else { "obs:object:get*" })
            .row()
    });
    put(state, &t::POLICY_CONDITIONS, count / 2, &|n| {
        t::POLICY_CONDITIONS
            .draft()
            .set("policy_id", &id("p", 4 * n))
            .set("version_id", "v2")
            .set("statement", "0")
            .set("position", 0)
            .set("operator", "Bool")
            .set("key", "g:MFAPresent")
            .set("value", "true")
            .row()
    });
    put(state, &t::POLICY_ATTACHMENTS, 4 * count, &|n| {
        let (kind, entity) = match n % 4 {
            0 | 1 => ("group", id("g", n % groups / 10 * 10 + n % 8)),
            2 => ("user", id("u", n % users)),
            _ => ("agency", id("a", n % count)),
        };
        t::POLICY_ATTACHMENTS
            .draft()
            .set("policy_id", &id("p", n / 5))
            .set("entity_type", kind)
            .set("entity_id", &entity)
            .row()
    });
}

fn roles(state: &mut State, count: usize) {
    put(state, &t::ROLES, count, &|n| {
        let name = if n == 0 { "te_admin".to_owned() } else { id("role", n) };
        t::ROLES.draft().set("id", &id("r", n)).set("name", &name).set("is_custom", n != 0).row()
    });
    put(state, &t::ROLE_STATEMENTS, count, &|n| {
        t::ROLE_STATEMENTS
            .draft()
            .set("role_id", &id("r", n))
            .set("statement", "0")
            .set("effect", "Allow")
            .row()
    });
    put(state, &t::ROLE_ACTIONS, 5 * count, &|n| {
        let position = i64::try_from(n % 5).unwrap_or_default();
        t::ROLE_ACTIONS
            .draft()
            .set("role_id", &id("r", n / 5))
            .set("statement", "0")
            .set("position", position)
            .set("is_except", false)
            .set("pattern", if n % 70 == 0 { "*:*:*" } else { "ecs:*:get*" })
            .row()
    });
    put(state, &t::ROLE_ASSIGNMENTS, 5 * count, &|n| {
        t::ROLE_ASSIGNMENTS
            .draft()
            .set("role_id", &id("r", n % count))
            .set("subject_type", "group")
            .set("subject_id", &id("g", n / 5))
            .set("scope_type", "domain")
            .set("scope_id", OWN)
            .row()
    });
}

fn agencies(state: &mut State, count: usize) {
    put(state, &t::AGENCIES, count, &|n| {
        let (account, is_classic) = (id("x", n % 50), n % 3 == 0);
        t::AGENCIES
            .draft()
            .set("agency_id", &id("a", n))
            .set("name", &id("agency", n))
            .set("kind", if is_classic { "classic" } else { "trust" })
            .set("trust_domain_id", is_classic.then_some(account.as_str()))
            .row()
    });
    put(state, &t::TRUST_STATEMENTS, count, &|n| {
        t::TRUST_STATEMENTS
            .draft()
            .set("agency_id", &id("a", n))
            .set("statement", "0")
            .set("effect", "Allow")
            .row()
    });
    put(state, &t::TRUST_ACTIONS, count, &|n| {
        t::TRUST_ACTIONS
            .draft()
            .set("agency_id", &id("a", n))
            .set("statement", "0")
            .set("position", 0)
            .set("is_except", false)
            .set("pattern", "sts:agencies:assume")
            .row()
    });
    put(state, &t::TRUST_PRINCIPALS, 2 * count, &|n| {
        let position = i64::try_from(n % 2).unwrap_or_default();
        t::TRUST_PRINCIPALS
            .draft()
            .set("agency_id", &id("a", n / 2))
            .set("statement", "0")
            .set("position", position)
            .set("is_except", false)
            .set("type", "IAM")
            .set("pattern", &format!("iam::{}:root", id("x", n % 100)))
            .row()
    });
    put(state, &t::ORGANIZATION_ENTITIES, count, &|n| {
        t::ORGANIZATION_ENTITIES
            .draft()
            .set("id", &id("x", 2 * n))
            .set("type", "account")
            .set("name", &id("account", n))
            .row()
    });
}
