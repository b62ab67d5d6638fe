use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Host, Visit};
use crate::huawei::{Fault, FaultKind, RetryAfter};

const USERS: &str = "/v5/users?limit=2";
const GRANTS: &str = "/v3.0/OS-PERMISSION/role-assignments?domain_id={account}&page=1&per_page=2";

async fn struck(kind: FaultKind) -> Visit {
    let visit = Visit::new().await;
    visit.simulator.add_fault(Fault::on("", kind));
    visit
}

#[tokio::test]
async fn throttling_says_in_its_text_how_long_the_window_is() {
    let visit = struck(FaultKind::TooManyRequests(RetryAfter::Window(9))).await;
    for (host, path, code, text) in [
        (Host::Iam, USERS, "IAM.0012", "5 times per 9 seconds"),
        (Host::Iam, "/v3/users", "IAM.0012", "5 times per 9 seconds"),
        (Host::Eps, "/v1.0/enterprise-projects", "APIGW.0308", "limit:5,time:9 second"),
    ] {
        let (status, body) = visit.answer(host, path).await;
        assert_eq!((status, &body["error_code"]), (429, &json!(code)));
        assert!(body["error_msg"].as_str().unwrap().contains(text), "{body}");
    }
    let visit = struck(FaultKind::TooManyRequests(RetryAfter::Seconds(3))).await;
    assert_eq!(visit.get(Host::Iam, USERS).await.headers()["retry-after"], "3");
}

#[tokio::test]
async fn refusals_come_in_the_shape_of_the_api() {
    for (kind, status, code) in [
        (FaultKind::Unauthenticated, 401, "APIGW.0301"),
        (FaultKind::Forbidden, 403, "PAP5.0001"),
        (FaultKind::NotFound, 404, "PAP5.0404"),
    ] {
        let visit = struck(kind).await;
        let (seen, body) = visit.answer(Host::Iam, USERS).await;
        assert_eq!((seen, &body["error_code"]), (status, &json!(code)));
    }
}

#[tokio::test]
async fn pages_go_on_for_ever_or_name_the_same_successor() {
    for (kind, differs) in [(FaultKind::EndlessPages, true), (FaultKind::RepeatedToken, false)] {
        let visit = struck(kind).await;
        let first = visit.read(Host::Iam, USERS).await;
        let second = visit.read(Host::Iam, &format!("{USERS}&marker=again")).await;
        assert_eq!(first["users"], second["users"]);
        assert_eq!(first["page_info"]["next_marker"] != second["page_info"]["next_marker"], differs);
        assert_eq!(visit.read(Host::Iam, GRANTS).await["total_num"], 1_000_000);
    }
}

#[tokio::test]
async fn a_foreign_link_leads_into_the_trap() {
    let visit = struck(FaultKind::ForeignNext).await;
    let body = visit.read(Host::Iam, "/v3/projects?page=1&per_page=1").await;
    let link = body["links"]["next"].as_str().unwrap();
    assert!(!link.starts_with(&visit.simulator.endpoints().iam));
    visit.client.get(link).header("x-security-token", "x").send().await.unwrap();
    assert!(visit.simulator.trap_hits()[0].had_credentials);
}

#[tokio::test]
async fn bodies_are_late_cut_off_empty_or_of_another_kind() {
    let begun = Instant::now();
    assert!(struck(FaultKind::Slow(300)).await.read(Host::Iam, USERS).await["users"].is_array());
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert!(struck(FaultKind::CutOff).await.get(Host::Iam, USERS).await.text().await.is_err());
    let text = async |kind| struck(kind).await.get(Host::Iam, USERS).await.text().await.unwrap();
    assert!(text(FaultKind::Html).await.contains("<html>"));
    assert_eq!(text(FaultKind::EmptyObject).await, "{}");
    assert!(serde_json::from_str::<Value>(&text(FaultKind::BrokenJson).await).is_err());
    let body = async |kind| struck(kind).await.read(Host::Iam, USERS).await;
    assert_eq!(body(FaultKind::NumberForText("user_name".to_owned())).await["users"][0]["user_name"], 7);
    assert!(body(FaultKind::Nulls).await["users"][1]["user_id"].is_null());
    assert_eq!(
        struck(FaultKind::ServerError(503)).await.get(Host::Sts, "/v5/caller-identity").await.status(),
        503
    );
}
