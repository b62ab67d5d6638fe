//! What an invocation answers.

use lambda_runtime::Diagnostic;
use pipeline::Summary;
use serde::Serialize;

/// The outcome of all runs.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Answer {
    /// One for each account, in the order of the settings.
    pub(crate) runs: Vec<Outcome>,
}

/// What became of one account.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    /// It has a new snapshot.
    Audited(Box<Summary>),
    /// It has none.
    Failed {
        /// The account, as the settings name it.
        account: String,
        /// Why.
        error: String,
    },
}

impl Answer {
    /// Turns an answer with a failure in it into the failure of the invocation, so that somebody hears of it.
    pub(crate) fn or_failure(self) -> Result<Self, Diagnostic> {
        let failures: Vec<String> = self
            .runs
            .iter()
            .filter_map(|run| match run {
                Outcome::Audited(_) => None,
                Outcome::Failed { account, error } => Some(format!("{account}: {error}")),
            })
            .collect();
        if failures.is_empty() {
            return Ok(self);
        }
        Err(Diagnostic {
            error_type: "AuditFailed".to_owned(),
            error_message: format!(
                "{} of {} accounts could not be audited: {}",
                failures.len(),
                self.runs.len(),
                failures.join("; ")
            ),
        })
    }
}

/// An invocation that could not begin.
pub(crate) fn refusal(error: &anyhow::Error) -> Diagnostic {
    Diagnostic { error_type: "AuditRefused".to_owned(), error_message: format!("{error:#}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(account: &str) -> Outcome {
        Outcome::Failed { account: account.to_owned(), error: "no network".to_owned() }
    }

    #[test]
    fn every_failure_is_named() {
        let answer = Answer { runs: vec![failed("ibm/a"), failed("ibm/b")] };
        let failure = answer.or_failure().expect_err("two failures");
        assert_eq!(failure.error_type, "AuditFailed");
        assert_eq!(
            failure.error_message,
            "2 of 2 accounts could not be audited: ibm/a: no network; ibm/b: no network"
        );
    }

    #[test]
    fn a_failure_in_the_answer_is_told_with_its_account() {
        let json = serde_json::to_value(Answer { runs: vec![failed("ibm/a")] }).expect("json");
        assert_eq!(json, serde_json::json!({"runs": [{"account": "ibm/a", "error": "no network"}]}));
    }
}
