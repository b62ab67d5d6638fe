//! What the subjects of findings are called in titles.

use model::{
    Change, ChangeKind, FindingState, Rows, Severity, State, Transition, TransitionKind,
    tables::{huawei, ibm},
};
use notify::{RunReport, events};

use crate::{
    story::{account, finding, told},
    told::title,
};

fn closed(subject: &str) -> Transition {
    let mut finding = finding("rule", subject, Severity::High);
    finding.state = FindingState::Fixed;
    Transition { kind: TransitionKind::Closed, finding, before: None, turn: None, causes: Vec::new() }
}

fn titles(state: &State, changes: &[Change], subjects: &[&str]) -> Vec<String> {
    let (account, transitions) =
        (account(), subjects.iter().map(|subject| closed(subject)).collect::<Vec<_>>());
    let report = RunReport { transitions: &transitions, changes, ..told(&account, state) };
    let mut titles: Vec<String> = events(&report).iter().map(|event| title(event).to_owned()).collect();
    titles.retain(|title| title.ends_with("(closed as fixed)"));
    titles.sort();
    titles
}

#[test]
fn attachments_and_access_keys_are_named_by_whose_they_are() {
    let mut state = State::default();
    let user = huawei::USERS.draft().set("user_id", "u/1").set("name", "zhang.wei").row();
    let key = huawei::ACCESS_KEYS.draft().set("access_key_id", "HPUA9").set("user_id", "u/1").row();
    let group = huawei::GROUPS.draft().set("group_id", "g1").set("name", "operators").row();
    let policy = huawei::POLICIES.draft().set("policy_id", "p1").set("name", "Parks").row();
    let attached = huawei::POLICY_ATTACHMENTS.draft().set("policy_id", "p1").set("entity_type", "group");
    for (table, row) in [
        (&huawei::USERS, user),
        (&huawei::ACCESS_KEYS, key),
        (&huawei::GROUPS, group),
        (&huawei::POLICIES, policy),
        (&huawei::POLICY_ATTACHMENTS, attached.set("entity_id", "g1").row()),
    ] {
        state.put(table, Rows::new(table, vec![row]));
    }
    let subjects = [
        "huawei/a/huawei_access_keys/HPUA9",
        "huawei/a/huawei_policy_attachments/p1/group/g1",
        "huawei/a/huawei_policy_attachments/p1/group/gone",
        "huawei/a/huawei_users/u/1",
    ];
    let expected = [
        "access key HPUA9 of user zhang.wei",
        "attachment to group gone of policy Parks",
        "attachment to group operators of policy Parks",
        "user zhang.wei",
    ];
    let expected = expected.map(|name| format!("User exempt from MFA: {name} (closed as fixed)"));
    assert_eq!(titles(&state, &[], &subjects), expected);
}

#[test]
fn who_went_and_who_is_known_by_an_iam_id_are_named_too() {
    let mut state = State::default();
    let service = ibm::SERVICE_IDS.draft().set("id", "ServiceId-1").set("iam_id", "iam-ServiceId-1");
    state.put(&ibm::SERVICE_IDS, Rows::new(&ibm::SERVICE_IDS, vec![service.set("name", "deployer").row()]));
    let before = ibm::API_KEYS.draft().set("id", "k-1").set("name", "laptop").row();
    let changes = [Change::new(&ibm::API_KEYS, ChangeKind::Removed { before })];
    let subjects = ["ibm/acc-1/ibm_service_ids/iam-ServiceId-1", "ibm/acc-1/ibm_api_keys/k-1"];
    let shown = titles(&state, &changes, &subjects);
    for expected in ["service ID deployer (closed", "API key laptop (closed"] {
        assert!(shown.iter().any(|title| title.contains(expected)), "{shown:#?}");
    }
}
