//! Gains and losses against all that there is to ask before and after.

use std::collections::BTreeSet;

use model::{ListStatus, tables::ibm as t};
use proptest::{prelude::*, sample::select};

use super::{
    evaluator::{Account, Attribute, PUBLIC, Policy, Target},
    generated::{
        ACTIONS, FOREIGN, GROUPS, PROFILE, ROLES, SERVICE_ID, SERVICES, USER, actions_on, role_lists, state,
    },
    times::Rule,
    world::World,
};
use crate::{
    AccessChange, Extent, Pattern, Question, Resource, Turn, What,
    ibm::{access, inventory, question::completed},
};

const WHO: [&str; 6] = [USER, SERVICE_ID, PROFILE, FOREIGN, "ClaimRule-group", "public"];

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let one = |name, operator, value| Attribute { name, operator, values: vec![value] };
    let scope = prop_oneof![
        3 => select(&SERVICES[..]).prop_map(move |service| one("serviceName", "stringEquals", service)),
        1 => Just(one("serviceType", "stringEquals", "service")),
        1 => Just(Attribute { name: "serviceName", operator: "stringEqualsAnyOf", values: vec!["kms", "cos"] }),
    ];
    let region = prop::option::of(prop_oneof![
        select(vec!["eu-de", "us-east"]).prop_map(move |region| one("region", "stringEquals", region)),
        Just(Attribute { name: "region", operator: "stringEqualsAnyOf", values: vec!["eu-de", "us-east"] }),
    ]);
    let path = prop::option::of(prop_oneof![
        Just(one("path", "stringEquals", "a/x")),
        Just(one("path", "stringExists", "false")),
        Just(one("path", "stringMatch", "a*")),
    ]);
    (scope, region, path)
        .prop_map(|(scope, region, path)| [Some(scope), region, path].into_iter().flatten().collect())
}

prop_compose! {
    fn policies()(
        subject in select(vec![USER, USER, FOREIGN, PROFILE, GROUPS[0], GROUPS[0], GROUPS[1], PUBLIC]),
        roles in prop::sample::subsequence(&ROLES[..], 1..3),
        attributes in attributes(),
        rule in prop::option::weighted(0.3, Just(Rule::until_five())),
    ) -> Policy {
        Policy { kind: "access", state: "active", subject, roles, attributes, tag: None, rule }
    }
}

/// Who is in what, and which policies there are.
#[derive(Debug, Clone)]
struct Moment {
    there: [bool; 5],
    members: Vec<(&'static str, &'static str)>,
    dynamic: bool,
    rule: bool,
    is_public_closed: bool,
    is_owner: bool,
}

prop_compose! {
    fn moments()(
        there in any::<[bool; 5]>(),
        members in prop::sample::subsequence(vec![(USER, GROUPS[0]), (USER, GROUPS[1]), (SERVICE_ID, GROUPS[0]), (PROFILE, GROUPS[1])], 0..5),
        dynamic in any::<bool>(),
        rule in any::<bool>(),
        is_public_closed in prop::bool::weighted(0.3),
        is_owner in prop::bool::weighted(0.1),
    ) -> Moment {
        Moment { there, members, dynamic, rule, is_public_closed, is_owner }
    }
}

type Lists = Vec<((&'static str, &'static str), Vec<&'static str>)>;

fn account(roles: &Lists, policies: &[Policy], moment: &Moment) -> Account {
    let mut policies = policies.to_vec();
    for (policy, there) in policies.iter_mut().zip(moment.there) {
        if !there {
            policy.state = "deleted";
        }
    }
    Account {
        roles: roles.iter().filter(|(_, actions)| !actions.is_empty()).cloned().collect(),
        policies,
        members: moment.members.clone(),
        dynamic: moment.dynamic.then_some((SERVICE_ID, GROUPS[1])).into_iter().collect(),
        group_rules: moment.rule.then_some(("ClaimRule-group", GROUPS[0])).into_iter().collect(),
        is_public_closed: moment.is_public_closed,
        owner: moment.is_owner.then_some(USER),
        assumable: Vec::new(),
    }
}

/// All requests, with values that no policy names.
fn requests() -> Vec<(String, Target)> {
    let mut requests = Vec::new();
    for service in SERVICES.into_iter().chain(["elsewhere"]) {
        for region in ["eu-de", "us-east", "elsewhere"] {
            for path in [None, Some("a/x"), Some("a/y"), Some("b")] {
                let mut target = Target::from([("serviceName", service), ("region", region)]);
                target.extend(path.map(|path| ("path", path)));
                let actions = actions_on(&target).into_iter().chain(["resource-group.read".to_owned()]);
                requests.extend(actions.map(|action| (action, target.clone())));
            }
        }
    }
    requests
}

fn asked(action: &str, target: &Target) -> Question {
    let names = ["serviceName", "region", "path"];
    let values = names.map(|name| (name, vec![Pattern::literal(target.get(name).unwrap_or(&""))]));
    let resource =
        values.into_iter().fold(Resource::any(), |resource, (name, value)| resource.with(name, value));
    Question { action: Pattern::literal(action), resource: completed(resource) }
}

fn is_about(change: &AccessChange, action: &str, target: &Target) -> bool {
    match &change.what {
        What::Statement(statement) => statement.extent(&asked(action, target)) != Extent::None,
        What::Becoming(_) => false,
    }
}

/// What a change hangs on: the time, the claims of a session.
fn hangs_on(change: &AccessChange) -> (bool, bool) {
    let words = change.condition.as_deref().unwrap_or_default();
    (words.contains("current_time"), words.contains("signed in"))
}

fn covers(ways: &BTreeSet<(bool, bool)>, way: (bool, bool)) -> bool {
    ways.iter().any(|known| known.0 <= way.0 && known.1 <= way.1)
}

fn told(changes: &[AccessChange], turns: &[Turn]) -> BTreeSet<(String, What, Option<String>)> {
    let of_turn = changes.iter().filter(|change| turns.contains(&change.turn));
    of_turn
        .map(|change| (change.principal.step.id.clone(), change.what.clone(), change.condition.clone()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_told_as_gained_is_what_could_not_be_done_before(
        roles in role_lists(),
        policies in prop::collection::vec(policies(), 0..6),
        [before, after] in prop::array::uniform2(moments()),
    ) {
        let (former, present) = (account(&roles, &policies, &before), account(&roles, &policies, &after));
        let (before, after) = (access(&state(&former)), access(&state(&present)));
        let changes = after.changes_since(&before, &inventory(&state(&present)));
        let gains: Vec<&AccessChange> =
            changes.iter().filter(|change| matches!(change.turn, Turn::Gained | Turn::Widened)).collect();
        for who in WHO {
            let of_who: Vec<&&AccessChange> = gains.iter().filter(|change| change.principal.step.id == who).collect();
            let mut is_founded = vec![false; of_who.len()];
            for (action, target) in requests() {
                let (was, is) = (former.ways(who, &action, &target), present.ways(who, &action, &target));
                for way in is.into_iter().filter(|way| !covers(&was, *way)) {
                    let mut telling = gains.iter().filter(|change| {
                        let who_else = change.principal.step.id.as_str();
                        (who_else == who || who_else == "public") && is_about(change, &action, &target)
                    });
                    let is_told = telling.any(|change| covers(&BTreeSet::from([hangs_on(change)]), way));
                    prop_assert!(is_told, "{} {} {:?} {:?}", who, action, target, way);
                    for (change, founded) in of_who.iter().zip(&mut is_founded) {
                        *founded |= is_about(change, &action, &target) && hangs_on(change) == way;
                    }
                }
            }
            for (change, founded) in of_who.iter().zip(is_founded) {
                prop_assert!(founded, "{} did not gain {:?}", who, change);
            }
        }
        let back = before.changes_since(&after, &inventory(&state(&former)));
        prop_assert_eq!(told(&changes, &LOSSES), told(&back, &[Turn::Gained, Turn::Widened]));
        prop_assert_eq!(told(&changes, &[Turn::Gained, Turn::Widened]), told(&back, &LOSSES));
        prop_assert_eq!(after.changes_since(&after, &inventory(&state(&present))), []);
        // Who asks for gains alone is told the same of them.
        let alone = after.gains_since(&before, &inventory(&state(&present)));
        let gains = changes.into_iter().filter(|change| matches!(change.turn, Turn::Gained | Turn::Widened));
        prop_assert_eq!(alone, gains.collect::<Vec<_>>());
    }
}

const LOSSES: [Turn; 2] = [Turn::Lost, Turn::Narrowed];
pub(super) const VIEWER: &str = "crn:v1:bluemix:public:iam::::role:Viewer";
pub(super) const EDITOR: &str = "crn:v1:bluemix:public:iam::::role:Editor";
pub(super) const ON_KMS: [&str; 3] = ["serviceName", "stringEquals", "kms"];
const ON_ALL: [&str; 3] = ["serviceType", "stringEquals", "service"];

pub(super) fn world() -> World {
    World::default()
        .add(&t::ACCOUNTS, &[("account_id", "acc")])
        .user("IBMid-1", "ACTIVE")
        .user("IBMid-2", "ACTIVE")
        .role("kms", VIEWER, &["kms.keys.list"])
        .role("kms", EDITOR, &["kms.keys.list", "kms.keys.create"])
        .group("AccessGroupId-1", &["IBMid-1"])
}

/// Returns the changes, a line each.
fn changes(before: &World, after: &World) -> Vec<String> {
    let (before, after) = (before.state(), after.state());
    let changes = access(&after).changes_since(&access(&before), &inventory(&after));
    let lines = changes.iter().map(|change| {
        let ids =
            |path: &[crate::Step]| path.iter().map(|step| step.id.clone()).collect::<Vec<_>>().join(" ");
        let what = match &change.what {
            What::Statement(statement) => format!("{} actions", statement.actions.any_of.len()),
            What::Becoming(to) => format!("becoming {}", to.id),
        };
        let condition =
            change.condition.iter().map(|condition| format!(" while {condition}")).collect::<String>();
        let former = if change.former_path.is_empty() {
            String::new()
        } else {
            format!(", was {}", ids(&change.former_path))
        };
        format!("{:?} {what} by {}{condition}{former}", change.turn, ids(&change.path))
    });
    lines.map(|line| line.replace(VIEWER, "Viewer").replace(EDITOR, "Editor")).collect()
}

#[test]
fn a_grant_that_a_wider_one_covers_is_no_gain_and_its_end_no_loss() {
    let wide = world().policy("p1", "AccessGroupId-1", &[EDITOR], &[ON_ALL]);
    let both =
        wide.clone().policy("p2", "IBMid-1", &[VIEWER], &[ON_KMS, ["region", "stringEquals", "eu-de"]]);
    assert_eq!(changes(&wide, &both), [""; 0]);
    assert_eq!(changes(&both, &wide), [""; 0]);
}

#[test]
fn the_same_access_by_another_way_is_told_apart() {
    let direct = world().policy("p1", "IBMid-1", &[VIEWER], &[ON_KMS]);
    let by_group = world().policy("p2", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    let both = direct.clone().policy("p2", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    assert_eq!(
        changes(&direct, &by_group),
        ["Rerouted 1 actions by IBMid-1 AccessGroupId-1 p2 Viewer, was IBMid-1 p1 Viewer"]
    );
    assert_eq!(changes(&both, &by_group), [""; 0], "that way was there");
    assert_eq!(changes(&by_group, &both), [""; 0], "the former way is still there");
}

#[test]
fn a_wider_role_a_wider_resource_and_a_dropped_condition_are_widened_and_the_other_way_round_narrowed() {
    let hours = ["{{environment.attributes.current_time}}", "timeLessThan", "17:00"];
    let narrow = world().policy("p1", "IBMid-1", &[VIEWER], &[ON_KMS, ["region", "stringMatch", "eu-d*"]]);
    let wide = world().policy("p1", "IBMid-1", &[VIEWER], &[ON_KMS, ["region", "stringMatch", "eu-*"]]);
    let widened = ["Widened 1 actions by IBMid-1 p1 Viewer, was IBMid-1 p1 Viewer"];
    assert_eq!(changes(&narrow, &wide), widened);
    assert_eq!(changes(&wide, &narrow), ["Narrowed 1 actions by IBMid-1 p1 Viewer"]);
    let timed = wide.clone().when("p1", "0", "and", hours);
    assert_eq!(changes(&timed, &wide), widened);
    assert_eq!(changes(&wide, &timed), ["Narrowed 1 actions by IBMid-1 p1 Viewer"]);
    let editor = world().policy("p1", "IBMid-1", &[EDITOR], &[ON_KMS, ["region", "stringMatch", "eu-*"]]);
    assert_eq!(changes(&wide, &editor), ["Widened 1 actions by IBMid-1 p1 Editor, was IBMid-1 p1 Viewer"]);
}

#[test]
fn a_policy_for_many_services_is_told_once() {
    let more = world().role("cos", VIEWER, &["cos.buckets.list"]);
    let after = more.clone().policy("p1", "IBMid-2", &[VIEWER], &[ON_ALL]);
    assert_eq!(changes(&more, &after), ["Gained 2 actions by IBMid-2 p1 Viewer"]);
}

/// Lets an account open its public access group.
fn open(world: World) -> World {
    let mut world = world;
    let settings = t::GROUP_SETTINGS.draft().set("account_id", "acc");
    world.put(&t::GROUP_SETTINGS, settings.set("public_access_enabled", true));
    world
}

#[test]
fn what_everybody_gains_is_told_once() {
    let after = open(world()).policy("p1", PUBLIC, &[VIEWER], &[ON_KMS]);
    let expected = "Gained 1 actions by public AccessGroupId-PublicAccess p1 Viewer";
    assert_eq!(changes(&open(world()), &after), [expected]);
    let and_one = after.clone().policy("p2", "IBMid-1", &[VIEWER], &[ON_KMS]);
    assert_eq!(changes(&after, &and_one), [""; 0], "everybody could");
}

#[test]
fn a_member_for_a_session_is_no_gain() {
    let before = world().policy("p1", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    let member = [("group_id", "AccessGroupId-1"), ("iam_id", "IBMid-2")];
    let after = before.clone().add(&t::DYNAMIC_MEMBERS, &member);
    assert_eq!(changes(&before, &after), [""; 0]);
}

#[test]
fn becoming_a_profile_is_a_gain_of_its_own() {
    let before = world().profile("Profile-1").policy("p1", "iam-Profile-1", &[VIEWER], &[ON_KMS]);
    let identity = [("profile_id", "Profile-1"), ("iam_id", "IBMid-1"), ("account_id", "far")];
    let after = before.clone().add(&t::PROFILE_IDENTITIES, &identity[..2]);
    assert_eq!(changes(&before, &after), ["Gained becoming iam-Profile-1 by IBMid-1 iam-Profile-1"]);
    let from_far = after.clone().add(&t::PROFILE_IDENTITY_ACCOUNTS, &identity);
    let widened = "Widened becoming iam-Profile-1 by IBMid-1 iam-Profile-1";
    assert_eq!(changes(&from_far, &after), [widened]);
    assert_eq!(changes(&after, &from_far), ["Lost becoming iam-Profile-1 by IBMid-1 iam-Profile-1"]);
}

#[test]
fn roles_on_a_service_that_were_not_listed_before_are_no_gain() {
    let wide = world().policy("p1", "IBMid-1", &[VIEWER], &[ON_ALL]);
    let listed = wide.clone().role("cos", VIEWER, &["cos.buckets.list"]);
    assert_eq!(changes(&wide, &listed), [""; 0]);
    assert_eq!(changes(&listed, &wide), [""; 0]);
    let on_cos = ["serviceName", "stringEquals", "cos"];
    let named = listed.clone().policy("p2", "IBMid-1", &[VIEWER], &[on_cos]);
    assert_eq!(changes(&wide, &named), [""; 0], "the role was held on all services");
    let other = listed.policy("p2", "IBMid-2", &[VIEWER], &[on_cos]);
    assert_eq!(changes(&wide, &other), ["Gained 1 actions by IBMid-2 p2 Viewer"]);
    let unread = world().policy("p2", "IBMid-2", &[VIEWER], &[on_cos]);
    let read = unread.clone().role("cos", VIEWER, &["cos.buckets.list"]);
    assert_eq!(changes(&unread, &read), [""; 0]);
    assert_eq!(changes(&read, &unread), [""; 0]);
}

#[test]
fn a_role_that_is_given_more_actions_widens_what_it_was_given_for() {
    let own = |actions: &[&str]| {
        let world = world().add(&t::CUSTOM_ROLES, &[("crn", "own"), ("service_name", "kms")]);
        let add = |world: World, action: &&str| {
            world.add(&t::CUSTOM_ROLE_ACTIONS, &[("role_crn", "own"), ("action", action)])
        };
        actions.iter().fold(world, add).policy("p1", "IBMid-1", &["own"], &[ON_KMS])
    };
    let (before, after) = (own(&["kms.keys.list"]), own(&["kms.keys.list", "kms.keys.rotate"]));
    assert_eq!(changes(&before, &after), ["Widened 1 actions by IBMid-1 p1 own, was IBMid-1 p1 own"]);
}

#[test]
fn what_could_not_be_read_is_neither_gained_nor_lost() {
    let all = world()
        .profile("Profile-1")
        .add(&t::PROFILE_IDENTITIES, &[("profile_id", "Profile-1"), ("iam_id", "IBMid-1")])
        .policy("p1", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    let none = World::default().user("IBMid-1", "ACTIVE").role("kms", VIEWER, &["kms.keys.list"]);
    assert_eq!(changes(&none, &all).len(), 2);
    let blind = |lists: &[(&str, &str)], carried| {
        lists
            .iter()
            .fold(none.clone(), |world, (list, parent)| world.list(list, parent, ListStatus::Denied, carried))
    };
    let identities = ("ibm_trusted_profile_identities", "Profile-1");
    for list in
        [("ibm_policies", "v2"), ("ibm_access_group_members", "AccessGroupId-1"), ("ibm_access_groups", "")]
    {
        let blind = blind(&[list, identities], None);
        assert_eq!(changes(&blind, &all), [""; 0], "{list:?} shown first is a baseline");
        assert_eq!(changes(&all, &blind), [""; 0], "{list:?} not shown is no loss");
    }
    let elsewhere = blind(&[("ibm_access_group_members", "AccessGroupId-2")], None);
    assert_eq!(changes(&elsewhere, &all).len(), 2, "another list hides nothing here");
    let carried = blind(&[("ibm_policies", "v2"), identities], Some(41));
    assert_eq!(changes(&carried, &all).len(), 2, "rows of before stood in for it");
}

const MEMBERS: &str = "ibm_access_group_members";

#[test]
fn who_may_have_been_in_a_group_whose_members_were_never_read_gained_nothing_that_it_gives() {
    let unread = world()
        .group("AccessGroupId-2", &[])
        .policy("p2", "AccessGroupId-2", &[EDITOR], &[ON_KMS])
        .list(MEMBERS, "AccessGroupId-2", ListStatus::Denied, None);
    let narrow = unread.clone().policy("p1", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    assert_eq!(changes(&unread, &narrow), [""; 0], "the group gives that and more");
    assert_eq!(changes(&narrow, &unread), [""; 0], "and may give it still");
    let more = unread.role("cos", VIEWER, &["cos.buckets.list"]);
    let on_cos = ["serviceName", "stringEquals", "cos"];
    let other = more.clone().policy("p1", "AccessGroupId-1", &[VIEWER], &[on_cos]);
    let gained = ["Gained 1 actions by IBMid-1 AccessGroupId-1 p1 Viewer"];
    assert_eq!(changes(&more, &other), gained, "the group does not give that");
    let read = world().group("AccessGroupId-2", &[]).policy("p2", "AccessGroupId-2", &[EDITOR], &[ON_KMS]);
    let gain = read.clone().policy("p1", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    assert_eq!(changes(&read, &gain), gained);
}

/// Returns who gained between two states, and under which condition, where the state of snapshot 3 can be asked as well.
fn gainers(third: &World, before: &World, after: &World) -> Vec<String> {
    let [third, former, now] = [third, before, after].map(|world| access(&world.state()));
    let known = inventory(&after.state());
    let mut changes = now.changes_since(&former, &known);
    let asked = now.snapshots_to_ask(&former, &changes);
    let earlier = asked.into_iter().filter(|number| *number == 3).map(|number| (number, third.clone()));
    now.hold_gains_against(&former, &earlier.collect(), &known, &mut changes);
    changes.retain(|change| change.turn == Turn::Gained);
    let condition = |change: &AccessChange| change.condition.as_deref().map(|when| format!(" if {when}"));
    changes.iter().map(|each| each.principal.step.id.clone() + &condition(each).unwrap_or_default()).collect()
}

#[test]
fn roles_that_failed_when_the_first_policy_named_their_service_give_when_they_are_read() {
    let on_cos = ["serviceName", "stringEquals", "cos"];
    let named = world().policy("p2", "IBMid-2", &[VIEWER], &[on_cos]);
    let failed = named.clone().list("ibm_roles", "cos", ListStatus::Failed, Some(3));
    let read = named.role("cos", VIEWER, &["cos.buckets.list"]);
    let read = read.list("ibm_roles", "cos", ListStatus::Complete, None);
    assert_eq!(gainers(&world(), &failed, &read), ["IBMid-2"]);
    assert_eq!(gainers(&world(), &read, &read), [""; 0], "and once");
    let known = world().list("ibm_roles", "cos", ListStatus::Complete, None);
    assert_eq!(gainers(&known, &failed, &read), [""; 0], "what was known could be told at once");
}

#[test]
fn a_gain_by_a_membership_that_could_not_be_read_says_so() {
    let unread = world().list(MEMBERS, "AccessGroupId-1", ListStatus::Failed, Some(3));
    let attached = unread.clone().policy("p1", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    let told = gainers(&world(), &unread, &attached);
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert!(
        told.starts_with("IBMid-1 if still a member of access group ") && told.ends_with("snapshot 3"),
        "{told}"
    );
    let joined = world().group("AccessGroupId-1", &["IBMid-2"]);
    let seen = joined.policy("p1", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    assert_eq!(gainers(&world(), &world(), &seen), ["IBMid-1", "IBMid-2"], "who was read is a member");
}

#[test]
fn who_lost_one_way_while_another_could_not_be_read_gained_nothing_by_the_other() {
    // IBMid-1 joins group 2 while its members cannot be read, and loses its policy: the loss is seen at once.
    let group = world().group("AccessGroupId-2", &[]).policy("p2", "AccessGroupId-2", &[VIEWER], &[ON_KMS]);
    let third = group.clone().policy("p1", "IBMid-1", &[VIEWER], &[ON_KMS]);
    let blind = group.clone().list(MEMBERS, "AccessGroupId-2", ListStatus::Failed, Some(3));
    let after = world().group("AccessGroupId-2", &["IBMid-1", "IBMid-2"]).policy(
        "p2",
        "AccessGroupId-2",
        &[VIEWER],
        &[ON_KMS],
    );
    assert_eq!(gainers(&third, &blind, &after), ["IBMid-2"]);
    assert_eq!(gainers(&third, &group, &after), ["IBMid-1", "IBMid-2"], "all could be read in between");
    assert_eq!(
        gainers(&group, &blind, &after),
        ["IBMid-1", "IBMid-2"],
        "nobody held it when it could be read"
    );
}

#[test]
fn a_gain_by_one_group_is_held_against_another_that_gives_the_same_and_could_not_be_read() {
    // The list of all groups failed: a group that nobody saw has a policy, and goes again.
    let third = world().policy("p1", "IBMid-1", &[VIEWER], &[ON_KMS]);
    let blind = world()
        .policy("p2", "AccessGroupId-unseen", &[VIEWER], &[ON_KMS])
        .list("ibm_access_groups", "", ListStatus::Failed, Some(3))
        .list(MEMBERS, "*", ListStatus::Skipped, Some(3));
    let after =
        world().policy("p3", "IBMid-1", &[VIEWER], &[ON_KMS]).policy("p4", "IBMid-2", &[VIEWER], &[ON_KMS]);
    assert_eq!(gainers(&third, &blind, &after), ["IBMid-2"]);
    assert_eq!(gainers(&world(), &blind, &after), ["IBMid-1", "IBMid-2"]);
}

#[test]
fn who_was_unknown_gains_nothing_that_everybody_held() {
    let public = open(world()).policy("p1", "AccessGroupId-PublicAccess", &[VIEWER], &[ON_KMS]);
    let named = |world: World| world.policy("p2", "IBMid-elsewhere", &[VIEWER], &[ON_KMS]);
    assert_eq!(changes(&world(), &named(world())).len(), 1);
    assert_eq!(changes(&public, &named(public.clone())), [""; 0]);
    assert_eq!(changes(&named(public.clone()), &public), [""; 0]);
}

#[test]
fn a_wider_grant_never_has_a_smaller_reach() {
    let instance = |world: World, id: &str, service: &str, region: &str| {
        world.add(
            &t::RESOURCE_INSTANCES,
            &[("crn", id), ("guid", id), ("service_name", service), ("region_id", region)],
        )
    };
    let base = instance(instance(world(), "i1", "kms", "eu-de"), "i2", "kms", "us-east");
    let reach = |attributes: &[[&str; 3]], role: &str| {
        let after = base.clone().policy("p1", "IBMid-2", &[role], attributes).state();
        let changes = access(&after).changes_since(&access(&base.state()), &inventory(&after));
        (changes[0].reach.actions, changes[0].reach.resources)
    };
    assert_eq!(reach(&[ON_KMS, ["region", "stringEquals", "eu-de"]], VIEWER), (1, 1));
    assert_eq!(reach(&[ON_KMS], VIEWER), (1, 2));
    assert_eq!(reach(&[ON_KMS], EDITOR), (2, 2));
    assert_eq!(reach(&[ON_ALL], EDITOR), (2, 2));
    assert_eq!(ACTIONS.len(), 3);
}
