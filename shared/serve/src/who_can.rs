//! Who may do something, with who gave it, for programs.

use access::{Answer, Step};
use check::RuleSet;
use history::WhoCan;
use serde_json::{Value, json};
use snapshot::{History, Manifest, SnapshotError};

use crate::names::{NamedSubject, ThingNames};

/// What was asked of the access in a snapshot.
#[derive(Debug, Clone, Copy)]
pub struct AccessQuestion<'a> {
    /// The action, as the cloud writes it.
    pub action: &'a str,
    /// The resource, where one was named.
    pub resource: Option<&'a str>,
    /// A part of the name or id of whom the answers are about, where one was named.
    pub principal: Option<&'a str>,
}

/// Who created the policies that give something, where the cloud tells it.
#[derive(Debug)]
pub struct Givers {
    account: String,
    names: ThingNames,
}

impl Givers {
    /// Reads who created the policies on the ways of some answers.
    ///
    /// # Errors
    /// As [`history::state`].
    pub async fn read(history: &History, manifest: &Manifest, able: &WhoCan) -> Result<Self, SnapshotError> {
        let account = manifest.account.to_string();
        let mut addresses: Vec<String> =
            able.answers.iter().filter_map(|answer| address(&account, &answer.path)).collect();
        addresses.sort();
        addresses.dedup();
        let subjects = addresses.iter().map(|address| NamedSubject { rule: "", address });
        let names = ThingNames::read(history, &[manifest], &RuleSet::default(), subjects).await?;
        Ok(Self { account, names })
    }

    /// Returns who created the policy on a path, by name where there is one.
    #[must_use]
    pub fn giver_of(&self, answer: &Answer) -> Option<&str> {
        let by = self.names.creator_of(&address(&self.account, &answer.path)?)?;
        Some(self.names.of_id(by).unwrap_or(by))
    }
}

/// Returns the address of the policy on a path, on the cloud that tells who created one.
fn address(account: &str, path: &[Step]) -> Option<String> {
    let policy = path.iter().find(|step| step.kind == "policy")?;
    account.starts_with("ibm/").then(|| format!("{account}/ibm_policies/{}", policy.id))
}

/// Returns whether a principal has a text in its name or id.
#[must_use]
pub fn is_of_principal(answer: &Answer, text: &str) -> bool {
    let (step, text) = (&answer.principal.step, text.to_lowercase());
    step.name.to_lowercase().contains(&text) || step.id.to_lowercase().contains(&text)
}

/// Returns who may do something, for programs.
#[must_use]
pub fn who_can_json(
    asked: &AccessQuestion<'_>,
    manifest: &Manifest,
    able: &WhoCan,
    givers: &Givers,
) -> Value {
    let answers: Vec<Value> = able
        .answers
        .iter()
        .map(|answer| {
            let mut told = json!(answer);
            if let Some(members) = told.as_object_mut() {
                members.insert("given_by".to_owned(), json!(givers.giver_of(answer)));
            }
            told
        })
        .collect();
    json!({
        "snapshot": manifest.number,
        "action": asked.action,
        "resource": asked.resource,
        "principal": asked.principal,
        "answers": answers,
        "unseen": able.unseen,
        "unknown_action": able.unknown_action.as_ref().map(|alike| json!({ "did_you_mean": alike })),
    })
}
