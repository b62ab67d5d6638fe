//! What ends by itself opens nothing from then on, and all of it until then.

use model::{Cloud, State, Timestamp, tables::huawei as t};

use super::{ACCOUNT, Tables};
use crate::{
    Access, Standing, Turn, Verdict,
    huawei::{access_at, inventory, question},
};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An agency that an account and the users of a SAML provider can assume, and that may read objects; and a user who may, too.
/// The agency and the metadata end when said.
fn office(agency_ends: &str, metadata_ends: &str) -> Tables {
    let mut rows = Tables::default();
    let urn = format!("iam::{ACCOUNT}:agency:ops");
    let agency = t::AGENCIES.draft().set("agency_id", "a1").set("name", "ops").set("urn", &urn);
    rows.add(&t::AGENCIES, agency.set("trust_domain_id", "far").set("trust_domain_name", "partner"));
    let classic = t::CLASSIC_AGENCIES.draft().set("agency_id", "a1").set("duration", "ONEDAY");
    rows.add(&t::CLASSIC_AGENCIES, ends(classic, agency_ends));
    let saml = format!("iam::{ACCOUNT}:saml-provider:corp");
    let provider = t::SAML_PROVIDERS.draft().set("provider_id", "p").set("urn", &saml);
    rows.add(&t::SAML_PROVIDERS, ends(provider, metadata_ends));
    let of_trust = |table: &'static model::Table| table.draft().set("agency_id", "a1").set("statement", "0");
    rows.add(&t::TRUST_STATEMENTS, of_trust(&t::TRUST_STATEMENTS).set("effect", "Allow"));
    let action = of_trust(&t::TRUST_ACTIONS).set("position", 0).set("is_except", false);
    rows.add(&t::TRUST_ACTIONS, action.set("pattern", "sts:agencies:assumeWithSAML"));
    let principal = of_trust(&t::TRUST_PRINCIPALS).set("position", 0).set("is_except", false);
    let principal = principal.set("type", "identity_provider");
    rows.add(&t::TRUST_PRINCIPALS, principal.set("pattern", &saml));
    rows.add(&t::USERS, t::USERS.draft().set("user_id", "u").set("name", "u").set("enabled", true));
    allow(&mut rows, "read", &["a1", "u"], &[]);
    rows
}

fn ends<'a>(draft: model::Draft<'a>, end: &'a str) -> model::Draft<'a> {
    if end.is_empty() { draft } else { draft.set("expires_at", end) }
}

/// Attaches a policy that allows to read objects, under conditions: operator, key, value.
fn allow(rows: &mut Tables, policy: &str, holders: &[&str], conditions: &[[&str; 3]]) {
    add(rows, (policy, "Allow"), holders, conditions);
}

fn add(rows: &mut Tables, (policy, effect): (&str, &str), holders: &[&str], conditions: &[[&str; 3]]) {
    rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", policy).set("name", policy));
    let of_version =
        |table: &'static model::Table| table.draft().set("policy_id", policy).set("version_id", "v1");
    rows.add(&t::POLICY_VERSIONS, of_version(&t::POLICY_VERSIONS).set("is_default", true));
    for holder in holders {
        let kind = if holder.starts_with('a') { "agency" } else { "user" };
        let draft = t::POLICY_ATTACHMENTS.draft().set("policy_id", policy);
        rows.add(&t::POLICY_ATTACHMENTS, draft.set("entity_type", kind).set("entity_id", *holder));
    }
    let of_statement = |table: &'static model::Table| of_version(table).set("statement", "0");
    rows.add(&t::POLICY_STATEMENTS, of_statement(&t::POLICY_STATEMENTS).set("effect", effect));
    let action = of_statement(&t::POLICY_ACTIONS).set("position", 0).set("is_except", false);
    rows.add(&t::POLICY_ACTIONS, action.set("pattern", "obs:object:get"));
    for ([operator, key, value], position) in conditions.iter().zip(0_i64..) {
        let draft = of_statement(&t::POLICY_CONDITIONS).set("position", position);
        rows.add(
            &t::POLICY_CONDITIONS,
            draft.set("operator", *operator).set("key", *key).set("value", *value),
        );
    }
}

/// Returns who can read objects, each with the verdict and the condition.
fn able(access: &Access) -> Vec<(String, Verdict, Option<String>)> {
    let answers = access.who_can(&question("obs:object:get", None)).into_iter();
    answers.map(|answer| (answer.principal.step.id, answer.verdict, answer.condition)).collect()
}

fn ids(access: &Access) -> Vec<String> {
    able(access).into_iter().map(|(id, ..)| id).collect()
}

fn at(state: &State, text: &str) -> Access {
    access_at(state, time(text))
}

#[test]
fn nobody_becomes_an_agency_that_has_expired_and_the_loss_knows_when() {
    let state = office("2026-11-20T12:00:00Z", "").state();
    let (before, after) = (at(&state, "2026-11-20T11:59:59Z"), at(&state, "2026-11-20T12:00:00Z"));
    let saml = format!("iam::{ACCOUNT}:saml-provider:corp");
    assert_eq!(ids(&before), ["a1", "far", &saml, "u"]);
    assert_eq!(ids(&after), ["a1", "u"]);
    let standing =
        |access: &Access| access.principals()[access.principal_with("a1").unwrap()].standing.clone();
    assert_eq!(standing(&before), Standing::Active);
    assert_eq!(standing(&after), Standing::Inactive("expired at 2026-11-20T12:00:00Z".to_owned()));
    let changes = after.changes_since(&before, &inventory(&state));
    // The two who could become it, and itself.
    assert_eq!(changes.len(), 3, "{changes:?}");
    for change in &changes {
        assert_eq!(change.turn, Turn::Lost);
        assert_eq!(after.ended_on(&change.path), Some(time("2026-11-20T12:00:00Z")));
    }
}

#[test]
fn what_becomes_of_a_provider_whose_metadata_has_ended_is_not_known() {
    let state = office("", "2026-11-20T12:00:00Z").state();
    let of_provider = |text: &str| {
        let all = able(&at(&state, text)).into_iter();
        all.filter(|(id, ..)| id.contains("saml"))
            .map(|(_, verdict, words)| (verdict, words))
            .collect::<Vec<_>>()
    };
    assert_eq!(of_provider("2026-11-20T11:59:59Z"), [(Verdict::Surely, None)]);
    let words = "metadata of the identity provider that expired at 2026-11-20T12:00:00Z is accepted";
    assert_eq!(of_provider("2026-11-20T12:00:00Z"), [(Verdict::Conditional, Some(words.to_owned()))]);
}

#[test]
fn a_statement_whose_last_moment_is_past_neither_allows_nor_denies() {
    let until = |operator| [operator, "g:CurrentTime", "2026-11-20T12:00:00Z"];
    let mut rows = Tables::default();
    for user in ["u", "v"] {
        rows.add(&t::USERS, t::USERS.draft().set("user_id", user).set("name", user).set("enabled", true));
    }
    allow(&mut rows, "contract", &["u"], &[until("DateLessThan"), ["Bool", "g:MFAPresent", "true"]]);
    allow(&mut rows, "lasting", &["v"], &[]);
    add(&mut rows, ("freeze", "Deny"), &["v"], &[until("DateLessThanEquals")]);
    let state = rows.state();
    let verdicts = |text: &str| -> Vec<(String, Verdict)> {
        able(&at(&state, text)).into_iter().map(|(id, verdict, _)| (id, verdict)).collect()
    };
    let both = [("u".to_owned(), Verdict::Conditional), ("v".to_owned(), Verdict::Conditional)];
    assert_eq!(verdicts("2026-11-20T11:59:59Z"), both);
    assert_eq!(verdicts("2026-11-20T12:00:00Z"), [both[1].clone()], "the last second of the deny counts");
    assert_eq!(verdicts("2026-11-20T12:00:01Z"), [("v".to_owned(), Verdict::Surely)]);
    let (before, after) = (at(&state, "2026-11-19T12:00:00Z"), at(&state, "2026-11-21T12:00:00Z"));
    let mut turns: Vec<(String, Turn, bool)> = after
        .changes_since(&before, &inventory(&state))
        .into_iter()
        .map(|change| {
            // Of what is no longer denied, it is the deny that has ended.
            let ended =
                [&change.path, &change.cause.of].into_iter().any(|path| after.ended_on(path).is_some());
            (change.principal.step.id.clone(), change.turn, ended)
        })
        .collect();
    turns.sort();
    assert_eq!(turns, [("u".to_owned(), Turn::Lost, true), ("v".to_owned(), Turn::Gained, true)]);
    let ended = |text: &str| crate::ends_before(Cloud::Huawei, &state, time(text));
    assert_eq!([ended("2026-11-20T11:59:59Z"), ended("2026-11-20T12:00:01Z")], [0, 2]);
}

#[test]
fn a_control_of_the_organisation_that_allowed_until_a_day_still_bounds_after_it() {
    let mut rows = Tables::default();
    rows.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", ACCOUNT));
    rows.add(&t::USERS, t::USERS.draft().set("user_id", "u").set("name", "u").set("enabled", true));
    allow(&mut rows, "read", &["u"], &[]);
    rows.add(&t::ORGANIZATION_ENTITIES, t::ORGANIZATION_ENTITIES.draft().set("id", ACCOUNT));
    rows.add(&t::SCPS, t::SCPS.draft().set("policy_id", "s").set("name", "s"));
    rows.add(&t::SCP_ATTACHMENTS, t::SCP_ATTACHMENTS.draft().set("policy_id", "s").set("entity_id", ACCOUNT));
    let of_scp = |table: &'static model::Table| table.draft().set("policy_id", "s").set("statement", "0");
    rows.add(&t::SCP_STATEMENTS, of_scp(&t::SCP_STATEMENTS).set("effect", "Allow"));
    let action = of_scp(&t::SCP_ACTIONS).set("position", 0).set("is_except", false);
    rows.add(&t::SCP_ACTIONS, action.set("pattern", "*"));
    let condition = of_scp(&t::SCP_CONDITIONS).set("position", 0).set("operator", "DateLessThan");
    rows.add(&t::SCP_CONDITIONS, condition.set("key", "g:currenttime").set("value", "2026-11-20T12:00:00Z"));
    let state = rows.state();
    let verdict = |text: &str| able(&at(&state, text))[0].1;
    assert_eq!(verdict("2026-11-20T11:59:59Z"), Verdict::Conditional);
    assert_eq!(verdict("2026-11-20T12:00:00Z"), Verdict::Denied);
}
