//! Addresses that a profile names, held against the rule before anything is sent.
#![expect(deprecated, reason = "the types in their place are in a crate that nothing else of ours names")]

use aws_config::{
    BehaviorVersion, Region,
    profile::profile_file::{ProfileFileKind, ProfileFiles},
};

use super::load;

async fn refusal(service: &str, has_own_endpoint: bool, profile: &str) -> Option<String> {
    let files = ProfileFiles::builder().with_contents(ProfileFileKind::Config, profile).build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .profile_name("default")
        .profile_files(files);
    load(loader, service, has_own_endpoint).await.err().map(|error| error.to_string())
}

#[tokio::test]
async fn the_address_of_a_profile_comes_under_the_rule() {
    let profile = |address: &str| format!("[default]\nendpoint_url = {address}\n");
    for service in ["S3", "EventBridge", "SSM"] {
        for fine in ["http://127.0.0.1:4566", "http://localhost:4566", "https://vpce.example.com"] {
            assert_eq!(refusal(service, false, &profile(fine)).await, None, "{service} {fine}");
        }
        for wrong in ["http://0.0.0.0:4566", "http://foo.localhost:9", "http://s3.example.com"] {
            let message = refusal(service, false, &profile(wrong)).await.expect("a refusal");
            assert!(message.starts_with(&format!("`{wrong}` is refused")), "{message}");
        }
        let message =
            refusal(service, false, &profile("http://u:s3cr3t@127.0.0.1")).await.expect("a refusal");
        assert!(message.contains("user name") && !message.contains("s3cr3t"), "{message}");
    }
}

#[tokio::test]
async fn the_address_of_one_service_is_looked_at_for_that_service_and_that_of_roles_for_all() {
    let profile = |service: &str| {
        format!("[default]\nservices = own\n[services own]\n{service} =\n  endpoint_url = http://0.0.0.0:9\n")
    };
    assert!(refusal("S3", false, &profile("s3")).await.is_some());
    assert_eq!(refusal("SSM", false, &profile("s3")).await, None);
    assert!(refusal("EventBridge", false, &profile("eventbridge")).await.is_some());
    assert!(refusal("SSM", false, &profile("ssm")).await.is_some());
    assert!(refusal("SSM", false, &profile("sts")).await.is_some());
}

#[tokio::test]
async fn an_address_of_the_settings_stands_in_the_place_of_that_of_the_environment() {
    let profile = "[default]\nservices = own\n[services own]\ns3 =\n  endpoint_url = http://0.0.0.0:9\n";
    assert_eq!(refusal("S3", true, profile).await, None);
}
