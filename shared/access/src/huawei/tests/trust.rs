//! Whom trust policies let in: each form of a principal, what denies, and what is not known.

use model::{State, tables::huawei as t};

use super::{ACCOUNT, Tables, Written};
use crate::huawei::access;

/// A statement of a trust policy: effect, actions, and principals as (member, type, pattern).
struct Trusts<'a> {
    deny: bool,
    actions: &'a [&'a str],
    not_action: bool,
    principals: &'a [(&'a str, &'a str)],
    not_principal: bool,
}

impl<'a> Trusts<'a> {
    const fn allow(principals: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            deny: false,
            actions: &["sts:agencies:assume"],
            not_action: false,
            principals,
            not_principal: false,
        }
    }

    const fn deny(principals: &'a [(&'a str, &'a str)]) -> Self {
        Self { deny: true, ..Self::allow(principals) }
    }

    const fn all_but(principals: &'a [(&'a str, &'a str)]) -> Self {
        Self { not_principal: true, ..Self::allow(principals) }
    }
}

/// Two users, of whom `u1` may assume every agency by a policy, and an agency with a trust policy. `own` are
/// statements of a policy that both users hold, `scp` those of the organisation.
fn state(trust: &[Trusts<'_>], own: &[Written], scp: &[Written]) -> State {
    let mut rows = Tables::default();
    rows.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", ACCOUNT));
    for user in ["u0", "u1"] {
        let urn = format!("iam::{ACCOUNT}:user:{user}");
        let draft = t::USERS.draft().set("user_id", user).set("name", user).set("urn", &urn);
        rows.add(&t::USERS, draft.set("enabled", true));
    }
    let may_assume = [written(false, "sts:agencies:assume")];
    for (policy, statements, users) in [("p1", &may_assume[..], &["u1"][..]), ("p2", own, &["u0", "u1"])] {
        rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", policy).set("name", policy));
        let version = t::POLICY_VERSIONS.draft().set("policy_id", policy).set("version_id", "v1");
        rows.add(&t::POLICY_VERSIONS, version.set("is_default", true));
        for user in users {
            let draft = t::POLICY_ATTACHMENTS.draft().set("policy_id", policy);
            rows.add(&t::POLICY_ATTACHMENTS, draft.set("entity_type", "user").set("entity_id", *user));
        }
        let family = [&t::POLICY_STATEMENTS, &t::POLICY_ACTIONS, &t::POLICY_RESOURCES, &t::POLICY_CONDITIONS];
        rows.document(family, &[("policy_id", policy), ("version_id", "v1")], statements);
    }
    if !scp.is_empty() {
        rows.add(&t::ORGANIZATION_ENTITIES, t::ORGANIZATION_ENTITIES.draft().set("id", ACCOUNT));
        rows.add(&t::SCPS, t::SCPS.draft().set("policy_id", "s").set("name", "s"));
        let attached = t::SCP_ATTACHMENTS.draft().set("policy_id", "s").set("entity_id", ACCOUNT);
        rows.add(&t::SCP_ATTACHMENTS, attached);
        let family = [&t::SCP_STATEMENTS, &t::SCP_ACTIONS, &t::SCP_RESOURCES, &t::SCP_CONDITIONS];
        rows.document(family, &[("policy_id", "s")], scp);
    }
    let urn = format!("iam::{ACCOUNT}:agency:ops");
    let agency = t::AGENCIES.draft().set("agency_id", "a1").set("name", "ops").set("kind", "trust");
    rows.add(&t::AGENCIES, agency.set("urn", &urn));
    trust.iter().zip(0..).for_each(|(statement, place)| add(&mut rows, place, statement));
    rows.state()
}

fn add(rows: &mut Tables, place: i64, statement: &Trusts<'_>) {
    let place = place.to_string();
    let draft = |table: &'static model::Table| table.draft().set("agency_id", "a1").set("statement", &place);
    let effect = if statement.deny { "Deny" } else { "Allow" };
    rows.add(&t::TRUST_STATEMENTS, draft(&t::TRUST_STATEMENTS).set("effect", effect));
    for (action, position) in statement.actions.iter().zip(0..) {
        let row = draft(&t::TRUST_ACTIONS).set("position", position).set("is_except", statement.not_action);
        rows.add(&t::TRUST_ACTIONS, row.set("pattern", *action));
    }
    for ((kind, pattern), position) in statement.principals.iter().zip(0..) {
        let row = draft(&t::TRUST_PRINCIPALS).set("position", position);
        let row = row.set("is_except", statement.not_principal).set("type", *kind);
        rows.add(&t::TRUST_PRINCIPALS, row.set("pattern", *pattern));
    }
}

fn written(deny: bool, action: &str) -> Written {
    Written {
        deny,
        actions: vec![action.to_owned()],
        not_action: false,
        resources: Vec::new(),
        not_resource: false,
        conditional: false,
    }
}

/// Returns who can assume the agency, sorted; with what must hold behind it, if anything must.
fn let_in(state: &State) -> Vec<String> {
    let access = access(state);
    let name = |number: usize| access.principals()[number].step.name.clone();
    let mut found: Vec<String> = access
        .assumptions()
        .map(|each| match each.condition {
            None => name(each.from),
            Some(words) => format!("{} if {words}", name(each.from)),
        })
        .collect();
    found.sort();
    found
}

fn by_trust(trust: &[Trusts<'_>]) -> Vec<String> {
    let_in(&state(trust, &[], &[]))
}

const STAR: &[(&str, &str)] = &[("IAM", "*")];
const OWN: &[(&str, &str)] = &[("IAM", "iam::acc:root")];
const U0: &[(&str, &str)] = &[("IAM", "iam::acc:user:u0")];
const U1: &[(&str, &str)] = &[("IAM", "iam::acc:user:u1")];
const OTHER: &[(&str, &str)] = &[("IAM", "iam::other:root")];
const BY_STAR: &str = "u0 if `*` in the trust policy is enough without a policy to assume";

#[test]
fn an_account_lets_in_those_of_it_who_may_assume() {
    assert_eq!(by_trust(&[Trusts::allow(OWN)]), ["u1"]);
    assert_eq!(by_trust(&[Trusts::allow(&[("IAM", "acc")])]), ["u1"]);
    assert_eq!(by_trust(&[Trusts::allow(OTHER)]), ["account other"]);
}

#[test]
fn who_is_named_needs_no_policy() {
    assert_eq!(by_trust(&[Trusts::allow(U0)]), ["u0"]);
    assert_eq!(by_trust(&[Trusts::allow(&[("IAM", "iam::acc:user:*")])]), ["u0", "u1"]);
    assert_eq!(by_trust(&[Trusts::allow(&[("IAM", "iam::other:user:u0")])]), ["account other"]);
}

#[test]
fn a_star_means_the_own_principals_too() {
    assert_eq!(by_trust(&[Trusts::allow(STAR)]), ["anybody in any account", BY_STAR, "u1"]);
}

#[test]
fn all_but_some_means_everybody_else_and_none_of_them() {
    let anybody = "anybody but iam::acc:user:u1";
    assert_eq!(by_trust(&[Trusts::all_but(U1)]), [anybody, BY_STAR]);
    let two = [U0[0], ("IAM", "iam::other:root")];
    let found = by_trust(&[Trusts::all_but(&two)]);
    assert_eq!(found, ["anybody but iam::acc:user:u0, iam::other:root", "u1"]);
    let by_account = by_trust(&[Trusts::all_but(OWN)]);
    assert!(
        by_account.iter().all(|each| each.contains("anybody") || each.contains("leaving out")),
        "{by_account:?}"
    );
}

#[test]
fn a_deny_counts_for_whom_and_for_what_it_is_written() {
    let both = [U0[0], U1[0]];
    let denied = |deny: Trusts<'static>| by_trust(&[Trusts::allow(&both), deny]);
    assert_eq!(denied(Trusts::deny(U0)), ["u1"]);
    assert_eq!(denied(Trusts::deny(OWN)), [""; 0]);
    assert_eq!(denied(Trusts::deny(OTHER)), ["u0", "u1"]);
    assert_eq!(denied(Trusts { actions: &["sts::tagSession"], ..Trusts::deny(U0) }), ["u0", "u1"]);
    let all_but_tags = Trusts { actions: &["sts::tagSession"], not_action: true, ..Trusts::deny(U0) };
    assert_eq!(denied(all_but_tags), ["u1"]);
    assert_eq!(denied(Trusts { not_principal: true, ..Trusts::deny(U1) }), ["u1"]);
    let of_stranger = by_trust(&[Trusts::allow(OTHER), Trusts::deny(&[("IAM", "iam::other:user:eve")])]);
    assert_eq!(of_stranger, ["account other if unless the trust policy denies it"]);
    assert_eq!(by_trust(&[Trusts::allow(OTHER), Trusts::deny(STAR)]), [""; 0]);
}

#[test]
fn actions_that_are_not_to_assume_let_nobody_in() {
    assert_eq!(by_trust(&[Trusts { actions: &["sts::tagSession"], ..Trusts::allow(U0) }]), [""; 0]);
    let but_assume = Trusts { actions: &["sts:agencies:assume"], not_action: true, ..Trusts::allow(U0) };
    assert_eq!(by_trust(&[but_assume]), [""; 0]);
    let but_tags = Trusts { actions: &["sts::tagSession"], not_action: true, ..Trusts::allow(U0) };
    assert_eq!(by_trust(&[but_tags]), ["u0"]);
    assert_eq!(by_trust(&[Trusts { actions: &["STS:Agencies:*"], ..Trusts::allow(U0) }]), ["u0"]);
}

#[test]
fn who_is_denied_to_assume_is_not_let_in_by_name() {
    let trust = [Trusts::allow(U0)];
    let deny = [written(true, "sts:agencies:assume")];
    assert_eq!(let_in(&state(&trust, &deny, &[])), [""; 0]);
    assert_eq!(let_in(&state(&trust, &[], &[written(false, "*"), deny[0].clone()])), [""; 0]);
    assert_eq!(let_in(&state(&trust, &[], &[written(false, "obs:*:*")])), [""; 0], "nothing allows it above");
    assert_eq!(let_in(&state(&trust, &[], &[written(false, "*")])), ["u0"]);
    let with_mfa = Written { conditional: true, ..written(true, "sts:*:*") };
    assert_eq!(let_in(&state(&trust, &[with_mfa], &[])), ["u0 if unless g:MFAPresent Bool true"]);
}

#[test]
fn federated_users_come_by_an_action_of_their_own() {
    let provider = [("Identity_provider", "iam::acc:samlProvider:corp")];
    assert_eq!(by_trust(&[Trusts::allow(&provider)]), [""; 0]);
    let saml = Trusts { actions: &["sts:agencies:assumeWithSAML"], ..Trusts::allow(&provider) };
    assert_eq!(by_trust(&[saml]), ["federated users of iam::acc:samlProvider:corp"]);
}
