//! A maker of solar panels with twelve people: small enough to be read whole.

mod federation;
mod grants;

use serde_json::json;

use super::mint::Mint;
use super::people::tag;
use crate::huawei::world::{Object, World};

const DOMAIN: &str = "baia-solar.example";

/// Name of the user, the person behind it, days since it was made.
const PEOPLE: [(&str, &str, u32); 12] = [
    ("zhang.wei", "张伟, runs the platform", 1_200),
    ("amara.diallo", "Amara Diallo, runs the platform", 1_100),
    ("joão.pinto", "João Pinto, inverters", 800),
    ("lin.mei", "林美, inverters", 640),
    ("tomasz.nowak", "Tomasz Nowak, data", 610),
    ("priya.raman", "Priya Raman, security", 500),
    ("sven.olsson", "Sven Olsson, operations", 480),
    ("yuki.sato", "佐藤 有希, finance", 410),
    ("carla.mendes", "Carla Mendes, operations", 300),
    ("李娜", "data", 220),
    ("dmitri", "contractor until March", 200),
    ("Ana Sofia", "Ana Sofia Lopes, support", 60),
];

/// Who is in which group.
const GROUPS: [(&str, Option<&str>, &[&str]); 7] = [
    ("developers", Some("Build the firmware"), &["joão.pinto", "lin.mei", "tomasz.nowak", "deploy-bot"]),
    ("operators", Some("Keep the parks running"), &["sven.olsson", "carla.mendes", "lin.mei", "backup-bot"]),
    ("data-analysts", Some("读取遥测数据"), &["tomasz.nowak", "李娜"]),
    ("security", Some("Look after the others"), &["priya.raman"]),
    ("finance", Some(""), &["yuki.sato", "Ana Sofia"]),
    ("partners (via SSO)", Some("Whoever the installer sends"), &[]),
    ("contractors", None, &["dmitri"]),
];

/// Makes the company.
pub(super) fn company(seed: u64) -> World {
    let mut mint = Mint::new(seed);
    let mut world = mint.account("baia-solar", 0);
    people(&mut mint, &mut world);
    machines(&mut mint, &mut world);
    mint.settle_collector(&mut world);
    groups(&mut mint, &mut world);
    places(&mut mint, &mut world);
    grants::identity_policies(&mut mint, &mut world);
    federation::agencies(&mut mint, &mut world);
    federation::providers(&mut mint, &mut world);
    grants::classic_roles(&mut mint, &mut world);
    organization(&mut mint, &mut world);
    world
}

/// Id of the user with this name.
fn user_id(world: &World, name: &str) -> String {
    let found = world.users.iter().find(|user| user.name() == name);
    found.expect("a known user").object.text("user_id").to_owned()
}

/// Id of the group with this name.
fn group_id(world: &World, name: &str) -> String {
    let found = world.groups.iter().find(|group| group.name() == name);
    found.expect("a known group").object.text("group_id").to_owned()
}

fn people(mint: &mut Mint, world: &mut World) {
    for (name, description, age) in PEOPLE {
        let mut user = mint.person(name, description, DOMAIN, age);
        match name {
            "zhang.wei" => mint.access_key(&mut user, "laptop", 45, Some(0)),
            "amara.diallo" => user.tags.push(tag("on-call", "yes")),
            "joão.pinto" => mint.access_key(&mut user, "terraform", 420, Some(2)),
            "tomasz.nowak" => {
                mint.access_key(&mut user, "notebook", 200, Some(15));
                mint.access_key(&mut user, "notebook, the new one", 10, None);
                user.access_keys[0].object.set("status", "inactive");
            }
            "sven.olsson" => mint.access_key(&mut user, "", 470, Some(130)),
            "yuki.sato" => {
                user.object.set("enabled", false);
                mint.access_key(&mut user, "invoices", 400, Some(180));
                user.last_login_at = Some(mint.time(180));
            }
            "dmitri" => {
                user.last_login_at = None;
                user.login_protect = None;
                let profile = user.login_profile.as_mut().expect("a person has a password");
                profile.set("password_reset_required", true);
                profile.set("password_expires_at", "2026-03-31T22:00:00Z");
                user.classic.set("password_expires_at", "2026-03-31T22:00:00.000000");
            }
            "Ana Sofia" => user.tags.push(tag("desk", "窓口")),
            "priya.raman" => {
                user.login_protect.as_mut().expect("a person is protected").set("verification_method", "sms");
            }
            _ => {}
        }
        let with_device = ["zhang.wei", "amara.diallo", "joão.pinto", "priya.raman", "yuki.sato"];
        if with_device.contains(&name) {
            let mut device = mint.mfa_device(&user);
            device.set("enabled", name != "joão.pinto");
            world.mfa_devices.push(device);
        }
        world.users.push(user);
    }
    let root = mint.mfa_device(&world.users[0]);
    world.mfa_devices.push(root);
}

fn machines(mint: &mut Mint, world: &mut World) {
    for (name, description, used) in [("deploy-bot", "Rolls out firmware", Some(0)), ("backup-bot", "", None)]
    {
        let mut user = mint.user(name, 700);
        user.object.set("description", description);
        mint.access_key(&mut user, "pipeline", 690, used);
        user.tags.push(tag("team", "inverters"));
        user.tags.push(tag("empty", ""));
        world.users.push(user);
    }
}

fn groups(mint: &mut Mint, world: &mut World) {
    for (name, description, members) in GROUPS {
        let mut group = mint.group(name, description, 900);
        group.members = members.iter().map(|member| user_id(world, member)).collect();
        world.groups.push(group);
    }
    let administrators = ["zhang.wei", "amara.diallo"].map(|name| user_id(world, name));
    world.groups.at_mut(0).members.extend(administrators);
}

fn places(mint: &mut Mint, world: &mut World) {
    let region = world.projects[1].text("id").to_owned();
    world.projects.push(mint.project("ap-southeast-3_parks", &region));
    let mut closed = mint.project("ap-southeast-3_试点", &region);
    closed.set("enabled", false);
    world.projects.push(closed);
    for (name, status) in [("solar-parks", 1), ("workshop", 2)] {
        let id = mint.uuid();
        let project = mint.enterprise_project(&id, name, status);
        world.enterprise_projects.push(project);
    }
}

fn organization(mint: &mut Mint, world: &mut World) {
    let accounts = [("baia-solar-sandbox", 1), ("baia-solar-archive", 1)];
    let mut organization = mint.organization("baia-solar", &["Production", "Sandbox"], &accounts);
    let root = organization.root.text("id").to_owned();
    let sandbox = organization.units[1].object.text("id").to_owned();
    let mut archive = Object::default();
    if let Some(node) = organization.accounts.last_mut() {
        node.object.set("status", "pending_closure");
        node.tags.push(Object::new(json!({"key": "owner", "value": "財務"})));
        archive = node.object.clone();
    }
    let stay = json!([{"Sid": "Stay", "Effect": "Deny", "Action": ["organizations:organizations:leave"], "Resource": ["*"]}]);
    organization.policies.push(mint.service_control("StayInTheOrganization", stay, &[&root]));
    let regions = json!([{
        "Effect": "Deny", "NotAction": ["iam:*:*", "sts:*:*", "organizations:*:*"],
        "Condition": {"StringNotEquals": {"g:RequestedRegion": ["ap-southeast-1", "ap-southeast-3"]}},
    }]);
    let only_here = mint.service_control("OnlyOurRegions", regions, &[&sandbox, archive.text("id")]);
    organization.policies.push(only_here);
    organization.policies.push(mint.tag_policy("CostCentre", "cost-centre", &[&root]));
    world.organization = Some(organization);
}
