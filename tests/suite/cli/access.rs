//! `iamwatch who-can`: who may do something, and through what.

use serde_json::Value;

use super::program::Desk;

fn told(desk: &Desk, arguments: &[&str]) -> Value {
    desk.iamwatch(&[&["who-can", "--json"], arguments].concat()).json()
}

/// Returns the verdict, the extent and the names on the path of somebody's answer.
fn answer(told: &Value, name: &str) -> Option<(String, String, Vec<String>)> {
    let answers = told["answers"].as_array().unwrap();
    let found = answers.iter().find(|answer| answer["name"] == name)?;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let path = found["path"].as_array().unwrap().iter().map(|step| text(&step["name"])).collect();
    Some((text(&found["verdict"]), text(&found["extent"]), path))
}

fn verdict(told: &Value, name: &str) -> Option<String> {
    answer(told, name).map(|(verdict, ..)| verdict)
}

#[test]
fn everybody_who_can_is_told_with_the_way_to_it() {
    let desk = Desk::with_huawei_history();
    let page = desk.iamwatch(&["who-can", "iam:users:attachPolicyV5"]).done();
    assert!(page.starts_with("Who can iam:users:attachPolicyV5 on anything"), "{page}");
    let line = page.lines().find(|line| line.contains("user lin.mei")).unwrap();
    assert!(line.starts_with("yes"), "{line}");
    assert!(line.ends_with("group 'operators' → policy 'ReviewOfIdentities' → version v2"), "{line}");
    let told = told(&desk, &["iam:users:attachPolicyV5"]);
    assert_eq!((&told["snapshot"], &told["resource"]), (&9.into(), &Value::Null));
    let path = ["lin.mei", "operators", "ReviewOfIdentities", "v2", "90ce88d72bc2"].map(str::to_owned).into();
    assert_eq!(answer(&told, "lin.mei"), Some(("surely".to_owned(), "whole".to_owned(), path)));
    assert_eq!(verdict(&told, "noor.haddad"), None);
}

#[test]
fn who_gave_it_is_told_where_the_cloud_tells_it() {
    let desk = Desk::with_history();
    let told = told(&desk, &["iam.policy.create", "--at", "5"]);
    let answers = told["answers"].as_array().unwrap();
    let of = |name: &str| answers.iter().find(|answer| answer["name"] == name).unwrap();
    // Its policy was made in the fourth week, by somebody who is gone since.
    assert_eq!(of("ci-deployer")["given_by"], "user dariusz.wojcik@lindqvist-freight.example");
    let page = desk.iamwatch(&["who-can", "iam.policy.create", "--at", "5"]).done();
    let line = page.lines().find(|line| line.contains("service ID ci-deployer")).unwrap();
    assert!(line.contains("(given by user dariusz.wojcik@lindqvist-freight.example)"), "{line}");
    let desk = Desk::with_huawei_history();
    let told = super::access::told(&desk, &["iam:users:attachPolicyV5"]);
    assert!(told["answers"].as_array().unwrap().iter().all(|answer| answer["given_by"].is_null()));
}

#[test]
fn a_snapshot_of_then_answers_for_then() {
    let desk = Desk::with_huawei_history();
    let asked = |at| told(&desk, &["iam:users:attachPolicyV5", "--at", at]);
    assert_eq!(verdict(&asked("3"), "lin.mei"), None);
    assert_eq!(verdict(&asked("2026-09-24T03:00:00Z"), "lin.mei").as_deref(), Some("surely"));
    assert_eq!(verdict(&asked("latest~5"), "lin.mei").as_deref(), Some("surely"));
    assert_eq!(asked("4")["snapshot"], 4);
    desk.iamwatch(&["who-can", "x:y:z", "--at", "99"]).fails(2, &["no snapshot `99`", "iamwatch snapshots"]);
}

#[test]
fn both_the_question_and_the_grant_may_have_wildcards() {
    let desk = Desk::with_huawei_history();
    let told = told(&desk, &["iam:*:get*", "--at", "3"]);
    let whole = |name: &str| answer(&told, name).map(|(verdict, extent, _)| format!("{verdict} {extent}"));
    // Allowed as it is asked; by more than is asked; and of some of it only.
    assert_eq!(whole("lin.mei").as_deref(), Some("surely whole"));
    assert_eq!(whole("priya.raman").as_deref(), Some("surely whole"));
    let keys = answer(&told, "carla.mendes").unwrap();
    assert_eq!(keys.2[1], "operators", "the whole goes before the keys of machines: {keys:?}");
    assert_eq!(whole("deploy-bot"), None);
}

#[test]
fn a_resource_of_huawei_cloud_is_a_urn() {
    let desk = Desk::with_huawei_history();
    let told = told(&desk, &["obs:object:getObject", "obs:*:*:object:telemetry/2026/a.csv"]);
    let (verdict, extent, path) = answer(&told, "李娜").unwrap();
    assert_eq!((verdict.as_str(), extent.as_str(), path[2].as_str()), ("surely", "whole", "Telemetry"));
    let anything = desk.iamwatch(&["who-can", "obs:object:getObject"]).done();
    let line = anything.lines().find(|line| line.contains("user 李娜")).unwrap();
    assert!(line.starts_with("partly"), "{line}");
    for wrong in ["telemetry", "bucket=telemetry", "crn:v1:bluemix:public"] {
        let outcome = desk.iamwatch(&["who-can", "obs:object:getObject", wrong]);
        outcome.fails(2, &[&format!("`{wrong}` is no URN"), "help: ", "service:region:account:type:path"]);
        assert_eq!(outcome.stdout, "");
    }
}

#[test]
fn a_resource_of_ibm_cloud_is_a_crn_or_pairs() {
    let desk = Desk::with_history();
    let action = "databases-for-postgresql.database.create";
    let by_pair = told(&desk, &[action, "serviceName=databases-for-postgresql"]);
    let (verdict, extent, path) = answer(&by_pair, "mira.patel@lindqvist-freight.example").unwrap();
    assert_eq!((verdict.as_str(), extent.as_str()), ("surely", "whole"));
    assert_eq!(path[1..], ["developers", "Developers look into the order database", "Editor"]);

    let sql = "select crn from ibm_resource_instances where crn like '%databases-for-postgresql%' order by 1";
    let crn = desk.iamwatch(&["query", sql, "--json"]).json()["rows"][0]["crn"].as_str().unwrap().to_owned();
    let by_crn = told(&desk, &[action, &crn]);
    assert_eq!(self::verdict(&by_crn, "mira.patel@lindqvist-freight.example").as_deref(), Some("surely"));
    for wrong in ["orders", "serviceName=databases-for-postgresql,orders"] {
        let outcome = desk.iamwatch(&["who-can", action, wrong]);
        outcome.fails(2, &["`orders` is neither a CRN", "help: ", "serviceName=kms,region=eu-de"]);
        assert_eq!(outcome.stdout, "");
    }
}

#[test]
fn what_is_denied_and_who_cannot_use_it_are_told_apart() {
    let desk = Desk::with_huawei_history();
    let page = desk.iamwatch(&["who-can", "iam:users:createUserV5"]).done();
    let (able, denied) = page.split_once("Denied, though something allows it:").unwrap();
    assert!(able.contains("Nobody can."), "{page}");
    // The organisation binds the root user of a member account, too.
    for who in ["user zhang.wei", "user baia-solar"] {
        let line = denied.lines().find(|line| line.contains(who)).unwrap();
        assert!(line.contains("service control policy 'NoNewUsers'"), "{page}");
    }

    let page = desk.iamwatch(&["who-can", "obs:object:getObject"]).done();
    let (able, unable) = page.split_once("Cannot use it now:").unwrap();
    assert!(!able.contains("yuki.sato") && unable.contains("user yuki.sato (disabled)"), "{page}");
    let told = told(&desk, &["obs:object:getObject"]);
    let yuki =
        told["answers"].as_array().unwrap().iter().find(|answer| answer["name"] == "yuki.sato").unwrap();
    assert_eq!((&yuki["standing"], &yuki["why"]), (&"inactive".into(), &"disabled".into()));
}

#[test]
fn what_it_depends_on_is_said() {
    let desk = Desk::with_huawei_history();
    let page = desk.iamwatch(&["who-can", "obs:object:getObject"]).done();
    let line = page.lines().find(|line| line.contains("user dmitri")).unwrap();
    assert!(line.starts_with("conditional") && line.contains("; unless (g:MFAPresent"), "{line}");
    let line = page.lines().find(|line| line.contains("anybody in any account")).unwrap();
    assert!(line.contains("; if g:PrincipalOrgId StringEquals o-baia"), "{line}");
    assert!(!page.contains("if unless"), "{page}");
}

#[test]
fn what_could_not_be_seen_is_part_of_the_answer() {
    for (desk, action) in
        [(Desk::with_history(), "iam.policy.create"), (Desk::with_huawei_history(), "iam:users:createUserV5")]
    {
        let seeing = told(&desk, &[action, "--at", "7"]);
        assert_eq!(seeing["unseen"], serde_json::json!([]));
        let blind = told(&desk, &[action, "--at", "8"]);
        assert!(!blind["unseen"].as_array().unwrap().is_empty());
        // The rows last seen stand in for what is hidden now.
        assert_eq!(blind["answers"], seeing["answers"]);
        let page = desk.iamwatch(&["who-can", action, "--at", "8"]).done();
        assert!(page.contains("Could not be seen, and may hide more:"), "{page}");
    }
}

/// No policy names this service, so its roles were never listed: that nobody is found proves nothing.
#[test]
fn roles_that_were_never_listed_are_named() {
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["who-can", "enterprise.enterprise.update"]).done();
    assert!(page.contains("roles on enterprise: none were listed"), "{page}");
    let page = desk.iamwatch(&["who-can", "iam.policy.create"]).done();
    assert!(!page.contains("none were listed"), "{page}");
}

#[test]
fn an_action_that_no_role_has_is_nobodys_and_likely_ones_are_named() {
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["who-can", "iam-identity.apikey.creat"]).done();
    assert!(
        page.contains("No visible role has the action `iam-identity.apikey.creat`; did you mean"),
        "{page}"
    );
    assert!(page.contains("`iam-identity.apikey.create`") && !page.contains("account owner"), "{page}");
    let answer = told(&desk, &["xyz.things.delete"]);
    assert_eq!(answer["answers"], serde_json::json!([]));
    assert_eq!(answer["unknown_action"]["did_you_mean"], serde_json::json!([]));
    assert_eq!(told(&desk, &["iam.policy.create"])["unknown_action"], serde_json::Value::Null);
}

#[test]
fn that_somebody_can_is_an_exit_code_where_it_is_asked_for() {
    let desk = Desk::with_huawei_history();
    let code = |arguments: &[&str]| desk.iamwatch(&[&["who-can"], arguments].concat()).code;
    assert_eq!(
        (code(&["iam:users:attachPolicyV5"]), code(&["iam:users:attachPolicyV5", "--exit-code"])),
        (0, 1)
    );
    // The root user can do anything on Huawei Cloud; on IBM Cloud nobody holds what no role has.
    let desk = Desk::with_history();
    let outcome = desk.iamwatch(&["who-can", "iam.policy.create", "serviceName=nothing-here", "--exit-code"]);
    assert_eq!(outcome.code, 1, "the owner can: {outcome:?}");
    assert_eq!(desk.iamwatch(&["who-can"]).code, 2);
}
