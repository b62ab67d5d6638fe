//! Gains and losses as they are told: the cause, the sentence, and who else may use them.

use model::tables::huawei as t;

use super::{
    Tables,
    differences::{Said, World, write},
};
use crate::{
    CauseKind, Turn,
    huawei::{access, inventory},
};

fn allow(actions: &[&'static str], conditions: &[usize]) -> Said {
    Said { deny: false, actions: actions.to_vec(), resources: vec!["*"], conditions: conditions.to_vec() }
}

fn deny(actions: &[&'static str], conditions: &[usize]) -> Said {
    Said { deny: true, ..allow(actions, conditions) }
}

fn world(said: Vec<Said>) -> World {
    World {
        policies: vec![(said, [true, false, false])],
        members: [false; 2],
        scps: None,
        enabled: [true; 2],
    }
}

/// Returns what is told from one world to another: the turn, the kind of cause, the sentence.
fn sentences(before: &World, after: &World) -> Vec<(Turn, CauseKind, String)> {
    let changes = access(&after.state()).changes_since(&access(&before.state()), &inventory(&after.state()));
    let shared = crate::shared(changes);
    shared.iter().map(|change| (change.turn, change.grants[0].cause.kind, change.sentence())).collect()
}

fn is_told(before: &World, after: &World, turn: Turn, kind: CauseKind, sentence: &str) {
    assert_eq!(sentences(before, after), [(turn, kind, sentence.to_owned())]);
}

#[test]
fn a_lifted_deny_is_told_with_what_allows_and_only_where_something_does() {
    let before = world(vec![allow(&["ecs:*:*"], &[]), deny(&["ecs:*:*", "obs:*:*"], &[])]);
    let after = world(vec![allow(&["ecs:*:*"], &[])]);
    is_told(
        &before,
        &after,
        Turn::Gained,
        CauseKind::DenyLifted,
        "user u0 is no longer denied ecs:*:* on anything, allowed by policy p0; no longer denied by policy p0 → statement 'deny ecs:*:*, …'",
    );
}

#[test]
fn of_two_denies_the_wider_tells_what_both_took_whichever_was_written_first() {
    let open = || allow(&["obs:*:*"], &[]);
    let wide = || deny(&["*"], &[]);
    let narrow = || deny(&["*:*:get*"], &[0]);
    for [one, other] in [[wide(), narrow()], [narrow(), wide()]] {
        let (free, denied) = (world(vec![open()]), world(vec![open(), one, other]));
        for (before, after) in [(&denied, &free), (&free, &denied)] {
            let changes =
                access(&after.state()).changes_since(&access(&before.state()), &inventory(&after.state()));
            assert_eq!(changes.len(), 1, "{changes:#?}");
        }
    }
}

#[test]
fn the_remainder_is_told_where_a_part_was_held() {
    is_told(
        &world(vec![allow(&["*:*:get*"], &[])]),
        &world(vec![allow(&["*:*:get*"], &[]), allow(&["obs:*:*"], &[])]),
        Turn::Gained,
        CauseKind::PolicyChanged,
        "user u0 gained access, policy p0 was edited (statement 'allow obs:*:*'): obs:*:* on anything (except *:*:get*, held before)",
    );
}

#[test]
fn a_service_control_policy_that_is_gone_tells_what_it_had_kept_away() {
    let mut before = world(vec![allow(&["obs:*:*"], &[])]);
    let after = before.clone();
    before.scps = Some(vec![allow(&["*:*:get*"], &[])]);
    is_told(
        &before,
        &after,
        Turn::Widened,
        CauseKind::ScpDetached,
        "user u0 can do more, service control policy 'line' was detached, through policy p0: obs:*:* on anything (except *:*:get*, held before)",
    );
}

#[test]
fn a_condition_that_is_tightened_is_a_loss_and_one_that_fell_a_gain() {
    let with = |conditions: &[usize]| world(vec![allow(&["obs:*:*"], conditions)]);
    let kinds = |before: &[usize], after: &[usize]| {
        let told = sentences(&with(before), &with(after)).into_iter();
        told.map(|(turn, kind, _)| (turn, kind)).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&[1], &[2]), [(Turn::Narrowed, CauseKind::ConditionTightened)], "a network within it");
    assert_eq!(kinds(&[3], &[2]), [(Turn::Narrowed, CauseKind::ConditionTightened)], "fewer values");
    assert_eq!(kinds(&[6], &[5]), [(Turn::Narrowed, CauseKind::ConditionTightened)], "an earlier deadline");
    assert_eq!(kinds(&[0], &[0, 1]), [(Turn::Narrowed, CauseKind::ConditionTightened)], "one more");
    assert_eq!(kinds(&[], &[0]), [(Turn::Narrowed, CauseKind::ConditionAdded)]);
    assert_eq!(kinds(&[2], &[1]), [(Turn::Widened, CauseKind::ConditionLoosened)]);
    is_told(
        &with(&[0]),
        &with(&[]),
        Turn::Widened,
        CauseKind::ConditionFell,
        "user u0 can do more, the condition fell in policy p0; before only if g:MFAPresent Bool true: obs:*:* on anything",
    );
}

#[test]
fn who_is_enabled_again_regains_what_it_holds_the_widest_first() {
    let mut before = world(vec![allow(&["obs:*:*"], &[]), allow(&["*"], &[])]);
    let after = before.clone();
    before.enabled = [false, true];
    is_told(
        &before,
        &after,
        Turn::Gained,
        CauseKind::Enabled,
        "user u0 gained access, enabled (before: disabled), through policy p0 → statement 'allow *': * on anything, and 1 more",
    );
    assert_eq!(sentences(&after, &before)[0].1, CauseKind::Disabled);
}

#[test]
fn an_agency_that_gains_is_told_with_those_who_may_become_it_anybody_first() {
    let state = |is_attached: bool| {
        let mut rows = Tables::default();
        rows.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", "acc"));
        let agency = t::AGENCIES.draft().set("agency_id", "a").set("name", "backup");
        rows.add(&t::AGENCIES, agency.set("trust_domain_id", "d2").set("trust_domain_name", "partner"));
        let draft = |table: &'static model::Table| table.draft().set("agency_id", "a").set("statement", "0");
        rows.add(&t::TRUST_STATEMENTS, draft(&t::TRUST_STATEMENTS).set("effect", "Allow"));
        let action = draft(&t::TRUST_ACTIONS).set("position", 0).set("is_except", false);
        rows.add(&t::TRUST_ACTIONS, action.set("pattern", "sts:agencies:assume"));
        let principal = draft(&t::TRUST_PRINCIPALS).set("position", 0).set("is_except", false);
        rows.add(&t::TRUST_PRINCIPALS, principal.set("type", "IAM").set("pattern", "*"));
        rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", "p").set("name", "p"));
        let version = t::POLICY_VERSIONS.draft().set("policy_id", "p").set("version_id", "v1");
        rows.add(&t::POLICY_VERSIONS, version.set("is_default", true));
        let family = [&t::POLICY_STATEMENTS, &t::POLICY_ACTIONS, &t::POLICY_RESOURCES, &t::POLICY_CONDITIONS];
        write(&mut rows, family, &[("policy_id", "p"), ("version_id", "v1")], &[allow(&["obs:*:*"], &[])]);
        if is_attached {
            let attached = t::POLICY_ATTACHMENTS.draft().set("policy_id", "p").set("entity_type", "agency");
            rows.add(&t::POLICY_ATTACHMENTS, attached.set("entity_id", "a"));
        }
        rows.state()
    };
    let (before, after) = (state(false), state(true));
    let shared = crate::shared(access(&after).changes_since(&access(&before), &inventory(&after)));
    let told: Vec<String> = shared.iter().map(crate::SharedChange::sentence).collect();
    let expected = "agency backup (which anybody in any account, account partner can assume) gained access, \
                    policy p was attached: obs:*:* on anything";
    assert_eq!(told, [expected], "and it is told once");
}

#[test]
fn ids_of_people_groups_agencies_policies_and_projects_have_names() {
    let mut rows = Tables::default();
    let named: [(&model::Table, &str); 6] = [
        (&t::AGENCIES, "agency_id"),
        (&t::ENTERPRISE_PROJECTS, "id"),
        (&t::GROUPS, "group_id"),
        (&t::POLICIES, "policy_id"),
        (&t::PROJECTS, "id"),
        (&t::USERS, "user_id"),
    ];
    for (number, (table, column)) in named.iter().enumerate() {
        let (id, name) = (format!("0a1b2c3d4e5f-{number}"), format!("name {number}"));
        rows.add(table, table.draft().set(column, id.as_str()).set("name", name.as_str()));
    }
    let access = access(&rows.state());
    for number in 0..named.len() {
        let words = access.names().in_words(&format!("type=agency,path=x/0a1b2c3d4e5f-{number}*"));
        assert_eq!(words, format!("type=agency,path=x/'name {number}' (0a1b2c3d4e5f-{number})*"));
    }
}
