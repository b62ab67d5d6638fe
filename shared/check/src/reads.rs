//! Which tables and columns statements read, as SQLite itself resolves them.

use std::collections::{BTreeMap, BTreeSet};

use model::{Cloud, Table, reference, tables};

use crate::{
    QueryError,
    guard::{Guard, Uses},
    views,
};

/// Tables with the columns that some statements read; views are followed to the tables below them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads(BTreeMap<&'static str, BTreeSet<&'static str>>);

impl Reads {
    /// Finds out what statements read together.
    ///
    /// # Errors
    /// The first statement that cannot be prepared.
    pub fn of<'a>(statements: impl IntoIterator<Item = &'a str>) -> Result<Self, QueryError> {
        let schema = Schema::open()?;
        let mut all = Self::default();
        for sql in statements {
            all.join(&schema.reads(sql)?);
        }
        Ok(all)
    }

    /// Returns every column of every table.
    #[must_use]
    pub fn everything() -> Self {
        let columns = |table: &'static Table| table.columns.iter().map(|column| column.name).collect();
        Self(tables::all().map(|table| (table.name, columns(table))).collect())
    }

    /// Returns the tables, by name.
    pub fn tables(&self) -> impl Iterator<Item = &'static Table> {
        self.0.keys().filter_map(|name| tables::find(name))
    }

    /// Returns whether a table is read that no snapshot stores.
    #[must_use]
    pub fn has_derived(&self) -> bool {
        self.tables().any(tables::derived::is_derived)
    }

    /// Returns whether a column of a table is read.
    #[must_use]
    pub fn has(&self, table: &str, column: &str) -> bool {
        self.0.get(table).is_some_and(|columns| columns.contains(column))
    }

    /// Adds what others read.
    pub fn join(&mut self, other: &Self) {
        for (table, columns) in &other.0 {
            self.0.entry(table).or_default().extend(columns);
        }
    }

    /// Returns the first thing that `other` reads and this does not have, in the words of a message.
    pub(crate) fn lacks(&self, other: &Self) -> Option<String> {
        other.0.iter().find_map(|(table, columns)| match self.0.get(table) {
            None => Some((*table).to_owned()),
            Some(known) => columns.difference(known).next().map(|column| format!("{table}.{column}")),
        })
    }

    pub(crate) fn from_uses(uses: &Uses) -> Self {
        let mut reads = Self::default();
        for (name, columns) in &uses.reads {
            // Views are followed by SQLite; `run` is always there.
            let Some(table) = tables::find(name) else { continue };
            let columns = columns.iter().filter_map(|name| table.position(name));
            let columns =
                columns.filter_map(|position| table.columns.get(position)).map(|column| column.name);
            reads.0.entry(table.name).or_default().extend(columns);
        }
        reads
    }
}

/// Names the tables that a statement reads, `coverage` among them; views are followed to their tables.
///
/// ```
/// let names: Vec<&str> = check::tables_named("select count(*) from ibm_users")?.iter().map(|table| table.name).collect();
/// assert_eq!(names, ["ibm_users"]);
/// # Ok::<(), check::QueryError>(())
/// ```
///
/// # Errors
/// When the statement is not one that can be asked.
pub fn tables_named(sql: &str) -> Result<Vec<&'static Table>, QueryError> {
    Ok(Reads::of([sql])?.tables().collect())
}

/// Returns the first table or view in a statement that another cloud has and this one does not, with that cloud: no
/// snapshot of this cloud has rows for it, and an answer of none would say something of what was never read.
///
/// # Errors
/// When the statement is not one that can be asked.
pub fn foreign_table(sql: &str, cloud: Cloud) -> Result<Option<(String, Cloud)>, QueryError> {
    match Schema::of_cloud(cloud)?.reads(sql) {
        Err(QueryError::UnknownTable { name }) => {
            let bears = |of: &Cloud| *of != cloud && name.to_lowercase().starts_with(&format!("{of}_"));
            Ok(Cloud::ALL.into_iter().find(bears).map(|of| (name.clone(), of)))
        }
        read => read.map(|_| None),
    }
}

/// All tables and views without rows: where statements are looked through before any data is loaded.
#[derive(Debug)]
pub(crate) struct Schema(Guard);

impl Schema {
    pub(crate) fn open() -> Result<Self, QueryError> {
        let guard = Guard::open(|connection| {
            for table in tables::all().chain(tables::derived::all()) {
                connection.execute_batch(&reference::create_table(table))?;
            }
            connection.execute_batch(&views::create_run())?;
            connection.execute_batch(&views::create_views(|_| true))
        });
        Ok(Self(guard.map_err(|error| QueryError::load(&error))?))
    }

    /// Opens the tables of one cloud, and of the views what they are of it.
    fn of_cloud(cloud: Cloud) -> Result<Self, QueryError> {
        let guard = Guard::open(|connection| {
            for table in tables::of_cloud(cloud).chain(tables::derived::all()) {
                connection.execute_batch(&reference::create_table(table))?;
            }
            connection.execute_batch(&views::create_run())?;
            connection.execute_batch(&views::create_views(|part| part.cloud == cloud))
        });
        Ok(Self(guard.map_err(|error| QueryError::load(&error))?))
    }

    /// Opens the views as tables of their own, without any table of a cloud: all that a rule for every cloud may read.
    pub(crate) fn of_views(whole: &Self) -> Result<Self, QueryError> {
        let columns = |view: &'static str| {
            let (_, columns) = whole.look_through(&format!("select * from {view}"))?;
            Ok(format!("CREATE TABLE {view} ({});\n", columns.join(", ")))
        };
        let tables: String = views::neutral().map(columns).collect::<Result<_, QueryError>>()?;
        let guard = Guard::open(|connection| {
            connection.execute_batch(&tables)?;
            connection.execute_batch(&reference::create_table(&tables::COVERAGE))?;
            connection.execute_batch(&views::create_run())
        });
        Ok(Self(guard.map_err(|error| QueryError::load(&error))?))
    }

    pub(crate) fn reads(&self, sql: &str) -> Result<Reads, QueryError> {
        self.0.prepare(sql).map(|(_, uses)| Reads::from_uses(&uses))
    }

    /// Returns what a statement uses, and the names of the columns that it returns.
    pub(crate) fn look_through(&self, sql: &str) -> Result<(Uses, Vec<String>), QueryError> {
        let (statement, uses) = self.0.prepare(sql)?;
        Ok((uses, statement.column_names().map(str::to_owned).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<&'static str> {
        tables_named(sql).unwrap().iter().map(|table| table.name).collect()
    }

    #[test]
    fn a_view_is_followed_to_its_tables() {
        assert_eq!(
            names("select count(*) from memberships"),
            [
                "huawei_group_members",
                "huawei_groups",
                "ibm_access_group_dynamic_members",
                "ibm_access_group_members",
                "ibm_access_groups"
            ]
        );
    }

    #[test]
    fn a_name_in_a_text_or_comment_or_of_a_common_table_is_no_table() {
        let sql = "with ibm_things as (select iam_id from ibm_users) select 'ibm_policies' /* ibm_roles */ from ibm_things";
        assert_eq!(names(sql), ["ibm_users"]);
    }

    #[test]
    fn a_table_of_another_cloud_is_known_from_a_name_that_a_view_reads_of_it() {
        let foreign = |sql: &str| foreign_table(sql, Cloud::Ibm).unwrap();
        let users = Some(("huawei_users".to_owned(), Cloud::Huawei));
        assert_eq!(foreign("select count(*) from huawei_users"), users);
        assert_eq!(
            foreign("select 1 from ibm_users join (select * from HUAWEI_users)").map(|(_, of)| of),
            Some(Cloud::Huawei)
        );
        assert_eq!(foreign("select * from huawei_wide_policies").map(|(_, of)| of), Some(Cloud::Huawei));
        for own in [
            "select 'huawei_users' from principals",
            "select * from coverage where listing = 'huawei_users'",
            "with huawei_users as (select 1) select * from huawei_users",
            "select cloud from run",
        ] {
            assert_eq!(foreign(own), None, "{own}");
        }
    }

    #[test]
    fn every_neutral_view_can_be_asked_of_every_cloud() {
        for (view, cloud) in views::neutral().flat_map(|view| Cloud::ALL.map(|cloud| (view, cloud))) {
            assert_eq!(foreign_table(&format!("select * from {view}"), cloud), Ok(None), "{view} of {cloud}");
        }
    }

    #[test]
    fn only_the_columns_that_are_read_are_named() {
        let reads = Reads::of(["select email from ibm_users where state = 'ACTIVE'"]).unwrap();
        assert!(reads.has("ibm_users", "email") && reads.has("ibm_users", "state"));
        assert!(!reads.has("ibm_users", "document") && !reads.has("ibm_users", "iam_id"));
        assert!(Reads::of(["select * from ibm_users"]).unwrap().has("ibm_users", "document"));
    }

    #[test]
    fn the_run_and_the_coverage_can_be_asked_too() {
        assert_eq!(names("select run.at from run"), Vec::<&str>::new());
        assert_eq!(names("select listing from coverage order by listing"), ["coverage"]);
    }
}
