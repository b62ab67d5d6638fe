//! Many agencies: everybody is found who can assume one, whether a policy names it or all of them. What it costs is in the
//! example `scale`, which `make bench` runs.

use model::{State, tables::huawei as t};

use super::Tables;
use crate::huawei::access;

/// An account of so many agencies. Each trusts the account, under a condition on the principal, and one user; each may assume
/// the next one, and each tenth has a user who may assume it. One user may assume all of them.
fn agencies(count: usize) -> State {
    let mut rows = Tables::default();
    rows.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", "acc"));
    let user = |rows: &mut Tables, id: &str, of: &str| {
        let draft = t::USERS.draft().set("user_id", id).set("name", id).set("enabled", true);
        rows.add(&t::USERS, draft.set("urn", format!("iam::acc:user:{id}").as_str()));
        may_assume(rows, ("user", id), of);
    };
    user(&mut rows, "everywhere", "*");
    for number in 0..count {
        let id = format!("a{number:05}");
        let urn = format!("iam::acc:agency:{id}");
        if number % 10 == 0 {
            user(&mut rows, &format!("u{number:05}"), &urn);
        }
        let draft = t::AGENCIES.draft().set("agency_id", &id).set("name", &id).set("kind", "trust");
        rows.add(&t::AGENCIES, draft.set("urn", urn.as_str()));
        may_assume(&mut rows, ("agency", &id), &format!("iam::acc:agency:a{:05}", number + 1));
        for (statement, who) in [("0", "iam::acc:root"), ("1", "iam::acc:user:u00000")] {
            let of = |table: &'static model::Table| {
                table.draft().set("agency_id", &id).set("statement", statement)
            };
            rows.add(&t::TRUST_STATEMENTS, of(&t::TRUST_STATEMENTS).set("effect", "Allow"));
            let action = of(&t::TRUST_ACTIONS).set("position", 0).set("is_except", false);
            rows.add(&t::TRUST_ACTIONS, action.set("pattern", "sts:agencies:assume"));
            let of_trust = of(&t::TRUST_PRINCIPALS).set("position", 0).set("is_except", false);
            rows.add(&t::TRUST_PRINCIPALS, of_trust.set("type", "IAM").set("pattern", who));
        }
        let condition = t::TRUST_CONDITIONS.draft().set("agency_id", &id).set("statement", "0");
        let condition = condition.set("operator", "StringNotEquals").set("key", "g:UserName");
        rows.add(&t::TRUST_CONDITIONS, condition.set("position", 0).set("value", "u00010"));
    }
    rows.state()
}

fn may_assume(rows: &mut Tables, (kind, holder): (&str, &str), urn: &str) {
    let id = format!("p-{holder}");
    rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", &id).set("name", &id));
    let version = t::POLICY_VERSIONS.draft().set("policy_id", &id).set("version_id", "v1");
    rows.add(&t::POLICY_VERSIONS, version.set("is_default", true));
    let attached = t::POLICY_ATTACHMENTS.draft().set("policy_id", &id).set("entity_type", kind);
    rows.add(&t::POLICY_ATTACHMENTS, attached.set("entity_id", holder));
    let of = |table: &'static model::Table| {
        table.draft().set("policy_id", &id).set("version_id", "v1").set("statement", "0")
    };
    rows.add(&t::POLICY_STATEMENTS, of(&t::POLICY_STATEMENTS).set("effect", "Allow"));
    for (table, pattern) in [(&t::POLICY_ACTIONS, "sts:agencies:assume"), (&t::POLICY_RESOURCES, urn)] {
        rows.add(table, of(table).set("position", 0).set("is_except", false).set("pattern", pattern));
    }
}

#[test]
fn of_many_agencies_it_is_found_who_can_assume_which() {
    // One user and the agency before can assume each, one user by name, and each tenth has its own, of whom one is left out.
    for count in [200, 1600] {
        let found = access(&agencies(count)).assumptions().count();
        assert_eq!(found, count + (count - 1) + count + count / 10 - 1 - 1, "{count} agencies");
    }
}

/// An account of so many agencies that trust it alike. Three users may assume all of them, and one only the first.
fn alike(count: usize) -> State {
    let mut rows = Tables::default();
    rows.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", "acc"));
    for (id, urn) in [("u1", "*"), ("u2", "*"), ("u3", "*"), ("only", "iam::acc:agency:a0")] {
        let draft = t::USERS.draft().set("user_id", id).set("name", id).set("enabled", true);
        rows.add(&t::USERS, draft.set("urn", format!("iam::acc:user:{id}").as_str()));
        may_assume(&mut rows, ("user", id), urn);
    }
    for number in 0..count {
        let id = format!("a{number}");
        let draft = t::AGENCIES.draft().set("agency_id", &id).set("name", &id).set("kind", "trust");
        rows.add(&t::AGENCIES, draft.set("urn", format!("iam::acc:agency:{id}").as_str()));
        let of = |table: &'static model::Table| table.draft().set("agency_id", &id).set("statement", "0");
        rows.add(&t::TRUST_STATEMENTS, of(&t::TRUST_STATEMENTS).set("effect", "Allow"));
        let action = of(&t::TRUST_ACTIONS).set("position", 0).set("is_except", false);
        rows.add(&t::TRUST_ACTIONS, action.set("pattern", "sts:agencies:assume"));
        let of_trust = of(&t::TRUST_PRINCIPALS).set("position", 0).set("is_except", false);
        rows.add(&t::TRUST_PRINCIPALS, of_trust.set("type", "IAM").set("pattern", "iam::acc:root"));
    }
    rows.state()
}

#[test]
fn agencies_that_are_trusted_alike_share_one_list() {
    let access = access(&alike(40));
    assert_eq!(access.assumptions().count(), 40 * 3 + 1);
    assert_eq!(access.assumptions.lists(), 2, "one of all, and one of the agency that a policy names");
    let question = crate::huawei::question("sts:agencies:assume", Some("iam::acc:agency:a0"));
    let able: Vec<String> =
        access.who_can(&question).into_iter().map(|answer| answer.principal.step.id).collect();
    assert_eq!(able, ["only", "u1", "u2", "u3"]);
}
