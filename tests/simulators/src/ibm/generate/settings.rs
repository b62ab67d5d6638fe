//! Makes what every account has: its settings, its public group, and the collector with its rights.

use serde_json::{Value, json};

use super::catalogue;
use super::mint::Mint;
use crate::ibm::world::{
    AUDITOR_PROFILE, ApiKey, COLLECTOR_API_KEY, COLLECTOR_CR_TOKEN, Caller, Object, Policy, Rights,
    STRANGER_API_KEY, ServiceId, User, World,
};

impl Mint {
    /// An account with users, and nothing else in it. The first user owns it.
    pub(super) fn account(&mut self, name: &str, users: Vec<User>) -> World {
        let owner = users[0].object.clone();
        let owner_id = owner.text("iam_id").to_owned();
        let public_group = self.public_group();
        World {
            account: Object::new(json!({
                "name": name,
                "id": self.account,
                "owner": self.hex(32),
                "owner_userid": owner.text("user_id"),
                "owner_iamid": owner_id,
                "type": "SUBSCRIPTION",
                "status": "ACTIVE",
                "linked_softlayer_account": "",
                "team_directory_enabled": true,
                "traits": {"eu_supported": true, "poc": false, "hippa": false},
            })),
            callers: vec![],
            users,
            service_id_groups: vec![],
            service_ids: vec![],
            api_keys: vec![],
            profiles: vec![],
            groups: vec![public_group],
            group_settings: Object::new(json!({
                "account_id": self.account,
                "last_modified_at": self.time(600),
                "last_modified_by_id": owner_id,
                "public_access_enabled": true,
            })),
            policies: vec![],
            custom_roles: vec![],
            system_roles: catalogue::system_roles(),
            services: catalogue::services(),
            identity_settings: self.identity_settings(),
            effective_settings: None,
            access_settings: access_settings(),
            resource_groups: vec![self.resource_group("Default", true)],
            instances: vec![],
            zones: vec![],
            restrictions: vec![],
            restriction_limits: Object::new(json!({
                "id": self.account,
                "crn": self.crn("context-based-restrictions", "account-settings", &self.account),
                "href": format!("https://cbr.cloud.ibm.com/v1/account_settings/{}", self.account),
                "rule_count_limit": 4020, "zone_count_limit": 500, "tags_rule_count_limit": 500,
            })),
            inactivity: None,
            outages: vec![],
        }
    }

    fn identity_settings(&mut self) -> Object {
        Object::new(json!({
            "account_id": self.account,
            "entity_tag": format!("5-{}", self.hex(32)),
            "restrict_create_service_id": "NOT_SET",
            "restrict_create_platform_apikey": "NOT_RESTRICTED",
            "restrict_user_list_visibility": "RESTRICTED",
            "restrict_user_domains": [],
            "allowed_ip_addresses": "",
            "mfa": "TOTP4ALL",
            "user_mfa": [],
            "session_expiration_in_seconds": "86400",
            "session_invalidation_in_seconds": "7200",
            "max_sessions_per_identity": "NOT_SET",
            "system_access_token_expiration_in_seconds": "3600",
            "system_refresh_token_expiration_in_seconds": "259200",
        }))
    }

    /// The collector: a service ID with a key, a profile that it and a workload may assume, the
    /// policies that let both read everything. The last user gets a key that opens nothing.
    pub(super) fn settle_collector(&mut self, world: &mut World) {
        let owner = world.account.text("owner_iamid").to_owned();
        let reader =
            self.service_id("iamwatch-collector", "Reads the account's access every week", None, 240);
        let mut auditor = self.profile(AUDITOR_PROFILE, "Reads the account's access from a workload");
        auditor.identities.push(identity(&reader.object, "Assumes it from the audit job"));
        let cluster = self.crn("codeengine", "project", "audit");
        auditor.links.push(
            self.link("CE", json!({"crn": cluster, "component_type": "job", "component_name": "audit"})),
        );
        for who in [&reader.object, &auditor.object] {
            world.policies.extend(self.reading_rights(who.text("iam_id"), &owner));
        }
        world.callers = vec![
            caller(&reader.object, "ServiceId", Some(COLLECTOR_API_KEY), Rights::full()),
            Caller {
                cr_token: Some(COLLECTOR_CR_TOKEN.to_owned()),
                assumable_by: vec![reader.object.text("iam_id").to_owned()],
                ..caller(&auditor.object, "Profile", None, Rights::full())
            },
        ];
        world.api_keys.push(self.collector_key(&reader, &owner));
        world.service_ids.push(reader);
        world.profiles.push(auditor);
        self.settle_stranger(world);
    }

    fn collector_key(&mut self, reader: &ServiceId, owner: &str) -> ApiKey {
        let mut key = self.service_key("iamwatch-collector-key", reader, owner, 60);
        COLLECTOR_API_KEY.clone_into(&mut key.secret);
        key
    }

    fn settle_stranger(&mut self, world: &mut World) {
        let stranger = &world.users[world.users.len() - 1];
        let mut key = self.user_key("first-steps", stranger, 20);
        STRANGER_API_KEY.clone_into(&mut key.secret);
        let iam_id = stranger.object.text("iam_id");
        world.callers.push(Caller {
            iam_id: iam_id.to_owned(),
            id: iam_id.to_owned(),
            name: format!("{} {}", stranger.object.text("firstname"), stranger.object.text("lastname")),
            sub_type: None,
            api_key: Some(STRANGER_API_KEY.to_owned()),
            cr_token: None,
            assumable_by: vec![],
            rights: Rights::none(),
        });
        world.api_keys.push(key);
    }

    /// The policies that a collector needs, and no more.
    pub(crate) fn reading_rights(&mut self, who: &str, creator: &str) -> [Policy; 4] {
        let configuration_reader = catalogue::listed_role("iam-identity", catalogue::CONFIGURATION_READER);
        [
            self.policy(who, &["Viewer"], &[("serviceType", "platform_service")], creator),
            self.policy(who, &["Viewer"], &[("serviceType", "service")], creator),
            self.policy(who, &["Viewer"], &[("resourceType", "resource-group")], creator),
            self.policy(who, &[&configuration_reader], &[("serviceName", "iam-identity")], creator),
        ]
    }
}

/// An identity that may assume a profile.
pub(super) fn identity(who: &Object, description: &str) -> Object {
    let iam_id = who.text("iam_id");
    let (kind, identifier) = match iam_id.strip_prefix("iam-") {
        Some(id) => ("serviceid", id),
        None => ("user", iam_id),
    };
    let mut identity = Object::new(json!({
        "iam_id": iam_id, "identifier": identifier, "type": kind, "description": description,
    }));
    if kind == "user" {
        identity.set("accounts", json!([who.text("account_id")]));
    }
    identity
}

/// What is in force: the account's own settings, tightened by a template of the enterprise.
pub(super) fn effective(own: &Object) -> Object {
    let mut effective = own.without(&["account_id", "entity_tag"]).to_value();
    effective["mfa"] = json!("LEVEL2");
    let template = json!({
        "template_id": "AccountSettingsTemplate-1f6e", "template_version": 3, "template_name": "Baseline",
        "mfa": "LEVEL2",
    });
    Object::new(json!({
        "account_id": own.text("account_id"),
        "effective": effective,
        "account": own.to_value(),
        "assigned_templates": [template],
    }))
}

fn access_settings() -> Object {
    let open = |state: &str, allowed: Value| json!({"state": state, "external_allowed_accounts": allowed});
    Object::new(json!({"external_account_identity_interaction": {"identity_types": {
        "user": open("enabled", json!([])),
        "service_id": open("limited", json!(["3f0c54bd8f0c4c42a3c1a2c7f3d2b1aa"])),
        "service": open("monitor", json!([])),
    }}}))
}

fn caller(object: &Object, sub_type: &'static str, api_key: Option<&str>, rights: Rights) -> Caller {
    Caller {
        iam_id: object.text("iam_id").to_owned(),
        id: object.text("id").to_owned(),
        name: object.text("name").to_owned(),
        sub_type: Some(sub_type),
        api_key: api_key.map(str::to_owned),
        cr_token: None,
        assumable_by: vec![],
        rights,
    }
}
