//! What the people, machines and groups of the company may do.

use serde_json::json;

use super::{group_id, user_id};
use crate::huawei::generate::mint::Mint;
use crate::huawei::generate::policies::roll_back;
use crate::huawei::world::{Entity, Scope, Subject, World};

/// Name, path and documents of a policy, the oldest document first. `@` stands for the account's id.
///
/// They are written as people write them: no two look alike, and some are not what the grammar wants.
type Written = (&'static str, &'static str, &'static [&'static str]);

const POLICIES: [Written; 11] = [
    (
        "ReviewOfIdentities",
        "",
        &[r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["iam:*:get*","iam:*:list*"]}]}"#],
    ),
    (
        "Firmware",
        "teams/inverters/",
        &[
            r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["obs:*:*"]}]}"#,
            "{\n  \"Version\": \"5.0\",\n  \"Statement\": [\n    {\n      \"Sid\": \"Firmware\",\n      \
         \"Effect\": \"Allow\",\n      \"Action\": [\n        \"obs:object:*\",\n        \
         \"obs:bucket:listBucket\"\n      ],\n      \"Resource\": [\n        \"obs:*:*:bucket:firmware-*\",\n        \
         \"obs:*:*:object:firmware-*/*\"\n      ]\n    },\n    {\n      \"Effect\": \"Deny\",\n      \
         \"Action\": [\"obs:bucket:delete*\"],\n      \"Resource\": [\"*\"]\n    }\n  ]\n}\n",
        ],
    ),
    (
        "Rollout",
        "teams/inverters/",
        &[
            r#"{"Statement":[{"Effect":"Allow","Action":["functiongraph:function:*","swr:repo:upload","ecs:cloudServers:*"],"NotResource":["*:*:*:*:production-*"]}],"Version":"5.0"}"#,
        ],
    ),
    // Bare texts where the grammar wants lists.
    (
        "Alarms",
        "",
        &[
            r#"{"Version":"5.0","Statement":{"Effect":"Allow","Action":"smn:topic:publish","Resource":"smn:*:*:topic:alarms"}}"#,
        ],
    ),
    (
        "OnlyFromTheOffice",
        "",
        &[
            r#"{"Version":"5.0","Statement":[{"Effect":"Deny","NotAction":["iam:users:get*","sts:*:*"],"Condition":{"notipaddress":{"g:SourceIp":"198.51.100.0/24"},"boolIfExists":{"g:MFAPresent":["false"]}}}]}"#,
        ],
    ),
    (
        "Parks",
        "teams/operations/",
        &[
            "{\"Version\":\"5.0\",\"Statement\":[\t{\"Effect\":\"Allow\",\"Action\":[\"ecs:*:*\",\"EVS:Volumes:*\",\"cbr:*:*\"],\
         \"Resource\":[\"*\"]},\r\n\t{\"Effect\":\"Deny\",\"Action\":[\"*:*:delete*\"],\
         \"Condition\":{\"stringmatch\":{\"g:ResourceTag/stage\":[\"prod*\",\"生产\"]}}}]}",
        ],
    ),
    (
        "Telemetry",
        "",
        &[
            r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["obs:object:getObject*","obs:bucket:list*"],"Resource":["obs:*:*:object:telemetry/*","obs:*:*:bucket:telemetry"]}]}"#,
        ],
    ),
    (
        "KeysOfMachines",
        "",
        &[
            r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["iam:credentials:*"],"Resource":["iam::@:user:deploy-bot","iam::@:user:backup-bot"]}]}"#,
        ],
    ),
    (
        "BecomeEngineer",
        "",
        &[
            r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["sts:agencies:assume","sts::tagSession"],"Resource":["iam::@:agency:break-glass","iam::9f0d3c5ab61f4c6f8e4d21b7a90c55e1:agency:solar-*"]}]}"#,
        ],
    ),
    (
        "Invoices",
        "",
        &[
            r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["obs:object:getObject"],"Resource":["obs:*:*:object:invoices/*"],"Condition":{"DateLessThan":{"g:CurrentTime":["2027-01-01T00:00:00Z"]},"StringEquals":{"g:PrincipalTag/desk":["窓口"]}}}]}"#,
        ],
    ),
    (
        "EverythingFromLongAgo",
        "",
        &[r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["*:*:*"],"Resource":["*"]}]}"#],
    ),
];

/// Policy, `group` or `user`, name. What has no line here is attached to nobody.
const ATTACHED: [(&str, &str, &str); 17] = [
    ("AdministratorAccessPolicy", "group", "admin"),
    ("Firmware", "group", "developers"),
    ("Rollout", "group", "developers"),
    ("RDSReadOnlyPolicy", "group", "developers"),
    ("ReviewOfIdentities", "group", "operators"),
    ("Parks", "group", "operators"),
    ("Telemetry", "group", "data-analysts"),
    ("ModelArtsFullAccessPolicy", "group", "data-analysts"),
    ("IAMFullAccessPolicy", "group", "security"),
    ("CTSReadOnlyPolicy", "group", "security"),
    ("Invoices", "group", "finance"),
    ("OnlyFromTheOffice", "group", "contractors"),
    ("OBSReadOnlyPolicy", "group", "contractors"),
    ("Alarms", "user", "deploy-bot"),
    ("KeysOfMachines", "user", "carla.mendes"),
    ("BecomeEngineer", "user", "joão.pinto"),
    ("CBRFullAccessPolicy", "user", "backup-bot"),
];

/// The company's own policies, and who has which.
pub(super) fn identity_policies(mint: &mut Mint, world: &mut World) {
    for (name, path, documents) in POLICIES {
        let documents: Vec<String> = documents.iter().map(|text| text.replace('@', &mint.account)).collect();
        let mut policy = mint.policy(name, path, &documents, 700);
        match name {
            "ReviewOfIdentities" => policy.object.set("description", "Who is there, for the night shift"),
            "Telemetry" => policy.object.set("description", "遥测"),
            "Parks" => {
                // Tried for an afternoon, and taken back.
                let tried = r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["ecs:*:*"]}]}"#;
                mint.new_version(&mut policy, tried, 20);
                roll_back(&mut policy, "v1");
            }
            _ => {}
        }
        world.policies.push(policy);
    }
    for (policy, kind, name) in ATTACHED {
        let entity = match kind {
            "group" => Entity::Group(group_id(world, name)),
            _ => Entity::User(user_id(world, name)),
        };
        let policy = world.policy_named(policy);
        let time = mint.time(200);
        world.attachments.attach(&policy, entity, &time);
    }
}

/// The company's grants of the older model, which it has not got rid of.
pub(super) fn classic_roles(mint: &mut Mint, world: &mut World) {
    let agency = |world: &World, name: &str| {
        let found = world.agencies.iter().find(|agency| agency.name() == name).expect("a known agency");
        found.object.text("agency_id").to_owned()
    };
    let partner = agency(world, "installer-partner");
    let roles = [
        mint.custom_role(
            "Parks without deleting",
            "XA",
            json!([
                {"Effect": "Allow", "Action": ["ecs:*:*", "evs:*:*"],
                 "Resource": ["ecs:*:*:instance:*", "evs:*:*:volume:*"],
                 "Condition": {"StringEquals": {"g:ProjectName": ["ap-southeast-3_parks"]}}},
                {"Effect": "Deny", "Action": ["ecs:cloudServers:delete"]},
            ]),
            600,
        ),
        mint.custom_role(
            "Become the installer",
            "AX",
            json!([
                {"Effect": "Allow", "Action": ["iam:agencies:assume"],
                 "Resource": {"uri": [format!("/iam/agencies/{partner}")]}},
            ]),
            500,
        ),
    ];
    world.classic.roles.extend(roles);
    let group = |world: &World, name: &str| Subject::Group(group_id(world, name));
    let parks = world.projects.iter().find(|project| project.text("name") == "ap-southeast-3_parks");
    let parks = Scope::Project(parks.expect("a known project").text("id").to_owned());
    let [default, solar] =
        [0, 1].map(|at| Scope::EnterpriseProject(world.enterprise_projects[at].text("id").to_owned()));
    let (admin, operators) = (group(world, "admin"), group(world, "operators"));
    let (developers, finance) = (group(world, "developers"), group(world, "finance"));
    let carla = Subject::User(user_id(world, "carla.mendes"));
    let (installer, backup) = (Subject::Agency(partner), Subject::Agency(agency(world, "cloud-backup")));
    for (role, subject, scope) in [
        ("Security Administrator", admin.clone(), Scope::Domain),
        ("Tenant Administrator", admin.clone(), Scope::Domain),
        ("Tenant Administrator", admin, Scope::Inherited),
        ("OBS OperateAccess", developers.clone(), Scope::Domain),
        ("ECS ReadOnlyAccess", developers, Scope::Inherited),
        ("Parks without deleting", operators.clone(), parks.clone()),
        ("Become the installer", operators.clone(), Scope::Domain),
        ("Server Administrator", operators, parks),
        ("Tenant Guest", finance.clone(), default),
        ("RDS ReadOnlyAccess", finance, solar.clone()),
        ("VPC FullAccess", carla, solar),
        ("Tenant Administrator", installer, Scope::Inherited),
        ("Server Administrator", backup.clone(), Scope::Domain),
        ("ECS FullAccess", backup, Scope::Inherited),
    ] {
        world.assign(role, subject, scope);
    }
}
