//! `prune` takes away old snapshots, and what is left is proven, asked and gone on with as before.

use serde_json::{Value, json};
use simulators::{
    bucket::{Bucket, Fault},
    ibm::weeks,
};

use super::{
    audit::Cloud,
    program::{Desk, Outcome},
    serve::{Served, account},
};

const ALL: [&str; 5] = ["prune", "--keep", "last:3", "--recent", "--yes"];

#[test]
fn what_would_go_is_shown_and_goes_when_that_is_said() {
    let desk = Desk::with_history();
    let before = desk.bytes("iamwatch-store");
    let page = desk.iamwatch(&["prune", "--keep", "last:3"]).done();
    assert!(page.contains("Nothing of") && page.contains("--recent removes it"), "{page}");
    let outcome = desk.iamwatch(&["prune", "--keep", "last:3", "--recent", "--exit-code"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome.stdout.contains("Would remove 6 snapshots, 1 to 6")
            && outcome.stdout.contains("--yes does it")
    );
    assert_eq!(desk.bytes("iamwatch-store"), before, "nothing was removed");

    let answers = ["findings", "show", "coverage"];
    let ask = |desk: &Desk| -> Vec<Value> {
        [
            vec!["findings", "--all", "--json"],
            vec!["show", "8", "--json"],
            vec!["diff", "7", "9", "--access", "--json"],
        ]
        .iter()
        .map(|question| desk.iamwatch(question).json())
        .collect()
    };
    let asked = ask(&desk);
    let told = desk.iamwatch(&[&ALL[..], &["--json"]].concat()).json();
    assert_eq!(
        (&told["done"], &told["first"], &told["last"], &told["snapshots"]),
        (&json!(true), &json!(1), &json!(6), &json!(6))
    );
    assert_eq!(told["kept"]["snapshots"], 3);
    assert_eq!(ask(&desk), asked, "{answers:?} of what is kept are as they were");
    let left = desk.bytes("iamwatch-store");
    assert!(left.iter().all(|(path, bytes)| before.get(path).is_none_or(|former| former == bytes)));
    let new = left.keys().filter(|path| !before.contains_key(*path)).count();
    assert_eq!(new, 1, "the tombstone");

    let page = desk.iamwatch(&["verify"]).done();
    assert!(page.contains("the chain is whole") && page.contains("snapshots up to 6 were pruned"), "{page}");
    let page = desk.iamwatch(&["snapshots"]).done();
    assert!(!page.contains("missing") && page.contains("snapshots up to 6 were pruned"), "{page}");
    for question in [vec!["show", "2"], vec!["replay", "--from", "1"], vec!["diff", "6", "7"]] {
        desk.iamwatch(&question).fails(2, &["was pruned", "the first that is kept is 7"]);
    }
    desk.iamwatch(&["query", "--at", "7", "select * from drift"]).fails(2, &["snapshot 6", "was pruned"]);
    let life = desk.iamwatch(&["history", "ci-deployer", "--json"]).json();
    assert_eq!(life["unread"], json!([]));
    assert!(desk.iamwatch(&ALL).done().contains("Nothing of"), "nothing is left to do");
    for wrong in ["7", "-90d", "last:0", "latest"] {
        assert_eq!(desk.iamwatch(&["prune", &format!("--keep={wrong}")]).code, 2, "{wrong}");
    }
}

#[tokio::test]
async fn what_is_served_begins_with_the_first_that_is_kept() {
    let desk = Desk::with_history();
    let old = desk.iamwatch(&["verify", "--json"]).json()["head"].as_str().unwrap().to_owned();
    desk.iamwatch(&ALL).done();
    let served = Served::start(&desk);
    let of = account(&served).await;
    let listed = served.json(&format!("{of}/snapshots?limit=2")).await;
    assert_eq!((&listed["pruned_up_to"], listed["next"].is_null()), (&json!(6), false));
    let all = served.json(&format!("{of}/snapshots")).await;
    let numbers: Vec<&Value> =
        all["snapshots"].as_array().unwrap().iter().map(|each| &each["number"]).collect();
    assert_eq!((numbers, &all["next"]), (vec![&json!(9), &json!(8), &json!(7)], &Value::Null));
    served.problem(&format!("{of}/snapshots/5"), 404, "snapshot-pruned").await;
    let proven = served.json(&format!("{of}/snapshots/7/verify?head={old}")).await;
    assert_eq!((&proven["whole"], &proven["head"]["snapshot"]), (&json!(true), &json!(9)));
}

#[test]
fn runs_go_on_after_a_prune_and_tell_what_changed_and_nothing_else() {
    let cloud = Cloud::new();
    for week in 0..4 {
        if week > 0 {
            cloud.simulator.change(weeks()[week].apply);
        }
        cloud.desk.iamwatch(&["audit"]).done();
    }
    cloud.desk.iamwatch(&["prune", "--keep", "last:1", "--recent", "--yes"]).done();
    let before = cloud.events();
    let page = cloud.desk.iamwatch(&["audit"]).done();
    assert!(page.contains("Nothing changed") && page.contains("1 object written"), "{page}");
    cloud.simulator.change(weeks()[4].apply);
    let page = cloud.desk.iamwatch(&["audit"]).done();
    assert!(page.contains("snapshot 6"), "{page}");
    assert!(cloud.events() > before);
    let sent = std::fs::read_to_string(cloud.desk.path("events.jsonl")).unwrap();
    assert!(!sent.contains("history.damaged"), "{sent}");
    assert!(cloud.desk.iamwatch(&["verify"]).done().contains("the chain is whole"));
}

/// A simulated cloud that was audited some times into a simulated bucket.
struct Kept {
    cloud: Cloud,
    bucket: Bucket,
}

impl Kept {
    fn new() -> Self {
        let cloud = Cloud::with_keys_of_s3();
        let kept = Self { cloud, bucket: Bucket::start() };
        for week in 0..4 {
            if week > 0 {
                kept.cloud.simulator.change(weeks()[week].apply);
            }
            kept.run(&["audit"]).done();
        }
        kept
    }

    fn run(&self, command: &[&str]) -> Outcome {
        let store =
            ["--store", "s3://audit/store", "--s3-endpoint", self.bucket.endpoint(), "--s3-path-style"];
        self.cloud.desk.iamwatch(&[command, &store].concat())
    }

    fn manifests(&self) -> usize {
        self.bucket.objects().keys().filter(|key| key.contains("/manifests/")).count()
    }
}

#[test]
fn a_bucket_is_pruned_and_what_is_locked_stays() {
    let kept = Kept::new();
    // A retention that has ended, and one that has not.
    kept.bucket.break_with("/manifests/00000001", Fault::Retains("2026-01-01T00:00:00Z"));
    kept.bucket.break_with("/manifests/00000002", Fault::Retains("2099-01-01T00:00:00Z"));
    let page = kept.run(&["prune", "--keep", "last:1", "--yes"]).done();
    assert!(page.contains("Removed 1 snapshot, 1 to 1"), "{page}");
    assert!(page.contains("from snapshot 2 on: it is locked until 2099-01-01T00:00:00Z"), "{page}");
    kept.bucket.mend();
    // An object that is locked for longer than its snapshot.
    kept.bucket.break_with("/outbox/", Fault::Holds);
    let page = kept.run(&["prune", "--keep", "last:1", "--yes"]).done();
    assert!(page.contains("Removed 2 snapshots, 2 to 3"), "{page}");
    assert!(page.contains("is locked until its legal hold is lifted, and stays"), "{page}");
    assert_eq!(kept.manifests(), 1);
    assert!(kept.run(&["verify"]).done().contains("the chain is whole"));
    kept.run(&["audit"]).done();
}

#[test]
fn a_prune_that_may_not_remove_says_so_and_the_next_goes_on() {
    let kept = Kept::new();
    kept.bucket.break_with("", Fault::RefusesRemovals(403, "AccessDenied"));
    kept.run(&["prune", "--keep", "last:1", "--yes"]).fails(3, &["the prune broke off", "s3:DeleteObject"]);
    let page = kept.run(&["verify"]).done();
    assert!(page.contains("the chain is whole"), "{page}");
    for most in [0, 3, 11] {
        kept.bucket.mend();
        kept.bucket.break_with("", Fault::RefusesRemovalsAfter(most));
        kept.run(&["prune", "--keep", "last:1", "--yes"]).fails(3, &["the prune broke off"]);
        assert!(kept.run(&["verify"]).done().contains("the chain is whole"));
        kept.run(&["audit"]).done();
    }
    kept.bucket.mend();
    // Each of them named what the runs meanwhile had made old, and what they left goes now.
    let told = kept.run(&["prune", "--keep", "last:4", "--yes", "--json"]).json();
    assert_eq!(
        (&told["first"], told["left_over"].as_u64().is_some_and(|left| left > 0)),
        (&Value::Null, true)
    );
    assert_eq!(kept.manifests(), 2);
    let verified = kept.run(&["verify", "--json"]).json();
    assert_eq!((&verified["faults"], &verified["pruned_up_to"]), (&json!([]), &json!(5)));
}
