//! Some weeks in the life of an account.
//!
//! Told about the company that [`Size::Dozen`](super::Size) with seed 1 makes; in a larger account the
//! same things happen to whoever fits the part. Each week changes the world that the week before left.

use jiff::Timestamp;
use serde_json::json;

use super::generate::{AUDITOR_POLICY, AUDITORS_GROUP, Mint, account_root, document, trust};
use super::world::{
    Agency, AgencyKind, COLLECTOR_ACCESS_KEY, Entity, Policy, Rights, Scope, Subject, User, World,
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
const WEEK_9: &str = "2026-10-26T06:00:00Z";

/// The weeks, in order; the first one finds the account as it was made.
#[must_use]
pub fn weeks() -> Vec<Week> {
    let week = |title, date, apply| Week { title, date, apply };
    vec![
        week("a first look", "2026-09-07T06:00:00Z", |_| {}),
        week("someone joins a group", WEEK_2, joiner),
        week("a quiet week", "2026-09-21T06:00:00Z", |_| {}),
        week("a policy grows at night", NIGHT, night_version),
        week("an administrator is made, an agency is opened", WEEK_5, direct_administrator),
        week("someone leaves, a key is made", WEEK_6, leaver),
        week("a policy moves, an administrator loses the second factor", WEEK_7, other_route),
        week("the auditor is refused the classic lists", "2026-10-19T06:00:00Z", sight_lost),
        week("the auditor sees again, the organization draws a line", WEEK_9, sight_back),
    ]
}

fn mint(world: &World, date: &str) -> Mint {
    let now: Timestamp = date.parse().expect("the dates above are RFC 3339");
    Mint::at(world.account_id(), now)
}

/// Id of the user of this name, or of the first other one who fits.
fn user_fit(world: &World, name: &str, fits: impl Fn(&User) -> bool) -> String {
    let story = world.users.iter().filter(|user| user.name() == name);
    let found = story.chain(&world.users).find(|user| {
        let id = user.object.text("user_id");
        !world.is_fixed(id) && fits(user)
    });
    found.expect("a user who fits the part").object.text("user_id").to_owned()
}

/// Where the group of this name is, or some other that is not for administrators or auditors.
fn group_at(world: &World, name: &str) -> usize {
    let named = world.groups.iter().position(|group| group.name() == name);
    named.unwrap_or(2)
}

fn joiner(world: &mut World) {
    let mut mint = mint(world, WEEK_2);
    let mut user = mint.person("noor.haddad", "Noor Haddad, inverters", "baia-solar.example", 3);
    user.last_login_at = Some(mint.time(1));
    let device = mint.mfa_device(&user);
    world.mfa_devices.push(device);
    let group = group_at(world, "developers");
    world.groups.at_mut(group).members.push(user.object.text("user_id").to_owned());
    world.users.push(user);
    people_work(&mut mint, world);
}

/// Activity moves by itself, and is no change of the account.
fn people_work(mint: &mut Mint, world: &mut World) {
    for user in world.users.each_mut() {
        if user.is_enabled() && user.last_login_at.is_some() && mint.chance(60) {
            user.last_login_at = Some(mint.time(0));
        }
        for key in &mut user.access_keys {
            let is_auditor = key.id() == COLLECTOR_ACCESS_KEY;
            let is_in_use = key.last_used_at.is_some() && key.object.text("status") == "active";
            // The auditor comes every week.
            if is_in_use && (mint.chance(60) || is_auditor) {
                key.last_used_at = Some(mint.time(0));
            }
        }
    }
}

const READS_IAM: &str = "iam:*:get*";

/// The policy of the story, or the first custom one that somebody has.
fn policy_to_widen(world: &World) -> String {
    let in_use = |policy: &&Policy| {
        let id = policy.object.text("policy_id");
        policy.is_custom() && policy.name() != AUDITOR_POLICY && !world.attachments.of_policy(id).is_empty()
    };
    let reads = |policy: &&Policy| {
        policy.default_version().is_some_and(|version| version.text("document").contains(READS_IAM))
    };
    let all = || world.policies.iter().filter(in_use);
    let story = all().find(|policy| policy.name() == "ReviewOfIdentities");
    let found = story.or_else(|| all().find(reads)).or_else(|| all().next());
    found.expect("a policy in use").object.text("policy_id").to_owned()
}

fn night_version(world: &mut World) {
    let mut mint = mint(world, NIGHT);
    let id = policy_to_widen(world);
    let policy = world.policies.with_id_mut(&id).expect("a policy that was just found");
    let former = policy.default_version().map(|version| version.text("document").to_owned());
    let widened = match former {
        Some(text) if text.contains(READS_IAM) => text.replace(READS_IAM, "iam:*:*"),
        _ => document(json!([{"Effect": "Allow", "Action": ["iam:*:*"]}])),
    };
    mint.new_version(policy, &widened, 0);
    let at_night = "2026-09-24T02:13:41.318Z";
    policy.versions[0].set("created_at", at_night);
    policy.object.set("updated_at", at_night);
}

/// The account that the agency is opened to.
pub const INTRUDER_ACCOUNT: &str = "bad0c0de1e5511e5bad0c0de1e5511e5";

fn direct_administrator(world: &mut World) {
    let mut mint = mint(world, WEEK_5);
    let policy = world.policy_named("AdministratorAccessPolicy");
    let fits = |user: &User| {
        let entity = Entity::User(user.object.text("user_id").to_owned());
        user.is_enabled()
            && world.attachments.of(&entity).iter().all(|attachment| attachment.policy_id != policy)
    };
    let who = user_fit(world, "carla.mendes", fits);
    let time = mint.time(1);
    world.attachments.attach(&policy, Entity::User(who), &time);
    open_agency(world);
}

fn open_agency(world: &mut World) {
    let own = account_root(world.account_id());
    let trusts_own = |agency: &Agency| {
        let text = agency.object.text("trust_policy");
        agency.kind() == AgencyKind::Trust && text.contains(&own) && !text.contains("NotPrincipal")
    };
    let story = world.agencies.iter().position(|agency| agency.name() == "break-glass");
    let at = story.or_else(|| world.agencies.iter().position(trusts_own)).expect("an agency of our own");
    let opened = trust(json!({"IAM": [own, account_root(INTRUDER_ACCOUNT)]}), None);
    world.agencies.at_mut(at).object.set("trust_policy", opened);
}

fn leaver(world: &mut World) {
    let mut mint = mint(world, WEEK_6);
    let is_member = |user: &User| world.groups_of(user.object.text("user_id")).next().is_some();
    let fits = |user: &User| is_member(user) && !user.access_keys.is_empty() && user.is_enabled();
    let gone = user_fit(world, "sven.olsson", fits);
    world.remove_user(&gone);
    let who = user_fit(world, "amara.diallo", |user| user.is_enabled() && user.access_keys.is_empty());
    if let Some(user) = world.users.with_id_mut(&who) {
        mint.access_key(user, "to try something", 2, None);
    }
    people_work(&mut mint, world);
}

/// Two things on one day: a policy goes to a new group of the same people, and an administrator's
/// device is taken away.
fn other_route(world: &mut World) {
    let mut mint = mint(world, WEEK_7);
    let has_both = |at: &usize| {
        let group = &world.groups[*at];
        let id = group.object.text("group_id");
        let entity = Entity::Group(id.to_owned());
        !world.is_fixed(id) && !group.members.is_empty() && !world.attachments.of(&entity).is_empty()
    };
    let story = group_at(world, "data-analysts");
    let at =
        std::iter::once(story).chain(0..world.groups.len()).find(has_both).expect("a group with a policy");
    let old = world.groups[at].clone();
    let from = Entity::Group(old.object.text("group_id").to_owned());
    let policy = world.attachments.of(&from)[0].policy_id.clone();
    let mut new = mint.group(&format!("{}-readers", old.name()), Some("Split off for the review"), 1);
    new.members = old.members;
    let to = Entity::Group(new.object.text("group_id").to_owned());
    world.groups.push(new);
    world.attachments.detach(&policy, &from);
    let time = mint.time(1);
    world.attachments.attach(&policy, to, &time);
    lose_second_factor(world);
}

fn lose_second_factor(world: &mut World) {
    let of_administrator = |at: &usize| {
        let device = &world.mfa_devices[*at];
        let owner = device.text("user_id");
        device.get("enabled") == Some(&true.into())
            && !world.is_fixed(owner)
            && world.groups[0].members.iter().any(|member| member == owner)
    };
    let of_story = |at: &usize| {
        let owner = world.users.with_id(world.mfa_devices[*at].text("user_id"));
        owner.is_some_and(|user| user.name() == "amara.diallo")
    };
    let places = || 0..world.mfa_devices.len();
    let at = places().find(of_story).or_else(|| places().find(of_administrator));
    let device = world.mfa_devices.remove(at.expect("an administrator with a device"));
    let owner = world.users.with_id_mut(device.text("user_id"));
    if let Some(protect) = owner.and_then(|user| user.login_protect.as_mut()) {
        protect.set("enabled", false);
    }
}

/// Someone takes the classic roles of the auditor's group away.
fn sight_lost(world: &mut World) {
    let group = auditors(world);
    world.classic.assignments.retain(|assignment| assignment.subject != group);
    give(world, &Rights { v3: false, ..Rights::full() });
}

fn sight_back(world: &mut World) {
    let group = auditors(world);
    for role in ["IAM ReadOnlyAccess", "Tenant Guest"] {
        world.assign(role, group.clone(), Scope::Domain);
    }
    give(world, &Rights::full());
    let mut mint = mint(world, WEEK_9);
    let own = world.account_id().to_owned();
    let organization = world.organization.as_mut().expect("an account of an organization");
    let unit = organization.accounts.iter().find(|node| node.object.text("id") == own);
    let unit = unit.map(|node| node.parent.clone()).unwrap_or_default();
    let statements = json!([{
        "Sid": "NoNewUsers", "Effect": "Deny",
        "Action": ["iam:users:createUserV5", "iam:credentials:createCredentialV5", "iam::set*"],
        "Resource": ["*"],
    }]);
    organization.policies.push(mint.service_control("NoNewUsers", statements, &[&unit]));
}

fn auditors(world: &World) -> Subject {
    let found = world.groups.iter().find(|group| group.name() == AUDITORS_GROUP);
    Subject::Group(found.expect("the auditor's group").object.text("group_id").to_owned())
}

/// Shows the auditor so much, by key and by agency.
fn give(world: &mut World, rights: &Rights) {
    let own = world.account_id().to_owned();
    let auditor = world.callers[0].principal_id.clone();
    for caller in &mut world.callers {
        if caller.account_id == own && caller.principal_id == auditor {
            caller.rights = rights.clone();
        }
    }
    for assumable in &mut world.assumable {
        assumable.rights = rights.clone();
    }
}

#[cfg(test)]
mod tests;
