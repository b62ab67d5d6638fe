use model::{Cloud, Rows, tables::ibm};
use serde_json::json;

use super::*;

fn run() -> RunContext {
    let account = AccountId::parse(Cloud::Ibm, "acc-1").unwrap();
    RunContext { account, at: "2026-11-21T12:00:00Z".parse().unwrap(), number: 7 }
}

fn users(names: &[&str]) -> State {
    let mut state = State::default();
    let rows = names.iter().map(|name| {
        ibm::USERS.draft().set("iam_id", *name).set("self_manage", true).set("document", "{}").row()
    });
    state.put(&ibm::USERS, Rows::new(&ibm::USERS, rows.collect()));
    state
}

fn answer(sql: &str) -> Result<QueryAnswer, QueryError> {
    ask(&users(&["IBMid-ana", "IBMid-bo"]), &run(), sql, &Limits::default())
}

fn message(sql: &str) -> String {
    answer(sql).unwrap_err().to_string()
}

#[test]
fn a_query_gives_columns_and_rows() {
    let answer = answer("select iam_id, self_manage, state from ibm_users order by iam_id").unwrap();
    assert_eq!(answer.columns, ["iam_id", "self_manage", "state"]);
    assert_eq!(serde_json::to_string(&answer.rows).unwrap(), r#"[["IBMid-ana",1,null],["IBMid-bo",1,null]]"#);
    assert!(answer.is_complete);
}

#[test]
fn rows_that_are_only_counted_are_loaded_all_the_same() {
    assert_eq!(answer("select count(*) from ibm_users").unwrap().rows, [[serde_json::Value::from(2)]]);
}

#[test]
fn a_document_is_there_when_it_is_asked_for() {
    assert_eq!(
        answer("select document from ibm_users limit 1").unwrap().rows,
        [[serde_json::Value::from("{}")]]
    );
}

#[test]
fn the_run_tells_times_to_compare_with() {
    let sql =
        "select cloud, account_id, snapshot, at, days_30_ago, days_90_ago, days_180_ago, in_7_days from run";
    let answer = answer(sql).unwrap();
    assert_eq!(
        serde_json::to_string(&answer.rows).unwrap(),
        r#"[["ibm","acc-1",7,"2026-11-21T12:00:00Z","2026-10-22T12:00:00Z","2026-08-23T12:00:00Z","2026-05-25T12:00:00Z","2026-11-28T12:00:00Z"]]"#
    );
}

#[test]
fn capital_letters_are_others_than_small_ones() {
    assert!(answer("select iam_id from ibm_users where iam_id like 'ibmid-%'").unwrap().rows.is_empty());
    assert_eq!(
        answer("select iam_id from ibm_users where iam_id like 'IBMid!-a%' escape '!'").unwrap().rows.len(),
        1
    );
}

/// Three findings, and a note of how many of them were asked for.
struct Three(std::cell::Cell<usize>);

impl Derived for Three {
    fn rows<'a>(&'a self, _: &'static Table) -> Box<dyn Iterator<Item = Row> + 'a> {
        let row = |id: &str| tables::derived::FINDINGS.draft().set("id", id).set("rule", "r").row();
        Box::new(["a", "b", "c"].map(row).into_iter().inspect(|_| self.0.set(self.0.get() + 1)))
    }
}

#[test]
fn a_derived_table_with_more_rows_than_may_be_is_refused_and_never_answered_in_part() {
    let ask = |most: usize, sql: &str| {
        let limits = Limits { derived: most, ..Limits::default() };
        let three = Three(std::cell::Cell::new(0));
        let answer = ask_with(&State::default(), &three, &run(), sql, &limits);
        (answer.map(|answer| answer.rows).map_err(|error| error.to_string()), three.0.get())
    };
    let count = "select count(*) from findings";
    assert_eq!(ask(3, count), (Ok(vec![vec![serde_json::Value::from(3)]]), 3));
    // Also where the question would be content with a part, and reads other tables after it.
    for sql in
        [count, "select id from findings limit 1", "select 1 from findings join ibm_users join grant_actions"]
    {
        let (answer, made) = ask(2, sql);
        let message = "`findings` has more than 2 rows in this snapshot, and a part of them would be no answer; ask \
                       `iamwatch findings --all`";
        assert_eq!(answer.unwrap_err(), message);
        assert_eq!(made, 3, "no more is made than shows that it is too much");
    }
    assert_eq!(ask(0, count).1, 1);
}

#[test]
fn nothing_but_reading_is_allowed() {
    let refused = |what: &str| {
        format!("a query may only read, and this one would {what}; start it with `select` or `with`")
    };
    for (sql, what) in [
        ("delete from ibm_users", "delete from `ibm_users`"),
        ("insert into ibm_users (iam_id) values ('x')", "insert into `ibm_users`"),
        ("update ibm_users set iam_id = 'x'", "update `ibm_users`"),
        ("drop table ibm_users", "change the schema"),
        ("create table x (a)", "change the schema"),
        ("create temp view x as select 1", "change the schema"),
        ("attach 'other.db' as other", "attach or detach a database"),
        ("vacuum into 'copy.db'", "rewrite the database"),
        ("pragma case_sensitive_like = off", "run the pragma `case_sensitive_like`"),
        ("begin", "open or end a transaction"),
        ("select load_extension('x')", "call `load_extension`"),
        ("select name from sqlite_master", "look into SQLite's own `sqlite_master`"),
    ] {
        assert_eq!(message(sql), refused(what), "{sql}");
    }
    assert_eq!(answer("select count(*) from ibm_users").unwrap().rows, [[serde_json::Value::from(2)]]);
}

#[test]
fn only_one_statement_is_asked() {
    assert_eq!(
        message("select 1; select 2"),
        "the query is more than one statement; ask them one after the other"
    );
    assert!(message("select 1; drop table ibm_users").contains("this one would change the schema"));
    assert_eq!(message(" -- nothing\n"), "the query is empty; try `select * from ibm_users order by iam_id`");
    assert!(answer("select 1;\n-- an end\n").is_ok());
}

#[test]
fn what_is_wrong_is_said_where_it_is() {
    assert_eq!(
        message("select * from ibm_userz"),
        "there is no table `ibm_userz`, but `ibm_users`; `iamwatch show latest` lists the tables"
    );
    assert_eq!(
        message("select nome from ibm_users"),
        "the query is not right: no such column: nome, at `nome from ibm_users`"
    );
    assert!(
        message("select \"IBMid-ana\" from ibm_users").contains("no such column"),
        "double quotes are no text"
    );
    assert!(message("selec 1").starts_with("the query is not right: near \"selec\": syntax error"));
}

#[test]
fn a_query_that_does_not_end_is_stopped() {
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    let limits = Limits { time: Duration::from_millis(20), rows: 10, ..Limits::default() };
    let error = ask(&users(&[]), &run(), endless, &limits).unwrap_err();
    assert_eq!(error, QueryError::TooSlow { limit: limits.time });
    assert!(error.to_string().starts_with("the query was stopped after 0.02 s"), "{error}");
}

#[test]
fn rows_beyond_the_limit_are_left_out_and_said_to_be() {
    let limits = Limits { rows: 1, ..Limits::default() };
    let answer =
        ask(&users(&["a", "b"]), &run(), "select iam_id from ibm_users order by iam_id", &limits).unwrap();
    assert_eq!((answer.rows.len(), answer.is_complete), (1, false));
}

#[test]
fn what_was_not_loaded_is_not_taken_for_empty() {
    let reads = Reads::of(["select iam_id from ibm_users"]).unwrap();
    let database = Database::load(&users(&["a"]), &run(), &reads).unwrap();
    let error = |sql| database.query(sql, &Limits::default()).unwrap_err();
    assert_eq!(
        error("select email from ibm_users"),
        QueryError::NotLoaded { what: "ibm_users.email".to_owned() }
    );
    assert_eq!(
        error("select id from ibm_policies"),
        QueryError::NotLoaded { what: "ibm_policies".to_owned() }
    );
}

#[test]
fn who_has_left_the_account_is_the_same_in_sql_and_in_rust() {
    const IDS: [&str; 9] = [
        "IBMid-gone",
        "SL-gone",
        "appid-gone",
        "BSS-gone",
        "iam-Profile-gone",
        "iam-ServiceId-far",
        "crn-crn:v1:bluemix:public:is:us-south:a/acc-2::instance:i",
        "",
        "IBMid-ana",
    ];
    let mut state = users(&["IBMid-ana"]);
    let policy =
        |id: &str| ibm::POLICIES.draft().set("id", id).set("type", "access").set("subject_iam_id", id).row();
    state.put(&ibm::POLICIES, Rows::new(&ibm::POLICIES, IDS.map(policy).to_vec()));
    let sql = "select iam_id, kind from ibm_departed_subjects order by iam_id";
    let told = ask(&state, &run(), sql, &Limits::default()).unwrap();
    let told: Vec<(&str, &str)> =
        told.rows.iter().map(|row| (row[0].as_str().unwrap(), row[1].as_str().unwrap())).collect();
    let mut expected: Vec<(&str, &str)> = IDS
        .into_iter()
        .filter(|id| *id != "IBMid-ana")
        .filter_map(|id| Some((id, ibm::member_table(id)?.name)))
        .map(|(id, table)| (id, if table == "ibm_users" { "user" } else { "trusted profile" }))
        .collect();
    expected.sort_unstable();
    assert_eq!(told, expected);
}

#[test]
fn a_database_that_is_larger_than_its_memory_answers_all_the_same() {
    let document = format!("{{\"about\":\"{}\"}}", "x".repeat(2_000));
    let row = |number: u32| {
        let id = format!("IBMid-{number:05}");
        ibm::USERS.draft().set("iam_id", id.as_str()).set("document", document.as_str()).row()
    };
    let mut state = State::default();
    state.put(&ibm::USERS, Rows::new(&ibm::USERS, (0..20_000).map(row).collect()));
    let sql = "select count(*), sum(length(document)), min(iam_id), max(iam_id) from ibm_users";
    let found = ask(&state, &run(), sql, &Limits::default()).unwrap();
    let bytes = 20_000 * document.len();
    assert_eq!(found.rows, [[json!(20_000), json!(bytes), json!("IBMid-00000"), json!("IBMid-19999")]]);
    // What has to be sorted as a whole is larger than the memory, too.
    let sql =
        "select iam_id from (select iam_id, document from ibm_users order by document, iam_id desc) limit 1";
    assert_eq!(ask(&state, &run(), sql, &Limits::default()).unwrap().rows, [[json!("IBMid-19999")]]);
}
