//! One round of questions: rules whose rows may be others are asked, the rest answer as they did in the last run.
//!
//! What a rule returns hangs on its question, on the rows of the tables that it reads, and, where it reads that, on
//! the time of the run. While the first two are what they were, and time is not asked for, it would return the
//! same rows; and where its tables were whole both times, those are its live findings.

use std::{
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{
    AccountId, CacheKey, Evidence, Finding, Members, State, Suppression, Timestamp, tables, time_text,
};

use crate::{
    Comparison, Database, Derived, Findings, Limits, Outcome, Reads, Rule, RuleKind, RuleResult, RuleRow,
    RuleSet, RuleSubject, RunContext, Sight, blindness::Sighted, digest::Texts, findings::take_member,
    guard::Uses, reads::Schema, run::rows, views,
};

/// Columns of [`views::RUN`] that are the same in every run of an account.
const LASTING: [&str; 2] = ["cloud", "account_id"];

/// What is known of the state and of the last round.
#[derive(Debug, Clone, Copy)]
pub struct Cache<'a> {
    /// [`model::Rows::hash`] of the state's tables; a table without rows may be missing.
    pub hashes: &'a BTreeMap<&'static str, String>,
    /// [`Evaluation::grounds`] of the last run.
    pub grounds: &'a BTreeMap<String, CacheKey>,
}

/// What the rules say of a state, as far as it had to be asked.
#[derive(Debug)]
pub struct Evaluation {
    /// Rules in `same` have no rows in it.
    pub(crate) outcome: Outcome,
    /// Of each rule, the hash of its rows.
    rows: BTreeMap<String, String>,
    /// Of each rule that need not be asked again while it stays the same, the hash of all that its rows hang on.
    asked_of: BTreeMap<String, String>,
    /// The rules that return what they returned in the last run.
    same: BTreeSet<String>,
    /// The rule at which the time for all questions ended.
    cut_short_at: Option<String>,
}

impl Evaluation {
    /// Asks the rules with findings of a state, or those of them that the last round does not answer. The rows of derived tables
    /// are made where a rule is asked that reads them.
    #[must_use]
    pub fn ask(
        rules: &RuleSet,
        state: &State,
        run: &RunContext,
        limits: &Limits,
        known: Option<Cache<'_>>,
        derived: &dyn Derived,
    ) -> Self {
        let questions = questions(rules, state, run, limits, known, derived);
        let account = run.account.clone();
        let mut round = Self {
            outcome: Outcome { account, verdicts: Vec::new() },
            rows: BTreeMap::new(),
            asked_of: BTreeMap::new(),
            same: BTreeSet::new(),
            cut_short_at: None,
        };
        let (mut reads, mut of_derived) = (Reads::default(), Reads::default());
        for question in &questions {
            if !round.answers_as_before(&question.rule.id, question.asked_of.as_ref(), known) {
                let all = if question.reads_derived() { &mut of_derived } else { &mut reads };
                question.reads.iter().for_each(|each| all.join(each));
            }
        }
        let database = Database::load(state, run, &reads).map_err(|error| error.to_string());
        // Apart from the others: what is too large to be made costs no other rule its answer.
        let derived = LazyCell::new(|| {
            Database::load_with(state, derived, run, &of_derived, limits.derived)
                .map_err(|error| error.to_string())
        });
        for question in questions {
            let rule = &question.rule.id;
            if round.answers_as_before(&question.rule.id, question.asked_of.as_ref(), known) {
                let verdict = question.verdict(question.sight.clone(), BTreeMap::new());
                round.keep(verdict, question.asked_of, known);
            } else {
                let database = if question.reads_derived() { derived.as_ref() } else { database.as_ref() };
                let verdict = question.ask(database, &run.account, limits);
                round.cut_short_at = limits.are_over().then(|| rule.clone());
                round.add(verdict, question.asked_of);
                if round.cut_short_at.is_some() {
                    break;
                }
            }
        }
        tracing::info!(
            account = %run.account, snapshot = run.number, at = time_text(run.at),
            rules = round.outcome.verdicts.len(), same = round.same.len(), "rules were asked"
        );
        round
    }

    /// Returns the rule at which the time for all questions ([`Limits::until`]) ended, if it did: then the verdicts are
    /// not those of all rules, and none of them may be used.
    #[must_use]
    pub fn cut_short_at(&self) -> Option<&str> {
        self.cut_short_at.as_deref()
    }

    /// Returns whether a rule would return what it returned in the last round: all that it hangs on is the same.
    pub(crate) fn answers_as_before(
        &self,
        rule: &str,
        asked_of: Option<&String>,
        known: Option<Cache<'_>>,
    ) -> bool {
        let ground = known.and_then(|known| known.grounds.get(rule));
        ground.is_some_and(|ground| asked_of == Some(&ground.of))
    }

    /// Adds the verdict of a rule that was not asked again: its rows are its findings.
    pub(crate) fn keep(&mut self, verdict: RuleResult, asked_of: Option<String>, known: Option<Cache<'_>>) {
        let ground = known.and_then(|known| known.grounds.get(&verdict.rule));
        let rows = ground.map(|ground| ground.rows.clone()).unwrap_or_default();
        self.same.insert(verdict.rule.clone());
        self.put(verdict, rows, asked_of);
    }

    /// Adds a verdict with its rows.
    pub(crate) fn add(&mut self, verdict: RuleResult, asked_of: Option<String>) {
        let rows = hash(&verdict.rows);
        self.put(verdict, rows, asked_of);
    }

    fn put(&mut self, verdict: RuleResult, rows: String, asked_of: Option<String>) {
        self.rows.insert(verdict.rule.clone(), rows);
        self.asked_of.extend(asked_of.map(|of| (verdict.rule.clone(), of)));
        let place = self.outcome.verdicts.partition_point(|other| other.rule < verdict.rule);
        self.outcome.verdicts.insert(place, verdict);
    }

    /// Returns the rules that could not be asked, with the reason.
    pub fn broken(&self) -> impl Iterator<Item = (&str, &str)> {
        self.outcome.broken()
    }

    /// Hashes everything that decides on transitions, with the suppressions in force at `at`: while it stays
    /// the same, nothing happens to any finding and the former findings need not be read.
    #[must_use]
    pub fn digest(&self, suppressions: &[Suppression], at: Timestamp) -> String {
        let rows = |verdict: &RuleResult| self.rows.get(&verdict.rule).cloned().unwrap_or_default();
        digest(&self.outcome, rows, suppressions, at)
    }

    /// Returns what the next round is to know of this one.
    #[must_use]
    pub fn grounds(&self) -> BTreeMap<String, CacheKey> {
        let is_whole = |verdict: &&RuleResult| verdict.sight.is_whole() && verdict.doubt.is_none();
        let verdicts = self.outcome.verdicts.iter().filter(is_whole);
        verdicts
            .filter_map(|RuleResult { rule, .. }| {
                let (of, rows) = (self.asked_of.get(rule)?.clone(), self.rows.get(rule)?.clone());
                Some((rule.clone(), CacheKey { of, rows }))
            })
            .collect()
    }

    /// Returns what reads the former findings: they share the evidence that is the same now.
    #[must_use]
    pub fn former_findings(&self) -> FormerFindingReader<'_> {
        FormerFindingReader { rows: self.rows_by_rule(), findings: Findings::default() }
    }

    /// Lets former findings share the evidence that is the same now, also those of patches, which are not read one by one.
    pub fn share_evidence(&self, former: &mut Findings) {
        let rows = self.rows_by_rule();
        for finding in former.findings.values_mut() {
            if let Some(evidence) = alike_and_apart(&rows, finding) {
                Arc::make_mut(finding).evidence = evidence;
            }
        }
    }

    fn rows_by_rule(&self) -> RowsByRule<'_> {
        self.outcome.verdicts.iter().map(|verdict| (verdict.rule.as_str(), &verdict.rows)).collect()
    }

    /// Returns what all rules say, when all were asked.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        self.outcome
    }

    /// Returns what all rules say, given the findings of the last run; nothing where these are needed and missing.
    #[must_use]
    pub fn complete(mut self, former: Option<&Findings>) -> Option<Outcome> {
        if self.same.is_empty() {
            return Some(self.outcome);
        }
        let mut rows: BTreeMap<&str, BTreeMap<String, RuleRow>> = BTreeMap::new();
        for (fingerprint, finding) in &former?.findings {
            if !finding.state.is_closed() && self.same.contains(&finding.rule) {
                let Finding { subject, evidence, doubt, .. } = Finding::clone(finding);
                let row = RuleRow { subject, evidence, doubt };
                rows.entry(&finding.rule).or_default().insert(fingerprint.clone(), row);
            }
        }
        for verdict in self.outcome.verdicts.iter_mut().filter(|verdict| self.same.contains(&verdict.rule)) {
            verdict.rows = rows.remove(verdict.rule.as_str()).unwrap_or_default();
        }
        Some(self.outcome)
    }
}

/// What rules return, by the fingerprints of findings.
type RowsByRule<'a> = BTreeMap<&'a str, &'a BTreeMap<String, RuleRow>>;

/// Returns the evidence of the row that makes a finding, where it says the same as that of the finding and is held apart from it.
fn alike_and_apart(rows: &RowsByRule<'_>, finding: &Finding) -> Option<Evidence> {
    let row = rows.get(finding.rule.as_str())?.get(&finding.fingerprint)?;
    row.evidence.is_alike_and_apart(&finding.evidence).then(|| row.evidence.clone())
}

/// Former findings while they are read. Evidence that is as it was is that of the row from the start: it is never held twice.
#[derive(Debug)]
pub struct FormerFindingReader<'a> {
    rows: RowsByRule<'a>,
    findings: Findings,
}

impl Members for FormerFindingReader<'_> {
    fn take(&mut self, map: &str, key: String, value: &[u8]) -> serde_json::Result<()> {
        let Self { rows, findings: Findings { rules, findings } } = self;
        let mut put = |mut finding: Finding| {
            if let Some(evidence) = alike_and_apart(rows, &finding) {
                finding.evidence = evidence;
            }
            findings.insert(finding.fingerprint.clone(), Arc::new(finding));
        };
        take_member(rules, &mut put, (map, key, value))
    }
}

impl From<FormerFindingReader<'_>> for Findings {
    fn from(read: FormerFindingReader<'_>) -> Self {
        read.findings
    }
}

/// A rule, and what of the state its rows hang on.
struct PendingRule<'a> {
    rule: &'a Rule,
    subject: &'a RuleSubject,
    question_hash: &'a str,
    sight: Sight,
    /// Why it cannot be asked, if it cannot.
    reads: Result<Reads, String>,
    /// Hash of all that decides on its rows; none where they may differ all the same.
    asked_of: Option<String>,
}

impl PendingRule<'_> {
    /// Returns whether a table is read that no snapshot stores.
    fn reads_derived(&self) -> bool {
        self.reads.as_ref().is_ok_and(Reads::has_derived)
    }

    fn ask(&self, database: Result<&Database, &String>, account: &AccountId, limits: &Limits) -> RuleResult {
        let answer = self.reads.as_ref().and(database).map_err(Clone::clone).and_then(|database| {
            let answer = database.query(&self.rule.sql, limits).map_err(|error| error.to_string())?;
            let too_many = || format!("it returns more than {} rows; narrow it down", limits.rows);
            answer.is_complete.then_some(answer).ok_or_else(too_many)
        });
        let mut sight = self.sight.clone();
        let (rows, doubt) = match answer {
            Ok(answer) => rows(self.rule, self.subject, account, answer),
            Err(reason) => {
                tracing::warn!(rule = %self.rule.id, %account, reason, "rule could not be asked");
                sight.broken = Some(reason);
                (BTreeMap::new(), None)
            }
        };
        RuleResult { doubt, ..self.verdict(sight, rows) }
    }

    fn verdict(&self, sight: Sight, rows: BTreeMap<String, RuleRow>) -> RuleResult {
        RuleResult {
            rule: self.rule.id.clone(),
            title: self.rule.title.clone(),
            severity: self.rule.severity,
            question_hash: self.question_hash.to_owned(),
            subject: self.subject.clone(),
            implied_by: self.rule.implied_by.clone(),
            comparison: Comparison::OfColumns { worse: self.rule.worse.clone() },
            sight,
            doubt: None,
            rows,
        }
    }
}

fn questions<'a>(
    rules: &'a RuleSet,
    state: &State,
    run: &RunContext,
    limits: &Limits,
    known: Option<Cache<'_>>,
    derived: &dyn Derived,
) -> Vec<PendingRule<'a>> {
    let (schema, sighted) = (Schema::open(), Sighted::new(state));
    let asked = rules.for_cloud(run.account.cloud()).filter(|rule| rule.kind == RuleKind::Finding);
    let question = |rule: &'a Rule| {
        let reading = rule.readings.get(&run.account.cloud())?;
        let subject = rule.subject.as_ref()?;
        let sight = sighted.sight(&run.account, subject, &reading.needs, &reading.absence);
        let uses = schema.as_ref().map_err(ToString::to_string);
        let uses = uses.and_then(|schema| {
            schema.look_through(&rule.sql).map(|(uses, _)| uses).map_err(|error| error.to_string())
        });
        let is_lasting = sight.is_whole() && uses.as_ref().is_ok_and(is_lasting);
        let reads = uses.as_ref().map(Reads::from_uses).map_err(Clone::clone);
        let asked_of = known.zip(reads.as_ref().ok()).filter(|_| is_lasting).map(|(known, reads)| {
            let mut texts = Texts::default();
            let versions = [concat!("iamwatch ", env!("CARGO_PKG_VERSION")), rusqlite::version()];
            versions.into_iter().for_each(|text| texts.add(text));
            [&run.account.to_string(), &reading.question_hash, &limits.rows.to_string()]
                .into_iter()
                .for_each(|text| texts.add(text));
            let is_made = reads.has_derived();
            let sources = tables::grant_sources(run.account.cloud()).iter().copied().filter(|_| is_made);
            for table in reads.tables().chain(sources) {
                texts.add(table.name);
                texts.add(known.hashes.get(table.name).map_or("", String::as_str));
            }
            if is_made {
                texts.add(&derived.moment());
            }
            texts.short()
        });
        Some(PendingRule { rule, subject, question_hash: &reading.question_hash, sight, reads, asked_of })
    };
    asked.filter_map(question).collect()
}

/// Returns whether the time of the run makes no difference.
fn is_lasting(uses: &Uses) -> bool {
    let of_run = uses.reads.get(views::RUN).into_iter().flatten();
    of_run.into_iter().all(|column| LASTING.contains(&column.as_str()))
}

/// Computes what [`Evaluation::digest`] returns.
pub(crate) fn digest(
    outcome: &Outcome,
    rows: impl Fn(&RuleResult) -> String,
    suppressions: &[Suppression],
    at: Timestamp,
) -> String {
    let mut texts = Texts::default();
    texts.add(&outcome.account.to_string());
    for verdict in &outcome.verdicts {
        let sight = &verdict.sight;
        let severity = verdict.severity.name();
        let implied_by = verdict.implied_by.join(",");
        for text in [
            &verdict.rule,
            &verdict.title,
            severity,
            &verdict.question_hash,
            &sight.text(),
            &implied_by,
            verdict.doubt.as_ref().unwrap_or(&String::new()),
            &rows(verdict),
        ] {
            texts.add(text);
        }
    }
    for each in suppressions.iter().filter(|each| each.is_in_force(at)) {
        [&each.rule, &each.subject, &each.reason].into_iter().for_each(|text| texts.add(text));
    }
    texts.whole()
}

/// Hashes the rows of a verdict.
pub(crate) fn hash(rows: &BTreeMap<String, RuleRow>) -> String {
    let mut texts = Texts::default();
    for (fingerprint, row) in rows {
        let doubt = row.doubt.as_deref().unwrap_or_default();
        [fingerprint, row.subject.as_str(), row.evidence.as_json(), doubt]
            .into_iter()
            .for_each(|text| texts.add(text));
    }
    texts.short()
}

#[cfg(test)]
mod tests;
