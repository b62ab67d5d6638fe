//! The services of the cloud with their roles and actions. The same in every account.

use std::collections::BTreeMap;

use crate::ibm::world::{Role, Service, ServiceKind};

use super::policies::service_role;

/// Name, the name people read, and what its actions are about. These services are real, and in no table of actions
/// here: what can be done with their things is made up.
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

/// The account-management services, as the list of what `serviceType=platform_service` stands for has them.
const ACCOUNT_MANAGEMENT: [(&str, &str); 15] = [
    ("iam-groups", "IAM Access Groups"),
    ("iam-identity", "IAM Identity service"),
    ("iam-access-management", "IAM Access Management"),
    ("user-management", "User management"),
    ("billing", "Billing"),
    ("enterprise", "Enterprise"),
    ("context-based-restrictions", "Context-based restrictions"),
    ("globalcatalog", "Global catalog"),
    ("globalcatalog-collection", "Catalog management"),
    ("support", "Support center"),
    ("security-compliance", "Security and Compliance Center"),
    ("cloudshell", "IBM Cloud Shell settings"),
    ("entitlement", "License and entitlement"),
    ("project", "Projects"),
    ("product-lifecycle", "Partner Center - Sell"),
];

/// Services of the platform that are IAM-enabled, and of which there are no instances here.
const OF_THE_PLATFORM: [(&str, &str); 5] = [
    ("atracker", "Activity Tracker"),
    ("globalcatalog-instance", "Instance Management"),
    ("software-billing", "Software Billing"),
    ("ghost-tags", "Tags"),
    ("iam-svcs", "IAM services"),
];

/// What `actions.tsv` says: service, roles, actions. `*` stands for every service.
const ACTIONS: &str = include_str!("actions.tsv");

/// The roles of the tables whose CRN is not made of the service and the role's name: the name in the tables, the name
/// that people read, the CRN without what all begin with. From the guide for account management services, and for
/// Service Configuration Reader and Key Manager from the documents of services that name their CRN.
const NAMED: [(&str, &str, &str); 10] = [
    ("Viewer", "Viewer", "iam::::role:Viewer"),
    ("Operator", "Operator", "iam::::role:Operator"),
    ("Editor", "Editor", "iam::::role:Editor"),
    ("Administrator", "Administrator", "iam::::role:Administrator"),
    (CONFIGURATION_READER, CONFIGURATION_READER, "iam::::role:ConfigReader"),
    ("Key Manager", "Key Manager", "resource-controller::::role:KeyManager"),
    ("Template Administrator", "Template Administrator", "iam::::role:TemplateAdministrator"),
    (
        "Assignment Administrator",
        "Template Assignment Administrator",
        "iam::::role:TemplateAssignmentAdministrator",
    ),
    ("Usage Report Viewer", "Usage report viewer", "enterprise::::serviceRole:UsageReportsViewer"),
    ("Publisher", "Publisher", "globalcatalog-collection::::serviceRole:Promoter"),
];

/// The role that reads what the account is configured to be.
pub(super) const CONFIGURATION_READER: &str = "Service Configuration Reader";

/// Roles of single services that are in no table of account management: service, name, the name people read, the
/// verbs it allows.
const SPECIFIC: [(&str, &str, &str, &[&str]); 5] = [
    ("cloud-object-storage", "ObjectReader", "Object Reader", &["object.get", "object.head"]),
    ("cloud-object-storage", "ObjectWriter", "Object Writer", &["object.put", "object.delete"]),
    ("cloud-object-storage", "ContentReader", "Content Reader", &["object.get", "bucket.list"]),
    ("kms", "KeyPurge", "Key Purge", &["secrets.purge"]),
    ("secrets-manager", "SecretsReader", "Secrets Reader", &["secret.list"]),
];

/// All services.
pub(super) fn services() -> Vec<Service> {
    let enabled = ENABLED.iter().map(|(name, shown, noun)| {
        let mut made = service(name, shown, ServiceKind::IamEnabled);
        for role in &mut made.system_roles {
            role.actions.extend(verbs(&role.display_name).iter().map(|verb| format!("{name}.{noun}.{verb}")));
        }
        made.service_roles.extend(data_roles(name, noun));
        made.service_roles.extend(specific_roles(name));
        made
    });
    let platform = OF_THE_PLATFORM.iter().map(|(name, shown)| service(name, shown, ServiceKind::IamEnabled));
    let management =
        ACCOUNT_MANAGEMENT.iter().map(|(name, shown)| service(name, shown, ServiceKind::AccountManagement));
    enabled.chain(platform).chain(management).collect()
}

/// Names of the services of which there are instances.
pub(super) fn instance_services() -> impl Iterator<Item = &'static str> {
    ENABLED.iter().map(|(name, ..)| *name)
}

/// Names of the account-management services.
pub(super) fn management_services() -> impl Iterator<Item = &'static str> {
    ACCOUNT_MANAGEMENT.iter().map(|(name, _)| *name)
}

/// CRN of a role that belongs to one service.
pub(super) fn specific_role(service: &str, name: &str) -> String {
    format!("crn:v1:bluemix:public:{service}::::serviceRole:{name}")
}

/// CRN of a role of the tables on a service, by its name there.
pub(super) fn listed_role(service: &str, name: &str) -> String {
    match NAMED.iter().find(|(listed, ..)| *listed == name) {
        Some((.., crn)) => format!("crn:v1:bluemix:public:{crn}"),
        None => specific_role(service, &joined(name)),
    }
}

/// The roles of the platform as they are without a service.
pub(super) fn system_roles() -> Vec<Role> {
    listed("").collect()
}

/// A service with what the tables say of it.
fn service(name: &str, display_name: &str, kind: ServiceKind) -> Service {
    let (system_roles, service_roles) = listed(name).partition(|role| role.crn.contains("::::role:"));
    Service {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        kind,
        service_roles,
        system_roles,
    }
}

/// The roles that the tables list on a service, with what they hold on every one.
fn listed(service: &str) -> impl Iterator<Item = Role> + '_ {
    let mut held: BTreeMap<(usize, &str), Vec<String>> = BTreeMap::new();
    for line in ACTIONS.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let [on, roles, actions] = [(); 3].map(|()| cells.next().unwrap_or_default());
        if on != "*" && on != service {
            continue;
        }
        for role in roles.split(", ") {
            let place = NAMED.iter().position(|(name, ..)| *name == role).unwrap_or(NAMED.len());
            held.entry((place, role)).or_default().extend(actions.split(' ').map(str::to_owned));
        }
    }
    held.into_iter().map(move |((place, name), actions)| {
        let display_name = NAMED.get(place).map_or(name, |(_, shown, _)| shown);
        Role {
            display_name: display_name.to_owned(),
            description: Some(format!("What {display_name} may do, by the tables of roles.")),
            actions,
            crn: listed_role(service, name),
        }
    })
}

/// A name of several words as one, each with a capital: `ApiKeyReviewer`.
fn joined(name: &str) -> String {
    if !name.contains(' ') {
        return name.to_owned();
    }
    let words = name.split(' ').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect::<String>()
    });
    words.collect()
}

/// What a platform role may do with the things of a service that is in no table.
fn verbs(role: &str) -> &'static [&'static str] {
    match role {
        "Viewer" => &["read", "list"],
        "Operator" => &["read", "list", "operate"],
        "Editor" => &["read", "list", "operate", "create", "update", "delete"],
        "Administrator" => &["read", "list", "operate", "create", "update", "delete", "assign"],
        _ => &[],
    }
}

fn specific_roles(service: &str) -> impl Iterator<Item = Role> + '_ {
    let specific = SPECIFIC.iter().filter(move |(of, ..)| *of == service);
    specific.map(|&(service, role, display_name, verbs)| Role {
        display_name: display_name.to_owned(),
        description: Some(format!("As {display_name}, one can use {service} in one way.")),
        actions: verbs.iter().map(|verb| format!("{service}.{verb}")).collect(),
        crn: specific_role(service, role),
    })
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
