use serde_json::json;

use super::*;
use crate::ibm::{Size, generate};

/// The world after so many weeks.
fn after(size: Size, count: usize) -> World {
    let mut world = generate(1, size);
    weeks().iter().take(count).for_each(|week| (week.apply)(&mut world));
    world
}

fn text(world: &World) -> String {
    serde_json::to_string(&world.truth()).unwrap()
}

fn user_named<'a>(world: &'a World, first: &str) -> Option<&'a str> {
    let found = world.users.iter().find(|user| user.object.text("firstname") == first);
    found.map(|user| user.object.text("iam_id"))
}

fn group_named<'a>(world: &'a World, name: &str) -> &'a Group {
    world.groups.iter().find(|group| group.object.text("name") == name).unwrap()
}

#[test]
fn the_weeks_are_in_order_and_all_but_one_are_mondays() {
    let dates: Vec<Timestamp> = weeks().iter().map(|week| week.date.parse().unwrap()).collect();
    assert!(dates.is_sorted());
    let mondays = dates.iter().filter(|date| date.strftime("%A").to_string() == "Monday").count();
    assert_eq!((mondays, dates.len()), (8, 9));
}

#[test]
fn every_week_happens_in_accounts_of_all_sizes() {
    for size in [Size::Dozen, Size::Thousand] {
        let mut world = generate(1, size);
        for week in weeks() {
            let before = (text(&world), world.callers[0].rights.clone());
            (week.apply)(&mut world);
            let changed = before != (text(&world), world.callers[0].rights.clone());
            let quiet = ["a first look", "a quiet week"].contains(&week.title);
            assert_eq!(changed, !quiet, "{} in {size:?}", week.title);
        }
    }
}

#[test]
fn the_same_weeks_make_the_same_world() {
    assert_eq!(text(&after(Size::Dozen, 9)), text(&after(Size::Dozen, 9)));
}

#[test]
fn joiners_come_with_a_membership_and_a_key() {
    let world = after(Size::Dozen, 2);
    let mira = user_named(&world, "Mira").unwrap();
    assert!(group_named(&world, "developers").members.iter().any(|member| member.text("iam_id") == mira));
    assert!(world.api_keys.iter().any(|key| key.object.text("iam_id") == mira));
    assert_eq!(world.users.len(), 14);
}

#[test]
fn the_night_grant_is_made_by_the_one_who_leaves_and_taken_back_later() {
    let granted = |world: &World| {
        let found =
            world.policies.iter().find(|policy| policy.description.as_deref() == Some(GRANTED_AT_NIGHT));
        found.cloned()
    };
    let night = after(Size::Dozen, 4);
    let grant = granted(&night).unwrap();
    assert_eq!(Some(grant.created_by_id.as_str()), user_named(&night, "Dariusz"));
    assert_eq!(grant.resource_value("serviceType"), Some("platform_service"));
    assert!(grant.roles[0].ends_with("role:Administrator"));
    assert!(granted(&after(Size::Dozen, 6)).is_some());
    assert!(granted(&after(Size::Dozen, 7)).is_none());
}

#[test]
fn a_policy_loses_its_instance_and_an_instance_leaves_policies_behind() {
    let (before, world) = (after(Size::Dozen, 4), after(Size::Dozen, 5));
    let wide = |world: &World| {
        let told = |policy: &&Policy| {
            policy.description.as_deref() == Some("Developers look into the order database")
        };
        world.policies.iter().find(told).unwrap().resource_value("serviceInstance").is_none()
    };
    assert!(!wide(&before) && wide(&world));
    let gone =
        before.instances.iter().find(|instance| instance.text("name") == "invoices").unwrap().text("guid");
    assert!(world.instances.iter().all(|instance| instance.text("guid") != gone));
    assert!(
        world.policies.iter().filter(|policy| policy.resource_value("serviceInstance") == Some(gone)).count()
            >= 2
    );
}

#[test]
fn a_leaver_takes_memberships_and_keys_along() {
    let (before, world) = (after(Size::Dozen, 5), after(Size::Dozen, 6));
    let gone = user_named(&before, "Dariusz").unwrap();
    assert_eq!(user_named(&world, "Dariusz"), None);
    assert!(world.groups.iter().flat_map(|group| &group.members).all(|member| member.text("iam_id") != gone));
    assert!(world.api_keys.iter().all(|key| key.object.text("iam_id") != gone));
}

#[test]
fn a_rotated_key_is_disabled_and_another_takes_its_place() {
    let world = after(Size::Dozen, 6);
    let key = |name: &str| &world.api_keys.iter().find(|key| key.object.text("name") == name).unwrap().object;
    let (old, new) = (key("ci-deployer-key"), key("ci-deployer-key-2026-10"));
    assert_eq!(old.get("disabled"), Some(&json!(true)));
    assert_eq!(new.get("disabled"), Some(&json!(false)));
    assert_eq!(old.text("iam_id"), new.text("iam_id"));
}

#[test]
fn one_group_is_renamed_and_another_made_anew() {
    let (before, world) = (after(Size::Dozen, 6), after(Size::Dozen, 7));
    let id = |world: &World, name| group_named(world, name).object.text("id").to_owned();
    assert_eq!(id(&before, "finance"), id(&world, "finance-and-tax"));
    assert_ne!(id(&before, "data-analysts"), id(&world, "data-analysts"));
    let members = |world: &World| {
        let all = group_named(world, "data-analysts").members.iter();
        all.map(|member| member.text("iam_id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(members(&before), members(&world));
    let old = id(&before, "data-analysts");
    assert!(world.policies.iter().all(|policy| policy.subject_value("access_group_id") != Some(&old)));
}

#[test]
fn the_auditor_loses_its_rights_and_gets_them_back() {
    let (before, blind, world) = (after(Size::Dozen, 7), after(Size::Dozen, 8), after(Size::Dozen, 9));
    let rights = |world: &World| world.callers[0].rights.clone();
    assert_eq!((rights(&before), rights(&world)), (Rights::full(), Rights::full()));
    assert!(!rights(&blind).services_viewer && !rights(&blind).resource_groups_viewer);
    assert!(
        rights(&blind).groups_visible.is_some_and(|ids| !ids.is_empty() && ids.len() < blind.groups.len())
    );
    let seen = blind.policies.iter().filter(|policy| blind.sees_policy(&rights(&blind), policy)).count();
    assert!(seen > 0 && seen < blind.policies.len());
    assert_eq!((blind.outages.len(), world.outages.len()), (1, 0));
    assert_eq!(blind.policies.len() + 4, world.policies.len());
}
