//! The function `history` as Lambda runs it: requests of a function URL in, answers of one out.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::function::Function;
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
