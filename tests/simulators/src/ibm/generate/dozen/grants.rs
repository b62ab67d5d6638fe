//! What the people, machines and groups of the company may do.

use serde_json::json;

use super::{PARTNER_ACCOUNT, named, owner};
use crate::ibm::generate::{Mint, catalogue};
use crate::ibm::world::{Attribute, LastPermit, Policy, World};

/// Who, with which roles, on what, and what is peculiar about the policy.
///
/// `@name` stands for the id of an instance or resource group, `?` for an id that nothing has.
type Grant = (&'static str, &'static str, &'static str, fn(Policy) -> Policy);

const PLAIN: fn(Policy) -> Policy = |policy| policy;

const TO_GROUPS: [Grant; 20] = [
    ("platform-admins", "Administrator Manager", "serviceType=service", PLAIN),
    ("platform-admins", "Administrator", "serviceType=platform_service", PLAIN),
    ("developers", "Editor Writer", "resourceGroupId=@staging", |policy| {
        policy.described("Developers work in staging")
    }),
    ("developers", "Viewer", "resourceType=resource-group resource=@staging", PLAIN),
    (
        "developers",
        "Viewer Reader",
        "serviceName=containers-kubernetes resourceGroupId=@production",
        |policy| policy.also("namespace", "stringEqualsAnyOf", json!(["shop", "shop-canary"])).born_v2(),
    ),
    (
        "developers",
        "Viewer Reader",
        "serviceName=databases-for-postgresql serviceInstance=@orders-db",
        |policy| policy.described("Developers look into the order database"),
    ),
    ("operators", "Operator Manager", "serviceName=containers-kubernetes region=eu-de", PLAIN),
    ("operators", "Editor Writer", "serviceName=databases-for-postgresql", Policy::in_office_hours),
    ("operators", "Viewer", "service_group_id=IAM", PLAIN),
    (
        "data-analysts",
        "Reader",
        "serviceName=cloud-object-storage serviceInstance=@telemetry resourceType=bucket",
        |policy| policy.also("resource", "stringMatch", "telemetry-*"),
    ),
    (
        "data-analysts",
        "cloud-object-storage:ObjectReader",
        "serviceName=cloud-object-storage serviceInstance=@telemetry",
        |policy| policy.on_paths("reports/2026"),
    ),
    ("data-analysts", "Viewer", "resourceGroupId=@data-platform", PLAIN),
    ("security-auditors", "Viewer", "serviceType=service", PLAIN),
    ("security-auditors", "Viewer", "serviceType=platform_service", PLAIN),
    ("security-auditors", "Reader", "serviceName=logs serviceInstance=@audit-logs", PLAIN),
    ("finance", "Viewer", "serviceName=billing", PLAIN),
    ("finance", "custom:InvoiceReader", "serviceName=cloud-object-storage", |policy| {
        policy.rolled_out("9d1b2c77")
    }),
    ("federated-support", "Viewer Operator", "serviceName=support", PLAIN),
    ("contractors", "Editor", "serviceType=service", |policy| policy.tagged("project", "warehouse-2024")),
    (
        "Public Access",
        "cloud-object-storage:ContentReader",
        "serviceName=cloud-object-storage serviceInstance=@telemetry resourceType=bucket resource=press-pictures",
        |policy| policy.described("Pictures for the press"),
    ),
];

const TO_IDENTITIES: [Grant; 16] = [
    (
        "Dariusz",
        "Administrator",
        "serviceName=containers-kubernetes serviceInstance=@shop-cluster",
        |policy| policy.described("While the cluster was being set up"),
    ),
    ("Jonas", "Viewer Reader", "serviceName=cloud-object-storage serviceInstance=@invoices", PLAIN),
    ("Hiroshi", "Writer", "serviceName=databases-for-postgresql", |policy| {
        policy.also("serviceInstance", "stringMatch", "staging-*").described("Any staging database")
    }),
    ("Chloé", "Manager", "serviceName=messagehub", |policy| policy.until("2026-06-30T18:00:00+00:00")),
    ("Grace", "Editor", "serviceName=toolchain", |policy| Policy { state: "deleted".to_owned(), ..policy }),
    ("ci-deployer", "Editor Writer", "serviceName=container-registry", PLAIN),
    (
        "ci-deployer",
        "Editor Manager",
        "serviceName=containers-kubernetes serviceInstance=@shop-cluster",
        PLAIN,
    ),
    ("image-scanner", "Reader", "serviceName=container-registry", |policy| {
        policy.also("resource", "stringExists", false).born_v2()
    }),
    ("legacy-importer", "Writer", "serviceName=cloudantnosqldb serviceInstance=?", |policy| {
        policy.described("The database is gone, the policy stayed")
    }),
    ("backup-runner", "Operator Reader", "serviceName=databases-for-postgresql", PLAIN),
    ("order-service", "Reader", "serviceName=kms serviceInstance=@shop-keys", PLAIN),
    ("batch-workers", "Writer", "serviceName=cloud-object-storage resourceGroupId=?", PLAIN),
    ("support-engineers", "Operator", "serviceType=service", PLAIN),
    ("partner-integration", "Reader", "serviceName=cloud-object-storage serviceInstance=@invoices", PLAIN),
    ("IBMid-?", "Viewer", "serviceName=globalcatalog", PLAIN),
    ("AccessGroupId-?", "Viewer", "serviceName=support", |mut policy| {
        policy.extra.insert("enforcement".to_owned(), json!({"mode": "SHADOW"}));
        Policy { last_permit: LastPermit::Never, ..policy }
    }),
];

/// Gives everyone their access policies.
pub(super) fn access_policies(mint: &mut Mint, world: &mut World) {
    for (who, roles, on, peculiar) in TO_GROUPS.into_iter().chain(TO_IDENTITIES) {
        let subject = subject(mint, world, who);
        let roles: Vec<String> = roles.split(' ').map(|name| role(mint, name)).collect();
        let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
        let on: Vec<(&str, String)> = on
            .split(' ')
            .filter_map(|attribute| attribute.split_once('='))
            .map(|(key, value)| (key, value_of(mint, world, value)))
            .collect();
        let on: Vec<(&str, &str)> = on.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let policy = mint.policy(&subject, &roles, &on, &owner(world));
        world.policies.push(peculiar(policy));
    }
}

fn subject(mint: &mut Mint, world: &World, who: &str) -> String {
    if let Some(kind) = who.strip_suffix('?') {
        return format!("{kind}{}", mint.uuid());
    }
    let group = world.groups.iter().find(|group| group.object.text("name") == who);
    group.map_or_else(|| named(world, who).text("iam_id"), |group| group.object.text("id")).to_owned()
}

fn role(mint: &Mint, name: &str) -> String {
    match name.split_once(':') {
        Some(("custom", name)) => mint.crn("iam-access-management", "customRole", name),
        Some((service, name)) => catalogue::specific_role(service, name),
        None => name.to_owned(),
    }
}

fn value_of(mint: &mut Mint, world: &World, value: &str) -> String {
    if value == "?" {
        return mint.uuid();
    }
    let Some(name) = value.strip_prefix('@') else {
        return value.to_owned();
    };
    let instance = world.instances.iter().find(|instance| instance.text("name") == name);
    let group = || world.resource_groups.iter().find(|group| group.text("name") == name);
    let id = instance.map(|instance| instance.text("guid")).or_else(|| group().map(|group| group.text("id")));
    id.expect("an instance or resource group of the company").to_owned()
}

/// Lets services act on services, and makes the roles that the company added.
pub(super) fn authorizations(mint: &mut Mint, world: &mut World) {
    let account = mint.account.clone();
    let keys = value_of(mint, world, "@shop-keys");
    let from_database = mint.authorization(&account, "databases-for-postgresql", "kms", "Reader");
    let from_storage = mint.authorization(&account, "cloud-object-storage", "kms", "Reader");
    let mut from_partner = mint.authorization(PARTNER_ACCOUNT, "codeengine", "messagehub", "Writer");
    from_partner.subject.push(Attribute::equals("serviceInstance", &mint.uuid()));
    let from_secrets = mint.authorization(&account, "secrets-manager", "iam-identity", "Operator").born_v2();
    world.policies.extend([
        from_database.also("serviceInstance", "stringEquals", keys),
        from_storage,
        from_partner,
        from_secrets,
    ]);
    let by = owner(world);
    let reading = ["cloud-object-storage.object.get", "cloud-object-storage.object.list"];
    world.custom_roles = vec![
        mint.custom_role("InvoiceReader", "Invoice Reader", "cloud-object-storage", &reading, &by),
        mint.custom_role("KeyRotator", "Key Rotator", "kms", &["kms.secrets.update"], &by),
    ];
}
