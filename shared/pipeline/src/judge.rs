//! Stage 4: what the rules say of a state, what becomes of the findings by it, and who gained access.
//!
//! Nothing in it may cost the snapshot: where the time ends or the program fails, the snapshot is stored as not judged.

use std::{
    any::Any,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use access::Access;
use check::{Cache, Derived, Evaluation, Findings, FindingsPatch, Limits, RuleSet, RustRule, Unanswered};
use futures::FutureExt;
use model::{Finding, Lists, Sighting, State, Timestamp, Transition, time_text};
use notify::BaselineCounts;
use snapshot::{FindingsRef, History, SnapshotError};

use crate::{
    FindingCounts, Permissions, Warning,
    audit::{Compared, Run},
    causes,
    former::Former,
    grant_tables::GrantTables,
    grants::{self, Gained, ToldAccess, Withheld},
    questions, suppressions,
};

/// What became of findings by what the rules said.
pub(crate) struct Judged {
    pub(crate) transitions: Vec<Transition>,
    pub(crate) stored: Option<FindingsRef>,
    pub(crate) baseline: BaselineCounts,
    /// Rules that could not be asked, with the reason.
    pub(crate) broken: BTreeMap<String, String>,
    /// Rules that what was seen does not answer.
    pub(crate) unanswered: Vec<Unanswered>,
    /// Suppressions that accept nothing.
    pub(crate) idle: Vec<Warning>,
    /// Why nothing could be judged.
    pub(crate) unjudged: Option<String>,
    /// Of whom it is not told yet that something no longer denies them.
    pub(crate) withheld: Withheld,
}

impl Judged {
    /// Returns what is left of a judgement that came to no end: the findings stay as they were.
    fn none(former: &Former, reason: String) -> Self {
        tracing::error!(reason, "the snapshot could not be judged");
        Self {
            transitions: Vec::new(),
            stored: former.findings_ref().cloned(),
            baseline: BaselineCounts::default(),
            broken: BTreeMap::new(),
            unanswered: Vec::new(),
            idle: Vec::new(),
            unjudged: Some(reason),
            withheld: former.withheld(),
        }
    }

    pub(crate) fn counts(&self) -> FindingCounts {
        let mut transitions = BTreeMap::new();
        for transition in &self.transitions {
            *transitions.entry(transition.kind.name().to_owned()).or_default() += 1;
        }
        let open = self.stored.as_ref().map_or(0, |stored| stored.open);
        FindingCounts { open, baseline: self.baseline.total(), transitions }
    }
}

/// Stage 4: what was gained, then what the rules say, then what becomes of the findings. Without one of them there is none: the next
/// run tells all. Graphs of access and findings are large: the order is the one in which the fewest are held together.
pub(crate) async fn judge(
    history: &History,
    former: &mut Former,
    compared: &mut Compared,
    run: &Run<'_>,
    at: Timestamp,
) -> Result<(Judged, ToldAccess), SnapshotError> {
    let cloud = history.account().cloud();
    let (access, gained) = match gained(history, former, compared, at).await {
        Ok(gained) => gained.unzip(),
        Err(reason) => return Ok((Judged::none(former, reason), ToldAccess::default())),
    };
    let until = Instant::now().checked_add(run.judging).into_iter().chain(run.judge_until).min();
    let asking = check::RunContext { account: history.account().clone(), at, number: former.next };
    let known = former.findings_ref().cloned();
    let none = BTreeMap::new();
    let grounds = known.as_ref().map_or(&none, |known| &known.grounds);
    let cache = Some(Cache { hashes: &compared.hashes, grounds });
    let mut tables = GrantTables::with(cloud, &compared.state, at, access);
    let withheld = gained.as_ref().map(|gained| gained.withheld.clone()).unwrap_or_default();
    let asked = guarded(|| {
        let round = ask(compared, &asking, run, cache, &mut tables, until)?;
        let told = gained.map(|gained| grants::graded(&gained, &tables, run.permissions));
        Ok((round, told.unwrap_or_default()))
    });
    let (round, told) = match asked.flatten() {
        Ok(asked) => asked,
        Err(reason) => return Ok((Judged::none(former, reason), ToldAccess::default())),
    };
    drop(tables);
    let judged = follow_findings(history, former, compared, round, &asking, run, until).await?;
    if judged.unjudged.is_some() {
        return Ok((judged, ToldAccess::default()));
    }
    Ok((Judged { withheld, ..judged }, told))
}

/// Returns the access of the state, with what was gained and lost since the last snapshot, where anything may have been.
async fn gained(
    history: &History,
    former: &Former,
    compared: &mut Compared,
    at: Timestamp,
) -> Result<Option<(Access, Gained)>, String> {
    let cloud = history.account().cloud();
    let times = grants::Times::of(compared.before_at, at);
    let withheld = former.withheld();
    if !grants::may_be_gained(cloud, compared, &withheld, &times) {
        return Ok(None);
    }
    let gained = async {
        let access = access::build(cloud, &compared.state, at);
        let since = (&withheld, former.judged_number());
        let gained = grants::gained(history, compared, &access, since, &times).await;
        Some((access, gained))
    };
    AssertUnwindSafe(gained).catch_unwind().await.map_err(|fault| reason_of(fault.as_ref()))
}

/// Returns what a part of judging came to, or what it failed of: a fault of the program costs no snapshot.
fn guarded<T>(part: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(part)).map_err(|fault| reason_of(fault.as_ref()))
}

fn reason_of(fault: &(dyn Any + Send)) -> String {
    format!("the program failed while it judged: {}; please report it", words(fault))
}

fn words(fault: &(dyn Any + Send)) -> &str {
    let text = fault.downcast_ref::<&str>().copied();
    text.or_else(|| fault.downcast_ref::<String>().map(String::as_str)).unwrap_or("it said nothing")
}

/// Follows the findings by what the rules said. The same rows as in the last run have no consequences, and no finding is read for
/// them.
async fn follow_findings(
    history: &History,
    former: &mut Former,
    compared: &Compared,
    round: Evaluation,
    asking: &check::RunContext,
    run: &Run<'_>,
    until: Option<Instant>,
) -> Result<Judged, SnapshotError> {
    let at = asking.at;
    let known = former.findings_ref().cloned();
    let (digest, grounds) = (round.digest(run.suppressions, at), round.grounds());
    let unanswered = check::unanswered(
        &asking.account,
        &questions(run.rules, run.permissions, asking.account.cloud(), &compared.state),
        &compared.state,
        |table| compared.state.rows(table).is_empty(),
    );
    let broken = round.broken().map(|(rule, reason)| (rule.to_owned(), reason.to_owned())).collect();
    if let Some(known) = known.filter(|known| known.digest == digest) {
        let stored = Some(FindingsRef { grounds, ..known });
        // Only whoever accepts something pays for reading what there is to accept.
        let findings = if run.suppressions.is_empty() {
            None
        } else {
            former.findings(history, Findings::default()).await?
        };
        let findings = findings.as_ref().map(|(findings, _)| findings);
        let idle = suppressions::idle_suppressions(&run.asked(), &asking.account, findings, at);
        return Ok(Judged {
            transitions: Vec::new(),
            stored,
            baseline: BaselineCounts::default(),
            broken,
            unanswered,
            idle,
            unjudged: None,
            withheld: Withheld::new(),
        });
    }
    let before = findings_before(history, former, &round).await?;
    let outcome = match round.complete(before.as_ref().map(|(findings, _)| findings)) {
        Some(outcome) => outcome,
        // The findings that some rules refer to are lost: all rules are asked.
        None => {
            let mut tables = GrantTables::new(asking.account.cloud(), &compared.state, at);
            match guarded(|| ask(compared, asking, run, None, &mut tables, until)).flatten() {
                Ok(round) => round.outcome(),
                Err(reason) => return Ok(Judged::none(former, reason)),
            }
        }
    };
    let before = before.as_ref().map(|(findings, sighting)| check::Previous { findings, sighting });
    let seen = Sighting { snapshot: asking.number, at: time_text(at) };
    let step = guarded(|| {
        let mut step = check::transitions(before, &outcome, &compared.state, &seen, run.suppressions);
        causes::name(&mut step.transitions, &asking.account, compared, run);
        step
    });
    let step = match step {
        Ok(step) => step,
        Err(reason) => return Ok(Judged::none(former, reason)),
    };
    // The findings hold their rows: nobody needs them twice while they are written.
    drop(outcome);
    let baseline = count_baseline(&step.findings, asking.number);
    let patch = before.and_then(|before| {
        let found = former.findings_ref()?;
        Some((found, FindingsPatch::between(before.findings, &step.findings)))
    });
    let (base, patches) = history.put_findings(patch, &step.findings).await?;
    let open = step.findings.open().count().try_into().unwrap_or(u64::MAX);
    // What waits for a second run is believed when that finds the same: then it must be looked at.
    let digest = if step.findings.have_pending() { String::new() } else { digest };
    let stored = Some(FindingsRef { base, patches, digest, open, grounds });
    let idle = suppressions::idle_suppressions(&run.asked(), &asking.account, Some(&step.findings), at);
    let (transitions, withheld) = (step.transitions, Withheld::new());
    Ok(Judged { transitions, stored, baseline, broken, unanswered, idle, unjudged: None, withheld })
}

/// Reads what the rules had found, and when. Evidence that is as it was is held once.
async fn findings_before(
    history: &History,
    former: &mut Former,
    round: &Evaluation,
) -> Result<Option<(Findings, Sighting)>, SnapshotError> {
    let mut before = former.findings(history, round.former_findings()).await?;
    if let Some((findings, _)) = &mut before {
        round.share_evidence(findings);
    }
    Ok(before)
}

/// Counts the findings that were there when their rule could first look, which was in this run.
pub(crate) fn count_baseline(findings: &Findings, number: u64) -> BaselineCounts {
    let mut baseline = BaselineCounts::default();
    let is_of_run = |finding: &&Finding| finding.baseline && finding.first_seen.snapshot == number;
    for finding in findings.open().filter(is_of_run) {
        *baseline.by_severity.entry(finding.severity).or_default() += 1;
        *baseline.by_rule.entry(finding.rule.clone()).or_default() += 1;
    }
    baseline
}

/// Asks the rules, and who holds sensitive permissions, as a run does.
fn ask(
    compared: &Compared,
    asking: &check::RunContext,
    run: &Run<'_>,
    known: Option<Cache<'_>>,
    tables: &mut GrantTables<'_>,
    until: Option<Instant>,
) -> Result<Evaluation, String> {
    ask_all(&compared.state, asking, (run.rules, run.permissions), known, tables, until)
}

/// Asks rules, and who holds sensitive permissions, of a state. The graph of access is built when somebody needs it.
pub(crate) fn ask_all(
    state: &State,
    asking: &check::RunContext,
    (rules, permissions): (&RuleSet, &Permissions),
    known: Option<Cache<'_>>,
    tables: &mut GrantTables<'_>,
    until: Option<Instant>,
) -> Result<Evaluation, String> {
    let cloud = asking.account.cloud();
    let began = Instant::now();
    let late = |at: &str| {
        format!(
            "the rules had not been answered after {} s, at `{at}`; ask it alone with `iamwatch rules ask {at}`, and raise \
             `judging_seconds`",
            began.elapsed().as_secs()
        )
    };
    let limits = Limits { until, ..Limits::default() };
    let mut round = Evaluation::ask(rules, state, asking, &limits, known, &*tables);
    if let Some(rule) = round.cut_short_at() {
        return Err(late(rule));
    }
    let lists = Lists::of(state);
    let ended = tables.moment();
    for permission in permissions.of_cloud(cloud) {
        if until.is_some_and(|until| Instant::now() >= until) {
            return Err(late(&permission.id));
        }
        let judgement = RustRule { moment: ended.clone(), ..grants::judgement(cloud, &lists, permission) };
        round.judge(state, known, &judgement, || grants::found(cloud, state, tables, permission));
    }
    Ok(round)
}
