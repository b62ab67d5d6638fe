//! The `simulate` binary as another process sees it: one line of JSON, the control, the end.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

struct Running {
    process: Child,
    said: Value,
    client: reqwest::Client,
}

impl Running {
    fn start(options: &[&str]) -> Running {
        Running::of("ibm", options)
    }

    fn of(cloud: &str, options: &[&str]) -> Running {
        let mut process = Command::new(env!("CARGO_BIN_EXE_simulate"))
            .arg(cloud)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Running { process, said: serde_json::from_str(&line).unwrap(), client: reqwest::Client::new() }
    }

    fn control(&self, path: &str) -> String {
        format!("{}{path}", self.said["control"].as_str().unwrap())
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let call = self.client.post(self.control(path)).header("content-type", "application/json");
        let answer = call.body(body.to_string()).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(self.control(path)).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.process.kill().unwrap_or_default();
        self.process.wait().map(drop).unwrap_or_default();
    }
}

#[tokio::test]
async fn it_says_where_it_listens_and_ends_with_its_input() {
    let mut running = Running::start(&["--seed", "3", "--token-life", "900", "--latency-ms", "1"]);
    for host in ["iam", "user_management", "accounts", "resource_controller", "cbr", "enterprise"] {
        assert!(running.said["endpoints"][host].as_str().unwrap().starts_with("http://127.0.0.1:"), "{host}");
    }
    assert!(running.said["api_key"].is_string() && running.said["account_id"].is_string());
    drop(running.process.stdin.take());
    assert!(running.process.wait().unwrap().success());
}

#[tokio::test]
async fn weeks_pass_one_by_one_until_there_are_no_more() {
    for cloud in ["ibm", "huawei"] {
        let running = Running::of(cloud, &[]);
        let before = running.get("/truth").await;
        let (status, week) = running.post("/week", json!({})).await;
        assert_eq!((status, &week["week"]), (200, &json!(2)));
        assert_ne!(running.get("/truth").await, before);
        let mut passed = 2;
        while running.post("/week", json!({})).await.0 == 200 {
            passed += 1;
        }
        let later = Running::of(cloud, &["--week", &passed.to_string()]);
        assert_eq!(later.get("/truth").await, running.get("/truth").await, "{cloud}");
    }
}

#[tokio::test]
async fn huawei_says_with_what_to_sign_and_answers_only_what_is_signed() {
    let options = ["--size", "guide", "--session-life", "900", "--clock", "2026-09-07T06:00:00Z"];
    let running = Running::of("huawei", &options);
    for host in ["iam", "sts", "organizations", "eps"] {
        let base = running.said["endpoints"][host].as_str().unwrap();
        assert_eq!(
            running.client.get(format!("{base}/v5/users")).send().await.unwrap().status(),
            401,
            "{host}"
        );
    }
    for member in ["access_key", "secret_key", "account_id"] {
        assert!(running.said[member].is_string(), "{member}");
    }
    assert!(running.said["temporary"]["security_token"].is_string());
    assert!(running.said["outsider"]["agency_urn"].as_str().unwrap().contains(":agency:"));
    assert_eq!(running.get("/truth").await["groups"][0]["group_name"], "IAMGroupA");
    let fault = json!({ "host": "sts", "path": "", "kind": { "server_error": 502 } });
    assert_eq!(running.post("/fault", fault).await.0, 200);
    let sts = running.said["endpoints"]["sts"].as_str().unwrap();
    assert_eq!(running.client.get(sts).send().await.unwrap().status(), 502);
    assert_eq!(running.get("/calls").await["count"], 5);
    assert_eq!(running.post("/fault", json!({ "host": "cbr", "kind": "html" })).await.0, 422);
}

#[tokio::test]
async fn a_share_of_a_large_account_changes_the_same_way_for_the_same_seed() {
    let (one, other) = (Running::start(&["--size", "1k"]), Running::start(&["--size", "1k"]));
    let before = one.get("/truth").await;
    for running in [&one, &other] {
        assert_eq!(running.post("/churn?share=0.01&seed=5", json!({})).await.0, 200);
    }
    assert_ne!(one.get("/truth").await, before);
    assert_eq!(one.get("/truth").await, other.get("/truth").await);
    assert_eq!(one.post("/churn?share=2", json!({})).await.0, 400);
}

#[tokio::test]
async fn faults_come_and_go_and_calls_are_counted() {
    let running = Running::start(&[]);
    let account = format!("{}/v4/accounts/x", running.said["endpoints"]["accounts"].as_str().unwrap());
    let status = async || running.client.get(&account).send().await.unwrap().status().as_u16();
    assert_eq!(status().await, 401);
    let fault = json!({ "host": "accounts", "path": "/v4", "kind": { "server_error": 502 } });
    assert_eq!(running.post("/fault", fault).await.0, 200);
    assert_eq!(status().await, 502);
    assert_eq!(running.post("/faults/clear", json!({})).await.0, 200);
    assert_eq!(status().await, 401);
    assert_eq!(running.post("/fault", json!({ "kind": "unheard_of" })).await.0, 422);
    let calls = running.get("/calls").await;
    assert_eq!(calls["count"], 3);
    assert_eq!(calls["log"][1]["status"], 502);
    assert_eq!(calls["trap_hits"], json!([]));
}

#[test]
fn wrong_options_are_named() {
    for (words, wanted) in [
        (vec!["mars"], "no cloud is called `mars`"),
        (vec!["ibm", "--size", "huge"], "no size is called `huge`"),
        (vec!["ibm", "--sise", "1k"], "no option is called `--sise`"),
        (vec!["ibm", "--seed"], "`--seed` needs a value"),
        (vec!["ibm", "--size", "guide"], "no size is called `guide`"),
        (vec!["ibm", "--session-life", "1"], "no option is called `--session-life`"),
        (vec!["huawei", "--token-life", "1"], "no option is called `--token-life`"),
        (vec!["huawei", "--clock", "noon"], "`--clock` needs a time"),
    ] {
        let ended = Command::new(env!("CARGO_BIN_EXE_simulate")).args(&words).output().unwrap();
        assert!(!ended.status.success());
        assert!(String::from_utf8_lossy(&ended.stderr).contains(wanted), "{words:?}");
    }
}
