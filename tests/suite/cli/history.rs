//! Histories that were tampered with: named, with an exit code of their own, and never made worse.

use std::fs;

use super::program::Desk;

#[test]
fn a_whole_history_is_proven() {
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["verify"]).done();
    assert!(page.contains("9 snapshots") && page.contains("the chain is whole"), "{page}");
    let told = desk.iamwatch(&["verify", "--json"]).json();
    assert_eq!((&told["snapshots"], &told["faults"]), (&9.into(), &serde_json::json!([])));
    assert_eq!(told["head"].as_str().unwrap().len(), 64);
}

#[test]
fn a_changed_object_is_named() {
    let desk = Desk::with_history();
    let object = desk.object("tables/ibm_users/");
    let mut bytes = fs::read(&object).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&object, bytes).unwrap();
    let before = desk.bytes("iamwatch-store");
    let name = object.file_name().unwrap().to_str().unwrap();
    let outcome = desk.iamwatch(&["verify"]);
    outcome.fails(4, &["is broken", "help: "]);
    assert!(outcome.stdout.contains(name) && outcome.stdout.contains("changed"), "{outcome:?}");
    let told: serde_json::Value = serde_json::from_str(&desk.iamwatch(&["verify", "--json"]).stdout).unwrap();
    assert_eq!(told["faults"][0]["kind"], "changed");
    assert_eq!(desk.bytes("iamwatch-store"), before);
}

#[test]
fn a_missing_object_ends_a_question_and_not_the_others() {
    let desk = Desk::with_history();
    for path in desk.bytes("iamwatch-store").into_keys() {
        if path.display().to_string().contains("/tables/ibm_users/") {
            fs::remove_file(path).unwrap();
        }
    }
    let outcome = desk.iamwatch(&["show", "latest", "ibm_users"]);
    outcome.fails(4, &["ibm_users", "is missing from the store", "help: ", "iamwatch verify"]);
    desk.iamwatch(&["query", "select count(*) from ibm_users"]).fails(4, &["is missing"]);
    desk.iamwatch(&["query", "select count(*) from ibm_policies"]).done();
    desk.iamwatch(&["verify"]).fails(4, &["is broken"]);
}

#[test]
fn a_damaged_manifest_is_named() {
    let desk = Desk::with_history();
    let manifest = desk.object("manifests/00000009");
    fs::write(&manifest, "<html>").unwrap();
    let before = desk.bytes("iamwatch-store");
    desk.iamwatch(&["show", "latest"]).fails(4, &["00000009.json", "is damaged", "iamwatch verify"]);
    desk.iamwatch(&["show", "8"]).done();
    desk.iamwatch(&["verify"]).fails(4, &["is broken"]);
    assert_eq!(desk.bytes("iamwatch-store"), before);
}

#[test]
fn a_rewritten_past_is_found() {
    let desk = Desk::with_history();
    fs::remove_file(desk.object("manifests/00000004")).unwrap();
    let outcome = desk.iamwatch(&["verify"]);
    outcome.fails(4, &["is broken"]);
    assert!(outcome.stdout.contains("00000004.json"), "{outcome:?}");

    let desk = Desk::with_history();
    let account = desk.object("manifests/00000001").ancestors().nth(2).unwrap().to_owned();
    fs::write(account.join("findings/slipped-in.json.zst"), "x").unwrap();
    let outcome = desk.iamwatch(&["verify"]);
    outcome.fails(4, &["is broken"]);
    assert!(outcome.stdout.contains("slipped-in.json.zst"), "{outcome:?}");
}
