//! Draws an account of thousands of things at random, as untidy as real ones are.
//!
//! Shares of the whole: 40 % policies, 25 % memberships, 17 % users, 7 % API keys, 5 % instances,
//! 4.5 % service IDs, 1 % groups, 0.5 % profiles. A collector makes two calls per group and three per
//! profile, so these two stay few, as they are in real accounts; IBM's own limits on how many of each
//! an account may have are not kept, because a benchmark wants ten times the account.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::catalogue;
use super::mint::Mint;
use super::names::{FIRST, JOBS, LAST, REGIONS, TEAMS};
use super::settings::{effective, identity};
use crate::ibm::world::{Object, User, World};

const STATES: [(&str, u32); 8] = [
    ("ACTIVE", 920),
    ("PENDING", 20),
    ("SUSPENDED", 25),
    ("PROCESSING", 10),
    ("DISABLED_CLASSIC_INFRASTRUCTURE", 10),
    ("VPN_ONLY", 5),
    ("IAMID_INVALID", 8),
    ("AWAITING_REVIEW", 2),
];

const INSTANCE_STATES: [(&str, u32); 7] = [
    ("active", 850),
    ("provisioning", 30),
    ("inactive", 30),
    ("failed", 15),
    ("pending_reclamation", 40),
    ("removed", 30),
    ("pre_provisioning", 5),
];

/// Makes an account of so many things.
pub(super) fn account(seed: u64, things: usize) -> World {
    let mut mint = Mint::new(seed);
    let users = (0..things * 17 / 100).map(|_| mint.any_user()).collect();
    let mut world = mint.account("Große Spedition 大手運送", users);
    world.users[0].object.set("state", "ACTIVE");
    mint.settle_collector(&mut world);
    containers(&mut mint, &mut world, things);
    machines(&mut mint, &mut world, things);
    profiles(&mut mint, &mut world, things / 200);
    groups(&mut mint, &mut world, things);
    instances(&mut mint, &mut world, things / 20);
    for _ in 0..things * 2 / 5 - world.policies.len() {
        let policy = mint.any_policy(&world);
        world.policies.push(policy);
    }
    surroundings(&mut mint, &mut world);
    world
}

fn weighted(mint: &mut Mint, choices: &[(&'static str, u32)]) -> &'static str {
    let mut left = mint.rng.u32(0..choices.iter().map(|(_, weight)| weight).sum());
    for (choice, weight) in choices {
        if left < *weight {
            return choice;
        }
        left -= weight;
    }
    choices[0].0
}

impl Mint {
    /// A user with any of the blemishes that real ones have.
    pub(crate) fn any_user(&mut self) -> User {
        let (first, last) = (*self.pick(&FIRST), *self.pick(&LAST));
        let age = self.rng.u32(1..1500);
        let mut user = self.user(first, last, "spedition.example", age);
        let state = weighted(self, &STATES);
        user.object.set("state", state);
        match self.rng.u32(0..100) {
            0..15 => user.object.set("phonenumber", Value::Null),
            15..25 => drop(user.object.remove("phonenumber")),
            25..27 => user.object.set("lastname", Value::Null),
            27 => drop(user.object.remove("added_on")),
            28 => user.object.set("iam_id", format!("SL-{}", self.rng.u32(1_000_000..9_999_999))),
            29 => user.object.set("photo", ""),
            30 => user.object.set("sponsor", json!({"iam_id": self.person(), "until": Value::Null})),
            _ => {}
        }
        if user.object.text("iam_id").starts_with("SL-") {
            user.object.set("realm", "SL");
        }
        if self.chance(5) {
            user.settings.set("allowed_ip_addresses", "203.0.113.0/24");
        }
        user
    }

    /// The name of a job of some team.
    pub(crate) fn any_name(&mut self) -> String {
        format!("{}-{}-{}", self.pick(&TEAMS), self.pick(&JOBS), self.rng.u32(1..10_000))
    }

    /// Someone who may be put into a group.
    pub(crate) fn any_principal(&mut self, world: &World) -> Object {
        match self.rng.u32(0..100) {
            0..12 => self.pick(&world.service_ids).object.clone(),
            12..16 => self.pick(&world.profiles).object.clone(),
            _ => self.pick(&world.users).object.clone(),
        }
    }

    /// An instance of any service, in any state.
    pub(crate) fn any_instance(&mut self, world: &World) -> Object {
        let services: Vec<&str> = catalogue::instance_services().collect();
        let (service, region) = (*self.pick(&services), *self.pick(&REGIONS));
        let resource_group = self.pick(&world.resource_groups).text("id").to_owned();
        let creator = self.pick(&world.users).object.text("iam_id").to_owned();
        let name = self.any_name();
        let mut instance = self.instance(service, &name, region, &resource_group, &creator);
        let state = weighted(self, &INSTANCE_STATES);
        instance.set("state", state);
        match self.rng.u32(0..100) {
            0..5 => drop(instance.remove("updated_by")),
            5..8 => drop(instance.remove("region_id")),
            8..10 => instance.set("resource_group_id", Value::Null),
            10..12 => instance.set("created_by", ""),
            12 => instance.set("sub_type", "kms"),
            _ => {}
        }
        instance
    }
}

fn containers(mint: &mut Mint, world: &mut World, things: usize) {
    let creator = world.account.text("owner_iamid").to_owned();
    for team in TEAMS {
        world.resource_groups.push(mint.resource_group(team, false));
    }
    world.resource_groups[3].remove("created_at");
    for team in TEAMS.iter().take((things / 2_000).clamp(3, 12)) {
        let group = mint.service_id_group(team, &creator);
        world.service_id_groups.push(group);
    }
}

fn machines(mint: &mut Mint, world: &mut World, things: usize) {
    let creator = world.account.text("owner_iamid").to_owned();
    let groups: Vec<String> =
        world.service_id_groups.iter().map(|group| group.text("id").to_owned()).collect();
    for _ in world.service_ids.len()..things * 45 / 1_000 {
        let name = mint.any_name();
        let group = mint.chance(40).then(|| mint.pick(&groups).clone());
        let age = mint.rng.u32(1..1200);
        let mut service_id = mint.service_id(&name, &format!("Runs {name}"), group.as_deref(), age);
        match mint.rng.u32(0..20) {
            0 => drop(service_id.object.remove("description")),
            1 => service_id.object.set("description", Value::Null),
            2 => service_id.object.set("locked", true),
            3 => {
                let crns: Vec<String> = (0..8)
                    .map(|_| mint.crn("cloud-object-storage", "bucket", &"very-long-name-".repeat(12)))
                    .collect();
                service_id.object.set("unique_instance_crns", json!(crns));
            }
            _ => {}
        }
        world.service_ids.push(service_id);
    }
    for _ in world.api_keys.len()..things * 7 / 100 {
        let name = mint.any_name();
        let age = mint.rng.u32(1..1200);
        let mut key = if mint.chance(45) {
            let owner = mint.pick(&world.users).clone();
            mint.user_key(&name, &owner, age)
        } else {
            let owner = mint.pick(&world.service_ids).clone();
            mint.service_key(&name, &owner, &creator, age)
        };
        match mint.rng.u32(0..20) {
            0 => key.object.set("disabled", true),
            1 => key.object.set("locked", true),
            2 => key.object.set("expires_at", "2026-08-15T00:00+0000"),
            3 => key.object.set("expires_at", "2027-03-01T12:30+0000"),
            4 => drop(key.object.remove("disabled")),
            5 => drop(key.object.remove("description")),
            6 => key.object.set("action_when_leaked", "delete"),
            7 => key.object.set("created_at", Value::Null),
            _ => {}
        }
        world.api_keys.push(key);
    }
}

fn profiles(mint: &mut Mint, world: &mut World, count: usize) {
    for at in world.profiles.len()..count {
        let mut profile = mint.profile(&format!("profile-{at}"), "");
        if mint.chance(60) {
            profile.rules.push(mint.saml_rule("staff", "https://idp.spedition.example/saml", "staff"));
        }
        if mint.chance(40) {
            let kind = *mint.pick(&["VSI", "IKS_SA", "ROKS_SA", "BMS", "PVS", "QUANTUM"]);
            let group = mint.pick(&world.resource_groups).text("id").to_owned();
            profile.rules.push(mint.compute_rule("workers", kind, &group));
        }
        if mint.chance(40) {
            let target = json!({"crn": mint.crn("is", "instance", "02b7_worker"), "namespace": "default", "name": "sa"});
            profile.links.push(mint.link("ROKS_SA", target));
            profile
                .links
                .push(mint.link("CE", json!({"component_type": "job", "component_name": "nightly"})));
        }
        if mint.chance(60) {
            profile.identities.push(identity(&mint.pick(&world.users).object.clone(), "by name"));
        }
        if mint.chance(25) {
            let foreign = format!("ServiceId-{}", mint.uuid());
            profile.identities.push(Object::new(json!({
                "iam_id": format!("iam-{foreign}"), "identifier": foreign, "type": "serviceid",
            })));
        }
        if mint.chance(8) {
            profile.object.set("template_id", "ProfileTemplate-5d2a");
            profile.object.set("assignment_id", "TemplateAssignment-77c1");
        }
        world.profiles.push(profile);
    }
}

fn groups(mint: &mut Mint, world: &mut World, things: usize) {
    let creator = world.account.text("owner_iamid").to_owned();
    let count = things / 100;
    let mut seen: HashSet<(usize, String)> = HashSet::new();
    for at in world.groups.len()..count {
        let name = format!("{}-{at}", mint.pick(&TEAMS));
        let mut group = mint.group(&name, &format!("Team {name}"), &creator, 600);
        match mint.rng.u32(0..20) {
            0 => drop(group.object.remove("description")),
            1 => group.object.set("description", Value::Null),
            2..5 => mint.dynamic_rule(
                &mut group,
                "by department",
                "https://idp.spedition.example/saml",
                "department",
                &name,
            ),
            _ => {}
        }
        world.groups.push(group);
    }
    let mut left = things / 4;
    while left > 0 {
        // The square makes a few groups large and many small; group 0 is the public one.
        let share = mint.rng.f64();
        let at = 1 + (share * share * count.saturating_sub(1) as f64) as usize;
        let at = at.min(count - 1);
        let who = mint.any_principal(world);
        if seen.insert((at, who.text("iam_id").to_owned())) {
            let age = mint.rng.u32(0..600);
            mint.join(&mut world.groups[at], &who, &creator, age);
            fray_member(mint, &mut world.groups[at].members);
            left -= 1;
        }
    }
}

fn fray_member(mint: &mut Mint, members: &mut [Object]) {
    let Some(member) = members.last_mut() else { return };
    match mint.rng.u32(0..50) {
        0..4 if member.text("type") == "user" => member.set("membership_type", "dynamic"),
        4 => {
            member.set("iam_id", format!("iam-ServiceId-{}", mint.uuid()));
            member.set("type", "service");
        }
        5 => drop(member.remove("created_at")),
        6 => member.set("created_by_id", Value::Null),
        _ => {}
    }
}

fn instances(mint: &mut Mint, world: &mut World, count: usize) {
    for _ in 0..count {
        let instance = mint.any_instance(world);
        world.instances.push(instance);
    }
}

fn surroundings(mint: &mut Mint, world: &mut World) {
    let by = world.account.text("owner_iamid").to_owned();
    for at in 0..10 {
        let addresses: Vec<Value> = (0..at * 3)
            .map(|host| json!({"type": "ipAddress", "value": format!("203.0.113.{host}")}))
            .collect();
        let zone = mint.zone(&format!("zone-{at}"), &by, json!(addresses));
        world.zones.push(zone);
    }
    for service in catalogue::instance_services().chain(["iam-identity"]) {
        let zone = mint.pick(&world.zones).text("id").to_owned();
        let mut rule = mint.restriction(&format!("Only from there to {service}"), &by, &zone, service);
        rule.set("enforcement_mode", *mint.pick(&["enabled", "disabled", "report"]));
        world.restrictions.push(rule);
    }
    for service in ["cloud-object-storage", "kms", "logs", "is"] {
        let role = mint.custom_role(
            &format!("Looker{}", service.len()),
            "Looker",
            service,
            &[&format!("{service}.object.get")],
            &by,
        );
        world.custom_roles.push(role);
    }
    let exempt: Vec<Value> = (0..3)
        .map(|_| json!({"iam_id": mint.pick(&world.users).object.text("iam_id"), "mfa": "NONE"}))
        .collect();
    world.identity_settings.set("user_mfa", json!(exempt));
    // The interface documents them for every account.
    world.effective_settings = Some(effective(&world.identity_settings));
}
