//! What a run tells: the events of changes, transitions, coverage, and of the run itself.

use std::collections::BTreeSet;

use crate::story::{self, account, finding, group, member, policy, role, told, user};
use model::{
    Change, ChangeKind, Coverage, Event, EvidenceTurn, FindingState, ListStatus, Rows, Severity, State,
    Table, Transition, TransitionKind, Value, Weight,
    tables::{self, ibm},
};
use notify::{BaselineCounts, CoverageChange, Gain, RunReport, WIRE_LIMIT, coverage_changes, events};
use serde_json::json;

pub(crate) fn added(table: &'static Table, after: model::Row) -> Change {
    Change::new(table, ChangeKind::Added { after })
}

pub(crate) fn removed(table: &'static Table, before: model::Row) -> Change {
    Change::new(table, ChangeKind::Removed { before })
}

fn state() -> State {
    let mut state = State::default();
    state.put(&ibm::USERS, Rows::new(&ibm::USERS, vec![user("IBMid-1", "ana@example.com", "ACTIVE")]));
    state.put(&ibm::ACCESS_GROUPS, Rows::new(&ibm::ACCESS_GROUPS, vec![group("g-1", "Admins", None)]));
    state
}

pub(crate) fn tell(changes: &[Change]) -> Vec<Event> {
    let (account, state) = (account(), state());
    events(&RunReport { changes, ..told(&account, &state) })
}

pub(crate) fn title(event: &Event) -> &str {
    event.data["title"].as_str().unwrap()
}

#[test]
fn a_member_that_joins_is_told_by_name_as_a_change_of_the_group() {
    let told = tell(&[added(&ibm::MEMBERS, member("g-1", "IBMid-1"))]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, "dev.iamwatch.drift.changed.v1");
    assert_eq!(told[0].subject, "ibm/acc-1/ibm_access_groups/g-1");
    assert_eq!(title(&told[0]), "user ana@example.com joined access group Admins");
}

#[test]
fn who_left_the_account_and_the_group_is_still_told_by_name() {
    let told = tell(&[
        removed(&ibm::USERS, user("IBMid-2", "bob@example.com", "ACTIVE")),
        removed(&ibm::MEMBERS, member("g-1", "IBMid-2")),
    ]);
    let titles: Vec<&str> = told.iter().map(title).collect();
    assert_eq!(titles, ["user bob@example.com left access group Admins", "user bob@example.com was removed"]);
}

#[test]
fn a_new_policy_is_one_event_with_its_rows_and_says_what_it_gives_to_whom() {
    let told = tell(&[
        added(&ibm::POLICY_ROLES, role("p-1", "crn:v1:bluemix:public:iam::::role:Administrator")),
        added(&ibm::POLICIES, policy("p-1", "g-1", None)),
    ]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, "dev.iamwatch.drift.added.v1");
    assert_eq!(
        title(&told[0]),
        "policy p-1 of access group Admins was added by user ana@example.com, giving Administrator"
    );
    assert_eq!(told[0].data["by"], json!({ "id": "IBMid-1", "name": "ana@example.com", "role": "creator" }));
    assert_eq!(told[0].data["parts_total"], 1);
    assert_eq!(told[0].data["row"]["subject_access_group_id"], "g-1");
}

#[test]
fn a_policy_is_known_by_its_description_too() {
    let row = ibm::POLICIES.draft().set("id", "p-1").set("description", "temporary, for the migration").row();
    let told = tell(&[removed(&ibm::POLICIES, row)]);
    assert_eq!(title(&told[0]), "policy 'temporary, for the migration' (p-1) was removed");
}

#[test]
fn a_changed_column_is_told_with_its_values() {
    let before = user("IBMid-1", "ana@example.com", "ACTIVE");
    let after = user("IBMid-1", "ana@example.com", "SUSPENDED");
    let told = tell(&[Change::new(&ibm::USERS, ChangeKind::Changed { before, after })]);
    assert_eq!(title(&told[0]), "user ana@example.com changed: state ACTIVE → SUSPENDED");
    assert_eq!(
        told[0].data["columns"],
        serde_json::json!([{ "name": "state", "before": "ACTIVE", "after": "SUSPENDED" }])
    );
}

#[test]
fn a_document_is_named_and_its_values_are_left_out() {
    let before = policy("p-1", "g-1", Some(r#"{"a":"hidden-1","b":1}"#));
    let after = policy("p-1", "g-1", Some(r#"{"a":"hidden-2","b":1}"#));
    let told = tell(&[Change::new(&ibm::POLICIES, ChangeKind::Changed { before, after })]);
    assert_eq!(
        told[0].data["columns"],
        serde_json::json!([{ "name": "document", "members": ["a"], "note": "see `iamwatch show`" }])
    );
    let whole = tell(&[added(&ibm::POLICIES, policy("p-2", "g-1", Some(r#"{"a":"hidden-1"}"#)))]);
    for event in told.iter().chain(&whole) {
        assert!(!serde_json::to_string(event).unwrap().contains("hidden"));
    }
}

#[test]
fn rows_of_a_replaced_thing_are_told_with_it() {
    let told = tell(&[
        Change::new(
            &ibm::ACCESS_GROUPS,
            ChangeKind::Replaced { before: group("g-7", "Ops", None), after: group("g-8", "Ops", None) },
        ),
        removed(&ibm::MEMBERS, member("g-7", "IBMid-1")),
        added(&ibm::MEMBERS, member("g-8", "IBMid-1")),
    ]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, "dev.iamwatch.drift.replaced.v1");
    assert_eq!(told[0].subject, "ibm/acc-1/ibm_access_groups/g-8");
    assert_eq!(told[0].data["former_key"]["id"], "g-7");
    assert_eq!(told[0].data["parts_total"], 2);
}

#[test]
fn activity_and_baselines_are_no_drift() {
    let row = ibm::POLICY_ACTIVITY.draft().set("policy_id", "p-1").set("last_permit_frequency", 3).row();
    assert_eq!(tell(&[added(&ibm::POLICY_ACTIVITY, row)]), []);

    let mut seen = added(&ibm::USERS, user("IBMid-9", "eve@example.com", "ACTIVE"));
    seen.weight = Weight::Baseline;
    let told = tell(&[seen]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, "dev.iamwatch.baseline.taken.v1");
    assert_eq!(told[0].data["rows"]["by_table"]["ibm_users"], 1);
}

#[test]
fn a_first_run_tells_its_findings_and_rows_as_one_sum() {
    let (account, state) = (account(), state());
    let mut open = finding("user_exempt_from_mfa", "ibm/acc-1/ibm_users/IBMid-1", Severity::High);
    open.baseline = true;
    let opened = |finding| Transition {
        kind: TransitionKind::Opened,
        finding,
        before: None,
        turn: None,
        causes: Vec::new(),
    };
    let transitions: Vec<Transition> = (0..300).map(|_| opened(open.clone())).collect();
    let changes = [added(&ibm::USERS, user("IBMid-1", "ana@example.com", "ACTIVE"))];
    let told = events(&RunReport {
        is_first: true,
        transitions: &transitions,
        baseline: BaselineCounts::of(&transitions),
        changes: &changes,
        ..told(&account, &state)
    });
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, "dev.iamwatch.baseline.taken.v1");
    assert_eq!(told[0].data["findings"]["by_severity"]["high"], 300);
    assert_eq!(told[0].data["findings"]["by_rule"]["user_exempt_from_mfa"], 300);
    assert_eq!(told[0].data["rows"]["total"], 2);
}

#[test]
fn the_most_severe_finding_comes_first_and_a_suppressed_one_is_not_told() {
    let (account, state) = (account(), State::default());
    let transition = |rule: &str, severity, kind| Transition {
        kind,
        finding: finding(rule, "ibm/acc-1/ibm_users/x", severity),
        before: None,
        turn: None,
        causes: Vec::new(),
    };
    let mut hushed = transition("hushed", Severity::Critical, TransitionKind::Changed);
    hushed.finding.state = FindingState::Suppressed;
    let mut word = transition("word", Severity::Info, TransitionKind::Suppressed);
    word.finding.suppression = Some("agreed".to_owned());
    let transitions = [
        word,
        transition("low", Severity::Low, TransitionKind::Opened),
        hushed,
        transition("high", Severity::High, TransitionKind::Reopened),
        transition("over", Severity::Critical, TransitionKind::Closed),
    ];
    let told = events(&RunReport { transitions: &transitions, ..told(&account, &state) });
    let rules: Vec<&str> = told.iter().map(|event| event.data["finding"]["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["high", "low", "over", "word"]);
}

#[test]
fn what_ends_or_hides_a_finding_is_worth_knowing_and_no_more() {
    let (account, state) = (account(), State::default());
    let graded = |kind, finding_state| {
        let mut finding = finding("wide", "ibm/acc-1/ibm_users/x", Severity::Critical);
        finding.state = finding_state;
        let transitions = [Transition { kind, finding, before: None, turn: None, causes: Vec::new() }];
        let event = events(&RunReport { transitions: &transitions, ..told(&account, &state) }).remove(0);
        assert_eq!(event.data["finding"]["severity"], "critical", "that of the finding is told too");
        event.severity
    };
    for kind in [TransitionKind::Opened, TransitionKind::Reopened, TransitionKind::Unsuppressed] {
        assert_eq!(graded(kind, FindingState::Open), "critical", "{kind:?}");
    }
    assert_eq!(graded(TransitionKind::Closed, FindingState::Fixed), "info");
    assert_eq!(graded(TransitionKind::Closed, FindingState::Gone), "info");
    assert_eq!(graded(TransitionKind::Suppressed, FindingState::Suppressed), "info");
    assert_eq!(graded(TransitionKind::Unknown, FindingState::Unknown), "info");
}

/// A gain of one user through steps, by their ids.
fn gain(user: &str, steps: &[&str]) -> Gain {
    let step = |id: &&str| serde_json::json!({ "kind": "step", "id": id, "name": id });
    Gain {
        principals: vec![
            serde_json::json!({ "kind": "user", "id": user, "name": user, "standing": "active" }),
        ],
        grants: vec![serde_json::json!({ "path": steps.iter().map(step).collect::<Vec<_>>() })],
        ..story::gains().remove(0)
    }
}

#[test]
fn drift_is_as_bad_as_what_somebody_gained_by_it() {
    let gains = [gain("IBMid-1", &["g-1", "p-1"])];
    let graded = |changes: &[Change]| {
        let (account, state) = (account(), state());
        let told = events(&RunReport { changes, gains: &gains, ..told(&account, &state) });
        let drift = told.iter().find(|event| event.kind.contains("drift")).unwrap();
        drift.severity.clone()
    };
    let administrator = "crn:v1:bluemix:public:iam::::role:Administrator";
    let described = |group_id: &str| {
        let (before, after) = (group(group_id, "Admins", None), group(group_id, "Admins", Some("all of it")));
        Change::new(&ibm::ACCESS_GROUPS, ChangeKind::Changed { before, after })
    };
    let table = [
        ("a policy of the way", vec![added(&ibm::POLICIES, policy("p-1", "g-1", None))], "high"),
        ("another policy", vec![added(&ibm::POLICIES, policy("p-2", "g-1", None))], "info"),
        ("a role of the policy", vec![added(&ibm::POLICY_ROLES, role("p-1", administrator))], "high"),
        ("a role less", vec![removed(&ibm::POLICY_ROLES, role("p-1", administrator))], "info"),
        ("who gained joined the group", vec![added(&ibm::MEMBERS, member("g-1", "IBMid-1"))], "high"),
        ("another joined it", vec![added(&ibm::MEMBERS, member("g-1", "IBMid-7"))], "info"),
        ("who gained joined another", vec![added(&ibm::MEMBERS, member("g-2", "IBMid-1"))], "info"),
        ("somebody left it", vec![removed(&ibm::MEMBERS, member("g-1", "IBMid-7"))], "info"),
        ("another description", vec![described("g-1")], "info"),
        (
            "a user of the account",
            vec![added(&ibm::USERS, user("IBMid-1", "ana@example.com", "ACTIVE"))],
            "info",
        ),
        ("the policy is gone", vec![removed(&ibm::POLICIES, policy("p-1", "g-1", None))], "info"),
    ];
    for (what, changes, severity) in table {
        assert_eq!(graded(&changes), severity, "{what}");
    }
}

#[test]
fn what_is_gone_and_had_kept_something_away_is_as_bad_as_what_it_opened() {
    use model::tables::huawei;
    let caused = |kind: &str, of: &[&str]| {
        let of: Vec<_> =
            of.iter().map(|id| serde_json::json!({ "kind": "step", "id": id, "name": id })).collect();
        let mut gain = gain("user-1", &["policy-1"]);
        gain.grants[0]["cause"] = serde_json::json!({ "kind": kind, "of": of, "phrase": "" });
        gain
    };
    let account: model::AccountId = "huawei/d-1".parse().unwrap();
    let graded = |gain: Gain, change: Change| {
        let (changes, gains, state) = ([change], [gain], State::default());
        events(&RunReport { changes: &changes, gains: &gains, ..told(&account, &state) })
            .pop()
            .unwrap()
            .severity
    };
    let attached = |policy: &str| {
        let draft = huawei::POLICY_ATTACHMENTS.draft().set("policy_id", policy).set("entity_type", "user");
        removed(&huawei::POLICY_ATTACHMENTS, draft.set("entity_id", "user-1").row())
    };
    let lifted = || caused("deny_lifted", &["no-deletes"]);
    assert_eq!(graded(lifted(), attached("no-deletes")), "high");
    assert_eq!(graded(lifted(), attached("another")), "info");
    assert_eq!(graded(caused("policy_attached", &["no-deletes"]), attached("no-deletes")), "info", "it gave");
    let scp = |policy: &str| {
        let draft = huawei::SCP_ATTACHMENTS.draft().set("policy_id", policy).set("entity_id", "d-1");
        removed(&huawei::SCP_ATTACHMENTS, draft.row())
    };
    assert_eq!(graded(caused("scp_detached", &["line"]), scp("line")), "high");
    assert_eq!(graded(caused("scp_detached", &["line"]), scp("another")), "info");
    let enabled = |user: &str| {
        let row = |enabled| {
            huawei::USERS.draft().set("user_id", user).set("name", user).set("enabled", enabled).row()
        };
        Change::new(&huawei::USERS, ChangeKind::Changed { before: row(false), after: row(true) })
    };
    assert_eq!(graded(caused("enabled", &[]), enabled("user-1")), "high");
    assert_eq!(graded(caused("enabled", &[]), enabled("user-2")), "info");
}

#[test]
fn what_joins_two_things_of_the_way_is_graded_with_it() {
    use model::tables::huawei;
    let gains = [gain("user-1", &["group-1", "role-1"])];
    let assignment = |subject: &str, role: &str| {
        let draft = huawei::ROLE_ASSIGNMENTS.draft().set("subject_type", "group").set("subject_id", subject);
        let row = draft.set("role_id", role).set("scope_type", "domain").set("scope_id", "d-1").row();
        added(&huawei::ROLE_ASSIGNMENTS, row)
    };
    let account: model::AccountId = "huawei/d-1".parse().unwrap();
    let graded = |change: Change| {
        let (changes, state) = ([change], State::default());
        events(&RunReport { changes: &changes, gains: &gains, ..told(&account, &state) })
            .pop()
            .unwrap()
            .severity
    };
    assert_eq!(graded(assignment("group-1", "role-1")), "high");
    assert_eq!(graded(assignment("group-1", "role-2")), "info");
    assert_eq!(graded(assignment("group-2", "role-1")), "info");
}

#[test]
fn a_restriction_that_narrows_a_finding_is_no_alarm_and_names_its_cause() {
    let (account, state) = (account(), State::default());
    let changed = |turn, causes: &[&str]| Transition {
        kind: TransitionKind::Changed,
        finding: finding("some_rule", "ibm/acc-1/ibm_users/x", Severity::High),
        before: None,
        turn: Some(turn),
        causes: causes.iter().map(|cause| (*cause).to_owned()).collect(),
    };
    let cause = ["scp NoNewUsers was added"];
    for (turn, causes, severity, said) in [
        (EvidenceTurn::Narrowed, &cause[..], "info", "(narrowed: scp NoNewUsers was added)"),
        (EvidenceTurn::Narrowed, &["one", "two"], "info", "(narrowed)"),
        (EvidenceTurn::Rerouted, &cause, "info", "(the same by another path: scp NoNewUsers was added)"),
        (EvidenceTurn::Reworded, &[], "info", "(has other evidence)"),
        (EvidenceTurn::Widened, &[], "high", "(goes further now)"),
    ] {
        let transitions = [changed(turn, causes)];
        let told = events(&RunReport { transitions: &transitions, ..told(&account, &state) });
        assert_eq!(told[0].severity, severity);
        assert_eq!(told[0].data["turn"], turn.name());
        assert_eq!(told[0].data["causes"].as_array().unwrap().len(), causes.len());
        assert!(told[0].data["title"].as_str().unwrap().ends_with(said), "{}", told[0].data["title"]);
    }
}

#[test]
fn a_finding_in_doubt_says_why() {
    let (account, state) = (account(), State::default());
    for (kind, doubt, said) in [
        (TransitionKind::Unknown, "nobody knows", "(can no longer be judged: nobody knows)"),
        (TransitionKind::Changed, "found without all of x", "(has other evidence, found without all of x)"),
    ] {
        let mut finding = finding("some_rule", "ibm/acc-1/ibm_users/x", Severity::High);
        finding.doubt = Some(doubt.to_owned());
        let transitions = [Transition { kind, finding, before: None, turn: None, causes: Vec::new() }];
        let told = events(&RunReport { transitions: &transitions, ..told(&account, &state) });
        assert_eq!(told[0].data["doubt"], doubt);
        assert!(told[0].data["title"].as_str().unwrap().ends_with(said), "{}", told[0].data["title"]);
    }
}

#[test]
fn two_thousand_parents_that_cannot_be_read_are_one_event() {
    let row = |parent: usize, status| Coverage {
        listing: "ibm_access_group_members".to_owned(),
        parent: format!("g-{parent:04}"),
        endpoint: "GET /v2/groups/{id}/members".to_owned(),
        status,
        reason: (status != ListStatus::Complete).then(|| "HTTP 403".to_owned()),
        pages: 1,
        rows: 3,
        carried_from: None,
    };
    let former: Vec<Coverage> = (0..2000).map(|parent| row(parent, ListStatus::Complete)).collect();
    let present: Vec<Coverage> = (0..2000).map(|parent| row(parent, ListStatus::Denied)).collect();
    let (account, state) = (account(), State::default());
    let lost = coverage_changes(&former, &present);
    let told = events(&RunReport { coverage: &lost, ..told(&account, &state) });
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].subject, "ibm_access_group_members");
    assert_eq!(told[0].data["lists"], 2000);
    assert_eq!(told[0].data["reasons"][0]["lists"], 2000);
    assert_eq!(told[0].data["sample"].as_array().unwrap().len(), 10);
    assert_eq!(told[0].data["truncated"], 1990);
    assert!(coverage_changes(&present, &present).is_empty(), "told again while it lasts");
    assert!(matches!(coverage_changes(&present, &former)[0], CoverageChange::Regained(_)));
    assert_eq!(coverage_changes(&[], &present).len(), 2000, "blind from the start is told too");
    assert!(coverage_changes(&former, &[]).is_empty());
}

#[test]
fn above_the_limit_one_digest_names_the_most_severe() {
    let (account, state) = (account(), State::default());
    let changes: Vec<Change> = (0..20)
        .map(|id| added(&ibm::USERS, user(&format!("IBMid-{id}"), &format!("u{id}@example.com"), "ACTIVE")))
        .collect();
    let transitions = [Transition {
        kind: TransitionKind::Opened,
        finding: finding("user_exempt_from_mfa", "ibm/acc-1/ibm_users/IBMid-1", Severity::Critical),
        before: None,
        turn: None,
        causes: Vec::new(),
    }];
    let whole = RunReport { changes: &changes, transitions: &transitions, ..told(&account, &state) };
    assert_eq!(events(&RunReport { limit: 21, ..whole.clone() }).len(), 21);
    let told = events(&RunReport { limit: 20, ..whole });
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, "dev.iamwatch.run.digest.v1");
    assert_eq!(told[0].severity, "critical");
    assert_eq!(told[0].data["total"], 21);
    assert_eq!(told[0].data["by_event"]["drift.added"], 20);
    assert_eq!(told[0].data["entries"][0]["event"], "finding.opened");
}

#[test]
fn ids_are_a_function_of_what_is_told_and_not_of_the_order_of_input() {
    let mut changes = story::every_change();
    let first = tell(&changes);
    changes.reverse();
    assert_eq!(tell(&changes), first);
    let ids: BTreeSet<&str> = first.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), first.len());
    assert!(ids.iter().all(|id| id.len() == 64 && id.bytes().all(|each| each.is_ascii_hexdigit())));

    let (account, state) = (account(), state());
    let later = events(&RunReport { changes: &changes, number: 43, ..told(&account, &state) });
    assert!(later.iter().all(|event| !ids.contains(event.id.as_str())), "another snapshot tells anew");
}

#[test]
fn nothing_to_tell_is_no_event() {
    assert_eq!(tell(&[]), []);
}

#[test]
fn whatever_the_cloud_answers_an_event_fits_the_wire_and_says_what_was_cut() {
    let long = "ü\u{1}\"".repeat(40_000);
    let many: Vec<Change> =
        (0..5000).map(|id| added(&ibm::MEMBERS, member("g-1", &format!("IBMid-{id:06}")))).collect();
    let mut cases = vec![many];
    cases.push(vec![added(&ibm::ACCESS_GROUPS, group(&long, &long, Some(&long)))]);
    cases.push((0..30).map(|id| added(&ibm::POLICY_ROLES, role("p-1", &format!("{id}{long}")))).collect());
    for changes in cases {
        let told = tell(&changes);
        assert_eq!(told.len(), 1);
        assert!(serde_json::to_vec(&told[0]).unwrap().len() <= WIRE_LIMIT);
        assert!(told[0].data["truncated"].as_u64().unwrap() > 0);
        assert!(told[0].subject.len() <= 1024);
        assert!(!title(&told[0]).contains(model::is_unseen));
    }
    let cut = tell(&[
        added(&ibm::ACCESS_GROUPS, group(&format!("{long}1"), "a", None)),
        added(&ibm::ACCESS_GROUPS, group(&format!("{long}2"), "b", None)),
    ]);
    assert_ne!(cut[0].subject, cut[1].subject);
}

#[test]
fn a_name_cannot_turn_or_hide_what_a_title_says() {
    let name = "ops\u{202e}nimda\u{200b}\u{2028}x";
    let told = tell(&[added(&ibm::ACCESS_GROUPS, group("g-1", name, None))]);
    assert_eq!(title(&told[0]), r"access group ops\u{202e}nimda\u{200b}\u{2028}x was added");
    assert_eq!(told[0].data["thing"]["name"], name, "programs get the name as it is");
    let lines = String::from_utf8(notify::to_outbox(&told)).unwrap();
    assert_eq!(lines.chars().filter(|each| model::is_unseen(*each)).collect::<String>(), "\n");
    assert_eq!(notify::from_outbox(lines.as_bytes()).unwrap(), told);
}

#[test]
fn evidence_without_end_is_cut_and_counted() {
    let (account, state) = (account(), State::default());
    let mut finding = finding("wide", "ibm/acc-1/ibm_users/x", Severity::Low);
    finding.evidence = (0..3000).map(|id| (format!("column_{id}"), "v".repeat(300).into())).collect();
    let transitions =
        [Transition { kind: TransitionKind::Opened, finding, before: None, turn: None, causes: Vec::new() }];
    let told = events(&RunReport { transitions: &transitions, ..told(&account, &state) });
    assert!(serde_json::to_vec(&told[0]).unwrap().len() <= WIRE_LIMIT);
    let kept = told[0].data["finding"]["evidence"].as_object().unwrap().len();
    assert!(kept > 0 && kept < 3000);
    assert!(told[0].data["truncated"].as_u64().unwrap() >= 2900);
}

#[test]
fn each_kind_of_row_can_be_told() {
    for table in tables::all().filter(|table| table.kind == model::Kind::State) {
        // A name that interfaces know: a setting of another one is the cloud's doing.
        let cells = table.columns.iter().map(|_| Value::Text("user"));
        let told = tell(&[added(table, model::Row::pack(cells))]);
        assert_eq!(told.len(), 1, "`{}`", table.name);
        assert!(!title(&told[0]).is_empty(), "`{}`", table.name);
    }
}
