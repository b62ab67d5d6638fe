//! What SQL can name, with its columns: for people who ask.

use model::{Cloud, State, Table, Timestamp, Type, tables};

use crate::{Limits, QueryError, RunContext, database::ask, views};

/// A table or view that a question can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queryable {
    /// The name in SQL.
    pub name: &'static str,
    /// `table`, `view`, or `made` for a table that is made of a snapshot when it is named.
    pub kind: &'static str,
    /// What one row is; none for views.
    pub about: Option<&'static str>,
    /// The columns, in their order.
    pub columns: Vec<QueryableColumn>,
}

/// A column of a table or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryableColumn {
    /// The name in SQL.
    pub name: String,
    /// What it holds; none for columns of views, which have those of the tables beneath.
    pub kind: Option<Type>,
    /// One sentence on it; none for columns of views.
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
    let of_cloud = views::parts().filter(|part| part.cloud == cloud).map(|part| part.view);
    let mut names: Vec<&'static str> = of_cloud.chain([views::GRANTS, views::RUN]).collect();
    names.sort_unstable();
    names.dedup();
    let account = match cloud {
        Cloud::Ibm => "ibm/none",
        Cloud::Huawei => "huawei/none",
    };
    let Ok(account) = account.parse() else { return Ok(relations) };
    let run = RunContext { account, at: Timestamp::UNIX_EPOCH, number: 0 };
    for name in names {
        let answer =
            ask(&State::default(), &run, &format!("select * from {name} limit 0"), &Limits::default())?;
        let column = |name| QueryableColumn { name, kind: None, about: None };
        let columns = answer.columns.into_iter().map(column).collect();
        relations.push(Queryable { name, kind: "view", about: None, columns });
    }
    Ok(relations)
}

fn declared(table: &'static Table, kind: &'static str) -> Queryable {
    let columns = table.columns.iter().map(|column| QueryableColumn {
        name: column.name.to_owned(),
        kind: Some(column.kind),
        about: Some(column.about),
    });
    Queryable { name: table.name, kind, about: Some(table.about), columns: columns.collect() }
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
            assert!(find("grants").columns.iter().any(|column| column.name == "path"));
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
