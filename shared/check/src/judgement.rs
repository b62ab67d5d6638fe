//! Verdicts that are reached without SQL: they join those of the rules, and from there on are followed like them.

use std::collections::BTreeMap;

use model::{Evidence, Severity, State, Table};

use crate::{
    Comparison, Evaluation, RuleResult, RuleRow, RuleSubject, blindness::Sighted, digest, digest::Texts,
    round::Cache,
};

/// A question that is answered elsewhere, in the form of a rule.
#[derive(Debug, Clone)]
pub struct RustRule {
    /// Names the fault, as the id of a rule.
    pub rule: String,
    /// What is found, in a few words.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Everything but the tables that decides on what is found: while it is the same, the same question is asked.
    pub question: String,
    /// What the time of the run decides: while it is the same too, the same is found.
    pub moment: String,
    /// Tables that it looks at.
    pub needs: Vec<&'static Table>,
    /// Those among them whose missing rows would make it report.
    pub absence: Vec<&'static Table>,
    /// Tables of which it weighs itself, thing by thing, what cannot be seen: what is found says so as a doubt.
    pub weighed: Vec<&'static Table>,
    /// Tables that it looks at too, of which missing rows hide nothing.
    pub besides: Vec<&'static Table>,
    /// The rules and permissions that say more of the same principal.
    pub implied_by: Vec<String>,
}

/// What was found of one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundOne {
    /// What speaks for it.
    pub evidence: Evidence,
    /// Why it cannot be said for sure, and never could.
    pub doubt: Option<String>,
    /// Whether it could be said before and cannot in this run: it is told as new once it can be said again.
    pub is_withheld: bool,
}

/// What was found, by address below the account (`ibm_users/IBMid-1`); or why nothing could be.
pub type Found = Result<BTreeMap<String, FoundOne>, String>;

impl Evaluation {
    /// Adds a judgement over the same state. Nobody looks where nothing changed that it hangs on.
    pub fn judge(
        &mut self,
        state: &State,
        known: Option<Cache<'_>>,
        judgement: &RustRule,
        look: impl FnOnce() -> Found,
    ) {
        let sighted = Sighted::new(state).by_tables();
        let mut verdict = RuleResult {
            rule: judgement.rule.clone(),
            title: judgement.title.clone(),
            severity: judgement.severity,
            question_hash: digest::of([judgement.question.as_str()]),
            subject: RuleSubject::Address,
            implied_by: judgement.implied_by.clone(),
            comparison: Comparison::OfGrants,
            sight: sighted.sight(
                &self.outcome.account,
                &RuleSubject::Address,
                &judgement.needs,
                &judgement.absence,
            ),
            doubt: None,
            rows: BTreeMap::new(),
        };
        let is_whole = verdict.sight.is_whole() && sighted.are_whole(&judgement.weighed);
        let asked_of = known.filter(|_| is_whole).map(|known| self.ground_of(judgement, known));
        if self.answers_as_before(&judgement.rule, asked_of.as_ref(), known) {
            self.keep(verdict, asked_of, known);
            return;
        }
        match look() {
            Ok(found) => {
                let account = &self.outcome.account;
                for (below, FoundOne { evidence, doubt, is_withheld }) in found {
                    let subject = account.address_of(&below);
                    if is_withheld {
                        verdict.sight.carried.insert(subject.clone());
                    }
                    let fingerprint = digest::fingerprint(&judgement.rule, &subject);
                    verdict.rows.insert(fingerprint, RuleRow { subject, evidence, doubt });
                }
            }
            Err(reason) => verdict.sight.broken = Some(reason),
        }
        self.add(verdict, asked_of);
    }

    /// Hashes all that decides on what is found.
    fn ground_of(&self, judgement: &RustRule, known: Cache<'_>) -> String {
        let mut texts = Texts::default();
        texts.add(concat!("iamwatch ", env!("CARGO_PKG_VERSION")));
        texts.add(&self.outcome.account.to_string());
        texts.add(&judgement.question);
        texts.add(&judgement.moment);
        let tables = [&judgement.needs, &judgement.weighed, &judgement.besides];
        for table in tables.into_iter().flatten() {
            texts.add(table.name);
            texts.add(known.hashes.get(table.name).map_or("", String::as_str));
        }
        texts.short()
    }
}
