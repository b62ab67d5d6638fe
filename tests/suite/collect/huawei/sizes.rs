//! Lists of every length around that of a page: read whole, in as many calls as are expected.

use simulators::huawei::{
    World,
    world::{Assignment, Entity, Scope, Subject},
};

use super::{company, truth::assert_read_whole};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_just_full_costs_what_is_expected() {
    for devices in [199, 200, 201, 400] {
        let mut world = company();
        let device = world.mfa_devices[0].clone();
        world.mfa_devices = (0..devices)
            .map(|number| {
                let mut one = device.clone();
                one.set("serial_number", format!("iam::x:mfa:{number}"));
                one
            })
            .collect();
        assert_read_whole(world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbered_pages_that_are_just_full_cost_what_is_expected() {
    for agencies in [499, 500, 501] {
        let mut world = company();
        let one = world.agencies.iter().find(|agency| agency.classic.is_some()).unwrap().clone();
        let classic = world.agencies.iter().filter(|agency| agency.classic.is_some()).count();
        for number in classic..agencies {
            let mut more = one.clone();
            let id = format!("{number:032x}");
            more.object.set("agency_id", id.as_str());
            more.classic.as_mut().unwrap().set("id", id.as_str());
            world.agencies.push(more);
        }
        assert_read_whole(world).await;
    }
}

/// Users beyond those that there are, up to so many.
fn crowd(world: &mut World, users: usize) -> Vec<String> {
    let one = world.users[3].clone();
    let ids: Vec<String> = (world.users.len()..users).map(|number| format!("{number:032x}")).collect();
    for id in &ids {
        let mut more = one.clone();
        more.access_keys.clear();
        for (member, value) in [("user_id", id.as_str()), ("user_name", id), ("urn", id)] {
            more.object.set(member, value);
        }
        more.login_profile.iter_mut().for_each(|profile| profile.set("user_id", id.as_str()));
        more.login_protect.iter_mut().for_each(|protect| protect.set("user_id", id.as_str()));
        world.users.push(more);
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn members_and_attachments_beyond_a_page_are_all_read() {
    let mut world = company();
    let ids = crowd(&mut world, 430);
    let policy = world.policies[0].object.text("policy_id").to_owned();
    for id in &ids {
        world.attachments.attach(&policy, Entity::User(id.clone()), "2026-09-01T08:00:00Z");
    }
    let group = world.groups.at_mut(0);
    group.members.extend(ids);
    assert!(group.members.len() > 400);
    assert_read_whole(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_of_more_than_a_page_is_read_to_its_last_account() {
    for accounts in [999, 1_000, 1_001] {
        let mut world = company();
        let organization = world.organization.as_mut().unwrap();
        let one = organization.accounts.last().unwrap().clone();
        for number in organization.accounts.len()..accounts {
            let mut more = one.clone();
            more.object.set("id", format!("{number:032x}"));
            organization.accounts.push(more);
        }
        assert_read_whole(world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_and_projects_beyond_a_page_are_all_read() {
    for (grants, projects) in [(50, 999), (51, 1_000), (101, 1_001)] {
        let mut world = company();
        let scope = Scope::Domain;
        let one = world.classic.assignments.iter().find(|one| one.scope == scope).unwrap().clone();
        world.classic.assignments.retain(|one| one.scope != scope);
        for number in 0..grants {
            let subject = Subject::Group(format!("{number:032x}"));
            world.classic.assignments.push(Assignment { subject, ..one.clone() });
        }
        let project = world.enterprise_projects[1].clone();
        for number in world.enterprise_projects.len()..projects {
            let mut more = project.clone();
            more.set("id", format!("{number}"));
            world.enterprise_projects.push(more);
        }
        assert_read_whole(world).await;
    }
}
