//! The organization that the account belongs to.

use super::Object;

/// A unit or an account, and what it hangs below.
#[derive(Clone, Debug)]
pub struct Node {
    /// The object of the list (`id`, `urn`, `name`, …).
    pub object: Object,
    /// Id of the root or unit above.
    pub parent: String,
    /// `tags` of the resource: `key`, `value`.
    pub tags: Vec<Object>,
}

/// A policy of the organization: a service control policy or a tag policy.
#[derive(Clone, Debug)]
pub struct ServiceControl {
    /// The object of the list (`policy_summary` of the single object).
    pub object: Object,
    /// The document as text.
    pub content: String,
    /// Ids of the root, units and accounts that it is attached to.
    pub attached: Vec<String>,
}

/// An account that administers a service for the organization.
#[derive(Clone, Debug)]
pub struct DelegatedAdministrator {
    /// The object of the list (`account_id`, …).
    pub object: Object,
    /// What `…/delegated-services` answers for it.
    pub services: Vec<Object>,
}

/// An organization.
#[derive(Clone, Debug)]
pub struct Organization {
    /// What `/v1/organizations` answers, without its envelope.
    pub object: Object,
    /// The root with its `policy_types`.
    pub root: Object,
    /// Organizational units.
    pub units: Vec<Node>,
    /// Accounts, the management account first.
    pub accounts: Vec<Node>,
    /// Service control policies and tag policies.
    pub policies: Vec<ServiceControl>,
    /// Delegated administrators.
    pub delegated_administrators: Vec<DelegatedAdministrator>,
    /// Services that the organization trusts.
    pub trusted_services: Vec<Object>,
    /// `quotas.resources`, without `used`, which is computed.
    pub quotas: Vec<Object>,
}

impl Organization {
    /// Every entity with its type and parent: the root, units, accounts.
    pub fn entities(&self) -> impl Iterator<Item = (&Object, &'static str, Option<&str>)> {
        let units =
            self.units.iter().map(|node| (&node.object, "organizational_unit", Some(node.parent.as_str())));
        let accounts = self.accounts.iter().map(|node| (&node.object, "account", Some(node.parent.as_str())));
        std::iter::once((&self.root, "root", None)).chain(units).chain(accounts)
    }

    /// The policy with this id.
    #[must_use]
    pub fn policy(&self, id: &str) -> Option<&ServiceControl> {
        self.policies.iter().find(|policy| policy.object.text("id") == id)
    }
}
