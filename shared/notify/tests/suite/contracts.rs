//! The contracts on the wire: each event has a folder with schema and example, and is as they say.
//!
//! `IAMWATCH_WRITE=1` writes the examples anew.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use model::Event;
use notify::{KINDS, from_outbox, to_outbox};
use serde_json::{Value, json};

use crate::story;

fn folder(direction: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events").join(direction)
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn folders(direction: &str) -> Vec<String> {
    let entries = fs::read_dir(folder(direction)).unwrap();
    // What an editor or a desktop leaves there is no contract.
    let contracts = entries.map(Result::unwrap).filter(|entry| entry.path().join("schema.json").is_file());
    let mut names: Vec<String> = contracts.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn name(event: &Event) -> &str {
    event.kind.strip_prefix("dev.iamwatch.").unwrap()
}

/// Consumers may meet members that a later version adds; we must not send one that no schema names.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.contains_key("properties") && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

fn assert_valid(schema: &Value, instance: &Value, what: &str) {
    jsonschema::meta::validate(schema).unwrap_or_else(|error| panic!("schema of {what}: {error}"));
    let validator = jsonschema::validator_for(schema).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(instance).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{what}: {}\n{instance:#}", faults.join("; "));
}

#[test]
fn every_event_has_a_folder_and_every_folder_an_event() {
    let mut expected: Vec<String> = KINDS.iter().map(|kind| format!("{kind}.v1")).collect();
    expected.sort();
    assert_eq!(folders("out"), expected);
    let mut told: Vec<String> = story::every_event().iter().map(|event| name(event).to_owned()).collect();
    told.sort();
    told.dedup();
    assert_eq!(told, expected, "the story must tell every event");
}

#[test]
fn what_is_sent_is_what_its_schema_says() {
    for event in story::every_event() {
        let mut schema = read(&folder("out").join(name(&event)).join("schema.json"));
        let id = schema["$id"].as_str().unwrap().to_owned();
        assert_eq!(event.dataschema, format!("{id}#/properties/data"));
        close(&mut schema);
        assert_valid(&schema, &serde_json::to_value(&event).unwrap(), name(&event));
    }
}

#[test]
fn a_schema_refuses_what_is_no_such_event() {
    for event in story::every_event() {
        let schema = read(&folder("out").join(name(&event)).join("schema.json"));
        let validator = jsonschema::validator_for(&schema).unwrap();
        let whole = serde_json::to_value(&event).unwrap();
        for member in ["id", "source", "specversion", "type", "subject", "time", "data", "severity"] {
            let mut broken = whole.clone();
            broken.as_object_mut().unwrap().remove(member);
            assert!(!validator.is_valid(&broken), "{} without `{member}`", name(&event));
        }
        for member in whole["data"].as_object().unwrap().keys().filter(|name| *name != "evidence_before") {
            let mut broken = whole.clone();
            broken["data"][member] = json!([[]]);
            assert!(!validator.is_valid(&broken), "{} with another `{member}`", name(&event));
        }
    }
}

#[test]
fn every_event_is_a_cloudevent() {
    for event in story::every_event() {
        let sent = serde_json::to_value(&event).unwrap();
        assert_eq!(sent["specversion"], "1.0");
        for required in ["id", "source", "type"] {
            assert!(!sent[required].as_str().unwrap().is_empty());
        }
        assert!(event.time.parse::<model::Timestamp>().is_ok());
        for attribute in sent.as_object().unwrap().keys() {
            assert!(attribute.bytes().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit()));
        }
    }
}

#[test]
fn each_example_is_an_event_as_it_is_sent() {
    let mut first: BTreeMap<String, Event> = BTreeMap::new();
    for event in story::every_event() {
        first.entry(name(&event).to_owned()).or_insert(event);
    }
    for (name, event) in first {
        let path = folder("out").join(&name).join("example.json");
        if std::env::var_os("IAMWATCH_WRITE").is_some() {
            fs::write(&path, format!("{:#}\n", serde_json::to_value(&event).unwrap())).unwrap();
        }
        let text = read(&path);
        let parsed: Event = serde_json::from_value(text.clone()).unwrap();
        assert_eq!(serde_json::to_value(&parsed).unwrap(), text, "{name}");
        assert_eq!(parsed, event, "{name}: run the tests with IAMWATCH_WRITE=1 and look at the difference");
    }
}

#[test]
fn the_outbox_gives_back_what_was_put_in() {
    let events = story::every_event();
    assert_eq!(from_outbox(&to_outbox(&events)).unwrap(), events);
}

#[test]
fn what_the_audit_function_takes_is_as_its_schema_says() {
    assert_eq!(folders("in"), ["account", "empty", "scheduler"]);
    for name in folders("in") {
        let schema = read(&folder("in").join(&name).join("schema.json"));
        let example = read(&folder("in").join(&name).join("example.json"));
        assert_valid(&schema, &example, &name);
        let validator = jsonschema::validator_for(&schema).unwrap();
        for other in folders("in").into_iter().filter(|other| *other != name) {
            let foreign = read(&folder("in").join(&other).join("example.json"));
            assert!(!validator.is_valid(&foreign), "{name} takes {other} for its own");
        }
    }
}
