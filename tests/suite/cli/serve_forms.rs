//! Answers in the forms that other engines read, and packed for the way.

use serde_json::{Value, json};

use super::{
    engines::{python, run_python},
    program::Desk,
    serve::{Served, account, assert_problem, encoded},
};

const PARQUET: &str = "application/vnd.apache.parquet";

#[tokio::test(flavor = "multi_thread")]
async fn rows_as_parquet_are_read_by_another_engine_page_by_page() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let path = format!("{at}/snapshots/7/tables/ibm_users");
    let first = served
        .ask(&format!("{path}?limit=3"), &[("accept", PARQUET), ("accept-encoding", "gzip, zstd")])
        .await;
    assert_eq!(
        (&first.headers()["content-type"], first.headers().get("content-encoding")),
        (&PARQUET.parse().unwrap(), None)
    );
    assert_eq!(first.headers()["iamwatch-limit-rows"], "3");
    let next = first.headers()["iamwatch-next-page"].to_str().unwrap().to_owned();
    let tag = first.headers()["etag"].clone();
    let as_json = served.ask(&format!("{path}?limit=3"), &[]).await;
    assert_ne!(as_json.headers()["etag"], tag, "another form is another answer");
    let bytes = first.bytes().await.unwrap();
    assert_eq!((&bytes[..4], &bytes[bytes.len() - 4..]), (&b"PAR1"[..], &b"PAR1"[..]));
    for other in ["coverage", "tables"] {
        let path = path.replace("tables/ibm_users", if other == "coverage" { "coverage" } else { "" });
        let refused = served.ask(path.trim_end_matches('/'), &[("accept", PARQUET)]).await;
        assert_problem(refused, 406, "no-such-form").await;
    }
    let Some(python) = python() else { return };
    let ddl = desk.iamwatch(&["ddl", "--dialect", "duckdb", "--cloud", "ibm"]).done();
    desk.write("ddl.sql", &ddl);
    std::fs::create_dir(desk.path("rows")).unwrap();
    let mut told: Vec<Value> = Vec::new();
    let second = served
        .ask(&format!("{path}?limit=3&page={next}"), &[("accept", PARQUET)])
        .await
        .bytes()
        .await
        .unwrap();
    for page in [bytes, second] {
        std::fs::write(desk.path("rows/ibm_users.parquet"), page).unwrap();
        let (ddl, folder) = (desk.path("ddl.sql"), desk.path("rows"));
        let arguments = [ddl.to_str().unwrap(), folder.to_str().unwrap()];
        let asked = json!({ "users": "select iam_id, email, state from ibm_users order by iam_id" });
        let answer: Value = serde_json::from_str(&run_python(&python, "ask.py", &arguments, &asked)).unwrap();
        told.extend(answer["users"].as_array().unwrap().clone());
    }
    let sql = "select iam_id, email, state from ibm_users order by iam_id limit 6";
    let expected = desk.iamwatch(&["query", sql, "--at", "7", "--json"]).json();
    let cells = |row: &Value| json!([row["iam_id"], row["email"], row["state"]]);
    assert_eq!(told, expected["rows"].as_array().unwrap().iter().map(cells).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_answer_is_packed_as_the_client_can_unpack_it() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let path = format!("{}/snapshots/7", account(&served).await);
    let plain = served.ask(&path, &[]).await.bytes().await.unwrap();
    for (accepted, coding) in [
        ("gzip, zstd", Some("zstd")),
        ("gzip, zstd;q=0", Some("gzip")),
        ("br, ZSTD", Some("zstd")),
        ("br", None),
        ("gzip;q=0, zstd;q=0.0", None),
    ] {
        let answer = served.ask(&path, &[("accept-encoding", accepted)]).await;
        let named =
            answer.headers().get("content-encoding").map(|coding| coding.to_str().unwrap().to_owned());
        assert_eq!(named.as_deref(), coding, "{accepted}");
        let bytes = answer.bytes().await.unwrap();
        let unpacked = match coding {
            Some("zstd") => zstd::bulk::decompress(&bytes, plain.len()).unwrap(),
            _ if coding.is_some() => {
                assert!(bytes.len() < plain.len());
                continue;
            }
            _ => bytes.to_vec(),
        };
        assert_eq!(unpacked, plain, "{accepted}");
    }
}

#[tokio::test]
async fn a_statement_that_names_the_time_or_chance_is_kept_by_nobody_without_asking() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let kept = async |sql: &str| {
        let answer = served.ask(&format!("{at}/query?at=7&sql={}", encoded(sql)), &[]).await;
        assert_eq!(answer.status().as_u16(), 200, "{sql}");
        answer.headers()["cache-control"].to_str().unwrap().contains("immutable")
    };
    for sql in [
        "select random()",
        "select Current_Timestamp",
        "select datetime('now')",
        "select 1 where exists (select \"unixepoch\" ('n' || 'ow'))",
        "select count(*) from ibm_users where added_at < strftime('%Y', 'now')",
    ] {
        assert!(!kept(sql).await, "{sql}");
    }
    for sql in
        ["select count(*) from ibm_users", "select 'unknown' as known, iam_id as randomly from ibm_users"]
    {
        assert!(kept(sql).await, "{sql}");
    }
}

#[tokio::test]
async fn a_list_says_how_many_rows_a_page_of_it_may_have() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    for (path, most) in [
        ("/api/v1/accounts?limit=7", "7"),
        (&format!("{at}/snapshots"), "50"),
        (&format!("{at}/findings"), "100"),
    ] {
        assert_eq!(served.ask(path, &[]).await.headers()["iamwatch-limit-rows"], most, "{path}");
    }
}
