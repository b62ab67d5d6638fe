//! What is exported and declared, on the engines that it is for: PostgreSQL and DuckDB run it, grammars of Db2 and Spark read it.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use check::RuleSet;
use model::Cloud;
use rusqlite::{Connection, types::ValueRef};
use serde_json::{Map, Value, json};

use super::program::Desk;

/// Returns the Python that has the engines; where it is not installed, the test is left out, but not in `tests/run.sh`.
pub(super) fn python() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let python = root.join(".cache/engines/bin/python");
    if !python.exists() {
        assert!(std::env::var_os("IAMWATCH_TEST_ALL").is_none(), "run tests/engines/install.sh before");
        eprintln!("!! left out: tests/engines/install.sh was not run");
        return None;
    }
    Some(python)
}

pub(super) fn run_python(python: &Path, script: &str, arguments: &[&str], input: &Value) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("engines").join(script);
    let mut child = Command::new(python)
        .arg(script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Returns a question for each rule of a cloud, and for each view and table, ordered by all its columns.
pub(super) fn questions(desk: &Desk, cloud: Cloud) -> Map<String, Value> {
    let rules = RuleSet::embedded().unwrap();
    let mut asked: Map<String, Value> =
        rules.for_cloud(cloud).map(|rule| (rule.id.clone(), json!(rule.sql))).collect();
    let database = Connection::open(desk.path("all.sqlite")).unwrap();
    let mut names =
        database.prepare("select name from sqlite_schema where type in ('table', 'view')").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for name in names.iter().filter(|name| !name.starts_with("sqlite_")) {
        let statement = database.prepare(&format!("select * from \"{name}\"")).unwrap();
        // Null is first on one engine and last on another.
        let order =
            statement.column_names().map(|column| format!("\"{column}\" nulls first")).collect::<Vec<_>>();
        asked.insert(name.clone(), json!(format!("select * from \"{name}\" order by {}", order.join(", "))));
    }
    asked
}

/// Answers questions on the exported SQLite file.
pub(super) fn of_sqlite(desk: &Desk, questions: &Map<String, Value>) -> Map<String, Value> {
    let database = Connection::open(desk.path("all.sqlite")).unwrap();
    let answer = |sql: &str| -> Value {
        let mut statement = database.prepare(sql).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut all = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cell = |position| match row.get_ref(position).unwrap() {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => json!(number),
                other => json!(other.as_str().unwrap()),
            };
            all.push(Value::Array((0..columns).map(cell).collect()));
        }
        Value::Array(all)
    };
    questions.iter().map(|(name, sql)| (name.clone(), answer(sql.as_str().unwrap()))).collect()
}

/// Holds answers against each other. Truth values are numbers on SQLite.
pub(super) fn compare(expected: &Map<String, Value>, found: &Map<String, Value>, what: &str) {
    assert!(expected.keys().eq(found.keys()), "{what}");
    for (name, rows) in expected {
        let (rows, others) = (rows.as_array().unwrap(), found[name].as_array().unwrap());
        assert_eq!(rows.len(), others.len(), "{what}: {name}");
        for (row, other) in rows.iter().zip(others) {
            let plain = |value: &Value| {
                value.as_bool().map_or_else(|| value.clone(), |truth| json!(i64::from(truth)))
            };
            let other = Value::Array(other.as_array().unwrap().iter().map(plain).collect());
            assert_eq!(*row, other, "{what}: {name}");
        }
    }
}

pub(super) fn desks() -> [(Desk, Cloud); 2] {
    [(Desk::with_history(), Cloud::Ibm), (Desk::with_huawei_history(), Cloud::Huawei)]
}

#[test]
fn every_rule_view_and_table_gives_the_same_on_duckdb() {
    let Some(python) = python() else { return };
    for (desk, cloud) in desks() {
        let ddl = desk.iamwatch(&["ddl", "--dialect", "duckdb", "--cloud", cloud.name()]).done();
        desk.write("ddl.sql", &ddl);
        for at in ["5", "latest"] {
            desk.iamwatch(&["export", at, "--format", "sqlite", "--to", "all.sqlite", "--force"]).done();
            desk.iamwatch(&["export", at, "--format", "parquet", "--to", "all", "--force"]).done();
            let asked = questions(&desk, cloud);
            let (ddl, folder) = (desk.path("ddl.sql"), desk.path("all"));
            let arguments = [ddl.to_str().unwrap(), folder.to_str().unwrap()];
            let found = run_python(&python, "ask.py", &arguments, &Value::Object(asked.clone()));
            let found: Map<String, Value> = serde_json::from_str(&found).unwrap();
            let expected = of_sqlite(&desk, &asked);
            assert!(expected.values().filter(|rows| !rows.as_array().unwrap().is_empty()).count() > 40);
            compare(&expected, &found, &format!("{cloud} {at}"));
        }
    }
}

#[test]
fn the_store_read_directly_gives_what_is_in_force() {
    let Some(python) = python() else { return };
    for (desk, cloud) in desks() {
        for at in ["5", "latest"] {
            desk.iamwatch(&["export", at, "--format", "sqlite", "--to", "all.sqlite", "--force"]).done();
            desk.write("open.sql", &desk.iamwatch(&["open", at]).done());
            let mut asked = questions(&desk, cloud);
            // Grants and findings are not in the store.
            let made: Vec<&str> =
                model::tables::derived::all().map(|table| table.name).chain(["grants"]).collect();
            asked.retain(|name, _| !made.contains(&name.as_str()));
            assert!(asked.len() > 60, "{}", asked.len());
            let (script, nothing) = (desk.path("open.sql"), desk.path(""));
            let arguments = [script.to_str().unwrap(), nothing.to_str().unwrap()];
            let found = run_python(&python, "ask.py", &arguments, &Value::Object(asked.clone()));
            let found: Map<String, Value> = serde_json::from_str(&found).unwrap();
            compare(&of_sqlite(&desk, &asked), &found, &format!("{cloud} {at}"));
            let counts = "\nimport json; print(json.dumps({name: len(table(name)) for name in TABLES}))";
            let script = desk.iamwatch(&["open", at, "--with", "pandas"]).done();
            let script = script.split("\nif __name__").next().unwrap().to_owned() + counts;
            desk.write("open.py", &script);
            let output = Command::new(&python).arg(desk.path("open.py")).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let counts: Map<String, Value> = serde_json::from_slice(&output.stdout).unwrap();
            for (name, count) in counts {
                assert_eq!(count, asked_rows(&desk, &name), "{cloud} {at} {name}");
            }
        }
        let several = desk.iamwatch(&["open", "latest", "--with", "spark"]).done();
        assert!(several.contains("TABLES = {") && several.contains("unionByName"), "{several}");
    }
}

/// Returns how many rows a table of the exported SQLite file has.
fn asked_rows(desk: &Desk, name: &str) -> i64 {
    let database = Connection::open(desk.path("all.sqlite")).unwrap();
    database.query_row(&format!("select count(*) from \"{name}\""), [], |row| row.get(0)).unwrap()
}

#[test]
fn declarations_are_of_the_grammar_of_engines_that_are_not_here() {
    let Some(python) = python() else { return };
    let rules = RuleSet::embedded().unwrap();
    for (dialect, grammar) in [("db2", "db2"), ("spark", "sparksql")] {
        let script = Desk::new().iamwatch(&["ddl", "--dialect", dialect]).done();
        let mut statements: Vec<String> = script.split(";\n\n").map(str::to_owned).collect();
        statements.retain(|statement| !statement.trim().is_empty());
        assert!(statements.len() > 120, "{}", statements.len());
        statements.extend(rules.iter().map(|rule| rule.sql.trim().trim_end_matches(';').to_owned()));
        let told = run_python(&python, "grammar.py", &[grammar], &json!(statements));
        assert_eq!(told, "", "{dialect}");
        let wrong = run_python(&python, "grammar.py", &[grammar], &json!(["create table x (a b c, d"]));
        assert_ne!(wrong, "", "{dialect}");
    }
}

#[test]
fn declarations_say_what_each_engine_needs() {
    let desk = Desk::new();
    let of = |dialect: &str| desk.iamwatch(&["ddl", "--dialect", dialect]).done();
    for (dialect, said) in [
        ("sqlite", "\"at\" TEXT,"),
        ("postgres", "\"at\" TEXT COLLATE \"C\","),
        ("duckdb", "\"at\" TEXT,"),
        ("spark", "`at` STRING COMMENT "),
        ("db2", "\"ROWS\" BIGINT,"),
    ] {
        let sql = of(dialect);
        assert!(sql.contains(said), "{dialect}: {sql}");
        assert_eq!(sql.matches("CREATE TABLE ").count(), of("sqlite").matches("CREATE TABLE ").count());
        let place = |name: &str| {
            sql.to_lowercase().find(&format!("view {name} as")).or_else(|| {
                let quotes = ["\"", "`"];
                quotes
                    .iter()
                    .find_map(|quote| sql.to_lowercase().find(&format!("view {quote}{name}{quote} as")))
            })
        };
        assert!(place("huawei_wide_policies").unwrap() < place("administrators").unwrap(), "{dialect}");
    }
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch(&of("sqlite")).unwrap();
    let ibm = desk.iamwatch(&["ddl", "--dialect", "sqlite", "--cloud", "ibm"]).done();
    assert!(ibm.contains("ibm_users") && !ibm.contains("huawei_"), "{ibm}");
    desk.iamwatch(&["ddl", "--dialect", "oracle"]).fails(2, &["postgres"]);
}

/// A PostgreSQL of its own, in a folder of its own, that listens on no port.
pub(super) struct Postgres {
    home: tempfile::TempDir,
    binaries: PathBuf,
}

impl Postgres {
    /// Starts one, where the machine has its programs.
    pub(super) fn start() -> Option<Self> {
        let path = std::env::var("PATH").unwrap();
        let folders = path.split(':').map(PathBuf::from);
        let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let folders = folders.chain(debian.map(|version| version.path().join("bin")));
        let has_all = |folder: &PathBuf| ["initdb", "pg_ctl"].iter().all(|name| folder.join(name).exists());
        let Some(binaries) = folders.into_iter().find(has_all) else {
            eprintln!("!! left out: this machine has no `initdb` and `pg_ctl` of PostgreSQL");
            return None;
        };
        let server = Self { home: tempfile::tempdir().unwrap(), binaries };
        // It refuses to be run by root, and then is run by the user that came with it.
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(server.home.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let home = server.home.path().display();
        let flags = format!("-c listen_addresses= -k {home} -c fsync=off");
        server.control(&format!(
            "initdb --no-sync --auth trust --username iamwatch --locale C --encoding UTF8 -D {home}/data"
        ));
        server.control(&format!("pg_ctl -D {home}/data -o '{flags}' -l {home}/log -w start"));
        // With another order of letters than the rules expect, which the declarations must outdo.
        server.psql(
            "postgres",
            "create database audit template template0 locale_provider icu icu_locale 'en' locale 'C'",
        );
        Some(server)
    }

    fn control(&self, line: &str) {
        let line = format!("{}/{line} >/dev/null 2>&1 </dev/null", self.binaries.display());
        let is_root =
            String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout).unwrap().trim() == "0";
        let mut command = if is_root {
            let mut command = Command::new("su");
            command.args(["postgres", "-s", "/bin/sh", "-c", &line]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", &line]);
            command
        };
        let status = command.current_dir("/").status().unwrap();
        assert!(status.success(), "{line}");
    }

    fn address(&self, database: &str) -> String {
        format!("postgres://iamwatch@/{database}?host={}", self.home.path().display())
    }

    /// Runs statements and returns what they print.
    fn psql(&self, database: &str, sql: &str) -> String {
        let output = Command::new("psql")
            .args(["-XqtA", "-v", "ON_ERROR_STOP=1", "-d", &self.address(database), "-c", sql])
            .output()
            .unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns a question as a statement that prints one array: of its rows, each an array of its cells in their order.
    pub(super) fn question(sql: &str) -> String {
        let sql = sql.trim().trim_end_matches(';');
        format!(
            "select coalesce(json_agg((select json_agg(value order by place) from json_each(row_to_json(answer)) with ordinality as cells (key, value, place))), '[]') from (\n{sql}\n) answer;\n"
        )
    }

    /// Runs a script and returns what it prints.
    pub(super) fn run(&self, name: &str, script: &str) -> String {
        let file = self.home.path().join(name);
        fs::write(&file, script).unwrap();
        let (address, file) = (self.address("audit"), file.display().to_string());
        let arguments = ["-XqtA", "-v", "ON_ERROR_STOP=1", "-d", &address, "-f", &file];
        let output = Command::new("psql").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Answers questions in the schema of an account.
    fn answer(&self, schema: &str, questions: &Map<String, Value>) -> Map<String, Value> {
        let mut script = format!("set search_path = \"{schema}\";\n");
        for sql in questions.values() {
            script.push_str(&Self::question(sql.as_str().unwrap()));
        }
        let printed = self.run("ask.sql", &script);
        let mut answers = serde_json::Deserializer::from_str(&printed).into_iter::<Value>();
        questions.keys().map(|name| (name.clone(), answers.next().unwrap().unwrap())).collect()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.control(&format!("pg_ctl -D {}/data -m immediate stop", self.home.path().display()));
    }
}

fn schema(desk: &Desk) -> String {
    let told = desk.iamwatch(&["show", "latest", "--json"]).json();
    told["account"].as_str().unwrap().replace('/', "_")
}

#[test]
fn every_rule_view_and_table_gives_the_same_on_postgres() {
    let Some(server) = Postgres::start() else { return };
    for (desk, cloud) in desks() {
        for at in ["5", "latest"] {
            desk.iamwatch(&["export", at, "--format", "sqlite", "--to", "all.sqlite", "--force"]).done();
            let page = desk
                .iamwatch(&["export", at, "--format", "postgres", "--to", &server.address("audit")])
                .done();
            assert!(page.contains("52 tables") || page.contains("65 tables"), "{page}");
            let asked = questions(&desk, cloud);
            let expected = of_sqlite(&desk, &asked);
            compare(&expected, &server.answer(&schema(&desk), &asked), &format!("{cloud} {at}"));
        }
    }
}

#[test]
fn an_export_to_postgres_may_be_run_again_and_leaves_alone_what_stands_on_it() {
    let Some(server) = Postgres::start() else { return };
    let desk = Desk::with_history();
    let schema = schema(&desk);
    let export = |at: &str, more: &[&str]| {
        desk.iamwatch(
            &[&["export", at, "--format", "postgres", "--to", &server.address("audit")], more].concat(),
        )
    };
    export("2", &[]).done();
    let count =
        |sql: &str| server.psql("audit", &format!("set search_path = \"{schema}\"; {sql}")).trim().to_owned();
    let users = |at: &str| {
        let sql = "select count(*) as n from ibm_users";
        desk.iamwatch(&["query", sql, "--at", at, "--json"]).json()["rows"][0]["n"].to_string()
    };
    assert_ne!(users("2"), users("latest"));
    server.psql(
        "audit",
        &format!("create view public.mine as select count(*) as users from \"{schema}\".users"),
    );
    assert_eq!(count("select users from public.mine"), users("2"));
    let keys = count("select count(*) from pg_constraint where conname like 'iamwatch%'");
    export("latest", &[]).done();
    assert_eq!(count("select users from public.mine"), users("latest"));
    assert_eq!(count("select snapshot from run"), "9");
    assert_eq!(count("select count(*) from pg_constraint where conname like 'iamwatch%'"), keys);
    assert!(keys.parse::<u32>().unwrap() > 60, "{keys}");
    assert_eq!(
        count("select obj_description('run'::regclass)"),
        "The run that is looked at, and times counted from it: one row."
    );
    // What fewer tables do not fill is empty, and not of another snapshot.
    export("2", &["--tables", "ibm_policies"]).done();
    assert_eq!(
        (count("select count(*) from ibm_users"), count("select count(*) > 0 from ibm_policies")),
        ("0".to_owned(), "t".to_owned())
    );
    desk.iamwatch(&[
        "export",
        "--from",
        "1",
        "--to",
        "latest",
        "--format",
        "postgres",
        "--out",
        &server.address("audit"),
    ])
    .done();
    assert_eq!(count("select count(*) > 10 from changes"), "t");
}

#[test]
fn a_lost_connection_leaves_the_database_as_it_was() {
    let Some(server) = Postgres::start() else { return };
    let mut desk = Desk::with_history();
    let schema = schema(&desk);
    let address = server.address("audit");
    desk.iamwatch(&["export", "2", "--format", "postgres", "--to", &address]).done();
    let count = || server.psql("audit", &format!("select snapshot from \"{schema}\".run")).trim().to_owned();
    desk.iamwatch(&["export", "latest", "--format", "postgres", "--to", "whole.sql"]).done();
    let whole = fs::read_to_string(desk.path("whole.sql")).unwrap();
    assert!(whole.starts_with("-- Written by `iamwatch export`"));
    // A script that ends before its end: within the rows of a table, and before the last word.
    for end in [whole.len() / 2, whole.rfind("COMMIT").unwrap()] {
        fs::write(desk.path("half.sql"), &whole[..whole.floor_char_boundary(end)]).unwrap();
        desk.shell(&format!("psql -Xq -d '{address}' -f half.sql"));
        assert_eq!(count(), "2");
    }
    // A client that dies in the middle of it.
    desk.write("bin/psql", "#!/bin/sh\nhead -c 100000 >/dev/null\necho 'psql: error: connection to server was lost' >&2\nexit 2\n");
    desk.shell("chmod +x bin/psql").done();
    let line = format!("PATH=$PWD/bin:$PATH iamwatch export --format postgres --to '{address}'");
    desk.shell(&line).fails(3, &["connection to server was lost", "is as it was"]);
    assert_eq!(count(), "2");
    desk.set("TMPDIR", "/nowhere");
    desk.iamwatch(&["export", "--format", "postgres", "--to", &address]).fails(3, &["could not be written"]);
    assert_eq!(count(), "2");
}

#[test]
fn a_database_that_cannot_be_had_is_told() {
    let desk = Desk::with_history();
    let export = |format: &str, to: &str| desk.iamwatch(&["export", "--format", format, "--to", to]);
    export("csv", "postgres://host/x").fails(2, &["--format postgres"]);
    let outcome = export("postgres", "postgres://me:hunter2@host/x");
    outcome.fails(2, &["PGPASSWORD"]);
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    desk.shell(
        "PATH=$(dirname $(command -v iamwatch)) iamwatch export --format postgres --to postgres://host/x",
    )
    .fails(3, &["psql", "--to FILE"]);
}
