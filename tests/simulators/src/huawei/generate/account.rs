//! The account before anybody works in it, and the auditor's way into it.

use serde_json::json;

use super::agencies::{account_root, trust};
use super::mint::Mint;
use super::{catalogue, names, policies, roles, settings};
use crate::huawei::world::{
    AUDIT_AGENCY, AUDIT_EXTERNAL_ID, AUDITOR_USER, Assumable, Attachments, COLLECTOR_ACCESS_KEY,
    COLLECTOR_SECRET_KEY, Caller, Classic, Entity, FOREIGN_ACCESS_KEY, FOREIGN_ACCOUNT, FOREIGN_SECRET_KEY,
    Object, Partition, Rights, STRANGER_ACCESS_KEY, STRANGER_SECRET_KEY, Scope, Subject,
    TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, TEMPORARY_SECURITY_TOKEN, Things, User, World,
};

/// Name of the group through which the auditor reads the classic model.
pub(crate) const AUDITORS_GROUP: &str = "auditors";

/// Name of the policy through which the auditor reads the rest.
pub(crate) const AUDITOR_POLICY: &str = "iamwatch-read";

/// Name of the user who may do nothing.
const STRANGER_USER: &str = "visitor";

/// What a collector needs to read of version 5.
const READING: &str = "{\"Version\":\"5.0\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\
                       \"iam:*:get*\",\"iam:*:list*\",\"iam:*:show*\",\"iam::get*\",\"iam::list*\",\
                       \"organizations:*:get*\",\"organizations:*:list*\"]}]}";

impl Mint {
    /// A new account: its root user, the group `admin`, the cloud's own policies and roles.
    pub(crate) fn account(&mut self, name: &str, things: usize) -> World {
        let root = self.root_user(name);
        let admin = self.group("admin", Some("Default administrators"), 2_000);
        let (password_policy, login_policy) = (settings::password_policy(), settings::login_policy());
        let classic = Classic {
            roles: roles::system_roles(),
            assignments: vec![],
            identity_providers: vec![],
            mappings: vec![],
            password_policy: settings::classic_password_policy(&password_policy),
            login_policy: settings::classic_login_policy(&login_policy),
            protect_policy: settings::protect_policy(),
            api_acl_policy: settings::api_acl_policy(),
            console_acl_policy: settings::console_acl_policy(),
            quotas: settings::classic_quotas(),
        };
        World {
            domain: Object::new(json!({
                "id": self.account, "name": name, "description": "", "enabled": true,
                "links": {"self": format!("https://iam.myhuaweicloud.com/v3/domains/{}", self.account)},
            })),
            partition: Partition::International,
            callers: vec![],
            assumable: vec![],
            regions: names::REGIONS.iter().map(region).collect(),
            projects: self.regional_projects(),
            users: [root].into_iter().collect(),
            groups: [admin].into_iter().collect(),
            policies: policies::system_policies().into_iter().collect(),
            agencies: Things::default(),
            attachments: Attachments::default(),
            mfa_devices: vec![],
            saml_providers: vec![],
            oidc_providers: vec![],
            password_policy,
            login_policy,
            asymmetric_signature: false,
            features: settings::features(),
            quotas: settings::quotas(things),
            service_principals: catalogue::service_principals(),
            schemas: catalogue::schemas(),
            classic,
            enterprise_projects: vec![self.enterprise_project("0", "default", 1)],
            organization: None,
        }
    }

    fn root_user(&mut self, name: &str) -> User {
        let mut root = self.person(name, "", "solar.example", 2_000);
        root.object.set("is_root_user", true);
        root
    }

    fn regional_projects(&mut self) -> Vec<Object> {
        let parent = self.account.clone();
        let regions = names::REGIONS.iter().map(|(region, _)| *region);
        regions.chain(["MOS"]).map(|name| self.project(name, &parent)).collect()
    }

    /// A project: of a region below the account, or a smaller one below that.
    pub(crate) fn project(&mut self, name: &str, parent: &str) -> Object {
        let id = self.id();
        Object::new(json!({
            "id": id, "name": name, "domain_id": self.account, "parent_id": parent, "enabled": true,
            "is_domain": false, "description": "",
            "links": {"self": format!("https://iam.myhuaweicloud.com/v3/projects/{id}")},
        }))
    }

    /// An enterprise project; status 1 is enabled, 2 disabled.
    pub(crate) fn enterprise_project(&mut self, id: &str, name: &str, status: u32) -> Object {
        Object::new(json!({
            "id": id, "name": name, "description": "", "status": status, "type": "prod",
            "created_at": self.time(700), "updated_at": self.time(200), "delete_flag": status == 2,
        }))
    }

    /// Lets the auditor in: a user with a key and its policy, an agency for another account, and a
    /// stranger who may do nothing.
    pub(crate) fn settle_collector(&mut self, world: &mut World) {
        let mut auditor = self.user(AUDITOR_USER, 100);
        self.access_key(&mut auditor, "reads at night", 90, Some(0));
        auditor.access_keys[0].object.set("access_key_id", COLLECTOR_ACCESS_KEY);
        let mut stranger = self.user(STRANGER_USER, 30);
        self.access_key(&mut stranger, "", 20, Some(3));
        stranger.access_keys[0].object.set("access_key_id", STRANGER_ACCESS_KEY);
        let principal = json!({"IAM": [account_root(FOREIGN_ACCOUNT)]});
        let condition = json!({"StringEquals": {"sts:ExternalId": [AUDIT_EXTERNAL_ID]}});
        let agency = self.trust_agency(AUDIT_AGENCY, "", &trust(principal, Some(condition)), 90);
        let policy = self.policy(AUDITOR_POLICY, "", &[READING.to_owned()], 90);
        let policy_id = policy.object.text("policy_id").to_owned();
        world.assumable.push(Assumable {
            agency_urn: agency.object.text("urn").to_owned(),
            by_account: FOREIGN_ACCOUNT.to_owned(),
            external_id: Some(AUDIT_EXTERNAL_ID.to_owned()),
            rights: Rights::full(),
        });
        world.callers = self.callers(&auditor, &stranger);
        let entities = [
            Entity::User(auditor.object.text("user_id").to_owned()),
            Entity::Agency(agency.object.text("agency_id").to_owned()),
        ];
        world.policies.push(policy);
        for entity in entities {
            world.attachments.attach(&policy_id, entity, &self.time(90));
        }
        self.classic_reading(world, &auditor);
        world.users.push(auditor);
        world.users.push(stranger);
        world.agencies.push(agency);
    }

    /// The classic model has no users as subjects: the auditor reads it through a group.
    fn classic_reading(&mut self, world: &mut World, auditor: &User) {
        let mut group = self.group(AUDITORS_GROUP, Some("May look at everything"), 100);
        group.members.push(auditor.object.text("user_id").to_owned());
        let id = group.object.text("group_id").to_owned();
        world.groups.push(group);
        for name in ["IAM ReadOnlyAccess", "Tenant Guest"] {
            world.assign(name, Subject::Group(id.clone()), Scope::Domain);
        }
    }

    fn callers(&self, auditor: &User, stranger: &User) -> Vec<Caller> {
        let caller = |access: &str, secret: &str, user: &User, rights| Caller {
            access_key_id: access.to_owned(),
            secret_access_key: secret.to_owned(),
            security_token: None,
            account_id: self.account.clone(),
            principal_urn: user.object.text("urn").to_owned(),
            principal_id: user.object.text("user_id").to_owned(),
            rights,
        };
        let temporary = Caller {
            security_token: Some(TEMPORARY_SECURITY_TOKEN.to_owned()),
            ..caller(TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, auditor, Rights::full())
        };
        let foreign = Caller {
            account_id: FOREIGN_ACCOUNT.to_owned(),
            principal_urn: format!("iam::{FOREIGN_ACCOUNT}:user:central-auditor"),
            principal_id: "f0e1d2c3b4a5968778695a4b3c2d1e0f".to_owned(),
            ..caller(FOREIGN_ACCESS_KEY, FOREIGN_SECRET_KEY, auditor, Rights::none())
        };
        vec![
            caller(COLLECTOR_ACCESS_KEY, COLLECTOR_SECRET_KEY, auditor, Rights::full()),
            temporary,
            foreign,
            caller(STRANGER_ACCESS_KEY, STRANGER_SECRET_KEY, stranger, Rights::none()),
        ]
    }
}

impl World {
    /// Whether this id belongs to the root user, to those whose keys are known, or to their group or
    /// agency: what they may do is fixed by their [`Rights`], whatever else happens.
    pub(crate) fn is_fixed(&self, id: &str) -> bool {
        let user = |user: &User| user.is_root() || [AUDITOR_USER, STRANGER_USER].contains(&user.name());
        self.users.with_id(id).is_some_and(user)
            || self.groups.with_id(id).is_some_and(|group| group.name() == AUDITORS_GROUP)
            || self.agencies.with_id(id).is_some_and(|agency| agency.name() == AUDIT_AGENCY)
    }

    /// Gives a classic role to someone, by the name that people read.
    ///
    /// # Panics
    /// When no role is called so.
    pub(crate) fn assign(&mut self, role: &str, subject: Subject, scope: Scope) {
        let found = self.classic.roles.iter().find(|found| found.text("display_name") == role);
        let assignment = roles::given(found.expect("a known role"), subject, scope);
        self.classic.assignments.push(assignment);
    }

    /// Id of the policy of this name.
    ///
    /// # Panics
    /// When no policy is called so.
    pub fn policy_named(&self, name: &str) -> String {
        let found = self.policies.iter().find(|policy| policy.name() == name);
        found.expect("a known policy").object.text("policy_id").to_owned()
    }
}

fn region((id, name): &(&str, &str)) -> Object {
    Object::new(json!({
        "id": id, "type": "public", "description": "", "parent_region_id": null,
        "locales": {"zh-cn": name, "en-us": name},
        "links": {"self": format!("https://iam.myhuaweicloud.com/v3/regions/{id}")},
    }))
}
