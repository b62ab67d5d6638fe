//! `iamwatch audit` into stores that speak S3, well and badly.

use simulators::bucket::{Bucket, Fault};

use super::{audit::Cloud, program::Outcome};

/// A simulated cloud that is audited into a simulated bucket.
struct Audit {
    cloud: Cloud,
    bucket: Bucket,
}

impl Audit {
    fn new() -> Self {
        let cloud = Cloud::with_keys_of_s3();
        Self { cloud, bucket: Bucket::start() }
    }

    fn run(&self, command: &str) -> Outcome {
        let endpoint = self.bucket.endpoint();
        self.cloud.desk.iamwatch(&[
            command,
            "--store",
            "s3://audit/store",
            "--s3-endpoint",
            endpoint,
            "--s3-path-style",
        ])
    }

    fn manifests(&self) -> usize {
        self.bucket.objects().keys().filter(|key| key.contains("/manifests/")).count()
    }
}

#[test]
fn a_commit_whose_answer_is_lost_is_a_commit() {
    let audit = Audit::new();
    audit.bucket.break_with("/manifests/", Fault::KeepsAndHangsUp(1));
    let page = audit.run("audit").done();
    assert!(page.contains("snapshot 1"), "{page}");
    assert_eq!(audit.manifests(), 1);
    assert_eq!(audit.cloud.events(), 1, "and its events are sent");
    audit.run("verify").done();
}

#[test]
fn a_store_that_ignores_conditions_gets_no_snapshot_and_says_what_to_do() {
    for fault in
        [Fault::IgnoresConditions, Fault::LosesRaces, Fault::RefusesConditions(501, "NotImplemented")]
    {
        let audit = Audit::new();
        audit.bucket.break_with("", fault);
        audit.run("audit").fails(
            3,
            &[
                "cannot keep snapshots safely",
                "honours `If-None-Match: *` on PUT",
                "shared/snapshot/stores.md",
                "help: ",
            ],
        );
        assert_eq!((audit.manifests(), audit.cloud.events()), (0, 0));
    }
}

#[test]
fn an_acknowledged_snapshot_that_is_another_s_is_told_to_nobody() {
    let audit = Audit::new();
    audit.bucket.break_with("/manifests/", Fault::AcknowledgesAndKeepsOther(1));
    audit.run("audit").fails(3, &["was committed by another run meanwhile"]);
    assert_eq!(audit.cloud.events(), 0);
    // That the store was proven before is worth nothing now.
    audit.bucket.break_with("", Fault::LosesRaces);
    audit.run("audit").fails(3, &["cannot keep snapshots safely", "help: "]);
}

#[test]
fn a_bucket_with_object_lock_is_written() {
    let audit = Audit::new();
    audit.bucket.break_with("", Fault::WantsChecksums);
    audit.run("audit").done();
    audit.run("verify").done();
}

#[test]
fn a_run_without_change_costs_a_few_small_requests() {
    let audit = Audit::new();
    audit.run("audit").done();
    drop(audit.bucket.requests());
    let page = audit.run("audit").done();
    assert!(page.contains("Nothing changed") && page.contains("1 object written"), "{page}");
    let requests = audit.bucket.requests();
    let count = |method: &str, part: &str| {
        requests
            .iter()
            .filter(|request| {
                let of =
                    if request.key.is_empty() { request.query.get("prefix") } else { Some(&request.key) };
                request.method == method && of.is_some_and(|of| of.contains(part))
            })
            .count()
    };
    assert_eq!(count("PUT", "/manifests/"), 1, "{requests:#?}");
    assert_eq!((count("GET", "probe"), count("PUT", "probe"), count("PUT", "")), (1, 1, 2), "{requests:#?}");
    // Two lists, the coverage, and the portion of all objects that each run proves, however many there are.
    let read = count("GET", "/tables/") + count("GET", "/findings/");
    assert!(read > 2 && read <= 2 + 1 + 16, "{read}: {requests:#?}");
}

#[test]
fn the_commands_that_a_run_offers_reach_the_same_bucket() {
    let audit = Audit::new();
    let page = audit.run("audit").done();
    let offered: Vec<&str> = page.split('`').filter(|part| part.starts_with("iamwatch ")).collect();
    assert!(!offered.is_empty(), "{page}");
    for command in offered {
        audit.cloud.desk.shell(&format!("rm -f iamwatch.toml; {command}")).done();
    }
}
