//! Requests of somebody who wants more than answers: SQL that would write or never end, paths that would leave the store, markup in names.

use std::time::{Duration, Instant};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use check::RuleSet;
use serde_json::Value;
use serve::{Archive, AskLimits};
use snapshot::{AnyStore, StoreOptions};

use super::{
    program::Desk,
    serve::{Served, account, assert_problem, encoded},
};

#[tokio::test]
async fn sql_may_only_read_and_comes_to_an_end() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let before = desk.bytes("iamwatch-store");
    for sql in [
        "attach database '/etc/passwd' as x",
        "pragma journal_mode = delete",
        "pragma table_info(ibm_users)",
        "delete from ibm_users",
        "insert into ibm_users select * from ibm_users",
        "update ibm_users set email = ''",
        "drop table ibm_users",
        "create table x (y)",
        "vacuum into '/tmp/x'",
        "select load_extension('x')",
        "select readfile('/etc/passwd')",
        "select writefile('/tmp/x', 'x')",
        "select * from sqlite_master",
        "select * from temp.sqlite_master",
        "select iam_id from ibm_users union select sql from sqlite_schema",
        "with x as (delete from ibm_users returning *) select * from x",
        "select fts3_tokenizer('simple', x'4141414141414141')",
        "select * from fts3tokenize",
        "select rtreecheck('main', 'ibm_users')",
        "select * from dbstat",
        "select * from sqlite_dbpage",
        "select edit('x')",
        "select zipfile('a', 'b')",
        "select printf('%.*c', 2000000000, 'x')",
        "select abs(-9223372036854775808)",
        "select * from pragma_database_list",
        "select 1; select 2",
        "select * from huawei_users",
        "select * from nothing",
        "begin",
        "",
        "\0",
        "select",
    ] {
        let response = served.ask(&format!("{at}/query?sql={}", encoded(sql)), &[]).await;
        let status = response.status().as_u16();
        assert!((400..500).contains(&status), "{sql}: {status}");
        let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert!(problem["help"].as_str().is_some_and(|help| !help.is_empty()), "{problem}");
        assert!(!problem.to_string().contains("iamwatch show"), "it offers no command: {problem}");
    }
    assert_eq!(desk.bytes("iamwatch-store"), before, "nothing is written");
    let rows = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n";
    let cut = served.json(&format!("{at}/query?limit=10&sql={}", encoded(rows))).await;
    assert_eq!((cut["rows"].as_array().unwrap().len(), &cut["truncated"]), (10, &Value::Bool(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_without_end_is_stopped_and_keeps_no_other_waiting() {
    let desk = Desk::with_history();
    let place = desk.path("iamwatch-store").display().to_string();
    let store = AnyStore::open(&place, &StoreOptions::default()).await.unwrap();
    let limits = AskLimits { sql: Duration::from_secs(4), at_once: 2, ..AskLimits::default() };
    let archive = Archive::new(store, RuleSet::embedded().unwrap(), jiff::Timestamp::now, limits);
    let account = desk.iamwatch(&["snapshots", "--json"]).json()[0]["account"].as_str().unwrap().to_owned();
    let ask = |path: String| {
        let request = Request::builder().uri(format!("/api/v1/accounts/{account}/{path}"));
        serve::respond(archive.clone(), request.body(Body::empty()).unwrap())
    };
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    let began = Instant::now();
    let slow = ask(format!("query?sql={}", encoded(endless)));
    let quick = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let answer = ask("snapshots/7".to_owned()).await;
        (answer.status().as_u16(), began.elapsed())
    };
    let (slow, (status, elapsed)) = tokio::join!(slow, quick);
    assert_eq!((slow.status().as_u16(), status), (422, 200));
    assert!(elapsed < Duration::from_millis(3_900), "{elapsed:?}");
    let text = to_bytes(slow.into_body(), usize::MAX).await.unwrap();
    let problem: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(problem["type"], "urn:iamwatch:problem:query-too-slow");
    // Where all turns are taken for longer than anybody waits, that is said at once.
    let limits = AskLimits { at_once: 1, wait: Duration::from_millis(50), ..limits };
    let store = AnyStore::open(&place, &StoreOptions::default()).await.unwrap();
    let archive = Archive::new(store, RuleSet::embedded().unwrap(), jiff::Timestamp::now, limits);
    let ask = |path: String| {
        let request = Request::builder().uri(format!("/api/v1/accounts/{account}/{path}"));
        serve::respond(archive.clone(), request.body(Body::empty()).unwrap())
    };
    let late = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        (ask("query?sql=select+1".to_owned()).await, ask("snapshots/7".to_owned()).await)
    };
    let (_, (late, quick)) = tokio::join!(ask(format!("query?sql={}", encoded(endless))), late);
    assert_eq!((late.status().as_u16(), late.headers()["retry-after"].to_str().unwrap()), (503, "5"));
    assert_eq!(quick.status().as_u16(), 200, "what reads no table waits for none of them");
}

#[tokio::test]
async fn no_path_leads_out_of_the_store() {
    let desk = Desk::with_history();
    desk.write("iamwatch-store/../secret.json", "{}");
    let served = Served::start(&desk);
    let at = account(&served).await;
    for path in [
        "/api/v1/accounts/ibm/..%2f..%2fsecret/snapshots".to_owned(),
        "/api/v1/accounts/ibm/%2e%2e/snapshots".to_owned(),
        "/api/v1/accounts/%2e%2e/%2e%2e/snapshots/1".to_owned(),
        "/api/v1/accounts/ibm/a%00b/snapshots".to_owned(),
        "/api/v1/accounts/ibm/%ff%fe/snapshots".to_owned(),
        format!("/api/v1/accounts/ibm/{}/snapshots", "a".repeat(5000)),
        "/api/v1/accounts/aws/1/snapshots".to_owned(),
        "/api/v1/accounts/ibm/nobody/snapshots".to_owned(),
        format!("{at}/snapshots/..%2f..%2fsecret"),
        format!("{at}/snapshots/99999999999999999999"),
        format!("{at}/snapshots/0"),
        format!("{at}/snapshots/10"),
        format!("{at}/snapshots/latest~99"),
        format!("{at}/snapshots/1990-01-01"),
        format!("{at}/snapshots/2990-01-01"),
        format!("{at}/snapshots/7/tables/..%5c..%5csecret"),
        format!("{at}/snapshots/7/tables/sqlite_master"),
        format!("{at}/snapshots/7/tables/huawei_users"),
        format!("{at}/nothing"),
        "/%2e%2e/%2e%2e/etc/passwd".to_owned(),
        "/a/".repeat(100),
    ] {
        let response = served.ask(&path, &[]).await;
        let status = response.status().as_u16();
        assert!(status == 400 || status == 404, "{path}: {status}");
        let text = response.text().await.unwrap();
        assert!(!text.contains("root:") && !text.contains("panicked"), "{path}: {text}");
    }
    for (query, kind) in [
        ("snapshots?limit=0", "wrong-parameter"),
        ("snapshots?limit=1e9", "wrong-parameter"),
        ("snapshots?limit=5&limit=6", "repeated-parameter"),
        ("findings?severity=worst", "wrong-parameter"),
        ("findings?at=tomorrow", "wrong-snapshot-name"),
        ("changes?access=maybe", "wrong-parameter"),
        ("who-can", "missing-parameter"),
        ("query", "missing-parameter"),
    ] {
        served.problem(&format!("{at}/{query}"), 400, kind).await;
    }
    served.problem(&format!("{at}/findings?rule=no_such_rule"), 404, "no-such-rule").await;
    served.problem(&format!("{at}/history?subject=nobody-has-this-name"), 404, "no-such-subject").await;
}

#[tokio::test]
async fn a_store_that_is_emptied_says_what_to_do() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    std::fs::remove_dir_all(desk.path("iamwatch-store")).unwrap();
    std::fs::create_dir(desk.path("iamwatch-store")).unwrap();
    assert_eq!(served.json("/api/v1/accounts").await["accounts"], serde_json::json!([]));
    let page = served.ask("/", &[]).await.text().await.unwrap();
    assert!(page.contains("iamwatch audit") && page.contains("iamwatch demo"), "{page}");
    let response = served.ask("/accounts/ibm/none", &[("accept", "text/html")]).await;
    assert_eq!(response.status().as_u16(), 404);
    assert!(response.text().await.unwrap().contains("no snapshot"));
    let response = served.ask("/api/v1/accounts/ibm/none/snapshots", &[]).await;
    assert_problem(response, 404, "no-snapshot-yet").await;
}

#[tokio::test]
async fn markup_in_what_is_asked_or_answered_is_text_on_every_page() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await.replace("/api/v1", "");
    let nasty = "</textarea></title><script>window.marked=true</script><img src=x onerror=alert(1)>\" onload='x' \u{202e}";
    let cells = format!("select '{}' as \"{}\"", nasty.replace('\'', "''"), nasty.replace('"', "\"\""));
    let given = encoded(nasty);
    for path in [
        format!("{at}/query?sql={}", encoded(&cells)),
        format!("{at}/query?sql={given}"),
        format!("{at}/search?text={given}"),
        format!("{at}/history?subject={given}"),
        format!("{at}/who-can?action={given}&resource={given}&principal={given}"),
        format!("{at}/findings?subject={given}&rule={given}"),
        format!("{at}/changes?from={given}&to={given}"),
        format!("{at}/findings?severity={given}"),
        format!("{at}/findings?at={given}"),
        format!("{at}?{given}=1"),
        format!("/{}", "%3Cscript%3E"),
    ] {
        let response = served.ask(&path, &[]).await;
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
        let page = response.text().await.unwrap();
        for part in ["<script", "<img"] {
            assert!(!page.contains(part), "{path}: {part}");
        }
        // What somebody typed stands in its field as it was typed, and nowhere else.
        let outside = without(&without(&page, "<textarea", "</textarea>"), " value=\"", "\"");
        assert!(!outside.contains('\u{202e}'), "{path}");
        assert_eq!(page.matches("</title>").count(), 1, "{path}");
        assert!(page.contains("&lt;script"), "{path}: it is told, and escaped");
    }
}

/// Returns a text without what stands between some marks.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut parts = text.split(begin);
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(|part| part.split_once(end).map_or("", |(_, rest)| rest)).collect::<String>()
}
