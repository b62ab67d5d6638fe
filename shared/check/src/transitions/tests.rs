use model::{Cloud, Rows, Severity, tables::ibm};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{Sight, digest};

/// What a rule says in one run of a test.
#[derive(Debug, Clone)]
struct Said {
    text: &'static str,
    users: Vec<(&'static str, i64)>,
    sight: Sight,
}

const SEES: fn(&[(&'static str, i64)]) -> Said =
    |users| Said { text: "one", users: users.to_vec(), sight: Sight::default() };

impl Said {
    fn blind(mut self) -> Self {
        self.sight.blind = vec!["ibm_users"];
        self
    }

    fn blind_to_absence(mut self) -> Self {
        self.sight.blind_absence = vec!["ibm_users"];
        self.blind()
    }

    fn broken(mut self) -> Self {
        self.sight.broken = Some("too slow".to_owned());
        self
    }

    fn asking(mut self, text: &'static str) -> Self {
        self.text = text;
        self
    }

    fn outcome(&self) -> Outcome {
        let subject = Subject::Row { table: &ibm::USERS, columns: vec!["iam_id"] };
        let row = |(user, state): &(&str, i64)| {
            let subject = format!("ibm/acc-1/ibm_users/{user}");
            let evidence = BTreeMap::from([("state".to_owned(), json!(state))]);
            (digest::fingerprint("some_user", &subject), Row { subject, evidence, doubt: None })
        };
        let verdict = Verdict {
            rule: "some_user".to_owned(),
            title: "A user".to_owned(),
            severity: Severity::Low,
            text: self.text.to_owned(),
            subject,
            sight: self.sight.clone(),
            rows: if self.sight.broken.is_some() {
                BTreeMap::new()
            } else {
                self.users.iter().map(row).collect()
            },
        };
        Outcome { account: AccountId::parse(Cloud::Ibm, "acc-1").unwrap(), verdicts: vec![verdict] }
    }
}

/// The users that exist in all tests.
fn world() -> State {
    let mut state = State::default();
    let rows = ["ana", "bo", "cy"].map(|id| ibm::USERS.draft().set("iam_id", id).row());
    state.put(&ibm::USERS, Rows::new(&ibm::USERS, rows.to_vec()));
    state
}

fn seen(snapshot: u64) -> Sighting {
    Sighting { snapshot, at: format!("2026-11-{:02}T00:00:00Z", snapshot % 28 + 1) }
}

/// Lives through runs, one after the other, and returns what each did.
fn live(runs: &[(Outcome, &[Suppression])]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (number, (outcome, suppressions)) in (1..).zip(runs) {
        let before = seen(number - 1);
        let former = steps.last().map(|step| Former { findings: &step.findings, sighting: &before });
        steps.push(transitions(former, outcome, &world(), &seen(number), suppressions));
    }
    steps
}

fn told(step: &Step) -> Vec<String> {
    let line = |told: &Transition| {
        let user = told.finding.subject.rsplit('/').next().unwrap();
        format!("{user} {} {}", told.kind.name(), told.finding.state.name())
    };
    step.transitions.iter().map(line).collect()
}

/// Returns what the last of some runs told.
fn last(runs: &[Said]) -> Vec<String> {
    let runs: Vec<(Outcome, &[Suppression])> = runs.iter().map(|said| (said.outcome(), &[][..])).collect();
    told(live(&runs).last().unwrap())
}

fn allow(user: &str, until: Option<&str>) -> Suppression {
    Suppression {
        rule: "some_user".to_owned(),
        subject: format!("ibm/acc-1/ibm_users/{user}"),
        reason: "known".to_owned(),
        until: until.map(str::to_owned),
    }
}

#[test]
fn a_first_run_is_a_baseline_and_tells_nothing() {
    let steps = live(&[(SEES(&[("ana", 1), ("bo", 1)]).outcome(), &[])]);
    let step = steps.first().unwrap();
    assert_eq!(told(step), Vec::<String>::new());
    assert_eq!(step.baselines, [Baseline { rule: "some_user".to_owned(), opened: 2 }]);
    assert!(step.findings.open().all(|finding| finding.baseline && finding.first_seen == seen(1)));
}

#[test]
fn a_later_row_is_opened_and_a_lost_one_is_fixed_or_gone() {
    assert_eq!(last(&[SEES(&[]), SEES(&[("ana", 1)])]), ["ana opened open"]);
    assert_eq!(last(&[SEES(&[("ana", 1), ("dan", 1)]), SEES(&[])]), ["ana closed fixed", "dan closed gone"]);
}

#[test]
fn what_comes_back_is_reopened_with_its_first_sighting() {
    let runs = [SEES(&[]), SEES(&[("ana", 1)]), SEES(&[]), SEES(&[("ana", 1)])];
    assert_eq!(last(&runs), ["ana reopened open"]);
    let runs: Vec<(Outcome, &[Suppression])> = runs.iter().map(|said| (said.outcome(), &[][..])).collect();
    let steps = live(&runs);
    let closed = steps[2].transitions.first().unwrap();
    assert_eq!(closed.finding.last_seen, Some(seen(2)), "the last snapshot that had it");
    let back = &steps[3].transitions.first().unwrap().finding;
    assert_eq!((&back.first_seen, &back.last_seen), (&seen(2), &None));
}

#[test]
fn other_evidence_is_a_change_with_what_was_before() {
    let runs: [(Outcome, &[Suppression]); 2] =
        [(SEES(&[("ana", 1)]).outcome(), &[]), (SEES(&[("ana", 2)]).outcome(), &[])];
    let steps = live(&runs);
    assert_eq!(told(&steps[1]), ["ana changed open"]);
    assert_eq!(steps[1].transitions[0].before, Some(BTreeMap::from([("state".to_owned(), json!(1))])));
}

#[test]
fn blindness_closes_nothing_and_is_told_once() {
    let blind = || SEES(&[]).blind();
    assert_eq!(last(&[SEES(&[("ana", 1)]), blind()]), ["ana unknown unknown"]);
    assert_eq!(last(&[SEES(&[("ana", 1)]), blind(), blind()]), Vec::<String>::new());
    assert_eq!(last(&[SEES(&[("ana", 1)]), blind(), SEES(&[("ana", 1)])]), Vec::<String>::new());
    assert_eq!(last(&[SEES(&[("ana", 1)]), blind(), SEES(&[])]), ["ana closed fixed"]);
}

#[test]
fn blindness_to_absence_opens_nothing() {
    let blind = || SEES(&[("ana", 1), ("bo", 1)]).blind_to_absence();
    assert_eq!(last(&[SEES(&[("ana", 1)]), blind()]), Vec::<String>::new());
    assert_eq!(
        last(&[SEES(&[("ana", 1)]), SEES(&[]), blind()]),
        Vec::<String>::new(),
        "nothing comes back either"
    );
    assert_eq!(last(&[SEES(&[("ana", 1)]), blind(), SEES(&[("ana", 1), ("bo", 1)])]), ["bo opened open"]);
}

#[test]
fn a_rule_that_can_see_for_the_first_time_gives_a_baseline() {
    let both = || SEES(&[("ana", 1), ("bo", 1)]);
    assert_eq!(last(&[both().blind_to_absence(), both()]), Vec::<String>::new());
    assert_eq!(last(&[SEES(&[("ana", 1)]).blind(), both()]), Vec::<String>::new(), "it sees more than ever");
    assert_eq!(
        last(&[SEES(&[("ana", 1)]).blind(), both().blind()]),
        ["bo opened open"],
        "it sees as much as before"
    );
}

#[test]
fn a_rule_that_breaks_changes_nothing() {
    let broken = || SEES(&[]).broken();
    assert_eq!(last(&[SEES(&[("ana", 1)]), broken()]), Vec::<String>::new());
    assert_eq!(last(&[SEES(&[("ana", 1)]), broken(), SEES(&[("ana", 1), ("bo", 1)])]), ["bo opened open"]);
}

#[test]
fn another_question_closes_as_rule_changed_and_opens_a_baseline() {
    let changed = || SEES(&[("bo", 1)]).asking("two");
    assert_eq!(last(&[SEES(&[("ana", 1)]), changed()]), ["ana closed rule-changed"]);
    assert_eq!(last(&[SEES(&[("ana", 1)]), SEES(&[("ana", 2)]).asking("two")]), Vec::<String>::new());
    let blind = changed().blind();
    assert_eq!(last(&[SEES(&[("ana", 1)]), blind.clone()]), ["ana unknown unknown"]);
    assert_eq!(last(&[SEES(&[("ana", 1)]), blind, changed()]), ["ana closed rule-changed"]);
}

#[test]
fn a_rule_that_is_dropped_closes_its_findings() {
    let none = Outcome { verdicts: Vec::new(), ..SEES(&[]).outcome() };
    let steps = live(&[(SEES(&[("ana", 1)]).outcome(), &[]), (none, &[])]);
    assert_eq!(told(&steps[1]), ["ana closed rule-changed"]);
    assert!(steps[1].findings.rules.is_empty());
}

#[test]
fn what_may_be_is_kept_and_not_told() {
    let (ana, all) = ([allow("ana", None)], [allow("*", None)]);
    let rows = || SEES(&[("ana", 1)]).outcome();
    let none = || SEES(&[]).outcome();
    let steps = live(&[(none(), &[]), (rows(), &ana), (SEES(&[("ana", 2)]).outcome(), &all), (none(), &all)]);
    assert_eq!(steps.iter().flat_map(told).collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(steps[1].findings.live()[0].suppression.as_deref(), Some("known"));
    let steps = live(&[(rows(), &[]), (rows(), &ana), (rows(), &ana), (rows(), &[])]);
    let all_told: Vec<String> = steps.iter().flat_map(told).collect();
    assert_eq!(all_told, ["ana suppressed suppressed", "ana unsuppressed open"]);
}

#[test]
fn a_suppression_ends_after_its_last_moment() {
    let until = [allow("ana", Some("2026-11-03T00:00:00Z"))];
    let rows = || SEES(&[("ana", 1)]).outcome();
    let steps = live(&[(rows(), &until), (rows(), &until), (rows(), &until)]);
    assert_eq!(told(&steps[1]), Vec::<String>::new(), "just at its end");
    assert_eq!(told(&steps[2]), ["ana unsuppressed open"]);
}

#[test]
fn what_is_over_for_long_is_forgotten() {
    let steps = live(&[(SEES(&[("ana", 1)]).outcome(), &[]), (SEES(&[]).outcome(), &[])]);
    let later = Sighting { snapshot: 3, at: "2028-01-01T00:00:00Z".to_owned() };
    let former = Former { findings: &steps[1].findings, sighting: &seen(2) };
    let step = transitions(Some(former), &SEES(&[]).outcome(), &world(), &later, &[]);
    assert_eq!((steps[1].findings.findings.len(), step.findings.findings.len()), (1, 0));
}

#[test]
fn findings_are_read_back_as_they_were_written() {
    let steps =
        live(&[(SEES(&[("ana", 1)]).outcome(), &[]), (SEES(&[("bo", 2)]).outcome(), &[allow("bo", None)])]);
    let text = serde_json::to_string(&steps[1].findings).unwrap();
    assert_eq!(serde_json::from_str::<Findings>(&text).unwrap(), steps[1].findings);
}

fn any_said() -> impl Strategy<Value = Said> {
    let users = proptest::sample::subsequence(vec!["ana", "bo", "cy", "dan", "eve"], 0..=5);
    let text = prop_oneof![6 => Just("one"), 1 => Just("two")];
    (users, 1..3_i64, text, 0..8_u8).prop_map(|(users, state, text, sight)| {
        let said = Said {
            text,
            users: users.into_iter().map(|user| (user, state)).collect(),
            sight: Sight::default(),
        };
        match sight {
            0 => said.blind(),
            1 => said.blind_to_absence(),
            2 => said.broken(),
            _ => said,
        }
    })
}

fn any_suppressions() -> impl Strategy<Value = Vec<Suppression>> {
    prop_oneof![4 => Just(Vec::new()), 1 => Just(vec![allow("ana", None)]), 1 => Just(vec![allow("*", None)])]
}

proptest! {
    #[test]
    fn the_life_of_findings_keeps_its_promises(runs in prop::collection::vec((any_said(), any_suppressions()), 1..12)) {
        let mut before: Option<Findings> = None;
        for (number, (said, suppressions)) in (1..).zip(&runs) {
            let outcome = said.outcome();
            let (sighting, now) = (seen(number - 1), seen(number));
            let former = before.as_ref().map(|findings| Former { findings, sighting: &sighting });
            let step = transitions(former, &outcome, &world(), &now, suppressions);
            let (opens, closes) = (said.sight.opens(), said.sight.closes());

            // Nobody tells two things of one finding in one run.
            let subjects: BTreeSet<&str> = step.transitions.iter().map(|told| told.finding.fingerprint.as_str()).collect();
            prop_assert_eq!(subjects.len(), step.transitions.len());
            // Blindness closes nothing, blindness to absence opens nothing.
            for told in &step.transitions {
                prop_assert!(closes || told.kind != TransitionKind::Closed);
                prop_assert!(opens || !matches!(told.kind, TransitionKind::Opened | TransitionKind::Reopened | TransitionKind::Changed));
                prop_assert!(before.is_some(), "a first run tells nothing of single findings");
            }
            // Who sees everything holds just what the rule returns.
            let live: BTreeSet<&String> = step.findings.findings.iter().filter(|(_, finding)| !finding.state.is_closed()).map(|(fingerprint, _)| fingerprint).collect();
            if opens && closes {
                let rows: BTreeSet<&String> = outcome.verdicts[0].rows.keys().collect();
                prop_assert_eq!(&live, &rows);
                prop_assert!(step.findings.findings.values().all(|finding| finding.state != FindingState::Unknown));
            }
            // Nothing that was live is lost without a word, unless it was suppressed.
            for (fingerprint, finding) in before.iter().flat_map(|before| &before.findings) {
                let after = &step.findings.findings[fingerprint];
                prop_assert_eq!(&after.first_seen, &finding.first_seen);
                let is_over = !finding.state.is_closed() && after.state.is_closed();
                if is_over && finding.state != FindingState::Suppressed {
                    prop_assert!(step.transitions.iter().any(|told| &told.finding == after));
                }
                // What holds has no last sighting; what does not, has one.
                prop_assert!(after.state != FindingState::Open || after.last_seen.is_none());
                prop_assert!(matches!(after.state, FindingState::Open | FindingState::Suppressed) || after.last_seen.is_some());
            }
            // The same again is nothing, and the findings stay as they are.
            let again = transitions(Some(Former { findings: &step.findings, sighting: &now }), &outcome, &world(), &seen(number + 1), suppressions);
            prop_assert_eq!(again.transitions, Vec::new());
            prop_assert_eq!(again.baselines, Vec::new());
            prop_assert_eq!(&again.findings, &step.findings);
            before = Some(step.findings);
        }
    }
}
