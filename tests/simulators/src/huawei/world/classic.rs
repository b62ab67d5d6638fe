//! What only version 3 shows: roles, who has them where, federation, and older settings.

use super::Object;

/// Who has a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A user, on enterprise projects only.
    User(String),
    /// A group.
    Group(String),
    /// An agency.
    Agency(String),
}

/// Where a role is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The account's global services: `scope=domain`, `is_inherited=false`.
    Domain,
    /// All projects: `scope=domain`, `is_inherited=true`.
    Inherited,
    /// One project: `scope=project`.
    Project(String),
    /// One enterprise project: `scope=enterprise_project`.
    EnterpriseProject(String),
}

/// A role given to someone somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Id of the role.
    pub role_id: String,
    /// Who.
    pub subject: Subject,
    /// Where.
    pub scope: Scope,
}

/// An identity provider of the classic federation.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    /// The object of the list.
    pub object: Object,
    /// Its protocols: `id`, `mapping_id`.
    pub protocols: Vec<Object>,
    /// What `openid-connect-config` answers; none is 404.
    pub openid_connect: Option<Object>,
}

/// What only version 3 shows.
#[derive(Clone, Debug)]
pub struct Classic {
    /// Roles and policies of the cloud (no `domain_id`) and of the account.
    pub roles: Vec<Object>,
    /// Who has which where.
    pub assignments: Vec<Assignment>,
    /// Identity providers.
    pub identity_providers: Vec<IdentityProvider>,
    /// Mappings of federated identities to groups.
    pub mappings: Vec<Object>,
    /// `password_policy`.
    pub password_policy: Object,
    /// `login_policy`.
    pub login_policy: Object,
    /// `protect_policy`.
    pub protect_policy: Object,
    /// `api_acl_policy`.
    pub api_acl_policy: Object,
    /// `console_acl_policy`.
    pub console_acl_policy: Object,
    /// `quotas.resources` without `used`, which is computed.
    pub quotas: Vec<Object>,
}

impl Classic {
    /// The role with this id.
    #[must_use]
    pub fn role(&self, id: &str) -> Option<&Object> {
        self.roles.iter().find(|role| role.text("id") == id)
    }

    /// Roles and policies of the cloud.
    pub fn system_roles(&self) -> impl Iterator<Item = &Object> {
        self.roles.iter().filter(|role| role.get("domain_id").is_none())
    }

    /// The account's own policies.
    pub fn custom_roles(&self) -> impl Iterator<Item = &Object> {
        self.roles.iter().filter(|role| role.get("domain_id").is_some())
    }
}
