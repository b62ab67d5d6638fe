//! Makes agencies of all kinds.

use serde_json::{Value, json};

use super::mint::Mint;
use crate::huawei::world::{Agency, Object};

impl Mint {
    /// An agency that trusts another account. `duration` is that of version 3: `FOREVER`, `ONEDAY`, or
    /// hours as text.
    pub(crate) fn classic_agency(
        &mut self,
        name: &str,
        (trusted_id, trusted_name): (&str, &str),
        duration: &str,
        age: u32,
    ) -> Agency {
        let mut agency = self.agency(name, "", age);
        agency.object.set("trust_domain_id", trusted_id);
        agency.object.set("trust_domain_name", trusted_name);
        let hours: Option<i64> = if duration == "ONEDAY" { Some(24) } else { duration.parse().ok() };
        let created = self.zoneless_time(age);
        let end = hours.map(|hours| {
            let left = hours - i64::from(age) * 24;
            (self.now + jiff::SignedDuration::from_hours(left))
                .strftime("%Y-%m-%dT%H:%M:%S.000000")
                .to_string()
        });
        agency.classic = Some(Object::new(json!({
            "id": agency.object.text("agency_id"), "name": name, "description": "",
            "domain_id": self.account, "trust_domain_id": trusted_id, "trust_domain_name": trusted_name,
            "duration": duration, "create_time": created,
            "expire_time": end.unwrap_or_else(|| "null".to_owned()),
            "agency_urn": agency.object.text("urn"),
        })));
        agency
    }

    /// An agency with a trust policy.
    pub(crate) fn trust_agency(&mut self, name: &str, path: &str, trust: &str, age: u32) -> Agency {
        let mut agency = self.agency(name, path, age);
        agency.object.set("trust_policy", trust);
        agency
    }

    /// An agency that a service owns and may assume.
    pub(crate) fn service_linked_agency(&mut self, service: &str, age: u32) -> Agency {
        let path = format!("service-linked-agency/service.{service}/");
        let trust = trust(json!({"Service": [format!("service.{service}")]}), None);
        self.trust_agency(&format!("ServiceLinkedAgencyFor{service}"), &path, &trust, age)
    }

    fn agency(&mut self, name: &str, path: &str, age: u32) -> Agency {
        let object = Object::new(json!({
            "agency_id": self.id(), "agency_name": name,
            "urn": self.urn("agency", &format!("{path}{name}")), "path": path, "description": "",
            "created_at": self.time(age), "max_session_duration": 3600,
        }));
        Agency { object, tags: vec![], classic: None }
    }
}

/// Text of a trust policy that lets these principals assume the agency.
pub(crate) fn trust(principal: Value, condition: Option<Value>) -> String {
    let federated = principal.get("Identity_provider").map(Value::to_string).unwrap_or_default();
    let action = if federated.contains(":oidc-provider:") {
        "sts:agencies:assumeWithOIDC"
    } else if federated.is_empty() {
        "sts:agencies:assume"
    } else {
        "sts:agencies:assumeWithSAML"
    };
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": [action]});
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    json!({"Version": "5.0", "Statement": [statement]}).to_string()
}

/// The principal that stands for a whole account.
pub(crate) fn account_root(account: &str) -> String {
    format!("iam::{account}:root")
}
