use super::*;
use crate::tables::huawei::{
    TRUST_ACTIONS, TRUST_CONDITIONS, TRUST_DOCUMENTS, TRUST_PRINCIPALS, TRUST_STATEMENTS,
};

/// A statement as a test writes it: its Sid, and its actions.
type Written<'a> = (Option<&'a str>, &'a [&'a str]);

/// Numbers statements, as old snapshots did, and returns the keys that they get, by number.
fn keys(statements: &[Written<'_>]) -> Vec<String> {
    let number = |row: &Row| -> usize {
        row.value(TRUST_STATEMENTS.position("effect").unwrap()).as_text().unwrap().parse().unwrap()
    };
    let mut rows = RowsByTable::new();
    for ((sid, actions), number) in statements.iter().zip(0_i64..) {
        let place = number.to_string();
        let draft = |table: &'static Table| table.draft().set("agency_id", "a").set("statement", number);
        // The effect tells the test which one it was; statements that are the same have the same.
        let same = statements.iter().position(|each| each == &(*sid, *actions)).unwrap().to_string();
        let row = draft(&TRUST_STATEMENTS).set("sid", *sid).set("effect", &same).row();
        rows.entry(TRUST_STATEMENTS.name).or_default().push(row);
        for (action, position) in actions.iter().zip(0_i64..) {
            let row = draft(&TRUST_ACTIONS).set("position", position).set("pattern", *action).row();
            rows.entry(TRUST_ACTIONS.name).or_default().push(row);
        }
        let row = draft(&TRUST_PRINCIPALS).set("position", 0).set("pattern", &place).row();
        if statements.iter().filter(|each| *each == &(*sid, *actions)).count() == 1 {
            rows.entry(TRUST_PRINCIPALS.name).or_default().push(row);
        }
    }
    let named = TRUST_DOCUMENTS.with_keys(rows);
    let mut keys: Vec<(usize, String)> = named[TRUST_STATEMENTS.name]
        .iter()
        .map(|row| (number(row), TRUST_STATEMENTS.text(row, "statement").unwrap().to_owned()))
        .collect();
    keys.sort();
    let of = |table: &'static Table| -> BTreeSet<String> {
        let rows = named.get(table.name).into_iter().flatten();
        rows.map(|row| table.text(row, "statement").unwrap().to_owned()).collect()
    };
    let all: BTreeSet<String> = keys.iter().map(|(_, key)| key.clone()).collect();
    assert_eq!(all.len(), statements.len(), "no two have one key");
    assert_eq!(of(&TRUST_ACTIONS), all, "each action goes with its statement");
    assert!(of(&TRUST_PRINCIPALS).is_subset(&all) && of(&TRUST_CONDITIONS).is_empty());
    keys.into_iter().map(|(_, key)| key).collect()
}

#[test]
fn a_sid_that_is_unique_is_the_key_and_else_a_hash_of_what_is_said() {
    let named = keys(&[(Some("first"), &["a"]), (None, &["b"]), (Some(""), &["c"])]);
    assert_eq!(named[0], "first");
    let is_hash = |key: &str| key.len() == DIGITS && key.bytes().all(|each| each.is_ascii_hexdigit());
    assert!(is_hash(&named[1]) && is_hash(&named[2]) && named[1] != named[2], "{named:?}");
}

#[test]
fn statements_that_say_the_same_are_counted_and_one_sid_for_two_is_no_key() {
    let twice = keys(&[(None, &["a", "b"]), (None, &["a", "b"]), (None, &["a"])]);
    assert_eq!(twice[1], format!("{}-2", twice[0]));
    let shared = keys(&[(Some("s"), &["a"]), (Some("s"), &["b"]), (Some("t"), &["b"])]);
    assert!(!shared.contains(&"s".to_owned()) && shared[2] == "t", "{shared:?}");
}

#[test]
fn a_sid_that_looks_like_the_hash_of_another_takes_nothing_from_it() {
    let [hash, _] = <[String; 2]>::try_from(keys(&[(None, &["a"]), (None, &["b"])])).unwrap();
    let keys = keys(&[(None, &["a"]), (Some(&hash), &["z"])]);
    assert_eq!(keys, [format!("{hash}-2"), hash]);
}
