//! The services of the cloud with their roles and actions. The same in every account.

use crate::ibm::world::{Role, Service, ServiceKind};

use super::policies::{platform_role, service_role};

/// Name, the name people read, and what its actions are about.
const ENABLED: [(&str, &str, &str); 14] = [
    ("cloud-object-storage", "Cloud Object Storage", "object"),
    ("containers-kubernetes", "Kubernetes Service", "cluster"),
    ("container-registry", "Container Registry", "image"),
    ("databases-for-postgresql", "Databases for PostgreSQL", "database"),
    ("cloudantnosqldb", "Cloudant", "document"),
    ("kms", "Key Protect", "secrets"),
    ("secrets-manager", "Secrets Manager", "secret"),
    ("messagehub", "Event Streams", "topic"),
    ("logs", "Cloud Logs", "log"),
    ("sysdig-monitor", "Cloud Monitoring", "metric"),
    ("is", "VPC Infrastructure Services", "instance"),
    ("codeengine", "Code Engine", "application"),
    ("toolchain", "Toolchain", "pipeline"),
    ("appid", "App ID", "user"),
];

const ACCOUNT_MANAGEMENT: [(&str, &str, &str); 10] = [
    ("iam-groups", "IAM Access Groups", "groups"),
    ("iam-identity", "IAM Identity", "serviceid"),
    ("iam-access-management", "IAM Access Management", "settings"),
    ("user-management", "User Management", "user"),
    ("billing", "Billing", "invoice"),
    ("enterprise", "Enterprise", "enterprise"),
    ("context-based-restrictions", "Context-based restrictions", "rule"),
    ("globalcatalog", "Global Catalog", "entry"),
    ("support", "Support Center", "case"),
    ("security-compliance", "Security and Compliance Center", "report"),
];

/// Roles that belong to one service: service, name, the name people read, the verbs it allows.
const SPECIFIC: [(&str, &str, &str, &[&str]); 8] = [
    ("cloud-object-storage", "ObjectReader", "Object Reader", &["object.get", "object.head"]),
    ("cloud-object-storage", "ObjectWriter", "Object Writer", &["object.put", "object.delete"]),
    ("cloud-object-storage", "ContentReader", "Content Reader", &["object.get", "bucket.list"]),
    ("kms", "KeyPurge", "Key Purge", &["secrets.purge"]),
    ("iam-identity", "ServiceIdCreator", "Service ID creator", &["serviceid.create"]),
    ("iam-identity", "UserApiKeyCreator", "User API key creator", &["apikey.create"]),
    (
        "iam-identity",
        "ServiceConfigurationReader",
        "Service Configuration Reader",
        &["report.create", "apikey.review", "report.get", "account.get"],
    ),
    ("secrets-manager", "SecretsReader", "Secrets Reader", &["secret.list"]),
];

/// All services.
pub(super) fn services() -> Vec<Service> {
    let enabled = ENABLED.iter().map(|entry| service(entry, ServiceKind::IamEnabled));
    let management = ACCOUNT_MANAGEMENT.iter().map(|entry| service(entry, ServiceKind::AccountManagement));
    enabled.chain(management).collect()
}

/// Names of the services of which there are instances.
pub(super) fn instance_services() -> impl Iterator<Item = &'static str> {
    ENABLED.iter().map(|(name, ..)| *name)
}

/// Names of the account-management services.
pub(super) fn management_services() -> impl Iterator<Item = &'static str> {
    ACCOUNT_MANAGEMENT.iter().map(|(name, ..)| *name)
}

/// CRN of a role that belongs to one service.
pub(super) fn specific_role(service: &str, name: &str) -> String {
    format!("crn:v1:bluemix:public:{service}::::serviceRole:{name}")
}

/// The platform roles as they are without a service.
pub(super) fn system_roles() -> Vec<Role> {
    platform_roles(policy_actions)
}

fn service(&(name, display_name, noun): &(&str, &str, &str), kind: ServiceKind) -> Service {
    let system_roles = platform_roles(|verbs| {
        let own = verbs.iter().map(|verb| format!("{name}.{noun}.{verb}"));
        own.chain(policy_actions(verbs)).collect()
    });
    let mut service_roles = match kind {
        ServiceKind::IamEnabled => data_roles(name, noun),
        ServiceKind::AccountManagement => vec![],
    };
    let specific = SPECIFIC.iter().filter(|(service, ..)| *service == name);
    service_roles.extend(specific.map(|&(service, role, display_name, verbs)| Role {
        display_name: display_name.to_owned(),
        description: Some(format!("As {display_name}, one can use {service} in one way.")),
        actions: verbs.iter().map(|verb| format!("{service}.{verb}")).collect(),
        crn: specific_role(service, role),
    }));
    Service {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        kind,
        service_roles,
        system_roles: if name == "iam-groups" { without_listing(system_roles) } else { system_roles },
    }
}

/// What a platform role may do with policies: each may read them, only Administrator may write them.
fn policy_actions(verbs: &[&str]) -> Vec<String> {
    let may_write = verbs.contains(&"assign");
    let verbs: &[&str] = if may_write { &["read", "create", "update", "delete"] } else { &["read"] };
    verbs.iter().map(|verb| format!("iam.policy.{verb}")).collect()
}

fn platform_roles(actions: impl Fn(&[&str]) -> Vec<String>) -> Vec<Role> {
    let roles: [(&str, &[&str]); 4] = [
        ("Viewer", &["read", "list"]),
        ("Operator", &["read", "list", "operate"]),
        ("Editor", &["read", "list", "operate", "create", "update", "delete"]),
        ("Administrator", &["read", "list", "operate", "create", "update", "delete", "assign"]),
    ];
    let made = roles.map(|(name, verbs)| Role {
        display_name: name.to_owned(),
        description: Some(format!("As {name}, one can manage instances and access to this extent.")),
        actions: actions(verbs),
        crn: platform_role(name),
    });
    made.into()
}

fn data_roles(service: &str, noun: &str) -> Vec<Role> {
    let roles: [(&str, &[&str]); 3] = [
        ("Reader", &["get", "list"]),
        ("Writer", &["get", "list", "create", "update", "delete"]),
        ("Manager", &["get", "list", "create", "update", "delete", "configure"]),
    ];
    let made = roles.map(|(name, verbs)| Role {
        display_name: name.to_owned(),
        description: None,
        actions: verbs.iter().map(|verb| format!("{service}.{noun}.{verb}")).collect(),
        crn: service_role(name),
    });
    made.into()
}

/// On access groups an Operator may not list what a Viewer may: roles do not contain lesser ones.
fn without_listing(mut roles: Vec<Role>) -> Vec<Role> {
    for role in roles.iter_mut().filter(|role| role.display_name == "Operator") {
        role.actions
            .retain(|action| action != "iam-groups.groups.list" && action != "iam-groups.groups.read");
    }
    roles
}
