//! Answers in shapes that prove nothing: whatever they are, nothing is told of the account, and when they end, nothing
//! either.
//!
//! Each fault stands for one run between two good ones. What somebody really does meanwhile is told, late at most.

mod broken_texts;
mod editions;
mod edits;
mod elements;
mod members;
mod places;

use model::{Cloud, Event};
use pipeline::PipelineError;
use serde_json::{Value, json};
use simulators::{huawei, ibm};

use super::{Account, company::Company};

/// Returns a moment of the story, a minute after the one before: nothing ages in between.
fn moment(number: usize) -> String {
    format!("2026-09-07T{:02}:{:02}:00Z", 6 + number / 60, number % 60)
}

/// Returns what was told of the account itself, not of how well it could be seen: that a finding can no longer be judged,
/// and that it can again, is of sight as well.
fn news(events: &[Event]) -> Vec<String> {
    let is_news =
        |event: &&Event| !event.kind.contains(".coverage.") && !event.kind.contains("finding.unknown");
    events
        .iter()
        .filter(is_news)
        .map(|event| format!("{} {} {}", event.kind, event.subject, event.data))
        .collect()
}

/// Audits with each fault in turn, and after it without; asserts that neither run tells anything.
async fn nothing_is_told<F: std::fmt::Debug>(
    account: &Account,
    faults: Vec<F>,
    add: impl Fn(&Account, F),
    clear: impl Fn(&Account),
) {
    account.audit(&moment(0)).await.expect("a first audit");
    let mut run = 0;
    for fault in faults {
        let (told, name) = (account.events().len(), format!("{fault:?}"));
        add(account, fault);
        run += 1;
        // An account of which nothing at all can be read gives no snapshot, and so tells nothing.
        let audit = account.audit(&moment(run)).await;
        assert!(matches!(audit, Ok(_) | Err(PipelineError::Collect(_))), "{name}: {audit:?}");
        assert_eq!(news(&account.events()[told..]), [""; 0], "{name}");
        let told = account.events().len();
        clear(account);
        run += 1;
        account.audit(&moment(run)).await.expect("an audit without a fault");
        assert_eq!(news(&account.events()[told..]), [""; 0], "after {name}");
    }
}

fn error_objects() -> [Value; 5] {
    [
        json!({"errors": [{"code": "internal", "message": "m"}], "trace": "t"}),
        json!({"error_code": "X.0001", "error_msg": "m"}),
        json!({"errorCode": "X0001E", "errorMessage": "m"}),
        json!({"error": {"code": 500, "message": "m"}}),
        json!({"message": "m"}),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_of_ibm_cloud_in_another_shape_tells_anything() {
    use ibm::{Fault, FaultKind as Kind};
    let account = Account::of_a_dozen().await;
    let body = |status, body| Kind::Body(status, body);
    let mut faults = vec![
        // One thing twice and another left out, where the counters agree.
        Fault::on("/v2/groups?", Kind::Shifted),
        Fault::on("/members?", Kind::Shifted),
        Fault::on("/v1/apikeys?", Kind::Shifted),
        Fault::on("/users?", Kind::Shifted),
        Fault::on("/v2/policies", Kind::Shifted),
        Fault::on("/v1/zones?", Kind::Shifted),
        Fault::on("/v1/zones/", Kind::Shifted),
        Fault::on("/v1/zones/", Kind::Again),
        // Nothing, in a form that proves nothing.
        Fault::on("", Kind::NullArrays),
        Fault::on("", Kind::NoArrays),
        Fault::on("", Kind::NullForItem),
        // A thing that is none.
        Fault::on("/v2/groups/settings", Kind::EmptyObject),
        Fault::on("/identities", Kind::EmptyObject),
        Fault::on("settings/identity", Kind::EmptyObject),
        Fault::on("/users?", Kind::Member("iam_id".to_owned(), json!(""))),
        Fault::on("/v2/policies", Kind::Member("subject".to_owned(), Value::Null)),
        Fault::on("/v2/policies", Kind::Member("control".to_owned(), Value::Null)),
        Fault::on("effective_settings", body(400, json!({"errors": [{"code": "bad", "message": "m"}]}))),
        Fault::on("effective_settings", Kind::Forbidden),
        Fault::on("effective_settings", Kind::NotFound),
        Fault::on("effective_settings", Kind::Bare(405)),
        Fault::on("/v2/policies", Kind::ServerError(503)),
        Fault::on("/v2/roles", Kind::ServerError(503)),
        Fault::on("/report/latest", Kind::Bare(204)),
        Fault::on("/report/latest", Kind::ServerError(404)),
        Fault::on("", Kind::Bare(404)),
    ];
    faults.extend(error_objects().map(|object| Fault::on("/v", body(200, object))));
    for fault in &mut faults {
        // Signing in is another story.
        if fault.path.is_empty() {
            fault.path = "/v".to_owned();
        }
    }
    nothing_is_told(
        &account,
        faults,
        |account, fault| account.ibm().add_fault(fault),
        |account| account.ibm().clear_faults(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_of_huawei_cloud_in_another_shape_tells_anything() {
    use huawei::{Fault, FaultKind as Kind};
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    let body = |status, body| Kind::Body(status, body);
    let organization = |kind| Fault::on("/v1/organizations", kind).at(huawei::Host::Organizations);
    let mut faults = vec![
        Fault::on("/v5/users?", Kind::Shifted),
        Fault::on("/v5/groups?", Kind::Shifted),
        Fault::on("/v5/mfa-devices", Kind::Shifted),
        Fault::on("/role-assignments", Kind::Shifted),
        Fault::on("/v3/users?", Kind::Shifted),
        Fault::on("/enterprise-projects", Kind::Shifted),
        Fault::on("/v5/", Kind::NullArrays),
        // Lists that count one thing each, whatever is inside of it.
        Fault::on("/v5/agencies/", Kind::NullArrays),
        Fault::on("/v3", Kind::NullArrays),
        Fault::on("/v5/", Kind::NoArrays),
        Fault::on("/v5/", Kind::NullForItem),
        organization(Kind::NullArrays),
        organization(Kind::Nulls),
        // None is only what the service itself says.
        organization(Kind::ServerError(404)),
        organization(Kind::Bare(404)),
        organization(Kind::Bare(204)),
        organization(Kind::EmptyObject),
        organization(body(404, json!({"error_code": "SOMEBODY.0404", "error_msg": "m"}))),
        organization(body(200, json!({"policy": {"content": null, "policy_summary": null}}))),
        Fault::on("/login-profile", Kind::EmptyObject),
        Fault::on("/login-profile", Kind::Bare(404)),
        Fault::on("/login-profile", Kind::ServerError(404)),
        Fault::on("/password-policy", Kind::NotFound),
        Fault::on(
            "/v3/roles/",
            body(404, json!({"error": {"code": 404, "message": "m", "title": "Not Found"}})),
        ),
        Fault::on("/password-policy", Kind::Forbidden),
        Fault::on("/v5/policies?", Kind::Member("policy_id".to_owned(), json!(""))),
        Fault::on("/versions", Kind::Member("document".to_owned(), Value::Null)),
        Fault::on("/v5/agencies?", Kind::Member("trust_policy".to_owned(), Value::Null)),
    ];
    faults.extend(error_objects().map(|object| Fault::on("/v5/", body(200, object))));
    faults.extend(error_objects().map(|object| organization(body(200, object))));
    nothing_is_told(
        &account,
        faults,
        |account, fault| account.huawei().add_fault(fault),
        |account| account.huawei().clear_faults(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn null_is_believed_the_second_time_and_no_earlier() {
    let account = Account::of_a_dozen().await;
    account.audit(&moment(0)).await.expect("a first audit");
    account.ibm().add_fault(ibm::Fault::on("type=user", ibm::FaultKind::NullArrays));
    account.audit(&moment(1)).await.expect("a second audit");
    let told = account.events().len();
    let keys = |events: &[Event]| {
        let removed = events
            .iter()
            .filter(|event| event.kind.contains("drift") && event.data.to_string().contains("ibm_api_keys"));
        removed.count()
    };
    assert_eq!(keys(&account.events()), 0, "one answer proves nothing");
    account.audit(&moment(2)).await.expect("a third audit");
    assert!(keys(&account.events()[told..]) > 0, "the same answer twice is believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn null_that_two_runs_at_once_are_shown_is_one_answer() {
    let account = Account::of_a_dozen().await;
    account.audit(&moment(0)).await.expect("a first audit");
    account.ibm().add_fault(ibm::Fault::on("type=user", ibm::FaultKind::NullArrays));
    let (began, halfway, ended) = (moment(10), moment(11), moment(12));
    account.audit_lasting(&began, &ended).await.expect("a second audit");
    let told = account.events().len();
    account.audit_lasting(&halfway, &moment(13)).await.expect("an audit that began before the second ended");
    assert_eq!(news(&account.events()[told..]), [""; 0]);
    account.audit_lasting(&moment(14), &moment(15)).await.expect("an audit after both");
    assert_ne!(news(&account.events()[told..]), [""; 0], "the same answer twice is believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_while_a_list_moves_is_told_once_it_stands_still() {
    let account = Account::of_a_dozen().await;
    account.audit(&moment(0)).await.expect("a first audit");
    account.ibm().add_fault(ibm::Fault::on("/v2/groups?", ibm::FaultKind::Shifted));
    let gone = account.ibm().change(|world| {
        let place =
            world.groups.iter().rposition(|group| group.object.text("id") != "AccessGroupId-PublicAccess");
        world.groups.remove(place.expect("a group")).object.text("id").to_owned()
    });
    let told = account.events().len();
    account.audit(&moment(1)).await.expect("a second audit");
    let of_group = |events: &[Event]| {
        let drift = events.iter().filter(|event| event.kind.contains("drift"));
        drift.filter(|event| event.data.to_string().contains(&gone)).count()
    };
    assert_eq!(of_group(&account.events()[told..]), 0, "a list that moves proves no removal");
    account.ibm().clear_faults();
    account.audit(&moment(2)).await.expect("a third audit");
    assert!(of_group(&account.events()[told..]) > 0, "it is told late, and told");
}
