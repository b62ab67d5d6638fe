//! Things that went away while they were read: the list showed them, and then there was nothing to ask them.
//!
//! In: what was seen of things and of the lists that are read for each. Out: the same without the things that are gone.
//! A 404 of such a list says nothing by itself, because a gateway in trouble says it as well; so the list of the things
//! is read again, once, and what it no longer shows is gone. A thing that is still there keeps its failed list.

use std::collections::{BTreeMap, BTreeSet};

use model::{ListStatus, Reading, Row, Table, tables};

use crate::{
    listing::{Seen, Wholeness},
    reader::Reader,
    session::SignedIn,
};

/// What the reason of a list begins with that the cloud does not have.
const NOT_FOUND: &str = "HTTP 404";
/// What it begins with where the gateway does not know the path: that is so of every thing, gone or not.
const UNKNOWN_PATH: &str = "HTTP 404 (APIGW";

impl<S: SignedIn, E: Sync> Reader<'_, S, E> {
    /// Drops the things of a table that are gone, with all that was seen of them. `again` reads the list of the things
    /// and is waited for only where the list of one of them could not be found.
    pub(crate) async fn drop_vanished(
        &self,
        seen: &mut Seen,
        owner: &'static Table,
        again: impl Future<Output = Seen> + Send,
    ) {
        let suspects = seen.not_found(owner);
        if suspects.is_empty() {
            return;
        }
        let again = again.await;
        if again.wholeness(owner.listing) != Wholeness::Whole {
            return;
        }
        let Some(id) = owner.key_columns().first() else { return };
        let left: BTreeSet<&str> = again.texts(owner, id.name).collect();
        for gone in suspects.iter().filter(|suspect| !left.contains(suspect.as_str())) {
            tracing::info!(listing = owner.listing, gone, "went away while it was read");
            seen.drop_thing(owner, gone);
        }
    }
}

impl Seen {
    /// Returns the ids of the things of a table of which a list could not be found.
    fn not_found(&self, owner: &Table) -> BTreeSet<String> {
        let listings: BTreeSet<&str> = children(owner)
            .into_iter()
            .filter(|(table, _)| table.reading == Reading::PerParent)
            .map(|(table, _)| table.listing)
            .collect();
        self.not_found_in(&listings)
    }

    /// Returns the parents for which one of some listings could not be found.
    pub(crate) fn not_found_in(&self, listings: &BTreeSet<&str>) -> BTreeSet<String> {
        let is_not_found = |reason: &str| reason.starts_with(NOT_FOUND) && !reason.starts_with(UNKNOWN_PATH);
        let failed = self.coverage.iter().filter(|each| {
            each.status == ListStatus::Failed
                && listings.contains(each.listing.as_str())
                && each.reason.as_deref().is_some_and(is_not_found)
        });
        failed.map(|each| each.parent.clone()).collect()
    }

    /// Drops a thing with the rows and the coverage of all that was read for it.
    pub(crate) fn drop_thing(&mut self, owner: &'static Table, id: &str) {
        let below = children(owner);
        self.coverage.retain(|each| {
            let is_of = |(table, _): &(&Table, _)| {
                table.reading == Reading::PerParent && table.listing == each.listing
            };
            each.parent != id || !below.iter().any(is_of)
        });
        let gone = self.drop_shown(owner, id);
        self.vanished.extend(gone.into_iter().map(|row| (owner.name, row)));
    }

    /// Leaves out what was shown of a thing, and returns its row: whether it is there is not said.
    pub(crate) fn drop_shown(&mut self, owner: &'static Table, id: &str) -> Vec<Row> {
        for (table, column) in children(owner) {
            self.drop_rows(table, column, id);
        }
        owner.key_columns().first().map_or_else(Vec::new, |key| self.drop_rows(owner, key.name, id))
    }
}

/// Returns the tables that hang on another, directly or not, each with its column that holds the id of the thing.
fn children(owner: &Table) -> Vec<(&'static Table, &'static str)> {
    let mut columns: BTreeMap<&str, &'static str> = BTreeMap::new();
    let mut found: Vec<(&'static Table, &'static str)> = Vec::new();
    loop {
        let next = tables::all().find_map(|table| {
            let parent = table.parent.filter(|_| !columns.contains_key(table.name))?;
            let column = if parent.table == owner.name {
                parent.column
            } else {
                columns.get(parent.table).copied().filter(|column| table.position(column).is_some())?
            };
            Some((table, column))
        });
        let Some((table, column)) = next else { return found };
        columns.insert(table.name, column);
        found.push((table, column));
    }
}

#[cfg(test)]
mod tests {
    use model::{
        Coverage,
        tables::{
            huawei::{POLICIES, POLICY_ACTIONS, POLICY_VERSIONS},
            ibm::{ACCESS_GROUPS, GROUP_RULE_CONDITIONS, MEMBERS},
        },
    };

    use super::*;

    #[test]
    fn what_hangs_on_a_thing_is_found_at_any_depth() {
        let of_groups = children(&ACCESS_GROUPS);
        assert!(of_groups.iter().any(|(table, column)| table.name == MEMBERS.name && *column == "group_id"));
        assert!(of_groups.iter().any(|(table, _)| table.name == GROUP_RULE_CONDITIONS.name));
        let of_policies = children(&POLICIES);
        for table in [&POLICY_VERSIONS, &POLICY_ACTIONS] {
            assert!(
                of_policies.iter().any(|(each, column)| each.name == table.name && *column == "policy_id")
            );
        }
    }

    #[test]
    fn only_a_404_of_the_service_makes_a_thing_suspect() {
        let list = |parent: &str, status, reason: &str| Coverage {
            listing: MEMBERS.listing.to_owned(),
            parent: parent.to_owned(),
            endpoint: String::new(),
            status,
            reason: Some(reason.to_owned()),
            pages: 0,
            rows: 0,
            carried_from: None,
        };
        let mut seen = Seen::default();
        seen.coverage = vec![
            list("gone", ListStatus::Failed, "HTTP 404 (group_not_found)"),
            list("bare", ListStatus::Failed, "HTTP 404"),
            list("gateway", ListStatus::Failed, "HTTP 404 (APIGW.0101)"),
            list("denied", ListStatus::Denied, "HTTP 403"),
            list("broken", ListStatus::Failed, "HTTP 500"),
        ];
        assert_eq!(seen.not_found(&ACCESS_GROUPS).into_iter().collect::<Vec<_>>(), ["bare", "gone"]);
    }
}
