use serde_json::Value;

use super::*;
use crate::huawei::world::{Model, Truth};
use crate::huawei::{Size, generate};

/// The world after so many weeks.
fn after(size: Size, count: usize) -> World {
    let mut world = generate(1, size);
    weeks().iter().take(count).for_each(|week| (week.apply)(&mut world));
    world
}

fn text(world: &World) -> String {
    serde_json::to_string(&world.truth()).unwrap()
}

fn user_named<'a>(world: &'a World, name: &str) -> Option<&'a User> {
    world.users.iter().find(|user| user.name() == name)
}

fn id_of<'a>(world: &'a World, name: &str) -> &'a str {
    user_named(world, name).unwrap().object.text("user_id")
}

/// Names of the users who have a policy through a group.
fn holders_by_group(world: &World, policy: &str) -> Vec<String> {
    let policy = world.policy_named(policy);
    let groups =
        world.attachments.of_policy(&policy).iter().filter_map(|attachment| match &attachment.entity {
            Entity::Group(id) => world.groups.with_id(id),
            _ => None,
        });
    let users = groups.flat_map(|group| &group.members).filter_map(|id| world.users.with_id(id));
    users.map(|user| user.name().to_owned()).collect()
}

#[test]
fn the_weeks_are_in_order_and_all_but_one_are_mondays() {
    let dates: Vec<Timestamp> = weeks().iter().map(|week| week.date.parse().unwrap()).collect();
    assert!(dates.is_sorted());
    let mondays = dates.iter().filter(|date| date.strftime("%A").to_string() == "Monday").count();
    assert_eq!((mondays, dates.len()), (8, 9));
}

#[test]
fn the_weeks_of_both_clouds_are_the_same_ones() {
    let here: Vec<&str> = weeks().iter().map(|week| week.date).collect();
    let there: Vec<&str> = crate::ibm::weeks().iter().map(|week| week.date).collect();
    assert_eq!(here, there);
}

#[test]
fn every_week_happens_in_accounts_of_all_sizes() {
    for size in [Size::Dozen, Size::Thousand] {
        let mut world = generate(1, size);
        for week in weeks() {
            let before = text(&world);
            (week.apply)(&mut world);
            let quiet = ["a first look", "a quiet week"].contains(&week.title);
            assert_eq!(before != text(&world), !quiet, "{} in {size:?}", week.title);
        }
    }
}

#[test]
fn the_same_weeks_make_the_same_world() {
    assert_eq!(text(&after(Size::Dozen, 9)), text(&after(Size::Dozen, 9)));
}

#[test]
fn a_joiner_comes_with_a_membership() {
    let world = after(Size::Dozen, 2);
    let noor = id_of(&world, "noor.haddad");
    assert_eq!(world.groups_of(noor).map(|group| group.name()).collect::<Vec<_>>(), ["developers"]);
    assert!(world.mfa_devices.iter().any(|device| device.text("user_id") == noor));
}

#[test]
fn the_policy_of_the_night_gets_a_wider_version_and_keeps_its_id() {
    let (before, world) = (after(Size::Dozen, 3), after(Size::Dozen, 4));
    let id = before.policy_named("ReviewOfIdentities");
    let document = |world: &World| {
        let policy = world.policies.with_id(&id).unwrap();
        policy.default_version().unwrap().text("document").to_owned()
    };
    assert!(document(&before).contains("iam:*:get*") && !document(&before).contains("iam:*:*"));
    assert!(document(&world).contains("iam:*:*"));
    let versions = &world.policies.with_id(&id).unwrap().versions;
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0].text("created_at"), "2026-09-24T02:13:41.318Z");
}

#[test]
fn an_administrator_is_made_and_an_agency_trusts_a_foreign_account() {
    let (before, world) = (after(Size::Dozen, 4), after(Size::Dozen, 5));
    let carla = Entity::User(id_of(&world, "carla.mendes").to_owned());
    assert_eq!(before.attachments.of(&carla).len() + 1, world.attachments.of(&carla).len());
    let trust = |world: &World| {
        let agency = world.agencies.iter().find(|agency| agency.name() == "break-glass").unwrap();
        agency.object.text("trust_policy").to_owned()
    };
    assert!(!trust(&before).contains(INTRUDER_ACCOUNT) && trust(&before).contains("g:MFAPresent"));
    assert!(trust(&world).contains(INTRUDER_ACCOUNT) && !trust(&world).contains("g:MFAPresent"));
}

#[test]
fn a_leaver_leaves_nothing_behind() {
    let (before, world) = (after(Size::Dozen, 5), after(Size::Dozen, 6));
    let gone = id_of(&before, "sven.olsson");
    assert!(user_named(&world, "sven.olsson").is_none());
    assert!(text(&before).contains(gone) && !text(&world).contains(gone));
}

#[test]
fn the_new_key_is_never_used() {
    let key = |weeks| {
        let world = after(Size::Dozen, weeks);
        let keys = user_named(&world, "amara.diallo").unwrap().access_keys.clone();
        keys.into_iter().map(|key| key.last_used_at).collect::<Vec<_>>()
    };
    assert_eq!((key(5), key(6), key(9)), (vec![], vec![None], vec![None]));
}

#[test]
fn a_policy_that_moves_leaves_the_same_people_with_it() {
    let (before, world) = (after(Size::Dozen, 6), after(Size::Dozen, 7));
    let moved = |world: &World| holders_by_group(world, "Telemetry");
    assert_eq!(moved(&before), ["tomasz.nowak", "李娜"]);
    assert_eq!(moved(&before), moved(&world));
    let holder = |world: &World| {
        let id = world.policy_named("Telemetry");
        let groups =
            world.attachments.of_policy(&id).iter().filter(|one| matches!(one.entity, Entity::Group(_)));
        groups.map(|one| one.entity.id().to_owned()).collect::<Vec<_>>()
    };
    assert_ne!(holder(&before), holder(&world));
}

#[test]
fn an_administrator_loses_the_second_factor() {
    let devices = |world: &World| {
        let amara = id_of(world, "amara.diallo").to_owned();
        world.mfa_devices.iter().filter(|device| device.text("user_id") == amara).count()
    };
    assert_eq!((devices(&after(Size::Dozen, 6)), devices(&after(Size::Dozen, 7))), (1, 0));
}

#[test]
fn the_auditor_loses_the_classic_lists_and_gets_them_back() {
    let sees = |world: &World| world.callers[0].rights.allow(Model::V3, "iam:roles:listRoles");
    let grants = |world: &World| world.truth()["v3_role_assignments/domain"].len();
    let (before, blind, world) = (after(Size::Dozen, 7), after(Size::Dozen, 8), after(Size::Dozen, 9));
    assert_eq!((sees(&before), sees(&blind), sees(&world)), (true, false, true));
    assert!(!blind.assumable[0].rights.v3 && blind.callers[0].rights.v5);
    assert_eq!(
        (grants(&before), grants(&blind), grants(&world)),
        (grants(&world), grants(&world) - 2, grants(&before))
    );
}

#[test]
fn the_new_control_binds_the_audited_account() {
    let scps = |truth: &Truth| truth["organization_policies"].len();
    let (before, world) = (after(Size::Dozen, 8).truth(), after(Size::Dozen, 9));
    let truth = world.truth();
    assert_eq!(scps(&before) + 1, scps(&truth));
    let organization = world.organization.as_ref().unwrap();
    let added = organization.policies.last().unwrap();
    let own = organization.accounts.iter().find(|node| node.object.text("id") == world.account_id()).unwrap();
    assert_eq!(added.attached, std::slice::from_ref(&own.parent));
    assert!(serde_json::from_str::<Value>(&added.content).is_ok());
}
