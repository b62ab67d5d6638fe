//! `export`: the same rows elsewhere, whole or not at all.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use check::Limits;
use export::{ExportError, ExportRequest, ExportTarget, ExportWatch, Format};
use rusqlite::{Connection, types::ValueRef};
use serde_json::{Value, json};
use snapshot::{AnyStore, History, Manifest, StoreOptions};

use super::program::Desk;

/// Opens the one history in the store of a desk, with its newest snapshot.
pub(super) async fn history(desk: &Desk) -> (History, Manifest) {
    let store = desk.path("iamwatch-store").display().to_string();
    let store = AnyStore::open(&store, &StoreOptions::default()).await.unwrap();
    let account = History::accounts(&store).await.unwrap().remove(0);
    let history = History::new(store, account);
    let manifest = history.latest().await.unwrap().expect("a snapshot");
    (history, manifest)
}

/// Returns the names of what lies in a folder, hidden things among them.
pub(super) fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// Returns the rows of a table or view in an exported database, as objects, sorted.
fn of_sqlite(database: &Connection, name: &str, truths: &BTreeSet<String>) -> Vec<Value> {
    let mut statement = database.prepare(&format!("select * from \"{name}\"")).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let cell = |(position, column): (usize, &String)| {
            let value = match row.get_ref(position).unwrap() {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) if truths.contains(column) => json!(number != 0),
                ValueRef::Integer(number) => json!(number),
                other => json!(other.as_str().unwrap()),
            };
            (column.clone(), value)
        };
        found.push(Value::Object(columns.iter().enumerate().map(cell).collect()));
    }
    sorted(found)
}

fn sorted(mut rows: Vec<Value>) -> Vec<Value> {
    rows.sort_by_key(ToString::to_string);
    rows
}

/// Reads a CSV file back by what its page says: quotes, and one mark taken away from the beginning of each part.
pub(super) fn of_csv(text: &str) -> Vec<Vec<Option<String>>> {
    let mut rows = vec![vec![]];
    let (mut cell, mut is_quoted, mut was_quoted) = (String::new(), false, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => {
                is_quoted = !is_quoted;
                was_quoted = true;
            }
            ',' | '\r' if !is_quoted => {
                let text = std::mem::take(&mut cell);
                let told = (was_quoted || !text.is_empty()).then_some(text);
                was_quoted = false;
                rows.last_mut().unwrap().push(told);
                if letter == '\r' {
                    assert_eq!(letters.next(), Some('\n'));
                    rows.push(vec![]);
                }
            }
            letter => cell.push(letter),
        }
    }
    assert_eq!(rows.pop(), Some(vec![]), "the file ends with a line break");
    rows
}

/// Returns what a snapshot holds of a table, or a query gives of a view or of what is made, as objects.
async fn rows_of(
    history: &History,
    manifest: &Manifest,
    name: &str,
    truths: &BTreeSet<String>,
) -> Vec<Value> {
    if let Some(table) = history::declared(manifest).into_iter().find(|table| table.name == name) {
        let rows = history.read(manifest, table).await.unwrap();
        let object = |row: &model::Row| {
            let cells = table.columns.iter().zip(row.values());
            Value::Object(cells.map(|(column, value)| (column.name.to_owned(), json!(value))).collect())
        };
        return rows.iter().map(object).collect();
    }
    let limits = Limits { rows: 1_000_000, ..Limits::default() };
    let answer = history::query(history, manifest, &format!("select * from {name}"), &limits).await.unwrap();
    let object = |row: &Vec<Value>| {
        let cell = |(column, value): (&String, &Value)| match value {
            Value::Number(number) if truths.contains(column) => {
                (column.clone(), json!(number.as_i64() != Some(0)))
            }
            value => (column.clone(), value.clone()),
        };
        Value::Object(answer.columns.iter().zip(row).map(cell).collect())
    };
    answer.rows.iter().map(object).collect()
}

#[tokio::test]
async fn every_format_holds_every_table_and_view_with_the_rows_that_a_query_gives() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let (history, manifest) = history(&desk).await;
        desk.iamwatch(&["export", "latest", "--format", "sqlite", "--to", "all.sqlite"]).done();
        desk.iamwatch(&["export", "latest", "--format", "jsonl", "--to", "jsonl"]).done();
        desk.iamwatch(&["export", "latest", "--format", "csv", "--to", "csv"]).done();
        let told =
            desk.iamwatch(&["export", "latest", "--format", "parquet", "--to", "parquet", "--json"]).json();
        let database = Connection::open(desk.path("all.sqlite")).unwrap();
        let note: Value = serde_json::from_slice(&fs::read(desk.path("jsonl/export.json")).unwrap()).unwrap();
        assert_eq!(note["account"], manifest.account.to_string());
        assert_eq!((&note["snapshot"], &note["taken_at"]), (&json!(9), &json!(manifest.finished_at)));

        let tables = model::tables::of_cloud(manifest.account.cloud()).map(|table| table.name);
        let made_of_others = ["drift", "snapshots"];
        let derived = model::tables::derived::all().map(|table| table.name);
        let derived = derived.filter(|name| !made_of_others.contains(name));
        let views = check::views_of(&[manifest.account.cloud()]).into_iter().map(|view| view.name);
        let expected: BTreeSet<String> =
            tables.chain(derived).chain(views).chain(["run"]).map(str::to_owned).collect();
        let written = told["written"].as_array().unwrap().iter();
        let rows: BTreeMap<String, u64> = written
            .map(|each| (each["name"].as_str().unwrap().to_owned(), each["rows"].as_u64().unwrap()))
            .collect();
        assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), expected);
        for (folder, end) in [("jsonl", "jsonl"), ("csv", "csv"), ("parquet", "parquet")] {
            let files = expected.iter().map(|name| format!("{name}.{end}"));
            assert_eq!(names(&desk.path(folder)), files.chain(["export.json".to_owned()]).collect());
        }

        for table in note["tables"].as_array().unwrap() {
            let name = table["name"].as_str().unwrap();
            let columns = table["columns"].as_array().unwrap();
            let of_kind = |kind: &str| -> BTreeSet<String> {
                let of_kind = columns.iter().filter(|column| column["type"] == kind);
                of_kind.map(|column| column["name"].as_str().unwrap().to_owned()).collect()
            };
            let (truths, numbers) = (of_kind("boolean"), of_kind("integer"));
            let expected = sorted(rows_of(&history, &manifest, name, &truths).await);
            assert_eq!(of_sqlite(&database, name, &truths), expected, "{name}");
            let lines = fs::read_to_string(desk.path(&format!("jsonl/{name}.jsonl"))).unwrap();
            let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(sorted(lines), expected, "{name}");
            assert_eq!(rows[name], u64::try_from(expected.len()).unwrap(), "{name}");
            // A view is typed by its names, and every value must fit.
            for row in &expected {
                for (column, value) in row.as_object().unwrap() {
                    let fits = value.is_null()
                        || value.is_boolean() == truths.contains(column)
                            && value.is_number() == numbers.contains(column);
                    assert!(fits, "{name}.{column}: {value}");
                }
            }
            let text = fs::read_to_string(desk.path(&format!("csv/{name}.csv"))).unwrap();
            let mut lines = of_csv(&text);
            let head: Vec<String> = lines.remove(0).into_iter().flatten().collect();
            assert_eq!(
                head,
                columns.iter().map(|column| column["name"].as_str().unwrap()).collect::<Vec<_>>()
            );
            let line = |cells: Vec<Option<String>>| {
                let cell = |(column, text): (&String, Option<String>)| {
                    let value = match text {
                        None => Value::Null,
                        Some(text) if truths.contains(column) || numbers.contains(column) => {
                            text.parse().unwrap()
                        }
                        Some(text) => json!(text.strip_prefix('\'').unwrap_or(&text)),
                    };
                    (column.clone(), value)
                };
                Value::Object(head.iter().zip(cells).map(cell).collect())
            };
            assert_eq!(sorted(lines.into_iter().map(line).collect()), expected, "{name}");
        }
    }
}

#[test]
fn a_database_has_keys_comments_and_the_foreign_keys_that_hold() {
    for (desk, table, to) in [
        (Desk::with_history(), "ibm_access_group_members", "ibm_access_groups"),
        (Desk::with_huawei_history(), "huawei_policy_actions", "huawei_policy_statements"),
    ] {
        desk.iamwatch(&["export", "latest", "--format", "sqlite", "--to", "all.sqlite"]).done();
        let database = Connection::open(desk.path("all.sqlite")).unwrap();
        let ask = |sql: &str| -> Vec<String> {
            let mut statement = database.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        assert_eq!(ask("select integrity_check from pragma_integrity_check"), ["ok"]);
        assert_eq!(ask("select \"table\" from pragma_foreign_key_check"), Vec::<String>::new());
        assert!(
            ask(&format!("select \"table\" from pragma_foreign_key_list('{table}')"))
                .contains(&to.to_owned())
        );
        let keys = ask("select name from pragma_table_info('coverage') where pk > 0 order by pk");
        assert_eq!(keys, ["listing", "parent"]);
        let schema = &ask(&format!("select sql from sqlite_schema where name = '{table}'"))[0];
        let declared = model::tables::find(table).unwrap();
        assert!(schema.contains(declared.about), "{schema}");
        assert!(declared.columns.iter().all(|column| schema.contains(column.about)), "{schema}");
    }
}

#[test]
fn a_chosen_view_brings_what_it_reads_and_folders_hold_only_what_was_chosen() {
    let desk = Desk::with_huawei_history();
    desk.iamwatch(&["export", "--format", "csv", "--tables", "administrators,huawei_users", "--to", "some"])
        .done();
    assert_eq!(
        names(&desk.path("some")),
        ["administrators.csv", "export.json", "huawei_users.csv"].map(str::to_owned).into()
    );
    desk.iamwatch(&["export", "--format", "sqlite", "--tables", "administrators", "--to", "one.sqlite"])
        .done();
    let database = Connection::open(desk.path("one.sqlite")).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let told = desk.iamwatch(&["query", "select count(*) as n from administrators", "--json"]).json();
    assert_eq!(json!(count("select count(*) from administrators")), told["rows"][0]["n"]);
    assert!(count("select count(*) from administrators") > 0);
    assert_eq!(count("select count(*) from sqlite_schema where name = 'huawei_mfa_devices'"), 0);
}

#[test]
fn what_could_not_be_seen_is_said_in_what_is_taken_along() {
    let desk = Desk::with_history();
    let export = |to: &str, more: &str| {
        let told = desk.shell(&format!("iamwatch export --to {to} --json {more}"));
        told.json()["incomplete"].clone()
    };
    let note = |to: &str| -> Value {
        let bytes = fs::read(desk.path(to).join("export.json")).unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()["incomplete"].clone()
    };
    let lists = export("all", "8 --format csv");
    let blind = lists[0]["listing"].as_str().expect("a list that was not read to its end").to_owned();
    assert_eq!(note("all"), lists);
    for format in ["csv", "jsonl", "parquet"] {
        let one = format!("one-{format}");
        let told = export(&one, &format!("8 --format {format} --tables {blind}"));
        assert_eq!((&note(&one), told[0]["listing"].as_str()), (&told, Some(blind.as_str())), "{format}");
        let range = format!("range-{format}");
        let more = format!("--from 8 --format {format} --to latest --out {range}");
        let told = desk.shell(&format!("iamwatch export --json {more}")).json()["incomplete"].clone();
        assert_eq!((&note(&range), &told), (&lists, &lists), "{format}");
        let whole = format!("whole-{format}");
        assert_eq!((export(&whole, &format!("9 --format {format}")), note(&whole)), (json!([]), json!([])));
    }

    export("one.sqlite", "8 --format sqlite --tables run");
    let database = Connection::open(desk.path("one.sqlite")).unwrap();
    let sql = "select count(*) from coverage where status <> 'complete'";
    let count: u32 = database.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(Ok(count), u32::try_from(lists.as_array().unwrap().len()));
    export("one.sql", "8 --format postgres --tables run");
    let script = fs::read_to_string(desk.path("one.sql")).unwrap();
    assert!(script.contains(&blind), "{script}");
}

#[test]
fn a_name_that_means_nothing_is_answered_with_what_is_near() {
    let desk = Desk::with_history();
    let export =
        |tables: &str| desk.iamwatch(&["export", "--format", "csv", "--tables", tables, "--to", "x"]);
    export("ibm_user").fails(2, &["there is no table `ibm_user`", "`ibm_users`"]);
    export("users,huawei_users").fails(2, &["is a table of `huawei`", "--account"]);
    export("huawei_wide_policies").fails(2, &["huawei_wide_policies"]);
    assert_eq!(names(&desk.path("")), ["iamwatch-store".to_owned()].into());
}

#[test]
fn what_is_there_is_kept_and_only_an_export_is_replaced() {
    let desk = Desk::with_history();
    let export = |format: &str, to: &str, more: &[&str]| {
        let arguments = ["export", "--format", format, "--tables", "ibm_users", "--to", to];
        desk.iamwatch(&[&arguments, more].concat())
    };
    desk.write("notes.sqlite", "dear");
    desk.write("notes/letter", "dear");
    fs::create_dir(desk.path("empty")).unwrap();
    for (format, to) in
        [("sqlite", "notes.sqlite"), ("csv", "notes"), ("csv", "notes.sqlite"), ("parquet", "empty")]
    {
        export(format, to, &[]).fails(2, &["is there already", "--force"]);
        export(format, to, &["--force"]).fails(2, &["is no export of iamwatch"]);
    }
    assert_eq!(fs::read_to_string(desk.path("notes/letter")).unwrap(), "dear");
    assert_eq!(fs::read_to_string(desk.path("notes.sqlite")).unwrap(), "dear");

    for (format, to) in [("sqlite", "users.db"), ("jsonl", "users")] {
        export(format, to, &[]).done();
        let first = desk.bytes("");
        export(format, to, &[]).fails(2, &["is there already"]);
        assert_eq!(desk.bytes(""), first);
        desk.iamwatch(&["export", "1", "--format", format, "--tables", "ibm_users", "--to", to, "--force"])
            .done();
        assert_ne!(desk.bytes(""), first, "another snapshot is in its place");
    }
    let left = ["empty", "iamwatch-store", "notes", "notes.sqlite", "users", "users.db"];
    assert_eq!(names(&desk.path("")), left.map(str::to_owned).into());
}

#[test]
fn a_full_disk_leaves_nothing_and_keeps_what_was_there() {
    let desk = Desk::with_history();
    desk.iamwatch(&["export", "--format", "csv", "--tables", "ibm_users", "--to", "old"]).done();
    let before = desk.bytes("");
    for format in Format::ALL {
        for (target, force) in [("new", ""), ("old", "--force")] {
            if target == "old" && format != Format::Csv {
                continue;
            }
            // No file may be larger than this; the signal that says so is not heard, so that writing fails as on a full disk.
            let line = format!(
                "trap '' XFSZ; ulimit -f 100; iamwatch export --format {} --to {target} {force}",
                format.name()
            );
            desk.shell(&line).fails(3, &["nothing is left of it"]);
            assert_eq!(desk.bytes(""), before, "{format:?}");
        }
    }
    desk.shell("iamwatch export --format csv --tables ibm_policies --to - > /dev/full")
        .fails(3, &["standard output"]);
    desk.iamwatch(&["export", "--format", "csv", "--to", "there/is/no/folder"])
        .fails(3, &["there/is/no/folder"]);
}

#[test]
fn one_table_goes_through_a_pipe_and_a_broken_one_is_a_failure() {
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["export", "--format", "jsonl", "--tables", "ibm_users", "--to", "-"]).done();
    let told = desk.iamwatch(&["query", "select count(*) as n from ibm_users", "--json"]).json();
    assert_eq!(json!(page.lines().count()), told["rows"][0]["n"]);
    // What a stream has no place for is said beside it: which lists the rows hang on that were not read to their end.
    let blind = desk.iamwatch(&["export", "8", "--format", "jsonl", "--tables", "ibm_policies", "--to", "-"]);
    assert!(
        blind.code == 0 && blind.stderr.contains("? ibm_policies of authorization, v2 denied"),
        "{blind:?}"
    );
    desk.iamwatch(&["export", "--format", "csv", "--to", "-"]).fails(2, &["--tables"]);
    desk.iamwatch(&["export", "--format", "sqlite", "--to", "-"]).fails(2, &["standard output"]);
    let broken = desk.shell("iamwatch export --format jsonl --tables grants --to - | head -1");
    assert_eq!(broken.code, 3, "{broken:?}");
    assert!(broken.stderr.contains("standard output"), "{broken:?}");
}

/// Stops an export at a step.
struct Stopping {
    steps: AtomicUsize,
    last: usize,
}

impl ExportWatch for Stopping {
    fn step(&self, _: &'static str, done: usize, of: usize) {
        assert!(done <= of);
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.steps.load(Ordering::Relaxed) >= self.last
    }
}

#[tokio::test]
async fn a_stopped_export_leaves_nothing() {
    let desk = Desk::with_history();
    let (history, manifest) = history(&desk).await;
    fs::create_dir(desk.path("out")).unwrap();
    for last in [5, 60, 100] {
        let place = |path: PathBuf| ExportTarget::Place { path, is_replaced: false };
        let wanted =
            ExportRequest { format: Format::Jsonl, tables: vec![], target: place(desk.path("out/x")) };
        let watch = Stopping { steps: AtomicUsize::new(0), last };
        let outcome = export::export_snapshot(&history, &manifest, wanted, &watch).await;
        assert!(matches!(outcome, Err(ExportError::Stopped)), "{last}: {outcome:?}");
        assert_eq!(names(&desk.path("out")), BTreeSet::new(), "{last}");
    }
}

#[test]
fn changes_are_a_row_each_with_the_snapshot_that_first_shows_them() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        desk.iamwatch(&["export", "--from", "1", "--to", "latest", "--format", "jsonl", "--out", "all"])
            .done();
        let text = fs::read_to_string(desk.path("all/changes.jsonl")).unwrap();
        let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let listed = desk.iamwatch(&["snapshots", "--json"]).json();
        let mut expected: BTreeMap<(u64, String), u64> = BTreeMap::new();
        for snapshot in listed.as_array().unwrap().iter().skip(1) {
            for (verb, count) in snapshot["drift"].as_object().unwrap() {
                if count.as_u64() > Some(0) {
                    expected.insert(
                        (snapshot["number"].as_u64().unwrap(), verb.clone()),
                        count.as_u64().unwrap(),
                    );
                }
            }
        }
        let mut found: BTreeMap<(u64, String), u64> = BTreeMap::new();
        for row in &rows {
            let verb = row["change"].as_str().unwrap().to_owned();
            *found.entry((row["snapshot"].as_u64().unwrap(), verb)).or_default() += 1;
            let snapshot = &listed[usize::try_from(row["snapshot"].as_u64().unwrap()).unwrap() - 1];
            assert_eq!(row["taken_at"], snapshot["finished_at"]);
            for column in ["row_key", "before", "after"] {
                let object: Option<Value> =
                    row[column].as_str().map(|text| serde_json::from_str(text).unwrap());
                assert_eq!(object.is_none(), row[column].is_null(), "{row}");
            }
        }
        assert_eq!(found, expected);
        assert!(rows.len() > 10, "{}", rows.len());
        let changed = rows.iter().find(|row| row["change"] == "changed").expect("something changed");
        assert_ne!(changed["before"], changed["after"]);
    }
}

#[test]
fn changes_can_be_of_some_tables_and_lead_forward_only() {
    let desk = Desk::with_history();
    let export =
        |more: &[&str]| desk.iamwatch(&[&["export", "--format", "csv", "--out", "x"], more].concat());
    export(&["--from", "5", "--to", "3"]).fails(2, &["exchange --from and --to"]);
    export(&["--from", "3", "--to", "3"]).fails(2, &["exchange --from and --to"]);
    export(&["--from", "1", "--tables", "grants"]).fails(2, &["grants"]);
    desk.iamwatch(&["export", "latest", "--from", "1", "--format", "csv"]).fails(2, &["--from"]);
    export(&["--from", "1", "--tables", "ibm_users"]).done();
    let lines = of_csv(&fs::read_to_string(desk.path("x/changes.csv")).unwrap());
    assert!(
        lines.len() > 1 && lines.iter().skip(1).all(|line| line[5].as_deref() == Some("ibm_users")),
        "{lines:?}"
    );
}

#[test]
fn a_tilde_in_the_target_is_the_home_also_in_quotes() {
    let mut desk = Desk::with_history();
    let home = desk.path("home");
    fs::create_dir(&home).unwrap();
    desk.set("HOME", home.to_str().unwrap());
    desk.iamwatch(&["export", "latest", "--format", "csv", "--tables", "users", "--to", "~/sheets"]).done();
    desk.iamwatch(&["report", "--format", "md", "--to", "~/report.md"]).done();
    desk.iamwatch(&["export", "latest", "--layout", "lake", "--format", "parquet", "--to", "~/lake"]).done();
    assert!(
        home.join("sheets/users.csv").exists()
            && home.join("report.md").exists()
            && home.join("lake").is_dir()
    );
    desk.iamwatch(&["export", "latest", "--format", "csv", "--to", "~bob/x"])
        .fails(2, &["home of another user"]);
}
