//! Where keys may go: one rule for clouds, stores, sinks and parameters, wherever an address comes from.

use super::{audit::Cloud, program::Desk};

/// Addresses that nothing may be sent to, and a word of the reason.
const REFUSED: [(&str, &str); 6] = [
    ("http://0.0.0.0:9", "https"),
    ("http://foo.localhost:9", "https"),
    ("http://s3.example.com", "https"),
    ("http://u:p4ssw0rd@127.0.0.1:9", "user name or password"),
    ("https://u:p4ssw0rd@s3.example.com", "user name or password"),
    ("http://2130706433:9", "127.0.0.1"),
];

fn desk() -> Desk {
    let mut desk = Desk::new();
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "no-secret"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ] {
        desk.set(name, value);
    }
    desk
}

#[test]
fn an_address_of_the_environment_comes_under_the_rule() {
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS"] {
        for (address, said) in REFUSED {
            let mut desk = desk();
            desk.set(name, address);
            let outcome = desk.iamwatch(&["snapshots", "--store", "s3://a-bucket/x"]);
            outcome.fails(2, &["is refused", said]);
            assert!(!outcome.stderr.contains("p4ssw0rd"), "{outcome:?}");
            assert_eq!(outcome.stderr.matches("is refused").count(), 1, "said once: {outcome:?}");
        }
    }
    // This machine itself may be called, and does not answer.
    let mut desk = desk();
    desk.set("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1");
    desk.iamwatch(&["snapshots", "--store", "s3://a-bucket/x"]).fails(3, &["could not be reached"]);
}

#[test]
fn an_address_of_the_profile_comes_under_the_rule() {
    let mut desk = desk();
    desk.write("aws", "[default]\nendpoint_url = http://0.0.0.0:9\n");
    desk.set("AWS_CONFIG_FILE", desk.path("aws").to_str().unwrap());
    desk.iamwatch(&["snapshots", "--store", "s3://a-bucket/x"]).fails(2, &["`http://0.0.0.0:9` is refused"]);
}

#[test]
fn parameters_and_sinks_come_under_the_rule() {
    let mut desk = desk();
    desk.set("AWS_ENDPOINT_URL_SSM", "http://foo.localhost:9");
    desk.iamwatch(&["audit", "--config", "ssm:/iamwatch/config"])
        .fails(2, &["`http://foo.localhost:9` is refused"]);

    let mut cloud = Cloud::new();
    cloud.desk.set("AWS_REGION", "eu-central-1");
    cloud.desk.set("AWS_ENDPOINT_URL_EVENTBRIDGE", "http://0.0.0.0:9");
    cloud.tell("eventbridge:iamwatch");
    let outcome = cloud.desk.iamwatch(&["audit"]);
    outcome.fails(3, &["snapshot 1 is stored", "`http://0.0.0.0:9` is refused"]);
    for (address, said) in REFUSED {
        cloud.tell(&format!("eventbridge:iamwatch?endpoint={address}"));
        let outcome = cloud.desk.iamwatch(&["audit"]);
        outcome.fails(2, &["is refused", said]);
        assert_eq!(outcome.stderr.matches("is refused").count(), 1, "said once: {outcome:?}");
    }
}

#[test]
fn stores_come_under_the_rule() {
    for (address, said) in REFUSED {
        let outcome = desk().iamwatch(&["snapshots", "--store", "s3://a-bucket/x", "--s3-endpoint", address]);
        outcome.fails(2, &["is refused", said]);
        assert!(!outcome.stderr.contains("p4ssw0rd"), "{outcome:?}");
    }
}

#[test]
fn what_is_sent_to_this_machine_passes_by_no_proxy() {
    // A proxy would see the key, for nothing is encrypted on the way to a loopback address. This one does not even answer.
    let mut cloud = Cloud::new();
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        cloud.desk.set(name, "http://127.0.0.1:9");
    }
    let outcome = cloud.desk.iamwatch(&["audit", "--quiet"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
}
