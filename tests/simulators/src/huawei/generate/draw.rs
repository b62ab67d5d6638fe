//! Draws single things of a large account at random, in all the shapes that occur.

use serde_json::{Value, json};

use super::agencies::{account_root, trust};
use super::catalogue;
use super::mint::Mint;
use super::names::{FAMILY, GIVEN, JOBS, OTHER_SCRIPTS, TEAMS};
use super::people::tag;
use super::policies::{document, rewritten, roll_back};
use crate::huawei::world::{Agency, Entity, Policy, Scope, Subject, User, World};

/// The most policies that may be attached to one entity, keys that one user, groups that one user may have.
pub(super) const POLICIES_PER_ENTITY: usize = 10;
pub(super) const KEYS_PER_USER: usize = 2;
pub(super) const GROUPS_PER_USER: usize = 10;

impl Mint {
    /// A name that no other has, by the number at its end.
    fn any_name(&mut self, number: usize) -> String {
        match self.rng.u32(0..100) {
            0..70 => format!("{}.{}{number}", self.pick(&GIVEN), self.pick(&FAMILY)),
            70..80 => format!("{} {number}", self.pick(&OTHER_SCRIPTS)),
            _ => format!("{}-{}_{number}", self.pick(&TEAMS), self.pick(&JOBS)),
        }
    }

    /// A user with any of the blemishes that real ones have.
    pub(crate) fn any_user(&mut self, number: usize) -> User {
        let name = self.any_name(number);
        let age = self.rng.u32(1..1_500);
        let mut user = if self.chance(70) {
            self.person(&name, "", "solar.example", age)
        } else {
            self.user(&name, age)
        };
        let days = self.rng.u32(0..age.max(2));
        match self.rng.u32(0..100) {
            0..8 => user.object.set("enabled", false),
            8..12 => user.last_login_at = None,
            12..30 if user.last_login_at.is_some() => user.last_login_at = Some(self.time(days)),
            30..35 => drop(user.object.remove("description")),
            35..40 => user.object.set("description", "数据 & <b>\"quoted\"</b>"),
            40..46 => user.login_protect = None,
            46..50 if user.login_protect.is_some() => {
                let protect = user.login_protect.get_or_insert_default();
                protect.set("enabled", false);
            }
            50..53 => user.classic.set("pwd_strength", "Low"),
            53..56 if user.login_profile.is_some() => {
                user.login_profile.get_or_insert_default().set("password_reset_required", true);
            }
            _ => {}
        }
        if self.chance(20) {
            let team = *self.pick(&TEAMS);
            user.tags.push(tag("team", team));
        }
        user
    }

    /// Gives a user a key, used or not.
    pub(crate) fn any_key(&mut self, user: &mut User, age: u32) {
        let used = self.chance(75).then(|| self.rng.u32(0..age.max(1)));
        let job = *self.pick(&JOBS);
        self.access_key(user, job, age, used);
        if self.chance(12) {
            let key = user.access_keys.last_mut().map(|key| &mut key.object);
            key.into_iter().for_each(|key| key.set("status", "inactive"));
        }
    }

    /// A document: mostly as the grammar wants it.
    pub(crate) fn any_document(&mut self) -> String {
        let count = self.rng.usize(1..4);
        let statements: Vec<Value> = (0..count).map(|_| self.any_statement()).collect();
        let statements = match <[Value; 1]>::try_from(statements) {
            // A single statement without its list.
            Ok([only]) if self.chance(5) => only,
            Ok([only]) => json!([only]),
            Err(several) => json!(several),
        };
        let text = document(statements);
        rewritten(self, &text)
    }

    fn any_action(&mut self) -> String {
        let service = self.pick(&catalogue::SERVICES);
        let code = service.code;
        let named: Vec<String> = catalogue::actions(service).map(|(name, _)| name).collect();
        let action = self.pick(&named).clone();
        match self.rng.u32(0..100) {
            0..60 => action,
            60..75 => format!("{code}:*:{}*", self.pick(&["get", "list", "create", "delete"])),
            75..85 => format!("{}*", action.get(..action.len() - 3).unwrap_or(&action)),
            85..90 => action.to_uppercase(),
            90..96 => format!("{code}:*:*"),
            96..98 => format!("{code}:*"),
            98 => "*:*:get*".to_owned(),
            _ => "*".to_owned(),
        }
    }

    fn any_statement(&mut self) -> Value {
        let actions: Vec<String> = (0..self.rng.usize(1..6)).map(|_| self.any_action()).collect();
        let denies = self.chance(15);
        let mut statement = json!({"Effect": if denies { "Deny" } else { "Allow" }});
        let member = if self.chance(5) { "NotAction" } else { "Action" };
        statement[member] = match actions.first() {
            Some(only) if actions.len() == 1 && self.chance(20) => json!(only),
            _ => json!(actions),
        };
        match self.rng.u32(0..100) {
            0..35 => statement["Resource"] = json!([self.any_resource(), self.any_resource()]),
            35..55 => statement["Resource"] = json!(["*"]),
            55..58 => statement["Resource"] = json!(self.any_resource()),
            58..61 => statement["NotResource"] = json!([self.any_resource()]),
            _ => {}
        }
        if self.chance(20) {
            statement["Condition"] = self.any_condition();
        }
        if self.chance(25) {
            statement["Sid"] = json!(format!("Statement{}", self.rng.u32(0..99)));
        }
        statement
    }

    fn any_resource(&mut self) -> String {
        let account = if self.chance(50) { self.account.clone() } else { "*".to_owned() };
        let team = *self.pick(&TEAMS);
        match self.rng.u32(0..5) {
            0 => format!("obs:*:*:bucket:{team}-*"),
            1 => format!("obs:*:*:object:{team}/*"),
            2 => format!("iam::{account}:user:{team}*"),
            3 => format!("iam::{account}:agency:*"),
            _ => format!("ecs:*:{account}:instance:*"),
        }
    }

    fn any_condition(&mut self) -> Value {
        match self.rng.u32(0..8) {
            0 => json!({"IpAddress": {"g:SourceIp": ["198.51.100.0/24", "203.0.113.7"]}}),
            1 => json!({"bool": {"g:MFAPresent": "true"}}),
            2 => json!({"StringMatch": {"g:PrincipalUrn": [format!("iam::{}:user:*", self.account)]},
                        "Null": {"g:SourceVpc": ["false"]}}),
            3 => json!({"stringequalsifexists": {"g:EnterpriseProjectId": "0"}}),
            4 => json!({"ForAnyValue:StringEquals": {"g:TagKeys": ["team", "阶段"]}}),
            5 => json!({"DateGreaterThan": {"g:CurrentTime": ["2026-01-01T00:00:00Z"]}}),
            6 => json!({"StringStartWith": {"g:ResourceTag/team": [*self.pick(&TEAMS)]}}),
            _ => json!({"NumericLessThan": {"g:MFAAge": ["3600"]}}),
        }
    }

    /// A custom policy with one to five versions, of which the last one need not be in force.
    pub(crate) fn any_policy(&mut self, number: usize) -> Policy {
        let count = if self.chance(60) { 1 } else { self.rng.usize(1..6) };
        let documents: Vec<String> = (0..count).map(|_| self.any_document()).collect();
        let name = format!("{}={number}", self.pick(&JOBS));
        let path = *self.pick(&["", "", "", "teams/", "teams/field/south/"]);
        let age = self.rng.u32(10..1_000);
        let mut policy = self.policy(&name, path, &documents, age);
        if count > 1 && self.chance(10) {
            roll_back(&mut policy, "v1");
        }
        if self.chance(50) {
            policy.object.set("description", *self.pick(&TEAMS));
        }
        policy
    }

    /// An agency of any kind; some trust accounts that are gone.
    pub(crate) fn any_agency(&mut self, number: usize) -> Agency {
        let name = format!("{}-{}{number}", self.pick(&JOBS), self.pick(&["agency", "access"]));
        let age = self.rng.u32(1..1_200);
        let foreign = self.id();
        let service = self.pick(&catalogue::principals()).clone();
        let mut agency = match self.rng.u32(0..100) {
            0..25 => {
                let duration = *self.pick(&["FOREVER", "FOREVER", "ONEDAY", "8760", "720"]);
                self.classic_agency(&name, (&foreign, &format!("partner{}", number % 40)), duration, age)
            }
            25..40 => {
                self.classic_agency(&name, (&foreign, &format!("op_svc_{}", &foreign[..4])), "FOREVER", age)
            }
            40..43 => {
                let path = format!("service-linked-agency/{service}/");
                self.trust_agency(&name, &path, &trust(json!({"Service": [service]}), None), age)
            }
            _ => {
                let text = self.any_trust(&foreign, &service);
                let text = rewritten(self, &text);
                self.trust_agency(&name, "", &text, age)
            }
        };
        if self.chance(15) {
            let team = *self.pick(&TEAMS);
            agency.tags.push(tag("team", team));
        }
        if self.chance(10) {
            agency.object.set("max_session_duration", 43_200);
        }
        agency
    }

    fn any_trust(&mut self, foreign: &str, service: &str) -> String {
        let own = account_root(&self.account);
        let external_id = json!({"StringEquals": {"sts:ExternalId": [foreign.get(..8)]}});
        let saml = self.urn("saml-provider", "company");
        let oidc = self.urn("oidc-provider", "pipelines");
        match self.rng.u32(0..100) {
            0..35 => trust(json!({"Service": [service]}), None),
            35..60 => trust(json!({"IAM": [own]}), None),
            60..75 => trust(json!({"IAM": [account_root(foreign)]}), Some(external_id)),
            75..80 => trust(json!({"IAM": [account_root(foreign)]}), None),
            80..83 => trust(json!({"IAM": foreign}), None),
            83..85 => trust(json!({"IAM": ["*"]}), None),
            85..92 => trust(json!({"Identity_provider": [saml]}), None),
            92..96 => trust(
                json!({"Identity_provider": [oidc]}),
                Some(json!({"StringEquals": {"oidc:sub": ["main"]}})),
            ),
            96..98 => trust(json!({"Identity_provider": oidc}), None),
            98 => trust(json!({"IAM": [own]}), None).replace("Principal", "NotPrincipal"),
            _ => trust(
                json!({"IAM": [own], "Service": [service]}),
                Some(json!({"bool": {"g:MFAPresent": "true"}})),
            ),
        }
    }

    /// Something that a policy may be attached to.
    pub(crate) fn any_entity(&mut self, world: &World) -> Entity {
        match self.rng.u32(0..100) {
            0..35 => Entity::Group(self.pick(&world.groups).object.text("group_id").to_owned()),
            35..75 => Entity::User(self.pick(&world.users).object.text("user_id").to_owned()),
            _ => Entity::Agency(self.pick(&world.agencies).object.text("agency_id").to_owned()),
        }
    }

    /// Attaches any policy to any entity; says whether it could.
    pub(crate) fn attach_any(&mut self, world: &mut World, age: u32) -> bool {
        let policy = self.pick(&world.policies);
        let entity = self.any_entity(world);
        if world.is_fixed(entity.id()) || world.attachments.of(&entity).len() >= POLICIES_PER_ENTITY {
            return false;
        }
        let (policy, time) = (policy.object.text("policy_id").to_owned(), self.time(age));
        world.attachments.attach(&policy, entity, &time)
    }

    /// Gives any classic role to someone somewhere; says whether nobody had given it before.
    pub(crate) fn assign_any(&mut self, world: &mut World) -> bool {
        let role = self.pick(&world.classic.roles).clone();
        let enterprise =
            Scope::EnterpriseProject(self.pick(&world.enterprise_projects).text("id").to_owned());
        let project = Scope::Project(self.pick(&world.projects).text("id").to_owned());
        let group = Subject::Group(self.pick(&world.groups).object.text("group_id").to_owned());
        let agency = Subject::Agency(self.pick(&world.agencies).object.text("agency_id").to_owned());
        let user = Subject::User(self.pick(&world.users).object.text("user_id").to_owned());
        let (subject, scope) = match self.rng.u32(0..100) {
            0..20 => (group, Scope::Domain),
            20..40 => (group, Scope::Inherited),
            40..65 => (group, project),
            65..80 => (group, enterprise),
            80..85 => (agency, Scope::Domain),
            85..88 => (agency, Scope::Inherited),
            88..90 => (agency, project),
            _ => (user, enterprise),
        };
        let assignment = super::roles::given(&role, subject, scope);
        let (Subject::User(id) | Subject::Group(id) | Subject::Agency(id)) = &assignment.subject;
        let is_new = !world.is_fixed(id) && !world.classic.assignments.contains(&assignment);
        if is_new {
            world.classic.assignments.push(assignment);
        }
        is_new
    }
}
