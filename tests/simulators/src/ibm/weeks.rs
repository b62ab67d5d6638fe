//! Some weeks in the life of an account.
//!
//! Told about the company that [`Size::Dozen`](super::Size) with seed 1 makes; in a larger account the
//! same things happen to whoever fits the part. Each week changes the world that the week before left.

use jiff::Timestamp;

use super::generate::Mint;
use super::world::{
    ApiKey, Attribute, Group, KeyKind, LastPermit, Outage, Policy, PolicyKind, Rights, World,
};

/// One week: what happened, and when it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Week {
    /// What happened, in a few words.
    pub title: &'static str,
    /// When the account is audited, RFC 3339.
    pub date: &'static str,
    /// Makes it happen.
    pub apply: fn(&mut World),
}

const WEEK_2: &str = "2026-09-14T06:00:00Z";
const NIGHT: &str = "2026-09-24T02:47:00Z";
const WEEK_5: &str = "2026-09-28T06:00:00Z";
const WEEK_6: &str = "2026-10-05T06:00:00Z";
const WEEK_7: &str = "2026-10-12T06:00:00Z";
const WEEK_8: &str = "2026-10-19T06:00:00Z";
const WEEK_9: &str = "2026-10-26T06:00:00Z";

/// The weeks, in order; the first one finds the account as it was made.
#[must_use]
pub fn weeks() -> Vec<Week> {
    let week = |title, date, apply| Week { title, date, apply };
    vec![
        week("a first look", "2026-09-07T06:00:00Z", |_| {}),
        week("two people join", WEEK_2, joiners),
        week("a quiet week", "2026-09-21T06:00:00Z", |_| {}),
        week("an administrator is made at night", NIGHT, night_grant),
        week("a policy grows, an instance goes", WEEK_5, widened_policy),
        week("someone leaves, a key is rotated", WEEK_6, leaver),
        week("the grant is taken back, groups are tidied", WEEK_7, tidying),
        week("the auditor loses sight", WEEK_8, rights_lost),
        week("the auditor sees again", WEEK_9, rights_back),
    ]
}

fn mint(world: &World, date: &str) -> Mint {
    let now: Timestamp = date.parse().expect("the dates above are RFC 3339");
    Mint::at(world.account_id(), now)
}

fn owner(world: &World) -> String {
    world.account.text("owner_iamid").to_owned()
}

/// Where the group of this name is, or some other that is not the public one.
fn group_at(world: &World, name: &str, otherwise: usize) -> usize {
    let named = world.groups.iter().position(|group| group.object.text("name") == name);
    named.unwrap_or_else(|| otherwise.min(world.groups.len() - 1))
}

fn joiners(world: &mut World) {
    let mut mint = mint(world, WEEK_2);
    let by = owner(world);
    let domain = world.account.text("owner_userid").rsplit('@').next().unwrap_or_default().to_owned();
    let developers = group_at(world, "developers", 1);
    for (first, last) in [("Mira", "Patel"), ("Nuno", "Ferreira")] {
        let user = mint.user(first, last, &domain, 2);
        mint.join(&mut world.groups[developers], &user.object, &by, 1);
        if first == "Mira" {
            world.api_keys.push(mint.user_key("mira-laptop", &user, 0));
        }
        // The last user has the key without roles, and stays last.
        let place = world.users.len() - 1;
        world.users.insert(place, user);
    }
    policies_are_used(&mut mint, world);
}

/// Activity moves by itself, and is no change of the account.
fn policies_are_used(mint: &mut Mint, world: &mut World) {
    for policy in world.policies.iter_mut().step_by(3) {
        if let LastPermit::At(_, count) = policy.last_permit {
            policy.last_permit = LastPermit::At(mint.time(0), count + mint.rng.u64(1..50));
        }
    }
}

const GRANTED_AT_NIGHT: &str = "temporary, for the migration";

fn night_grant(world: &mut World) {
    let mut mint = mint(world, NIGHT);
    let named = world.service_ids.iter().find(|id| id.object.text("name") == "ci-deployer");
    let who =
        named.unwrap_or(&world.service_ids[world.service_ids.len() - 1]).object.text("iam_id").to_owned();
    let insider = leaver_of(world);
    let mut grant = mint
        .policy(&who, &["Administrator"], &[("serviceType", "platform_service")], &insider)
        .described(GRANTED_AT_NIGHT);
    "2026-09-24T02:13:41.318Z".clone_into(&mut grant.created_at);
    grant.last_modified_at.clone_from(&grant.created_at);
    grant.last_permit = LastPermit::Never;
    world.policies.push(grant);
}

/// Active access policies on one instance only.
fn on_one_instance(policy: &Policy) -> bool {
    policy.kind == PolicyKind::Access
        && policy.state == "active"
        && policy.rule.is_none()
        && policy.resource_value("serviceInstance").is_some()
        && policy.resource.iter().all(|attribute| attribute.operator == "stringEquals")
}

fn widened_policy(world: &mut World) {
    let mut mint = mint(world, WEEK_5);
    let by = owner(world);
    let story =
        |policy: &Policy| policy.description.as_deref() == Some("Developers look into the order database");
    let told = world.policies.iter().position(story);
    let at =
        told.or_else(|| world.policies.iter().position(on_one_instance)).expect("a policy on one instance");
    let policy = &mut world.policies[at];
    policy.resource.retain(|attribute| attribute.key != "serviceInstance");
    policy.roles = ["role:Editor", "serviceRole:Writer"]
        .map(|role| format!("crn:v1:bluemix:public:iam::::{role}"))
        .into();
    policy.last_modified_at = mint.time(2);
    policy.last_modified_by_id = by;
    let guid = instance_to_delete(world);
    world.instances.retain(|instance| instance.text("guid") != guid);
}

/// The instance of the story, or the first one that some policy names.
fn instance_to_delete(world: &World) -> String {
    let named: Vec<&str> = world
        .policies
        .iter()
        .filter(|policy| on_one_instance(policy))
        .filter_map(|policy| policy.resource_value("serviceInstance"))
        .collect();
    let story = world.instances.iter().find(|instance| instance.text("name") == "invoices");
    let other = || {
        world
            .instances
            .iter()
            .find(|instance| instance.text("state") == "active" && named.contains(&instance.text("guid")))
    };
    story.or_else(other).expect("an instance that a policy names").text("guid").to_owned()
}

/// IAM id of the one who leaves: a member of a group with a key, but not the owner nor a caller.
fn leaver_of(world: &World) -> String {
    let story = world.users.iter().find(|user| user.object.text("firstname") == "Dariusz");
    let owner = owner(world);
    let has_key = |iam_id: &str| world.api_keys.iter().any(|key| key.object.text("iam_id") == iam_id);
    let is_member = |iam_id: &str| {
        world.groups.iter().flat_map(|group| &group.members).any(|member| member.text("iam_id") == iam_id)
    };
    let fits = |iam_id: &str| {
        iam_id != owner && world.caller(iam_id).is_none() && has_key(iam_id) && is_member(iam_id)
    };
    let ids = story.into_iter().chain(&world.users).map(|user| user.object.text("iam_id"));
    { ids }.find(|iam_id| fits(iam_id)).expect("a member of a group who has a key").to_owned()
}

fn leaver(world: &mut World) {
    let mut mint = mint(world, WEEK_6);
    let who = leaver_of(world);
    world.remove_user(&who);
    rotate_key(&mut mint, world);
    policies_are_used(&mut mint, world);
}

fn rotate_key(mint: &mut Mint, world: &mut World) {
    let by = owner(world);
    let in_use = |key: &ApiKey| {
        key.kind == KeyKind::ServiceId
            && key.object.get("disabled") != Some(&true.into())
            && world.caller(key.object.text("iam_id")).is_none()
    };
    let story = world.api_keys.iter().position(|key| key.object.text("name") == "ci-deployer-key");
    let at = story.or_else(|| world.api_keys.iter().position(in_use)).expect("a key of a service ID");
    let old = &mut world.api_keys[at];
    old.object.set("disabled", true);
    old.object.set("modified_at", mint.short_time(1));
    let (name, owner) = (old.object.text("name").to_owned(), old.object.text("iam_id").to_owned());
    let owner = world
        .service_ids
        .iter()
        .find(|id| id.object.text("iam_id") == owner)
        .expect("the owner of a key")
        .clone();
    let key = mint.service_key(&format!("{name}-2026-10"), &owner, &by, 1);
    world.api_keys.push(key);
}

fn tidying(world: &mut World) {
    let mut mint = mint(world, WEEK_7);
    let by = owner(world);
    world.policies.retain(|policy| policy.description.as_deref() != Some(GRANTED_AT_NIGHT));
    let renamed = group_at(world, "finance", 1);
    let group = &mut world.groups[renamed].object;
    let name = format!("{}-and-tax", group.text("name"));
    group.set("name", name);
    group.set("last_modified_at", mint.time(1));
    group.set("last_modified_by_id", by.as_str());
    recreate_group(&mut mint, world);
}

/// Deletes a group, which deletes its policies, and makes it anew: same name, members and policies,
/// but nothing has its former id.
fn recreate_group(mint: &mut Mint, world: &mut World) {
    let by = owner(world);
    let at = group_at(world, "data-analysts", 2);
    let old = world.groups.remove(at);
    let old_id = old.object.text("id").to_owned();
    let mut new: Group = mint.group(old.object.text("name"), old.object.text("description"), &by, 1);
    for member in old.members.iter().filter(|member| member.text("membership_type") == "static") {
        let mut again = member.clone();
        again.set("created_at", mint.time(0));
        again.set("created_by_id", by.as_str());
        again.set("href", format!("{}/members/{}", new.object.text("href"), member.text("iam_id")));
        new.members.push(again);
    }
    for policy in &mut world.policies {
        if policy.subject_value("access_group_id") == Some(&old_id) {
            policy.id = mint.uuid();
            policy.subject = vec![Attribute::equals("access_group_id", new.object.text("id"))];
            policy.created_at = mint.time(0);
            policy.last_modified_at.clone_from(&policy.created_at);
            policy.last_permit = LastPermit::Never;
        }
    }
    world.groups.push(new);
}

/// Someone takes two of the collector's policies and narrows what it sees of the groups; the list of
/// network zones is refused outright.
fn rights_lost(world: &mut World) {
    let visible = world.groups.iter().step_by(2).map(|group| group.object.text("id").to_owned()).collect();
    let (mut taken, callers) = (vec![], auditors(world));
    for (at, policy) in world.policies.iter().enumerate() {
        let of_auditor = policy
            .subject_value("iam_id")
            .is_some_and(|iam_id| callers.iter().any(|caller| caller == iam_id));
        let on_services = policy.resource_value("serviceType") == Some("service");
        if of_auditor && (on_services || policy.resource_value("resourceType") == Some("resource-group")) {
            taken.push(at);
        }
    }
    for at in taken.into_iter().rev() {
        world.policies.remove(at);
    }
    let rights = Rights {
        services_viewer: false,
        resource_groups_viewer: false,
        groups_visible: Some(visible),
        ..Rights::full()
    };
    give(world, &rights);
    world.outages.push(Outage { path: "/v1/zones".to_owned(), status: 403 });
}

fn rights_back(world: &mut World) {
    let mut mint = mint(world, WEEK_9);
    let by = owner(world);
    for iam_id in auditors(world) {
        let [_, services, resource_groups, _] = mint.reading_rights(&iam_id, &by);
        for mut policy in [services, resource_groups] {
            policy.created_at = mint.time(1);
            policy.last_modified_at.clone_from(&policy.created_at);
            policy.last_permit = LastPermit::Never;
            world.policies.push(policy);
        }
    }
    give(world, &Rights::full());
    world.outages.clear();
}

/// IAM ids of the collector's service ID and profile.
fn auditors(world: &World) -> Vec<String> {
    world
        .callers
        .iter()
        .filter(|caller| caller.sub_type.is_some())
        .map(|caller| caller.iam_id.clone())
        .collect()
}

fn give(world: &mut World, rights: &Rights) {
    for caller in world.callers.iter_mut().filter(|caller| caller.sub_type.is_some()) {
        caller.rights = rights.clone();
    }
}

#[cfg(test)]
mod tests;
