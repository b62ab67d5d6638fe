//! What a caller who is shown everything must find in every list.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Object, PolicyKind, World};

/// Every object of every list, as the API answers it to a caller with full rights and all optional
/// members asked for; lists below a parent carry the parent's id in the key (`group_members/<id>`).
pub type Truth = BTreeMap<String, Vec<Value>>;

impl World {
    /// What a complete reader of this account must see, per list.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let mut truth = Truth::new();
        self.people(&mut truth);
        self.machines(&mut truth);
        self.grants(&mut truth);
        self.surroundings(&mut truth);
        truth
    }

    fn people(&self, truth: &mut Truth) {
        put(truth, "account", [self.account.to_value()]);
        put(truth, "users", self.users.iter().map(|user| user.object.to_value()));
        for user in &self.users {
            put(truth, &format!("user_settings/{}", user.object.text("iam_id")), [user.settings.to_value()]);
        }
        put(truth, "groups", self.groups.iter().map(|group| group.object.to_value()));
        for group in &self.groups {
            let id = group.object.text("id");
            put(truth, &format!("group_members/{id}"), values(&group.members));
            put(truth, &format!("group_rules/{id}"), values(&group.rules));
        }
        put(truth, "group_settings", [self.group_settings.to_value()]);
    }

    fn machines(&self, truth: &mut Truth) {
        put(truth, "service_id_groups", values(&self.service_id_groups));
        put(truth, "service_ids", self.service_ids.iter().map(|id| id.listed(true).to_value()));
        put(truth, "api_keys", self.api_keys.iter().map(|key| key.object.to_value()));
        put(truth, "profiles", self.profiles.iter().map(|profile| profile.object.to_value()));
        for profile in &self.profiles {
            let id = profile.object.text("id");
            put(truth, &format!("profile_rules/{id}"), values(&profile.rules));
            put(truth, &format!("profile_links/{id}"), values(&profile.links));
            put(truth, &format!("profile_identities/{id}"), values(&profile.identities));
        }
    }

    fn grants(&self, truth: &mut Truth) {
        let active = || self.policies.iter().filter(|policy| policy.state == "active");
        let authorizations = || active().filter(|policy| policy.kind == PolicyKind::Authorization);
        put(truth, "policies_v2", active().map(|policy| policy.v2(true)));
        put(truth, "policies_v1", active().map(|policy| policy.v1(true)));
        put(truth, "policies_v1_authorization", authorizations().map(|policy| policy.v1(true)));
        put(truth, "custom_roles", values(&self.custom_roles));
        put(truth, "system_roles", self.system_roles.iter().map(|role| json!(role)));
        for service in &self.services {
            put(
                truth,
                &format!("service_roles/{}", service.name),
                service.service_roles.iter().map(|role| json!(role)),
            );
            put(
                truth,
                &format!("system_roles/{}", service.name),
                service.system_roles.iter().map(|role| json!(role)),
            );
        }
    }

    fn surroundings(&self, truth: &mut Truth) {
        put(truth, "identity_settings", [self.identity_settings.to_value()]);
        put(truth, "effective_settings", self.effective_settings.iter().map(Object::to_value));
        put(truth, "access_settings", [self.access_settings.to_value()]);
        put(truth, "resource_groups", values(&self.resource_groups));
        put(truth, "instances", values(&self.instances));
        put(truth, "zones", values(&self.zones));
        put(truth, "restrictions", values(&self.restrictions));
        put(truth, "restriction_settings", [self.restriction_settings().to_value()]);
        put(truth, "inactivity", self.inactivity.iter().map(Object::to_value));
    }
}

impl super::ServiceId {
    /// The object of the list, with `group_id` when it is asked for and the group is not the default.
    #[must_use]
    pub fn listed(&self, show_group_id: bool) -> Object {
        let mut object = self.object.clone();
        if let (true, Some(group)) = (show_group_id, &self.group) {
            object.set("group_id", group.as_str());
        }
        object
    }
}

fn values(objects: &[Object]) -> impl Iterator<Item = Value> {
    objects.iter().map(Object::to_value)
}

fn put(truth: &mut Truth, list: &str, objects: impl IntoIterator<Item = Value>) {
    truth.insert(list.to_owned(), objects.into_iter().collect());
}
