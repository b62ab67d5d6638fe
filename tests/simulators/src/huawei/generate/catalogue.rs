//! The services of the cloud with their actions. The same in every account.

use serde_json::{Value, json};

use crate::huawei::world::{Object, Schema};

/// A service: the first part of its actions, the name in its policies, and its actions without that
/// first part, one text per access level: list, read, write, permission management. Services that are in
/// `actions.tsv` have none here; what can be done with the things of the others is made up.
pub(super) struct Service {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    actions: [&'static str; 4],
}

const fn service(code: &'static str, name: &'static str, actions: [&'static str; 4]) -> Service {
    Service { code, name, actions }
}

/// A service whose actions are in `actions.tsv`.
const fn listed(code: &'static str, name: &'static str) -> Service {
    service(code, name, [""; 4])
}

/// All services.
pub(super) const SERVICES: [Service; 20] = [
    listed("iam", "IAM"),
    listed("sts", "STS"),
    listed("organizations", "Organizations"),
    listed("IdentityCenter", "IdentityCenter"),
    listed("eps", "EPS"),
    service(
        "obs",
        "OBS",
        [
            "bucket:listAllMybuckets bucket:listBucket bucket:listBucketVersions",
            "object:getObject object:getObjectVersion bucket:getBucketLocation bucket:getBucketPolicy",
            "object:putObject object:deleteObject bucket:createBucket bucket:deleteBucket",
            "bucket:putBucketPolicy bucket:putBucketAcl object:putObjectAcl bucket:deleteBucketPolicy",
        ],
    ),
    service(
        "ecs",
        "ECS",
        [
            "cloudServers:list flavors:list",
            "cloudServers:get cloudServers:showServerTags",
            "cloudServers:create cloudServers:delete cloudServers:reboot cloudServers:attach",
            "",
        ],
    ),
    service(
        "evs",
        "EVS",
        ["volumes:list snapshots:list", "volumes:get", "volumes:create volumes:delete", ""],
    ),
    service(
        "vpc",
        "VPC",
        [
            "vpcs:list subnets:list securityGroups:list",
            "vpcs:get securityGroups:get",
            "vpcs:create vpcs:delete securityGroupRules:create securityGroupRules:delete",
            "",
        ],
    ),
    service("nat", "NAT", ["natGateways:list", "natGateways:get", "natGateways:create", ""]),
    service("elb", "ELB", ["loadbalancers:list", "loadbalancers:get", "loadbalancers:create", ""]),
    service(
        "kms",
        "KMS",
        [
            "cmk:list",
            "cmk:get cmk:getRotation",
            "cmk:create cmk:disable cmk:scheduleKeyDeletion cmk:decryptData cmk:encryptData",
            "cmk:createGrant cmk:revokeGrant",
        ],
    ),
    service(
        "rds",
        "RDS",
        [
            "instance:list backup:list",
            "instance:get param:get",
            "instance:create instance:delete instance:restart databaseUser:create",
            "",
        ],
    ),
    service(
        "cce",
        "CCE",
        ["cluster:list", "cluster:get", "cluster:create cluster:delete", "kubeconfig:create"],
    ),
    service("swr", "SWR", ["repo:list", "repo:get", "repo:upload repo:delete", "repo:putRepoPermission"]),
    service(
        "functiongraph",
        "FunctionGraph",
        [
            "function:list",
            "function:getConfig function:getCode",
            "function:create function:updateCode function:invoke function:delete",
            "",
        ],
    ),
    service(
        "smn",
        "SMN",
        ["topic:listTopic", "topic:get", "topic:publish topic:create", "topic:updateTopicPolicy"],
    ),
    service("cts", "CTS", ["trace:list tracker:list", "tracker:get", "tracker:create tracker:delete", ""]),
    service("cbr", "CBR", ["vaults:list backups:list", "vaults:get", "vaults:create backups:delete", ""]),
    service(
        "ModelArts",
        "ModelArts",
        ["notebook:list", "notebook:get", "notebook:create trainJob:create", ""],
    ),
];

const LEVELS: [&str; 4] = ["list", "read", "write", "permission_management"];

/// The actions of the services by which access is given: service, model, level, actions.
const ACTIONS: &str = include_str!("actions.tsv");

/// Services that may be a principal: the first part of the principal, the name that people read.
const PRINCIPALS: [(&str, &str); 8] = [
    ("CBR", "Cloud Backup and Recovery"),
    ("CCE", "Cloud Container Engine"),
    ("ECS", "Elastic Cloud Server"),
    ("FunctionGraph", "FunctionGraph"),
    ("IdentityCenter", "IAM Identity Center"),
    ("ModelArts", "ModelArts"),
    ("RDS", "Relational Database Service"),
    ("SMN", "Simple Message Notification"),
];

/// All actions of a service that identity policies know, with its code in front, each with its level.
pub(super) fn actions(service: &Service) -> impl Iterator<Item = (String, &'static str)> + '_ {
    let lines = ACTIONS.lines().filter(|line| !line.starts_with('#'));
    let of_tables = lines.filter_map(|line| {
        let [code, model, level, names] = line.split('\t').collect::<Vec<_>>()[..] else { return None };
        (code == service.code && model != "classic").then_some((names, level))
    });
    let own = service.actions.into_iter().zip(LEVELS);
    of_tables.chain(own).flat_map(move |(names, level)| {
        names.split_whitespace().map(move |name| (format!("{}:{name}", service.code), level))
    })
}

/// `service.<code>` of every service that may be a principal.
pub(super) fn principals() -> Vec<String> {
    PRINCIPALS.iter().map(|(code, _)| format!("service.{code}")).collect()
}

/// What `/v5/service-principals` lists.
pub(super) fn service_principals() -> Vec<Object> {
    let shown = |(code, name): &(&str, &str)| {
        Object::new(json!({
            "service_principal": format!("service.{code}"), "service_catalog": code,
            "display_name": name, "description": format!("Lets {name} assume an agency."),
        }))
    };
    PRINCIPALS.iter().map(shown).collect()
}

/// The catalogue of actions.
pub(super) fn schemas() -> Vec<Schema> {
    SERVICES.iter().map(schema).collect()
}

fn schema(service: &Service) -> Schema {
    let code = service.code;
    let kinds: std::collections::BTreeSet<String> =
        actions(service).filter_map(|(name, _)| kind(&name)).collect();
    let resources: Vec<Value> =
        kinds.iter().map(|kind| json!({"type_name": kind, "urn_template": template(code, kind)})).collect();
    let conditions = match code {
        "iam" => {
            json!([condition("iam:ResourceIsRootUser", "boolean"), condition("iam:PolicyURN", "string")])
        }
        "sts" => json!([condition("sts:ExternalId", "string"), condition("sts:SourceIdentity", "string")]),
        _ => json!([]),
    };
    let object = json!({
        "version": "1.0",
        "actions": actions(service).map(|(name, level)| action(code, &name, level)).collect::<Vec<_>>(),
        "resources": resources,
        "conditions": conditions,
        "operations": actions(service).map(|(name, _)| operation(&name)).collect::<Vec<_>>(),
    });
    Schema { code: code.to_owned(), object: Object::new(object) }
}

/// The resource type that an action is about, if it is about one.
fn kind(action: &str) -> Option<String> {
    let plural = action.split(':').nth(1).filter(|kind| !kind.is_empty() && *kind != "securitypolicies")?;
    let singular = match plural {
        "agencies" => "agency",
        "policies" => "policy",
        "credentials" => "user",
        other => other.strip_suffix('s').unwrap_or(other),
    };
    Some(singular.to_owned())
}

fn template(code: &str, kind: &str) -> String {
    let region = if ["iam", "sts", "organizations"].contains(&code) { "" } else { "<region>" };
    format!("{code}:{region}:<account_id>:{kind}:<{kind}_name>")
}

fn condition(key: &str, value_type: &str) -> Value {
    json!({"key": key, "value_type": value_type, "multi_valued": false,
           "description": {"en_US": key, "zh_CN": key}})
}

fn action(code: &str, name: &str, level: &str) -> Value {
    let mut shown = json!({
        "name": name, "access_level": level, "permission_only": name == "sts::tagSession",
        "description": {"en_US": format!("Grants {name}."), "zh_CN": format!("授予 {name} 权限。")},
        "condition_keys": [],
    });
    if let Some(kind) = kind(name) {
        shown["resources"] = json!([{
            "urn_template": template(code, &kind), "required": true, "condition_keys": ["g:ResourceTag/<tag-key>"],
        }]);
    }
    shown
}

fn operation(action: &str) -> Value {
    let name = action.rsplit(':').next().unwrap_or_default();
    let mut letters = name.chars();
    let id: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    json!({"operation_id": id, "operation_action": action})
}
