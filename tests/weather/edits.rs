//! What administrators do that a week of changes at random does not: groups come with grants and go, settings change.

use fastrand::Rng;
use simulators::{
    huawei::{
        self,
        world::{Entity, Subject},
    },
    ibm,
};

/// How groups are called that come and go.
const NAME: &str = "weathermen";

/// Changes an account on IBM Cloud.
pub fn edit_ibm(world: &mut ibm::World, rng: &mut Rng) {
    match rng.u32(0..3) {
        0 => new_ibm_group(world, rng),
        1 => {
            let ours = world.groups.iter().find(|group| group.object.text("name").starts_with(NAME));
            let Some(id) = ours.map(|group| group.object.text("id").to_owned()) else { return };
            world.groups.retain(|group| group.object.text("id") != id);
            world.policies.retain(|policy| policy.subject_value("access_group_id") != Some(&id));
        }
        _ => {
            let settings = &mut world.group_settings;
            let is_public = settings.get("public_access_enabled") == Some(&true.into());
            settings.set("public_access_enabled", !is_public);
        }
    }
}

/// Makes a group like one that is there, whose members may administer everything.
fn new_ibm_group(world: &mut ibm::World, rng: &mut Rng) {
    let id = format!("AccessGroupId-{}", hex(rng));
    let Some(mut group) = world.groups.iter().skip(1).find(|group| !group.members.is_empty()).cloned() else {
        return;
    };
    let Some(mut policy) =
        world.policies.iter().find(|policy| policy.subject_value("access_group_id").is_some()).cloned()
    else {
        return;
    };
    group.object.set("id", id.as_str());
    group.object.set("name", format!("{NAME} {}", hex(rng)));
    for subject in policy.subject.iter_mut().filter(|subject| subject.key == "access_group_id") {
        subject.value = id.as_str().into();
    }
    policy.id = hex(rng);
    policy.roles = vec!["crn:v1:bluemix:public:iam::::role:Administrator".to_owned()];
    world.groups.push(group);
    world.policies.push(policy);
}

/// Changes an account on Huawei Cloud.
pub fn edit_huawei(world: &mut huawei::World, rng: &mut Rng) {
    match rng.u32(0..3) {
        0 => new_huawei_group(world, rng),
        1 => {
            let ours = world.groups.iter().find(|group| group.name().starts_with(NAME));
            let Some(id) = ours.map(|group| group.object.text("group_id").to_owned()) else { return };
            world.groups.remove(&id);
            world.attachments.detach_all(&Entity::Group(id.clone()));
            world.classic.assignments.retain(|assignment| assignment.subject != Subject::Group(id.clone()));
        }
        _ => world.password_policy.set("minimum_password_length", rng.u64(8..30)),
    }
}

/// Makes a group like one that is there, with a policy attached.
fn new_huawei_group(world: &mut huawei::World, rng: &mut Rng) {
    let id = hex(rng);
    let Some(mut group) = world.groups.iter().find(|group| !group.members.is_empty()).cloned() else {
        return;
    };
    let name = format!("{NAME} {}", hex(rng));
    let urn = group.object.text("urn").replace(group.name(), &name);
    group.object.set("group_id", id.as_str());
    group.object.set("group_name", name);
    group.object.set("urn", urn);
    world.groups.push(group);
    let policy = world.attachments.iter().next().map(|one| (one.policy_id.clone(), one.attached_at.clone()));
    if let Some((policy, attached_at)) = policy {
        world.attachments.attach(&policy, Entity::Group(id), &attached_at);
    }
}

fn hex(rng: &mut Rng) -> String {
    format!("{:016x}{:016x}", rng.u64(..), rng.u64(..))
}
