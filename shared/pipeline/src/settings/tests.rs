use std::path::Path;

use super::*;

const MINIMAL: &str = r#"
store = "snapshots"
[[account]]
cloud = "ibm"
credentials = { api_key = "env:IBM_KEY" }
"#;

fn fault(text: &str) -> String {
    Settings::parse("iamwatch.toml", text).expect_err("the settings are wrong").to_string()
}

fn account(id: &str, key: &str) -> String {
    format!("[[account]]\ncloud = \"ibm\"\n{id}\ncredentials = {{ api_key = \"{key}\" }}\n")
}

#[test]
fn the_settings_of_the_readme_are_valid() {
    let readme = include_str!("../../README.md");
    let sample = readme.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("a sample");
    let settings = Settings::parse("README.md", sample).expect("valid");
    assert_eq!((settings.accounts.len(), settings.permissions.len(), settings.suppressions.len()), (2, 2, 1));
}

#[test]
fn the_configuration_for_huawei_cloud_that_is_deployed_is_valid() {
    let text = include_str!("../../../../infra/huawei.toml");
    let settings = Settings::parse("huawei.toml", text).expect("valid");
    let account = &settings.accounts[0];
    assert_eq!((settings.accounts.len(), account.cloud), (1, model::Cloud::Huawei));
    // The function may read what is below the name of the stack, which is `iamwatch` in its README.
    for secret in [&account.credentials.access_key, &account.credentials.secret_key] {
        let is_of_stack =
            matches!(secret, Some(SecretReference::Parameter(name)) if name.starts_with("/iamwatch/huawei/"));
        assert!(is_of_stack, "{secret:?}");
    }
    assert_eq!(settings.notify.sinks, ["eventbridge:iamwatch"]);
    for line in text.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| line.contains(" = ")) {
        let with = text.replacen(&format!("# {line}"), &line.replace('…', "0123456789abcdef"), 1);
        Settings::parse("huawei.toml", &with).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn the_configuration_that_the_template_makes_is_valid() {
    let template = include_str!("../../../../infra/template.yaml");
    let text: String = template
        .lines()
        .skip_while(|line| !line.contains("store = \"s3://${Store}/store\""))
        .take_while(|line| !line.trim_start().starts_with("- Id:"))
        .map(|line| format!("{}\n", line.trim_start()))
        .collect();
    for id in ["# id: that of the key", "id = \"59bcbfa6ea2f006b4ed7094c1a08dcdd\""] {
        let filled = text.replace("${Id}", id).replace("${Key}", "/iamwatch/ibm/key");
        let filled = filled.replace("${Store}", "a-bucket").replace("${Bus}", "iamwatch");
        let settings = Settings::parse("template.yaml", &filled).expect("valid");
        assert_eq!(settings.accounts.len(), 1);
        assert_eq!(settings.notify.sinks, ["eventbridge:iamwatch"]);
    }
}

#[test]
fn what_is_left_out_has_a_default() {
    let settings = Settings::parse("iamwatch.toml", MINIMAL).expect("valid");
    assert_eq!(settings.accounts[0].concurrency, 16);
    assert_eq!(settings.notify.events_per_run, 200);
}

#[test]
fn settings_are_read_as_editors_save_them() {
    let saved = format!("\u{feff}{}", MINIMAL.replace('\n', "\r\n"));
    assert_eq!(Settings::parse("iamwatch.toml", &saved).expect("valid").accounts.len(), 1);
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let message = fault(&format!("stroe = 1\n{MINIMAL}"));
    assert!(message.contains("stroe") && message.contains("line 1"), "{message}");
}

#[test]
fn a_key_in_the_file_itself_is_refused_and_not_repeated() {
    let message = fault(&MINIMAL.replace("env:IBM_KEY", "s3cr3t-key-value"));
    assert!(message.contains("env:NAME") && message.contains("line 5"), "{message}");
    assert!(!message.contains("s3cr3t"), "{message}");
    for wrong in [
        "credentials = \"s3cr3t\"",
        "credentials = { api_key = { key = \"s3cr3t\" } }",
        "credentials = [\"s3cr3t\"]",
    ] {
        let message = fault(&MINIMAL.replace("credentials = { api_key = \"env:IBM_KEY\" }", wrong));
        assert!(message.contains("line 5") && !message.contains("s3cr3t"), "{message}");
        assert!(!message.contains("struct"), "no name of the program: {message}");
    }
}

#[test]
fn an_account_that_stands_twice_is_refused() {
    let twice = |one: &str, other: &str| format!("store = \"snapshots\"\n{one}{other}");
    let id = "id = \"a1\"";
    let message = fault(&twice(&account(id, "env:ONE"), &account(id, "env:TWO")));
    assert!(message.contains("the account `ibm/a1` stands in them twice; leave one"), "{message}");
    let message = fault(&twice(&account("", "env:ONE"), &account("", "env:ONE")));
    assert!(message.contains("two accounts of `ibm` sign in with the same credentials"), "{message}");
    let message = fault(&twice(&account(id, "env:ONE"), &account("", "env:ONE")));
    assert!(message.contains("the same credentials"), "{message}");
    let fine = twice(&account(id, "env:ONE"), &account("id = \"a2\"", "env:TWO"));
    assert_eq!(Settings::parse("iamwatch.toml", &fine).expect("two accounts").accounts.len(), 2);
}

#[test]
fn a_sink_that_stands_twice_is_refused() {
    let message = fault(&format!("{MINIMAL}[notify]\nsinks = [\"stdout\", \"stdout\"]\n"));
    assert!(message.contains("the sink `stdout` stands in them twice"), "{message}");
}

/// Loads settings from a file `etc/iamwatch.toml` in a new folder; HOME is `/home/ana`.
async fn load(text: &str) -> (tempfile::TempDir, Result<Settings, String>) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("etc")).expect("a folder");
    std::fs::write(folder.path().join("etc/iamwatch.toml"), text).expect("a file");
    let place = folder.path().join("etc").display().to_string();
    let home = |name: &str| (name == "HOME").then(|| "/home/ana".to_owned());
    let settings = Settings::load(&place, &home).await;
    (
        folder,
        settings.map_err(|error| {
            format!(
                "{error}: {}",
                std::error::Error::source(&error).map_or_else(String::new, ToString::to_string)
            )
        }),
    )
}

const WITH_PATHS: &str = r#"
store = "snapshots"
rules = "~/rules"
[notify]
sinks = ["file:events.jsonl", "stdout", "file:~/events.jsonl"]
[[account]]
cloud = "ibm"
credentials = { token_file = "token", profile = { id = "Profile-1" } }
[[account]]
cloud = "huawei"
credentials = { access_key = "file:../keys/ak", secret_key = "file:/run/sk", security_token = "file:~/token" }
"#;

#[tokio::test]
async fn paths_count_from_the_file_and_a_tilde_is_home() {
    let (folder, settings) = load(WITH_PATHS).await;
    let settings = settings.expect("valid");
    let etc = folder.path().join("etc");
    let below = |name: &str| etc.join(name).display().to_string();
    assert_eq!(settings.store, below("snapshots"));
    assert_eq!(settings.rules.as_deref(), Some(Path::new("/home/ana/rules")));
    let events = format!("file:{}", below("events.jsonl"));
    assert_eq!(settings.notify.sinks, [events.as_str(), "stdout", "file:/home/ana/events.jsonl"]);
    assert_eq!(settings.accounts[0].credentials.token_file, Some(etc.join("token")));
    let keys = &settings.accounts[1].credentials;
    assert_eq!(keys.access_key, Some(SecretReference::File(etc.join("../keys/ak"))));
    assert_eq!(keys.secret_key, Some(SecretReference::File("/run/sk".into())));
    assert_eq!(keys.security_token, Some(SecretReference::File("/home/ana/token".into())));
}

#[tokio::test]
async fn a_path_that_cannot_be_meant_is_refused_with_what_it_is_for() {
    for (from, to, said) in [
        ("\"snapshots\"", "\"~bob/snapshots\"", "the store is `~bob/snapshots`"),
        ("\"snapshots\"", "\"file:snapshots\"", "the store is `file:snapshots`"),
        ("\"snapshots\"", "\"\"", "the store is empty"),
        ("\"~/rules\"", "\"~bob\"", "the folder of rules is `~bob`"),
        ("file:events.jsonl", "file:", "the file of a sink is empty"),
        ("file:~/token", "file:~bob/token", "the file of a key is `~bob/token`"),
    ] {
        let message = load(&WITH_PATHS.replacen(from, to, 1)).await.1.expect_err("a path that cannot be");
        assert!(message.contains(said) && message.contains("; "), "{message}");
    }
}

#[test]
fn no_time_for_judging_is_refused_for_then_no_run_would_ever_be_judged() {
    for seconds in ["0", "86401", "9223372036854775807"] {
        let told = fault(&format!("judging_seconds = {seconds}\n{MINIMAL}"));
        assert!(
            told.contains(&format!("`judging_seconds` is {seconds}; it must be from 1 to 86400")),
            "{told}"
        );
    }
    let usual = Settings::parse("iamwatch.toml", MINIMAL).expect("valid");
    assert_eq!(usual.judging().as_secs(), 300);
}

#[test]
fn a_run_that_would_send_no_event_of_its_own_is_refused() {
    let told = fault(&format!("{MINIMAL}\n[notify]\nevents_per_run = 0\n"));
    assert!(told.contains("`events_per_run` is 0") && told.contains("at least 1"), "{told}");
}
