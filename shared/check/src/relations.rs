//! What SQL can name, with its columns: for people who ask.

use model::{AccountId, Cloud, State, Table, Timestamp, Type, tables};

use crate::{
    Limits, QueryError, RunContext, View,
    database::ask,
    views::{type_of_view_column, views_of},
};

/// A table or view that a question can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queryable {
    /// The name in SQL.
    pub name: &'static str,
    /// `table`, `view`, or `made` for a table that is made of a snapshot when it is named.
    pub kind: &'static str,
    /// What one row is.
    pub about: String,
    /// The columns, in their order.
    pub columns: Vec<QueryableColumn>,
}

/// A column of a table or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryableColumn {
    /// The name in SQL.
    pub name: String,
    /// What the column holds, as columns of tables are declared.
    pub kind: Type,
    /// One sentence on it; none for columns of views, which say what the columns beneath say.
    pub about: Option<&'static str>,
}

/// Returns everything that a question about an account of a cloud can name: tables, tables that are made, views.
///
/// # Errors
/// Never in practice: a view that SQLite refuses is found by the tests.
pub fn queryables(cloud: Cloud) -> Result<Vec<Queryable>, QueryError> {
    let mut relations: Vec<Queryable> =
        tables::of_cloud(cloud).map(|table| declared(table, "table")).collect();
    relations.extend(tables::derived::all().map(|table| declared(table, "made")));
    relations.push(declared(&tables::RUN, "view"));
    let Ok(account) = AccountId::parse(cloud, "none") else { return Ok(relations) };
    let run = RunContext { account, at: Timestamp::UNIX_EPOCH, number: 0 };
    for View { name, about, .. } in views_of(&[cloud]) {
        let answer =
            ask(&State::default(), &run, &format!("select * from {name} limit 0"), &Limits::default())?;
        let columns = answer.columns.into_iter().zip(answer.declared).map(|(name, declared)| {
            let kind = type_of_view_column(declared.as_deref(), &name);
            QueryableColumn { name, kind, about: None }
        });
        relations.push(Queryable { name, kind: "view", about, columns: columns.collect() });
    }
    Ok(relations)
}

fn declared(table: &'static Table, kind: &'static str) -> Queryable {
    let columns = table.columns.iter().map(|column| QueryableColumn {
        name: column.name.to_owned(),
        kind: column.kind,
        about: Some(column.about),
    });
    Queryable { name: table.name, kind, about: table.about.to_owned(), columns: columns.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_named_is_listed_with_its_columns() {
        for cloud in Cloud::ALL {
            let relations = queryables(cloud).unwrap();
            let find = |name: &str| relations.iter().find(|relation| relation.name == name).unwrap();
            assert!(relations.iter().all(|relation| !relation.columns.is_empty()));
            assert!(relations.iter().all(|relation| !relation.about.is_empty()));
            assert!(find("grants").columns.iter().any(|column| column.name == "path"));
            let kind = |of: &str, name: &str| {
                find(of).columns.iter().find(|column| column.name == name).map(|each| each.kind)
            };
            assert_eq!(kind("grants", "is_bounded"), Some(Type::Boolean));
            assert_eq!(kind("principals", "is_active"), Some(Type::Boolean), "an expression");
            assert_eq!(kind("principals", "name"), Some(Type::Text));
            assert!(find("run").columns.iter().any(|column| column.name == "days_30_ago"));
            assert_eq!(
                (find("principals").kind, find("drift").kind, find("coverage").kind),
                ("view", "made", "table")
            );
            let foreign = Cloud::ALL.into_iter().find(|other| *other != cloud).unwrap();
            assert!(!relations.iter().any(|relation| relation.name.starts_with(&format!("{foreign}_"))));
        }
    }
}
