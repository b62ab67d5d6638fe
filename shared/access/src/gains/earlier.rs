//! Gains by lists that could not be read for some runs: told only of who did not hold the same when they last could.
//!
//! While the members of a group cannot be read, somebody may join it and then lose what gave them the same before. The
//! loss is seen and the joining is not; when the list is read again, what was held all the time looks new. So a gain by
//! such a list is held against the snapshot in which the list was last whole, too. So is one of somebody whom a setting lets
//! in that could not be read: until it is, nothing is told.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccessChange, Inventory, Turn, hidden, late_roles, lifted, side::ids};
use crate::{Access, access::both};

impl AccessChange {
    /// Returns whether the principal can do what it could not.
    pub(super) const fn is_gain(&self) -> bool {
        matches!(self.turn, Turn::Gained | Turn::Widened)
    }
}

impl Access {
    /// Returns the numbers of the snapshots that gains since `former` must be held against, too: those in which lists
    /// were last whole that were not in that state, and by which the same may have been held unseen.
    #[must_use]
    pub fn snapshots_to_ask(&self, former: &Self, gains: &[AccessChange]) -> BTreeSet<i64> {
        let gains = gains.iter().filter(|change| change.is_gain());
        let withheld = self.withheld_in(former).into_values();
        let late = self.late_services(former).map(|(_, number)| number);
        let again = self.seen_again(former).map(|(_, number)| number);
        let carried = gains.flat_map(|change| hidden::carried_from(former, change));
        carried.chain(withheld).chain(late).chain(again).collect()
    }

    fn seen_again(&self, former: &Self) -> impl Iterator<Item = (&'static str, i64)> {
        lifted::seen_again(former.former_gaps.lists(), self.gaps.lists())
    }

    fn late_services<'a>(&'a self, former: &'a Self) -> impl Iterator<Item = (&'a str, i64)> {
        late_roles::late_services(former.former_gaps.lists(), self.gaps.lists())
    }

    /// Holds gains since `former` against the `earlier` snapshots, by number, that [`Self::snapshots_to_ask`] names. One that
    /// is not at hand decides nothing.
    ///
    /// Drops gains of what was held in one of them, and those that hang on a setting that cannot be read now; adds those
    /// that were withheld while a setting could not be read, and those by roles of which nobody knew what they give. Says of which
    /// gains it is not known that who gained is a member of the group still.
    pub fn hold_gains_against(
        &self,
        former: &Self,
        earlier: &BTreeMap<i64, Self>,
        known: &Inventory,
        changes: &mut Vec<AccessChange>,
    ) {
        let gains: BTreeMap<i64, Vec<AccessChange>> =
            earlier.iter().map(|(number, access)| (*number, self.gains_since(access, known))).collect();
        for (kind, number) in self.withheld_in(former) {
            let Some(since) = gains.get(&number) else { continue };
            changes.retain(|change| !(change.is_gain() && change.principal.step.kind == kind));
            changes.extend(since.iter().filter(|gain| gain.principal.step.kind == kind).cloned());
        }
        for (service, number) in self.late_services(former) {
            let Some((since, then)) = gains.get(&number).zip(earlier.get(&number)) else { continue };
            if late_roles::is_unnamed(service, then.gaps.lists()) {
                add(changes, since, |gain| late_roles::is_of_service(service, gain));
            }
        }
        for (kind, number) in self.seen_again(former) {
            if let Some(since) = gains.get(&number) {
                let is_seen = |gain: &AccessChange| !self.is_carried(&gain.principal.step.id);
                add(changes, since, |gain| lifted::is_lifted(kind, gain) && is_seen(gain));
            }
        }
        changes.retain(|change| {
            !change.is_gain()
                || (!self.withholds(change)
                    && hidden::carried_from(former, change)
                        .into_iter()
                        .filter_map(|number| gains.get(&number))
                        .all(|gains| gains.iter().any(|gain| is_same_way(gain, change))))
        });
        for change in changes.iter_mut().filter(|change| change.is_gain()) {
            let unread = hidden::unread_membership(self, change);
            change.condition = both(change.condition.as_deref(), unread.as_deref());
        }
    }
}

/// Adds gains that were not told when they came about.
fn add(changes: &mut Vec<AccessChange>, since: &[AccessChange], is_meant: impl Fn(&AccessChange) -> bool) {
    let is_told = |gain: &AccessChange| changes.iter().any(|change| is_same_way(change, gain));
    let late = since.iter().filter(|gain| gain.is_gain() && is_meant(gain) && !is_told(gain));
    let late: Vec<AccessChange> = late.cloned().collect();
    changes.extend(late);
}

fn is_same_way(one: &AccessChange, other: &AccessChange) -> bool {
    one.principal.step.id == other.principal.step.id
        && one.condition == other.condition
        && ids(&one.path) == ids(&other.path)
}
