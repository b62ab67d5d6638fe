//! Statements of policies over time: what is edited is told, and nothing else is.
//!
//! A statement has no id. Whoever puts one in front of others, takes one out or writes them in another order has changed that
//! one statement, or nothing.

use std::collections::BTreeSet;

use model::{
    Cloud, Row, Rows, STATEMENT, State, StatementTables, Table, Type,
    tables::{
        self,
        huawei::{DOCUMENTS, ROLE_DOCUMENTS, TRUST_DOCUMENTS},
    },
};
use serde_json::{Value, json};
use simulators::huawei::World;
use snapshot::{Delta, Manifest};

use super::{Account, company::Company, completeness::Hours};

const AGENCY: &str = "agency-of-statements";
const ROLE: &str = "role-of-statements";

/// A document of three statements: two without a name, of which one is never first.
fn statements() -> Vec<Value> {
    vec![
        json!({"Effect": "Allow", "Action": ["sts:agencies:assume"], "Principal": {"IAM": ["iam::far-away-1:root"]}}),
        json!({"Sid": "Near", "Effect": "Allow", "Action": ["sts:agencies:assume", "sts::tagSession"],
               "Principal": {"IAM": ["iam::far-away-2:root"]}}),
        json!({"Effect": "Allow", "Action": ["sts::tagSession"], "Principal": {"IAM": ["iam::far-away-3:root"]},
               "Condition": {"Bool": {"g:MFAPresent": ["true"]}}}),
    ]
}

/// Writes the same statements into a trust policy, as text, and into a classic policy that a group has, as an object.
fn write(world: &mut World, statements: &[Value]) {
    let document = json!({ "Version": "5.0", "Statement": statements });
    let account = world.account_id().to_owned();
    let mut agency = world
        .agencies
        .iter()
        .find(|each| each.object.get("trust_policy").and_then(Value::as_str).is_some())
        .expect("one")
        .clone();
    agency.object.set("agency_id", AGENCY);
    agency.object.set("agency_name", AGENCY);
    agency.object.set("urn", format!("iam::{account}:agency:{AGENCY}"));
    agency.object.set("trust_policy", document.to_string());
    world.agencies.remove(AGENCY);
    world.agencies.push(agency);
    let of_role: Vec<Value> = statements
        .iter()
        .map(|statement| {
            let mut statement = statement.clone();
            statement.as_object_mut().expect("an object").remove("Principal");
            statement
        })
        .collect();
    let mut roles = world.classic.roles.iter();
    let mut role = roles.find(|each| each.get("domain_id").is_some()).expect("a role of the account").clone();
    role.set("id", ROLE);
    role.set("display_name", ROLE);
    role.set("policy", json!({ "Version": "1.1", "Statement": of_role }));
    world.classic.roles.retain(|each| each.text("id") != ROLE);
    world.classic.roles.push(role);
}

async fn company() -> Hours {
    let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
    hours.account.huawei().change(|world| write(world, &statements()));
    hours.told().await;
    hours
}

/// Returns the rows of our two documents in the newest snapshot, as `table key…`.
async fn rows(hours: &Hours, family: StatementTables) -> BTreeSet<String> {
    let history = hours.account.history().await;
    let manifest = history.latest().await.expect("a store").expect("a snapshot");
    let mut all = BTreeSet::new();
    for table in family.all() {
        let rows = history.read(&manifest, table).await.expect("rows");
        let ours =
            rows.iter().filter(|row| [AGENCY, ROLE].contains(&row.value(0).as_text().unwrap_or_default()));
        all.extend(ours.map(|row| format!("{} {row:?}", table.name)));
    }
    all
}

/// Writes other statements, audits, and returns what was told with the rows that were taken away and put.
async fn edit(hours: &Hours, statements: &[Value]) -> (super::completeness::Told, [Vec<String>; 2]) {
    let both = [TRUST_DOCUMENTS, ROLE_DOCUMENTS];
    let mut before = BTreeSet::new();
    let mut after = BTreeSet::new();
    for family in both {
        before.extend(rows(hours, family).await);
    }
    hours.account.huawei().change(|world| write(world, statements));
    let told = hours.told().await;
    for family in both {
        after.extend(rows(hours, family).await);
    }
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).cloned().collect();
    (told, [only(&before, &after), only(&after, &before)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_put_in_front_and_taken_out_again_is_the_only_news() {
    let hours = company().await;
    let front =
        json!({"Effect": "Allow", "Action": ["a:a:a"], "Principal": {"IAM": ["iam::far-away-0:root"]}});
    let more: Vec<Value> = std::iter::once(front).chain(statements()).collect();
    let (told, [gone, new]) = edit(&hours, &more).await;
    assert!(gone.is_empty(), "{gone:#?}");
    // A statement, an action, and a principal of the trust policy.
    assert_eq!(new.len(), 5, "{new:#?}");
    assert!(told.has("drift.changed", AGENCY) && told.has("drift.changed", ROLE), "{}", told.all());
    assert!(told.titles("finding.changed").is_empty(), "{}", told.all());

    let (told, [taken, put]) = edit(&hours, &statements()).await;
    assert_eq!((taken, put), (new, Vec::new()));
    assert!(told.titles("finding.changed").is_empty(), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_in_another_order_are_no_news() {
    let hours = company().await;
    let mut turned = statements();
    turned.reverse();
    let (told, changed) = edit(&hours, &turned).await;
    assert_eq!(changed, [Vec::<String>::new(), Vec::new()]);
    assert_eq!(told.all(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_one_statement_changes_no_other() {
    for place in 0..3 {
        let hours = company().await;
        let mut edited = statements();
        let actions = edited[place]["Action"].as_array_mut().expect("actions");
        actions.insert(0, json!("a:new:action"));
        let (told, [gone, new]) = edit(&hours, &edited).await;
        assert!(new.iter().any(|row| row.contains("a:new:action")), "{new:#?}");
        let others: Vec<usize> = (0..3).filter(|each| *each != place).collect();
        for other in others {
            let principal = statements()[other]["Principal"]["IAM"][0].as_str().expect("a text").to_owned();
            assert!(!gone.iter().chain(&new).any(|row| row.contains(&principal)), "{gone:#?} {new:#?}");
        }
        let named = |rows: &[String]| rows.iter().filter(|row| row.contains("_statements ")).count();
        // Whoever has a name is the same statement with another action.
        assert_eq!((named(&gone), named(&new)), if place == 1 { (0, 0) } else { (2, 2) });
        assert!(told.has("drift.changed", AGENCY) && told.has("drift.changed", ROLE), "{}", told.all());
    }
}

/// Declares a table as it was while statements were numbered.
fn numbered(table: &'static Table) -> &'static Table {
    let columns = table.columns.iter().map(|column| {
        let kind = if column.name == STATEMENT { Type::Integer } else { column.kind };
        model::Column { kind, ..*column }
    });
    let columns = Vec::leak(columns.collect());
    Box::leak(Box::new(Table { columns, ..*table }))
}

/// Returns rows with the number of each statement in its document in the place of its key.
fn with_numbers(family: StatementTables, state: &State, table: &'static Table) -> Vec<Row> {
    let column = family.statements.key - 1;
    let number = |row: &Row| {
        let same =
            state.rows(family.statements).iter().filter(|each| each.prefix(column) == row.prefix(column));
        // As they stood in another order: what is numbered says nothing of the key.
        let mut keys: Vec<&str> =
            same.map(|each| family.statements.text(each, STATEMENT).expect("a key")).collect();
        keys.sort_by_key(|key| key.chars().rev().collect::<String>());
        let key = row.value(column).as_text();
        i64::try_from(keys.iter().position(|each| Some(*each) == key).expect("its statement")).expect("small")
    };
    let renamed = |row: &Row| {
        let number = number(row);
        Row::pack(
            row.values()
                .enumerate()
                .map(|(index, value)| if index == column { number.into() } else { value }),
        )
    };
    state.rows(table).iter().map(renamed).collect()
}

/// Commits the newest snapshot once more, as a version wrote it that numbered statements.
async fn rewrite_numbered(hours: &Hours) -> Manifest {
    let history = hours.account.history().await;
    let newest = history.latest().await.expect("a store").expect("a snapshot");
    let mut state = State::default();
    for table in tables::of_cloud(Cloud::Huawei) {
        state.put(table, history.read(&newest, table).await.expect("rows"));
    }
    let previous = Some(newest.hash().expect("a hash"));
    let mut older = Manifest { number: newest.number + 1, previous, outbox: None, ..newest };
    for family in DOCUMENTS {
        for table in family.all() {
            let declared = numbered(table);
            let rows = Rows::new(declared, with_numbers(family, &state, table));
            let entry = history.write(None, declared, &rows, &Delta::default()).await.expect("written");
            older.tables.remove(table.name);
            older.tables.extend(entry.map(|entry| (table.name.to_owned(), entry)));
        }
    }
    history.commit(&older).await.expect("committed");
    older
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upgrade_from_numbered_statements_tells_nothing_and_misses_nothing() {
    let hours = company().await;
    let older = rewrite_numbered(&hours).await;
    let told = hours.told().await;
    assert_eq!(told.all(), "", "nothing happened");
    let history = hours.account.history().await;
    let newest = history.latest().await.expect("a store").expect("a snapshot");
    assert_eq!(newest.number, older.number + 1);
    assert!(newest.changes.is_empty(), "{:?}", newest.changes);
    for table in DOCUMENTS.iter().flat_map(StatementTables::all) {
        let (old, new) = (history.read(&older, table).await, history.read(&newest, table).await);
        assert_eq!(old.expect("old rows"), new.expect("new rows"), "{}", table.name);
    }
    assert_eq!(hours.told().await.all(), "");

    rewrite_numbered(&hours).await;
    let (told, [gone, new]) = edit(&hours, &statements()[1..]).await;
    assert!(
        new.is_empty() && gone.len() == 5,
        "what is done on the day of the upgrade is told: {gone:#?} {new:#?}"
    );
    assert!(told.has("drift.changed", AGENCY) && told.has("drift.changed", ROLE), "{}", told.all());
}
