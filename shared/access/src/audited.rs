//! What the audit of a permission hangs on: the tables of which missing rows hide somebody, and those that make it report somebody wrongly.

use model::{Cloud, Lists, Table, Trust, tables};

use crate::{
    SensitivePermission,
    clouds::{CloudAccess, tables as tables_of_access},
};

/// Returns the tables whose missing rows would make a permission's audit report somebody: what allows it, and what takes it away or by nature
/// allows it, where that was ever seen.
#[must_use]
pub fn absence_tables(cloud: Cloud, lists: &Lists, permission: &SensitivePermission) -> Vec<&'static Table> {
    // What was never seen of these cannot be waited for: the bounds of an organisation, for one, are shown to few accounts.
    let once_seen = (CloudAccess::of(cloud).hiding)(permission).into_iter();
    let once_seen = once_seen.filter(|table| lists.whole(table.listing) != Trust::Never);
    allowing(cloud, permission).iter().copied().chain(once_seen).collect()
}

/// Returns the tables of which rows that are missing may hide a grant.
#[must_use]
pub fn needed_tables(cloud: Cloud) -> Vec<&'static Table> {
    let besides = aside_tables(cloud);
    let is_listed = |table: &&'static Table| {
        let aside = weighed_tables(cloud).iter().chain(&besides);
        table.name != tables::COVERAGE.name && aside.into_iter().all(|each| each.name != table.name)
    };
    tables_of_access(cloud).filter(is_listed).collect()
}

/// Returns the tables that say only whether a principal can act: one that is not whole for somebody leaves the standing of
/// that one unknown, and everybody else's as it is.
#[must_use]
pub const fn weighed_tables(cloud: Cloud) -> &'static [&'static Table] {
    CloudAccess::of(cloud).credentials
}

/// Returns the tables of which missing rows hide nobody: those that restrict what others give, and those that name it.
#[must_use]
pub fn aside_tables(cloud: Cloud) -> Vec<&'static Table> {
    let CloudAccess { restricting, naming, .. } = CloudAccess::of(cloud);
    restricting.iter().chain(*naming).copied().collect()
}

/// Returns the tables that end or restrict what others give.
#[must_use]
pub const fn restricting_tables(cloud: Cloud) -> &'static [&'static Table] {
    CloudAccess::of(cloud).restricting
}

/// Returns the tables whose missing rows would make somebody report who is allowed by a group.
const fn allowing(cloud: Cloud, permission: &SensitivePermission) -> &'static [&'static Table] {
    if permission.allowed.is_empty() { &[] } else { CloudAccess::of(cloud).allowing }
}
