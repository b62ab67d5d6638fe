use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Host, Visit, json, next};
use crate::ibm::{Fault, FaultKind, RetryAfter, Size};

const PROFILES: &str = "/v1/profiles?account_id={account}&pagesize=2";

async fn struck(kind: FaultKind) -> Visit {
    let visit = Visit::new(Size::Dozen).await;
    visit.simulator.add_fault(Fault::on("/v1/profiles", kind));
    visit
}

#[tokio::test]
async fn a_429_says_when_to_come_back_in_seconds_as_a_date_or_not_at_all() {
    for (when, wanted) in
        [(RetryAfter::Silent, ""), (RetryAfter::Seconds(3), "3"), (RetryAfter::Date(5), "GMT")]
    {
        let visit = struck(FaultKind::TooManyRequests(when)).await;
        let answer = visit.get(Host::Iam, PROFILES).await;
        assert_eq!(answer.status(), 429);
        let header = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header.is_none(), when == RetryAfter::Silent);
        assert!(header.unwrap_or_default().ends_with(wanted));
        assert_eq!(json(answer).await["errors"][0]["code"], "too_many_requests");
    }
}

#[tokio::test]
async fn a_fault_ends_after_its_times_and_leaves_other_calls_alone() {
    let visit = Visit::new(Size::Dozen).await;
    visit.simulator.add_fault(Fault::on("/v1/profiles", FaultKind::ServerError(503)).after(1).times(1));
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(visit.status(Host::Iam, PROFILES).await);
    }
    assert_eq!(seen, [200, 503, 200]);
    visit.simulator.add_fault(Fault::on("", FaultKind::Forbidden).at(Host::Cbr));
    assert_eq!(visit.status(Host::Iam, PROFILES).await, 200);
    assert_eq!(visit.status(Host::Cbr, "/v1/zones?account_id={account}").await, 403);
    visit.simulator.clear_faults();
    assert_eq!(visit.status(Host::Cbr, "/v1/zones?account_id={account}").await, 200);
}

#[tokio::test]
async fn server_errors_and_sudden_pages_are_html() {
    for (kind, status) in [
        (FaultKind::ServerError(500), 500),
        (FaultKind::ServerError(502), 502),
        (FaultKind::ServerError(503), 503),
        (FaultKind::Html, 200),
    ] {
        let answer = struck(kind).await.get(Host::Iam, PROFILES).await;
        assert_eq!(answer.status(), status);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        assert!(answer.text().await.unwrap().contains("<html>"));
    }
}

#[tokio::test]
async fn refusals_come_in_the_shape_of_the_api() {
    for (kind, status) in
        [(FaultKind::Unauthenticated, "401"), (FaultKind::Forbidden, "403"), (FaultKind::NotFound, "404")]
    {
        let answer = struck(kind).await.get(Host::Iam, PROFILES).await;
        assert_eq!(answer.status().as_str(), status);
        assert_eq!(json(answer).await["status_code"], status);
    }
}

#[tokio::test]
async fn a_slow_answer_is_late_and_right() {
    let visit = struck(FaultKind::Slow(300)).await;
    let begun = Instant::now();
    assert!(visit.read(Host::Iam, PROFILES).await["profiles"].is_array());
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_body_breaks_off_in_the_middle() {
    let answer = struck(FaultKind::CutOff).await.get(Host::Iam, PROFILES).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.is_err());
}

#[tokio::test]
async fn a_body_is_empty_or_broken_or_an_empty_object() {
    let text = async |kind| struck(kind).await.get(Host::Iam, PROFILES).await.text().await.unwrap();
    assert_eq!(text(FaultKind::EmptyBody).await, "");
    assert_eq!(text(FaultKind::EmptyObject).await, "{}");
    let broken = text(FaultKind::BrokenJson).await;
    assert!(broken.starts_with('{') && serde_json::from_str::<Value>(&broken).is_err());
}

#[tokio::test]
async fn members_have_wrong_types_are_null_or_unheard_of() {
    let body = async |kind| struck(kind).await.read(Host::Iam, PROFILES).await;
    assert!(body(FaultKind::ArrayForObject).await[0]["profiles"].is_array());
    assert!(body(FaultKind::TextForItem).await["profiles"][0].is_string());
    assert_eq!(body(FaultKind::NumberForText("name".into())).await["profiles"][0]["name"], 7);
    let nulls = body(FaultKind::Nulls).await;
    assert!(nulls["profiles"][0].as_object().unwrap().values().all(Value::is_null));
    let unknown = body(FaultKind::UnknownFields).await;
    assert!(
        unknown["added_by_the_cloud"].is_object() && unknown["profiles"][0]["added_by_the_cloud"].is_object()
    );
}

/// One list of each family of pages, so that a page that never ends is known in all of them.
const FAMILIES: [(Host, &str); 5] = [
    (Host::Iam, "/v1/profiles?account_id={account}"),
    (Host::Iam, "/v2/groups?account_id={account}"),
    (Host::Iam, "/v2/policies?account_id={account}&limit=100"),
    (Host::UserManagement, "/v2/accounts/{account}/users?limit=100"),
    (Host::ResourceController, "/v2/resource_instances?limit=100"),
];

async fn links(visit: &Visit, host: Host, path: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    let mut path = path.replace("{account}", &visit.account);
    for _ in 0..4 {
        let body = visit.read(host, &path).await;
        let link = next(&body, &path).unwrap_or_else(|| panic!("{path} has a successor"));
        path = link.replace(visit.simulator.endpoints().of(host), "");
        links.push(link);
    }
    links
}

#[tokio::test]
async fn endless_pages_name_a_new_successor_each_time() {
    let visit = Visit::new(Size::Dozen).await;
    visit.simulator.add_fault(Fault::on("", FaultKind::EndlessPages));
    for (host, path) in FAMILIES {
        let mut links = links(&visit, host, path).await;
        links.dedup();
        assert_eq!(links.len(), 4, "{path}");
    }
}

#[tokio::test]
async fn a_repeated_token_names_the_same_successor_for_ever() {
    let visit = Visit::new(Size::Dozen).await;
    visit.simulator.add_fault(Fault::on("", FaultKind::RepeatedToken));
    for (host, path) in FAMILIES {
        let mut links = links(&visit, host, path).await;
        links.dedup();
        assert_eq!(links.len(), 1, "{path}: {links:?}");
    }
}

#[tokio::test]
async fn a_foreign_link_leads_to_a_host_that_notes_a_bearer() {
    let visit = struck(FaultKind::ForeignNext).await;
    let link = visit.read(Host::Iam, PROFILES).await["next"].as_str().unwrap().to_owned();
    assert!(!link.starts_with(&visit.simulator.endpoints().iam));
    assert_eq!(visit.simulator.trap_hits(), []);
    visit.client.get(&link).bearer_auth("leaked").send().await.unwrap();
    let hits = visit.simulator.trap_hits();
    assert!(hits.len() == 1 && hits[0].had_bearer && hits[0].path_and_query.starts_with("/v1/profiles?"));
}

#[tokio::test]
async fn latency_holds_every_answer_back() {
    let visit = Visit::new(Size::Dozen).await;
    visit.simulator.set_latency(Duration::from_millis(150));
    let begun = Instant::now();
    visit.read(Host::Accounts, "/v4/accounts/{account}").await;
    assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_dropped_simulator_no_longer_listens() {
    let visit = Visit::new(Size::Dozen).await;
    let (url, client) = (visit.simulator.endpoints().iam.clone(), visit.client.clone());
    drop(visit);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(client.get(url).send().await.is_err());
}
