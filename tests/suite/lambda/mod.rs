//! The function `audit` as Lambda runs it: its program, under the runtime API of cargo-lambda, against the simulator,
//! an S3 server and an event bus.

mod bucket;
mod bus;
mod function;
mod past;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use simulators::ibm::weeks;

use self::{bucket::Bucket, bus::Bus, function::Function};
use crate::scenarios::{API_KEY, Account};

/// Addresses of the servers that tests/run.sh starts, or none where it has not.
fn servers() -> Option<(String, String)> {
    let address = |name: &str| {
        let address = std::env::var(name).ok();
        let is_needed = std::env::var_os("IAMWATCH_TEST_ALL").is_some();
        assert!(address.is_some() || !is_needed, "{name} is not set: tests/run.sh starts what it names");
        // What follows the sign is a remark for other tests.
        address.map(|address| address.split('#').next().unwrap_or_default().to_owned())
    };
    let servers = address("IAMWATCH_TEST_S3").zip(address("IAMWATCH_TEST_AWS"));
    if servers.is_none() {
        eprintln!("LEFT OUT: the function is not tested without servers; tests/run.sh starts them");
    }
    servers
}

/// All that an invocation touches.
struct Scene {
    account: Account,
    bucket: Bucket,
    bus: Bus,
    function: Function,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn set(s3: &str, aws: &str) -> Self {
        let account = Account::of_a_dozen().await;
        let folder = tempfile::tempdir().expect("a folder");
        let bucket = Bucket::make(s3, "iamwatch-function").await;
        let bus = Bus::make(aws, "iamwatch-function").await;
        let sinks = [
            format!("file:{}", folder.path().join("events.jsonl").display()),
            format!("eventbridge:{}?endpoint={aws}&region=eu-central-1", bus.name),
        ];
        let settings = folder.path().join("iamwatch.toml");
        let text = account.settings("taken from the environment", &sinks);
        let s3 = format!("[s3]\nendpoint = {s3:?}\npath_style = true\nregion = \"eu-central-1\"\n");
        fs::write(&settings, text.replacen("[notify]", &format!("{s3}[notify]"), 1)).expect("settings");
        let store = format!("s3://{}/snapshots", bucket.name);
        let function = Function::start(
            "iamwatch-audit",
            &[
                ("IAMWATCH_CONFIG", folder.path().to_str().expect("UTF-8")),
                ("IAMWATCH_STORE", &store),
                ("IBM_API_KEY", API_KEY),
            ],
        )
        .await;
        Self { account, bucket, bus, function, folder }
    }

    /// Invokes the function and returns the one run of its answer.
    fn run(&self, event: &Value) -> Value {
        let answer = self.function.invoke(event).expect("an answer");
        let runs = answer["runs"].as_array().expect("runs");
        assert_eq!(runs.len(), 1, "{answer:#}");
        runs[0].clone()
    }

    fn file_events(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("events.jsonl")).expect("events");
        text.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
    }
}

/// The examples of what triggers the function, aimed at the simulated account.
fn triggers(account: &str) -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/in");
    let mut triggers: Vec<(PathBuf, Value)> = fs::read_dir(folder)
        .expect("events/in")
        .map(|entry| entry.expect("a folder").path().join("example.json"))
        // What an editor or a desktop leaves there triggers nothing.
        .filter(|path| path.is_file())
        .map(|path| {
            let text = fs::read_to_string(&path).expect("an example");
            (path, serde_json::from_str(&text).expect("JSON"))
        })
        .collect();
    triggers.sort_by(|a, b| a.0.cmp(&b.0));
    for (_, trigger) in &mut triggers {
        aim(trigger, account);
    }
    assert!(triggers.len() >= 3, "a schedule, nothing, an account: {triggers:?}");
    triggers
}

/// Puts the simulated account in the place of the one that an example names.
fn aim(value: &mut Value, account: &str) {
    match value {
        Value::String(text) if text.starts_with("ibm/") => account.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| aim(item, account)),
        Value::Object(members) => members.values_mut().for_each(|member| aim(member, account)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_function_audits_whatever_triggers_it() {
    let Some((s3, aws)) = servers() else { return };
    let scene = Scene::set(&s3, &aws).await;
    let id = scene.account.id.to_string();
    let triggers = triggers(&id);
    let mut number = 0;
    for (round, week) in [0, 1].into_iter().enumerate() {
        scene.account.ibm().change(weeks()[week].apply);
        for (place, (path, trigger)) in triggers.iter().enumerate() {
            let before = scene.bucket.keys().await;
            let run = scene.run(trigger);
            number += 1;
            assert_eq!(
                (run["account"].as_str(), run["snapshot"].as_u64()),
                (Some(id.as_str()), Some(number)),
                "{path:?}"
            );
            let written = scene.bucket.keys().await.difference(&before).count();
            match (round, place) {
                (0, 0) => is_baseline(&run),
                (1, 0) => is_drift(&run),
                _ => is_quiet(&run, written),
            }
        }
    }
    let manifests = scene.bucket.keys().await.into_iter().filter(|key| key.contains("/manifests/")).count();
    assert_eq!(u64::try_from(manifests).expect("few"), number);
    every_event_arrived_once(&scene).await;
    a_wrong_wish_is_refused(&scene);
    a_cloud_that_lets_nobody_in_fails_the_invocation(&scene);
    every_line_of_the_log_is_json(&scene, usize::try_from(number).expect("few"));
}

fn is_baseline(run: &Value) {
    assert_eq!(run["is_first"], json!(true));
    assert_eq!(run["drift"], json!({}));
    assert_eq!(run["incomplete"], json!(0));
    assert!(run["findings"]["baseline"].as_u64() > Some(0), "{run:#}");
    assert_eq!(run["events"], json!(1), "the baseline is one event");
}

/// Two people join a group; one brings a key.
fn is_drift(run: &Value) {
    assert_eq!(run["is_first"], json!(false));
    assert!(run["drift"]["added"].as_u64() >= Some(5), "two users, two members, a key: {run:#}");
    assert_eq!(run["drift"].get("removed"), None);
    assert!(run["events"].as_u64() >= Some(3), "{run:#}");
    let transitions = run["findings"]["transitions"].as_object().expect("transitions");
    assert!(transitions.values().all(|number| number.as_u64() > Some(0)), "{run:#}");
}

fn is_quiet(run: &Value, written: usize) {
    assert_eq!(run["drift"], json!({}), "{run:#}");
    assert_eq!(run["events"], json!(0), "{run:#}");
    assert_eq!(run["tables_written"], json!(0));
    assert_eq!(written, 1, "the manifest and nothing else");
}

async fn every_event_arrived_once(scene: &Scene) {
    let id = |event: &Value| event["id"].as_str().expect("an id").to_owned();
    let filed = scene.file_events();
    let ids: BTreeSet<String> = filed.iter().map(id).collect();
    assert_eq!(ids.len(), filed.len(), "told once to the file");
    let sent = scene.bus.received(filed.len()).await;
    assert_eq!(sent.len(), filed.len(), "told once to the bus");
    assert_eq!(sent.iter().map(|envelope| id(&envelope["detail"])).collect::<BTreeSet<_>>(), ids);
    for envelope in sent {
        assert_eq!(envelope["source"], json!("iamwatch"));
        assert_eq!(envelope["detail-type"], envelope["detail"]["type"]);
    }
}

/// Looks for words in what cargo-lambda prints, which it breaks into lines wherever there is a slash or a space.
fn says(printed: &str, words: &str) -> bool {
    let squeezed =
        |text: &str| text.chars().filter(|each| !each.is_whitespace() && *each != '│').collect::<String>();
    squeezed(printed).contains(&squeezed(words))
}

fn a_wrong_wish_is_refused(scene: &Scene) {
    let refusal = |event: Value| scene.function.invoke(&event).expect_err("a refusal");
    let unknown = refusal(json!({"account": "ibm/0000"}));
    let id = &scene.account.id;
    let expected =
        format!("the settings have no account `ibm/0000`, only {id}; add it, or ask for one of these");
    assert!(says(&unknown, &expected), "{unknown}");
    assert!(says(&unknown, "AuditRefused"), "{unknown}");
    let typed = refusal(json!({"account": 7}));
    assert!(says(&typed, "the `account` of the event is no text; write it as `ibm/ID`"), "{typed}");
}

fn a_cloud_that_lets_nobody_in_fails_the_invocation(scene: &Scene) {
    scene.account.ibm().change(|world| {
        for caller in &mut world.callers {
            caller.api_key = None;
        }
        world.api_keys.retain(|key| key.secret != API_KEY);
    });
    let failure = scene.function.invoke(&json!({})).expect_err("a failure");
    assert!(says(&failure, "AuditFailed"), "{failure}");
    assert!(says(&failure, "1 of 1 accounts could not be audited"), "{failure}");
    assert!(says(&failure, "collect stage failed"), "{failure}");
    assert!(!failure.contains(API_KEY));
}

fn every_line_of_the_log_is_json(scene: &Scene, runs: usize) {
    let log = scene.function.log();
    assert!(!log.contains(API_KEY), "the key is in the log");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    let finished: Vec<&Value> = lines.iter().filter(|line| line["message"] == "run finished").collect();
    assert_eq!(finished.len(), runs);
    let requests: BTreeSet<&str> =
        finished.iter().filter_map(|line| line["span"]["request_id"].as_str()).collect();
    assert_eq!(requests.len(), runs, "each invocation has an id of its own");
    for line in &finished {
        assert_eq!(line["span"]["account"], json!(scene.account.id.to_string()));
        let summary: Value =
            serde_json::from_str(line["summary"].as_str().expect("a summary")).expect("JSON");
        assert!(summary["snapshot"].is_u64());
    }
    assert!(lines.iter().any(|line| line["level"] == "ERROR" && line["message"] == "run failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_without_settings_says_which_variable_is_missing() {
    if servers().is_none() {
        return;
    }
    let function = Function::start("iamwatch-audit", &[]).await;
    let failure = function.invoke(&json!({})).expect_err("a refusal");
    assert!(says(&failure, "environment variable `IAMWATCH_CONFIG` is not set"), "{failure}");
}
