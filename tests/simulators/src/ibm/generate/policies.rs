//! Makes access policies: the plain one, and what can be added to it.

use serde_json::{Map, Value, json};

use super::mint::Mint;
use crate::ibm::world::{Attribute, Born, LastPermit, Policy, PolicyKind};

/// CRN of a platform role.
pub(crate) fn platform_role(name: &str) -> String {
    format!("crn:v1:bluemix:public:iam::::role:{name}")
}

/// CRN of a generic service role.
pub(crate) fn service_role(name: &str) -> String {
    format!("crn:v1:bluemix:public:iam::::serviceRole:{name}")
}

/// CRN of a role by its short name: a platform role, a generic service role, or a CRN as it is.
pub(crate) fn role(name: &str) -> String {
    match name {
        "Viewer" | "Operator" | "Editor" | "Administrator" => platform_role(name),
        "Reader" | "Writer" | "Manager" => service_role(name),
        crn => crn.to_owned(),
    }
}

impl Mint {
    /// A policy that gives roles to a subject on a resource; `on` is key and value of attributes.
    pub(crate) fn policy(
        &mut self,
        subject: &str,
        roles: &[&str],
        on: &[(&str, &str)],
        creator: &str,
    ) -> Policy {
        let key = if subject.starts_with("AccessGroupId-") { "access_group_id" } else { "iam_id" };
        let age = self.rng.u32(30..900);
        let mut resource = vec![Attribute::equals("accountId", &self.account)];
        resource.extend(on.iter().map(|(key, value)| Attribute::equals(key, value)));
        let used = self.rng.u32(0..30);
        let last_permit = match self.rng.u32(0..10) {
            0 => LastPermit::Never,
            1 => LastPermit::Absent,
            2 => LastPermit::At(self.time(age.min(400)), self.rng.u64(1..5)),
            _ => LastPermit::At(self.time(used), self.rng.u64(1..5_000)),
        };
        Policy {
            id: self.uuid(),
            kind: PolicyKind::Access,
            born: Born::V1,
            description: None,
            subject: vec![Attribute::equals(key, subject)],
            resource,
            tags: vec![],
            roles: roles.iter().map(|name| role(name)).collect(),
            pattern: None,
            rule: None,
            state: "active".to_owned(),
            created_at: self.time(age),
            created_by_id: creator.to_owned(),
            last_modified_at: self.time(age / 2),
            last_modified_by_id: creator.to_owned(),
            last_permit,
            template: None,
            extra: Map::new(),
        }
    }
}

impl Policy {
    /// The same, with a sentence.
    pub(crate) fn described(mut self, text: &str) -> Self {
        self.description = Some(text.to_owned());
        self
    }

    /// The same, made by version 2 of the API.
    pub(crate) fn born_v2(mut self) -> Self {
        self.born = Born::V2;
        self
    }

    /// The same, with one more attribute of the resource.
    pub(crate) fn also(mut self, key: &str, operator: &str, value: impl Into<Value>) -> Self {
        self.resource.push(Attribute::with(key, operator, value));
        self
    }

    /// The same, with an access tag.
    pub(crate) fn tagged(mut self, key: &str, value: &str) -> Self {
        self.tags.push(Attribute::equals(key, value));
        self
    }

    /// The same, on working days only, within hours.
    pub(crate) fn in_office_hours(mut self) -> Self {
        self.pattern = Some("time-based-conditions:weekly:custom-hours".to_owned());
        self.rule = Some(json!({"operator": "and", "conditions": [
            {"key": "{{environment.attributes.day_of_week}}", "operator": "dayOfWeekAnyOf",
             "value": ["1+00:00", "2+00:00", "3+00:00", "4+00:00", "5+00:00"]},
            {"key": "{{environment.attributes.current_time}}", "operator": "timeGreaterThanOrEquals",
             "value": "09:00:00+00:00"},
            {"key": "{{environment.attributes.current_time}}", "operator": "timeLessThanOrEquals",
             "value": "17:00:00+00:00"},
        ]}));
        self.born_v2()
    }

    /// The same, until a moment; it stays active when that has passed.
    pub(crate) fn until(mut self, moment: &str) -> Self {
        self.pattern = Some("time-based-conditions:once".to_owned());
        self.rule = Some(json!({
            "key": "{{environment.attributes.current_date_time}}",
            "operator": "dateTimeLessThanOrEquals",
            "value": moment,
        }));
        self.born_v2()
    }

    /// The same, on some paths of a bucket: a group of conditions within another.
    pub(crate) fn on_paths(mut self, prefix: &str) -> Self {
        self.pattern = Some("attribute-based-condition:resource:literal-and-wildcard".to_owned());
        self.rule = Some(json!({"operator": "or", "conditions": [
            {"key": "{{resource.attributes.path}}", "operator": "stringMatch", "value": format!("{prefix}/*")},
            {"operator": "and", "conditions": [
                {"key": "{{resource.attributes.prefix}}", "operator": "stringEquals", "value": prefix},
                {"key": "{{resource.attributes.delimiter}}", "operator": "stringEqualsAnyOf", "value": ["/", ""]},
            ]},
        ]}));
        self.born_v2()
    }

    /// The same, rolled out from a template of the enterprise.
    pub(crate) fn rolled_out(mut self, id: &str) -> Self {
        self.template = Some(json!({
            "id": format!("policyTemplate-{id}"),
            "version": "2",
            "assignment_id": format!("policyAssignment-{id}"),
            "root_id": format!("orchestrator-{id}"),
            "root_version": "1",
        }));
        self.born_v2()
    }
}
