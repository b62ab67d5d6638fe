//! People who each hold one action, added to simulated accounts.

use serde_json::json;
use simulators::{
    huawei::world as h,
    ibm::world::{Attribute, Object, Policy, User, World},
};

/// Makes holders in an account of Huawei Cloud.
pub struct OnHuawei {
    person: h::User,
    policy: h::Policy,
    role: h::Object,
    made: usize,
}

impl OnHuawei {
    /// Takes a person, a policy and a role of the account to make others like them.
    pub fn of(world: &h::World) -> Self {
        let person = world.users.iter().find(|user| user.login_profile.is_some() && !user.is_root());
        let policy = world.policies.iter().find(|policy| policy.is_custom());
        let role = world.classic.custom_roles().next();
        Self {
            person: person.expect("a person").clone(),
            policy: policy.expect("a policy of the account").clone(),
            role: role.expect("a role of the account").clone(),
            made: 0,
        }
    }

    /// Returns the name of the holder of something.
    pub fn name(what: &str) -> String {
        format!("only {what}")
    }

    /// Adds somebody who may do one thing: by an identity policy, or by a role that a group has been given where only
    /// the classic model knows the action.
    pub fn add(&mut self, world: &mut h::World, what: &str, action: &str) {
        self.made += 1;
        let (id, name) = (format!("{:032x}", self.made), Self::name(what));
        let mut user = self.person.clone();
        for (member, value) in [("user_id", &id), ("user_name", &name)] {
            user.object.set(member, value.as_str());
        }
        user.object.set("urn", format!("iam::{}:user:{name}", world.account_id()));
        user.access_keys.clear();
        world.users.push(user);
        if Self::is_classic(action) {
            self.give_role(world, &id, action)
        } else {
            self.attach(world, &id, action)
        }
    }

    /// Disables a holder.
    pub fn disable(&self, world: &mut h::World, what: &str) {
        let name = Self::name(what);
        let id = world
            .users
            .iter()
            .find(|user| user.name() == name)
            .expect("a holder")
            .object
            .text("user_id")
            .to_owned();
        world.users.with_id_mut(&id).expect("the same").object.set("enabled", false);
    }

    fn is_classic(action: &str) -> bool {
        action.starts_with("iam:")
            && !action.contains("V5")
            && !action.contains('*')
            && action != "iam:agencies:pass"
    }

    fn attach(&self, world: &mut h::World, user: &str, action: &str) {
        let mut policy = self.policy.clone();
        let (id, name) = (format!("b{user}"), format!("policy {user}"));
        for (member, value) in [("policy_id", &id), ("policy_name", &name)] {
            policy.object.set(member, value.as_str());
        }
        policy.object.set("urn", format!("iam::{}:policy:{name}", world.account_id()));
        let document = json!({"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": [action]}]});
        policy.versions.truncate(1);
        policy.versions[0].set("is_default", true);
        policy.versions[0].set("document", document.to_string());
        let version = policy.versions[0].text("version_id").to_owned();
        policy.object.set("default_version_id", version);
        world.policies.push(policy);
        world.attachments.attach(&id, h::Entity::User(user.to_owned()), "2026-09-01T00:00:00Z");
    }

    fn give_role(&self, world: &mut h::World, user: &str, action: &str) {
        let (group, role) = (format!("c{user}"), format!("d{user}"));
        let object = json!({
            "group_id": group, "group_name": group, "created_at": "2026-09-01T00:00:00.000Z", "description": "",
            "urn": format!("iam::{}:group:{group}", world.account_id()),
        });
        world.groups.push(h::Group { object: h::Object::new(object), members: vec![user.to_owned()] });
        let mut object = self.role.clone();
        for (member, value) in [("id", &role), ("name", &role), ("display_name", &role)] {
            object.set(member, value.as_str());
        }
        object.set("type", "AX");
        let statements = json!([{"Effect": "Allow", "Action": [action]}]);
        object.set("policy", json!({"Version": "1.1", "Statement": statements}));
        world.classic.roles.push(object);
        let (subject, scope) = (h::Subject::Group(group), h::Scope::Domain);
        world.classic.assignments.push(h::Assignment { role_id: role, subject, scope });
    }
}

/// Makes holders in an account of IBM Cloud.
pub struct OnIbm {
    person: User,
    policy: Policy,
    role: Object,
    made: usize,
}

impl OnIbm {
    /// Takes a person, a policy and a role of the account to make others like them.
    pub fn of(world: &World) -> Self {
        let is_plain = |policy: &&Policy| {
            policy.rule.is_none()
                && policy.tags.is_empty()
                && policy.template.is_none()
                && policy.state == "active"
        };
        Self {
            person: world
                .users
                .iter()
                .find(|user| user.object.text("state") == "ACTIVE")
                .expect("one")
                .clone(),
            policy: world.policies.iter().find(is_plain).expect("a policy").clone(),
            role: world.custom_roles[0].clone(),
            made: 0,
        }
    }

    /// Returns the name of the holder of something.
    pub fn name(what: &str) -> String {
        format!("only {what}")
    }

    /// Returns the service that an action goes with. The actions of every service are held on one.
    pub fn service_of(action: &str) -> &str {
        let service = action.split('.').next().unwrap_or_default();
        let is_of_all = ["iam", "cbr", "global-search-tagging", "resource-controller"].contains(&service);
        if is_of_all { "cloud-object-storage" } else { service }
    }

    /// Adds somebody with a role of the account that holds one action, on some resources.
    pub fn add(&mut self, world: &mut World, what: &str, action: &str, on: &[(&str, &str)]) {
        let crn = format!("{}-{what}", self.role.text("crn")).replace(' ', "-");
        let mut role = self.role.clone();
        let service = Self::service_of(action);
        let id = format!("role {what}");
        for (member, value) in [
            ("id", id.as_str()),
            ("crn", &crn),
            ("name", what),
            ("display_name", what),
            ("service_name", service),
        ] {
            role.set(member, value);
        }
        role.set("actions", json!([action]));
        world.custom_roles.push(role);
        self.add_with(world, what, crn, on);
    }

    /// Adds somebody with a role, on some resources.
    pub fn add_with(&mut self, world: &mut World, what: &str, role: String, on: &[(&str, &str)]) {
        self.made += 1;
        let iam_id = format!("IBMid-77{:08}", self.made);
        let mut user = self.person.clone();
        let name = Self::name(what);
        for (member, value) in [("iam_id", &iam_id), ("id", &iam_id), ("user_id", &name), ("email", &name)] {
            user.object.set(member, value.as_str());
        }
        world.users.push(user);
        let mut resource = vec![Attribute::equals("accountId", world.account_id())];
        resource.extend(on.iter().map(|(key, value)| Attribute::equals(key, value)));
        world.policies.push(Policy {
            id: format!("policy-{}", self.made),
            subject: vec![Attribute::equals("iam_id", &iam_id)],
            resource,
            roles: vec![role],
            ..self.policy.clone()
        });
    }
}
