//! What the API shows beyond the lists themselves: single objects, counters, the other side of an
//! attachment, the shapes of version 3.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    AccessKey, Agency, Assignment, Attachment, Entity, Group, Object, Organization, Policy, Provider, Scope,
    ServiceControl, Subject, User, World,
};

/// `2026-09-01T10:15:30.123Z` as version 3 writes times: `2026-09-01 10:15:30`.
fn classic_time(time: &str) -> String {
    let moment: Option<Timestamp> = time.parse().ok();
    moment.map(|moment| moment.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

fn tagged(object: &Object, tags: &[Object]) -> Object {
    let mut shown = object.clone();
    shown.set("tags", tags.iter().map(Object::to_value).collect::<Vec<_>>());
    shown
}

impl User {
    /// The single object: with `tags`.
    #[must_use]
    pub fn detail(&self) -> Object {
        tagged(&self.object, &self.tags)
    }

    /// `user_last_login` of `…/last-login`.
    #[must_use]
    pub fn last_login(&self) -> Object {
        Object::new(match &self.last_login_at {
            Some(time) => json!({"last_login_at": time}),
            None => json!({}),
        })
    }

    /// The object of `/v3/users`.
    #[must_use]
    pub fn classic_listed(&self, domain_id: &str) -> Object {
        let mut shown = self.classic_identity(domain_id);
        shown.set("pwd_status", self.must_change_password());
        let members = ["password_expires_at", "access_mode", "last_project_id"];
        for member in members {
            if let Some(value) = self.classic.get(member) {
                shown.set(member, value.clone());
            }
        }
        if self.classic.get("pwd_strength").is_some() {
            let strength = match self.classic.text("pwd_strength") {
                "High" => "high",
                "Middle" => "mid",
                _ => "low",
            };
            shown.set("pwd_strength", strength);
        }
        shown
    }

    /// The object of `/v3/users/{id}`: as listed, without the strength of the password.
    #[must_use]
    pub fn classic_named(&self, domain_id: &str) -> Object {
        let mut shown = self.classic_listed(domain_id);
        shown.remove("pwd_strength");
        shown
    }

    /// The object of `/v3.0/OS-USER/users/{id}`.
    #[must_use]
    pub fn classic_shown(&self, domain_id: &str) -> Object {
        let mut shown = self.classic_identity(domain_id);
        shown.remove("links");
        for (member, value) in self.classic.without(&["password_expires_at", "last_project_id"]).members() {
            shown.set(member, value.clone());
        }
        shown.set("pwd_status", self.must_change_password());
        shown.set("is_domain_owner", self.is_root());
        shown.set("create_time", classic_time(self.object.text("created_at")));
        if let Some(time) = &self.last_login_at {
            shown.set("last_login_time", classic_time(time));
        }
        shown
    }

    /// `pwd_status`: whether the password is to be changed at the next login.
    fn must_change_password(&self) -> bool {
        let of_profile =
            self.login_profile.as_ref().and_then(|profile| profile.get("password_reset_required"));
        of_profile == Some(&true.into())
    }

    fn classic_identity(&self, domain_id: &str) -> Object {
        let id = self.object.text("user_id");
        Object::new(json!({
            "id": id, "name": self.name(), "domain_id": domain_id, "enabled": self.is_enabled(),
            "description": self.object.text("description"),
            "links": {"self": format!("https://iam.myhuaweicloud.com/v3/users/{id}")},
        }))
    }
}

impl AccessKey {
    /// `access_key_last_used` of `…/last-used`.
    #[must_use]
    pub fn last_used(&self) -> Object {
        Object::new(match &self.last_used_at {
            Some(time) => json!({"last_used_at": time}),
            None => json!({}),
        })
    }

    /// The object of `/v3.0/OS-CREDENTIAL/credentials`.
    #[must_use]
    pub fn classic_listed(&self) -> Object {
        Object::new(json!({
            "user_id": self.object.text("user_id"), "access": self.id(),
            "status": self.object.text("status"),
            "create_time": self.object.text("created_at"), "description": self.description,
        }))
    }

    /// The object of `/v3.0/OS-CREDENTIAL/credentials/{access_key}`: with `last_use_time`.
    #[must_use]
    pub fn classic_shown(&self) -> Object {
        let mut shown = self.classic_listed();
        if let Some(time) = &self.last_used_at {
            shown.set("last_use_time", time.as_str());
        }
        shown
    }
}

impl Group {
    /// The object of the groups summary: with `user_count`.
    #[must_use]
    pub fn summary(&self) -> Object {
        let mut shown = self.object.clone();
        shown.set("user_count", self.members.len());
        shown
    }

    /// The object of `/v3/groups`.
    #[must_use]
    pub fn classic_listed(&self, domain_id: &str) -> Object {
        let created: Option<Timestamp> = self.object.text("created_at").parse().ok();
        let id = self.object.text("group_id");
        Object::new(json!({
            "id": id, "name": self.name(), "domain_id": domain_id,
            "description": self.object.text("description"),
            "create_time": created.map(Timestamp::as_millisecond),
            "links": {"self": format!("https://iam.myhuaweicloud.com/v3/groups/{id}")},
        }))
    }
}

impl Agency {
    /// The single object: with `tags`.
    #[must_use]
    pub fn detail(&self) -> Object {
        tagged(&self.object, &self.tags)
    }
}

impl Provider {
    /// The single object: with `tags`.
    #[must_use]
    pub fn detail(&self) -> Object {
        tagged(&self.object, &self.tags)
    }
}

impl Attachment {
    /// The item of `attached-entities`: the member that names the id tells the type.
    #[must_use]
    pub fn shown_by_policy(&self) -> Object {
        let member = match &self.entity {
            Entity::User(_) => "user_id",
            Entity::Group(_) => "group_id",
            Entity::Agency(_) => "agency_id",
        };
        let mut shown = Object::new(json!({"attached_at": self.attached_at}));
        shown.set(member, self.entity.id());
        shown
    }
}

impl World {
    /// The policy as the list shows it: with `attachment_count`, and described in Chinese unless the
    /// caller asked for English.
    #[must_use]
    pub fn policy_shown(&self, policy: &Policy, english: bool) -> Object {
        let mut shown = policy.object.clone();
        shown.set("attachment_count", self.attachments.of_policy(policy.object.text("policy_id")).len());
        if let (false, Some(text)) = (english, &policy.description_cn) {
            shown.set("description", text.as_str());
        }
        shown
    }

    /// The item of `…/attached-policies`.
    #[must_use]
    pub fn attached_policy(&self, attachment: &Attachment) -> Object {
        let policy = self.policies.with_id(&attachment.policy_id).map(|policy| policy.object.clone());
        let policy = policy.unwrap_or_default();
        Object::new(json!({
            "policy_name": policy.text("policy_name"), "policy_id": attachment.policy_id,
            "urn": policy.text("urn"), "attached_at": attachment.attached_at,
        }))
    }

    /// The groups that a user is a member of.
    pub fn groups_of<'a>(&'a self, user_id: &'a str) -> impl Iterator<Item = &'a Group> {
        self.groups.iter().filter(move |group| group.members.iter().any(|member| member == user_id))
    }

    /// What `/v5/account-summary` answers.
    #[must_use]
    pub fn summary(&self) -> Object {
        let mut shown = self.quotas.clone();
        shown.set("users", self.users.len());
        shown.set("groups", self.groups.len());
        shown.set("policies", self.policies.iter().filter(|policy| policy.is_custom()).count());
        shown.set("agencies", self.agencies.len());
        shown.set("oidc_provider", self.oidc_providers.len());
        shown.set("saml_provider", self.saml_providers.len());
        let root = self.users.iter().find(|user| user.is_root()).map(|user| user.object.text("user_id"));
        let of_root = self.mfa_devices.iter().filter(|device| {
            Some(device.text("user_id")) == root && device.get("enabled") == Some(&true.into())
        });
        shown.set("root_user_mfa_enabled", of_root.count());
        shown
    }

    /// `asymmetric_signature` of `/v5/asymmetric-signature-switch`.
    #[must_use]
    pub fn asymmetric_signature_shown(&self) -> Object {
        Object::new(json!({
            "domain_id": self.account_id(), "asymmetric_signature_switch": self.asymmetric_signature,
        }))
    }

    /// The item of `role_assignments`.
    #[must_use]
    pub fn assignment_shown(&self, assignment: &Assignment) -> Object {
        let (subject, id) = match &assignment.subject {
            Subject::User(id) => ("user", id),
            Subject::Group(id) => ("group", id),
            Subject::Agency(id) => ("agency", id),
        };
        let scope = match &assignment.scope {
            Scope::Domain | Scope::Inherited => json!({"domain": {"id": self.account_id()}}),
            Scope::Project(id) => json!({"project": {"id": id}}),
            Scope::EnterpriseProject(id) => json!({"enterprise_project": {"id": id}}),
        };
        let mut shown = Object::new(json!({"role": {"id": assignment.role_id}, "scope": scope}));
        shown.set(subject, json!({"id": id}));
        shown.set("is_inherited", assignment.scope == Scope::Inherited);
        shown
    }

    /// `quotas.resources` of `/v3.0/OS-QUOTA/domains/{id}`.
    #[must_use]
    pub fn classic_quotas(&self) -> Vec<Object> {
        let used = |kind: &str| match kind {
            "user" => self.users.len(),
            "group" => self.groups.len(),
            "idp" => self.classic.identity_providers.len(),
            "agency" => self.agencies.len(),
            "policy" => self.classic.custom_roles().count(),
            "mapping" => self.classic.mappings.len(),
            _ => 0,
        };
        let shown = |quota: &Object| {
            let mut shown = quota.clone();
            shown.set("used", used(quota.text("type")));
            shown
        };
        self.classic.quotas.iter().map(shown).collect()
    }

    /// `virtual_mfa_devices` of version 3: what is bound to a user, and no device that is yet to be.
    pub fn virtual_mfa_devices(&self) -> impl Iterator<Item = Object> {
        let is_bound = |device: &&Object| device.get("enabled") == Some(&true.into());
        self.mfa_devices.iter().filter(is_bound).map(|device| device.without(&["enabled"]))
    }
}

impl Organization {
    /// An entity as `entities` lists it.
    #[must_use]
    pub fn entity_shown(object: &Object, kind: &str) -> Object {
        Object::new(json!({"id": object.text("id"), "name": object.text("name"), "type": kind}))
    }

    /// What a policy is attached to, as `attached-entities` lists it.
    #[must_use]
    pub fn attached_entities(&self, policy: &ServiceControl) -> Vec<Object> {
        let attached = self.entities().filter(|(object, ..)| {
            let id = object.text("id");
            policy.attached.iter().any(|entity| entity == id)
        });
        attached.map(|(object, kind, _)| Self::entity_shown(object, kind)).collect()
    }

    /// `quotas.resources`.
    #[must_use]
    pub fn quotas_shown(&self) -> Vec<Object> {
        let used = |kind: &str| match kind {
            "account" => self.accounts.len(),
            "organizational_unit" => self.units.len(),
            _ => self.policies.len(),
        };
        let shown = |quota: &Object| {
            let mut shown = quota.clone();
            shown.set("used", used(quota.text("type")));
            shown
        };
        self.quotas.iter().map(shown).collect()
    }
}

impl ServiceControl {
    /// The single object: `content` and `policy_summary`.
    #[must_use]
    pub fn detail(&self) -> Value {
        json!({"content": self.content, "policy_summary": self.object.to_value()})
    }
}
