use model::tables::huawei::{
    TRUST_ACTIONS, TRUST_CONDITIONS, TRUST_DOCUMENTS, TRUST_PRINCIPALS, TRUST_RESOURCES, TRUST_STATEMENTS,
};
use serde_json::json;

use super::*;

/// Returns the rows of a document, with their keys.
fn keyed_rows(document: &Document, table: &'static Table) -> Vec<String> {
    let mut seen = Seen::default();
    document.keep(TRUST_DOCUMENTS, &[("agency_id", "a")], &mut seen);
    let cells = |row: &Row| row.values().map(|value| value.to_string()).collect::<Vec<_>>().join("|");
    seen.rows(table).iter().map(cells).collect()
}

/// Returns the rows of a document, with `#` for keys that are hashes.
fn rows(document: &Document, table: &'static Table) -> Vec<String> {
    let is_hash = |key: &str| key.len() == 12 && key.bytes().all(|each| each.is_ascii_hexdigit());
    let told = |row: String| {
        let cells = row.split('|').map(|cell| if is_hash(cell) { "#" } else { cell });
        cells.collect::<Vec<_>>().join("|")
    };
    keyed_rows(document, table).into_iter().map(told).collect()
}

#[test]
fn every_part_of_a_statement_becomes_rows_in_order() {
    let document = Document::parse(
        r#"{"Version":"5.0","Statement":[
            {"Sid":"s","Effect":"Allow","Principal":{"Service":["service.FunctionGraph"],"IAM":["iam::b:root","iam::a:root"]},
             "Action":["sts:agencies:assume","sts::tagSession"],
             "Condition":{"StringEquals":{"sts:ExternalId":["y","x"]},"Bool":{"g:MFAPresent":"true"}}},
            {"Effect":"Deny","NotPrincipal":{"IAM":["*"]},"NotAction":["iam:*:*"],"NotResource":["iam:*:*:agency:x"]}]}"#,
    );
    assert_eq!((document.fault.as_deref(), document.version.as_deref()), (None, Some("5.0")));
    assert_eq!(rows(&document, &TRUST_STATEMENTS), ["a|#||Deny", "a|s|s|Allow"]);
    let actions = ["a|#|0|true|iam:*:*", "a|s|0|false|sts::tagSession", "a|s|1|false|sts:agencies:assume"];
    assert_eq!(rows(&document, &TRUST_ACTIONS), actions);
    assert_eq!(rows(&document, &TRUST_RESOURCES), ["a|#|0|true|iam:*:*:agency:x"]);
    let conditions = [
        "a|s|0|Bool|g:MFAPresent|true",
        "a|s|1|StringEquals|sts:ExternalId|x",
        "a|s|2|StringEquals|sts:ExternalId|y",
    ];
    assert_eq!(rows(&document, &TRUST_CONDITIONS), conditions);
    let principals = [
        "a|#|0|true|IAM|*",
        "a|s|0|false|IAM|iam::a:root",
        "a|s|1|false|IAM|iam::b:root",
        "a|s|2|false|Service|service.FunctionGraph",
    ];
    assert_eq!(rows(&document, &TRUST_PRINCIPALS), principals);
}

#[test]
fn a_reshuffle_of_anything_gives_the_same_rows() {
    let one = json!({"Version": "5.0", "Statement": [
        {"Sid": "b", "Effect": "Allow", "Action": ["b:c:d", "a:b:c"], "Resource": ["y", "x", "x"]},
        {"Effect": "Deny", "NotAction": ["*:*:*"], "Principal": {"IAM": ["q", "p"], "Service": ["s"]}},
        {"Sid": "a", "Effect": "Allow", "Action": ["a"], "Condition": {"Bool": {"k": ["true"]}, "S": {"k": ["2", "1"]}}}
    ]});
    let other = json!({"Statement": [
        {"Condition": {"S": {"k": ["1", "2"]}, "Bool": {"k": ["true"]}}, "Action": ["a"], "Effect": "Allow", "Sid": "a"},
        {"Sid": "b", "Effect": "Allow", "Action": ["a:b:c", "b:c:d"], "Resource": ["x", "y", "x"]},
        {"Effect": "Deny", "NotAction": ["*:*:*"], "Principal": {"Service": ["s"], "IAM": ["p", "q"]}}
    ], "Version": "5.0"});
    let (one, other) = (Document::of(&one), Document::of(&other));
    assert_eq!(one.canonical, other.canonical);
    for table in TRUST_DOCUMENTS.all() {
        assert_eq!(keyed_rows(&one, table), keyed_rows(&other, table));
    }
    assert_eq!(rows(&one, &TRUST_STATEMENTS), ["a|#||Deny", "a|a|a|Allow", "a|b|b|Allow"]);
    assert_eq!(rows(&one, &TRUST_RESOURCES), ["a|b|0|false|x", "a|b|1|false|y"]);
}

#[test]
fn a_moment_or_truth_value_of_a_condition_in_another_form_gives_the_same_rows() {
    let until = |operator: &str, value: &str| {
        let condition = json!({ operator: { "k": value } });
        let document = Document::of(
            &json!({"Statement": [{"Effect": "Allow", "Action": ["a"], "Condition": condition}]}),
        );
        keyed_rows(&document, &TRUST_CONDITIONS)
    };
    for (operator, one, other) in [
        ("DateLessThan", "2027-01-01T00:00:00Z", "2027-01-01T02:00:00+02:00"),
        ("DateGreaterThanIfExists", "2027-01-01T00:00:00Z", "2027-01-01 00:00:00.000"),
        ("Bool", "true", "True"),
    ] {
        assert_eq!(until(operator, one), until(operator, other), "{operator}");
        assert_ne!(until("StringEquals", one), until("StringEquals", other), "a text is what it is");
    }
    assert_ne!(until("DateLessThan", "2027-01-01T00:00:00Z"), until("DateLessThan", "2027-01-01T00:00:01Z"));
}

#[test]
fn a_statement_put_in_front_or_taken_out_changes_no_row_of_another() {
    let statements = [
        json!({"Effect": "Allow", "Action": ["z:y:x"], "Principal": {"IAM": ["p"]}}),
        json!({"Sid": "m", "Effect": "Allow", "Action": ["m:n:o", "n:o:p"], "Resource": ["r"]}),
        json!({"Effect": "Allow", "Action": ["k:l:m"], "Condition": {"Bool": {"k": ["true"]}}}),
        json!({"Effect": "Deny", "Action": ["k:l:m"]}),
    ];
    let front = json!({"Sid": "a", "Effect": "Allow", "Action": ["a:a:a"], "Principal": {"IAM": ["a"]}});
    let nameless = json!({"Effect": "Allow", "Action": ["a:a:a"]});
    let all = Document::of(&json!({ "Statement": statements }));
    for table in TRUST_DOCUMENTS.all() {
        let known = keyed_rows(&all, table);
        for new in [&front, &nameless] {
            let more: Vec<&Value> = std::iter::once(new).chain(&statements).collect();
            let rows = keyed_rows(&Document::of(&json!({ "Statement": more })), table);
            let left: Vec<&String> = known.iter().filter(|row| !rows.contains(row)).collect();
            assert!(left.is_empty(), "{left:?} of {rows:?}");
        }
        for out in 0..statements.len() {
            let fewer: Vec<&Value> = statements
                .iter()
                .enumerate()
                .filter(|(place, _)| *place != out)
                .map(|(_, each)| each)
                .collect();
            let rows = keyed_rows(&Document::of(&json!({ "Statement": fewer })), table);
            assert!(rows.iter().all(|row| known.contains(row)), "{rows:?} of {known:?}");
        }
    }
}

#[test]
fn a_document_of_which_nothing_can_be_made_is_unread() {
    let faults = crate::item::Faults::default();
    for policy in
        [json!("{"), json!("<html>"), json!("[]"), json!(7), json!([]), json!(null), json!("[".repeat(200))]
    {
        let value = json!({ "document": policy });
        let document = Document::read(&Item::of(&value, &faults).unwrap(), "document", "version `v1`");
        assert!(document.canonical.is_none() && document.fault.is_none());
        let unread = faults.take_unread();
        assert_eq!((unread.len(), unread[0].fault.as_str()), (1, "`document` holds no policy"));
    }
    let policy = json!({"Statement": [{"Effect": "Allow", "Action": ["a:b:c"]}]});
    for policy in [policy.clone(), json!(format!("\u{feff}{policy}"))] {
        let value = json!({ "document": policy });
        let document = Document::read(&Item::of(&value, &faults).unwrap(), "document", "version `v1`");
        assert_eq!((document.statements.len(), document.fault, faults.reason()), (1, None, None));
    }
}

#[test]
fn a_bare_value_is_an_array_of_one() {
    let document = Document::of(&json!({"Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "obs:*:*:*:*", "Principal": "*",
        "Condition": {"Bool": {"g:MFAPresent": true}, "NumericLessThan": {"g:MFAAge": 300}}
    }}));
    assert_eq!(document.fault, None);
    assert_eq!(rows(&document, &TRUST_ACTIONS), ["a|#|0|false|*"]);
    assert_eq!(rows(&document, &TRUST_RESOURCES), ["a|#|0|false|obs:*:*:*:*"]);
    assert_eq!(rows(&document, &TRUST_PRINCIPALS), ["a|#|0|false|IAM|*"]);
    let conditions = ["a|#|0|Bool|g:MFAPresent|true", "a|#|1|NumericLessThan|g:MFAAge|300"];
    assert_eq!(rows(&document, &TRUST_CONDITIONS), conditions);
}

#[test]
fn the_resource_of_a_classic_policy_on_agencies_is_an_object() {
    let document = Document::of(&json!({"Version": "1.1", "Statement": [{
        "Effect": "Allow", "Action": ["iam:agencies:assume"], "Resource": {"uri": ["/iam/agencies/1"]}
    }]}));
    assert_eq!(document.fault, None);
    assert_eq!(rows(&document, &TRUST_RESOURCES), ["a|#|0|false|/iam/agencies/1"]);
}

#[test]
fn what_does_not_fit_is_a_fault_and_the_rest_is_kept() {
    let statement = json!({"Effect": "Allow", "Action": ["a:b:c", 7], "Resource": ["r"]});
    let document = Document::of(&json!({"Statement": [statement]}));
    assert_eq!(document.fault.as_deref(), Some("`Action` of statement 0 holds something else than texts"));
    assert_eq!(rows(&document, &TRUST_ACTIONS), ["a|#|0|false|a:b:c"]);
    assert_eq!(rows(&document, &TRUST_RESOURCES), ["a|#|0|false|r"]);
}

#[test]
fn every_odd_document_has_a_fault_and_none_panics() {
    let allow = |member: &str, value: Value| {
        let mut statement = json!({"Effect": "Allow", "Action": ["a:b:c"]});
        statement[member] = value;
        json!({"Statement": [statement]}).to_string()
    };
    let odd = [
        "[]".to_owned(),
        "7".to_owned(),
        "{}".to_owned(),
        r#"{"Statement":7}"#.to_owned(),
        r#"{"Statement":[7]}"#.to_owned(),
        r#"{"Statement":[{"Action":["a"]}]}"#.to_owned(),
        r#"{"Statement":[{"Effect":"Allow"}]}"#.to_owned(),
        allow("Effect", json!("allow")),
        allow("Effect", json!(7)),
        allow("Principal", json!(7)),
        allow("Principal", json!({"IAM": 7})),
        allow("Condition", json!([])),
        allow("Condition", json!({"Bool": "true"})),
        allow("Condition", json!({"Bool": {"k": {"v": 1}}})),
        allow("Resource", json!({"x": 1})),
        allow("Unless", json!("weekend")),
    ];
    for text in odd {
        let document = Document::parse(&text);
        assert!(document.fault.is_some(), "{text}");
        document.keep(TRUST_DOCUMENTS, &[("agency_id", "a")], &mut Seen::default());
    }
}

#[test]
fn the_layout_of_a_document_makes_no_difference() {
    let one = Document::parse(r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["b","a"]}]}"#);
    let other = Document::parse(
        "{ \"Statement\": [ {\"Action\":[\"a\",\"b\"], \"Effect\":\"Allow\"} ],\n\"Version\":\"5.0\" }",
    );
    assert_eq!(one.canonical, other.canonical);
}
