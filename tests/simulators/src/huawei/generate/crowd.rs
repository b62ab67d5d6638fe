//! Draws an account of thousands of things at random, as untidy as real ones are.
//!
//! Shares of the whole: 24 % memberships, 20 % attachments, 17 % users, 12 % access keys, 9 % classic
//! assignments, 8 % MFA devices, 6 % custom policies, 3 % agencies, 1 % groups. What one user, group or
//! agency may have is kept to the cloud's quotas; how many of each an account may have is not, because
//! a benchmark wants ten times the account.

use serde_json::json;

use super::draw::{GROUPS_PER_USER, KEYS_PER_USER};
use super::mint::Mint;
use super::names::TEAMS;
use super::providers::{identity_provider, mapping};
use crate::huawei::world::{Scope, Subject, World};

/// Makes an account of so many things.
pub(super) fn account(seed: u64, things: usize) -> World {
    let mut mint = Mint::new(seed);
    let mut world = mint.account("大阳 Großanlagen", things);
    mint.settle_collector(&mut world);
    users(&mut mint, &mut world, things);
    groups(&mut mint, &mut world, things);
    for number in world.agencies.len()..things * 3 / 100 {
        let agency = mint.any_agency(number);
        world.agencies.push(agency);
    }
    for number in 1..things * 6 / 100 {
        let policy = mint.any_policy(number);
        world.policies.push(policy);
    }
    surroundings(&mut mint, &mut world, things);
    grants(&mut mint, &mut world, things);
    world
}

fn users(mint: &mut Mint, world: &mut World, things: usize) {
    for number in world.users.len()..things * 17 / 100 {
        let user = mint.any_user(number);
        world.users.push(user);
    }
    // The root user, and the two whose keys are known, are left as they are.
    let fixed = 3;
    let mut left = things * 12 / 100 - 2;
    while left > 0 {
        let at = mint.rng.usize(fixed..world.users.len());
        let user = world.users.at_mut(at);
        if user.access_keys.len() < KEYS_PER_USER {
            let age = mint.rng.u32(1..1_200);
            mint.any_key(user, age);
            left -= 1;
        }
    }
    for user in world.users.iter().filter(|user| user.login_profile.is_some()).take(things * 8 / 100) {
        let mut device = mint.mfa_device(user);
        device.set("enabled", !mint.chance(10));
        world.mfa_devices.push(device);
    }
}

fn groups(mint: &mut Mint, world: &mut World, things: usize) {
    let count = things / 100;
    for number in world.groups.len()..count {
        let name = format!("{}-{number}", mint.pick(&TEAMS));
        let description = mint.chance(85).then_some(name.as_str());
        let age = mint.rng.u32(1..1_200);
        let group = mint.group(&name, description, age);
        world.groups.push(group);
    }
    let mut belongs = vec![std::collections::BTreeSet::new(); world.users.len()];
    let mut left = things * 24 / 100;
    while left > 0 {
        // The square makes a few groups large and many small; the auditor's group stays its own.
        let share = mint.rng.f64();
        let at = (share * share * count as f64) as usize;
        let who = mint.rng.usize(3..world.users.len());
        let is_fixed = world.is_fixed(world.groups[at].object.text("group_id"));
        if !is_fixed && belongs[who].len() < GROUPS_PER_USER && belongs[who].insert(at) {
            let id = world.users[who].object.text("user_id").to_owned();
            world.groups.at_mut(at).members.push(id);
            left -= 1;
        }
    }
}

fn grants(mint: &mut Mint, world: &mut World, things: usize) {
    let admin = Subject::Group(world.groups[0].object.text("group_id").to_owned());
    for (role, scope) in [
        ("Security Administrator", Scope::Domain),
        ("Tenant Administrator", Scope::Domain),
        ("Tenant Administrator", Scope::Inherited),
    ] {
        world.assign(role, admin.clone(), scope);
    }
    while world.attachments.len() < things / 5 {
        let age = mint.rng.u32(0..900);
        mint.attach_any(world, age);
    }
    while world.classic.assignments.len() < things * 9 / 100 {
        mint.assign_any(world);
    }
}

fn surroundings(mint: &mut Mint, world: &mut World, things: usize) {
    let region = world.projects[0].text("id").to_owned();
    for at in 0..(things / 500).clamp(2, 40) {
        let name = format!("ap-southeast-1_{}{at}", mint.pick(&TEAMS));
        let project = mint.project(&name, &region);
        world.projects.push(project);
        let (id, name) = (mint.uuid(), format!("{}{at}", mint.pick(&TEAMS)));
        let status = if at % 9 == 8 { 2 } else { 1 };
        let project = mint.enterprise_project(&id, &name, status);
        world.enterprise_projects.push(project);
    }
    for at in 0..(things / 100).clamp(5, 200) {
        let statements = json!([
            {"Effect": "Allow", "Action": ["ecs:*:get*", "ecs:*:list*"], "Resource": ["ecs:*:*:instance:*"],
             "Condition": {"StringEndWith": {"g:UserName": ["-ops"]}}},
            {"Effect": "Deny", "Action": ["evs:*:delete*"]},
        ]);
        let agency = mint.pick(&world.agencies).object.text("agency_id").to_owned();
        let becoming = json!([{"Effect": "Allow", "Action": ["iam:agencies:assume"],
                               "Resource": {"uri": [format!("/iam/agencies/{agency}")]}}]);
        let (kind, statements) = if at % 5 == 0 { ("AX", becoming) } else { ("XA", statements) };
        let role = mint.custom_role(&format!("custom {at}"), kind, statements, 400);
        world.classic.roles.push(role);
    }
    federation(mint, world);
    organization(mint, world, things);
}

fn federation(mint: &mut Mint, world: &mut World) {
    world.saml_providers.push(mint.saml_provider("company", "https://login.solar.example"));
    let clients = ["sts", "deploy"];
    world.oidc_providers.push(mint.oidc_provider("pipelines", "https://ci.solar.example", &clients));
    let named = mint.pick(&world.groups).name().to_owned();
    let rules = json!([
        {"local": [{"user": {"name": "{0}"}}, {"group": {"name": named}}], "remote": [{"type": "uid"}]},
        {"local": [{"group": {"name": "gone-since-2024"}}],
         "remote": [{"type": "role", "any_one_of": ["^ops-.*$"], "regex": true}]},
    ]);
    world.classic.mappings.push(mapping("staff", rules));
    world.classic.identity_providers.push(identity_provider("login", "saml", "staff"));
}

fn organization(mint: &mut Mint, world: &mut World, things: usize) {
    let accounts: Vec<(String, usize)> =
        (0..(things / 1_000).clamp(3, 60)).map(|at| (format!("{}-{at}", TEAMS[at % 14]), at % 4)).collect();
    let accounts: Vec<(&str, usize)> = accounts.iter().map(|(name, unit)| (name.as_str(), *unit)).collect();
    let own = world.account_name().to_owned();
    let mut organization = mint.organization(&own, &["Production", "Test", "实验", "Suspended"], &accounts);
    let suspended = organization.units[3].object.text("id").to_owned();
    // A unit below a unit.
    organization.units[1].parent = organization.units[0].object.text("id").to_owned();
    let frozen = json!([{"Effect": "Deny", "Action": ["*"], "Resource": ["*"]}]);
    organization.policies.push(mint.service_control("Frozen", frozen, &[&suspended]));
    world.organization = Some(organization);
}
