//! Reports as documents: they tell what the findings are, what became of them, and what could not be seen, and come to be whole or not at all.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::{
    export::{names, of_csv},
    program::Desk,
};

const FORMS: [&str; 5] = ["html", "csv", "sarif", "ocsf", "md"];

/// Returns the folder of what reports are tried with; where it is not installed, the test is left out, but not in `tests/run.sh`.
pub(super) fn tools() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(".cache/reports");
    if !folder.exists() {
        assert!(std::env::var_os("IAMWATCH_TEST_ALL").is_none(), "run tests/reports/install.sh before");
        eprintln!("!! left out: tests/reports/install.sh was not run");
        return None;
    }
    Some(folder)
}

/// Returns the folder of the packages of npm, as [`tools`] does; they are not there where there is no Node.js.
pub(super) fn npm_packages() -> Option<PathBuf> {
    let folder = tools()?.join("node_modules");
    if !folder.exists() {
        eprintln!("!! left out: there was no Node.js when tests/reports/install.sh was run");
        return None;
    }
    Some(folder)
}

fn written(desk: &Desk, form: &str, more: &[&str]) -> String {
    desk.iamwatch(&[&["report", "--format", form, "--to", "-"], more].concat()).done()
}

fn findings(desk: &Desk, at: &str) -> BTreeMap<String, Value> {
    let told = desk.iamwatch(&["findings", "--all", "--at", at, "--json"]).json();
    let list = told["findings"].as_array().unwrap().clone();
    list.into_iter().map(|each| (each["fingerprint"].as_str().unwrap().to_owned(), each)).collect()
}

/// Returns whether a finding held in a snapshot, or did when it could last be seen.
fn held(finding: &Value) -> bool {
    match finding["state"].as_str().unwrap() {
        "open" | "suppressed" => true,
        "unknown" => !finding["last_seen"].is_null(),
        _ => false,
    }
}

/// Returns what became of the findings of one snapshot since another, as SARIF calls it; none where nobody knows.
fn expected(desk: &Desk, since: &str, at: &str) -> BTreeMap<String, Option<&'static str>> {
    let (then, now) = (findings(desk, since), findings(desk, at));
    let ids: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let turn = |id: &&String| {
        let before = then.get(*id).filter(|finding| held(finding));
        let after = now.get(*id).filter(|finding| held(finding));
        let turn = match (before, after) {
            (Some(before), Some(after)) if before["evidence"] == after["evidence"] => Some("unchanged"),
            (Some(_), Some(_)) => Some("updated"),
            (Some(_), None) => Some("absent"),
            (None, Some(after)) => (after["baseline"] == false).then_some("new"),
            (None, None) => return None,
        };
        Some(((*id).clone(), turn))
    };
    ids.iter().filter_map(turn).collect()
}

#[test]
fn every_form_tells_the_findings_and_what_became_of_them() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let expected = expected(&desk, "3", "latest");
        let turns: BTreeSet<Option<&str>> = expected.values().copied().collect();
        assert!(turns.is_superset(&BTreeSet::from([Some("new"), Some("unchanged"), Some("absent")])));
        let since = ["--since", "3"];

        let log: Value = serde_json::from_str(&written(&desk, "sarif", &since)).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let told = results.iter().map(|result| {
            let id = result["partialFingerprints"]["iamwatch/v1"].as_str().unwrap().to_owned();
            let turn = result["baselineState"].as_str().map(|turn| {
                *["new", "unchanged", "updated", "absent"].iter().find(|each| **each == turn).unwrap()
            });
            (id, turn)
        });
        assert_eq!(told.collect::<BTreeMap<_, _>>(), expected);

        let rows = of_csv(&written(&desk, "csv", &since));
        let column = |name: &str| rows[0].iter().position(|cell| cell.as_deref() == Some(name)).unwrap();
        let (id, turn, record) = (column("id"), column("turn"), column("record"));
        let of_findings = rows[1..].iter().filter(|row| row[record].as_deref() == Some("finding"));
        let told: BTreeMap<String, Option<&str>> =
            of_findings.map(|row| (row[id].clone().unwrap(), row[turn].as_deref())).collect();
        assert_eq!(told, expected);

        // What another finding says more of is kept, and no event.
        let now = findings(&desk, "latest");
        let is_told = |id: &&String| {
            expected[*id] == Some("absent") || now.get(*id).is_none_or(|each| each["implied_by"].is_null())
        };
        let events = written(&desk, "ocsf", &since);
        let events: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told = events.iter().map(|event| event["finding_info"]["uid"].as_str().unwrap().to_owned());
        let told: BTreeSet<String> = told.filter(|id| expected.contains_key(id)).collect();
        assert_eq!(told, expected.keys().filter(is_told).cloned().collect());
        for event in &events {
            let turn = event["unmapped"]["turn"].as_str();
            let activity = match turn {
                Some("new") => 1,
                Some("absent") => 3,
                _ => 2,
            };
            if event.get("unmapped").is_some() {
                assert_eq!(event["activity_id"], activity, "{event}");
            }
        }

        let (page, text) = (written(&desk, "html", &since), written(&desk, "md", &since));
        for (id, turn) in &expected {
            let finding = now.get(id).filter(|each| each["implied_by"].is_null() && *turn != Some("absent"));
            let Some(finding) = finding else { continue };
            // One that is gone is still called by its name of then, so that the name may be another: its id stays.
            let id = finding["subject"].as_str().unwrap().rsplit('/').next().unwrap();
            let name = finding["evidence"]["principal"].as_str().or(finding["name"].as_str()).unwrap();
            for (text, form) in [(&page, "html"), (&text, "md")] {
                assert!(text.contains(name) || text.contains(id), "{form}: {name} {id}");
            }
        }
        for words in
            ["What changed since then", "Why", "What to do", "Sensitive permissions", "class=\"path\""]
        {
            assert!(page.contains(words), "{words}");
        }
    }
    let page = written(&Desk::with_history(), "html", &[]);
    assert!(page.contains("CIS IBM Cloud Foundations 1.5") && !page.contains("Compared with"), "{page}");
}

#[test]
fn what_could_not_be_seen_is_told_in_every_form() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let told = desk.iamwatch(&["findings", "--at", "8", "--json"]).json();
        let (rules, lists) =
            (told["not_answered"].as_array().unwrap(), told["incomplete"].as_array().unwrap());
        assert!(rules.len() > 10 && lists.len() > 10, "{rules:?} {lists:?}");
        for form in FORMS {
            let text = written(&desk, form, &["8"]);
            for rule in rules {
                let id = rule["rule"].as_str().unwrap();
                let said = text.lines().any(|line| line.contains(id) && line.contains("not read to the end"));
                let said = said || (form == "html" && text.contains(id));
                assert!(said, "{form}: {id}");
            }
            for list in lists {
                let name = list["listing"].as_str().unwrap();
                assert!(text.contains(name), "{form}: {name}");
            }
        }
        let events = written(&desk, "ocsf", &["8"]);
        let passed: BTreeSet<String> = events
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|event| event["compliance"]["status_id"] == 1)
            .map(|event| event["compliance"]["control"].as_str().unwrap().to_owned())
            .collect();
        for rule in rules {
            assert!(!passed.contains(rule["rule"].as_str().unwrap()), "no answer is no pass: {rule}");
        }
        assert!(!passed.is_empty());
    }
}

/// Takes out a pattern that is no regular expression: it has a bracket too many. It is of languages, of which we send none.
fn drop_broken_pattern(schema: &mut Value) {
    if let Value::Object(members) = schema {
        members.retain(|name, value| {
            name != "pattern" || value.as_str() != Some("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$")
        });
        members.values_mut().for_each(drop_broken_pattern);
    }
}

#[test]
fn sarif_is_what_its_schema_says() {
    let Some(packages) = npm_packages() else { return };
    let schema = packages.join("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    drop_broken_pattern(&mut schema);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        for more in [&["latest", "--since", "3"][..], &["8"], &["1"]] {
            let log: Value = serde_json::from_str(&written(&desk, "sarif", more)).unwrap();
            let faults: Vec<String> = validator
                .iter_errors(&log)
                .map(|fault| format!("{}: {fault}", fault.instance_path()))
                .collect();
            assert!(faults.is_empty(), "{faults:?}");
            let run = &log["runs"][0];
            let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
            for result in run["results"].as_array().unwrap() {
                let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(rules[index]["id"], result["ruleId"]);
                assert!(result["kind"] == "fail" || result["level"] == "none", "{result}");
            }
        }
    }
}

/// Forbids what a schema does not name.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.contains_key("properties") && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
            members.values_mut().for_each(close);
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn events_are_what_the_released_schema_of_ocsf_says() {
    let Some(tools) = tools() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/ocsf.py");
    let output =
        Command::new(tools.join("python/bin/python")).arg(script).args(["2003", "2008"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut schemas: Value = serde_json::from_slice(&output.stdout).unwrap();
    close(&mut schemas);
    let validators: BTreeMap<u64, jsonschema::Validator> = [2003, 2008]
        .map(|class| (class, jsonschema::validator_for(&schemas[class.to_string()]).unwrap()))
        .into();
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        for more in [&["latest", "--since", "3"][..], &["8"], &["1"]] {
            let events = written(&desk, "ocsf", more);
            let mut classes = BTreeSet::new();
            let mut ids = BTreeSet::new();
            for line in events.lines() {
                let event: Value = serde_json::from_str(line).unwrap();
                let class = event["class_uid"].as_u64().unwrap();
                let faults: Vec<String> = validators[&class]
                    .iter_errors(&event)
                    .map(|fault| format!("{}: {fault}", fault.instance_path()))
                    .collect();
                assert!(faults.is_empty(), "{faults:?}\n{event:#}");
                assert!(ids.insert(event["metadata"]["uid"].to_string()), "twice: {event}");
                classes.insert(class);
            }
            assert_eq!(classes, BTreeSet::from([2003, 2008]));
        }
    }
}

#[test]
fn a_report_comes_to_be_whole_or_not_at_all() {
    let desk = Desk::with_history();
    let told = desk.iamwatch(&["report", "--format", "html", "--json"]).json();
    let place = told["target"].as_str().unwrap();
    assert!(place.starts_with("ibm-") && place.ends_with("-9-report.html"), "{place}");
    let page = fs::read_to_string(desk.path(place)).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    desk.iamwatch(&["report", "--format", "html"]).fails(2, &["is there already", "--force"]);
    // That is said before anything is worked out: no object of the snapshot is read.
    let tables =
        desk.path("iamwatch-store").join(place.replacen("-9-report.html", "", 1).replacen('-', "/", 1));
    let (tables, away) = (tables.join("tables"), tables.join("away"));
    fs::rename(&tables, &away).unwrap();
    for form in ["html", "csv", "sarif", "ocsf", "md"] {
        desk.iamwatch(&["report", "--format", form, "--to", place])
            .fails(2, &["is there already", "--force"]);
    }
    fs::rename(&away, &tables).unwrap();
    fs::write(desk.path(place), "mine").unwrap();
    desk.iamwatch(&["report", "--format", "html"]).fails(2, &["is there already"]);
    assert_eq!(fs::read_to_string(desk.path(place)).unwrap(), "mine");
    desk.iamwatch(&["report", "--format", "html", "--force"]).done();
    assert_eq!(fs::read_to_string(desk.path(place)).unwrap(), page, "the same snapshot, the same bytes");
    fs::create_dir(desk.path("folder")).unwrap();
    desk.iamwatch(&["report", "--format", "csv", "--to", "folder", "--force"])
        .fails(2, &["`folder` is there and is no"]);
    desk.iamwatch(&["report", "--format", "csv", "--to", "nowhere/r.csv"]).fails(3, &["`nowhere/r.csv`"]);
    desk.iamwatch(&["report", "3", "--format", "csv", "--since", "4"])
        .fails(2, &["not before snapshot 3", "help: "]);
    desk.iamwatch(&["report", "--since", "4"]).fails(2, &["--since", "--format"]);
    if cfg!(target_os = "linux") {
        let full = desk.shell("iamwatch report --format sarif --to - > /dev/full");
        full.fails(3, &["standard output", "could not be written"]);
    }
    let left = BTreeSet::from(["folder".to_owned(), "iamwatch-store".to_owned(), place.to_owned()]);
    assert_eq!(names(&desk.path("")), left);
}
