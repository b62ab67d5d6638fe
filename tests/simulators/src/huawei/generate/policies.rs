//! Makes identity policies and their versions, and those that the cloud brings along.

use serde_json::{Value, json};

use super::catalogue;
use super::mint::Mint;
use crate::huawei::world::{Object, Policy};

impl Mint {
    /// A custom policy; of the documents, the oldest comes first and the last one is in force.
    pub(crate) fn policy(&mut self, name: &str, path: &str, documents: &[String], age: u32) -> Policy {
        let mut policy = Policy {
            object: Object::new(json!({
                "policy_id": self.id(), "policy_name": name, "policy_type": "custom",
                "urn": self.urn("policy", &format!("{path}{name}")), "path": path,
                "default_version_id": "v1", "created_at": self.time(age), "updated_at": "",
            })),
            description_cn: None,
            versions: vec![],
        };
        let count = u32::try_from(documents.len()).unwrap_or(u32::MAX);
        for (older, document) in (1..=count).rev().zip(documents) {
            self.new_version(&mut policy, document, age * older / count);
        }
        let first = policy.versions.last().map(|version| version.text("created_at").to_owned());
        policy.object.set("created_at", first.unwrap_or_default());
        policy
    }

    /// Adds a version to a policy and puts it in force; the sixth drives out the oldest.
    pub(crate) fn new_version(&mut self, policy: &mut Policy, document: &str, age: u32) {
        let newest = policy.versions.first().map_or("v0", |version| version.text("version_id"));
        let number = newest.trim_start_matches('v').parse::<u32>().unwrap_or(0) + 1;
        let time = self.time(age);
        for version in &mut policy.versions {
            version.set("is_default", false);
        }
        policy.versions.insert(
            0,
            Object::new(json!({
                "version_id": format!("v{number}"), "is_default": true,
                "created_at": time, "document": document,
            })),
        );
        policy.versions.truncate(5);
        policy.object.set("default_version_id", format!("v{number}"));
        policy.object.set("updated_at", time);
    }
}

/// Puts an older version of a policy in force.
pub(super) fn roll_back(policy: &mut Policy, version_id: &str) {
    for version in &mut policy.versions {
        let chosen = version.text("version_id") == version_id;
        version.set("is_default", chosen);
    }
    policy.object.set("default_version_id", version_id);
}

/// Text of a document whose statements are given.
pub(crate) fn document(statements: Value) -> String {
    json!({"Version": "5.0", "Statement": statements}).to_string()
}

/// The same document as another author would have written it.
pub(super) fn rewritten(mint: &mut Mint, document: &str) -> String {
    let parsed: Value = serde_json::from_str(document).unwrap_or_default();
    match mint.rng.u32(0..10) {
        0..4 => document.to_owned(),
        4..7 => serde_json::to_string_pretty(&parsed).unwrap_or_default(),
        7 => format!("\n\t{}\r\n", document.replace("\":", "\" : ").replace("\":  ", "\": ")),
        8 => serde_json::to_string_pretty(&parsed).unwrap_or_default().replace("  ", "\t"),
        _ => {
            // The other order of the two members.
            let statements = parsed.get("Statement").cloned().unwrap_or_default();
            format!("{{\"Statement\":{statements},\"Version\":\"5.0\"}}")
        }
    }
}

/// The identity policies of the cloud: the same in every account.
pub(super) fn system_policies() -> Vec<Policy> {
    let everything = json!([{"Effect": "Allow", "Action": ["*"]}]);
    let mut all = vec![
        system_policy("AdministratorAccessPolicy", "All permissions of all services.", &[everything]),
        system_policy(
            "SSOReadOnlyPolicy",
            "Read of single sign-on.",
            &[json!([
                {"Effect": "Allow", "Action": ["IdentityCenter:*:list*", "IdentityCenter:*:describe*"]},
            ])],
        ),
    ];
    for service in catalogue::SERVICES {
        let (code, name) = (service.code, service.name);
        let full = json!([{"Effect": "Allow", "Action": [format!("{code}:*:*")]}]);
        let mut reading = vec![format!("{code}:*:get*"), format!("{code}:*:list*")];
        if code == "iam" {
            reading.extend(["iam:*:show*", "iam::get*", "iam::list*"].map(str::to_owned));
        }
        let reading_before = json!([{"Effect": "Allow", "Action": &reading[..1]}]);
        let reading = json!([{"Effect": "Allow", "Action": reading}]);
        let (full_name, reading_name) = (format!("{name}FullAccessPolicy"), format!("{name}ReadOnlyPolicy"));
        all.push(system_policy(&full_name, &format!("All permissions of {name}."), &[full]));
        let description = format!("Read-only permissions of {name}.");
        all.push(system_policy(&reading_name, &description, &[reading_before, reading]));
    }
    all.push(system_policy(
        "ServiceLinkedAgencyPolicyForCBR",
        "What backups need.",
        &[json!([
            {"Effect": "Allow", "Action": ["evs:volumes:get", "evs:volumes:list", "ecs:cloudServers:get"]},
        ])],
    ));
    all
}

fn system_policy(name: &str, description: &str, versions: &[Value]) -> Policy {
    let mut mint = Mint::of_the_cloud(name);
    let documents: Vec<String> = versions.iter().map(|statements| document(statements.clone())).collect();
    let mut policy = mint.policy(name, "", &documents, 900);
    policy.object.set("policy_type", "system");
    policy.object.set("description", description);
    policy.description_cn = Some(format!("{name} 系统策略"));
    policy
}
