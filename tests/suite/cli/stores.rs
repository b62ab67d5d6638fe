//! Stores that are missing, foreign, unwritable or hold several accounts.

use std::fs;

use super::program::Desk;

#[test]
fn a_store_without_snapshots_is_answered_with_how_to_make_one() {
    let desk = Desk::new();
    for arguments in [&["snapshots"] as &[&str], &["findings"], &["verify"], &["show", "latest"]] {
        desk.iamwatch(arguments)
            .fails(2, &["holds no snapshot yet", "./iamwatch-store", "iamwatch audit", "--store"]);
    }
    assert!(!desk.path("iamwatch-store").exists());
}

#[test]
fn a_folder_of_other_things_is_no_store() {
    let desk = Desk::new();
    desk.write("papers/thesis.doc", "precious");
    let outcome = desk.iamwatch(&["snapshots", "--store", "papers"]);
    outcome.fails(2, &["`papers` is not an iamwatch store", "thesis.doc", "help: "]);
    assert_eq!(fs::read(desk.path("papers/thesis.doc")).unwrap(), b"precious");
}

#[test]
fn an_address_that_names_no_store_is_refused() {
    let desk = Desk::new();
    desk.iamwatch(&["snapshots", "--store", "gs://bucket/x"]).fails(2, &["gs://bucket/x", "s3://"]);
    let outcome =
        desk.iamwatch(&["snapshots", "--store", "s3://bucket/x", "--s3-endpoint", "http://example.com"]);
    outcome.fails(2, &["http://example.com", "https"]);
}

#[test]
fn a_store_that_does_not_answer_is_no_wrong_use() {
    let mut desk = Desk::new();
    desk.set("AWS_ACCESS_KEY_ID", "x");
    desk.set("AWS_SECRET_ACCESS_KEY", "no-secret");
    let arguments =
        ["snapshots", "--store", "s3://bucket/x", "--s3-endpoint", "http://127.0.0.1:1", "--region", "eu-de"];
    let outcome = desk.iamwatch(&arguments);
    outcome.fails(3, &["could not be reached", "help: "]);
    assert!(!outcome.stderr.contains("no-secret"));
}

#[test]
fn several_accounts_are_named_and_one_must_be_chosen() {
    let desk = Desk::with_history();
    desk.write("iamwatch-store/ibm/other/manifests/00000001.json", "{}");
    let outcome = desk.iamwatch(&["snapshots"]);
    outcome.fails(2, &["several accounts", "ibm/other", "--account"]);
    desk.iamwatch(&["snapshots", "--account", "ibm/other"]).fails(4, &["00000001.json", "is damaged"]);
    desk.iamwatch(&["snapshots", "--account", "ibm/nobody"]).fails(2, &["ibm/nobody", "no snapshot"]);
    desk.iamwatch(&["snapshots", "--account", "nonsense"]).fails(2, &["CLOUD/ID"]);
}

#[test]
fn the_environment_may_name_the_store() {
    let mut desk = Desk::with_history();
    fs::rename(desk.path("iamwatch-store"), desk.path("elsewhere")).unwrap();
    desk.set("IAMWATCH_STORE", "elsewhere");
    assert_eq!(desk.iamwatch(&["snapshots", "--json"]).json().as_array().unwrap().len(), 9);
    desk.iamwatch(&["snapshots", "--store", "nowhere"]).fails(2, &["nowhere"]);
}

#[test]
fn a_variable_that_is_empty_is_none() {
    let mut desk = Desk::with_history();
    for name in ["STORE", "ACCOUNT", "CONFIG", "S3_ENDPOINT", "S3_PATH_STYLE", "S3_REGION"] {
        desk.set(&format!("IAMWATCH_{name}"), "");
    }
    assert_eq!(desk.iamwatch(&["snapshots", "--json"]).json().as_array().unwrap().len(), 9);
    for yes in ["1", "true", "on"] {
        desk.set("IAMWATCH_S3_PATH_STYLE", yes);
        desk.iamwatch(&["snapshots"]).done();
    }
    desk.set("IAMWATCH_ACCOUNT", "nonsense");
    desk.iamwatch(&["snapshots"]).fails(2, &["`IAMWATCH_ACCOUNT`", "CLOUD/ID"]);
    let account = desk.iamwatch(&["snapshots", "--account", "ibm", "--json"]).json();
    desk.set("IAMWATCH_ACCOUNT", account[0]["account"].as_str().unwrap());
    desk.iamwatch(&["snapshots"]).done();
}

#[test]
fn a_tilde_that_the_shell_left_is_home_and_the_home_of_others_is_refused() {
    let mut desk = Desk::with_history();
    fs::create_dir(desk.path("house")).unwrap();
    fs::rename(desk.path("iamwatch-store"), desk.path("house/store")).unwrap();
    desk.set("HOME", desk.path("house").to_str().unwrap());
    desk.iamwatch(&["snapshots", "--store=~/store"]).done();
    desk.set("IAMWATCH_STORE", "~/store");
    desk.iamwatch(&["snapshots"]).done();
    desk.iamwatch(&["snapshots", "--store", "~bob/store"]).fails(2, &["home of another user", "help: "]);
    desk.iamwatch(&["rules", "--rules", "~bob/rules"]).fails(2, &["the folder of rules is `~bob/rules`"]);
    desk.iamwatch(&["demo", "--fast", "--account", "ibm", "--store", "~/office"]).done();
    assert!(desk.path("house/office/ibm").is_dir() && !desk.path("~").exists());
    desk.iamwatch(&["snapshots", "--store", "file:store"])
        .fails(2, &["neither a folder nor `s3://BUCKET/PREFIX`"]);
    desk.set("HOME", "");
    desk.iamwatch(&["snapshots"]).fails(2, &["`HOME` is not set"]);
}

#[test]
fn a_cloud_stands_for_its_only_account() {
    let desk = Desk::with_both_histories();
    desk.iamwatch(&["snapshots"]).fails(2, &["several accounts", "ibm/", "huawei/", "--account"]);
    let account = |cloud: &str| {
        let list = desk.iamwatch(&["snapshots", "--account", cloud, "--json"]).json();
        list[0]["account"].as_str().unwrap().to_owned()
    };
    assert!(account("ibm").starts_with("ibm/") && account("huawei").starts_with("huawei/"));
    assert_eq!(account(&account("huawei")), account("huawei"), "the id works as well");

    desk.write("iamwatch-store/huawei/other/manifests/00000001.json", "{}");
    let outcome = desk.iamwatch(&["snapshots", "--account", "huawei"]);
    outcome.fails(2, &["several accounts", "huawei/other", "--account CLOUD/ID"]);
    assert!(!outcome.stderr.contains("ibm/"), "those of the other cloud are not meant: {outcome:?}");
    assert!(account("ibm").starts_with("ibm/"));
}

#[test]
fn a_cloud_without_an_account_is_answered_with_those_there_are() {
    let desk = Desk::with_history();
    desk.iamwatch(&["findings", "--account", "huawei"])
        .fails(2, &["no account of `huawei`", "ibm/", "help: "]);
}
