//! Which tables a table's rows point into: what an export declares as foreign keys, where they hold.

use crate::{Reference, STATEMENT, StatementTables, Table, references, tables};

/// Columns of a table that hold the key of another table's row.
///
/// Whether the other row is there in a given snapshot is another matter: its list may never have been read, and a policy may
/// outlive whom it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The columns of the table that points.
    pub columns: Vec<&'static str>,
    /// The name of the table that is pointed into.
    pub to: &'static str,
    /// The columns of its key, in the same order.
    pub key: Vec<&'static str>,
}

/// What the tables of grants point into: table, column, and the table with that key.
const OF_GRANTS: [(&str, &str, &str); 5] = [
    ("grant_holders", "principal_id", "grant_principals"),
    ("grant_holders", "statement_id", "grant_statements"),
    ("grant_actions", "statement_id", "grant_statements"),
    ("grant_resources", "statement_id", "grant_statements"),
    ("assumptions", "assumed_id", "grant_principals"),
];

/// Returns where the rows of a table point, as far as it is one other table, by its whole key.
#[must_use]
pub fn relations(table: &Table) -> Vec<Relation> {
    let by_statement = tables::huawei::DOCUMENTS.iter().filter_map(|family| of_statement(family, table));
    let by_parent = table.parent.and_then(|parent| one_column(parent.column, parent.table));
    let by_reference = references(table).filter_map(of_reference);
    let of_grants = OF_GRANTS.iter().filter(|(from, ..)| *from == table.name);
    let of_grants = of_grants.filter_map(|(_, column, to)| one_column(column, to));
    let mut all: Vec<Relation> = Vec::new();
    for relation in by_statement.chain(by_parent).chain(by_reference).chain(of_grants) {
        if !all.contains(&relation) {
            all.push(relation);
        }
    }
    all
}

/// Returns where one column points, if the other table's key is one column.
fn one_column(column: &'static str, to: &'static str) -> Option<Relation> {
    let to = tables::find(to)?;
    let [key] = to.key_columns() else { return None };
    Some(Relation { columns: vec![column], to: to.name, key: vec![key.name] })
}

/// Returns where a reference points, if that is always the same kind of thing, known by its key.
fn of_reference(reference: &Reference) -> Option<Relation> {
    let ([(table, column)], None) = (reference.to, reference.kind) else { return None };
    one_column(reference.column, table).filter(|relation| relation.key == [*column])
}

/// Returns which statement a row of the other tables of a family belongs to.
fn of_statement(family: &StatementTables, table: &Table) -> Option<Relation> {
    let is_part = family.all().iter().skip(1).any(|each| each.name == table.name);
    let key: Vec<&'static str> = family.statements.key_columns().iter().map(|column| column.name).collect();
    debug_assert_eq!(key.last(), Some(&STATEMENT), "a statement is named last in its key");
    is_part.then(|| Relation { columns: key.clone(), to: family.statements.name, key })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(table: &str) -> Vec<String> {
        let of = |relation: Relation| {
            format!("{} -> {}.{}", relation.columns.join(","), relation.to, relation.key.join(","))
        };
        relations(tables::find(table).unwrap()).into_iter().map(of).collect()
    }

    #[test]
    fn relations_are_parents_single_references_and_statements() {
        assert_eq!(
            named("huawei_policy_actions"),
            [
                "policy_id,version_id,statement -> huawei_policy_statements.policy_id,version_id,statement",
                "policy_id -> huawei_policies.policy_id"
            ]
        );
        assert_eq!(
            named("huawei_group_members"),
            ["group_id -> huawei_groups.group_id", "user_id -> huawei_users.user_id"]
        );
        // Members are of several kinds, and keys of a service are found by a part of a key: no table has them all.
        assert_eq!(named("ibm_access_group_members"), ["group_id -> ibm_access_groups.id"]);
        assert_eq!(named("ibm_role_actions"), Vec::<String>::new());
    }

    #[test]
    fn every_relation_names_columns_of_the_same_type() {
        for table in tables::all().chain(tables::derived::all()) {
            for relation in relations(table) {
                let to = tables::find(relation.to).unwrap();
                assert_eq!(relation.key.len(), to.key, "{relation:?}");
                for (column, key) in relation.columns.iter().zip(&relation.key) {
                    let kind = |table: &Table, name: &str| table.columns[table.position(name).unwrap()].kind;
                    assert_eq!(kind(table, column), kind(to, key), "{}: {relation:?}", table.name);
                }
            }
        }
    }
}
