use model::{Cloud, Coverage, ListStatus, Rows, tables, tables::ibm};

use super::*;

const AT: &str = "2026-11-21T12:00:00Z";

fn account() -> AccountId {
    AccountId::parse(Cloud::Ibm, "acc-1").unwrap()
}

fn rules(texts: &[(&str, &str)]) -> RuleSet {
    let front = "--- title = \"A user\"\n--- severity = \"low\"\n--- confidence = \"high\"\n--- subject = \"ibm_users.iam_id\"\n--- reason = \"Because.\"\n--- silence = \"never\"\n--- remediation = \"Look.\"\n";
    let cases = "[[case]]\nname = \"reports\"\nibm_users = [{ iam_id = \"u\" }]\nreports = [{ iam_id = \"u\" }]\n[[case]]\nname = \"silent\"\nreports = []\n";
    let mut files = BTreeMap::new();
    for (id, text) in texts {
        files.insert(format!("ibm/{id}.sql"), format!("{front}{text}"));
        files.insert(format!("ibm/{id}.cases.toml"), cases.to_owned());
    }
    RuleSet::parse(&files).unwrap()
}

fn state(users: &[&str], lists: &[(&str, ListStatus)]) -> State {
    let mut state = State::default();
    let rows = users.iter().map(|id| ibm::USERS.draft().set("iam_id", *id).set("state", "ACTIVE").row());
    state.put(&ibm::USERS, Rows::new(&ibm::USERS, rows.collect()));
    let coverage = lists.iter().map(|(listing, status)| {
        let list = Coverage {
            listing: (*listing).to_owned(),
            parent: String::new(),
            endpoint: String::new(),
            status: *status,
            reason: None,
            pages: 1,
            rows: 1,
            carried_from: None,
        };
        list.row()
    });
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, coverage.collect()));
    state
}

fn outcome(rules: &RuleSet, state: &State) -> Outcome {
    run(rules, state, &account(), AT.parse().unwrap(), 7, &Limits::default())
}

const EVERY_USER: (&str, &str) =
    ("every_user", "--- needs = [\"ibm_users\"]\nselect iam_id, state from ibm_users order by iam_id");

#[test]
fn a_row_becomes_a_subject_with_evidence() {
    let outcome = outcome(&rules(&[EVERY_USER]), &state(&["u1"], &[("ibm_users", ListStatus::Complete)]));
    let verdict = outcome.verdicts.first().unwrap();
    let row = verdict.rows.values().next().unwrap();
    assert_eq!(row.subject, "ibm/acc-1/ibm_users/u1");
    assert_eq!(row.evidence.columns(), BTreeMap::from([("state".to_owned(), Value::from("ACTIVE"))]));
    assert!(verdict.sight.opens() && verdict.sight.closes());
}

#[test]
fn a_rule_that_breaks_costs_the_others_nothing() {
    let product = "--- needs = [\"ibm_users\"]\nselect a.iam_id from ibm_users a cross join ibm_users b cross join ibm_users c order by a.iam_id";
    let rules = rules(&[EVERY_USER, ("product", product)]);
    let state = state(&["u1", "u2", "u3"], &[("ibm_users", ListStatus::Complete)]);
    let limits = Limits { rows: 5, ..Limits::default() };
    let outcome = run(&rules, &state, &account(), AT.parse().unwrap(), 7, &limits);
    assert_eq!(
        outcome.broken().collect::<Vec<_>>(),
        [("product", "it returns more than 5 rows; narrow it down")]
    );
    let verdicts: Vec<(usize, bool)> =
        outcome.verdicts.iter().map(|each| (each.rows.len(), each.sight.opens())).collect();
    assert_eq!(verdicts, [(3, true), (0, false)]);
}

#[test]
fn a_rule_that_takes_too_long_is_told_as_broken() {
    let many: Vec<String> = (0..400).map(|number| format!("u{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let slow = "--- needs = [\"ibm_users\"]\nselect max(a.iam_id) as iam_id from ibm_users a cross join ibm_users b cross join ibm_users c cross join ibm_users d having count(*) > 0 order by iam_id";
    let limits = Limits { time: std::time::Duration::from_millis(30), ..Limits::default() };
    let outcome =
        run(&rules(&[("slow", slow)]), &state(&many, &[]), &account(), AT.parse().unwrap(), 7, &limits);
    assert!(outcome.broken().next().unwrap().1.starts_with("the query was stopped after 0.03 s"));
}

#[test]
fn a_list_that_was_not_read_blinds_the_rules_that_need_it() {
    let unused = (
        "lonely_user",
        "--- needs = [\"ibm_service_ids\", \"ibm_users\"]\n--- absence = [\"ibm_service_ids\"]\nselect iam_id from ibm_users where not exists (select id from ibm_service_ids) order by iam_id",
    );
    let rules = rules(&[EVERY_USER, unused]);
    let sights = |users, services| {
        let lists = [("ibm_users", users), ("ibm_service_ids", services)];
        let outcome = outcome(&rules, &state(&["u1"], &lists));
        outcome.verdicts.iter().map(|each| (each.sight.opens(), each.sight.closes())).collect::<Vec<_>>()
    };
    assert_eq!(sights(ListStatus::Complete, ListStatus::Complete), [(true, true), (true, true)]);
    assert_eq!(sights(ListStatus::Denied, ListStatus::Complete), [(true, false), (true, false)]);
    assert_eq!(sights(ListStatus::Complete, ListStatus::Failed), [(true, true), (false, false)]);
}

#[test]
fn the_digest_changes_with_all_that_decides_and_with_nothing_else() {
    let rules = rules(&[EVERY_USER]);
    let complete = [("ibm_users", ListStatus::Complete)];
    let at: Timestamp = AT.parse().unwrap();
    let base = outcome(&rules, &state(&["u1"], &complete));
    let digest = base.digest(&[], at);
    let later = run(&rules, &state(&["u1"], &complete), &account(), at, 8, &Limits::default());
    assert_eq!(later.digest(&[], at), digest);
    assert_ne!(outcome(&rules, &state(&["u2"], &complete)).digest(&[], at), digest);
    assert_ne!(
        outcome(&rules, &state(&["u1"], &[("ibm_users", ListStatus::Denied)])).digest(&[], at),
        digest
    );
    let until = |until: &str| Suppression {
        rule: "every_user".to_owned(),
        subject: "*".to_owned(),
        reason: "known".to_owned(),
        until: Some(until.to_owned()),
    };
    assert_ne!(base.digest(&[until("2026-12-01T00:00:00Z")], at), digest);
    assert_eq!(base.digest(&[until("2026-11-01T00:00:00Z")], at), digest, "it is over");
}
