//! Things that are deleted between the list that shows them and the calls that ask for more: gone where a list that was read once more
//! shows that they are, and no evidence of absence where it does not.

use model::Cloud;
use simulators::{
    huawei::{self, world::Entity},
    ibm::{self, FaultKind},
};

use super::{Account, Hours, Told};
use crate::scenarios::company::Company;

/// A thing that vanishes.
struct Thing {
    /// What it is, for whoever reads a failure.
    kind: &'static str,
    id: String,
    /// What its removal is told by.
    name: String,
    /// The beginning of the calls that ask for more of it.
    path: String,
}

/// Returns whether the removal of a thing was told.
fn is_removed(told: &Told, thing: &Thing) -> bool {
    let titles = told.titles("drift.removed").into_iter().chain(told.titles("drift.changed"));
    titles.into_iter().any(|title| title.contains(&thing.name) && title.contains("removed"))
}

/// Lets a thing vanish during one run and asks what that and the next run tell; `delete` makes true what the fault showed.
async fn vanishes(hours: &Hours, thing: &Thing, delete: impl FnOnce()) {
    hours.told().await;
    hours.spoil("", FaultKind::Vanishes(thing.id.clone()));
    let told = hours.told().await;
    let kind = thing.kind;
    assert!(is_removed(&told, thing), "{kind}: {}", told.all());
    assert!(told.titles("coverage.lost").is_empty(), "{kind}: {}", told.all());
    hours.heal();
    delete();
    let later = hours.told().await;
    for news in ["drift.added", "coverage.lost", "coverage.regained"] {
        assert_eq!(later.titles(news), [""; 0], "{kind}: {}", later.all());
    }
    let again = |title: &&&str| told.titles("drift.removed").contains(*title);
    assert_eq!(later.titles("drift.removed").iter().filter(again).count(), 0, "{kind}: told once");
}

/// Answers 404 for all that is asked of a thing, though the list goes on to show it.
async fn stays(hours: &Hours, thing: &Thing) {
    hours.told().await;
    hours.spoil(&thing.path, FaultKind::NotFound);
    let told = hours.told().await;
    let kind = thing.kind;
    assert!(!is_removed(&told, thing), "{kind}: {}", told.all());
    assert!(!told.titles("coverage.lost").is_empty(), "{kind}: {}", told.all());
    let closed = told.titles("finding.closed");
    assert!(!closed.iter().any(|title| title.contains(&thing.id)), "{kind}: {}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(!told.titles("coverage.regained").is_empty(), "{kind}: {}", told.all());
}

async fn ibm() -> Hours {
    Hours::of(Account::of_a_dozen().await)
}

/// Returns a group, a trusted profile and a network zone.
fn things_of_ibm(world: &ibm::World) -> [Thing; 3] {
    let thing = |kind, object: &ibm::world::Object, path: &str| Thing {
        kind,
        id: object.text("id").to_owned(),
        name: object.text("name").to_owned(),
        path: format!("{path}/{}", object.text("id")),
    };
    [
        thing("a group", &world.groups.last().expect("a group").object, "/v2/groups"),
        thing("a profile", &world.profiles.last().expect("a profile").object, "/v1/profiles"),
        thing("a zone", world.zones.last().expect("a zone"), "/v1/zones"),
    ]
}

fn delete_of_ibm(world: &mut ibm::World, id: &str) {
    world.groups.retain(|group| group.object.text("id") != id);
    world.profiles.retain(|profile| profile.object.text("id") != id);
    world.zones.retain(|zone| zone.text("id") != id);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_vanishes_on_ibm_cloud_is_gone_and_what_stays_is_not() {
    for place in 0..3 {
        let hours = ibm().await;
        let thing = hours.account.ibm().look(things_of_ibm).into_iter().nth(place).expect("a thing");
        stays(&hours, &thing).await;
        vanishes(&hours, &thing, || hours.account.ibm().change(|world| delete_of_ibm(world, &thing.id)))
            .await;
    }
}

/// Returns a user, one of their keys, a group, a policy, an agency and a service control policy.
fn things_of_huawei(world: &huawei::World) -> [Thing; 6] {
    let thing = |kind, id: &str, name: &str, path: String| Thing {
        kind,
        id: id.to_owned(),
        name: name.to_owned(),
        path,
    };
    let mut users = world.users.iter();
    let with_key = |user: &&huawei::world::User| !user.is_root() && user.access_keys.len() == 1;
    let user = users.rfind(with_key).expect("a user with a key");
    let (user_id, key) = (user.object.text("user_id"), user.access_keys[0].object.text("access_key_id"));
    let group = &world.groups.iter().next_back().expect("a group").object;
    let policy = world.policy_named("Telemetry");
    let agency = world.agencies.iter().find(|agency| agency.name() == "break-glass");
    let agency = agency.expect("the agency").object.text("agency_id");
    let organization = world.organization.as_ref().expect("an organisation");
    let is_control = |each: &&huawei::world::ServiceControl| {
        each.object.text("type") == "service_control_policy"
            && each.object.get("is_builtin") != Some(&true.into())
    };
    let control = &organization.policies.iter().find(is_control).expect("a policy").object;
    [
        thing("a user", user_id, user.object.text("user_name"), format!("/v5/users/{user_id}")),
        thing("a key", key, key, format!("/access-keys/{key}")),
        thing(
            "a group",
            group.text("group_id"),
            group.text("group_name"),
            format!("group_id={}", group.text("group_id")),
        ),
        thing("a policy", &policy, "Telemetry", format!("/v5/policies/{policy}")),
        thing("an agency", agency, "break-glass", format!("/v5/agencies/{agency}")),
        thing(
            "an SCP",
            control.text("id"),
            control.text("name"),
            format!("/policies/{}", control.text("id")),
        ),
    ]
}

/// Returns who a thing is that may have policies, as each kind of holder.
fn holders(id: &str) -> [Entity; 3] {
    [Entity::User(id.to_owned()), Entity::Group(id.to_owned()), Entity::Agency(id.to_owned())]
}

/// Attaches a policy to a thing, if it is somebody.
fn attach_to(world: &mut huawei::World, thing: &Thing) {
    let [user, group, agency] = holders(&thing.id);
    let holder = match thing.kind {
        "a user" => user,
        "a group" => group,
        "an agency" => agency,
        _ => return,
    };
    let policy = world.policy_named("Telemetry");
    world.attachments.attach(&policy, holder, "2026-09-01T00:00:00.000Z");
}

fn delete_of_huawei(world: &mut huawei::World, id: &str) {
    let attached: Vec<Entity> =
        world.attachments.of_policy(id).iter().map(|attachment| attachment.entity.clone()).collect();
    for holder in attached {
        world.attachments.detach(id, &holder);
    }
    for holder in holders(id) {
        world.attachments.detach_all(&holder);
    }
    world.remove_user(id);
    let group = huawei::world::Subject::Group(id.to_owned());
    world.classic.assignments.retain(|assignment| assignment.subject != group);
    world.groups.remove(id);
    world.policies.remove(id);
    world.agencies.remove(id);
    for user in world.users.each_mut() {
        user.access_keys.retain(|key| key.object.text("access_key_id") != id);
    }
    if let Some(organization) = &mut world.organization {
        organization.policies.retain(|policy| policy.object.text("id") != id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_vanishes_on_huawei_cloud_is_gone_and_what_stays_is_not() {
    for place in 0..6 {
        let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
        let thing = hours.account.huawei().look(things_of_huawei).into_iter().nth(place).expect("a thing");
        // What a policy counts is read before its attachments are, and counts whoever vanishes in between.
        hours.account.huawei().change(|world| attach_to(world, &thing));
        stays(&hours, &thing).await;
        vanishes(&hours, &thing, || {
            hours.account.huawei().change(|world| delete_of_huawei(world, &thing.id));
        })
        .await;
    }
}
