//! Makes users, their keys and devices, and groups.

use serde_json::{Value, json};

use super::mint::Mint;
use crate::huawei::world::{AccessKey, Group, Object, User};

/// `tag_key`, `tag_value`.
pub(super) fn tag(key: &str, value: &str) -> Object {
    Object::new(json!({"tag_key": key, "tag_value": value}))
}

impl Mint {
    /// A user without password, key or device.
    pub(crate) fn user(&mut self, name: &str, age: u32) -> User {
        let id = self.id();
        let classic = Object::new(json!({
            "email": "", "areacode": "", "phone": "", "xuser_id": "", "xuser_type": "",
            "access_mode": "programmatic", "pwd_strength": "None",
            "password_expires_at": "null", "last_project_id": "",
            "update_time": self.spaced_time(age / 2),
        }));
        User {
            object: Object::new(json!({
                "user_id": id, "user_name": name, "description": "", "is_root_user": false,
                "enabled": true, "created_at": self.time(age), "urn": self.urn("user", name),
            })),
            tags: vec![],
            classic,
            login_profile: None,
            last_login_at: None,
            login_protect: None,
            access_keys: vec![],
        }
    }

    /// A user who signs in to the console, with address and telephone as version 3 knows them.
    pub(crate) fn person(&mut self, name: &str, description: &str, domain: &str, age: u32) -> User {
        let mut user = self.user(name, age);
        user.object.set("description", description);
        self.password(&mut user, age);
        let mailbox: String = name.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
        let mailbox = if mailbox.is_empty() { self.hex(6) } else { mailbox };
        let classic = &mut user.classic;
        classic.set("email", format!("{mailbox}@{domain}"));
        classic.set("areacode", "00351");
        classic.set("phone", format!("9{:08}", self.rng.u32(0..100_000_000)));
        let days = self.rng.u32(0..age.clamp(1, 20));
        user.last_login_at = Some(self.time(days));
        user.login_protect = Some(Object::new(json!({
            "user_id": user.object.text("user_id"), "enabled": true, "verification_method": "vmfa",
        })));
        user
    }

    /// Gives a user a password.
    pub(crate) fn password(&mut self, user: &mut User, age: u32) {
        user.login_profile = Some(Object::new(json!({
            "user_id": user.object.text("user_id"), "password_reset_required": false,
            "created_at": self.time(age),
        })));
        let set = self.spaced_time(age / 2);
        let classic = &mut user.classic;
        classic.set("access_mode", "default");
        classic.set("pwd_strength", "High");
        classic.set("pwd_create_time", set.as_str());
        classic.set("modify_pwd_time", set);
        classic.set("last_pwd_auth_time", self.spaced_time(1));
    }

    /// An active access key; `used` says how many days ago, none is never.
    pub(crate) fn access_key(&mut self, user: &mut User, description: &str, age: u32, used: Option<u32>) {
        let object = Object::new(json!({
            "user_id": user.object.text("user_id"), "access_key_id": self.access_key_id(),
            "created_at": self.time(age), "status": "active",
        }));
        let last_used_at = used.map(|days| self.time(days));
        user.access_keys.push(AccessKey { object, last_used_at, description: description.to_owned() });
    }

    /// An enabled virtual MFA device.
    pub(crate) fn mfa_device(&self, user: &User) -> Object {
        Object::new(json!({
            "serial_number": self.urn("mfa", user.name()),
            "user_id": user.object.text("user_id"), "enabled": true,
        }))
    }

    /// A group without members.
    pub(crate) fn group(&mut self, name: &str, description: Option<&str>, age: u32) -> Group {
        let mut object = Object::new(json!({
            "group_id": self.id(), "group_name": name,
            "created_at": self.time(age), "urn": self.urn("group", name),
        }));
        if let Some(text) = description {
            object.set("description", Value::from(text));
        }
        Group { object, members: vec![] }
    }
}
