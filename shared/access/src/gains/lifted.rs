//! What no longer denies somebody who could not be seen when it was lifted.
//!
//! Whoever is gone takes what denied it along: a user who was deleted leaves its groups, and may do nothing all the more. So while a list
//! of principals cannot be read at all, nobody of it is told to be no longer denied something; that is told when the list is read again,
//! of what has been lifted since it was last read.

use model::Lists;

use super::{AccessChange, CauseKind, hidden::is_membership_carried};
use crate::Access;

/// The lists of principals that may be denied something, by the kind of the principal.
const PRINCIPALS: [(&str, &str); 3] =
    [("user", "huawei_users"), ("agency", "huawei_agencies"), ("user", "ibm_users")];

/// Returns the kinds of principals of which nobody could be seen and somebody can be now, each with the last snapshot in which they
/// all could. Of a list that showed some, those were told of at the time.
pub(super) fn seen_again(former: &Lists, present: &Lists) -> impl Iterator<Item = (&'static str, i64)> {
    PRINCIPALS.into_iter().filter_map(|(kind, listing)| {
        let known = former.get(listing, "").filter(|list| !list.is_complete() && list.rows == 0)?;
        let is_read = present.get(listing, "").is_some_and(|list| list.is_complete() || list.rows > 0);
        Some((kind, known.carried_from?)).filter(|_| is_read)
    })
}

/// Returns whether a gain is of that kind of principals, and of what no longer denies.
pub(super) fn is_lifted(kind: &str, gain: &AccessChange) -> bool {
    gain.cause.kind == CauseKind::DenyLifted && gain.principal.step.kind == kind
}

impl Access {
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
