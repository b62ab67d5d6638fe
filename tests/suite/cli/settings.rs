//! What people write into settings and key files, as they write it: audited end to end, or refused with what to write.

use std::fs;

use simulators::ibm::{Fault, FaultKind, world::COLLECTOR_API_KEY};

use super::audit::Cloud;
use crate::scenarios::Account;

/// Returns the warnings of a run, as kind and text.
fn warnings(run: &serde_json::Value) -> Vec<(String, String)> {
    let list = run["warnings"].as_array().cloned().unwrap_or_default();
    let text = |warning: &serde_json::Value, member: &str| warning[member].as_str().unwrap().to_owned();
    list.iter().map(|warning| (text(warning, "kind"), text(warning, "text"))).collect()
}

#[test]
fn paths_count_from_the_settings_whatever_the_folder() {
    let cloud = Cloud::new();
    let notify = "[notify]\nsinks = [\"file:events.jsonl\"]\n";
    let account = cloud.account("file:keys/ibm", None);
    cloud.desk.write("etc/iamwatch.toml", &format!("\u{feff}store = \"snapshots\"\r\n{notify}{account}"));
    // As Windows saves it: a byte order mark, and the end of a line.
    cloud.desk.write("etc/keys/ibm", &format!("\u{feff}{COLLECTOR_API_KEY}\r\n"));
    let page = cloud.desk.iamwatch(&["audit", "--config", "etc"]).done();
    assert!(page.contains("snapshot 1") && page.contains("`iamwatch findings --config etc`"), "{page}");
    assert!(cloud.desk.path("etc/snapshots/ibm").is_dir() && !cloud.desk.path("snapshots").exists());
    let events = || fs::read_to_string(cloud.desk.path("etc/events.jsonl")).unwrap().lines().count();
    assert_eq!(events(), 1);
    // The same file is the same sink: what it took is not sent again.
    for line in ["cd etc && iamwatch audit", "cd etc/keys && iamwatch audit --config ../iamwatch.toml"] {
        let page = cloud.desk.shell(line).done();
        assert!(page.contains("Nothing changed"), "{page}");
        assert_eq!(events(), 1, "{line}");
    }
    assert!(
        cloud.desk.path("etc/snapshots/ibm").join(&cloud.account).join("manifests/00000003.json").is_file()
    );
    assert!(!cloud.desk.path("etc/keys/snapshots").exists());
}

#[test]
fn a_key_that_can_be_none_is_refused_before_anything_is_called() {
    let cloud = Cloud::new();
    cloud.configure(&cloud.account("file:key", None));
    let quoted = format!("\"{COLLECTOR_API_KEY}\"");
    let json = format!("{{\"name\": \"audit\", \"apikey\": {quoted}}}");
    let wrong = [("", "is empty"), (&quoted, "stands in quotes"), (&json, "it is JSON")];
    for (text, said) in wrong {
        cloud.desk.write("key", text);
        let outcome = cloud.desk.iamwatch(&["audit"]);
        outcome.fails(2, &["file `key`", said, "help: "]);
        assert!(!outcome.stderr.contains(COLLECTOR_API_KEY), "{outcome:?}");
    }
    cloud.desk.write("keys/one", COLLECTOR_API_KEY);
    cloud.configure(&cloud.account("file:keys", None));
    cloud.desk.iamwatch(&["audit"]).fails(2, &["`keys` is a folder", "name a file in it"]);
    assert!(!cloud.desk.path("iamwatch-store").exists());
}

#[test]
fn a_suppression_that_accepts_nothing_is_told_and_fails_nothing() {
    let cloud = Cloud::new();
    cloud.desk.iamwatch(&["audit"]).done();
    let findings = cloud.desk.iamwatch(&["findings", "--json"]).json()["findings"].clone();
    let (rule, subject) = (findings[0]["rule"].as_str().unwrap(), findings[0]["subject"].as_str().unwrap());
    let elsewhere = format!("ibm/{}/ibm_users/nobody", cloud.account);
    let suppress = |rule: &str, subject: &str, until: &str| {
        format!("[[suppress]]\nrule = {rule:?}\nsubject = {subject:?}\nreason = \"known\"\n{until}\n")
    };
    let account = cloud.account("env:KEY", None);
    cloud.configure(&format!(
        "{}{}{}{}{account}",
        suppress("no_such_rule", subject, ""),
        suppress(rule, subject, "until = 2020-01-01"),
        suppress(rule, &elsewhere, "until = \"2199-01-01\""),
        suppress(rule, subject, "until = 2199-01-01"),
    ));
    let told = cloud.desk.iamwatch(&["audit", "--json"]).json();
    let told = warnings(&told["runs"][0]);
    let kinds: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["suppression-of-no-rule", "suppression-expired", "suppression-unused"], "{told:?}");
    assert!(told[0].1.contains("`no_such_rule`") && told[0].1.contains("iamwatch rules"), "{told:?}");
    assert!(told[1].1.contains("it ended at 2020-01-01T23:59:59Z"), "{told:?}");
    assert!(told[2].1.contains(&elsewhere), "{told:?}");
    let list = cloud.desk.iamwatch(&["findings", "--all", "--json"]).json()["findings"].clone();
    let accepted = list
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["subject"] == subject && finding["rule"] == rule);
    assert_eq!(accepted.unwrap()["state"], "suppressed", "the day has not ended yet");

    // A report says why it is accepted, and until when.
    let page = cloud.desk.iamwatch(&["report", "--format", "html", "--to", "-"]).done();
    assert!(page.contains("<strong>Accepted: </strong>known; until 2199-01-01 23:59 UTC"), "{page}");
    let log = cloud.desk.iamwatch(&["report", "--format", "sarif", "--to", "-"]).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let accepted = results.iter().find(|result| result["properties"]["state"] == "suppressed").unwrap();
    let why = &accepted["suppressions"][0];
    assert_eq!(
        (&why["justification"], &why["properties"]["until"]),
        (&"known".into(), &"2199-01-01T23:59:59Z".into())
    );

    let page = cloud.desk.iamwatch(&["audit"]).done();
    assert!(page.contains("! the suppression of `no_such_rule`"), "{page}");
    assert!(page.contains("there is no such rule") && page.contains("it ended at 2020-01-01"), "{page}");
    cloud.configure(&format!("{}{account}", suppress(rule, subject, "until = 2199-01-01")));
    assert_eq!(warnings(&cloud.desk.iamwatch(&["audit", "--json"]).json()["runs"][0]), []);
    cloud.configure(&format!("{}{account}", suppress(rule, subject, "until = \"next spring\"")));
    cloud.desk.iamwatch(&["audit"]).fails(2, &["`next spring`, which is no time", "2027-01-01", "help: "]);
}

#[test]
fn a_suppression_that_accepts_nothing_is_told_wherever_suppressions_are_read() {
    let cloud = Cloud::new();
    let elsewhere = format!("ibm/{}/ibm_users/nobody", cloud.account);
    let settings = format!(
        "[[suppress]]\nrule = \"user_without_group\"\nsubject = {elsewhere:?}\nreason = \"known\"\n{}",
        cloud.account("env:KEY", None)
    );
    cloud.configure(&settings);
    let told = |run: &serde_json::Value| {
        let told = warnings(run);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, "suppression-unused");
        assert!(told[0].1.contains(&elsewhere), "{told:?}");
    };
    told(&cloud.desk.iamwatch(&["audit", "--json"]).json()["runs"][0]);
    // Nothing moved in this one, so that it reads no finding for itself.
    told(&cloud.desk.iamwatch(&["audit", "--json"]).json()["runs"][0]);
    told(&cloud.desk.iamwatch(&["findings", "--json"]).json());
    for command in ["findings", "rules"] {
        let page = cloud.desk.iamwatch(&[command]).done();
        assert!(
            page.contains("! the suppression of `user_without_group`") && page.contains(&elsewhere),
            "{page}"
        );
    }
}

/// Writes a permission of one's own.
fn permission(cloud: &str, actions: &[&str], allowed: &[&str]) -> String {
    format!(
        "[[permission]]\nid = \"permission_of_my_own\"\n{cloud}actions = {actions:?}\nallowed = {allowed:?}\n"
    )
}

/// Returns one text of each column of the first row that a question finds.
fn texts(cloud: &Cloud, sql: &str, columns: &[&str]) -> Vec<String> {
    let row = cloud.desk.iamwatch(&["query", sql, "--json"]).json()["rows"][0].clone();
    columns.iter().map(|column| row[column].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_permission_that_allows_nobody_of_the_account_is_told_where_all_groups_were_read() {
    let cloud = Cloud::new();
    cloud.desk.iamwatch(&["audit"]).done();
    let group = texts(&cloud, "select id, name from ibm_access_groups order by id limit 1", &["id", "name"]);
    let account = cloud.account("env:KEY", Some(&cloud.account));
    let known = [format!("group:{}", group[0]), format!("access group:{}", group[1]), "user:*".to_owned()];
    let allowed: Vec<&str> =
        known.iter().map(String::as_str).chain(["group:nosuchgroup", "rule:x"]).collect();
    let ibm = "cloud = \"ibm\"\n";
    let own = permission(ibm, &["iam-groups.members.add"], &allowed);
    let told = || warnings(&cloud.desk.iamwatch(&["audit", "--account", "ibm", "--json"]).json()["runs"][0]);
    cloud.configure(&format!("{own}{account}"));
    let found = told();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "permission-of-nobody");
    let said = format!(
        "`permission_of_my_own` allows `group:nosuchgroup`, and nobody is called so in `ibm/{}`",
        cloud.account
    );
    assert!(found[0].1.contains(&said) && found[0].1.contains("correct it in `allowed`"), "{found:?}");
    let page = cloud.desk.iamwatch(&["audit"]).done();
    assert!(page.contains("! permission `permission_of_my_own` allows `group:nosuchgroup`"), "{page}");

    // The groups that cannot be seen may hold it; those last seen are no proof.
    cloud.simulator.add_fault(Fault::on("/v2/groups", FaultKind::Forbidden));
    assert_eq!(told(), []);
    cloud.simulator.clear_faults();

    // What is of another account, too, may name somebody of that.
    let other = "[[account]]\ncloud = \"huawei\"\nid = \"d1\"\ncredentials = { access_key = \"env:AK\", secret_key = \"env:SK\" }\n";
    let usual = "[[permission]]\nid = \"permission_to_raise_own_power\"\nallowed = [\"group:nosuchgroup\"]\n";
    cloud.configure(&format!("{usual}{account}{other}"));
    assert_eq!(told(), []);
    cloud.configure(&format!("{usual}{ibm}{account}{other}"));
    assert_eq!(told().len(), 1);
}

#[test]
fn a_permission_of_an_action_that_the_cloud_does_not_have_is_told_where_all_roles_were_read() {
    let cloud = Cloud::new();
    cloud.desk.iamwatch(&["audit"]).done();
    let role =
        "select service_name, action from ibm_role_actions where action like service_name || '.%' limit 1";
    let [service, action] = &texts(&cloud, role, &["service_name", "action"])[..] else { panic!("a role") };
    let misspelt = format!("{action}x");
    let part = format!("{service}.*");
    let actions = ["iam:users:createUser", action, &misspelt, &part, "*", "of-no-policy.thing.read"];
    let account = cloud.account("env:KEY", None);
    cloud.configure(&format!("{}{account}", permission("cloud = \"ibm\"\n", &actions, &[])));
    let told = || warnings(&cloud.desk.iamwatch(&["audit", "--json"]).json()["runs"][0]);
    let found = told();
    assert!(found.iter().all(|(kind, _)| kind == "permission-of-no-action"), "{found:?}");
    let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    let [form, unknown] = &texts[..] else { panic!("{texts:?}") };
    assert!(
        form.contains("`iam:users:createUser` is no action of `ibm`; write it as service.thing.verb"),
        "{form}"
    );
    assert!(
        unknown.contains(&format!("`{misspelt}`: no role of `{service}` has it; did you mean")),
        "{unknown}"
    );
    assert!(unknown.contains(&format!("`{action}`")) && unknown.contains("`actions`"), "{unknown}");

    cloud.simulator.add_fault(Fault::on("/v2/roles", FaultKind::Forbidden));
    assert_eq!(told().len(), 1, "the form shows it whatever was read");
}

#[test]
fn findings_and_rules_know_the_permissions_of_the_settings() {
    let cloud = Cloud::new();
    let own = "[[permission]]\nid = \"permission_of_my_own\"\ncloud = \"ibm\"\ntitle = \"May do it\"\n\
               actions = [\"iam-groups.members.add\"]\n";
    let less = "[[permission]]\nid = \"permission_to_raise_own_power\"\naudited = false\n";
    cloud.configure(&format!("{own}{less}{}", cloud.account("env:KEY", None)));
    cloud.desk.iamwatch(&["audit"]).done();
    let ids = |more: &[&str]| -> Vec<String> {
        let rules = cloud.desk.iamwatch(&[&["rules", "--json"], more].concat()).json();
        rules.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(ids(&[]).iter().any(|id| id == "permission_of_my_own"));
    let of_ibm = |rules: &serde_json::Value| {
        let rules = rules.as_array().unwrap().iter();
        rules.filter(|rule| rule["cloud"] == "ibm" && rule["id"] == "permission_to_raise_own_power").count()
    };
    assert_eq!(of_ibm(&cloud.desk.iamwatch(&["rules", "--json"]).json()), 0, "it is not audited");
    let page = cloud.desk.iamwatch(&["rules", "explain", "permission_of_my_own"]).done();
    assert!(page.contains("May do it"), "{page}");
    let told = cloud.desk.iamwatch(&["findings", "--json"]).json();
    assert_eq!(told["unknown_rules"], serde_json::json!([]));
    assert!(told["findings"].as_array().unwrap().iter().any(|each| each["rule"] == "permission_of_my_own"));

    // The settings of another audit.
    cloud
        .desk
        .write("other.toml", &format!("store = \"iamwatch-store\"\n{}", cloud.account("env:KEY", None)));
    let told = cloud.desk.iamwatch(&["findings", "--config", "other.toml", "--json"]).json();
    assert_eq!(told["unknown_rules"], serde_json::json!(["permission_of_my_own"]));
    let page = cloud.desk.iamwatch(&["findings", "--config", "other.toml"]).done();
    assert!(page.contains("! the audit also asked permission_of_my_own"), "{page}");
    cloud.desk.iamwatch(&["findings", "--config", "none.toml"]).fails(2, &["none.toml"]);
}

#[test]
fn a_misspelt_name_in_the_settings_is_refused_with_the_one_that_is_meant() {
    let cloud = Cloud::new();
    let account = cloud.account("env:KEY", None);
    let known = "[[permission]]\nid = \"permission_to_raise_own_power\"\n";
    for (written, said) in [
        (format!("{known}allowed = [\"grp:security\"]\n"), &["`grp:security`", "did you mean `group`?"][..]),
        (format!("{known}alowed = []\n"), &["unknown field `alowed`", "`allowed`"]),
        (
            "[[permission]]\nid = \"permission_to_raise_own_pwer\"\nallowed = []\n".to_owned(),
            &["none of the usual ones, did you mean `permission_to_raise_own_power`?"],
        ),
        (
            "[[permission]]\nid = \"permission_to_raise_own_pwer\"\ncloud = \"ibm\"\n".to_owned(),
            &["did you mean `permission_to_raise_own_power`?"],
        ),
    ] {
        cloud.configure(&format!("{written}{account}"));
        for command in ["audit", "findings", "rules"] {
            cloud.desk.iamwatch(&[command]).fails(2, said);
        }
    }
}

#[test]
fn an_account_that_two_keys_open_is_told_to_be_audited_twice() {
    let mut cloud = Cloud::new();
    cloud.desk.set("ANOTHER", COLLECTOR_API_KEY);
    cloud.configure(&format!("{}{}", cloud.account("env:KEY", None), cloud.account("env:ANOTHER", None)));
    let told = cloud.desk.iamwatch(&["audit", "--json"]).json();
    assert_eq!(warnings(&told["runs"][0]), []);
    let second = warnings(&told["runs"][1]);
    assert_eq!(second[0].0, "audited-twice", "{second:?}");
    assert!(second[0].1.contains(&format!("`ibm/{}` was audited twice", cloud.account)), "{second:?}");
    cloud.configure(&cloud.account("env:KEY", Some(&cloud.account)).repeat(2));
    cloud.desk.iamwatch(&["audit"]).fails(2, &["stands in them twice", "leave one of the two out"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_went_back_costs_no_snapshot_and_is_told() {
    let account = Account::of_a_dozen().await;
    let first = account.audit("2026-09-14T06:00:00Z").await.unwrap();
    assert_eq!(first.warnings, []);
    let second = account.audit("2026-09-14T06:00:00Z").await.unwrap();
    assert_eq!(second.warnings, [], "the same second is no step back");
    let third = account.audit("2026-09-07T06:00:00Z").await.unwrap();
    assert_eq!(third.snapshot, 3, "the run is committed");
    assert_eq!(third.warnings[0].kind, pipeline::WarningKind::ClockWentBack);
    let text = &third.warnings[0].text;
    assert!(
        text.contains("snapshot 3 is dated 2026-09-07T06:00:00Z, before snapshot 2 of 2026-09-14"),
        "{text}"
    );
    assert_eq!(account.audit("2026-09-21T06:00:00Z").await.unwrap().warnings, []);
}

#[test]
fn a_name_that_turns_its_line_round_is_shown_as_it_is() {
    let cloud = Cloud::new();
    cloud.desk.iamwatch(&["audit"]).done();
    let name = "ops\u{202e}nimda\u{200b}\u{2066}\u{2028}x";
    cloud.simulator.change(|world| world.groups[1].object.set("name", name));
    let page = cloud.desk.iamwatch(&["audit"]).done();
    let shown = r"ops\u{202e}nimda\u{200b}\u{2066}\u{2028}x";
    assert!(page.contains(shown), "{page}");
    let diff = cloud.desk.iamwatch(&["diff", "1", "2"]).done();
    let rows = cloud.desk.iamwatch(&["show", "latest", "ibm_access_groups"]).done();
    let answer = cloud.desk.iamwatch(&["query", "select name from ibm_access_groups order by 1"]).done();
    let json =
        cloud.desk.iamwatch(&["query", "select name from ibm_access_groups order by 1", "--json"]).done();
    let events = fs::read_to_string(cloud.desk.path("events.jsonl")).unwrap();
    for text in [&page, &diff, &rows, &answer, &json, &events] {
        let unseen: String = text.chars().filter(|each| *each != '\n' && model::is_unseen(*each)).collect();
        assert_eq!(unseen, "", "{text}");
    }
    for text in [&diff, &rows, &answer] {
        assert!(text.contains(shown), "{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let names: Vec<&str> =
        json["rows"].as_array().unwrap().iter().filter_map(|row| row["name"].as_str()).collect();
    assert!(names.contains(&name), "a program gets the very name: {names:?}");
}
