//! Every event that is sent is as the schema of its kind says, and says nothing else.

use std::{collections::BTreeMap, fs, path::Path};

use jsonschema::Validator;
use serde_json::{Value, json};

/// Holds every line of a file of events against the schema of its kind.
pub fn are_kept(file: &Path) {
    let mut schemas: BTreeMap<String, Validator> = BTreeMap::new();
    for line in fs::read_to_string(file).expect("events").lines() {
        let event: Value = serde_json::from_str(line).expect("an event");
        let kind = event["type"].as_str().expect("a kind").trim_start_matches("dev.iamwatch.").to_owned();
        let schema = schemas.entry(kind.clone()).or_insert_with(|| closed_schema(&kind));
        let faults: Vec<String> =
            schema.iter_errors(&event).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{kind}: {}\n{event:#}", faults.join("; "));
    }
}

fn closed_schema(kind: &str) -> Validator {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/out").join(kind);
    let text = fs::read_to_string(folder.join("schema.json"));
    let text = text.unwrap_or_else(|error| panic!("{kind} has no schema: {error}"));
    let mut schema: Value = serde_json::from_str(&text).expect("a schema");
    close(&mut schema);
    jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("schema of {kind}: {error}"))
}

/// Refuses members that the schema does not name.
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
