//! `iamwatch rules`.

use super::program::Desk;

#[test]
fn rules_are_listed_explained_and_tried() {
    let desk = Desk::new();
    let page = desk.iamwatch(&["rules"]).done();
    assert!(page.starts_with("SEVERITY"), "{page}");
    let list = desk.iamwatch(&["rules", "list", "--json"]).json();
    let list = list.as_array().unwrap();
    assert!(list.len() > 5);
    for rule in list {
        let id = rule["id"].as_str().unwrap();
        assert!(page.contains(id), "{id}");
        let told = desk.iamwatch(&["rules", "explain", id, "--json"]).json();
        match rule["kind"].as_str() {
            // One of several clouds is explained for each.
            Some("permission") => assert!(!told[0]["actions"].as_array().unwrap().is_empty(), "{told}"),
            _ => assert!(told["sql"].as_str().unwrap().contains("select"), "{told}"),
        }
    }
    let id = list[0]["id"].as_str().unwrap();
    let text = desk.iamwatch(&["rules", "explain", id]).done();
    assert!(text.contains("What to do") && text.contains("select"), "{text}");
    let trial = desk.iamwatch(&["rules", "test", "--json"]).json();
    assert_eq!(trial["failures"], serde_json::json!([]));
    assert!(trial["cases"].as_u64() > trial["rules"].as_u64());
}

#[test]
fn every_rule_can_be_asked_of_a_snapshot_of_the_past() {
    let desk = Desk::with_history();
    let list = desk.iamwatch(&["rules", "--json"]).json();
    for rule in list.as_array().unwrap() {
        let id = rule["id"].as_str().unwrap();
        if rule["kind"] == "permission" {
            desk.iamwatch(&["rules", "ask", id]).fails(2, &[id, "is a permission", "who-can"]);
            continue;
        }
        if rule["cloud"] == "huawei" {
            desk.iamwatch(&["rules", "ask", id])
                .fails(2, &[id, "asks accounts of `huawei`", "help: ", "--account"]);
            continue;
        }
        let answer = desk.iamwatch(&["rules", "ask", id, "--at", "latest~4", "--json"]).json();
        assert_eq!(answer["snapshot"], 5, "{id}");
        assert!(!answer["columns"].as_array().unwrap().is_empty(), "{id}");
    }
}

#[test]
fn an_unknown_rule_is_answered_with_where_to_look() {
    let desk = Desk::with_history();
    desk.iamwatch(&["rules", "explain", "nobody"])
        .fails(2, &["no rule `nobody`", "`iamwatch rules` lists them"]);
    desk.iamwatch(&["rules", "ask", "nobody"]).fails(2, &["no rule `nobody`"]);
}

#[test]
fn a_rule_that_does_not_parse_is_named_with_its_line() {
    let desk = Desk::new();
    desk.write("mine/ibm/user_without_a_name.sql", "--- title = \"x\"\n--- colour = \"red\"\nselect 1;\n");
    let outcome = desk.iamwatch(&["rules", "test", "--rules", "mine"]);
    outcome.fails(2, &["ibm/user_without_a_name.sql", "colour"]);
    desk.iamwatch(&["rules", "--rules", "nowhere"]).fails(2, &["nowhere"]);
}
