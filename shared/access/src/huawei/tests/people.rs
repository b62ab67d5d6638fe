//! Conditions on the principal itself are decided, and service control policies bind the root user.

use model::{Coverage, ListStatus, Row, Rows, State, tables::huawei as t};

use super::{ACCOUNT, Tables};
use crate::{
    Verdict,
    huawei::{access, inventory, question},
};

/// Two users in a group, the root user, a trust agency and a service-linked one. The group holds a policy with one
/// condition, the organisation has one policy that allows everything and one statement more.
struct Case<'a> {
    condition: Three<'a>,
    scp: Option<(&'a str, Option<Three<'a>>)>,
    tags: &'a [Three<'a>],
}

/// Operator, key and value of a condition, or user, key and value of a tag.
type Three<'a> = (&'a str, &'a str, &'a str);

const NO_CONDITION: Three<'_> = ("StringLike", "g:UserName", "*");

impl Case<'_> {
    fn state(&self) -> State {
        let mut rows = Tables::default();
        rows.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", ACCOUNT));
        rows.add(&t::GROUPS, t::GROUPS.draft().set("group_id", "g").set("name", "g"));
        for user in ["u0", "u1", "root"] {
            let draft = t::USERS.draft().set("user_id", user).set("name", user).set("enabled", true);
            rows.add(&t::USERS, draft.set("is_root_user", user == "root"));
            if user != "root" {
                let draft = t::GROUP_MEMBERS.draft().set("group_id", "g").set("user_id", user);
                rows.add(&t::GROUP_MEMBERS, draft);
            }
        }
        for (agency, kind) in [("a-trust", "trust"), ("a-linked", "service_linked")] {
            let draft = t::AGENCIES.draft().set("agency_id", agency).set("name", agency).set("kind", kind);
            rows.add(&t::AGENCIES, draft);
        }
        for (user, key, value) in self.tags {
            let draft = t::USER_TAGS.draft().set("user_id", *user).set("key", *key);
            rows.add(&t::USER_TAGS, draft.set("value", *value));
        }
        rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", "p").set("name", "p"));
        let version = t::POLICY_VERSIONS.draft().set("policy_id", "p").set("version_id", "v1");
        rows.add(&t::POLICY_VERSIONS, version.set("is_default", true));
        for (kind, entity) in [("group", "g"), ("agency", "a-trust"), ("agency", "a-linked")] {
            let draft = t::POLICY_ATTACHMENTS.draft().set("policy_id", "p").set("entity_type", kind);
            rows.add(&t::POLICY_ATTACHMENTS, draft.set("entity_id", entity));
        }
        let (operator, key, value) = self.condition;
        let key_of = |table: &'static model::Table| {
            table.draft().set("policy_id", "p").set("version_id", "v1").set("statement", "0")
        };
        rows.add(&t::POLICY_STATEMENTS, key_of(&t::POLICY_STATEMENTS).set("effect", "Allow"));
        let action = key_of(&t::POLICY_ACTIONS).set("position", 0).set("is_except", false);
        rows.add(&t::POLICY_ACTIONS, action.set("pattern", "obs:*:*"));
        let condition = key_of(&t::POLICY_CONDITIONS).set("position", 0).set("operator", operator);
        rows.add(&t::POLICY_CONDITIONS, condition.set("key", key).set("value", value));
        self.add_scps(&mut rows);
        let mut state = rows.state();
        let of_users = ["u0", "u1", "root"].map(|user| list(t::USER_TAGS.listing, user));
        let of_agencies = ["a-trust", "a-linked"].map(|agency| list(t::AGENCY_TAGS.listing, agency));
        let read = [&of_users[..], &of_agencies].concat();
        state.put(&model::tables::COVERAGE, Rows::new(&model::tables::COVERAGE, read));
        state
    }

    fn add_scps(&self, rows: &mut Tables) {
        let Some((effect, condition)) = self.scp else { return };
        rows.add(&t::ORGANIZATION_ENTITIES, t::ORGANIZATION_ENTITIES.draft().set("id", ACCOUNT));
        rows.add(&t::SCPS, t::SCPS.draft().set("policy_id", "s").set("name", "s"));
        let attached = t::SCP_ATTACHMENTS.draft().set("policy_id", "s").set("entity_id", ACCOUNT);
        rows.add(&t::SCP_ATTACHMENTS, attached);
        for (place, effect, action) in [("0", "Allow", "*"), ("1", effect, "obs:bucket:delete")] {
            let of =
                |table: &'static model::Table| table.draft().set("policy_id", "s").set("statement", place);
            rows.add(&t::SCP_STATEMENTS, of(&t::SCP_STATEMENTS).set("effect", effect));
            let draft = of(&t::SCP_ACTIONS).set("position", 0).set("is_except", false);
            rows.add(&t::SCP_ACTIONS, draft.set("pattern", action));
            if let Some((operator, key, value)) = condition.filter(|_| place == "1") {
                let draft = of(&t::SCP_CONDITIONS).set("position", 0).set("operator", operator);
                rows.add(&t::SCP_CONDITIONS, draft.set("key", key).set("value", value));
            }
        }
    }

    /// Returns who may delete a bucket: surely, or under a condition (`?`).
    fn holders(&self) -> Vec<String> {
        Self::holders_in(&self.state())
    }

    fn holders_in(state: &State) -> Vec<String> {
        let answers = access(state).who_can(&question("obs:bucket:delete", None));
        let able = answers.into_iter().filter(|answer| answer.verdict != Verdict::Denied);
        able.map(|answer| {
            let mark = if answer.verdict == Verdict::Surely { "" } else { "?" };
            format!("{}{mark}", answer.principal.step.id)
        })
        .collect()
    }
}

fn list(listing: &str, parent: &str) -> Row {
    let coverage = Coverage {
        listing: listing.to_owned(),
        parent: parent.to_owned(),
        endpoint: String::new(),
        status: ListStatus::Complete,
        reason: None,
        pages: 1,
        rows: 0,
        carried_from: None,
    };
    coverage.row()
}

fn on(operator: &str, key: &str, value: &str) -> Vec<String> {
    let tags = [("u0", "team", "ops")];
    Case { condition: (operator, key, value), scp: None, tags: &tags }.holders()
}

#[test]
fn a_condition_on_the_principal_is_decided() {
    for (operator, key, value) in [
        ("StringEquals", "g:UserName", "u0"),
        ("stringequals", "G:UserId", "u0"),
        ("StringLike", "g:UserName", "*0"),
        ("StringNotEquals", "g:UserName", "u1"),
        ("StringEquals", "g:PrincipalTag/team", "ops"),
        ("Null", "g:PrincipalTag/team", "false"),
    ] {
        let found = on(operator, key, value);
        let of_users: Vec<&String> = found.iter().filter(|id| id.starts_with('u')).collect();
        assert_eq!(of_users, ["u0"], "{operator} {key} {value}: {found:?}");
    }
    assert_eq!(on("StringEquals", "g:DomainId", ACCOUNT), ["a-linked", "a-trust", "root", "u0", "u1"]);
    assert_eq!(on("StringEquals", "g:DomainId", "other"), ["root"]);
    assert_eq!(on("StringEquals", "g:PrincipalType", "User"), ["root", "u0", "u1"]);
    assert_eq!(on("Bool", "g:PrincipalIsRootUser", "true"), ["root"]);
}

#[test]
fn tags_that_cannot_be_read_now_are_those_that_were_last_seen() {
    let condition = ("StringEquals", "g:PrincipalTag/team", "ops");
    let case = Case { condition, scp: None, tags: &[("u0", "team", "ops")] };
    let users_with = |carried_from: Option<i64>| {
        let mut state = case.state();
        let table = &model::tables::COVERAGE;
        let lists = state.take(table).into_iter().map(|row| Coverage::from_row(&row));
        let lists = lists.map(|list| Coverage { status: ListStatus::Failed, carried_from, ..list }.row());
        state.put(table, Rows::new(table, lists.collect()));
        let mut holders = Case::holders_in(&state);
        holders.retain(|id| id.starts_with('u'));
        holders
    };
    assert_eq!(users_with(Some(3)), ["u0"]);
    assert_eq!(users_with(None), ["u0", "u1?"], "nobody knows the tags of another");
}

#[test]
fn what_is_not_known_of_the_principal_stays_a_condition() {
    assert_eq!(on("Bool", "g:MFAPresent", "true"), ["a-linked?", "a-trust?", "root", "u0?", "u1?"]);
    assert_eq!(on("StringEquals", "g:UserName", "u0"), ["a-linked?", "a-trust?", "root", "u0"]);
    assert_eq!(on("NewOperator", "g:UserName", "u0"), ["a-linked?", "a-trust?", "root", "u0?", "u1?"]);
}

#[test]
fn a_service_control_policy_binds_the_root_user_and_no_service_linked_agency() {
    let everybody = Case { condition: NO_CONDITION, scp: Some(("Deny", None)), tags: &[] };
    assert_eq!(everybody.holders(), ["a-linked?"]);
    let of_root = ("Bool", "g:PrincipalIsRootUser", "true");
    let root_alone = Case { condition: NO_CONDITION, scp: Some(("Deny", Some(of_root))), tags: &[] };
    assert_eq!(root_alone.holders(), ["a-linked?", "a-trust?", "u0", "u1"]);
    let of_others = ("StringNotEquals", "g:UserName", "u0");
    let all_but_one = Case { condition: NO_CONDITION, scp: Some(("Deny", Some(of_others))), tags: &[] };
    assert_eq!(all_but_one.holders(), ["a-linked?", "a-trust?", "u0"]);
}

#[test]
fn who_loses_by_a_bound_is_told_and_nobody_else() {
    let open = Case { condition: NO_CONDITION, scp: Some(("Allow", None)), tags: &[] };
    let of_u0 = ("StringEquals", "g:UserName", "u0");
    let closed = Case { condition: NO_CONDITION, scp: Some(("Deny", Some(of_u0))), tags: &[] };
    let (before, after) = (open.state(), closed.state());
    let changes = access(&after).changes_since(&access(&before), &inventory(&after));
    let told: Vec<&str> = changes.iter().map(|change| change.principal.step.id.as_str()).collect();
    assert!(told.contains(&"u0") && !told.contains(&"u1") && !told.contains(&"root"), "{told:?}");
}
