//! The function `history` as Lambda runs it: requests of a function URL in, answers of one out.

use std::{collections::BTreeMap, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use model::{Row, Rows, Value as Cell, tables::ibm::MEMBERS};
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use snapshot::{AnyStore, CoverageCounts, Delta, FORMAT, History, Manifest, StoreOptions};

use super::{bucket::Bucket, function::Function};
use crate::cli::with_stored_history;

/// Returns a request as a function URL sends it.
fn request(path: &str, query: &str, headers: &Value) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": headers,
        "requestContext": { "accountId": "1", "http": { "method": "GET", "path": path, "protocol": "HTTP/1.1" } },
        "isBase64Encoded": false,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_function_answers_a_function_url_from_a_store_that_it_only_reads() {
    if super::servers().is_none() {
        return;
    }
    let (_desk, store, account) = with_stored_history();
    let function = Function::start("iamwatch-history", &[("IAMWATCH_STORE", &store)]).await;
    let get = |path: &str, query: &str| function.invoke(&request(path, query, &json!({}))).unwrap();
    let of = |answer: &Value| -> Value { serde_json::from_str(answer["body"].as_str().unwrap()).unwrap() };
    let accounts = get("/api/v1/accounts", "");
    assert_eq!(
        (&accounts["statusCode"], &accounts["headers"]["content-type"]),
        (&json!(200), &json!("application/json"))
    );
    assert_eq!(of(&accounts)["accounts"][0]["account"], json!(account));
    let at = format!("/api/v1/accounts/{account}");
    let asked = get(&format!("{at}/query"), "at=7&sql=select+count%28*%29+as+n+from+ibm_users");
    assert!(of(&asked)["rows"][0]["n"].as_u64() > Some(3), "{asked}");
    let refused = get(&format!("{at}/query"), "sql=delete+from+ibm_users");
    assert_eq!(
        (&refused["statusCode"], of(&refused)["type"].as_str()),
        (&json!(400), Some("urn:iamwatch:problem:query-writes"))
    );
    let packed = function
        .invoke(&request(&format!("{at}/snapshots/7"), "", &json!({ "accept-encoding": "gzip" })))
        .unwrap();
    assert_eq!(packed["isBase64Encoded"], json!(true));
    assert!(STANDARD.decode(packed["body"].as_str().unwrap()).unwrap().starts_with(&[0x1f, 0x8b]));
    // Half of what a value may have, as text of many marks, is more than Lambda takes.
    let large = get(
        &format!("{at}/query"),
        "limit=10000&sql=with+recursive+n(i)+as+(select+1+union+all+select+i%2B1+from+n+limit+9000)+select+printf(%27%25.600c%27,%27x%27)+as+x+from+n",
    );
    assert_eq!(
        (&large["statusCode"], of(&large)["type"].as_str()),
        (&json!(413), Some("urn:iamwatch:problem:too-large-an-answer"))
    );
    assert!(of(&large)["help"].as_str().unwrap().contains("`limit`"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_any_size_is_read_by_links_that_need_no_credentials() {
    let Some((s3, _)) = super::servers() else { return };
    let (_desk, store, account) = with_stored_history();
    let bucket = Bucket::make(&s3, "past").await;
    bucket.put_folder(Path::new(&store), "kept").await;
    let place = format!("s3://{}/kept", bucket.name);
    let function = Function::start(
        "iamwatch-history",
        &[("IAMWATCH_STORE", &place), ("IAMWATCH_S3_ENDPOINT", &s3), ("AWS_SESSION_TOKEN", "of-the-role")],
    )
    .await;
    let at = format!("/api/v1/accounts/{account}/snapshots/7/tables/ibm_policies");
    let answer = function.invoke(&request(&format!("{at}/objects"), "", &json!({}))).unwrap();
    assert_eq!(answer["headers"]["cache-control"], json!("no-store"), "a link is good for minutes");
    let told: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    let objects = told["objects"].as_array().unwrap();
    assert!(objects.len() > 1, "a base and what came since: {told}");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut rows = BTreeMap::new();
    for object in objects {
        let link = object["link"].as_str().unwrap();
        for part in ["X-Amz-Signature=", "X-Amz-Expires=900", "X-Amz-Security-Token=of-the-role"] {
            assert!(link.contains(part), "{link}");
        }
        let bytes = client.get(link).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(object["bytes"], json!(bytes.len()));
        assert_eq!(object["sha256"], json!(hex::encode(Sha256::digest(&bytes))));
        // The rows are what the answer says that they are: the base, and each delta put over it.
        for row in SerializedFileReader::new(bytes).unwrap().get_row_iter(None).unwrap() {
            let cells: BTreeMap<String, Field> =
                row.unwrap().get_column_iter().map(|(name, cell)| (name.clone(), cell.clone())).collect();
            let text = |name: &str| match &cells[name] {
                Field::Str(text) => json!(text),
                other => panic!("{other}"),
            };
            let id = text("id").as_str().unwrap().to_owned();
            if cells.get("_deleted") == Some(&Field::Bool(true)) {
                rows.remove(&id);
            } else {
                rows.insert(id, text("state"));
            }
        }
    }
    let whole = function.invoke(&request(&at, "limit=10000", &json!({}))).unwrap();
    let whole: Value = serde_json::from_str(whole["body"].as_str().unwrap()).unwrap();
    let expected: BTreeMap<String, Value> = whole["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["id"].as_str().unwrap().to_owned(), row["state"].clone()))
        .collect();
    assert!(rows.len() > 5 && told["rows"] == json!(rows.len()), "{told}");
    assert_eq!(rows, expected);
}

/// Puts a snapshot into a bucket with a table that is larger than an answer of Lambda, and returns the path of its rows.
async fn put_large_table(place: &str, s3: &str, rows: u32) -> String {
    let options = StoreOptions {
        s3_path_style: true,
        s3_endpoint: Some(s3.to_owned()),
        region: Some("us-east-1".to_owned()),
    };
    let store = AnyStore::open(place, &options).await.unwrap();
    let history = History::new(store, "ibm/large".parse().unwrap());
    let row = |number: u32| {
        let id = format!("IBMid-{number:06}{}", "\"".repeat(400));
        Row::pack([Cell::Text("group"), Cell::Text(&id), Cell::Text("user"), Cell::Null, Cell::Null])
    };
    let table = &MEMBERS;
    let rows = Rows::new(table, (0..rows).map(row).collect());
    let entry = history.write(None, table, &rows, &Delta::default()).await.unwrap().unwrap();
    let manifest = Manifest {
        format: FORMAT,
        tool: "iamwatch-tests".to_owned(),
        account: history.account().clone(),
        number: 1,
        started_at: "2026-11-21T06:00:00Z".to_owned(),
        finished_at: "2026-11-21T06:00:01Z".to_owned(),
        previous: None,
        tables: BTreeMap::from([(table.name.to_owned(), entry)]),
        changes: BTreeMap::new(),
        coverage: CoverageCounts::default(),
        unjudged: None,
        findings: None,
        access: None,
        outbox: None,
        undelivered: Vec::new(),
        withheld: BTreeMap::new(),
        put_in: Vec::new(),
    };
    history.commit(&manifest).await.unwrap();
    format!("/api/v1/accounts/{}/snapshots/1/tables/{}", history.account(), table.name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_larger_than_lambda_takes_becomes_a_link() {
    let Some((s3, _)) = super::servers() else { return };
    let bucket = Bucket::make(&s3, "large").await;
    let place = format!("s3://{}/kept", bucket.name);
    let at = put_large_table(&place, &s3, 10_000).await;
    let function = Function::start(
        "iamwatch-history",
        &[("IAMWATCH_STORE", &place), ("IAMWATCH_S3_ENDPOINT", &s3), ("AWS_SESSION_TOKEN", "of-the-role")],
    )
    .await;
    let get =
        |path: &str, query: &str, headers: Value| function.invoke(&request(path, query, &headers)).unwrap();
    let large = get(&at, "limit=10000", json!({}));
    assert_eq!((&large["statusCode"], &large["isBase64Encoded"]), (&json!(413), &json!(false)));
    let link = large["headers"]["link"].as_str().unwrap();
    let link = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"alternate\"")).unwrap();
    let (above, _) = at.rsplit_once('/').unwrap();
    let told = get(&format!("{above}/{link}"), "", json!({}));
    let told: Value = serde_json::from_str(told["body"].as_str().unwrap()).unwrap();
    assert_eq!((&told["rows"], told["objects"].as_array().map(Vec::len)), (&json!(10_000), Some(1)));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let object = client.get(told["objects"][0]["link"].as_str().unwrap()).send().await.unwrap();
    let object = SerializedFileReader::new(object.bytes().await.unwrap()).unwrap();
    assert_eq!(object.metadata().file_metadata().num_rows(), 10_000);
    // The whole of it comes packed, and as much as is allowed comes as it is, also where Lambda's own form of it would be too large.
    let packed = get(&at, "limit=10000", json!({ "accept-encoding": "zstd" }));
    let bytes = STANDARD.decode(packed["body"].as_str().unwrap()).unwrap();
    let rows: Value = serde_json::from_slice(&zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
    assert_eq!((&packed["statusCode"], rows["rows"].as_array().map(Vec::len)), (&json!(200), Some(10_000)));
    let most = get(&at, "limit=4800", json!({}));
    assert_eq!((&most["statusCode"], &most["isBase64Encoded"]), (&json!(200), &json!(true)));
    let bytes = STANDARD.decode(most["body"].as_str().unwrap()).unwrap();
    let rows: Value = serde_json::from_slice(&bytes).unwrap();
    assert!(
        bytes.len() > 4_000_000 && rows["rows"].as_array().map(Vec::len) == Some(4800),
        "{}",
        bytes.len()
    );
}
