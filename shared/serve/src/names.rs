//! What people call things: `user ana@example.com`, `policy of access group Admins (8dbf…)`.
//!
//! In: addresses as `ibm/<account>/ibm_users/<iam_id>`, and ids in cells. Out: names as some snapshots know them, or the
//! end of the address where they know none.

use std::collections::{BTreeMap, BTreeSet};

use check::RuleSet;
use model::{Address, Author, Column, Row, State, Table, Value, tables};
use snapshot::{History, Manifest, SnapshotError};

/// The finding that an address is of, as far as its name is concerned.
#[derive(Debug, Clone, Copy)]
pub struct NamedSubject<'a> {
    /// Id of the rule.
    pub rule: &'a str,
    /// The address of the row that is named.
    pub address: &'a str,
}

/// Names by address, and by the ids of principals and groups.
#[derive(Debug, Default)]
pub struct ThingNames {
    subjects: BTreeMap<String, String>,
    ids: BTreeMap<String, String>,
    creators: BTreeMap<String, String>,
}

impl ThingNames {
    /// Reads the names of principals and groups, and of all that some findings are about. Of several snapshots the
    /// first that knows a thing names it.
    ///
    /// # Errors
    /// As [`history::state`].
    pub async fn read(
        history: &History,
        manifests: &[&Manifest],
        rules: &RuleSet,
        subjects: impl IntoIterator<Item = NamedSubject<'_>>,
    ) -> Result<Self, SnapshotError> {
        let mut wanted: BTreeSet<(&'static str, Vec<&'static str>)> = BTreeSet::new();
        let mut addresses: BTreeSet<&str> = BTreeSet::new();
        for subject in subjects {
            wanted.extend(columns(rules, subject));
            addresses.insert(subject.address);
        }
        let mut names = Self::default();
        let mut states = Vec::new();
        for manifest in manifests {
            let tables = naming(history, &wanted);
            let is_read = |table: &Table, column: &Column| is_naming(&wanted, table, column);
            let state = history::state_of_columns(history, manifest, &tables, is_read).await?;
            names.gather_ids(history, &state);
            states.push(state);
        }
        for state in &states {
            for (table, columns) in &wanted {
                if let Some(table) = tables::find(table) {
                    names.gather(&history.account().to_string(), table, columns, state, &addresses);
                }
            }
        }
        Ok(names)
    }

    /// Returns what the thing at an address is called.
    #[must_use]
    pub fn name_of(&self, address: &str) -> String {
        match self.subjects.get(address) {
            Some(name) => name.clone(),
            None => plain(Address::place_in(address)),
        }
    }

    /// Returns the id of who created the thing at an address, where the cloud tells it.
    #[must_use]
    pub fn creator_of(&self, address: &str) -> Option<&str> {
        self.creators.get(address).map(String::as_str)
    }

    /// Returns what the principal or group with an id is called.
    #[must_use]
    pub fn of_id(&self, id: &str) -> Option<&str> {
        self.ids.get(id).map(String::as_str)
    }

    fn gather_ids(&mut self, history: &History, state: &State) {
        for table in notify::naming_tables(history.account().cloud()) {
            let id = table.position("iam_id").unwrap_or(0);
            for row in state.rows(table) {
                if let (Some(id), Some(label)) = (row.value(id).as_text(), label(table, row)) {
                    let name = || format!("{} {}", notify::noun(table), plain(label));
                    self.ids.entry(id.to_owned()).or_insert_with(name);
                }
            }
        }
    }

    fn gather(
        &mut self,
        account: &str,
        table: &'static Table,
        columns: &[&'static str],
        state: &State,
        addresses: &BTreeSet<&str>,
    ) {
        let positions: Vec<usize> = columns.iter().filter_map(|column| table.position(column)).collect();
        for row in state.rows(table) {
            let address = format!("{account}/{}/{}", table.name, joined(row, &positions));
            if addresses.contains(address.as_str()) && !self.subjects.contains_key(&address) {
                let name = self.row_name(table, row, &positions, state);
                if let Some(creator) = table.author(row, Author::Creator) {
                    self.creators.insert(address.clone(), creator.to_owned());
                }
                self.subjects.insert(address, name);
            }
        }
    }

    /// Names a row: by its label, by whom it is for, or by what it belongs to.
    fn row_name(&self, table: &Table, row: &Row, key: &[usize], state: &State) -> String {
        let noun = notify::noun(table);
        let known = |value: Value<'_>| value.as_text().and_then(|id| self.of_id(id)).map(str::to_owned);
        if let Some(label) = label(table, row) {
            return format!("{noun} {}", plain(label));
        }
        let cell = |column: &str| table.position(column).map_or(Value::Null, |position| row.value(position));
        let whom = ["subject_access_group_id", "subject_iam_id"]
            .into_iter()
            .map(cell)
            .find(|value| !value.is_null());
        if let Some(whom) = whom {
            let whom = known(whom).unwrap_or_else(|| plain(&whom.to_string()));
            return format!("{noun} of {whom} ({})", plain(&joined(row, key)));
        }
        let parent = table
            .parent
            .and_then(|parent| Some((table.position(parent.column)?, tables::find(parent.table)?)));
        let own = |skip: Option<usize>| {
            let own =
                key.iter().filter(|position| Some(**position) != skip).map(|position| row.value(*position));
            let mut words: Vec<String> =
                own.map(|value| known(value).unwrap_or_else(|| plain(&value.to_string()))).collect();
            // `group`, `group Admins`: the second says the first.
            words.dedup_by(|later, kept| {
                let says_it = later.starts_with(&format!("{kept} "));
                if says_it {
                    std::mem::swap(later, kept);
                }
                says_it
            });
            words.join(" ")
        };
        match parent {
            Some((column, owner)) => {
                let owner_key = Row::pack([row.value(column)]);
                let owner_name = state.rows(owner).get(owner, owner_key.as_bytes()).map_or_else(
                    || plain(&row.value(column).to_string()),
                    |owner_row| self.row_name(owner, owner_row, &[0], state),
                );
                format!("{noun} {} of {owner_name}", own(Some(column)))
            }
            None => format!("{noun} {}", own(None)),
        }
    }
}

fn plain(text: &str) -> String {
    model::visible(text).into_owned()
}

fn label<'a>(table: &Table, row: &'a Row) -> Option<&'a str> {
    row.value(table.position(table.label?)?).as_text().filter(|name| !name.is_empty())
}

fn joined(row: &Row, positions: &[usize]) -> String {
    let values: Vec<String> = positions.iter().map(|position| row.value(*position).to_string()).collect();
    values.join("/")
}

/// Returns the table of a subject and the columns that name it: as its rule says, or the key where the rule
/// is gone or asks every cloud.
fn columns(rules: &RuleSet, subject: NamedSubject<'_>) -> Option<(&'static str, Vec<&'static str>)> {
    if let Some(check::RuleSubject::Row { table, columns }) =
        rules.get(subject.rule).and_then(|rule| rule.subject.as_ref())
    {
        return Some((table.name, columns.clone()));
    }
    let table = Address::parse(subject.address)?.table()?;
    Some((table.name, table.key_columns().iter().map(|column| column.name).collect()))
}

/// Returns whether a name may be read from a column beside the key of its table, or who created what is named.
fn is_naming(wanted: &BTreeSet<(&'static str, Vec<&'static str>)>, table: &Table, column: &Column) -> bool {
    table.label == Some(column.name)
        || table.parent.is_some_and(|parent| parent.column == column.name)
        || column.author == Some(Author::Creator)
        || ["iam_id", "subject_access_group_id", "subject_iam_id"].contains(&column.name)
        || wanted.iter().any(|(name, columns)| *name == table.name && columns.contains(&column.name))
}

/// Returns the tables that names are looked up in.
fn naming(history: &History, wanted: &BTreeSet<(&'static str, Vec<&'static str>)>) -> Vec<&'static Table> {
    let mut names: BTreeSet<&'static str> = wanted.iter().map(|(name, _)| *name).collect();
    let parents = wanted.iter().filter_map(|(name, _)| Some(tables::find(name)?.parent?.table));
    names.extend(parents.collect::<Vec<_>>());
    names.extend(notify::naming_tables(history.account().cloud()).map(|table| table.name));
    names.into_iter().filter_map(tables::find).collect()
}
