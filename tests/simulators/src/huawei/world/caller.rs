//! Who may sign, and how much each is shown.

use std::collections::BTreeSet;

/// Which of the authorization models, or which other service, an operation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// `/v5/…`: identity policies.
    V5,
    /// `/v3/…` and `/v3.0/…`: classic roles and policies.
    V3,
    /// `/v1/organizations/…`.
    Organizations,
    /// `/v1.0/enterprise-projects`.
    EnterpriseProjects,
}

/// How much a caller is shown. What it may not read is refused with 403, never shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// May read version 5.
    pub v5: bool,
    /// May read version 3.
    pub v3: bool,
    /// May read the organization: it is the management account, or a delegated administrator.
    pub organizations: bool,
    /// May list enterprise projects.
    pub enterprise_projects: bool,
    /// Actions that are refused all the same, by name (`iam:mfa:listMFADevicesV5`).
    pub refused: BTreeSet<String>,
}

impl Rights {
    /// Everything that a reader may be given.
    #[must_use]
    pub fn full() -> Self {
        Self { v5: true, v3: true, organizations: true, enterprise_projects: true, refused: BTreeSet::new() }
    }

    /// Nothing.
    #[must_use]
    pub fn none() -> Self {
        Self {
            v5: false,
            v3: false,
            organizations: false,
            enterprise_projects: false,
            refused: BTreeSet::new(),
        }
    }

    /// The same, but for one action.
    #[must_use]
    pub fn refusing(mut self, action: &str) -> Self {
        self.refused.insert(action.to_owned());
        self
    }

    /// Whether an operation that needs this action is allowed.
    #[must_use]
    pub fn allow(&self, model: Model, action: &str) -> bool {
        let model = match model {
            Model::V5 => self.v5,
            Model::V3 => self.v3,
            Model::Organizations => self.organizations,
            Model::EnterpriseProjects => self.enterprise_projects,
        };
        model && !self.refused.contains(action)
    }
}

/// One access key that may sign.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The access key id.
    pub access_key_id: String,
    /// What it signs with. Never part of an answer.
    pub secret_access_key: String,
    /// What temporary credentials must show beside.
    pub security_token: Option<String>,
    /// Id of the account it belongs to; another than the world's for someone from outside.
    pub account_id: String,
    /// `principal_urn` of the caller identity.
    pub principal_urn: String,
    /// `principal_id` of the caller identity.
    pub principal_id: String,
    /// What it is shown.
    pub rights: Rights,
}

/// An agency that another caller can assume, and what it is shown then.
#[derive(Clone, Debug)]
pub struct Assumable {
    /// URN of the agency.
    pub agency_urn: String,
    /// Account whose callers may assume it.
    pub by_account: String,
    /// What they must say.
    pub external_id: Option<String>,
    /// What the session is shown.
    pub rights: Rights,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_refused_action_leaves_the_others() {
        let rights = Rights::full().refusing("iam:mfa:listMFADevicesV5");
        assert!(!rights.allow(Model::V5, "iam:mfa:listMFADevicesV5"));
        assert!(rights.allow(Model::V5, "iam:users:listUsersV5"));
        assert!(!Rights { v3: false, ..Rights::full() }.allow(Model::V3, "iam:roles:listRoles"));
    }
}
