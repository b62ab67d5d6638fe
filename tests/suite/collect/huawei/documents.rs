//! What policy documents say, row by row, worked out from their text in the simplest way.

use model::{Table, tables::huawei::*};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use simulators::huawei::world::Truth;

use super::expected::{Expected, add, is_kept, kept_roles, text};

/// The tables of one kind of document, and the columns that name the document in them.
struct Kind {
    key: &'static [&'static str],
    versions: Option<&'static Table>,
    statements: &'static Table,
    actions: &'static Table,
    resources: &'static Table,
    conditions: &'static Table,
    principals: Option<&'static Table>,
}

const OF_POLICIES: Kind = Kind {
    key: &["policy_id", "version_id"],
    versions: Some(&POLICY_VERSIONS),
    statements: &POLICY_STATEMENTS,
    actions: &POLICY_ACTIONS,
    resources: &POLICY_RESOURCES,
    conditions: &POLICY_CONDITIONS,
    principals: None,
};
const OF_ROLES: Kind = Kind {
    key: &["role_id"],
    versions: None,
    statements: &ROLE_STATEMENTS,
    actions: &ROLE_ACTIONS,
    resources: &ROLE_RESOURCES,
    conditions: &ROLE_CONDITIONS,
    principals: None,
};
const OF_AGENCIES: Kind = Kind {
    key: &["agency_id"],
    versions: None,
    statements: &TRUST_STATEMENTS,
    actions: &TRUST_ACTIONS,
    resources: &TRUST_RESOURCES,
    conditions: &TRUST_CONDITIONS,
    principals: Some(&TRUST_PRINCIPALS),
};
const OF_SCPS: Kind = Kind {
    key: &["policy_id"],
    versions: None,
    statements: &SCP_STATEMENTS,
    actions: &SCP_ACTIONS,
    resources: &SCP_RESOURCES,
    conditions: &SCP_CONDITIONS,
    principals: None,
};

/// Adds the rows of all documents of the account.
pub fn add_all(expected: &mut Expected, truth: &Truth) {
    // Tables without a row are compared too.
    for kind in [&OF_POLICIES, &OF_ROLES, &OF_AGENCIES, &OF_SCPS] {
        add_rows(expected, kind, Rows::default());
    }
    for policy in truth["policies"].iter().filter(|policy| is_kept(policy)) {
        let id = text(policy, "policy_id");
        for version in &truth[&format!("policy_versions/{id}")] {
            let key = [json!(id), version["version_id"].clone()];
            let created = model::normal_time(text(version, "created_at"));
            let row = [key[0].clone(), key[1].clone(), version["is_default"].clone(), json!(created)];
            let columns = vec!["policy_id", "version_id", "is_default", "created_at"];
            add(expected, OF_POLICIES.versions.expect("they have"), columns, [row.to_vec()].into_iter());
            add_document(expected, &OF_POLICIES, &key, &parsed(version, "document"));
        }
    }
    for role in kept_roles(truth) {
        add_document(expected, &OF_ROLES, &[role["id"].clone()], &role["policy"]);
    }
    for agency in truth["agencies"].iter().filter(|agency| agency["trust_policy"].is_string()) {
        add_document(expected, &OF_AGENCIES, &[agency["agency_id"].clone()], &parsed(agency, "trust_policy"));
    }
    for policy in truth.get("organization_policies").into_iter().flatten() {
        if policy["type"] == "service_control_policy" {
            let detail = &truth[&format!("organization_policy/{}", text(policy, "id"))][0];
            add_document(expected, &OF_SCPS, &[policy["id"].clone()], &parsed(detail, "content"));
        }
    }
}

/// A document that is no JSON has no statements.
fn parsed(object: &Value, member: &str) -> Value {
    serde_json::from_str(text(object, member)).unwrap_or_default()
}

fn add_document(expected: &mut Expected, kind: &Kind, key: &[Value], document: &Value) {
    let mut statements = listed(&document["Statement"]);
    // The order of a document means nothing: statements are known by their Sid or by what they say.
    statements.sort_by_key(|statement| {
        (statement["Sid"].as_str().map(str::to_owned), in_order(statement).to_string())
    });
    let row = |number: usize, more: &[Value]| [key, &[json!(number)], more].concat();
    let mut all = Rows::default();
    for (number, statement) in statements.iter().enumerate() {
        let member = |name: &str| statement[name].clone();
        all.statements.push(row(number, &[member("Sid"), member("Effect")]));
        let patterns = |is: &str, is_not: &str| {
            let each = |name: &str, is_except: bool| {
                let value = &statement[name];
                let texts = listed(if value["uri"].is_null() { value } else { &value["uri"] });
                texts.into_iter().map(move |text| (is_except, text)).collect::<Vec<_>>()
            };
            let mut all = [each(is, false), each(is_not, true)].concat();
            all.sort_by_key(|(is_except, text)| (*is_except, text.to_string()));
            all.dedup();
            let rows = all.into_iter().enumerate();
            rows.map(|(place, (is_except, text))| row(number, &[json!(place), json!(is_except), text]))
                .collect::<Vec<_>>()
        };
        all.actions.extend(patterns("Action", "NotAction"));
        all.resources.extend(patterns("Resource", "NotResource"));
        let conditions = conditions(&statement["Condition"]).into_iter().enumerate();
        let rows = conditions.map(|(place, [operator, key, value])| {
            row(number, &[json!(place), json!(operator), json!(key), json!(value)])
        });
        all.conditions.extend(rows);
        let mut principals = Vec::new();
        for (name, is_except) in [("Principal", false), ("NotPrincipal", true)] {
            for (kind, patterns) in statement[name].as_object().into_iter().flatten() {
                principals.extend(listed(patterns).into_iter().map(|pattern| (kind, is_except, pattern)));
            }
        }
        principals.sort_by_key(|(kind, is_except, pattern)| (*kind, *is_except, pattern.to_string()));
        for (place, (kind, is_except, pattern)) in principals.into_iter().enumerate() {
            all.principals.push(row(number, &[json!(place), json!(is_except), json!(kind), pattern]));
        }
    }
    all.put_keys(key.len());
    add_rows(expected, kind, all);
}

/// Packs cells as they are hashed: a mark, and what the value is.
fn packed(cell: &Value) -> model::Value<'_> {
    match cell {
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => number.as_i64().expect("whole").into(),
        Value::String(text) => text.into(),
        _ => model::Value::Null,
    }
}

impl Rows {
    fn tables(&mut self) -> [(&mut Vec<Vec<Value>>, usize); 5] {
        // Behind the key are the cells that a statement says: places in lists are part of the key.
        let Self { statements, actions, resources, conditions, principals } = self;
        [(statements, 1), (actions, 2), (resources, 2), (conditions, 2), (principals, 2)]
    }

    /// Puts keys in the place of numbers: the Sid where it is unique, else twelve digits of a hash of what is said, and a counter
    /// where two say the same.
    fn put_keys(&mut self, column: usize) {
        let sids: Vec<Value> = self.statements.iter().map(|row| row[column + 1].clone()).collect();
        let mut keys: Vec<String> = Vec::new();
        for (number, sid) in sids.iter().enumerate() {
            if sids.iter().filter(|each| *each == sid).count() == 1
                && let Some(sid) = sid.as_str().filter(|sid| !sid.is_empty())
            {
                keys.push(sid.to_owned());
                continue;
            }
            let mut hasher = Sha256::new();
            for ((rows, more), mark) in self.tables().into_iter().zip(16_u8..) {
                for row in rows.iter().filter(|row| row[column] == json!(number)) {
                    hasher.update([mark]);
                    hasher.update(model::Row::pack(row[column + more..].iter().map(packed)).as_bytes());
                }
            }
            let hash = hex::encode(hasher.finalize())[..12].to_owned();
            let same = keys.iter().filter(|key| key.split('-').next() == Some(&hash)).count();
            keys.push(if same == 0 { hash } else { format!("{hash}-{}", same + 1) });
        }
        for (rows, _) in self.tables() {
            for row in rows {
                let number = row[column].as_u64().and_then(|number| usize::try_from(number).ok());
                row[column] = json!(keys[number.expect("a number")]);
            }
        }
    }
}

fn add_rows(expected: &mut Expected, kind: &Kind, all: Rows) {
    let named = |more: &[&'static str]| [kind.key, &["statement"], more].concat();
    let pattern = ["position", "is_except", "pattern"];
    add(expected, kind.statements, named(&["sid", "effect"]), all.statements.into_iter());
    add(expected, kind.actions, named(&pattern), all.actions.into_iter());
    add(expected, kind.resources, named(&pattern), all.resources.into_iter());
    let columns = named(&["position", "operator", "key", "value"]);
    add(expected, kind.conditions, columns, all.conditions.into_iter());
    if let Some(table) = kind.principals {
        let columns = named(&["position", "is_except", "type", "pattern"]);
        add(expected, table, columns, all.principals.into_iter());
    }
}

#[derive(Default)]
struct Rows {
    statements: Vec<Vec<Value>>,
    actions: Vec<Vec<Value>>,
    resources: Vec<Vec<Value>>,
    conditions: Vec<Vec<Value>>,
    principals: Vec<Vec<Value>>,
}

/// The same with all arrays in the order of their texts.
pub fn in_order(value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            let mut elements: Vec<Value> = elements.iter().map(in_order).collect();
            elements.sort_by_key(Value::to_string);
            elements.into()
        }
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), in_order(value))).collect()
        }
        scalar => scalar.clone(),
    }
}

/// The elements of an array, or the one that stands in its place.
fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![],
        Value::Array(values) => values.clone(),
        one => vec![one.clone()],
    }
}

fn conditions(condition: &Value) -> Vec<[String; 3]> {
    let mut all = Vec::new();
    for (operator, keys) in condition.as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            for value in listed(values) {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                all.push([operator.clone(), key.clone(), value]);
            }
        }
    }
    all.sort_unstable();
    all
}
