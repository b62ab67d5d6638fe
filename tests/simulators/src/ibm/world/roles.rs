//! Services, and the roles and actions that can be had on them.

use serde::Serialize;

/// Which of the two families of services one belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    /// An IAM-enabled service (`serviceType=service`).
    IamEnabled,
    /// An account-management service (`serviceType=platform_service`).
    AccountManagement,
}

/// A service of the catalogue.
#[derive(Clone, Debug)]
pub struct Service {
    /// The name that policies and CRNs use.
    pub name: String,
    /// The name that people read.
    pub display_name: String,
    /// Its family.
    pub kind: ServiceKind,
    /// What `service_roles` answers for it: generic and service-specific roles.
    pub service_roles: Vec<Role>,
    /// What `system_roles` answers for it: the platform roles with this service's actions.
    pub system_roles: Vec<Role>,
}

/// A role as `/v2/roles` answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Role {
    /// Name that people read.
    pub display_name: String,
    /// A sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The actions that it allows.
    pub actions: Vec<String>,
    /// Its CRN, which policies name.
    pub crn: String,
}
