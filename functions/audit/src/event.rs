//! What an invocation asks for.
//!
//! In: the JSON of the event. Out: the account to audit, or none for all. Members that mean nothing here are
//! tolerated, because every trigger adds its own; a wrong account is not.

use anyhow::{Context, Result, bail};
use model::AccountId;
use serde_json::Value;

/// Reads which account the event asks for; none stands for all of them.
pub(crate) fn wanted(event: &Value) -> Result<Option<AccountId>> {
    let Value::Object(members) = event else {
        bail!(
            r#"the event is no JSON object; send {{}} for all accounts or {{"account": "ibm/ID"}} for one"#
        );
    };
    // In the envelope of EventBridge, `account` is the AWS account, and what a sender adds is in `detail`.
    let is_envelope = members.contains_key("detail-type") && members.contains_key("source");
    let detail;
    let account = match (is_envelope, members.get("detail")) {
        (false, _) => members.get("account"),
        // Scheduler writes it as a text that holds JSON.
        (true, Some(Value::String(text))) => {
            detail = serde_json::from_str(text).unwrap_or(Value::Null);
            detail.get("account")
        }
        (true, other) => other.and_then(|detail| detail.get("account")),
    };
    match account {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(account)) => {
            account.parse().map(Some).context("the `account` of the event cannot be used")
        }
        Some(_) => bail!(
            "the `account` of the event is no text; write it as `ibm/ID`, or leave it out for all accounts"
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn account(event: Value) -> Option<String> {
        wanted(&event).expect("a usable event").map(|account| account.to_string())
    }

    #[test]
    fn nothing_said_means_all_accounts() {
        assert_eq!(account(json!({})), None);
        assert_eq!(account(json!({"account": null, "note": "from a person"})), None);
    }

    #[test]
    fn one_account_can_be_asked_for() {
        assert_eq!(account(json!({"account": "ibm/a1"})).as_deref(), Some("ibm/a1"));
    }

    #[test]
    fn the_aws_account_of_an_envelope_is_not_taken_for_ours() {
        let envelope = |detail: Value| {
            json!({"version": "0", "id": "e", "detail-type": "Scheduled Event", "source": "aws.scheduler",
                "account": "123456789012", "region": "eu-central-1", "resources": [], "detail": detail})
        };
        assert_eq!(account(envelope(json!("{}"))), None);
        assert_eq!(account(envelope(json!({}))), None);
        assert_eq!(account(envelope(json!({"account": "ibm/a1"}))).as_deref(), Some("ibm/a1"));
        assert_eq!(account(envelope(json!(r#"{"account": "ibm/a1"}"#))).as_deref(), Some("ibm/a1"));
    }

    #[test]
    fn a_wrong_account_is_refused_with_the_form_it_should_have() {
        let message = |event: Value| format!("{:#}", wanted(&event).expect_err("an unusable event"));
        assert_eq!(
            message(json!({"account": 7})),
            "the `account` of the event is no text; write it as `ibm/ID`, or leave it out for all accounts"
        );
        assert_eq!(
            message(json!({"account": "oracle/1"})),
            "the `account` of the event cannot be used: `oracle` is no cloud; known are: ibm, huawei"
        );
        assert!(message(json!({"account": "ibm/../up"})).contains("`../up` is no account id"));
        assert!(message(json!([])).starts_with("the event is no JSON object"));
    }
}
