//! What happens to findings from one run to the next.
//!
//! In: the findings before, what the rules say now, and how far each can be believed. Out: the findings after
//! and each thing that happened, told once. Pure: the same again gives nothing.
//!
//! Three things a rule must have before it is believed: to open a finding, the tables in which *missing* rows
//! make it report; to close one, all its tables; and to call a finding new, a former run in which the same
//! question saw as much. What it returns without the last is a baseline: kept, and counted instead of told.
//!
//! What a row says while some of the tables that it hangs on are not whole is a part of what is so, or of what was: other evidence of
//! an open finding is believed when a second run finds the same, and a finding that opens or changes then says which tables these are.
//!
//! A row in doubt is neither returned nor not: it opens nothing, and a finding that is open becomes unknown. A subject
//! that was never returned but in doubt is kept without a word, so that it is a baseline when the doubt ends.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::SignedDuration;
use model::{
    AccountId, EvidenceTurn, Finding, FindingState, Sighting, State, Suppression, Timestamp, Transition,
    TransitionKind, time_text,
};

use crate::{
    ByFingerprint, Findings, Memory, Outcome, RuleResult, RuleRow, evidence::says_the_same, implied,
    run::addresses,
};

/// How long a finding that is over is kept, to know it again when it comes back.
const DAYS_TO_REMEMBER: i64 = 400;

/// The findings after the last snapshot.
#[derive(Debug, Clone, Copy)]
pub struct Previous<'a> {
    /// The findings as they stood in that snapshot.
    pub findings: &'a Findings,
    /// The snapshot in which these findings stood.
    pub sighting: &'a Sighting,
}

/// Findings of a rule that were there when it could first look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Id of the rule.
    pub rule: String,
    /// How many findings it opened.
    pub opened: usize,
}

/// What a run did to the findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextFindings {
    /// The findings after it.
    pub findings: Findings,
    /// What happened to single ones: the worst first, then by rule and subject.
    pub transitions: Vec<Transition>,
    /// The rules that could look for the first time, or at more than ever, or that are another question now.
    pub baselines: Vec<Baseline>,
}

/// Follows the findings through one run.
#[must_use]
pub fn transitions(
    former: Option<Previous<'_>>,
    outcome: &Outcome,
    state: &State,
    seen: &Sighting,
    suppressions: &[Suppression],
) -> NextFindings {
    let at = seen.at.parse::<Timestamp>().unwrap_or(Timestamp::MIN);
    let suppressions = suppressions.iter().filter(|each| each.is_in_force(at)).collect();
    let none = Findings::default();
    let before = former.map_or(&none, |former| former.findings);
    let mut pass = Pass { former, seen, suppressions, told: Vec::new(), findings: BTreeMap::new() };
    let mut by_rule: BTreeMap<&str, BTreeMap<&str, &Arc<Finding>>> = BTreeMap::new();
    for (fingerprint, finding) in &before.findings {
        by_rule.entry(&finding.rule).or_default().insert(fingerprint, finding);
    }
    let (mut rules, mut baselines) = (BTreeMap::new(), Vec::new());
    for verdict in &outcome.verdicts {
        let known = by_rule.remove(verdict.rule.as_str()).unwrap_or_default();
        let view = RuleView::new(verdict, before.rules.get(&verdict.rule));
        let mut opened = 0;
        for (fingerprint, row) in &verdict.rows {
            let known = known.get(fingerprint.as_str()).copied();
            match &row.doubt {
                Some(doubt) => pass.doubted(&view, fingerprint, row, known, doubt),
                None => opened += usize::from(pass.returned(&view, fingerprint, row, known)),
            }
        }
        let lost: Vec<&Arc<Finding>> = known
            .iter()
            .filter(|(fingerprint, _)| !verdict.rows.contains_key(**fingerprint))
            .map(|(_, finding)| *finding)
            .collect();
        pass.not_returned(&view, &lost, &outcome.account, state);
        if view.is_baseline && verdict.sight.opens() {
            baselines.push(Baseline { rule: verdict.rule.clone(), opened });
        }
        rules.insert(verdict.rule.clone(), view.memory);
    }
    for finding in by_rule.into_values().flat_map(BTreeMap::into_values) {
        pass.over(finding, FindingState::RuleChanged);
    }
    pass.forget(at);
    implied::hush(&outcome.verdicts, before, &mut pass.findings, &mut pass.told);
    pass.told.sort_by_cached_key(|told| {
        (Reverse(told.finding.severity), told.finding.rule.clone(), told.finding.subject.clone())
    });
    NextFindings { findings: Findings { rules, findings: pass.findings }, transitions: pass.told, baselines }
}

/// One rule in one run: what it says, and against which memory.
struct RuleView<'a> {
    verdict: &'a RuleResult,
    memory: Memory,
    /// What is new to this rule may be old in the world.
    is_baseline: bool,
    /// The question is another than the one that opened its findings.
    is_changed: bool,
}

impl<'a> RuleView<'a> {
    fn new(verdict: &'a RuleResult, memory: Option<&Memory>) -> Self {
        let (opens, closes) = (verdict.sight.opens(), verdict.sight.closes());
        let same = memory.filter(|memory| memory.question_hash == verdict.question_hash);
        let judged = same.is_some_and(|memory| memory.judged);
        let sighted = same.is_some_and(|memory| memory.sighted);
        let is_changed =
            memory.is_some_and(|memory| memory.changed || memory.question_hash != verdict.question_hash);
        Self {
            verdict,
            is_baseline: !judged || (closes && !sighted),
            is_changed,
            memory: Memory {
                question_hash: verdict.question_hash.clone(),
                judged: judged || opens,
                // What is returned after a doubt about all may have been so before it.
                sighted: (sighted || closes) && verdict.doubt.is_none(),
                changed: is_changed && !closes,
            },
        }
    }
}

impl RuleView<'_> {
    /// Returns whether what is new of a subject may be old in the world.
    fn is_baseline_of(&self, subject: &str) -> bool {
        self.is_baseline || self.verdict.sight.first_seen.contains(subject)
    }

    /// Returns whether other evidence of an open finding waits for a second run that finds the same: some of what it hangs on was seen
    /// in an earlier run and not in this, so that it may be of what was and of what is.
    fn waits(&self, row: &RuleRow, known: &Finding) -> bool {
        self.memory.sighted
            && known.state == FindingState::Open
            && known.pending.as_ref() != Some(&row.evidence)
            && !self.verdict.sight.closes_of(&row.subject)
    }

    /// Returns an open finding of a row, as it is when it is first seen.
    fn finding(&self, fingerprint: &str, row: &RuleRow, seen: &Sighting) -> Finding {
        Finding {
            fingerprint: fingerprint.to_owned(),
            rule: self.verdict.rule.clone(),
            title: self.verdict.title.clone(),
            severity: self.verdict.severity,
            subject: row.subject.clone(),
            evidence: row.evidence.clone(),
            state: FindingState::Open,
            baseline: false,
            first_seen: seen.clone(),
            last_seen: None,
            suppression: None,
            doubt: None,
            implied_by: None,
            untold: false,
            pending: None,
            told: None,
        }
    }
}

struct Pass<'a> {
    former: Option<Previous<'a>>,
    seen: &'a Sighting,
    suppressions: Vec<&'a Suppression>,
    told: Vec<Transition>,
    findings: ByFingerprint,
}

impl Pass<'_> {
    /// Follows a row that the rule returned; says whether it was opened as part of a baseline.
    fn returned(
        &mut self,
        view: &RuleView<'_>,
        fingerprint: &str,
        row: &RuleRow,
        known: Option<&Arc<Finding>>,
    ) -> bool {
        let opens = view.verdict.sight.opens_of(&row.subject);
        let is_baseline = view.is_baseline_of(&row.subject);
        if let Some(doubted) = known.filter(|known| known.is_only_doubted()) {
            return self.freed_of_doubt(view, fingerprint, row, doubted);
        }
        let Some(known) = known.filter(|known| opens || !known.state.is_closed()) else {
            match known {
                Some(known) => self.keep_known(known),
                None if opens => self.open(view, fingerprint, row, is_baseline),
                None => {}
            }
            return opens && is_baseline;
        };
        if opens && self.is_as_it_was(view, row, known) {
            self.keep_known(known);
            return false;
        }
        let is_other = !view.verdict.comparison.is_same(&known.evidence, &row.evidence)
            && !says_the_same(&known.evidence, &row.evidence);
        let mut finding = Finding::clone(known);
        finding.pending = (opens && is_other && view.waits(row, known)).then(|| row.evidence.clone());
        if finding.pending.is_some() {
            self.keep(finding);
            return false;
        }
        finding.title.clone_from(&view.verdict.title);
        finding.severity = view.verdict.severity;
        let mut kind = None;
        if opens {
            finding.state = FindingState::Open;
            finding.last_seen = None;
            // What is said again in a run that sees less is as sure as it was.
            let is_again = !is_other && !known.state.is_closed() && known.doubt.is_none();
            let unseen = view.verdict.sight.unseen_of(&row.subject);
            finding.doubt = unseen.filter(|_| !is_again);
            if known.state.is_closed() {
                kind = Some(TransitionKind::Reopened);
            } else if is_other {
                kind = Some(TransitionKind::Changed);
            }
            finding.evidence.clone_from(&row.evidence);
        } else {
            finding.state = beneath(known);
        }
        let kind = kind.filter(|_| !is_baseline && !view.is_changed);
        let turn = kind
            .filter(|kind| *kind == TransitionKind::Changed)
            .map(|_| view.verdict.comparison.turn(&known.evidence, &row.evidence));
        self.settle(known, finding, kind, turn);
        known.state.is_closed() && is_baseline
    }

    /// Returns whether a row says of an open finding what was known of it, word for word: most do.
    fn is_as_it_was(&self, view: &RuleView<'_>, row: &RuleRow, known: &Finding) -> bool {
        known.state == FindingState::Open
            && known.last_seen.is_none()
            && known.doubt.is_none()
            && known.suppression.is_none()
            && known.pending.is_none()
            && known.severity == view.verdict.severity
            && known.title == view.verdict.title
            && known.evidence.as_json() == row.evidence.as_json()
            && self.suppression(&known.rule, &known.subject).is_none()
    }

    /// Follows a row in doubt: nobody can say whether the finding holds.
    fn doubted(
        &mut self,
        view: &RuleView<'_>,
        fingerprint: &str,
        row: &RuleRow,
        known: Option<&Arc<Finding>>,
        doubt: &str,
    ) {
        match known {
            Some(known) if !known.state.is_closed() && !known.is_only_doubted() => {
                self.unseen(known, false, Some(doubt));
            }
            Some(known) if !view.verdict.sight.opens_of(&row.subject) => self.keep_known(known),
            None if !view.verdict.sight.opens_of(&row.subject) => {}
            _ => {
                let first_seen = known.filter(|known| known.is_only_doubted()).map(|known| &known.first_seen);
                self.keep(Finding {
                    state: FindingState::Unknown,
                    doubt: Some(doubt.to_owned()),
                    baseline: true,
                    first_seen: first_seen.unwrap_or(self.seen).clone(),
                    ..view.finding(fingerprint, row, self.seen)
                });
            }
        }
    }

    /// Opens a finding as a baseline that was only doubted before: nobody knows since when it holds.
    fn freed_of_doubt(
        &mut self,
        view: &RuleView<'_>,
        fingerprint: &str,
        row: &RuleRow,
        known: &Arc<Finding>,
    ) -> bool {
        let opens = view.verdict.sight.opens_of(&row.subject);
        if opens {
            self.open(view, fingerprint, row, true);
        } else {
            self.keep_known(known);
        }
        opens && view.is_baseline_of(&row.subject)
    }

    fn open(&mut self, view: &RuleView<'_>, fingerprint: &str, row: &RuleRow, is_baseline: bool) {
        let suppression = self.suppression(&view.verdict.rule, &row.subject);
        let finding = Finding {
            state: if suppression.is_some() { FindingState::Suppressed } else { FindingState::Open },
            baseline: is_baseline,
            suppression,
            doubt: view.verdict.sight.unseen_of(&row.subject),
            ..view.finding(fingerprint, row, self.seen)
        };
        if !is_baseline && finding.state == FindingState::Open {
            self.tell(TransitionKind::Opened, &finding);
        }
        self.keep(finding);
    }

    /// Follows the findings that the rule did not return.
    fn not_returned(
        &mut self,
        view: &RuleView<'_>,
        lost: &[&Arc<Finding>],
        account: &AccountId,
        state: &State,
    ) {
        let sight = &view.verdict.sight;
        let is_live = |finding: &&&Arc<Finding>| !finding.state.is_closed();
        let there = if sight.closes() && lost.iter().any(|finding| is_live(&finding)) {
            addresses(account, &view.verdict.subject, state, lost)
        } else {
            BTreeSet::new()
        };
        for known in lost {
            let is_blind = !sight.closes_of(&known.subject) || view.verdict.doubt.is_some();
            if known.state.is_closed() || (known.is_only_doubted() && is_blind) {
                self.keep_known(known);
            } else if known.is_only_doubted() {
                // It never held for sure, and does not: there is nothing to tell and nothing to remember.
            } else if !sight.closes_of(&known.subject) {
                self.unseen(known, sight.broken.is_some(), None);
            } else if let Some(doubt) = &view.verdict.doubt {
                self.unseen(known, false, Some(doubt));
            } else if view.is_changed {
                self.over(known, FindingState::RuleChanged);
            } else if there.contains(&known.subject) {
                self.over(known, FindingState::Fixed);
            } else {
                self.over(known, FindingState::Gone);
            }
        }
    }

    /// Keeps a finding that nobody can say anything about.
    fn unseen(&mut self, known: &Arc<Finding>, is_broken: bool, doubt: Option<&str>) {
        let mut finding = Finding { pending: None, ..Finding::clone(known) };
        let mut kind = None;
        if !is_broken {
            finding.state = FindingState::Unknown;
            finding.doubt = doubt.map(str::to_owned);
            finding.last_seen = known.last_seen.clone().or_else(|| self.last());
            kind = (known.state == FindingState::Open).then_some(TransitionKind::Unknown);
        } else {
            finding.state = beneath(known);
        }
        self.settle(known, finding, kind, None);
    }

    /// Lays the suppressions over a live finding and tells what happened to it, at most one thing.
    fn settle(
        &mut self,
        known: &Arc<Finding>,
        mut finding: Finding,
        kind: Option<TransitionKind>,
        turn: Option<EvidenceTurn>,
    ) {
        let suppression = self.suppression(&finding.rule, &finding.subject);
        let was = known.state == FindingState::Suppressed;
        let kind = match (&suppression, was) {
            (Some(_), true) => None,
            // What comes back and may be is not news.
            (Some(_), false) => (!known.state.is_closed()).then_some(TransitionKind::Suppressed),
            (None, true) => Some(TransitionKind::Unsuppressed),
            (None, false) => kind,
        };
        if suppression.is_some() {
            finding.state = FindingState::Suppressed;
        }
        finding.suppression = suppression;
        let before = (finding.evidence != known.evidence).then(|| known.evidence.clone());
        if let Some(kind) = kind {
            let turn = turn.filter(|_| kind == TransitionKind::Changed);
            self.told.push(Transition { kind, finding: finding.clone(), before, turn, causes: Vec::new() });
        }
        self.keep(finding);
    }

    /// Closes a finding; what was suppressed ends without a word, as it was kept without one.
    fn over(&mut self, known: &Arc<Finding>, state: FindingState) {
        if known.state.is_closed() {
            self.keep_known(known);
            return;
        }
        if known.is_only_doubted() {
            return;
        }
        let mut finding = Finding::clone(known);
        finding.state = state;
        finding.doubt = None;
        (finding.pending, finding.told) = (None, None);
        finding.suppression = None;
        finding.last_seen = known.last_seen.clone().or_else(|| self.last());
        if known.state != FindingState::Suppressed {
            self.tell(TransitionKind::Closed, &finding);
        }
        self.keep(finding);
    }

    fn tell(&mut self, kind: TransitionKind, finding: &Finding) {
        let finding = finding.clone();
        self.told.push(Transition { kind, finding, before: None, turn: None, causes: Vec::new() });
    }

    fn keep(&mut self, finding: Finding) {
        self.findings.insert(finding.fingerprint.clone(), Arc::new(finding));
    }

    fn keep_known(&mut self, known: &Arc<Finding>) {
        self.findings.insert(known.fingerprint.clone(), Arc::clone(known));
    }

    fn last(&self) -> Option<Sighting> {
        self.former.map(|former| former.sighting.clone())
    }

    fn suppression(&self, rule: &str, subject: &str) -> Option<String> {
        let covers = |each: &&&Suppression| {
            each.rule == rule
                && match each.subject.strip_suffix('*') {
                    Some(start) => subject.starts_with(start),
                    None => each.subject == subject,
                }
        };
        self.suppressions.iter().find(covers).map(|each| each.reason.clone())
    }

    fn forget(&mut self, at: Timestamp) {
        let Ok(oldest) = at.checked_sub(SignedDuration::from_hours(DAYS_TO_REMEMBER * 24)) else { return };
        let oldest = time_text(oldest);
        self.findings.retain(|_, finding| {
            !finding.state.is_closed() || finding.last_seen.as_ref().is_none_or(|last| last.at >= oldest)
        });
    }
}

/// Returns where a live finding stands when nobody suppresses it: what was last seen once is unknown now.
const fn beneath(known: &Finding) -> FindingState {
    if known.last_seen.is_some() { FindingState::Unknown } else { FindingState::Open }
}

#[cfg(test)]
mod tests;
