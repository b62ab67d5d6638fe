//! Makes users, service IDs, API keys, profiles, groups and their members, one at a time.

use serde_json::{Value, json};

use super::mint::Mint;
use super::names::plain;
use crate::ibm::world::{ApiKey, Group, KeyKind, Object, PUBLIC_GROUP, Profile, ServiceId, User};

impl Mint {
    /// A user who came so many days ago.
    pub(crate) fn user(&mut self, first: &str, last: &str, domain: &str, days_ago: u32) -> User {
        let iam_id = self.person();
        let email = format!("{}.{}@{domain}", plain(first), plain(last));
        let object = Object::new(json!({
            "id": self.hex(32),
            "iam_id": iam_id,
            "realm": "IBMid",
            "user_id": email,
            "firstname": first,
            "lastname": last,
            "state": "ACTIVE",
            "email": email,
            "phonenumber": "",
            "account_id": self.account,
            "added_on": self.time(days_ago),
        }));
        let settings = Object::new(json!({
            "language": "",
            "notification_language": "",
            "allowed_ip_addresses": "",
            "self_manage": true,
        }));
        User { object, settings, activity: self.activity(days_ago.min(20)) }
    }

    /// A service ID.
    pub(crate) fn service_id(
        &mut self,
        name: &str,
        description: &str,
        group: Option<&str>,
        days_ago: u32,
    ) -> ServiceId {
        let id = format!("ServiceId-{}", self.uuid());
        let object = Object::new(json!({
            "id": id,
            "iam_id": format!("iam-{id}"),
            "entity_tag": format!("1-{}", self.hex(32)),
            "crn": self.crn("iam-identity", "serviceid", &id),
            "locked": false,
            "created_at": self.short_time(days_ago),
            "modified_at": self.short_time(days_ago / 2),
            "account_id": self.account,
            "name": name,
            "description": description,
        }));
        ServiceId { object, group: group.map(str::to_owned), activity: self.activity(1) }
    }

    /// A service ID group.
    pub(crate) fn service_id_group(&mut self, name: &str, creator: &str) -> Object {
        let id = format!("ServiceIdGroup-{}", self.uuid());
        Object::new(json!({
            "id": id,
            "entity_tag": format!("1-{}", self.hex(32)),
            "account_id": self.account,
            "crn": self.crn("iam-identity", "serviceidgroup", &id),
            "name": name,
            "created_at": self.short_time(400),
            "created_by": creator,
        }))
    }

    /// An API key of a user.
    pub(crate) fn user_key(&mut self, name: &str, owner: &User, days_ago: u32) -> ApiKey {
        let iam_id = owner.object.text("iam_id").to_owned();
        self.key(name, &iam_id, &iam_id, days_ago)
    }

    /// An API key of a service ID, in the same service ID group.
    pub(crate) fn service_key(
        &mut self,
        name: &str,
        owner: &ServiceId,
        creator: &str,
        days_ago: u32,
    ) -> ApiKey {
        let mut key = self.key(name, owner.object.text("iam_id"), creator, days_ago);
        key.kind = KeyKind::ServiceId;
        key.group.clone_from(&owner.group);
        key.object.remove("support_sessions");
        key
    }

    fn key(&mut self, name: &str, owner: &str, creator: &str, days_ago: u32) -> ApiKey {
        let id = format!("ApiKey-{}", self.uuid());
        let object = Object::new(json!({
            "id": id,
            "entity_tag": format!("1-{}", self.hex(32)),
            "crn": self.crn("iam-identity", "apikey", &id),
            "locked": false,
            "disabled": false,
            "created_at": self.short_time(days_ago),
            "created_by": creator,
            "modified_at": self.short_time(days_ago),
            "name": name,
            "support_sessions": false,
            "action_when_leaked": "none",
            "description": format!("Key of {name}"),
            "iam_id": owner,
            "account_id": self.account,
            "apikey": "",
        }));
        let secret = format!("simulated-key-{}", self.hex(24));
        ApiKey { object, kind: KeyKind::User, group: None, secret, activity: self.activity(days_ago.min(3)) }
    }

    /// A trusted profile that nobody may assume yet.
    pub(crate) fn profile(&mut self, name: &str, description: &str) -> Profile {
        let id = format!("Profile-{}", self.uuid());
        let object = Object::new(json!({
            "id": id,
            "entity_tag": format!("1-{}", self.hex(32)),
            "crn": self.crn("iam-identity", "profile", &id),
            "name": name,
            "description": description,
            "created_at": self.short_time(300),
            "modified_at": self.short_time(120),
            "iam_id": format!("iam-{id}"),
            "account_id": self.account,
            "ims_account_id": self.rng.u32(1_000_000..3_000_000),
        }));
        Profile { object, rules: vec![], links: vec![], identities: vec![], activity: self.activity(2) }
    }

    /// A claim rule for people of an identity provider.
    pub(crate) fn saml_rule(&mut self, name: &str, realm: &str, group: &str) -> Object {
        Object::new(json!({
            "id": format!("ClaimRule-{}", self.uuid()),
            "entity_tag": format!("1-{}", self.hex(32)),
            "created_at": self.short_time(200),
            "name": name,
            "type": "Profile-SAML",
            "realm_name": realm,
            "expiration": 3600,
            "conditions": [condition("blueGroups", "CONTAINS", group), condition("emailVerified", "EQUALS", "true")],
        }))
    }

    /// A claim rule for a class of compute resources.
    pub(crate) fn compute_rule(&mut self, name: &str, kind: &str, resource_group: &str) -> Object {
        Object::new(json!({
            "id": format!("ClaimRule-{}", self.uuid()),
            "entity_tag": format!("1-{}", self.hex(32)),
            "created_at": self.short_time(150),
            "modified_at": Value::Null,
            "name": name,
            "type": "Profile-CR",
            "expiration": 3600,
            "cr_type": kind,
            "conditions": [condition("resource_group_id", "EQUALS", resource_group)],
        }))
    }

    /// A link to one compute resource.
    pub(crate) fn link(&mut self, kind: &str, target: Value) -> Object {
        Object::new(json!({
            "id": format!("Link-{}", self.uuid()),
            "entity_tag": format!("1-{}", self.hex(32)),
            "created_at": self.short_time(90),
            "modified_at": self.short_time(90),
            "cr_type": kind,
            "link": target,
        }))
    }

    /// An access group without members.
    pub(crate) fn group(&mut self, name: &str, description: &str, creator: &str, days_ago: u32) -> Group {
        let id = format!("AccessGroupId-{}", self.uuid());
        self.group_called(&id, name, description, creator, days_ago)
    }

    /// The group that contains everyone.
    pub(crate) fn public_group(&mut self) -> Group {
        let description = "This group includes all users and service IDs by default.";
        self.group_called(PUBLIC_GROUP, "Public Access", description, "system", 900)
    }

    fn group_called(
        &mut self,
        id: &str,
        name: &str,
        description: &str,
        creator: &str,
        days_ago: u32,
    ) -> Group {
        let object = Object::new(json!({
            "id": id,
            "name": name,
            "description": description,
            "account_id": self.account,
            "created_at": self.time(days_ago),
            "created_by_id": creator,
            "last_modified_at": self.time(days_ago / 2),
            "last_modified_by_id": creator,
            "href": format!("https://iam.cloud.ibm.com/v2/groups/{id}"),
            "is_federated": false,
            "crn": self.crn("iam-groups", "accessgroup", id),
        }));
        Group { object, members: vec![], rules: vec![] }
    }

    /// Puts someone into a group for good.
    pub(crate) fn join(&mut self, group: &mut Group, who: &Object, creator: &str, days_ago: u32) {
        let iam_id = who.text("iam_id");
        let mut member = Object::new(json!({
            "iam_id": iam_id,
            "type": member_kind(iam_id),
            "membership_type": "static",
            "href": format!("{}/members/{iam_id}", group.object.text("href")),
            "created_at": self.time(days_ago),
            "created_by_id": creator,
        }));
        if let Some(email) = who.get("email") {
            member.set("name", format!("{} {}", who.text("firstname"), who.text("lastname")));
            member.set("email", email.clone());
        } else {
            member.set("name", who.text("name"));
            member.set("description", who.text("description"));
        }
        group.members.push(member);
    }

    /// A dynamic rule: people of an identity provider with this claim join for some hours.
    pub(crate) fn dynamic_rule(
        &mut self,
        group: &mut Group,
        name: &str,
        realm: &str,
        claim: &str,
        value: &str,
    ) {
        group.object.set("is_federated", true);
        group.rules.push(Object::new(json!({
            "id": format!("ClaimRule-{}", self.uuid()),
            "name": name,
            "expiration": 12,
            "realm_name": realm,
            "access_group_id": group.object.text("id"),
            "account_id": self.account,
            "conditions": [condition(claim, "EQUALS", value)],
            "created_at": self.time(250),
            "created_by_id": group.object.text("created_by_id"),
            "last_modified_at": self.time(200),
            "last_modified_by_id": group.object.text("created_by_id"),
        })));
    }

    /// The `activity` member: a last sign-in, or none on record.
    pub(crate) fn activity(&mut self, days_ago: u32) -> Object {
        if self.chance(15) {
            return Object::new(json!({"authn_count": 0}));
        }
        Object::new(json!({"last_authn": self.short_time(days_ago), "authn_count": self.rng.u32(1..5_000)}))
    }
}

/// The `type` of a group member with this IAM id.
fn member_kind(iam_id: &str) -> &'static str {
    if iam_id.starts_with("iam-ServiceId-") {
        "service"
    } else if iam_id.starts_with("iam-Profile-") {
        "profile"
    } else {
        "user"
    }
}

/// A condition on a claim; its value is JSON inside of text.
fn condition(claim: &str, operator: &str, value: &str) -> Value {
    json!({"claim": claim, "operator": operator, "value": Value::from(value).to_string()})
}
