//! Settings that decide whether somebody can act at all, as the one that closes the public access group.
//!
//! While such a setting cannot be read, its last known value stands in, and nobody knows whether it still holds. A gain of
//! those whom it lets in is withheld then, and told when the setting is read again: of what they can do now and could not
//! when it was last seen.

use std::collections::BTreeMap;

use model::{Lists, Trust};

use super::{AccessChange, late_roles::late_services};
use crate::Access;

/// The lists that such settings come from, by the kind of the principal whom they let in.
const GATES: [(&str, &[&str]); 2] = [
    ("anybody", &["ibm_access_group_settings"]),
    ("mapping", &["huawei_identity_providers", "huawei_protocols"]),
];

/// Returns the kinds of principals whose settings could be seen once and not in these lists, each with the last snapshot
/// that could.
fn unseen(lists: &Lists) -> BTreeMap<&'static str, i64> {
    let carried = |listings: &[&str]| -> Option<i64> {
        let unseen = listings.iter().filter(|listing| lists.whole(listing) == Trust::Carried);
        unseen.filter_map(|listing| lists.last_whole(listing, i64::MAX)).min()
    };
    GATES.iter().filter_map(|(kind, listings)| Some((*kind, carried(listings)?))).collect()
}

/// Returns whether a setting was read again between two snapshots that lets somebody in, or roles of which nobody knew what they give,
/// so that a gain may have been withheld.
#[must_use]
pub fn is_gain_withheld(former: &Lists, present: &Lists) -> bool {
    let still = unseen(present);
    unseen(former).keys().any(|kind| !still.contains_key(kind))
        || late_services(former, present).next().is_some()
}

impl Access {
    /// Returns the kinds of principals of which gains were withheld in `former` and can be told now, each with the snapshot
    /// that they are held against.
    pub(super) fn withheld_in(&self, former: &Self) -> BTreeMap<&'static str, i64> {
        let mut withheld = former.former_gaps.unseen_gates();
        let still = self.gaps.unseen_gates();
        withheld.retain(|kind, _| !still.contains_key(kind));
        withheld
    }

    /// Returns whether a gain hangs on a setting that stands in from an earlier snapshot.
    pub(super) fn withholds(&self, gain: &AccessChange) -> bool {
        self.gaps.unseen_gates().contains_key(gain.principal.step.kind)
    }
}

impl crate::unseen::Gaps {
    fn unseen_gates(&self) -> BTreeMap<&'static str, i64> {
        if self.are_there() { unseen(self.lists()) } else { BTreeMap::new() }
    }
}
