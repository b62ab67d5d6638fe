//! Policies in the form of the first version: put into that of the second, so that rows are made in
//! one place.
//!
//! In: an item of the list of version 1. Out: the rows of [`policy_rows`]. Names become keys, the
//! first subject and resource become the only ones, and roles move under `control`.

use serde_json::{Map, Value, json};

use super::policy_rows;
use crate::{item::Item, listing::Seen, reading::Kept};

/// Returns whether a policy only stands for one that this version cannot express.
pub(crate) fn is_placeholder(item: &Item<'_>) -> bool {
    let by_role = item
        .objects("roles")
        .filter_map(|role| role.text("role_id"))
        .any(|role| role.ends_with(":role:UnsupportedVersion"));
    by_role
        || item
            .objects("subjects")
            .flat_map(|subject| subject.objects("attributes").collect::<Vec<_>>())
            .any(|attribute| attribute.text("value") == Some("unsupported version"))
}

/// Makes the rows of a policy.
pub(crate) fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let second = translated(item);
    policy_rows::keep(&Item::of(&second, item.faults())?, "v1", seen)
}

fn translated(item: &Item<'_>) -> Value {
    let mut policy: Map<String, Value> = item
        .members()
        .filter(|(name, _)| !matches!(*name, "subjects" | "resources" | "roles"))
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    // What is missing stays missing, so that it is missed where rows are made.
    for (from, to) in [("subjects", "subject"), ("resources", "resource")] {
        if item.value(from).is_some() {
            let attributes = keyed(item, from, "attributes");
            let tags = keyed(item, from, "tags");
            policy.insert(to.to_owned(), json!({ "attributes": attributes, "tags": tags }));
        }
    }
    if let Some(roles) = item.value("roles") {
        policy.insert("control".to_owned(), json!({"grant": {"roles": roles}}));
    }
    Value::Object(policy)
}

/// Returns the attributes of all elements, with `key` in the place of `name`.
fn keyed(item: &Item<'_>, array: &str, member: &str) -> Vec<Value> {
    let renamed = |attribute: Item<'_>| -> Value {
        attribute
            .members()
            .map(|(name, value)| (if name == "name" { "key" } else { name }.to_owned(), value.clone()))
            .collect::<Map<String, Value>>()
            .into()
    };
    item.objects(array).flat_map(|element| element.objects(member).map(renamed).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use model::tables::ibm::{POLICIES, POLICY_RESOURCES, POLICY_ROLES};

    use super::*;
    use crate::item::Faults;

    fn policy() -> Value {
        json!({
            "id": "p1", "type": "authorization",
            "subjects": [{"attributes": [{"name": "serviceName", "value": "is"}]}],
            "roles": [{"role_id": "crn:v1:bluemix:public:iam::::serviceRole:Reader"}],
            "resources": [{"attributes": [{"name": "serviceName", "value": "kms"}]}]
        })
    }

    #[test]
    fn a_policy_of_the_first_version_gives_the_same_rows() {
        let (faults, mut seen, value) = (Faults::default(), Seen::default(), policy());
        let item = Item::of(&value, &faults).unwrap();
        assert!(!is_placeholder(&item));
        keep(&item, &mut seen);
        let texts = |table, column| seen.texts(table, column).collect::<Vec<_>>();
        assert_eq!(texts(&POLICIES, "api_version"), ["v1"]);
        assert_eq!(texts(&POLICY_RESOURCES, "value"), ["kms"]);
        assert_eq!(texts(&POLICY_RESOURCES, "operator"), ["stringEquals"]);
        assert_eq!(texts(&POLICY_ROLES, "role_id"), ["crn:v1:bluemix:public:iam::::serviceRole:Reader"]);
        assert_eq!(faults.reason(), None);
    }

    #[test]
    fn a_placeholder_is_known_by_its_role_or_its_subject() {
        let faults = Faults::default();
        let mut by_role = policy();
        by_role["roles"][0]["role_id"] = "crn:v1:bluemix:public:iam::::role:UnsupportedVersion".into();
        let mut by_subject = policy();
        by_subject["subjects"][0]["attributes"][0]["value"] = "unsupported version".into();
        for value in [by_role, by_subject] {
            assert!(is_placeholder(&Item::of(&value, &faults).unwrap()));
        }
    }
}
