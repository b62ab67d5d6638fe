//! The interface is what its description says: a client that a public generator writes from it asks the program, and gets what the command line says.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use super::{
    program::Desk,
    serve::{Served, account},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_is_answered_as_the_command_line_is() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = tests.parent().unwrap().join(".cache/client/bin/python");
    if !python.exists() {
        assert!(std::env::var_os("IAMWATCH_TEST_ALL").is_none(), "run tests/client/install.sh before");
        eprintln!("!! left out: tests/client/install.sh was not run");
        return;
    }
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let name = account(&served).await.trim_start_matches("/api/v1/accounts/").to_owned();
    let asked = Command::new(python)
        .arg(tests.join("client/ask.py"))
        .args([&served.address(""), &served.token, &name])
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let told: Value = serde_json::from_slice(&asked.stdout).unwrap();
    assert_eq!(told["operations"], 16);
    assert_eq!(told["accounts"][0]["account"], json!(name));
    assert_eq!(told["faults"], json!([]));
    assert_eq!(
        (&told["is_problem"], &told["problem"]["type"]),
        (&json!(true), &json!("urn:iamwatch:problem:no-such-snapshot"))
    );

    let cli = |arguments: &[&str]| desk.iamwatch(&[arguments, &["--json"]].concat()).json();
    let findings = cli(&["findings", "--at", "7", "--severity", "high"]);
    let ids = |value: &Value| -> Vec<Value> {
        value.as_array().unwrap().iter().take(5).map(|finding| finding["fingerprint"].clone()).collect()
    };
    assert_eq!(ids(&told["findings"]), ids(&findings["findings"]));
    assert!(told["findings"][0]["fingerprint"].is_string(), "{told}");
    let grants = cli(&["query", "select count(*) as n from grants", "--at", "7"]);
    assert_eq!(told["rows"], grants["rows"]);
    let users =
        cli(&["query", "select iam_id from ibm_users order by account_id, iam_id limit 4", "--at", "7"]);
    let of_pages = told["pages"].as_array().unwrap().iter().flat_map(|page| page.as_array().unwrap());
    let of_pages: Vec<Value> = of_pages.map(|row| json!({ "iam_id": row["iam_id"] })).collect();
    assert_eq!(json!(of_pages), users["rows"]);
}
