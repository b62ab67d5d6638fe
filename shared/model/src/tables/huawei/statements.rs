//! Which tables hold the statements of which kind of document.

use super::{
    POLICY_ACTIONS, POLICY_CONDITIONS, POLICY_RESOURCES, POLICY_STATEMENTS, ROLE_ACTIONS, ROLE_CONDITIONS,
    ROLE_RESOURCES, ROLE_STATEMENTS, SCP_ACTIONS, SCP_CONDITIONS, SCP_RESOURCES, SCP_STATEMENTS,
    TRUST_ACTIONS, TRUST_CONDITIONS, TRUST_PRINCIPALS, TRUST_RESOURCES, TRUST_STATEMENTS,
};
use crate::StatementTables;

/// Statements of versions of identity policies.
pub const POLICY_DOCUMENTS: StatementTables = StatementTables {
    statements: &POLICY_STATEMENTS,
    actions: &POLICY_ACTIONS,
    resources: &POLICY_RESOURCES,
    conditions: &POLICY_CONDITIONS,
    principals: None,
};

/// Statements of classic roles and policies.
pub const ROLE_DOCUMENTS: StatementTables = StatementTables {
    statements: &ROLE_STATEMENTS,
    actions: &ROLE_ACTIONS,
    resources: &ROLE_RESOURCES,
    conditions: &ROLE_CONDITIONS,
    principals: None,
};

/// Statements of service control policies.
pub const SCP_DOCUMENTS: StatementTables = StatementTables {
    statements: &SCP_STATEMENTS,
    actions: &SCP_ACTIONS,
    resources: &SCP_RESOURCES,
    conditions: &SCP_CONDITIONS,
    principals: None,
};

/// Statements of trust policies of agencies.
pub const TRUST_DOCUMENTS: StatementTables = StatementTables {
    statements: &TRUST_STATEMENTS,
    actions: &TRUST_ACTIONS,
    resources: &TRUST_RESOURCES,
    conditions: &TRUST_CONDITIONS,
    principals: Some(&TRUST_PRINCIPALS),
};

/// Every kind of document that has statements.
pub const DOCUMENTS: [StatementTables; 4] =
    [POLICY_DOCUMENTS, ROLE_DOCUMENTS, SCP_DOCUMENTS, TRUST_DOCUMENTS];
