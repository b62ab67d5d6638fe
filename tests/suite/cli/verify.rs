//! A history is proven up to its end by a hash that was noted elsewhere, and a proof goes on where one broke off.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use super::{
    program::{Desk, lived},
    serve::{Served, account},
};

/// Takes away everything that a run left of its snapshot, as somebody would who wants to hide it.
fn cut_off(desk: &Desk, number: &str) {
    for path in desk.bytes("iamwatch-store").into_keys() {
        if path.display().to_string().contains(number) {
            fs::remove_file(path).unwrap();
        }
    }
}

fn head(desk: &Desk) -> String {
    desk.iamwatch(&["verify", "--json"]).json()["head"].as_str().unwrap().to_owned()
}

fn kinds(told: &Value) -> Vec<&str> {
    told["faults"].as_array().unwrap().iter().map(|fault| fault["kind"].as_str().unwrap()).collect()
}

#[test]
fn an_end_that_was_cut_off_without_a_trace_is_told_by_the_hash_that_events_bear() {
    let desk = Desk::with_history();
    let head = head(&desk);
    let sent = fs::read_to_string(lived().path().join("store.events.jsonl")).unwrap();
    let events = sent.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut of_newest = events
        .filter(|event| event["snapshotid"] == "9" && event["source"].as_str().unwrap().contains("/ibm/"));
    assert_eq!(of_newest.next().expect("events of the newest")["snapshothash"], json!(head));
    let page = desk.iamwatch(&["verify", "--head", &head.to_uppercase()]).done();
    assert!(page.contains("the manifest that was noted is that of snapshot 9"), "{page}");

    cut_off(&desk, "00000009");
    let told = desk.iamwatch(&["verify", "--json"]).json();
    assert!(kinds(&told).iter().all(|kind| *kind == "stray"), "nothing in the store tells: {told}");
    let outcome = desk.iamwatch(&["verify", "--head", &head]);
    outcome.fails(4, &["is broken: 1 fault"]);
    assert!(outcome.stdout.contains("cut-off") && outcome.stdout.contains("00000009.json"), "{outcome:?}");
    desk.iamwatch(&["verify", "--head", "abc"]).fails(2, &["no SHA-256"]);
}

#[tokio::test]
async fn the_served_proof_of_a_snapshot_takes_a_noted_hash_too() {
    let desk = Desk::with_history();
    let head = head(&desk);
    let served = Served::start(&desk);
    let at = format!("{}/snapshots/5/verify", account(&served).await);
    let proven = served.json(&format!("{at}?head={head}")).await;
    assert_eq!((&proven["whole"], &proven["head"]["snapshot"]), (&json!(true), &json!(9)));
    let old = proven["hash"].as_str().unwrap();
    assert_eq!(served.json(&format!("{at}?head={old}")).await["head"]["snapshot"], 5);
    served.problem(&format!("{at}?head=abc"), 400, "wrong-hash").await;
    cut_off(&desk, "00000009");
    let broken = served.json(&format!("{at}?head={head}")).await;
    assert_eq!((&broken["whole"], kinds(&broken)), (&json!(false), vec!["cut-off"]));
}

#[test]
fn a_proof_goes_on_where_one_broke_off_and_only_for_its_own_history() {
    let desk = Desk::with_history();
    let manifest: Value =
        serde_json::from_slice(&fs::read(desk.object("manifests/00000009")).unwrap()).unwrap();
    let kept = |snapshot: u64, hash: &str| {
        let reached = json!({ "snapshot": snapshot, "manifest": hash, "faults": [] });
        let kept = json!({ "store": "./iamwatch-store", "account": manifest["account"], "reached": reached });
        desk.write("proven.json", &kept.to_string());
    };
    let file: PathBuf = desk.path("proven.json");
    desk.iamwatch(&["verify", "--resume", "proven.json"]).done();
    assert!(!file.exists(), "all is proven");

    let head = head(&desk);
    kept(9, &head);
    let told = desk.iamwatch(&["verify", "--resume", "proven.json", "--json"]).json();
    assert_eq!((&told["resumed"], &told["faults"], &told["snapshots"]), (&json!(9), &json!([]), &json!(9)));
    assert!(!file.exists());
    // What was read before is not read again, and the page says so.
    let object = desk.object("tables/ibm_users/");
    fs::write(&object, "x").unwrap();
    kept(9, &head);
    let page = desk.iamwatch(&["verify", "--resume", "proven.json"]).done();
    assert!(page.contains("up to 9 were read before, and not again"), "{page}");
    desk.iamwatch(&["verify"]).fails(4, &["is broken"]);

    kept(9, &"0".repeat(64));
    let outcome = desk.iamwatch(&["verify", "--resume", "proven.json"]);
    outcome.fails(4, &["is broken"]);
    assert!(outcome.stdout.contains("proven before"), "{outcome:?}");
    kept(9, &head);
    desk.iamwatch(&[
        "verify",
        "--resume",
        "proven.json",
        "--store",
        desk.path("iamwatch-store").to_str().unwrap(),
    ])
    .fails(2, &["is of a proof of", "remove it"]);
    desk.write("proven.json", "{}");
    desk.iamwatch(&["verify", "--resume", "proven.json"]).fails(2, &["is not what a proof left"]);
    desk.iamwatch(&["verify", "--resume", "nowhere/proven.json"]).fails(2, &["is in no folder", "--resume"]);
}
