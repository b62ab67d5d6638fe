//! Findings that another finding says more of: kept, counted and listed apart, and not told.
//!
//! In: the findings of a run and what would be told of them. Out: the same, where of one principal or policy only the
//! widest is told; what became of a narrower one in the meantime is told when it is the widest again. What two findings are about is the same where the column `about` of their evidence, or without it
//! their subject, is the same address.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use model::{Address, Finding, FindingState, Transition, TransitionKind};

use crate::{ByFingerprint, Findings, RuleResult, evidence::says_the_same};

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
        // One that is accepted implies as well, and one that held when it could last be seen.
        if let Some(rule) = implying.get(finding.rule.as_str()).filter(|_| is_live(finding)) {
            holding.entry(*rule).or_default().insert(about(finding));
        }
    }
    let kinds: HashMap<String, TransitionKind> =
        told.iter().map(|each| (each.finding.fingerprint.clone(), each.kind)).collect();
    let (mut hushed, mut freed) = (BTreeSet::new(), Vec::new());
    for finding in findings.values_mut() {
        let by = implied_by(finding, &wider, &holding);
        let (was_implied, was_untold) = (finding.implied_by.is_some(), finding.untold);
        let kind = kinds.get(&finding.fingerprint);
        let is_new =
            kind.is_some_and(|kind| matches!(kind, TransitionKind::Opened | TransitionKind::Reopened));
        let is_untold = by.is_some() && (was_untold || is_new || is_new_baseline(before, finding));
        if (finding.implied_by.as_ref(), finding.untold) != (by, is_untold) {
            let finding = Arc::make_mut(finding);
            finding.implied_by = by.cloned();
            finding.untold = is_untold;
        }
        let is_live = is_live(finding);
        match kind {
            Some(TransitionKind::Closed) if !was_untold => {}
            Some(kind) if by.is_some() || !is_live => {
                hushed.insert(finding.fingerprint.clone());
                let known = before.findings.get(&finding.fingerprint);
                if let (TransitionKind::Changed, Some(known)) = (kind, known.filter(|_| !is_untold)) {
                    Arc::make_mut(finding).told.get_or_insert_with(|| known.evidence.clone());
                }
            }
            _ if was_untold && by.is_none() && finding.state == FindingState::Open => {
                hushed.insert(finding.fingerprint.clone());
                // Also what was there when its rule could first look: nobody was told of it in any sum.
                let finding = Finding { untold: true, ..Finding::clone(finding) };
                freed.push(Transition {
                    kind: TransitionKind::Opened,
                    finding,
                    before: None,
                    turn: None,
                    causes: Vec::new(),
                });
            }
            _ if was_implied && by.is_none() && finding.told.is_some() => {
                hushed.insert(finding.fingerprint.clone());
                freed.extend(changed_since_told(finding, verdicts));
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
    told.extend(freed);
}

/// Returns the rule whose finding of the same principal or policy says more than this one, if there is one.
fn implied_by<'a>(
    finding: &Finding,
    wider: &BTreeMap<&str, &'a [String]>,
    holding: &HashMap<&str, HashSet<String>>,
) -> Option<&'a String> {
    let wider_ones = wider.get(finding.rule.as_str()).copied().unwrap_or_default();
    if wider_ones.is_empty() || !is_live(finding) {
        return None;
    }
    let about = about(finding);
    let holds = |rule: &str| holding.get(rule).is_some_and(|holding| holding.contains(&about));
    wider_ones.iter().find(|rule| holds(rule) && !is_cyclic(wider, &finding.rule, rule))
}

/// Returns what changed of a finding since it was told last, which another implied in the meantime; nothing where it is as it was told.
fn changed_since_told(finding: &mut Arc<Finding>, verdicts: &[RuleResult]) -> Option<Transition> {
    let told = Arc::make_mut(finding).told.take()?;
    let comparison =
        verdicts.iter().find(|verdict| verdict.rule == finding.rule).map(|each| &each.comparison);
    let is_same = says_the_same(&told, &finding.evidence)
        || comparison.is_some_and(|comparison| comparison.is_same(&told, &finding.evidence));
    (finding.state == FindingState::Open && !is_same).then(|| Transition {
        kind: TransitionKind::Changed,
        turn: comparison.map(|comparison| comparison.turn(&told, &finding.evidence)),
        finding: Finding::clone(finding),
        before: Some(told),
        causes: Vec::new(),
    })
}

/// Returns whether a finding is there that ever held for sure.
fn is_live(finding: &Finding) -> bool {
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
