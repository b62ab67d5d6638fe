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

#[test]
fn damage_is_answered_with_the_newest_snapshot_that_is_whole() {
    let desk = Desk::with_history();
    fs::write(desk.object("manifests/00000009"), "<html>").unwrap();
    desk.iamwatch(&["show", "latest"])
        .fails(4, &["00000009.json", "is damaged", "`iamwatch show 8`", "iamwatch verify"]);
    let desk = Desk::with_history();
    let told: serde_json::Value =
        serde_json::from_slice(&fs::read(desk.object("manifests/00000009")).unwrap()).unwrap();
    let before: serde_json::Value =
        serde_json::from_slice(&fs::read(desk.object("manifests/00000007")).unwrap()).unwrap();
    // An object that the eighth and ninth name, and the seventh does not.
    let keys = |manifest: &serde_json::Value| -> std::collections::BTreeSet<String> {
        let text = manifest.to_string();
        text.split('"').filter(|part| part.starts_with("findings/")).map(str::to_owned).collect()
    };
    let fresh = keys(&told).difference(&keys(&before)).next().expect("findings changed").clone();
    fs::write(desk.object(&fresh), "x").unwrap();
    let outcome = desk.iamwatch(&["findings"]);
    outcome.fails(4, &[&fresh, "is damaged", "help: snapshot "]);
    let offered = outcome.stderr.split("`iamwatch show ").nth(1).unwrap().split('`').next().unwrap();
    desk.iamwatch(&["findings", "--at", offered]).done();
}
