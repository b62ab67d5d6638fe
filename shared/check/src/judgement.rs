//! Verdicts that are reached without SQL: they join those of the rules, and from there on are followed like them.

use std::collections::BTreeMap;

use model::{Severity, State, Table};
use serde_json::Value;

use crate::{Outcome, Row, Sight, Subject, Verdict, blindness::Sighted, digest};

/// What somebody else found in a state, in the form of a rule.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// Names the fault, as the id of a rule.
    pub rule: String,
    /// What is found, in a few words.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Everything that decides on what is found: while it is the same, the same question is asked.
    pub question: String,
    /// Tables that it looks at.
    pub needs: Vec<&'static Table>,
    /// Those among them whose missing rows would make it report.
    pub absence: Vec<&'static Table>,
    /// By address below the account (`ibm_users/IBMid-1`) what was found; or why nothing could be.
    pub found: Result<BTreeMap<String, BTreeMap<String, Value>>, String>,
}

impl Outcome {
    /// Adds a judgement over the same state.
    pub fn add(&mut self, state: &State, judgement: Judgement) {
        let sighted = Sighted::new(state);
        let (found, broken) = match judgement.found {
            Ok(found) => (found, None),
            Err(reason) => (BTreeMap::new(), Some(reason)),
        };
        let rows = found.into_iter().map(|(below, evidence)| {
            let subject = format!("{}/{below}", self.account);
            (digest::fingerprint(&judgement.rule, &subject), Row { subject, evidence })
        });
        let verdict = Verdict {
            title: judgement.title,
            severity: judgement.severity,
            text: digest::of([judgement.question.as_str()]),
            subject: Subject::Address,
            sight: Sight {
                blind: sighted.blind(&judgement.needs).into_iter().collect(),
                blind_absence: sighted.blind(&judgement.absence).into_iter().collect(),
                broken,
            },
            rows: rows.collect(),
            rule: judgement.rule,
        };
        let place = self.verdicts.partition_point(|other| other.rule < verdict.rule);
        self.verdicts.insert(place, verdict);
    }
}
