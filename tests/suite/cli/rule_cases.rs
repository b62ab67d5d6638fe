//! Every rule in every world of its cases, on every engine: the rows that SQLite gives, in its order.
//!
//! A world is stored as a snapshot and taken out of it by `export`, as an account is; the declarations are those of `iamwatch ddl`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use check::{Case, Limits, Reads, Rule, RuleSet};
use export::{ExportRequest, ExportTarget, ExportWatch, Format};
use model::{Cloud, tables};
use serde_json::{Map, Value, json};
use snapshot::{AnyStore, CoverageCounts, Delta, History, Manifest, StoreOptions};

use super::{
    engines::{Postgres, compare, desks, of_sqlite, python, questions, run_python},
    lake::has_java,
    program::Desk,
};

/// A world with a rule's question and the answer of SQLite.
struct World {
    name: String,
    sql: String,
    answer: Value,
    /// Holds a folder for each format.
    folder: PathBuf,
}

/// All worlds, in a folder that lives as long as the tests.
struct Worlds {
    _folder: tempfile::TempDir,
    of_cloud: BTreeMap<Cloud, Vec<World>>,
}

/// Follows an export that nobody stops.
struct Unwatched;

impl ExportWatch for Unwatched {
    fn step(&self, _: &'static str, _: usize, _: usize) {}

    fn is_stopped(&self) -> bool {
        false
    }
}

/// Returns all worlds, which are made once for all engines.
fn worlds() -> &'static Worlds {
    static WORLDS: OnceLock<Worlds> = OnceLock::new();
    WORLDS.get_or_init(|| {
        // On a thread of its own: whoever asks has a runtime already, or none.
        let made = std::thread::spawn(|| tokio::runtime::Runtime::new().unwrap().block_on(make_worlds()));
        made.join().unwrap()
    })
}

async fn make_worlds() -> Worlds {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").display().to_string();
    let store = AnyStore::open(&store, &StoreOptions::default()).await.unwrap();
    let mut of_cloud: BTreeMap<Cloud, Vec<World>> = BTreeMap::new();
    for rule in RuleSet::embedded().unwrap().iter() {
        for case in rule.cases() {
            let number = AtomicUsize::fetch_add(&COUNT, 1, Ordering::Relaxed);
            let world = make_world(&store, folder.path().join(number.to_string()), rule, case).await;
            of_cloud.entry(case.cloud).or_default().push(world);
        }
    }
    Worlds { _folder: folder, of_cloud }
}

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Stores a case as a snapshot, exports what its rule may read of it, and asks SQLite.
async fn make_world(store: &AnyStore, folder: PathBuf, rule: &Rule, case: &Case) -> World {
    let run = check::run_of_cases(case.cloud).unwrap();
    let history = History::new(store.clone(), run.account.clone());
    let at = model::time_text(run.at);
    let mut manifest = Manifest {
        format: snapshot::FORMAT,
        tool: "a test".to_owned(),
        account: run.account.clone(),
        number: run.number,
        started_at: at.clone(),
        finished_at: at,
        previous: None,
        tables: BTreeMap::new(),
        changes: BTreeMap::new(),
        coverage: CoverageCounts::default(),
        findings: None,
        unjudged: None,
        access: None,
        outbox: None,
        undelivered: Vec::new(),
        withheld: Default::default(),
        put_in: Vec::new(),
    };
    for table in tables::of_cloud(case.cloud) {
        let rows = case.state.rows(table);
        let entry = history.write(None, table, rows, &Delta::default()).await.unwrap();
        manifest.tables.extend(entry.map(|entry| (table.name.to_owned(), entry)));
    }
    let read = Reads::of([rule.sql.as_str()]).unwrap();
    let made = read.tables().filter(|table| tables::derived::is_derived(table)).map(|table| table.name);
    let names: BTreeSet<&str> =
        manifest.tables.keys().map(String::as_str).chain(made).chain(["run"]).collect();
    fs::create_dir(&folder).unwrap();
    for format in [Format::Parquet, Format::Jsonl] {
        let path = folder.join(format.name());
        let target = ExportTarget::Place { path, is_replaced: false };
        let tables = names.iter().map(|name| (*name).to_owned()).collect();
        let wanted = ExportRequest { format, tables, target };
        export::export_snapshot(&history, &manifest, wanted, &Unwatched).await.unwrap();
    }
    let derived = pipeline::derive_grants(case.cloud, &case.state, run.at);
    let answer = check::ask_with(&case.state, &*derived, &run, &rule.sql, &Limits::default()).unwrap();
    World {
        name: format!("{}: {}", rule.id, case.name),
        sql: rule.sql.trim().trim_end_matches(';').to_owned(),
        answer: json!(answer.rows),
        folder,
    }
}

/// Returns the worlds of a cloud as the scripts of other engines take them.
fn asked(worlds: &[World]) -> Value {
    let each = |world: &World| json!({ "tables": world.folder.join("parquet"), "questions": { "answer": world.sql } });
    worlds.iter().map(each).collect()
}

/// Holds the answers of an engine against those of SQLite.
fn hold(worlds: &[World], answers: &[Value], engine: &str) {
    assert_eq!(worlds.len(), answers.len(), "{engine}");
    for (world, answer) in worlds.iter().zip(answers) {
        let one = |answer: &Value| Map::from_iter([("answer".to_owned(), answer.clone())]);
        compare(&one(&world.answer), &one(answer), &format!("{engine}, {}", world.name));
    }
}

/// Writes what creates all tables and views of a cloud on an engine, and returns the path.
fn declare(desk: &Desk, dialect: &str, cloud: Cloud) -> PathBuf {
    let name = format!("{dialect}_{cloud}.sql");
    desk.write(&name, &desk.iamwatch(&["ddl", "--dialect", dialect, "--cloud", cloud.name()]).done());
    desk.path(&name)
}

fn run_script(python: &Path, script: &str, ddl: &Path, asked: &Value) -> Vec<Value> {
    let printed = run_python(python, script, &[ddl.to_str().unwrap()], asked);
    let answers: Vec<Map<String, Value>> = serde_json::from_str(&printed).unwrap();
    answers.into_iter().map(Value::Object).collect()
}

fn only_answers(answers: &[Value]) -> Vec<Value> {
    answers.iter().map(|each| each["answer"].clone()).collect()
}

#[test]
fn every_case_gives_the_same_on_duckdb() {
    let Some(python) = python() else { return };
    let desk = Desk::new();
    for (cloud, worlds) in &worlds().of_cloud {
        assert!(worlds.len() > 80, "{cloud}: {}", worlds.len());
        let answers = run_script(&python, "cases.py", &declare(&desk, "duckdb", *cloud), &asked(worlds));
        hold(worlds, &only_answers(&answers), "duckdb");
    }
}

#[test]
fn every_case_gives_the_same_on_postgres() {
    let Some(server) = Postgres::start() else { return };
    let desk = Desk::new();
    for (cloud, worlds) in &worlds().of_cloud {
        let schema = format!("cases_{cloud}");
        let ddl = fs::read_to_string(declare(&desk, "postgres", *cloud)).unwrap();
        let begin = format!("create schema {schema}; set search_path = {schema};");
        server.run("declare.sql", &format!("{begin}\n{ddl}"));
        let mut script = format!("set search_path = {schema};\n");
        for world in worlds {
            script.push_str("begin;\n");
            for (table, rows) in rows_of(&world.folder.join("jsonl")) {
                let rows = rows.to_string().replace('\'', "''");
                let table = format!("\"{table}\"");
                writeln!(
                    script,
                    "insert into {table} select * from json_populate_recordset(null::{table}, '{rows}');"
                )
                .unwrap();
            }
            script.push_str(&Postgres::question(&world.sql));
            script.push_str("rollback;\n");
        }
        let printed = server.run("cases.sql", &script);
        let answers = serde_json::Deserializer::from_str(&printed).into_iter::<Value>();
        hold(worlds, &answers.map(Result::unwrap).collect::<Vec<_>>(), "postgres");
    }
}

/// Returns the rows of each table of an export as JSON lines; of an empty one nothing.
fn rows_of(folder: &Path) -> Vec<(String, Value)> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let tables = files.filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    let rows = tables.map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let rows: Value = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect();
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), rows)
    });
    rows.filter(|(_, rows)| *rows != json!([])).collect()
}

/// All cases and two whole accounts in one session: to start Spark takes as long as to ask it a dozen questions.
#[test]
fn every_case_rule_view_and_table_gives_the_same_on_spark() {
    let Some(python) = python().filter(|_| has_java()) else { return };
    for (desk, cloud) in desks() {
        desk.iamwatch(&["export", "latest", "--format", "sqlite", "--to", "all.sqlite"]).done();
        desk.iamwatch(&["export", "latest", "--format", "parquet", "--to", "all"]).done();
        let whole = questions(&desk, cloud);
        let worlds = &worlds().of_cloud[&cloud];
        let account = json!({ "tables": desk.path("all"), "questions": whole, "is_stored": true });
        desk.write("open.py", &desk.iamwatch(&["open", "--with", "spark"]).done());
        let stored = tables::of_cloud(cloud).map(|table| table.name);
        let stored: Map<String, Value> = stored.map(|name| (name.to_owned(), whole[name].clone())).collect();
        let opened = json!({ "script": desk.path("open.py"), "questions": stored });
        let mut asked = asked(worlds);
        asked.as_array_mut().unwrap().extend([account, opened]);
        let mut answers = run_script(&python, "spark.py", &declare(&desk, "spark", cloud), &asked);
        let (opened, account) = (answers.pop().unwrap(), answers.pop().unwrap());
        hold(worlds, &only_answers(&answers), "spark");
        let expected = of_sqlite(&desk, &whole);
        compare(&expected, account.as_object().unwrap(), &format!("spark {cloud}"));
        let of_tables = expected.into_iter().filter(|(name, _)| stored.contains_key(name)).collect();
        compare(&of_tables, opened.as_object().unwrap(), &format!("spark reads the store of {cloud}"));
    }
}
