//! Identities and what belongs to them: users, groups, agencies, providers, and identity policies.

use super::{Object, Thing};

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    /// The object of the version 5 list.
    pub object: Object,
    /// `tags` of the single object: `tag_key`, `tag_value`.
    pub tags: Vec<Object>,
    /// What only version 3 tells, personal data included; [`User::classic_listed`] and
    /// [`User::classic_shown`] make the answers of it.
    pub classic: Object,
    /// The login profile; none is 404.
    pub login_profile: Option<Object>,
    /// When the user last logged in; none is never.
    pub last_login_at: Option<String>,
    /// Login protection as version 3 lists it; none is 404, and absent from the list.
    pub login_protect: Option<Object>,
    /// Its access keys.
    pub access_keys: Vec<AccessKey>,
}

impl User {
    /// The user's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.object.text("user_name")
    }

    /// Whether it is the root user.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.object.get("is_root_user") == Some(&true.into())
    }

    /// Whether it is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.object.get("enabled") == Some(&true.into())
    }
}

impl Thing for User {
    fn id(&self) -> &str {
        self.object.text("user_id")
    }
}

/// An access key of a user.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// The object of the version 5 list.
    pub object: Object,
    /// When it was last used; none is never, and the member is absent.
    pub last_used_at: Option<String>,
    /// Only version 3 tells it.
    pub description: String,
}

impl AccessKey {
    /// The access key id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.object.text("access_key_id")
    }
}

/// A group and its members.
#[derive(Clone, Debug)]
pub struct Group {
    /// The object of the list.
    pub object: Object,
    /// Ids of its users, in the order of joining.
    pub members: Vec<String>,
}

impl Group {
    /// The group's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.object.text("group_name")
    }
}

impl Thing for Group {
    fn id(&self) -> &str {
        self.object.text("group_id")
    }
}

/// An identity policy with its versions.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The object of the list without `attachment_count`, which is computed; `description` is English.
    pub object: Object,
    /// What `description` says in Chinese, which is what the API answers unless `X-Language: en-us`.
    pub description_cn: Option<String>,
    /// Versions, the newest first; one has `is_default`.
    pub versions: Vec<Object>,
}

impl Policy {
    /// The policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.object.text("policy_name")
    }

    /// Whether it is the account's own.
    #[must_use]
    pub fn is_custom(&self) -> bool {
        self.object.text("policy_type") == "custom"
    }

    /// The version in force.
    #[must_use]
    pub fn default_version(&self) -> Option<&Object> {
        let id = self.object.text("default_version_id");
        self.versions.iter().find(|version| version.text("version_id") == id)
    }
}

impl Thing for Policy {
    fn id(&self) -> &str {
        self.object.text("policy_id")
    }
}

/// Which kind of agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgencyKind {
    /// Trusts one account, without conditions.
    Classic,
    /// Trusts whom its trust policy names.
    Trust,
    /// A trust agency that a service owns.
    ServiceLinked,
}

/// An agency.
#[derive(Clone, Debug)]
pub struct Agency {
    /// The object of the version 5 list.
    pub object: Object,
    /// `tags` of the single object: `tag_key`, `tag_value`.
    pub tags: Vec<Object>,
    /// The object of the version 3 list; classic agencies only.
    pub classic: Option<Object>,
}

impl Agency {
    /// The agency's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.object.text("agency_name")
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> AgencyKind {
        if self.object.get("trust_policy").is_none() {
            AgencyKind::Classic
        } else if self.object.text("path").starts_with("service-linked-agency/") {
            AgencyKind::ServiceLinked
        } else {
            AgencyKind::Trust
        }
    }
}

impl Thing for Agency {
    fn id(&self) -> &str {
        self.object.text("agency_id")
    }
}

/// A SAML or OIDC provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The object of the list.
    pub object: Object,
    /// `tags` of the single object.
    pub tags: Vec<Object>,
}
