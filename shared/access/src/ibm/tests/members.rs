//! What needs no policy, what is not known of an operator, and who is kept from acting.

use model::tables::ibm as t;

use super::world::World;
use crate::{
    Answer, Extent, SensitivePermission, Standing, Verdict, holdings,
    ibm::{access, inventory, question},
};

const EDITOR: &str = "crn:v1:bluemix:public:iam::::role:Editor";
const KEYS: &str = "restrict_create_platform_apikey";
const IDS: &str = "restrict_create_service_id";

fn world(settings: &[(&str, &str)]) -> World {
    let settings = [&[("account_id", "acc")], settings].concat();
    let world = World::default()
        .add(&t::ACCOUNTS, &[("account_id", "acc"), ("owner_iam_id", "IBMid-owner")])
        .user("IBMid-1", "ACTIVE")
        .user("IBMid-2", "PENDING");
    if settings.len() > 1 { world.add(&t::ACCOUNT_SETTINGS, &settings) } else { world }
}

fn who_can(world: &World, action: &str) -> Vec<Answer> {
    let state = world.state();
    let answers = access(&state).who_can(&question(&state, action, None).unwrap());
    answers.into_iter().filter(|answer| answer.principal.step.id != "IBMid-owner").collect()
}

#[test]
fn every_member_may_make_keys_of_its_own_and_service_ids() {
    let open = world(&[(KEYS, "NOT_SET"), (IDS, "NOT_RESTRICTED")]).role(
        "iam-identity",
        EDITOR,
        &["iam-identity.serviceid.create", "iam-identity.apikey.create"],
    );
    let keys = who_can(&open, "iam-identity.apikey.create");
    let [member] = &keys[..] else { panic!("{keys:?}") };
    assert_eq!((member.verdict, member.extent), (Verdict::Surely, Extent::Part), "its own only");
    assert_eq!(member.path[1].to_string(), "account setting restrict_create_platform_apikey NOT_SET");
    let ids = who_can(&open, "iam-identity.serviceid.create");
    assert_eq!((ids[0].verdict, ids[0].extent), (Verdict::Surely, Extent::Whole));
    assert_eq!(who_can(&open, "user-management.user.create"), []);
}

#[test]
fn what_the_account_restricts_needs_a_policy() {
    let restricted = world(&[(KEYS, "RESTRICTED"), (IDS, "RESTRICTED")]);
    assert_eq!(who_can(&restricted, "iam-identity.apikey.create"), []);
    assert_eq!(who_can(&restricted, "iam-identity.serviceid.create"), []);
}

#[test]
fn a_setting_that_was_not_seen_makes_it_conditional() {
    let answers = who_can(&world(&[]), "iam-identity.serviceid.create");
    assert_eq!(answers[0].verdict, Verdict::Conditional);
    assert_eq!(answers[0].condition.as_deref(), Some("the account does not restrict it"));
}

#[test]
fn what_every_member_may_is_no_finding_and_no_gain() {
    let before = world(&[(IDS, "NOT_SET")]).state();
    let after = world(&[(IDS, "NOT_SET")]).user("IBMid-3", "ACTIVE").state();
    let gains = access(&after).changes_since(&access(&before), &inventory(&after));
    assert_eq!(gains, [], "a new member is no news of access");
    let permission = SensitivePermission {
        id: "permission_to_make_service_ids".to_owned(),
        title: String::new(),
        severity: model::Severity::High,
        actions: vec!["iam-identity.serviceid.create".to_owned(), "iam-identity.apikey.create".to_owned()],
        resource: None,
        partly: true,
        allowed: Vec::new(),
        reason: String::new(),
        remediation: String::new(),
        implied_by: Vec::new(),
        silence: String::new(),
    };
    let found = |world: &World| {
        let state = world.state();
        let found = holdings(model::Cloud::Ibm, &state, &access(&state), &permission).unwrap();
        found.into_iter().map(|holding| holding.principal.step.id).collect::<Vec<_>>()
    };
    assert_eq!(found(&world(&[(IDS, "NOT_SET"), (KEYS, "NOT_SET")])), [""; 0]);
    let by_policy = world(&[(IDS, "NOT_SET"), (KEYS, "NOT_SET")])
        .role("iam-identity", EDITOR, &["iam-identity.apikey.create"])
        .policy("p1", "IBMid-1", &[EDITOR], &[["serviceName", "stringEquals", "iam-identity"]]);
    assert_eq!(found(&by_policy), ["IBMid-1"], "a setting hides no policy");
}

#[test]
fn an_operator_that_is_not_known_makes_it_conditional() {
    let policy = |operator| {
        world(&[]).role("kms", EDITOR, &["kms.keys.create"]).policy(
            "p1",
            "IBMid-1",
            &[EDITOR],
            &[["serviceName", "stringEquals", "kms"], ["region", operator, "eu-de"]],
        )
    };
    let verdict = |operator| who_can(&policy(operator), "kms.keys.create")[0].verdict;
    assert_eq!(verdict("stringIsBetween"), Verdict::Conditional);
    assert_eq!(verdict("stringEquals"), Verdict::Surely);
}

#[test]
fn two_conditions_on_one_attribute_are_met_by_what_both_match() {
    let world = world(&[]).role("cos", EDITOR, &["cos.bucket.put"]).policy(
        "p1",
        "IBMid-1",
        &[EDITOR],
        &[
            ["serviceName", "stringEquals", "cos"],
            ["resource", "stringMatch", "pay*"],
            ["resource", "stringMatch", "*-eu"],
        ],
    );
    let state = world.state();
    let ask = |resource: &str| {
        let asked = question(&state, "cos.bucket.put", Some(&format!("serviceName=cos,resource={resource}")));
        let answers = access(&state).who_can(&asked.unwrap());
        answers.into_iter().find(|answer| answer.principal.step.id == "IBMid-1").map(|answer| answer.verdict)
    };
    assert_eq!(ask("payroll-eu"), Some(Verdict::Surely));
    assert_eq!(ask("payroll-us"), None);
    assert_eq!(ask("other-eu"), None);
}

#[test]
fn only_a_state_that_is_known_to_bar_access_makes_a_user_inactive() {
    let standing = |state: &str| {
        let state = World::default().user("IBMid-1", state).state();
        access(&state).principals()[0].standing.clone()
    };
    for state in ["ACTIVE", "VPN_ONLY", "DISABLED_CLASSIC_INFRASTRUCTURE", "SOMETHING_NEW"] {
        assert_eq!(standing(state), Standing::Active, "{state}");
    }
    for state in ["PENDING", "PROCESSING", "SUSPENDED"] {
        assert_eq!(standing(state), Standing::Inactive(state.to_lowercase()), "{state}");
    }
}
