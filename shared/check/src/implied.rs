//! Findings that another finding says more of: kept, counted and listed apart, and not told.
//!
//! In: the findings of a run and what would be told of them. Out: the same, where of one principal or policy only the
//! widest is told. What two findings are about is the same where the column `about` of their evidence, or without it
//! their subject, is the same address.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use model::{Address, Finding, FindingState, Transition, TransitionKind};

use crate::{ByFingerprint, Findings, RuleResult};

/// The column of evidence that names what a finding is about, where that is not its subject: the end of an address.
const ABOUT: &str = "about";

/// Marks the findings that others imply, and takes away what would be told of them. What is no longer implied and was
/// never told is told now.
pub(crate) fn hush(
    verdicts: &[RuleResult],
    before: &Findings,
    findings: &mut ByFingerprint,
    told: &mut Vec<Transition>,
) {
    let wider: BTreeMap<&str, &[String]> = verdicts
        .iter()
        .map(|verdict| (verdict.rule.as_str(), verdict.implied_by.as_slice()))
        .filter(|(_, wider)| !wider.is_empty())
        .collect();
    if wider.is_empty() && findings.values().all(|finding| finding.implied_by.is_none()) {
        return;
    }
    let implying: BTreeSet<&str> = wider.values().copied().flatten().map(String::as_str).collect();
    let mut holding: HashMap<&str, HashSet<String>> = HashMap::new();
    for finding in findings.values() {
        if let Some(rule) = implying.get(finding.rule.as_str()).filter(|_| implies(finding)) {
            holding.entry(*rule).or_default().insert(about(finding));
        }
    }
    let kinds: HashMap<String, TransitionKind> =
        told.iter().map(|each| (each.finding.fingerprint.clone(), each.kind)).collect();
    let (mut hushed, mut freed) = (BTreeSet::new(), Vec::new());
    for finding in findings.values_mut() {
        let wider_ones = wider.get(finding.rule.as_str()).copied().unwrap_or_default();
        let is_live = !finding.state.is_closed() && !finding.is_only_doubted();
        let by = if is_live && !wider_ones.is_empty() {
            let about = about(finding);
            let holds = |rule: &str| holding.get(rule).is_some_and(|holding| holding.contains(&about));
            wider_ones.iter().find(|rule| holds(rule) && !is_cyclic(&wider, &finding.rule, rule))
        } else {
            None
        };
        let was_untold = finding.untold;
        let kind = kinds.get(&finding.fingerprint);
        let is_new =
            kind.is_some_and(|kind| matches!(kind, TransitionKind::Opened | TransitionKind::Reopened));
        let is_untold = by.is_some() && (was_untold || is_new || is_new_baseline(before, finding));
        if (finding.implied_by.as_ref(), finding.untold) != (by, is_untold) {
            let finding = Arc::make_mut(finding);
            finding.implied_by = by.cloned();
            finding.untold = is_untold;
        }
        match kind {
            Some(TransitionKind::Closed) if !was_untold => {}
            Some(_) if by.is_some() || !is_live => {
                hushed.insert(finding.fingerprint.clone());
            }
            _ if was_untold && by.is_none() && finding.state == FindingState::Open => {
                hushed.insert(finding.fingerprint.clone());
                // Also what was there when its rule could first look: nobody was told of it in any sum.
                freed.push(Finding { untold: true, ..Finding::clone(finding) });
            }
            _ => {}
        }
    }
    told.retain(|each| !hushed.contains(&each.finding.fingerprint));
    for each in told.iter_mut() {
        if let Some(finding) = findings.get(&each.finding.fingerprint) {
            each.finding = Finding::clone(finding);
        }
    }
    told.extend(freed.into_iter().map(|finding| Transition {
        kind: TransitionKind::Opened,
        finding,
        before: None,
        turn: None,
        causes: Vec::new(),
    }));
}

/// Returns whether a finding implies narrower ones: it holds, it is accepted, or it held when it could last be seen.
fn implies(finding: &Finding) -> bool {
    !finding.state.is_closed() && !finding.is_only_doubted()
}

/// Returns whether a finding came as part of a baseline, of which single ones are not told.
fn is_new_baseline(before: &Findings, finding: &Finding) -> bool {
    finding.baseline
        && before
            .findings
            .get(&finding.fingerprint)
            .is_none_or(|known| known.is_only_doubted() || known.state.is_closed())
}

/// Returns the address of what a finding is about.
fn about(finding: &Finding) -> String {
    match (finding.evidence.text(ABOUT), Address::parse(&finding.subject)) {
        (Some(named), Some(address)) => format!("{}/{named}", address.account),
        _ => finding.subject.clone(),
    }
}

/// Returns whether a rule that is to imply another is itself implied by it: then neither hushes the other.
fn is_cyclic(wider: &BTreeMap<&str, &[String]>, narrow: &str, wide: &str) -> bool {
    let mut open = vec![wide];
    let mut seen = BTreeSet::new();
    while let Some(rule) = open.pop() {
        if rule == narrow {
            return true;
        }
        if seen.insert(rule) {
            open.extend(wider.get(rule).copied().unwrap_or_default().iter().map(String::as_str));
        }
    }
    false
}
