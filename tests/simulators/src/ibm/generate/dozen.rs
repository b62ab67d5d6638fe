//! A haulier with twelve people: the account of the demonstration, small enough to be read whole.

mod grants;

use serde_json::{Value, json};

use super::mint::Mint;
use super::names;
use super::settings::{effective, identity};
use crate::ibm::world::{Group, Object, World};

const DOMAIN: &str = "lindqvist-freight.example";
const PROVIDER: &str = "https://login.lindqvist-freight.example/saml";

/// An account of another company, whose identities turn up in this one.
const PARTNER_ACCOUNT: &str = "b71ac2564ef0b98f1032d189795994dc";

/// Makes the company.
pub(super) fn company(seed: u64) -> World {
    let mut mint = Mint::new(seed);
    let people = (0..12)
        .map(|at| mint.user(names::FIRST[at], names::LAST[at], DOMAIN, [900, 240, 30][at / 4]))
        .collect();
    let mut world = mint.account("Lindqvist Freight", people);
    mint.settle_collector(&mut world);
    fray_people(&mut mint, &mut world);
    machines(&mut mint, &mut world);
    keys(&mut mint, &mut world);
    resources(&mut mint, &mut world);
    profiles(&mut mint, &mut world);
    groups(&mut mint, &mut world);
    grants::access_policies(&mut mint, &mut world);
    grants::authorizations(&mut mint, &mut world);
    restrictions(&mut mint, &mut world);
    finish(&mut mint, &mut world);
    world
}

fn person<'a>(world: &'a World, first: &str) -> &'a Object {
    world
        .users
        .iter()
        .map(|user| &user.object)
        .find(|user| user.text("firstname") == first)
        .expect("a known person")
}

fn owner(world: &World) -> String {
    world.account.text("owner_iamid").to_owned()
}

fn fray_people(mint: &mut Mint, world: &mut World) {
    for user in &mut world.users {
        match user.object.text("firstname") {
            "Grace" => user.object.set("state", "SUSPENDED"),
            "Ines" => user.object.set("state", "PENDING"),
            "Jonas" => user.object.set("phonenumber", Value::Null),
            "Emeka" => user.settings.set("allowed_ip_addresses", "198.51.100.0/24,203.0.113.7"),
            "Hiroshi" => {
                user.object.set("linked_accounts", json!([{"origin": "classic", "id": mint.rng.u32(..)}]))
            }
            "Katarína" => {
                user.object.set("realm", "SL");
                let id = format!("SL-{}", mint.rng.u32(1_000_000..9_999_999));
                user.object.set("iam_id", id);
                user.object.remove("phonenumber");
            }
            _ => {}
        }
    }
}

fn machines(mint: &mut Mint, world: &mut World) {
    let creator = owner(world);
    let pipelines = mint.service_id_group("pipelines", &creator);
    let group = pipelines.text("id").to_owned();
    let mut legacy = mint.service_id_group("legacy", &creator);
    legacy.set("description", Value::Null);
    let old = legacy.text("id").to_owned();
    world.service_id_groups = vec![pipelines, legacy];
    let mut made = vec![
        mint.service_id("ci-deployer", "Rolls out from the pipeline", Some(&group), 500),
        mint.service_id("image-scanner", "Looks into images before they run", Some(&group), 300),
        mint.service_id("legacy-importer", "Reads orders from the old CRM", Some(&old), 880),
        mint.service_id("backup-runner", "Copies databases at night", None, 700),
        mint.service_id("order-service", "The web shop itself", None, 420),
    ];
    made[2].object.remove("description");
    let bucket = mint.uuid();
    let bucket = format!("crn:v1:bluemix:public:cloud-object-storage:global:a/{}:{bucket}::", mint.account);
    made[3].object.set("unique_instance_crns", json!([bucket]));
    made[4].object.set("locked", true);
    world.service_ids.extend(made);
}

fn keys(mint: &mut Mint, world: &mut World) {
    let creator = owner(world);
    for (first, name, age) in [
        ("Ana", "ana-laptop", 40),
        ("Björn", "bjorn-cli", 15),
        ("Dariusz", "terraform", 610),
        ("Grace", "grace-old-laptop", 420),
    ] {
        let user =
            world.users.iter().find(|user| user.object.text("firstname") == first).expect("a known person");
        let mut key = mint.user_key(name, user, age);
        if first == "Björn" {
            key.object.set("expires_at", "2026-12-24T00:00+0000");
            key.object.set("action_when_leaked", "disable");
        }
        world.api_keys.push(key);
    }
    for (name, age) in
        [("ci-deployer", 200), ("legacy-importer", 870), ("backup-runner", 690), ("order-service", 75)]
    {
        let owner =
            world.service_ids.iter().find(|id| id.object.text("name") == name).expect("a known service ID");
        let mut key = mint.service_key(&format!("{name}-key"), owner, &creator, age);
        match name {
            "legacy-importer" => key.object.set("expires_at", "2026-08-01T00:00+0000"),
            "backup-runner" => key.object.set("disabled", true),
            "order-service" => key.object.set("locked", true),
            _ => {
                key.object.remove("description");
            }
        }
        world.api_keys.push(key);
    }
}

fn resources(mint: &mut Mint, world: &mut World) {
    world
        .resource_groups
        .extend(["production", "staging", "data-platform"].map(|name| mint.resource_group(name, false)));
    let creator = owner(world);
    let inventory = [
        ("databases-for-postgresql", "orders-db", "eu-de", "production", "active"),
        ("containers-kubernetes", "shop-cluster", "eu-de", "production", "active"),
        ("cloud-object-storage", "invoices", "global", "production", "active"),
        ("kms", "shop-keys", "eu-de", "production", "active"),
        ("secrets-manager", "shop-secrets", "eu-de", "production", "active"),
        ("messagehub", "shipment-events", "eu-de", "production", "active"),
        ("containers-kubernetes", "staging-cluster", "eu-gb", "staging", "active"),
        ("databases-for-postgresql", "staging-db", "eu-gb", "staging", "provisioning"),
        ("cloud-object-storage", "telemetry", "global", "data-platform", "active"),
        ("logs", "audit-logs", "eu-de", "Default", "active"),
        ("cloudantnosqldb", "old-crm", "us-south", "Default", "pending_reclamation"),
        ("messagehub", "old-queue", "us-south", "Default", "inactive"),
        ("appid", "customer-login", "eu-de", "production", "failed"),
        ("toolchain", "deployments", "eu-de", "staging", "removed"),
    ];
    for (service, name, region, group, state) in inventory {
        let group = resource_group(world, group);
        let mut instance = mint.instance(service, name, region, &group, &creator);
        instance.set("state", state);
        if name == "old-crm" {
            instance.remove("region_id");
            instance.set("scheduled_reclaim_at", mint.long_time(0));
        }
        world.instances.push(instance);
    }
}

fn resource_group(world: &World, name: &str) -> String {
    let found = world.resource_groups.iter().find(|group| group.text("name") == name);
    found.map(|group| group.text("id").to_owned()).expect("a known resource group")
}

fn profiles(mint: &mut Mint, world: &mut World) {
    let production = resource_group(world, "production");
    let mut support = mint.profile("support-engineers", "On-call engineers, signed in by the company");
    support.rules.push(mint.saml_rule("on call", PROVIDER, "on-call"));
    support.identities.push(identity(person(world, "Emeka"), "On call without the company login"));
    let mut batch = mint.profile("batch-workers", "Nightly jobs");
    batch.rules.push(mint.compute_rule("workers", "VSI", &production));
    let cluster = world.instances[1].text("crn").to_owned();
    batch.links.push(mint.link("IKS_SA", json!({"crn": cluster, "namespace": "batch", "name": "nightly"})));
    batch.links.push(mint.link("VSI", json!({"crn": mint.crn("is", "instance", "02b7_worker-1")})));
    batch.object.remove("description");
    let mut partner = mint.profile("partner-integration", "Lets the customs broker file papers");
    let foreign = format!("ServiceId-{}", mint.uuid());
    partner.identities.push(Object::new(json!({
        "iam_id": format!("iam-{foreign}"), "identifier": foreign, "type": "serviceid",
        "description": "Service ID of the broker's account",
    })));
    let broker = format!("crn:v1:bluemix:public:codeengine:eu-de:a/{PARTNER_ACCOUNT}:{}::", mint.uuid());
    partner.identities.push(Object::new(json!({
        "iam_id": format!("crn-{broker}"), "identifier": broker, "type": "crn",
    })));
    world.profiles.extend([support, batch, partner]);
}

fn groups(mint: &mut Mint, world: &mut World) {
    let creator = owner(world);
    let staff = [
        ("platform-admins", "Run the platform", vec!["Ana", "Björn"]),
        ("developers", "Build the shop", vec!["Chloé", "Dariusz", "Fatima", "Hiroshi", "ci-deployer"]),
        ("operators", "Keep it running", vec!["Björn", "Emeka", "backup-runner", "support-engineers"]),
        ("data-analysts", "Read telemetry", vec!["Fatima", "Jonas", "Katarína"]),
        ("security-auditors", "May look at everything", vec!["Katarína", "Chloé"]),
        ("finance", "See invoices and bills", vec!["Ines", "Grace"]),
        ("federated-support", "Whoever is on call, for a shift", vec![]),
        ("contractors", "", vec![]),
    ];
    for (name, description, members) in staff {
        let mut group = mint.group(name, description, &creator, 700);
        for member in members {
            let who = named(world, member).clone();
            mint.join(&mut group, &who, &creator, 300);
        }
        fray_group(mint, world, &mut group);
        world.groups.push(group);
    }
}

fn named<'a>(world: &'a World, name: &str) -> &'a Object {
    let machines = world.service_ids.iter().map(|id| &id.object);
    let all = machines.chain(world.profiles.iter().map(|profile| &profile.object));
    { all }.find(|object| object.text("name") == name).unwrap_or_else(|| person(world, name))
}

fn fray_group(mint: &mut Mint, world: &World, group: &mut Group) {
    match group.object.text("name") {
        "federated-support" => {
            mint.dynamic_rule(group, "support shift", PROVIDER, "department", "support");
            let on_duty = person(world, "Emeka").clone();
            mint.join(group, &on_duty, "system", 0);
            group.members[0].set("membership_type", "dynamic");
            group.members[0].remove("created_by_id");
        }
        "contractors" => {
            group.object.set("description", Value::Null);
            // Left the account long ago; the group still names her.
            let gone = Object::new(json!({"iam_id": mint.person(), "name": "", "description": ""}));
            mint.join(group, &gone, &owner(world), 650);
        }
        _ => {}
    }
}

fn restrictions(mint: &mut Mint, world: &mut World) {
    let by = owner(world);
    let office = mint.zone(
        "offices",
        &by,
        json!([
            {"type": "ipRange", "value": "198.51.100.0-198.51.100.255"},
            {"type": "ipAddress", "value": "203.0.113.7"},
            {"type": "subnet", "value": "192.0.2.0/24"},
            {"type": "vpc", "value": mint.crn("is", "vpc", "r010-shop")},
        ]),
    );
    let services = mint.zone("databases", &by, json!([
        {"type": "serviceRef", "ref": {"account_id": mint.account, "service_name": "databases-for-postgresql"}},
    ]));
    let on_keys = mint.restriction("Keys are used by databases only", &by, services.text("id"), "kms");
    let mut on_groups =
        mint.restriction("Groups are managed from the offices", &by, office.text("id"), "iam-groups");
    on_groups.set("enforcement_mode", "report");
    on_groups.remove("operations");
    world.zones = vec![office, services];
    world.restrictions = vec![on_keys, on_groups];
}

fn finish(mint: &mut Mint, world: &mut World) {
    let exempt = person(world, "Katarína");
    world.identity_settings.set(
        "user_mfa",
        json!([{
            "iam_id": exempt.text("iam_id"), "mfa": "NONE", "name": "Katarína Nováková",
            "user_name": exempt.text("user_id"), "email": exempt.text("email"),
            "description": "Uses the classic login",
        }]),
    );
    world.effective_settings = Some(effective(&world.identity_settings));
    let idle = person(world, "Grace");
    let key = world.api_keys.iter().find(|key| key.object.text("name") == "grace-old-laptop");
    let key = key.map(|key| key.object.text("id")).unwrap_or_default();
    let machine =
        world.service_ids.iter().map(|id| &id.object).find(|id| id.text("name") == "legacy-importer");
    world.inactivity = Some(Object::new(json!({
        "created_by": world.account.text("owner_iamid"),
        "reference": mint.hex(32),
        "report_duration": "720",
        "report_start_time": "2026-08-08T00:00+0000",
        "report_end_time": "2026-09-07T00:00+0000",
        "users": [{"iam_id": idle.text("iam_id"), "name": "Grace Kim", "username": idle.text("user_id"),
                   "email": idle.text("email"), "last_authn": "2026-03-11T09:20+0000"}],
        "apikeys": [{"id": key, "name": "grace-old-laptop", "type": "user",
                     "user": {"iam_id": idle.text("iam_id"), "name": "Grace Kim", "username": idle.text("user_id"), "email": idle.text("email")}}],
        "serviceids": machine.map(|id| json!({"id": id.text("id"), "name": "legacy-importer"})).into_iter().collect::<Vec<_>>(),
        "profiles": [],
    })));
}
