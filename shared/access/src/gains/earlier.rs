//! Gains by lists that could not be read for some runs: told only of who did not hold the same when they last could.
//!
//! While the members of a group cannot be read, somebody may join it and then lose what gave them the same before. The
//! loss is seen and the joining is not; when the list is read again, what was held all the time looks new. So a gain by
//! such a list is held against the snapshot in which the list was last whole, too.
//!
//! And gains that were withheld: what nobody was told of since some snapshot is told when it can be, of what was not held in that one.
//! What a run in between could have seen held decides nothing, for that run told nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccessChange, CauseKind, Inventory, hidden, late_roles, side::ids};
use crate::{Access, access::both};

impl AccessChange {
    /// Returns whether the principal can do what it could not.
    pub(super) const fn is_gain(&self) -> bool {
        self.turn.is_gain()
    }
}

impl Access {
    /// Returns the numbers of the snapshots that gains since `former` must be held against, too: those in which lists
    /// were last whole that were not in that state, and by which the same may have been held unseen; and those since which gains
    /// are withheld.
    #[must_use]
    pub fn snapshots_to_ask(&self, former: &Self, gains: &[AccessChange]) -> BTreeSet<i64> {
        let gains = gains.iter().filter(|change| change.is_gain());
        let gates = self.withheld_in(former).into_values();
        let late = self.late_services(former).map(|(_, number)| number);
        let lifted = former.withheld.values().copied();
        let carried = gains.flat_map(|change| hidden::carried_from(former, change));
        carried.chain(gates).chain(late).chain(lifted).collect()
    }

    fn late_services<'a>(&'a self, former: &'a Self) -> impl Iterator<Item = (&'a str, i64)> {
        late_roles::late_services(former.former_gaps.lists(), self.gaps.lists())
    }

    /// Holds gains since `former` against the `earlier` snapshots, by number, that [`Self::snapshots_to_ask`] names. One that
    /// is not at hand decides nothing.
    ///
    /// Drops gains of what was held in one of them, and those that hang on a setting that cannot be read now. Adds those
    /// that were withheld: while a setting could not be read, while nobody knew what roles give, and those that
    /// [`Self::is_lifted_of_nobody`] held back in a run before. Says of which gains it is not known that who gained is a
    /// member of the group still.
    pub fn hold_gains_against(
        &self,
        former: &Self,
        earlier: &BTreeMap<i64, Self>,
        known: &Inventory,
        changes: &mut Vec<AccessChange>,
    ) {
        let gains: BTreeMap<i64, Vec<AccessChange>> =
            earlier.iter().map(|(number, access)| (*number, self.gains_since(access, known))).collect();
        let is_withheld = |gain: &AccessChange| {
            let gates = self.withheld_in(former);
            gates.get(gain.principal.step.kind).is_some_and(|number| gains.contains_key(number))
        };
        // What was held in a snapshot after the one since which a gain is withheld was told of no more for that.
        let is_news = |gain: &AccessChange, since: i64| {
            let numbers = hidden::carried_from(former, gain).into_iter().filter(|number| *number < since);
            let mut asked = numbers.filter_map(|number| gains.get(&number));
            !self.withholds(gain) && asked.all(|gains| gains.iter().any(|each| is_same_way(each, gain)))
        };
        changes.retain(|change| !change.is_gain() || (!is_withheld(change) && is_news(change, i64::MAX)));
        for (since, gain) in self.withheld_gains(former, earlier, &gains) {
            if is_news(gain, since) && !changes.iter().any(|change| is_same_way(change, gain)) {
                changes.push(gain.clone());
            }
        }
        for change in changes.iter_mut().filter(|change| change.is_gain()) {
            for unread in [hidden::unread_membership(self, change), hidden::unread_grant(self, change)] {
                change.condition = both(change.condition.as_deref(), unread.as_deref());
            }
        }
    }

    /// Returns the gains that no run told though it could have seen them, each with the snapshot since which they are withheld.
    fn withheld_gains<'a>(
        &self,
        former: &Self,
        earlier: &BTreeMap<i64, Self>,
        gains: &'a BTreeMap<i64, Vec<AccessChange>>,
    ) -> Vec<(i64, &'a AccessChange)> {
        let mut withheld = Vec::new();
        let mut add = |number: i64, is_meant: &dyn Fn(&AccessChange) -> bool| {
            let since = gains.get(&number).into_iter().flatten();
            let meant = since.filter(|gain| gain.is_gain() && is_meant(gain));
            withheld.extend(meant.map(|gain| (number, gain)));
        };
        for (kind, number) in self.withheld_in(former) {
            add(number, &|gain| gain.principal.step.kind == kind);
        }
        for (service, number) in self.late_services(former) {
            let then = earlier.get(&number);
            if then.is_some_and(|then| late_roles::is_unnamed(service, then.gaps.lists())) {
                add(number, &|gain| late_roles::is_of_service(service, gain));
            }
        }
        for (id, number) in &former.withheld {
            add(*number, &|gain| gain.principal.step.id == *id && gain.cause.kind == CauseKind::DenyLifted);
        }
        withheld
    }
}

fn is_same_way(one: &AccessChange, other: &AccessChange) -> bool {
    one.principal.step.id == other.principal.step.id
        && one.condition == other.condition
        && ids(&one.path) == ids(&other.path)
}
