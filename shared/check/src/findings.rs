//! The findings of an account after a run, as the store keeps them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{Finding, FindingState, Members, Patch};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Findings by fingerprint. Two states share those that are as they were: of a hundred thousand, most are.
pub type ByFingerprint = BTreeMap<String, Arc<Finding>>;

/// What is remembered of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Hash of the question as it was last asked.
    #[serde(rename = "text")]
    pub question_hash: String,
    /// Whether this question could ever be believed when it opened findings.
    pub judged: bool,
    /// Whether it ever saw all that it needs.
    pub sighted: bool,
    /// Whether the question was another when some of its findings were opened, and it has not seen all
    /// since: what it no longer returns then is over because of the rule.
    pub changed: bool,
}

/// All findings of an account with those that are over, which are kept for a while to know them again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// By id of the rule.
    pub rules: BTreeMap<String, Memory>,
    /// The findings by fingerprint.
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub findings: ByFingerprint,
}

/// What a run changed in the findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingsPatch {
    /// The rules after it.
    pub rules: BTreeMap<String, Memory>,
    /// Findings that are new or not as they were.
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub put: ByFingerprint,
    /// Fingerprints that are forgotten.
    pub forgotten: BTreeSet<String>,
}

impl FindingsPatch {
    /// Returns what leads from one state of the findings to another.
    #[must_use]
    pub fn between(before: &Findings, after: &Findings) -> Self {
        let is_known = |fingerprint: &String, finding: &Arc<Finding>| {
            let known = before.findings.get(fingerprint);
            known.is_some_and(|known| Arc::ptr_eq(known, finding) || known == finding)
        };
        let put = after.findings.iter().filter(|(fingerprint, finding)| !is_known(fingerprint, finding));
        let forgotten =
            before.findings.keys().filter(|fingerprint| !after.findings.contains_key(*fingerprint));
        Self {
            rules: after.rules.clone(),
            put: put.map(|(fingerprint, finding)| (fingerprint.clone(), finding.clone())).collect(),
            forgotten: forgotten.cloned().collect(),
        }
    }
}

impl Patch for FindingsPatch {
    type Whole = Findings;

    fn apply(self, mut findings: Findings) -> Findings {
        findings.rules = self.rules;
        findings.findings.retain(|fingerprint, _| !self.forgotten.contains(fingerprint));
        findings.findings.extend(self.put);
        findings
    }

    fn then(mut self, later: Self) -> Self {
        self.put.retain(|fingerprint, _| !later.forgotten.contains(fingerprint));
        self.forgotten.retain(|fingerprint| !later.put.contains_key(fingerprint));
        self.put.extend(later.put);
        self.forgotten.extend(later.forgotten);
        self.rules = later.rules;
        self
    }
}

impl Findings {
    /// Returns the findings that are not over: the worst first, then by rule and subject.
    #[must_use]
    pub fn live(&self) -> Vec<&Finding> {
        let mut live: Vec<&Finding> =
            self.findings.values().map(Arc::as_ref).filter(|finding| !finding.state.is_closed()).collect();
        live.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), &finding.rule, &finding.subject));
        live
    }

    /// Returns the findings that hold, that nobody suppressed and that no other finding says more of.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        let is_open =
            |finding: &&Finding| finding.state == FindingState::Open && finding.implied_by.is_none();
        self.findings.values().map(Arc::as_ref).filter(is_open)
    }

    /// Returns whether other evidence of some finding waits for a second run that finds the same.
    #[must_use]
    pub fn have_pending(&self) -> bool {
        self.findings.values().any(|finding| finding.pending.is_some())
    }
}

impl Members for Findings {
    fn take(&mut self, map: &str, key: String, value: &[u8]) -> serde_json::Result<()> {
        let mut put =
            |finding: Finding| drop(self.findings.insert(finding.fingerprint.clone(), Arc::new(finding)));
        take_member(&mut self.rules, &mut put, (map, key, value))
    }
}

/// Reads [`Findings`] one by one: each goes to a function as it is read.
#[derive(Debug)]
pub struct EachFinding<F> {
    /// What takes a finding.
    pub put: F,
    /// What is remembered of the rules, by id.
    pub rules: BTreeMap<String, Memory>,
}

impl<F: FnMut(Finding)> Members for EachFinding<F> {
    fn take(&mut self, map: &str, key: String, value: &[u8]) -> serde_json::Result<()> {
        take_member(&mut self.rules, &mut self.put, (map, key, value))
    }
}

/// Reads a member of what is stored as [`Findings`].
pub(crate) fn take_member(
    rules: &mut BTreeMap<String, Memory>,
    put: &mut impl FnMut(Finding),
    (map, key, value): (&str, String, &[u8]),
) -> serde_json::Result<()> {
    match map {
        "rules" => drop(rules.insert(key, serde_json::from_slice(value)?)),
        "findings" => put(serde_json::from_slice(value)?),
        _ => {}
    }
    Ok(())
}

/// Writes findings by fingerprint as if nobody else had a part in them.
fn write<S: Serializer>(findings: &ByFingerprint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(findings.iter().map(|(fingerprint, finding)| (fingerprint, finding.as_ref())))
}

/// Reads findings by fingerprint.
fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ByFingerprint, D::Error> {
    let findings = BTreeMap::<String, Finding>::deserialize(deserializer)?;
    Ok(findings.into_iter().map(|(fingerprint, finding)| (fingerprint, Arc::new(finding))).collect())
}

#[cfg(test)]
mod tests {
    use model::{Evidence, Severity, Sighting};
    use proptest::prelude::*;

    use super::*;

    fn findings(titles: &BTreeMap<String, String>) -> Findings {
        let finding = |(fingerprint, title): (&String, &String)| {
            let finding = Finding {
                fingerprint: fingerprint.clone(),
                rule: "rule".to_owned(),
                title: title.clone(),
                severity: Severity::Low,
                subject: fingerprint.clone(),
                evidence: Evidence::default(),
                state: FindingState::Open,
                baseline: false,
                first_seen: Sighting { snapshot: 1, at: "2026-01-01T00:00:00Z".to_owned() },
                last_seen: None,
                suppression: None,
                doubt: None,
                implied_by: None,
                untold: false,
                pending: None,
                told: None,
            };
            (fingerprint.clone(), Arc::new(finding))
        };
        Findings { rules: BTreeMap::new(), findings: titles.iter().map(finding).collect() }
    }

    proptest! {
        #[test]
        fn patches_lead_from_one_state_to_the_next_one_by_one_and_joined(
            states in prop::collection::vec(prop::collection::btree_map("[a-f]", "[x-z]", 0..6), 3),
        ) {
            let states: Vec<Findings> = states.iter().map(findings).collect();
            let first = FindingsPatch::between(&states[0], &states[1]);
            let second = FindingsPatch::between(&states[1], &states[2]);
            prop_assert_eq!(&first.clone().apply(states[0].clone()), &states[1]);
            prop_assert_eq!(&first.then(second).apply(states[0].clone()), &states[2]);
        }
    }
}
