//! Draws access and authorization policies in all the shapes that occur.

use serde_json::json;

use super::catalogue::{self, specific_role};
use super::mint::Mint;
use crate::ibm::world::{LastPermit, PUBLIC_GROUP, Policy, World};

const ROLES: [&[&str]; 8] = [
    &["Viewer"],
    &["Viewer", "Reader"],
    &["Operator"],
    &["Editor", "Writer"],
    &["Editor"],
    &["Administrator"],
    &["Administrator", "Manager"],
    &["Reader"],
];

impl Mint {
    /// Any policy of this account.
    pub(crate) fn any_policy(&mut self, world: &World) -> Policy {
        let creator = self.pick(&world.users).object.text("iam_id").to_owned();
        if self.chance(4) {
            return self.any_authorization(world);
        }
        let subject = self.any_subject(world);
        let roles = *self.pick(&ROLES);
        let policy = self.any_target(world, &subject, roles, &creator);
        self.fray(policy)
    }

    /// Whom a policy is for: mostly groups; sometimes someone who no longer, or never, belonged.
    fn any_subject(&mut self, world: &World) -> String {
        match self.rng.u32(0..1000) {
            0..450 => self.pick(&world.groups).object.text("id").to_owned(),
            450..720 => self.pick(&world.users).object.text("iam_id").to_owned(),
            720..890 => self.pick(&world.service_ids).object.text("iam_id").to_owned(),
            890..960 => self.pick(&world.profiles).object.text("iam_id").to_owned(),
            960..970 => format!("crn-{}", self.crn("codeengine", "project", "nightly")),
            970..980 => format!("AccessGroupId-{}", self.uuid()),
            980..995 => format!("iam-ServiceId-{}", self.uuid()),
            995..998 => self.person(),
            _ => PUBLIC_GROUP.to_owned(),
        }
    }

    fn any_target(&mut self, world: &World, subject: &str, roles: &[&str], by: &str) -> Policy {
        let services: Vec<&str> = catalogue::instance_services().collect();
        let management: Vec<&str> = catalogue::management_services().collect();
        let (service, manages) = (*self.pick(&services), *self.pick(&management));
        let group = self.pick(&world.resource_groups).text("id").to_owned();
        let instance = self.pick(&world.instances);
        let guid = instance.text("guid").to_owned();
        let of = instance.text("crn").split(':').nth(4).unwrap_or(service).to_owned();
        let gone = self.uuid();
        match self.rng.u32(0..100) {
            0..35 => self.policy(subject, roles, &[("serviceName", &of), ("serviceInstance", &guid)], by),
            35..50 => self.policy(subject, roles, &[("serviceName", service)], by),
            50..62 => {
                self.policy(subject, roles, &[("serviceName", service), ("resourceGroupId", &group)], by)
            }
            62..70 => self.policy(subject, roles, &[("resourceGroupId", &group)], by),
            70..75 => self.policy(
                subject,
                &["Viewer"],
                &[("resourceType", "resource-group"), ("resource", &group)],
                by,
            ),
            75..80 => self.policy(subject, roles, &[("serviceName", &of), ("serviceInstance", &gone)], by),
            80..88 => self.policy(subject, roles, &[("serviceName", manages)], by),
            88..90 => self.policy(subject, roles, &[("service_group_id", "IAM")], by),
            90..91 => self.policy(subject, roles, &[("serviceType", "platform_service")], by),
            91..93 => self.policy(subject, roles, &[("serviceType", "service")], by).tagged("team", "orders"),
            93..95 => self.policy(subject, roles, &[("serviceName", service), ("region", "eu-de")], by),
            95..97 => {
                let reader = specific_role("cloud-object-storage", "ObjectReader");
                self.policy(
                    subject,
                    &[&reader],
                    &[("serviceName", "cloud-object-storage"), ("resourceType", "bucket")],
                    by,
                )
                .also("resource", "stringMatch", format!("{}-*", service))
            }
            97..98 => self.policy(subject, roles, &[("serviceName", service)], by).also(
                "resource",
                "stringExists",
                false,
            ),
            _ => self
                .policy(subject, roles, &[("serviceName", service)], by)
                .also("serviceInstance", "stringEqualsAnyOf", json!([guid, gone]))
                .born_v2(),
        }
    }

    fn fray(&mut self, mut policy: Policy) -> Policy {
        match self.rng.u32(0..200) {
            0..40 => policy = policy.born_v2(),
            40..70 => policy.description = Some(self.any_name()),
            70..74 => policy = policy.in_office_hours(),
            74..76 => policy = policy.until("2026-05-31T22:00:00+00:00"),
            76..78 => policy = policy.on_paths("exports/日報"),
            78..82 => policy = policy.rolled_out("9d1b2c77"),
            82..84 => "deleted".clone_into(&mut policy.state),
            84 => drop(policy.extra.insert("revision_note".to_owned(), json!(null))),
            85 => drop(policy.extra.insert("counts".to_owned(), json!({"denied": [1, 2.5, null]}))),
            86 => "IAM".clone_into(&mut policy.created_by_id),
            87 => policy.last_permit = LastPermit::Never,
            88 => {
                let name = self.crn("iam-access-management", "customRole", "Looker3");
                policy.roles.push(name);
            }
            89 => policy.description = Some(String::new()),
            _ => {}
        }
        policy
    }

    fn any_authorization(&mut self, world: &World) -> Policy {
        let services: Vec<&str> = catalogue::instance_services().collect();
        let (source, target) = (*self.pick(&services), *self.pick(&["kms", "messagehub", "secrets-manager"]));
        let from = if self.chance(10) { self.hex(32) } else { self.account.clone() };
        let role = *self.pick(&["Reader", "Writer"]);
        let policy = self.authorization(&from, source, target, role);
        let guid = self.pick(&world.instances).text("guid").to_owned();
        match self.rng.u32(0..4) {
            0 => policy.also("serviceInstance", "stringEquals", guid),
            1 => policy.born_v2(),
            _ => policy,
        }
    }
}
