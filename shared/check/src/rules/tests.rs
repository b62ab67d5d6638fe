use std::{env, path::PathBuf};

use super::*;

const CASES: &str = r#"
[[case]]
name = "reports"
ibm_users = [{ iam_id = "u" }]
reports = [{ iam_id = "u" }]

[[case]]
name = "stays silent"
reports = []
"#;

const RULE: &str = r#"--- title = "A user"
--- severity = "low"
--- confidence = "high"
--- needs = ["ibm_users"]
--- subject = "ibm_users.iam_id"
--- reason = "Because."
--- silence = "never"
--- remediation = "Look."
select iam_id, state from ibm_users order by iam_id
"#;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules")
}

fn parse(path: &str, rule: &str, cases: Option<&str>) -> Result<RuleSet, RuleError> {
    let mut files = BTreeMap::from([(path.to_owned(), rule.to_owned())]);
    if let Some(cases) = cases {
        files.insert(path.replace(".sql", ".cases.toml"), cases.to_owned());
    }
    RuleSet::parse(&files)
}

fn error(rule: &str, cases: &str) -> String {
    parse("ibm/some_user.sql", rule, Some(cases)).unwrap_err().to_string()
}

/// Tries rules that read no derived table.
fn tried(rules: &RuleSet) -> Trial {
    test(rules, |_, _, _| Box::new(crate::NothingDerived))
}

#[test]
fn every_rule_does_what_its_cases_say() {
    let trial = tried(&RuleSet::embedded().unwrap());
    let misses: Vec<String> = trial.misses.iter().map(ToString::to_string).collect();
    assert!(misses.is_empty(), "{}", misses.join("\n"));
    assert!(trial.rules >= 22 && trial.cases > 2 * trial.rules, "{trial:?}");
}

#[test]
fn the_written_pages_are_up_to_date() {
    let rules = RuleSet::embedded().unwrap();
    for (file, text) in [("README.md", index(&rules)), ("cross_table.txt", cross_table(&rules).unwrap())] {
        let path = folder().join(file);
        if env::var_os("IAMWATCH_WRITE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == text,
            "rules/{file} is out of date; IAMWATCH_WRITE=1 cargo test -p iamwatch-check"
        );
    }
}

#[test]
fn rules_from_their_folder_are_those_in_the_program() {
    let (folder, program) = (RuleSet::from_folder(&folder()).unwrap(), RuleSet::embedded().unwrap());
    let texts = |rules: &RuleSet| {
        let of = |rule: &Rule| {
            let texts: Vec<_> = rule.readings.values().map(|reading| reading.question_hash.clone()).collect();
            (rule.id.clone(), texts)
        };
        rules.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(texts(&folder), texts(&program));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = RuleSet::from_folder(Path::new("no/such/folder")).unwrap_err().to_string();
    assert!(error.starts_with("rule `no/such/folder`: it could not be read: "), "{error}");
    assert!(error.ends_with("name a folder with `<cloud>/<rule>.sql`"), "{error}");
}

#[test]
fn an_unknown_key_is_refused_with_the_list_of_known_ones() {
    let error = error(&RULE.replace("--- severity", "--- severty"), CASES);
    assert!(
        error.starts_with(
            "rule `ibm/some_user.sql`: line 2: unknown field `severty`, expected one of `title`, `severity`"
        ),
        "{error}"
    );
}

#[test]
fn lines_on_top_that_do_not_parse_are_named_by_file_and_line() {
    let error = error(&RULE.replace("\"low\"", "low"), CASES);
    assert!(error.starts_with("rule `ibm/some_user.sql`: line 2: "), "{error}");
}

#[test]
fn a_rule_without_cases_is_refused() {
    let missing = parse("ibm/some_user.sql", RULE, None).unwrap_err().to_string();
    assert_eq!(
        missing,
        "rule `ibm/some_user.sql`: cases: there is no `some_user.cases.toml` beside it; write one case that reports and one that does not"
    );
    let one_sided = CASES.split("\n\n").next().unwrap();
    assert!(error(RULE, one_sided).ends_with("write one that stays silent"));
    let silent = "[[case]]\nname = \"x\"\nreports = []\n";
    assert!(error(RULE, silent).ends_with("write one that does"));
}

#[test]
fn a_case_that_makes_no_sense_is_named() {
    let wrong = |from: &str, to: &str| error(RULE, &CASES.replace(from, to));
    assert!(
        wrong("ibm_users =", "ibm_user =").ends_with("cases: case `reports`: there is no table `ibm_user`")
    );
    assert!(
        wrong("[{ iam_id = \"u\" }]\nreports", "[{ id_iam = \"u\" }]\nreports")
            .ends_with("`ibm_users` has no column `id_iam`")
    );
    assert!(
        wrong("[{ iam_id = \"u\" }]\nreports", "[{ iam_id = 1 }]\nreports")
            .ends_with("`ibm_users.iam_id` is a text")
    );
    assert!(
        wrong("reports = [{ iam_id", "reports = [{ nobody")
            .ends_with("it expects a column `nobody`, which the rule does not return")
    );
    assert!(wrong("reports = [", "report = [").contains("missing field `reports`"));
    assert!(
        wrong(
            "{ iam_id = \"u\" }]\nreports",
            "{ iam_id = \"u\" }, { iam_id = \"u\", state = \"x\" }]\nreports"
        )
        .ends_with("two rows of `ibm_users` have the same key")
    );
}

#[test]
fn sql_that_cannot_be_asked_is_told_in_the_words_of_sqlite() {
    let unknown = error(&RULE.replace("iam_id, state", "iam_id, stat"), CASES);
    assert_eq!(
        unknown,
        "rule `ibm/some_user.sql`: its SQL cannot be asked: the query is not right: no such column: stat, at `stat from ibm_users order`"
    );
    let writes = error(
        &RULE.replace("select iam_id, state from ibm_users order by iam_id", "delete from ibm_users"),
        CASES,
    );
    assert!(writes.contains("a query may only read, and this one would delete from `ibm_users`"), "{writes}");
}

#[test]
fn functions_that_not_every_engine_has_are_refused() {
    for (sql, name) in [
        ("julianday(state)", "julianday"),
        ("datetime('now')", "datetime"),
        ("strftime('%Y', state)", "strftime"),
        ("json_extract(document, '$.a')", "json_extract"),
        ("document ->> 'a'", "->>"),
        ("group_concat(state)", "group_concat"),
        ("state glob 'A*'", "glob"),
        ("ifnull(state, 'x')", "ifnull"),
        ("iif(true, 'x', 'y')", "iif"),
    ] {
        let error = error(&RULE.replace("iam_id, state", &format!("iam_id, {sql} as state")), CASES);
        assert!(error.contains(&format!("`{name}` is not understood by every engine")), "{error}");
    }
}

#[test]
fn a_rule_over_findings_is_refused_for_it_would_hang_on_its_own_answer() {
    let sql = "select id as iam_id from findings order by 1";
    let rule = RULE.replace("select iam_id, state from ibm_users order by iam_id", sql);
    let error = error(&rule, CASES);
    assert!(error.contains("the query reads `findings`, and these are made of what rules return"), "{error}");
}

#[test]
fn a_rule_over_grants_needs_them_by_name_and_so_all_that_they_are_made_of() {
    let sql = "select principal_id as iam_id, standing as state from grants order by 1";
    let rule = RULE.replace("select iam_id, state from ibm_users order by iam_id", sql);
    let undeclared = error(&rule, CASES);
    assert!(undeclared.contains("the query reads `grants`, which `needs` does not name"), "{undeclared}");
    let declared = rule.replace("needs = [\"ibm_users\"]", "needs = [\"grants\"]");
    let files = [("ibm/x.sql", declared.as_str()), ("ibm/x.cases.toml", CASES)];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let rules = RuleSet::parse(&files.into()).unwrap();
    let reading = &rules.iter().next().unwrap().readings[&Cloud::Ibm];
    let needs: Vec<&str> = reading.needs.iter().map(|table| table.name).collect();
    let sources: Vec<&str> =
        model::tables::grant_sources(Cloud::Ibm).iter().map(|table| table.name).collect();
    assert_eq!((needs, reading.absence.len()), (sources.clone(), 0));
    let assuming = declared.replace("standing as state from grants", "assumed as state from assumptions");
    let undeclared = error(&assuming, CASES);
    assert!(
        undeclared.contains("the query reads `assumptions`, which `needs` does not name"),
        "{undeclared}"
    );
    let assuming = assuming.replace("needs = [\"grants\"]", "needs = [\"assumptions\"]");
    assert_eq!(parse("ibm/x.sql", &assuming, Some(CASES)).unwrap().len(), 1);
    let idle = RULE.replace("needs = [\"ibm_users\"]", "needs = [\"ibm_users\", \"grants\"]");
    assert!(error(&idle, CASES).contains("`needs` names `grants`, which the query does not read"));
    let absent = declared.replace("needs = [\"grants\"]", "needs = [\"grants\"]\n--- absence = [\"grants\"]");
    let files = [("ibm/x.sql", absent.as_str()), ("ibm/x.cases.toml", CASES)];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let rules = RuleSet::parse(&files.into()).unwrap();
    assert_eq!(rules.iter().next().unwrap().readings[&Cloud::Ibm].absence.len(), sources.len());
}

#[test]
fn rows_without_order_are_refused() {
    let plain = error(&RULE.replace(" order by iam_id", ""), CASES);
    assert!(plain.contains("does not end with `order by`"), "{plain}");
    let inner = error(
        &RULE.replace("from ibm_users order by iam_id", "from (select * from ibm_users order by iam_id)"),
        CASES,
    );
    assert!(inner.contains("does not end with `order by`"), "{inner}");
    let comment = error(&RULE.replace(" order by iam_id", " -- order by iam_id"), CASES);
    assert!(comment.contains("does not end with `order by`"), "{comment}");
}

#[test]
fn needs_is_what_the_query_reads() {
    let needs = |needs: &str| error(&RULE.replace("needs = [\"ibm_users\"]", needs), CASES);
    assert!(needs("needs = []").ends_with("the query reads `ibm_users`, which `needs` does not name"));
    assert!(
        needs("needs = [\"ibm_users\", \"ibm_roles\"]")
            .ends_with("`needs` names `ibm_roles`, which the query does not read")
    );
    assert!(
        needs("needs = [\"memberships\"]")
            .contains("`needs` names `memberships`, which is no table of `ibm`")
    );
    let absence = "needs = [\"ibm_users\"]\n--- absence = [\"ibm_roles\"]";
    assert!(needs(absence).ends_with("`absence` names `ibm_roles`, which `needs` does not"));
}

#[test]
fn a_subject_is_a_declared_column_that_the_query_returns() {
    let subject = |to: &str| error(&RULE.replace("subject = \"ibm_users.iam_id\"", to), CASES);
    assert!(subject("subject = \"ibm_users\"").contains("names no column"));
    assert!(subject("subject = \"users.iam_id\"").contains("names the table `users`, which is not declared"));
    assert!(subject("subject = \"ibm_users.iamid\"").contains("names the column `iamid`"));
    assert!(subject("subject = \"ibm_users.email\"").contains("the query does not return `email`"));
    assert!(subject("kind = \"finding\"").contains("a rule with findings names its subject"));
    assert!(
        subject("kind = \"report\"\n--- subject = \"ibm_users.iam_id\"").contains("a report has no subject")
    );
}

#[test]
fn a_rule_lies_in_the_folder_of_its_cloud_under_a_plain_name() {
    let place = |path: &str| parse(path, RULE, Some(CASES)).unwrap_err().to_string();
    assert!(place("moon/some_user.sql").contains("rules lie in a folder named after a cloud: ibm"));
    assert!(place("ibm/Some-User.sql").contains("`Some-User` is no id"));
    let twice = ["ibm/some_user.sql", "more/ibm/some_user.sql"].map(|path| {
        [(path.to_owned(), RULE.to_owned()), (path.replace(".sql", ".cases.toml"), CASES.to_owned())]
    });
    let error = RuleSet::parse(&BTreeMap::from_iter(twice.into_iter().flatten())).unwrap_err();
    assert_eq!(error.wrong, Wrong::Twice);
}

#[test]
fn a_case_that_comes_out_otherwise_is_told_with_both_sides() {
    let rules = parse(
        "ibm/some_user.sql",
        &RULE.replace("from ibm_users", "from ibm_users where false"),
        Some(CASES),
    )
    .unwrap();
    let trial = tried(&rules);
    assert_eq!(trial.misses.len(), 1);
    assert_eq!(
        trial.misses.first().unwrap().to_string(),
        r#"rule `some_user`, case `reports`: expected [{"iam_id":"u"}], and got []"#
    );
}

#[test]
fn absence_that_is_not_declared_comes_to_light() {
    let sql = "select iam_id, state from ibm_users where not exists (select id from ibm_roles_there) order by iam_id";
    let rule =
        RULE.replace("needs = [\"ibm_users\"]", "needs = [\"ibm_service_ids\", \"ibm_users\"]").replace(
            "select iam_id, state from ibm_users order by iam_id",
            &sql.replace("ibm_roles_there", "ibm_service_ids"),
        );
    let cases = CASES.replace(
        "name = \"stays silent\"",
        "name = \"stays silent\"\nibm_users = [{ iam_id = \"u\" }]\nibm_service_ids = [{ id = \"s\" }]",
    );
    let trial = tried(&parse("ibm/some_user.sql", &rule, Some(&cases)).unwrap());
    let miss = trial.misses.first().unwrap();
    assert_eq!(miss.case, "stays silent");
    assert_eq!(
        miss.what,
        "it reports more when row 1 of `ibm_service_ids` is missing: name the table in `absence`"
    );
    let honest = rule.replace("--- subject", "--- absence = [\"ibm_service_ids\"]\n--- subject");
    assert_eq!(tried(&parse("ibm/some_user.sql", &honest, Some(&cases)).unwrap()).misses, []);
}
