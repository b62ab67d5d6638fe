//! What the people, machines and groups of the company may do.

use serde_json::json;

use super::{PARTNER_ACCOUNT, group_id, guid, iam_id, owner, resource_group};
use crate::ibm::generate::{Mint, catalogue};
use crate::ibm::world::{Attribute, LastPermit, PUBLIC_GROUP, Policy, World};

pub(super) fn group_policies(mint: &mut Mint, world: &mut World) {
    let by = owner(world);
    let of = |name: &str| group_id(world, name);
    let (production, staging, data) = (
        resource_group(world, "production"),
        resource_group(world, "staging"),
        resource_group(world, "data-platform"),
    );
    let (orders, telemetry, logs) =
        (guid(world, "orders-db"), guid(world, "telemetry"), guid(world, "audit-logs"));
    let everything = [("serviceType", "service")];
    let made = vec![
        mint.policy(&of("platform-admins"), &["Administrator", "Manager"], &everything, &by),
        mint.policy(&of("platform-admins"), &["Administrator"], &[("serviceType", "platform_service")], &by),
        mint.policy(&of("developers"), &["Editor", "Writer"], &[("resourceGroupId", &staging)], &by)
            .described("Developers work in staging"),
        mint.policy(
            &of("developers"),
            &["Viewer"],
            &[("resourceType", "resource-group"), ("resource", &staging)],
            &by,
        ),
        mint.policy(
            &of("developers"),
            &["Viewer", "Reader"],
            &[("serviceName", "containers-kubernetes"), ("resourceGroupId", &production)],
            &by,
        )
        .also("namespace", "stringEqualsAnyOf", json!(["shop", "shop-canary"]))
        .born_v2(),
        mint.policy(
            &of("developers"),
            &["Viewer", "Reader"],
            &[("serviceName", "databases-for-postgresql"), ("serviceInstance", &orders)],
            &by,
        )
        .described("Developers look into the order database"),
        mint.policy(
            &of("operators"),
            &["Operator", "Manager"],
            &[("serviceName", "containers-kubernetes"), ("region", "eu-de")],
            &by,
        ),
        mint.policy(
            &of("operators"),
            &["Editor", "Writer"],
            &[("serviceName", "databases-for-postgresql")],
            &by,
        )
        .in_office_hours(),
        mint.policy(&of("operators"), &["Viewer"], &[("service_group_id", "IAM")], &by),
        mint.policy(
            &of("data-analysts"),
            &["Reader"],
            &[
                ("serviceName", "cloud-object-storage"),
                ("serviceInstance", &telemetry),
                ("resourceType", "bucket"),
            ],
            &by,
        )
        .also("resource", "stringMatch", "telemetry-*"),
        mint.policy(
            &of("data-analysts"),
            &[&catalogue::specific_role("cloud-object-storage", "ObjectReader")],
            &[("serviceName", "cloud-object-storage"), ("serviceInstance", &telemetry)],
            &by,
        )
        .on_paths("reports/2026"),
        mint.policy(&of("data-analysts"), &["Viewer"], &[("resourceGroupId", &data)], &by),
        mint.policy(&of("security-auditors"), &["Viewer"], &everything, &by),
        mint.policy(&of("security-auditors"), &["Viewer"], &[("serviceType", "platform_service")], &by),
        mint.policy(
            &of("security-auditors"),
            &["Reader"],
            &[("serviceName", "logs"), ("serviceInstance", &logs)],
            &by,
        ),
        mint.policy(&of("finance"), &["Viewer"], &[("serviceName", "billing")], &by),
        mint.policy(
            &of("finance"),
            &[&mint.crn("iam-access-management", "customRole", "InvoiceReader")],
            &[("serviceName", "cloud-object-storage")],
            &by,
        )
        .rolled_out("9d1b2c77"),
        mint.policy(&of("federated-support"), &["Viewer", "Operator"], &[("serviceName", "support")], &by),
        mint.policy(&of("contractors"), &["Editor"], &[("serviceType", "service")], &by)
            .tagged("project", "warehouse-2024"),
        mint.policy(
            PUBLIC_GROUP,
            &[&catalogue::specific_role("cloud-object-storage", "ContentReader")],
            &[
                ("serviceName", "cloud-object-storage"),
                ("serviceInstance", &telemetry),
                ("resourceType", "bucket"),
                ("resource", "press-pictures"),
            ],
            &by,
        )
        .described("Pictures for the press"),
    ];
    world.policies.extend(made);
}

pub(super) fn direct_policies(mint: &mut Mint, world: &mut World) {
    let by = owner(world);
    let of = |name: &str| iam_id(world, name);
    let (invoices, cluster, keys) =
        (guid(world, "invoices"), guid(world, "shop-cluster"), guid(world, "shop-keys"));
    let gone = mint.uuid();
    let gone_group = mint.hex(32);
    let stranger = mint.person();
    let mut made = vec![
        mint.policy(
            &of("Dariusz"),
            &["Administrator"],
            &[("serviceName", "containers-kubernetes"), ("serviceInstance", &cluster)],
            &by,
        )
        .described("While the cluster was being set up"),
        mint.policy(
            &of("Jonas"),
            &["Viewer", "Reader"],
            &[("serviceName", "cloud-object-storage"), ("serviceInstance", &invoices)],
            &by,
        ),
        mint.policy(&of("Hiroshi"), &["Writer"], &[("serviceName", "databases-for-postgresql")], &by)
            .also("serviceInstance", "stringMatch", "staging-*")
            .described("Any staging database"),
        mint.policy(&of("Chloé"), &["Manager"], &[("serviceName", "messagehub")], &by)
            .until("2026-06-30T18:00:00+00:00"),
        mint.policy(&of("ci-deployer"), &["Editor", "Writer"], &[("serviceName", "container-registry")], &by),
        mint.policy(
            &of("ci-deployer"),
            &["Editor", "Manager"],
            &[("serviceName", "containers-kubernetes"), ("serviceInstance", &cluster)],
            &by,
        ),
        mint.policy(&of("image-scanner"), &["Reader"], &[("serviceName", "container-registry")], &by)
            .also("resource", "stringExists", false)
            .born_v2(),
        mint.policy(
            &of("legacy-importer"),
            &["Writer"],
            &[("serviceName", "cloudantnosqldb"), ("serviceInstance", &gone)],
            &by,
        )
        .described("The database is gone, the policy stayed"),
        mint.policy(
            &of("backup-runner"),
            &["Operator", "Reader"],
            &[("serviceName", "databases-for-postgresql")],
            &by,
        ),
        mint.policy(
            &of("order-service"),
            &["Reader"],
            &[("serviceName", "kms"), ("serviceInstance", &keys)],
            &by,
        ),
        mint.policy(
            &of("batch-workers"),
            &["Writer"],
            &[("serviceName", "cloud-object-storage"), ("resourceGroupId", &gone_group)],
            &by,
        ),
        mint.policy(&of("support-engineers"), &["Operator"], &[("serviceType", "service")], &by),
        mint.policy(
            &of("partner-integration"),
            &["Reader"],
            &[("serviceName", "cloud-object-storage"), ("serviceInstance", &invoices)],
            &by,
        ),
        mint.policy(&stranger, &["Viewer"], &[("serviceName", "globalcatalog")], &by),
        mint.policy(&format!("AccessGroupId-{}", gone), &["Viewer"], &[("serviceName", "support")], &by),
    ];
    if let Some(policy) = made.last_mut() {
        policy.last_permit = LastPermit::Never;
        policy.extra.insert("enforcement".to_owned(), json!({"mode": "SHADOW"}));
    }
    let mut deleted = mint.policy(&of("Grace"), &["Editor"], &[("serviceName", "toolchain")], &by);
    "deleted".clone_into(&mut deleted.state);
    made.push(deleted);
    world.policies.extend(made);
}

pub(super) fn authorizations(mint: &mut Mint, world: &mut World) {
    let account = mint.account.clone();
    let keys = guid(world, "shop-keys");
    let from_database = mint.authorization(&account, "databases-for-postgresql", "kms", "Reader");
    let from_storage = mint.authorization(&account, "cloud-object-storage", "kms", "Reader");
    let mut from_partner: Policy = mint.authorization(PARTNER_ACCOUNT, "codeengine", "messagehub", "Writer");
    from_partner.subject.push(Attribute::equals("serviceInstance", &mint.uuid()));
    let from_secrets = mint.authorization(&account, "secrets-manager", "iam-identity", "Operator").born_v2();
    world.policies.extend([
        from_database.also("serviceInstance", "stringEquals", keys),
        from_storage,
        from_partner,
        from_secrets,
    ]);
    let by = owner(world);
    world.custom_roles = vec![
        mint.custom_role(
            "InvoiceReader",
            "Invoice Reader",
            "cloud-object-storage",
            &["cloud-object-storage.object.get", "cloud-object-storage.object.list"],
            &by,
        ),
        mint.custom_role("KeyRotator", "Key Rotator", "kms", &["kms.secrets.update"], &by),
    ];
}
