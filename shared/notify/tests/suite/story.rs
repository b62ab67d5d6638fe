//! Rows, findings and one run that has everything to tell.

use model::{
    AccountId, Change, ChangeKind, Coverage, Event, EvidenceTurn, Finding, FindingState, ListStatus, Row,
    Rows, Severity, Sighting, State, Transition, TransitionKind, tables::ibm,
};
use notify::{BaselineCounts, Breadth, CoverageChange, Damage, Gain, GainedPermission, RunReport, events};
use serde_json::json;

pub(crate) fn account() -> AccountId {
    "ibm/acc-1".parse().unwrap()
}

pub(crate) fn told<'a>(account: &'a AccountId, state: &'a State) -> RunReport<'a> {
    RunReport {
        account,
        number: 42,
        at: "2026-11-21T16:30:00Z".parse().unwrap(),
        state,
        transitions: &[],
        changes: &[],
        gains: &[],
        coverage: &[],
        is_first: false,
        baseline: BaselineCounts::default(),
        damage: None,
        unjudged: None,
        limit: RunReport::LIMIT,
    }
}

pub(crate) fn user(iam_id: &str, email: &str, state: &str) -> Row {
    let draft = ibm::USERS.draft().set("iam_id", iam_id).set("user_id", email);
    draft.set("email", email).set("state", state).row()
}

pub(crate) fn group(id: &str, name: &str, description: Option<&str>) -> Row {
    ibm::ACCESS_GROUPS.draft().set("id", id).set("name", name).set("description", description).row()
}

pub(crate) fn member(group: &str, iam_id: &str) -> Row {
    ibm::MEMBERS.draft().set("group_id", group).set("iam_id", iam_id).set("type", "user").row()
}

pub(crate) fn policy(id: &str, group: &str, document: Option<&str>) -> Row {
    let draft = ibm::POLICIES.draft().set("id", id).set("type", "access").set("state", "active");
    let draft = draft.set("subject_access_group_id", group).set("created_by_id", "IBMid-1");
    draft.set("document", document).row()
}

pub(crate) fn role(policy: &str, id: &str) -> Row {
    ibm::POLICY_ROLES.draft().set("policy_id", policy).set("role_id", id).row()
}

pub(crate) fn finding(rule: &str, subject: &str, severity: Severity) -> Finding {
    Finding {
        fingerprint: format!("{rule} {subject}"),
        rule: rule.to_owned(),
        title: "User exempt from MFA".to_owned(),
        severity,
        subject: subject.to_owned(),
        evidence: [("user_id".to_owned(), "ana@example.com".into())].into_iter().collect(),
        state: FindingState::Open,
        baseline: false,
        first_seen: Sighting { snapshot: 42, at: "2026-11-21T16:30:00Z".to_owned() },
        last_seen: None,
        suppression: None,
        doubt: None,
        implied_by: None,
        untold: false,
        pending: None,
        told: None,
    }
}

/// One change of each verb, and children with and without their parent.
pub(crate) fn every_change() -> Vec<Change> {
    let administrator = "crn:v1:bluemix:public:iam::::role:Administrator";
    vec![
        Change::new(&ibm::POLICIES, ChangeKind::Added { after: policy("p-1", "g-1", None) }),
        Change::new(&ibm::POLICY_ROLES, ChangeKind::Added { after: role("p-1", administrator) }),
        Change::new(
            &ibm::USERS,
            ChangeKind::Removed { before: user("IBMid-2", "bob@example.com", "ACTIVE") },
        ),
        Change::new(&ibm::MEMBERS, ChangeKind::Added { after: member("g-1", "IBMid-1") }),
        Change::new(
            &ibm::ACCESS_GROUPS,
            ChangeKind::Changed {
                before: group("g-1", "Admins", None),
                after: group("g-1", "Admins", Some("everything")),
            },
        ),
        Change::new(
            &ibm::ACCESS_GROUPS,
            ChangeKind::Replaced { before: group("g-7", "Ops", None), after: group("g-8", "Ops", None) },
        ),
    ]
}

fn transitions() -> Vec<Transition> {
    use TransitionKind as Kind;
    let cases = [
        (Kind::Opened, FindingState::Open),
        (Kind::Reopened, FindingState::Open),
        (Kind::Changed, FindingState::Open),
        (Kind::Closed, FindingState::Fixed),
        (Kind::Suppressed, FindingState::Suppressed),
        (Kind::Unsuppressed, FindingState::Open),
        (Kind::Unknown, FindingState::Unknown),
    ];
    let mut transitions = Vec::new();
    for (kind, state) in cases {
        let mut finding = finding("user_exempt_from_mfa", "ibm/acc-1/ibm_users/IBMid-1", Severity::High);
        finding.fingerprint = "5e1f".repeat(16);
        finding.state = state;
        if kind == Kind::Suppressed {
            finding.suppression = Some("signs in through the company's own provider".to_owned());
        }
        if kind == Kind::Closed {
            finding.last_seen = Some(Sighting { snapshot: 41, at: "2026-11-20T16:30:00Z".to_owned() });
        }
        let former = [("user_id".to_owned(), "ana@old.example.com".into())].into_iter().collect();
        let is_changed = kind == Kind::Changed;
        transitions.push(Transition {
            kind,
            finding,
            before: is_changed.then_some(former),
            turn: is_changed.then_some(EvidenceTurn::Reworded),
            causes: if is_changed {
                vec!["user ana@example.com changed: user_id, email".to_owned()]
            } else {
                Vec::new()
            },
        });
    }
    transitions
}

fn coverage() -> Vec<CoverageChange> {
    let row = |listing: &str, parent: &str, status, reason: Option<&str>, carried_from| Coverage {
        listing: listing.to_owned(),
        parent: parent.to_owned(),
        endpoint: "GET /v2/groups/{id}/members".to_owned(),
        status,
        reason: reason.map(str::to_owned),
        pages: 1,
        rows: 0,
        carried_from,
    };
    vec![
        CoverageChange::Lost(row(
            "ibm_access_group_members",
            "g-1",
            ListStatus::Denied,
            Some("HTTP 403"),
            Some(41),
        )),
        CoverageChange::Regained(row("ibm_users", "", ListStatus::Complete, None, None)),
    ]
}

/// Events of runs that between them have every kind of word to tell, each event once.
/// What a group's new policy gives, and a profile that can be assumed.
pub(crate) fn gains() -> Vec<Gain> {
    let step = |kind: &str, id: &str, name: &str| json!({ "kind": kind, "id": id, "name": name });
    let user = json!({ "kind": "user", "id": "IBMid-1", "name": "ana@example.com", "standing": "active" });
    let statement = json!({
        "effect": "allow",
        "actions": { "any_of": ["kms.secrets.read", "kms.secrets.list"], "except": [] },
        "resources": { "any_of": [{ "region": ["eu-*"], "serviceName": ["kms"] }], "except": [] },
        "condition": null,
    });
    vec![Gain {
        title:
            "user ana@example.com gained access, added to access group 'Keys' (policy p9 → role 'Reader'): \
                kms.secrets.read, kms.secrets.list on region=eu-*,serviceName=kms, and 1 more"
                .to_owned(),
        turn: "gained",
        principals: vec![user],
        grants: vec![
            json!({
                "what": { "statement": statement },
                "words": "kms.secrets.read, kms.secrets.list on region=eu-*,serviceName=kms",
                "cause": {
                    "kind": "member_added",
                    "of": [step("access group", "g1", "Keys")],
                    "phrase": "added to access group 'Keys'",
                },
                "path": [step("access group", "g1", "Keys"), step("policy", "p9", "p9"), step("role", "r1", "Reader")],
                "reach": { "actions": 2, "resources": 4 },
            }),
            json!({
                "what": { "becoming": step("trusted profile", "iam-Profile-1", "night shift") },
                "words": "assume trusted profile 'night shift'",
                "cause": {
                    "kind": "trust_changed",
                    "of": [step("trusted profile", "iam-Profile-1", "night shift")],
                    "phrase": "the trust of trusted profile 'night shift' was changed",
                },
                "condition": "claim groups CONTAINS night",
                "path": [step("trusted profile", "iam-Profile-1", "night shift")],
                "reach": { "actions": 0, "resources": 0 },
            }),
        ],
        usable_by: Vec::new(),
        usable_by_total: 0,
        actions: 2,
        resources: 4,
        sensitive: vec![GainedPermission {
            id: "permission_to_raise_own_power".to_owned(),
            title: "Can escalate own privileges".to_owned(),
            severity: Severity::High,
        }],
        breadth: Breadth::Narrow,
        is_becoming: true,
        can_act: true,
    }]
}

fn damage() -> Damage {
    let mut damage = Damage::default();
    damage.note("ibm/acc-1/tables/ibm_users/91ab.parquet", "is missing");
    damage.note("ibm/acc-1/outbox/00000041-77cd.json.zst", "is damaged: it has 120 bytes instead of 512");
    damage.tables.insert("ibm_users".to_owned());
    damage.lost_events.insert(41);
    damage
}

pub(crate) fn every_event() -> Vec<Event> {
    let account = account();
    let mut state = State::default();
    state.put(&ibm::USERS, Rows::new(&ibm::USERS, vec![user("IBMid-1", "ana@example.com", "ACTIVE")]));
    let (transitions, coverage, changes, gains) = (transitions(), coverage(), every_change(), gains());
    let later = RunReport {
        transitions: &transitions,
        coverage: &coverage,
        changes: &changes,
        gains: &gains,
        damage: Some(damage()),
        ..told(&account, &state)
    };
    let mut first = transitions.clone();
    first.truncate(1);
    first.iter_mut().for_each(|each| each.finding.baseline = true);
    let baseline = BaselineCounts::of(&first);
    let mut all = events(&RunReport {
        number: 1,
        is_first: true,
        transitions: &first,
        baseline,
        ..told(&account, &state)
    });
    all.extend(events(&later));
    let digest = events(&RunReport { limit: 3, ..later }).pop();
    all.extend(digest);
    let reason = "the rules had not been answered after 300 s, at `group_without_policy`; ask it alone with `iamwatch rules ask \
                  group_without_policy`, and raise `judging_seconds`";
    all.extend(events(&RunReport { unjudged: Some(reason), ..told(&account, &state) }));
    all
}
