//! A report on one snapshot: the questions that an auditor asks, each with its rows and with what could not be seen.
//!
//! In: a snapshot and the rules. Out: one value that every format is written from. Nothing is followed from run to run here.

use check::{Limits, QueryAnswer, Rule, RuleInput, RuleKind, RuleSet, RuleSubject, Unanswered};
use model::{AccountId, Cloud, Coverage, Sighting};
use serde::Serialize;
use snapshot::{History, Manifest};

use crate::{QuestionError, gaps, query, sight, unanswered};

/// The questions of a report, in their order. Other rules of `kind = "report"` follow them.
const QUESTIONS: [(Cloud, &[&str]); 2] = [
    (
        Cloud::Ibm,
        &[
            "what_exists",
            "instances_no_policy_names",
            "instance_without_policy",
            "resource_access_by_group",
            "users_outside_groups",
            "access_group_without_service_scope",
            "access_group_without_region_or_resource_group",
            "group_roles_without_reader_or_viewer",
            "policy_names_missing_instance",
            "policies_by_last_permit",
        ],
    ),
    (
        Cloud::Huawei,
        &[
            "what_exists",
            "policy_access_by_group",
            "users_outside_groups",
            "user_has_direct_attachment",
            "policy_allows_everything",
            "group_policies_without_read_only",
            "unattached_policy_allows_everything",
            "policies_by_attachments",
        ],
    ),
];

/// A report on one snapshot.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The account that the report is on.
    pub account: AccountId,
    /// Number and time of the snapshot.
    pub snapshot: Sighting,
    /// The questions with their rows.
    pub sections: Vec<Section>,
}

/// One question of a report.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Id of the rule that asks it.
    pub rule: String,
    /// The title of the rule.
    pub title: String,
    /// What the rows mean, and what they leave out.
    pub reason: String,
    /// What to do about them.
    pub remediation: String,
    /// The names of the columns, and the rows; no rows where [`Self::is_answered`] says so.
    pub answer: QueryAnswer,
    /// Whether the rows answer the question: none are given that are there only because something could not be seen.
    pub is_answered: bool,
    /// The tables that were not read to their end, where the question hangs on them.
    pub unanswered: Option<Unanswered>,
    /// The lists that the rows hang on and that were not read to their end.
    pub incomplete: Vec<Coverage>,
}

/// Asks a snapshot the questions of a report.
///
/// # Errors
/// When a question cannot be asked, or an object of the snapshot is missing or damaged.
pub async fn report(
    history: &History,
    manifest: &Manifest,
    rules: &RuleSet,
    limits: &Limits,
) -> Result<Report, QuestionError> {
    let cloud = manifest.account.cloud();
    let mut sections = Vec::new();
    for rule in report_rules(rules, cloud) {
        sections.push(section(history, manifest, rule, limits).await?);
    }
    let snapshot = Sighting { snapshot: manifest.number, at: manifest.finished_at.clone() };
    Ok(Report { account: manifest.account.clone(), snapshot, sections })
}

/// Returns the rules of a report on an account of a cloud, in their order.
#[must_use]
pub fn report_rules(rules: &RuleSet, cloud: Cloud) -> Vec<&Rule> {
    let ids: Vec<&str> =
        QUESTIONS.iter().filter(|(of, _)| *of == cloud).flat_map(|(_, ids)| ids.iter().copied()).collect();
    let is_asked = |rule: &&Rule| rule.readings.contains_key(&cloud);
    let ordered = ids.iter().filter_map(|id| rules.get(id)).filter(is_asked);
    let others = rules.iter().filter(is_asked);
    let others = others.filter(|rule| rule.kind == RuleKind::Report && !ids.contains(&rule.id.as_str()));
    ordered.chain(others).collect()
}

/// Asks a snapshot one question. What it would return only because something could not be seen is no answer.
///
/// # Errors
/// As [`report`].
pub async fn section(
    history: &History,
    manifest: &Manifest,
    rule: &Rule,
    limits: &Limits,
) -> Result<Section, QuestionError> {
    let reading = rule.readings.get(&manifest.account.cloud());
    let (needs, absence) =
        reading.map(|reading| (reading.needs.clone(), reading.absence.clone())).unwrap_or_default();
    let incomplete = gaps(history, manifest, &needs).await?;
    let subject = rule.subject.clone().unwrap_or(RuleSubject::Address);
    let question = RuleInput { rule: &rule.id, subject, needs, absence };
    // What tells that need not be held while the question is answered.
    let unanswered = unanswered(manifest, &sight(history, manifest).await?, &[question]).pop();
    let is_answered = unanswered.as_ref().is_none_or(|each| each.is_partial);
    let mut answer = query(history, manifest, &rule.sql, limits).await?;
    if !is_answered {
        answer.rows.clear();
    }
    Ok(Section {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        reason: rule.reason.trim().to_owned(),
        remediation: rule.remediation.trim().to_owned(),
        answer,
        is_answered,
        unanswered,
        incomplete,
    })
}
