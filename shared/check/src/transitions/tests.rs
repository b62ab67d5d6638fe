use model::{Cloud, Rows, Severity, tables::ibm};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{Comparison, RuleSubject, Sight, digest};

mod implied;

/// What a rule says in one run of a test.
#[derive(Debug, Clone)]
struct Said {
    text: &'static str,
    users: Vec<(&'static str, i64)>,
    /// Those among the users that the rule doubts.
    doubted: Vec<&'static str>,
    sight: Sight,
}

const SEES: fn(&[(&'static str, i64)]) -> Said =
    |users| Said { text: "one", users: users.to_vec(), doubted: Vec::new(), sight: Sight::default() };

impl Said {
    fn doubting(mut self, users: &[&'static str]) -> Self {
        self.doubted = users.to_vec();
        self
    }

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
        let subject = RuleSubject::Row { table: &ibm::USERS, columns: vec!["iam_id"] };
        let row = |(user, state): &(&str, i64)| {
            let subject = format!("ibm/acc-1/ibm_users/{user}");
            let evidence = [("state".to_owned(), json!(state))].into_iter().collect();
            let doubt = self.doubted.contains(user).then(|| "nobody knows".to_owned());
            (digest::fingerprint("some_user", &subject), RuleRow { subject, evidence, doubt })
        };
        let verdict = RuleResult {
            rule: "some_user".to_owned(),
            title: "A user".to_owned(),
            severity: Severity::Low,
            question_hash: self.text.to_owned(),
            subject,
            implied_by: Vec::new(),
            comparison: Comparison::OfColumns { worse: vec!["state".to_owned()] },
            sight: self.sight.clone(),
            doubt: None,
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
fn live(runs: &[(Outcome, &[Suppression])]) -> Vec<NextFindings> {
    let mut steps: Vec<NextFindings> = Vec::new();
    for (number, (outcome, suppressions)) in (1..).zip(runs) {
        let before = seen(number - 1);
        let former = steps.last().map(|step| Previous { findings: &step.findings, sighting: &before });
        steps.push(transitions(former, outcome, &world(), &seen(number), suppressions));
    }
    steps
}

fn told(step: &NextFindings) -> Vec<String> {
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
    let told = &steps[1].transitions[0];
    assert_eq!(told.before, Some([("state".to_owned(), json!(1))].into_iter().collect()));
    assert_eq!((told.turn, told.severity()), (Some(EvidenceTurn::Widened), Severity::Low));
    let narrowed = live(&[(SEES(&[("ana", 2)]).outcome(), &[]), (SEES(&[("ana", 1)]).outcome(), &[])]);
    let told = &narrowed[1].transitions[0];
    assert_eq!((told.turn, told.severity()), (Some(EvidenceTurn::Narrowed), Severity::Info));
}

#[test]
fn doubt_closes_nothing_is_told_once_and_ends_without_a_word() {
    let doubted = || SEES(&[("ana", 1)]).doubting(&["ana"]);
    let sure = || SEES(&[("ana", 1)]);
    assert_eq!(last(&[sure(), doubted()]), ["ana unknown unknown"]);
    assert_eq!(last(&[sure(), doubted(), doubted()]), Vec::<String>::new());
    assert_eq!(last(&[sure(), doubted(), sure()]), Vec::<String>::new());
    assert_eq!(last(&[sure(), doubted(), SEES(&[])]), ["ana closed fixed"]);
    let steps = live(&[(sure().outcome(), &[]), (doubted().outcome(), &[]), (sure().outcome(), &[])]);
    let finding = |step: &NextFindings| step.findings.live()[0].clone();
    assert_eq!(finding(&steps[1]).doubt.as_deref(), Some("nobody knows"));
    assert_eq!((finding(&steps[2]).doubt, finding(&steps[2]).first_seen), (None, seen(1)));
}

#[test]
fn what_opens_or_changes_while_a_table_is_not_whole_says_so_until_it_is() {
    let sees = |state: i64, is_blind: bool| {
        let said = SEES(&[("ana", state)]);
        if is_blind { said.blind() } else { said }
    };
    let doubts = |runs: &[Said]| -> Vec<Option<String>> {
        let runs: Vec<(Outcome, &[Suppression])> = runs.iter().map(|run| (run.outcome(), &[][..])).collect();
        let of_step = |step: &NextFindings| step.findings.findings.values().next().unwrap().doubt.clone();
        live(&runs).iter().map(of_step).collect()
    };
    let unseen = Some("found without all of ibm_users".to_owned());
    let life = [sees(1, false), sees(2, true), sees(2, true), sees(2, false)];
    assert_eq!(last(&life[..2]), Vec::<String>::new(), "it may be of what was and of what is");
    assert_eq!(last(&life[..3]), ["ana changed open"], "what two runs find is so");
    assert_eq!(doubts(&life), [None, None, unseen.clone(), None]);
    assert_eq!(last(&life), Vec::<String>::new(), "that it is seen whole and the same is no news");
    assert_eq!(last(&[sees(1, false), sees(2, true), sees(3, true)]), Vec::<String>::new());
    assert_eq!(last(&[sees(1, false), sees(2, true), sees(1, true), sees(2, true)]), Vec::<String>::new());
    assert_eq!(last(&[sees(1, false), sees(2, true), sees(2, false)]), ["ana changed open"]);
    assert_eq!(last(&[sees(1, false), sees(2, true), sees(1, false)]), Vec::<String>::new());
    assert_eq!(last(&[sees(1, true), sees(2, true)]), ["ana changed open"], "it never saw more");
    assert_eq!(doubts(&[sees(1, true), sees(1, false)]), [unseen, None]);
    assert_eq!(doubts(&[sees(1, false), sees(1, true)]), [None, None], "it says what it said");
}

#[test]
fn what_was_never_seen_but_in_doubt_is_a_baseline_and_not_news() {
    let doubted = || SEES(&[("ana", 1)]).doubting(&["ana"]);
    let sure = || SEES(&[("ana", 1)]);
    assert_eq!(last(&[SEES(&[]), doubted()]), Vec::<String>::new());
    assert_eq!(last(&[SEES(&[]), doubted(), sure()]), Vec::<String>::new());
    assert_eq!(last(&[SEES(&[]), doubted(), SEES(&[])]), Vec::<String>::new(), "it never held");
    assert_eq!(last(&[SEES(&[]), doubted(), SEES(&[]), sure()]), ["ana opened open"]);
    assert_eq!(last(&[SEES(&[]), doubted(), SEES(&[]).blind(), sure()]), Vec::<String>::new());
    assert_eq!(last(&[SEES(&[]), doubted(), sure().blind_to_absence(), sure()]), Vec::<String>::new());
    assert_eq!(
        last(&[sure(), SEES(&[]), doubted(), sure()]),
        Vec::<String>::new(),
        "what was over and is doubted does not come back as news"
    );
    let steps = live(&[(SEES(&[]).outcome(), &[]), (doubted().outcome(), &[]), (sure().outcome(), &[])]);
    assert_eq!(steps[1].findings.open().count(), 0);
    let open: Vec<&Finding> = steps[2].findings.open().collect();
    assert!(open[0].baseline && open[0].first_seen == seen(3), "{open:?}");
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
    let former = Previous { findings: &steps[1].findings, sighting: &seen(2) };
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
    let doubted = proptest::sample::subsequence(vec!["ana", "bo", "cy", "dan", "eve"], 0..=2);
    (users, doubted, 1..3_i64, text, 0..8_u8).prop_map(|(users, doubted, state, text, sight)| {
        let said = Said {
            text,
            users: users.into_iter().map(|user| (user, state)).collect(),
            doubted,
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
            let former = before.as_ref().map(|findings| Previous { findings, sighting: &sighting });
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
                let doubts = |finding: &Finding| outcome.verdicts[0].rows.get(&finding.fingerprint).is_some_and(|row| row.doubt.is_some());
                prop_assert!(step.findings.findings.values().all(|finding| finding.state != FindingState::Unknown || doubts(finding)));
                prop_assert!(step.findings.open().all(|finding| !doubts(finding)));
            }
            // What is in doubt neither opens nor closes.
            let doubted: BTreeSet<&String> = outcome.verdicts[0].rows.iter().filter(|(_, row)| row.doubt.is_some()).map(|(fingerprint, _)| fingerprint).collect();
            for told in step.transitions.iter().filter(|told| doubted.contains(&told.finding.fingerprint)) {
                prop_assert!(matches!(told.kind, TransitionKind::Unknown | TransitionKind::Suppressed | TransitionKind::Unsuppressed), "{told:?}");
            }
            // Nothing that was live is lost without a word, unless it was suppressed.
            for (fingerprint, finding) in before.iter().flat_map(|before| &before.findings) {
                let after = step.findings.findings.get(fingerprint);
                if finding.is_only_doubted() || after.is_some_and(|after| after.is_only_doubted()) {
                    prop_assert!(step.transitions.iter().all(|told| told.finding.fingerprint != *fingerprint));
                    continue;
                }
                let after = after.unwrap();
                prop_assert_eq!(&after.first_seen, &finding.first_seen);
                let is_over = !finding.state.is_closed() && after.state.is_closed();
                if is_over && finding.state != FindingState::Suppressed {
                    prop_assert!(step.transitions.iter().any(|told| told.finding == **after));
                }
                // What holds has no last sighting; what does not, has one.
                prop_assert!(after.state != FindingState::Open || after.last_seen.is_none());
                prop_assert!(matches!(after.state, FindingState::Open | FindingState::Suppressed) || after.last_seen.is_some());
            }
            // The same again is nothing, and the findings stay as they are.
            let again = transitions(Some(Previous { findings: &step.findings, sighting: &now }), &outcome, &world(), &seen(number + 1), suppressions);
            prop_assert_eq!(&again.baselines, &Vec::new());
            if step.findings.have_pending() {
                // But what waited for a second run.
                let waited = |told: &Transition| step.findings.findings[&told.finding.fingerprint].pending.is_some();
                prop_assert!(again.transitions.iter().all(waited) && !again.findings.have_pending());
            } else {
                prop_assert_eq!(&again.transitions, &Vec::new());
                prop_assert_eq!(&again.findings, &step.findings);
            }
            before = Some(step.findings);
        }
    }
}
