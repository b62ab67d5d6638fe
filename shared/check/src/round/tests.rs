use model::{Cloud, Coverage, FindingState, ListStatus, Rows, Sighting, tables, tables::ibm};

use super::*;
use crate::{NothingDerived, Previous, transitions};

const FIRST: &str = "2026-11-21T12:00:00Z";
const LATER: &str = "2026-12-21T12:00:00Z";

const USERS: (&str, &str) =
    ("users", "--- needs = [\"ibm_users\"]\nselect iam_id, state from ibm_users order by iam_id");
const GROUPS: (&str, &str) =
    ("groups", "--- needs = [\"ibm_access_groups\"]\nselect id as iam_id from ibm_access_groups order by id");
const OWN: (&str, &str) = (
    "own",
    "--- needs = [\"ibm_users\"]\nselect iam_id, run.account_id from ibm_users cross join run order by iam_id",
);
const OLD: (&str, &str) = (
    "old",
    "--- needs = [\"ibm_users\"]\nselect iam_id from ibm_users cross join run where added_at < run.days_7_ago order by iam_id",
);

fn rules(texts: &[(&str, &str)]) -> RuleSet {
    let front = "--- title = \"A thing\"\n--- severity = \"low\"\n--- confidence = \"high\"\n--- subject = \"ibm_users.iam_id\"\n--- reason = \"Because.\"\n--- silence = \"never\"\n--- remediation = \"Look.\"\n";
    let cases = "[[case]]\nname = \"reports\"\nibm_users = [{ iam_id = \"u\", added_at = \"2020-01-01T00:00:00Z\" }]\nibm_access_groups = [{ id = \"u\" }]\nreports = [{ iam_id = \"u\" }]\n[[case]]\nname = \"silent\"\nreports = []\n";
    let mut files = BTreeMap::new();
    for (id, text) in texts {
        files.insert(format!("ibm/{id}.sql"), format!("{front}{text}"));
        files.insert(format!("ibm/{id}.cases.toml"), cases.to_owned());
    }
    RuleSet::parse(&files).unwrap()
}

/// Users are added one a day from the first run on.
fn state(users: &[(&str, &str)], groups: &[&str], broken: &[&str]) -> State {
    let mut state = State::default();
    let rows = users.iter().zip(21..).map(|((id, state), day)| {
        let added = format!("2026-11-{day}T00:00:00Z");
        ibm::USERS.draft().set("iam_id", *id).set("state", *state).set("added_at", &added).row()
    });
    state.put(&ibm::USERS, Rows::new(&ibm::USERS, rows.collect()));
    let rows = groups.iter().map(|id| ibm::ACCESS_GROUPS.draft().set("id", *id).row());
    state.put(&ibm::ACCESS_GROUPS, Rows::new(&ibm::ACCESS_GROUPS, rows.collect()));
    let coverage = ["ibm_users", "ibm_access_groups"].map(|listing| Coverage {
        listing: listing.to_owned(),
        parent: String::new(),
        endpoint: String::new(),
        status: if broken.contains(&listing) { ListStatus::Failed } else { ListStatus::Complete },
        reason: None,
        pages: 1,
        rows: 1,
        carried_from: None,
    });
    let rows = coverage.iter().map(Coverage::row).collect();
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, rows));
    state
}

struct NextFindings {
    same: Vec<String>,
    grounds: BTreeMap<String, CacheKey>,
    digest: String,
    findings: Findings,
}

/// Runs a round after another, and holds what came of it against what asking every rule gives.
fn step(
    rules: &RuleSet,
    state: &State,
    at: &str,
    number: u64,
    former: Option<&NextFindings>,
) -> NextFindings {
    let account = AccountId::parse(Cloud::Ibm, "acc-1").unwrap();
    let at: Timestamp = at.parse().unwrap();
    let hashes = state.iter().map(|(name, rows)| (name, rows.hash())).collect();
    let none = BTreeMap::new();
    let known = Cache { hashes: &hashes, grounds: former.map_or(&none, |former| &former.grounds) };
    let run = RunContext { account: account.clone(), at, number };
    let round = Evaluation::ask(rules, state, &run, &Limits::default(), Some(known), &NothingDerived);
    let (same, grounds, digest) =
        (round.same.iter().cloned().collect(), round.grounds(), round.digest(&[], at));
    let asked = crate::run(rules, state, &account, at, number, &Limits::default());
    assert_eq!(asked.digest(&[], at), digest);
    let outcome = round.complete(former.map(|former| &former.findings)).unwrap();
    for (one, other) in outcome.verdicts.iter().zip(&asked.verdicts) {
        assert_eq!((&one.rule, &one.sight, &one.rows), (&other.rule, &other.sight, &other.rows));
    }
    let seen = Sighting { snapshot: number, at: time_text(at) };
    let last = Sighting { snapshot: number - 1, at: FIRST.to_owned() };
    let before = former.map(|former| Previous { findings: &former.findings, sighting: &last });
    let findings = transitions(before, &outcome, state, &seen, &[]).findings;
    assert_eq!(findings, transitions(before, &asked, state, &seen, &[]).findings);
    NextFindings { same, grounds, digest, findings }
}

#[test]
fn what_did_not_change_is_not_asked_again() {
    let rules = rules(&[USERS, GROUPS, OWN]);
    let first = step(&rules, &state(&[("u1", "ACTIVE"), ("u2", "ACTIVE")], &["g1"], &[]), FIRST, 1, None);
    assert_eq!(first.same, Vec::<String>::new());
    let again =
        step(&rules, &state(&[("u1", "ACTIVE"), ("u2", "ACTIVE")], &["g1"], &[]), LATER, 2, Some(&first));
    assert_eq!(again.same, ["groups", "own", "users"]);
    assert_eq!((again.digest, again.grounds), (first.digest.clone(), first.grounds.clone()));
    let changed =
        step(&rules, &state(&[("u1", "PENDING"), ("u3", "ACTIVE")], &["g1"], &[]), LATER, 2, Some(&first));
    assert_eq!(changed.same, ["groups"]);
    assert_ne!(changed.digest, first.digest);
    let states: Vec<FindingState> = changed.findings.findings.values().map(|each| each.state).collect();
    assert_eq!(states.iter().filter(|state| **state == FindingState::Open).count(), 5);
    let third =
        step(&rules, &state(&[("u1", "PENDING"), ("u3", "ACTIVE")], &["g1"], &[]), LATER, 3, Some(&changed));
    assert_eq!(third.same, ["groups", "own", "users"]);
    assert_eq!(third.digest, changed.digest);
}

#[test]
fn a_rule_that_looks_at_the_time_is_asked_each_time() {
    let rules = rules(&[USERS, OLD]);
    let state = state(&[("u1", "ACTIVE"), ("u2", "ACTIVE")], &[], &[]);
    let first = step(&rules, &state, FIRST, 1, None);
    assert_eq!(first.grounds.keys().collect::<Vec<_>>(), ["users"]);
    let later = step(&rules, &state, LATER, 2, Some(&first));
    assert_eq!(later.same, ["users"]);
    assert_ne!(later.digest, first.digest, "two users grew old");
    assert_eq!(later.findings.findings.len(), 4);
}

#[test]
fn another_question_is_asked() {
    let state = state(&[("u1", "ACTIVE")], &[], &[]);
    let first = step(&rules(&[USERS]), &state, FIRST, 1, None);
    let narrower = "--- needs = [\"ibm_users\"]\nselect iam_id, state from ibm_users where state is null order by iam_id";
    let second = step(&rules(&[("users", narrower)]), &state, FIRST, 2, Some(&first));
    assert_eq!(second.same, Vec::<String>::new());
}

#[test]
fn a_list_that_cannot_be_seen_any_more_is_no_reason_to_believe_the_former_rows() {
    let rules = rules(&[USERS, GROUPS]);
    let whole = state(&[("u1", "ACTIVE")], &["g1"], &[]);
    let first = step(&rules, &whole, FIRST, 1, None);
    let blind = state(&[("u1", "ACTIVE")], &["g1"], &["ibm_users"]);
    let second = step(&rules, &blind, FIRST, 2, Some(&first));
    assert_eq!(second.same, ["groups"]);
    assert_eq!(second.grounds.keys().collect::<Vec<_>>(), ["groups"]);
    let third = step(&rules, &whole, FIRST, 3, Some(&second));
    assert_eq!(third.same, ["groups"], "what was asked blindly is asked again");
    assert_eq!(step(&rules, &whole, FIRST, 4, Some(&third)).same, ["groups", "users"]);
}

#[test]
fn without_the_former_findings_nothing_is_said_of_rules_that_were_not_asked() {
    let rules = rules(&[USERS]);
    let state = state(&[("u1", "ACTIVE")], &[], &[]);
    let first = step(&rules, &state, FIRST, 1, None);
    let hashes = state.iter().map(|(name, rows)| (name, rows.hash())).collect();
    let account = AccountId::parse(Cloud::Ibm, "acc-1").unwrap();
    let run = RunContext { account, at: FIRST.parse().unwrap(), number: 2 };
    let known = Some(Cache { hashes: &hashes, grounds: &first.grounds });
    assert!(
        Evaluation::ask(&rules, &state, &run, &Limits::default(), known, &NothingDerived)
            .complete(None)
            .is_none()
    );
}

/// Who holds what, as often as it is asked for.
struct Counted {
    moment: &'static str,
    made: std::cell::Cell<usize>,
    rows: usize,
}

impl Derived for Counted {
    fn moment(&self) -> String {
        self.moment.to_owned()
    }

    fn rows<'a>(&'a self, table: &'static model::Table) -> Box<dyn Iterator<Item = model::Row> + 'a> {
        self.made.set(self.made.get() + 1);
        let row = |number: usize| table.draft().set("principal_id", format!("u{number}").as_str()).row();
        Box::new((0..self.rows).map(row))
    }
}

const GRANTS: (&str, &str) =
    ("grants", "--- needs = [\"grants\"]\nselect principal_id as iam_id from grant_principals order by 1");

/// Asks a rule over grants beside one over users; returns which were not asked, how often rows were made, the grounds, and the reasons of
/// those that are broken.
fn over_grants(
    state: &State,
    (moment, rows): (&'static str, usize),
    grounds: &BTreeMap<String, CacheKey>,
) -> (Vec<String>, usize, BTreeMap<String, CacheKey>, Vec<String>) {
    let account = AccountId::parse(Cloud::Ibm, "acc-1").unwrap();
    let hashes = state.iter().map(|(name, rows)| (name, rows.hash())).collect();
    let run = RunContext { account, at: FIRST.parse().unwrap(), number: 2 };
    let derived = Counted { moment, made: std::cell::Cell::new(0), rows };
    let limits = Limits { derived: 3, ..Limits::default() };
    let known = Some(Cache { hashes: &hashes, grounds });
    let round = Evaluation::ask(&rules(&[GRANTS, USERS]), state, &run, &limits, known, &derived);
    let broken = round.broken().map(|(rule, reason)| format!("{rule}: {reason}")).collect();
    (round.same.iter().cloned().collect(), derived.made.get(), round.grounds(), broken)
}

/// All lists that grants are made of, read to their end.
fn seen(users: &[(&str, &str)], groups: &[&str]) -> State {
    let mut state = state(users, groups, &[]);
    let listings: BTreeSet<&str> =
        tables::grant_sources(Cloud::Ibm).iter().map(|table| table.listing).collect();
    let rows = listings.into_iter().map(|listing| {
        let (listing, status) = (listing.to_owned(), ListStatus::Complete);
        let (parent, endpoint) = (String::new(), String::new());
        Coverage { listing, parent, endpoint, status, reason: None, pages: 1, rows: 1, carried_from: None }
            .row()
    });
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, rows.collect()));
    state
}

#[test]
fn a_rule_over_grants_is_asked_when_one_of_their_tables_or_what_has_ended_is_another() {
    let (nobody, users) = (BTreeMap::new(), [("u1", "ACTIVE")]);
    let (same, made, grounds, broken) = over_grants(&seen(&users, &[]), ("0", 2), &nobody);
    assert_eq!((same, made, broken), (vec![], 1, vec![]));
    assert_eq!(grounds.keys().collect::<Vec<_>>(), ["grants", "users"]);
    let again = |state: &State, moment| {
        let (same, made, ..) = over_grants(state, (moment, 2), &grounds);
        (same.join(","), made)
    };
    assert_eq!(again(&seen(&users, &[]), "0"), ("grants,users".to_owned(), 0), "nothing is made");
    // A group gives access, and the rule over users does not read it.
    assert_eq!(again(&seen(&users, &["g1"]), "0"), ("users".to_owned(), 1));
    assert_eq!(again(&seen(&users, &[]), "1"), ("users".to_owned(), 1));
    // Where a list that grants are made of was not read, the rule is asked, and its coverage is not whole.
    let (same, made, grounds, _) = over_grants(&state(&users, &[], &[]), ("0", 2), &grounds);
    assert_eq!((same, made), (vec!["users".to_owned()], 1));
    assert_eq!(grounds.keys().collect::<Vec<_>>(), ["users"]);
}

#[test]
fn more_grants_than_may_be_break_the_rules_over_them_and_no_other() {
    let (_, _, _, broken) = over_grants(&seen(&[("u1", "ACTIVE")], &[]), ("0", 4), &BTreeMap::new());
    assert_eq!(broken.len(), 1);
    assert!(broken[0].starts_with("grants: `grant_principals` has more than 3 rows"), "{broken:?}");
}
