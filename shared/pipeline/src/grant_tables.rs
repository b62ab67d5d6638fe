//! The tables of grants, for rules that name them: made of the state that is judged, when the first of them is asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use access::{Access, Sensitive};
use check::Derived;
use model::{Cloud, Row, State, Table, Timestamp};

use crate::Permissions;

/// What the tables are made of. The graph of access is built once for all that needs it.
pub(crate) struct GrantTables<'a> {
    cloud: Cloud,
    state: &'a State,
    at: Timestamp,
    access: OnceLock<Access>,
    moment: OnceLock<String>,
    holders: Holders,
}

/// The ids of those who hold sensitive permissions without being allowed to, by the id of the permission.
pub(crate) type Holders = BTreeMap<String, BTreeSet<String>>;

impl<'a> GrantTables<'a> {
    pub(crate) const fn new(cloud: Cloud, state: &'a State, at: Timestamp) -> Self {
        Self { cloud, state, at, access: OnceLock::new(), moment: OnceLock::new(), holders: Holders::new() }
    }

    /// Takes the access of the state where it is built already.
    pub(crate) fn with(cloud: Cloud, state: &'a State, at: Timestamp, access: Option<Access>) -> Self {
        let tables = Self::new(cloud, state, at);
        if let Some(access) = access {
            // INVARIANT: nobody has asked for it yet.
            tables.access.get_or_init(|| access);
        }
        tables
    }

    /// Returns the access of the state, built when it is first asked for.
    pub(crate) fn access(&self) -> &Access {
        self.access.get_or_init(|| access::build(self.cloud, self.state, self.at))
    }

    /// Notes who holds a permission, for whoever asks later.
    pub(crate) fn note_holders(&mut self, permission: &str, holders: BTreeSet<String>) {
        self.holders.insert(permission.to_owned(), holders);
    }

    /// Returns what looks for sensitive permissions in what somebody gained.
    pub(crate) fn sensitive<'s>(&'s self, permissions: &'s Permissions) -> Sensitive<'s> {
        let permissions = permissions.of_cloud(self.cloud);
        Sensitive::new(self.cloud, self.state, self.access(), permissions, &self.holders)
    }
}

impl Derived for GrantTables<'_> {
    /// Returns how much had ended by the time of the run: that, and the tables, decide on what is held.
    fn moment(&self) -> String {
        let count = || access::ends_before(self.cloud, self.state, self.at).to_string();
        self.moment.get_or_init(count).clone()
    }

    fn rows<'a>(&'a self, table: &'static Table) -> Box<dyn Iterator<Item = Row> + 'a> {
        self.access().grant_rows(table)
    }
}

/// Makes the tables of grants of a state as it was at a time.
#[must_use]
pub fn derive_grants(cloud: Cloud, state: &State, at: Timestamp) -> Box<dyn Derived + '_> {
    Box::new(GrantTables::new(cloud, state, at))
}
