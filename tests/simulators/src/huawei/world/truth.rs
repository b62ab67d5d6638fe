//! What a caller who is shown everything must find in every list.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Entity, Object, Organization, Scope, World};

/// Every object of every list, as the API answers it to a caller with full rights who asks for English;
/// lists below a parent carry the parent's id in the key (`group_users/<id>`). A single answer is a
/// list of one, a 404 is an empty list. What version 3 or another service tells begins with `v3_`,
/// `eps_` or `organization_`.
pub type Truth = BTreeMap<String, Vec<Value>>;

impl World {
    /// What a complete reader of this account must see, per list.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let mut truth = Truth::new();
        self.people(&mut truth);
        self.policies_and_agencies(&mut truth);
        self.settings(&mut truth);
        self.classic_people(&mut truth);
        self.classic_grants(&mut truth);
        if let Some(organization) = &self.organization {
            organization.truth(&mut truth);
        }
        truth
    }

    fn attached(&self, entity: &Entity) -> Vec<Value> {
        let attachments = self.attachments.of(entity).iter();
        attachments.map(|attachment| self.attached_policy(attachment).to_value()).collect()
    }

    fn people(&self, truth: &mut Truth) {
        put(truth, "users", self.users.iter().map(|user| user.object.to_value()));
        put(truth, "mfa_devices", values(&self.mfa_devices));
        put(truth, "groups", self.groups.iter().map(|group| group.object.to_value()));
        put(truth, "groups_summary", self.groups.iter().map(|group| group.summary().to_value()));
        for user in &self.users {
            let id = user.object.text("user_id");
            let keys = || user.access_keys.iter();
            put(truth, &format!("user/{id}"), [user.detail().to_value()]);
            put(truth, &format!("user_tags/{id}"), values(&user.tags));
            put(truth, &format!("user_policies/{id}"), self.attached(&Entity::User(id.to_owned())));
            put(truth, &format!("access_keys/{id}"), keys().map(|key| key.object.to_value()));
            put(truth, &format!("login_profile/{id}"), user.login_profile.iter().map(Object::to_value));
            put(truth, &format!("last_login/{id}"), [user.last_login().to_value()]);
            for key in keys() {
                put(truth, &format!("access_key_last_used/{}", key.id()), [key.last_used().to_value()]);
            }
        }
        for group in &self.groups {
            let id = group.object.text("group_id");
            let members = group.members.iter().filter_map(|member| self.users.with_id(member));
            put(truth, &format!("group_users/{id}"), members.map(|user| user.object.to_value()));
            put(truth, &format!("group_policies/{id}"), self.attached(&Entity::Group(id.to_owned())));
        }
    }

    fn policies_and_agencies(&self, truth: &mut Truth) {
        put(truth, "policies", self.policies.iter().map(|policy| self.policy_shown(policy, true).to_value()));
        for policy in &self.policies {
            let id = policy.object.text("policy_id");
            put(truth, &format!("policy_versions/{id}"), values(&policy.versions));
            let attached = |wanted: fn(&Entity) -> bool| {
                let attachments = self.attachments.of_policy(id).iter();
                let of_type = attachments.filter(move |attachment| wanted(&attachment.entity));
                of_type.map(|attachment| attachment.shown_by_policy().to_value())
            };
            put(truth, &format!("policy_users/{id}"), attached(|entity| matches!(entity, Entity::User(_))));
            put(truth, &format!("policy_groups/{id}"), attached(|entity| matches!(entity, Entity::Group(_))));
            put(
                truth,
                &format!("policy_agencies/{id}"),
                attached(|entity| matches!(entity, Entity::Agency(_))),
            );
        }
        put(truth, "agencies", self.agencies.iter().map(|agency| agency.object.to_value()));
        for agency in &self.agencies {
            let id = agency.object.text("agency_id");
            put(truth, &format!("agency/{id}"), [agency.detail().to_value()]);
            put(truth, &format!("agency_tags/{id}"), values(&agency.tags));
            put(truth, &format!("agency_policies/{id}"), self.attached(&Entity::Agency(id.to_owned())));
        }
        for (list, one, providers) in [
            ("saml_providers", "saml_provider", &self.saml_providers),
            ("oidc_providers", "oidc_provider", &self.oidc_providers),
        ] {
            put(truth, list, providers.iter().map(|provider| provider.object.to_value()));
            for provider in providers {
                let key = format!("{one}/{}", provider.object.text("provider_id"));
                put(truth, &key, [provider.detail().to_value()]);
            }
        }
    }

    fn settings(&self, truth: &mut Truth) {
        put(truth, "password_policy", [self.password_policy.to_value()]);
        put(truth, "login_policy", [self.login_policy.to_value()]);
        put(truth, "account_summary", [self.summary().to_value()]);
        put(truth, "asymmetric_signature", [self.asymmetric_signature_shown().to_value()]);
        for (name, status) in &self.features {
            put(truth, &format!("features/{name}"), [json!({"feature_status": status})]);
        }
        put(truth, "service_principals", values(&self.service_principals));
        put(truth, "registered_services", self.schemas.iter().map(|schema| json!(schema.code)));
        for schema in &self.schemas {
            put(truth, &format!("authorization_schemas/{}", schema.code), [schema.object.to_value()]);
        }
    }

    fn classic_people(&self, truth: &mut Truth) {
        let domain = self.account_id();
        put(truth, "v3_domains", [self.domain.to_value()]);
        put(truth, "v3_regions", values(&self.regions));
        put(truth, "v3_projects", values(&self.projects));
        for (list, enabled) in [("v3_users/enabled", true), ("v3_users/disabled", false)] {
            let users = self.users.iter().filter(|user| user.is_enabled() == enabled);
            put(truth, list, users.map(|user| user.classic_listed(domain).to_value()));
        }
        for user in &self.users {
            let id = user.object.text("user_id");
            put(truth, &format!("v3_listed_user/{id}"), [user.classic_named(domain).to_value()]);
            let device = self.virtual_mfa_devices().find(|device| device.text("user_id") == id);
            put(truth, &format!("v3_mfa_device/{id}"), device.map(|device| device.to_value()));
            put(truth, &format!("v3_user/{id}"), [user.classic_shown(domain).to_value()]);
        }
        let protects = self.users.iter().filter_map(|user| user.login_protect.as_ref());
        put(truth, "v3_login_protects", protects.map(Object::to_value));
        put(truth, "v3_virtual_mfa_devices", self.virtual_mfa_devices().map(|device| device.to_value()));
        let keys = self.users.iter().flat_map(|user| &user.access_keys);
        put(truth, "v3_credentials", keys.map(|key| key.classic_listed().to_value()));
        put(truth, "v3_groups", self.groups.iter().map(|group| group.classic_listed(domain).to_value()));
        let agencies = self.agencies.iter().filter_map(|agency| agency.classic.as_ref());
        put(truth, "v3_agencies", agencies.map(Object::to_value));
    }

    fn classic_grants(&self, truth: &mut Truth) {
        let classic = &self.classic;
        put(truth, "v3_roles", classic.system_roles().map(Object::to_value));
        put(truth, "v3_custom_roles", classic.custom_roles().map(Object::to_value));
        let scoped = |wanted: fn(&Scope) -> bool| {
            let assignments = classic.assignments.iter().filter(move |found| wanted(&found.scope));
            assignments.map(|assignment| self.assignment_shown(assignment).to_value())
        };
        let list = |scope: &str| format!("v3_role_assignments/{scope}");
        put(truth, &list("domain"), scoped(|scope| *scope == Scope::Domain));
        put(truth, &list("inherited"), scoped(|scope| *scope == Scope::Inherited));
        put(truth, &list("project"), scoped(|scope| matches!(scope, Scope::Project(_))));
        let on_enterprise_projects = scoped(|scope| matches!(scope, Scope::EnterpriseProject(_)));
        put(truth, &list("enterprise_project"), on_enterprise_projects);
        let providers = || classic.identity_providers.iter();
        put(truth, "v3_identity_providers", providers().map(|provider| provider.object.to_value()));
        for provider in providers() {
            let id = provider.object.text("id");
            put(truth, &format!("v3_protocols/{id}"), values(&provider.protocols));
            let config = provider.openid_connect.iter().map(Object::to_value);
            put(truth, &format!("v3_openid_connect/{id}"), config);
        }
        put(truth, "v3_mappings", values(&classic.mappings));
        put(truth, "v3_password_policy", [classic.password_policy.to_value()]);
        put(truth, "v3_login_policy", [classic.login_policy.to_value()]);
        put(truth, "v3_protect_policy", [classic.protect_policy.to_value()]);
        put(truth, "v3_api_acl_policy", [classic.api_acl_policy.to_value()]);
        put(truth, "v3_console_acl_policy", [classic.console_acl_policy.to_value()]);
        put(truth, "v3_quotas", values(&self.classic_quotas()));
        put(truth, "eps_projects", values(&self.enterprise_projects));
    }
}

impl Organization {
    fn truth(&self, truth: &mut Truth) {
        put(truth, "organization", [self.object.to_value()]);
        put(truth, "organization_roots", [self.root.to_value()]);
        put(truth, "organization_units", self.units.iter().map(|unit| unit.object.to_value()));
        put(truth, "organization_accounts", self.accounts.iter().map(|account| account.object.to_value()));
        for (object, kind, parent) in self.entities() {
            let shown = Self::entity_shown(object, kind).to_value();
            let key = format!("organization_entities/{}", parent.unwrap_or_default());
            truth.entry(key).or_default().push(shown);
        }
        put(truth, "organization_policies", self.policies.iter().map(|policy| policy.object.to_value()));
        for policy in &self.policies {
            let id = policy.object.text("id");
            put(truth, &format!("organization_policy/{id}"), [policy.detail()]);
            put(
                truth,
                &format!("organization_policy_entities/{id}"),
                values(&self.attached_entities(policy)),
            );
        }
        let administrators = || self.delegated_administrators.iter();
        put(truth, "organization_administrators", administrators().map(|one| one.object.to_value()));
        for one in administrators() {
            let id = one.object.text("account_id");
            put(truth, &format!("organization_delegated_services/{id}"), values(&one.services));
        }
        put(truth, "organization_trusted_services", values(&self.trusted_services));
        put(truth, "organization_quotas", values(&self.quotas_shown()));
        for node in self.units.iter().chain(&self.accounts) {
            let id = node.object.text("id");
            put(truth, &format!("organization_tags/{id}"), values(&node.tags));
        }
    }
}

fn values(objects: &[Object]) -> impl Iterator<Item = Value> {
    objects.iter().map(Object::to_value)
}

fn put(truth: &mut Truth, list: &str, objects: impl IntoIterator<Item = Value>) {
    truth.insert(list.to_owned(), objects.into_iter().collect());
}
