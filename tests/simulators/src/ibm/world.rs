//! Everything that exists in one simulated IBM Cloud account, and who may look at it.
//!
//! A list is a `Vec` in the order in which the API lists it, so that a page is a slice. Most things
//! are the API's own object ([`Object`]) with what belongs to it beside: a profile carries its rules,
//! a group its members. Policies are typed, because the API shows one policy in two shapes.
//!
//! Nothing in here is filtered by what a caller may see; [`Rights`] says how much that is.

mod caller;
pub(crate) mod editions;
mod object;
mod policy;
mod roles;
mod truth;

pub use caller::{Caller, Outage, Rights};
pub use object::Object;
pub use policy::{Attribute, Born, LastPermit, Policy, PolicyKind};
pub use roles::{Role, Service, ServiceKind};
pub use truth::Truth;

/// Id of the group that contains everyone, unauthenticated callers included.
pub const PUBLIC_GROUP: &str = "AccessGroupId-PublicAccess";

/// The API key with which the collector signs in, in every world.
pub const COLLECTOR_API_KEY: &str = "simulated-key-of-the-collector";

/// The compute-resource token with which a workload becomes the auditor profile, in every world.
pub const COLLECTOR_CR_TOKEN: &str = "simulated-compute-resource-token";

/// The API key of a user who holds no role at all, in every world.
pub const STRANGER_API_KEY: &str = "simulated-key-of-a-user-without-roles";

/// Name of the trusted profile that the collector may assume, in every world.
pub const AUDITOR_PROFILE: &str = "iamwatch-auditor";

/// A user of the account.
#[derive(Clone, Debug)]
pub struct User {
    /// The object of the user list.
    pub object: Object,
    /// What `…/users/{iam_id}/settings` answers, and what `include_settings` merges in.
    pub settings: Object,
    /// The `activity` member, only in the single object with `include_activity`.
    pub activity: Object,
}

/// A service ID.
#[derive(Clone, Debug)]
pub struct ServiceId {
    /// The object of the list, without `group_id` and `activity`.
    pub object: Object,
    /// Id of its service ID group; none is the default group.
    pub group: Option<String>,
    /// The `activity` member, only in the single object with `include_activity`.
    pub activity: Object,
}

/// Whom an API key signs in, as the `type` parameter of the key list names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `type=user`.
    User,
    /// `type=serviceid`.
    ServiceId,
}

/// An API key.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// The object of the list; its `apikey` member is masked.
    pub object: Object,
    /// Whose key it is.
    pub kind: KeyKind,
    /// Service ID group of the owner; none is the default group, and every user's key.
    pub group: Option<String>,
    /// What signs in. Never part of an answer.
    pub secret: String,
    /// The `activity` member, only in the single object with `include_activity`.
    pub activity: Object,
}

/// A trusted profile and who can assume it.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The object of the list.
    pub object: Object,
    /// Claim rules with their conditions.
    pub rules: Vec<Object>,
    /// Links to compute resources.
    pub links: Vec<Object>,
    /// Identities that may assume it.
    pub identities: Vec<Object>,
    /// The `activity` member, only in the single object with `include_activity`.
    pub activity: Object,
}

/// An access group, its members and its dynamic rules.
#[derive(Clone, Debug)]
pub struct Group {
    /// The object of the list with everything: `is_federated` only goes out with `show_federated`,
    /// `crn` only with `show_crn`.
    pub object: Object,
    /// Members, static and dynamic (`membership_type`); `name`, `email` and `description` only go out
    /// with `verbose`.
    pub members: Vec<Object>,
    /// Dynamic rules with their conditions.
    pub rules: Vec<Object>,
}

/// All of one account.
#[derive(Clone, Debug)]
pub struct World {
    /// What `/v4/accounts/{id}` answers, the owner included.
    pub account: Object,
    /// Who may sign in: the collector's service ID first, then its profile, then a user without roles.
    pub callers: Vec<Caller>,
    /// Users.
    pub users: Vec<User>,
    /// Service ID groups; the default group has no entry.
    pub service_id_groups: Vec<Object>,
    /// Service IDs of all groups.
    pub service_ids: Vec<ServiceId>,
    /// API keys of users and service IDs.
    pub api_keys: Vec<ApiKey>,
    /// Trusted profiles.
    pub profiles: Vec<Profile>,
    /// Access groups, the public one first.
    pub groups: Vec<Group>,
    /// What `/v2/groups/settings` answers.
    pub group_settings: Object,
    /// Access and authorization policies; those with the state `deleted` only go out on request.
    pub policies: Vec<Policy>,
    /// Custom roles, with `account_id` and `service_name`.
    pub custom_roles: Vec<Object>,
    /// The platform roles as a role list without a service shows them.
    pub system_roles: Vec<Role>,
    /// Services with their roles and actions.
    pub services: Vec<Service>,
    /// What `/v1/accounts/{id}/settings/identity` answers, with names in `user_mfa`: they only go out
    /// with `resolve_user_mfa`.
    pub identity_settings: Object,
    /// What `…/effective_settings/identity` answers; none is 404.
    pub effective_settings: Option<Object>,
    /// What `…/settings/access_management` answers.
    pub access_settings: Object,
    /// Resource groups.
    pub resource_groups: Vec<Object>,
    /// Resource instances in every state (`state`); without a state only active and provisioning
    /// ones go out.
    pub instances: Vec<Object>,
    /// Network zones with all `addresses` and `excluded`; the list shows a preview and counts.
    pub zones: Vec<Object>,
    /// Context-based restriction rules.
    pub restrictions: Vec<Object>,
    /// What `/v1/account_settings/{id}` of context-based restrictions answers, but for the counts:
    /// see [`World::restriction_settings`].
    pub restriction_limits: Object,
    /// The latest report of inactive identities; none is 404.
    pub inactivity: Option<Object>,
    /// Lists that answer every call with an error.
    pub outages: Vec<Outage>,
}

impl World {
    /// The account's id.
    #[must_use]
    pub fn account_id(&self) -> &str {
        self.account.text("id")
    }

    /// How many things there are: users, service IDs, API keys, profiles, groups, memberships,
    /// policies and instances.
    #[must_use]
    pub fn things(&self) -> usize {
        let memberships: usize = self.groups.iter().map(|group| group.members.len()).sum();
        let identities =
            self.users.len() + self.service_ids.len() + self.profiles.len() + self.api_keys.len();
        identities + self.groups.len() + memberships + self.policies.len() + self.instances.len()
    }

    /// Who signs in with this API key, if it is one of the fixed callers.
    #[must_use]
    pub fn caller_of_key(&self, secret: &str) -> Option<&Caller> {
        self.callers.iter().find(|caller| caller.api_key.as_deref() == Some(secret))
    }

    /// Who signs in with this compute-resource token.
    #[must_use]
    pub fn caller_of_cr_token(&self, token: &str) -> Option<&Caller> {
        self.callers.iter().find(|caller| caller.cr_token.as_deref() == Some(token))
    }

    /// The caller with this IAM id.
    #[must_use]
    pub fn caller(&self, iam_id: &str) -> Option<&Caller> {
        self.callers.iter().find(|caller| caller.iam_id == iam_id)
    }

    /// The group with this id.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.object.text("id") == id)
    }

    /// The profile with this id.
    #[must_use]
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.object.text("id") == id)
    }

    /// The service with this name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// Whether someone with these rights is shown this policy: a platform role on its target decides.
    #[must_use]
    pub fn sees_policy(&self, rights: &Rights, policy: &Policy) -> bool {
        let value = |key| policy.resource_value(key);
        if value("resourceType") == Some("resource-group") {
            return rights.resource_groups_viewer;
        }
        if value("service_group_id").is_some() {
            return rights.platform_services_viewer;
        }
        let platform = match (value("serviceType"), value("serviceName")) {
            (Some(kind), _) => kind == "platform_service",
            (None, Some(name)) => self.is_account_management(name),
            (None, None) => false,
        };
        if platform { rights.platform_services_viewer } else { rights.services_viewer }
    }

    /// Whether someone with these rights is shown this context-based restriction.
    #[must_use]
    pub fn sees_restriction(&self, rights: &Rights, restriction: &Object) -> bool {
        let named = restriction.pointer("/resources/0/attributes").and_then(|list| list.as_array());
        let platform = named.into_iter().flatten().any(|attribute| {
            attribute["name"] == "serviceName"
                && attribute["value"].as_str().is_some_and(|name| self.is_account_management(name))
        });
        if platform { rights.platform_services_viewer } else { rights.services_viewer }
    }

    fn is_account_management(&self, service: &str) -> bool {
        self.service(service).is_some_and(|found| found.kind == ServiceKind::AccountManagement)
    }

    /// What `/v1/account_settings/{id}` of context-based restrictions answers: limits and counts.
    #[must_use]
    pub fn restriction_settings(&self) -> Object {
        let tagged = |rule: &&Object| rule.pointer("/resources/0/tags").is_some();
        let mut settings = self.restriction_limits.clone();
        settings.set("current_rule_count", self.restrictions.len());
        settings.set("current_zone_count", self.zones.len());
        settings.set("current_tags_rule_count", self.restrictions.iter().filter(tagged).count());
        settings
    }
}
