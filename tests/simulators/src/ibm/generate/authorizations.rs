//! Makes authorization policies: what one service may do on another.

use super::mint::Mint;
use crate::ibm::world::{Attribute, Policy, PolicyKind};

impl Mint {
    /// Lets a source service act on a target service; `from` is the account of the source.
    pub(crate) fn authorization(&mut self, from: &str, source: &str, target: &str, role: &str) -> Policy {
        let mut policy = self.policy("", &[role], &[("serviceName", target)], "system");
        policy.kind = PolicyKind::Authorization;
        policy.subject = vec![Attribute::equals("accountId", from), Attribute::equals("serviceName", source)];
        policy
    }
}
