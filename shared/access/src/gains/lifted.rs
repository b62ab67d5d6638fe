//! What no longer denies somebody who could not be seen when it was lifted.
//!
//! Whoever is gone takes what denied it along: a user who was deleted leaves its groups, and may do nothing all the more. So of whom a run
//! could not see nobody is told that something no longer denies it. The run notes whom it passed over, and since when, and that is
//! told when somebody sees the principal again.

use std::collections::BTreeMap;

use super::{AccessChange, CauseKind, hidden::is_membership_carried};
use crate::Access;

impl Access {
    /// Notes of whom runs up to this state have not told that something no longer denies them: principals by id, each with the last
    /// snapshot whose access they were told of.
    pub fn set_withheld(&mut self, withheld: BTreeMap<String, i64>) {
        self.withheld = withheld;
    }

    /// Returns whether somebody gained only by something that no longer denies, was not seen itself, and is in none of the groups through
    /// which it was denied that any more, as far as their members could be read: whoever is gone takes what denied it along. Who is still
    /// shown as a member is there.
    #[must_use]
    pub fn is_lifted_of_nobody(&self, gain: &AccessChange) -> bool {
        let id = &gain.principal.step.id;
        let is_shown_in = |group: &str| {
            let mut groups = self.groups_of(id);
            groups.any(|each| each.id == group && !is_membership_carried(self, &gain.principal, each))
        };
        gain.cause.kind == CauseKind::DenyLifted
            && self.is_carried(id)
            && !gain.cause.of.iter().any(|step| is_shown_in(&step.id))
    }
}
