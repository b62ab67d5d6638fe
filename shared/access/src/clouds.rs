//! The same questions for every cloud: which tables access follows from, the graph, and how a question is read.

use model::{Cloud, State, Table, Timestamp, tables};

use crate::{Access, Inventory, Question, huawei, ibm};

/// Returns the tables from which the access of an account follows, `coverage` first.
pub fn tables(cloud: Cloud) -> impl Iterator<Item = &'static Table> {
    std::iter::once(&tables::COVERAGE).chain(tables::grant_sources(cloud).iter().copied())
}

/// Returns the access that the tables of a snapshot give at the time it was taken: what had ended by then gives nothing.
#[must_use]
pub fn build(cloud: Cloud, state: &State, at: Timestamp) -> Access {
    match cloud {
        Cloud::Ibm => ibm::access_at(state, at),
        Cloud::Huawei => huawei::access_at(state, at),
    }
}

/// Counts what has ended by a moment of all that says of itself when it ends. While that and the tables are the same, the access
/// is the same.
#[must_use]
pub fn ends_before(cloud: Cloud, state: &State, at: Timestamp) -> usize {
    let ends = match cloud {
        Cloud::Ibm => ibm::ends(state),
        Cloud::Huawei => huawei::ends(state),
    };
    ends.into_iter().filter(|end| *end <= at).count()
}

/// Returns the actions and things of a snapshot, to count reach in.
#[must_use]
pub fn inventory(cloud: Cloud, state: &State) -> Inventory {
    match cloud {
        Cloud::Ibm => ibm::inventory(state),
        Cloud::Huawei => huawei::inventory(state),
    }
}

/// Reads a question as the people of a cloud write it: see [`ibm::question`] and [`huawei::question`].
///
/// # Errors
/// When the resource cannot be understood: what it should look like.
pub fn question(
    cloud: Cloud,
    state: &State,
    action: &str,
    resource: Option<&str>,
) -> Result<Question, String> {
    match cloud {
        Cloud::Ibm => ibm::question(state, action, resource),
        Cloud::Huawei => match resource.filter(|resource| !is_urn(resource)) {
            Some(resource) => Err(format!(
                "`{resource}` is no URN; write it as service:region:account:type:path, as in obs:*:*:bucket:payroll"
            )),
            None => Ok(huawei::question(action, resource)),
        },
    }
}

/// Returns the actions that are most like one that no role of a snapshot has; none where a role has it, or where the
/// cloud does not list what actions there are.
#[must_use]
pub fn unknown_action(cloud: Cloud, state: &State, action: &str) -> Option<Vec<String>> {
    match cloud {
        Cloud::Ibm => ibm::unknown_action(state, action),
        // Policies of Huawei Cloud may name any action, and no list says which there are.
        Cloud::Huawei => None,
    }
}

/// Returns why an action cannot be one of a cloud, where its form shows that: nobody can do what does not exist, and that
/// would be a false comfort.
#[must_use]
pub fn fault_of_action(cloud: Cloud, action: &str) -> Option<String> {
    let example = match cloud {
        Cloud::Ibm => "service.thing.verb, as in `iam-identity.apikey.create`",
        Cloud::Huawei => "service:thing:verb, as in `iam:users:createUserV5`",
    };
    let is_wild = action.chars().all(|each| matches!(each, '*' | '?'));
    let is_fit = match cloud {
        Cloud::Ibm => !action.contains(':'),
        Cloud::Huawei => action.contains(':') || is_wild,
    };
    let is_word = !action.is_empty() && !action.contains(char::is_whitespace);
    (!is_fit || !is_word).then(|| format!("`{action}` is no action of `{cloud}`; write it as {example}"))
}

/// Returns whether a text has the five parts of a URN of Huawei Cloud, or is one of a classic role, or means anything.
fn is_urn(text: &str) -> bool {
    text == "*" || text.starts_with('/') || text.matches(':').count() >= 4
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    /// The tables of a document with statements, which `t::…_DOCUMENTS` stands for.
    const PARTS: [&str; 4] = ["STATEMENTS", "ACTIONS", "RESOURCES", "CONDITIONS"];

    /// Returns the names of the declarations that a source reads as `t::NAME`.
    fn read_by(source: &str) -> BTreeSet<String> {
        let is_part = |each: char| each.is_ascii_uppercase() || each == '_';
        let names =
            source.split("t::").skip(1).map(|rest| rest.chars().take_while(|each| is_part(*each)).collect());
        let of_parts = |name: String| match name.strip_suffix("DOCUMENTS") {
            Some(kind) => PARTS.map(|part| format!("{kind}{part}")).to_vec(),
            None => vec![name],
        };
        names.filter(|name: &String| name.len() > 2).flat_map(of_parts).collect()
    }

    /// Returns the sources that build the access of a cloud: `ibm.rs` and all below it, without its tests.
    fn sources(cloud: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut text = fs::read_to_string(root.join(cloud).with_extension("rs")).expect("the builder");
        let mut folders = vec![root.join(cloud)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("its folder") {
                let path = entry.expect("a file").path();
                if path.file_stem().is_some_and(|name| name == "tests") {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                // An editor marks a file that is open with a link that leads nowhere.
                } else if path.is_file() && path.extension().is_some_and(|end| end == "rs") {
                    text.push_str(&fs::read_to_string(path).expect("a source"));
                }
            }
        }
        text
    }

    #[test]
    fn a_resource_that_is_no_urn_is_refused_with_the_form_of_one() {
        let ask = |resource| {
            super::question(model::Cloud::Huawei, &model::State::default(), "obs:*:*", Some(resource))
        };
        for good in ["*", "obs:*:*:bucket:payroll", "iam::d1:agency:ops/backup", "/iam/agencies/a1"] {
            assert!(ask(good).is_ok(), "{good}");
        }
        for bad in ["payroll", "bucket=payroll", "obs:bucket:payroll", "crn:v1:x"] {
            assert!(ask(bad).unwrap_err().contains("service:region:account:type:path"), "{bad}");
        }
    }

    #[test]
    fn an_action_of_another_cloud_is_no_action() {
        use model::Cloud::{Huawei, Ibm};
        let fault = super::fault_of_action;
        for good in ["iam-identity.apikey.create", "kms.secrets.*", "*", "iam*"] {
            assert_eq!(fault(Ibm, good), None, "{good}");
        }
        for good in ["iam:users:createUserV5", "obs:*:*", "*", "*:*:*"] {
            assert_eq!(fault(Huawei, good), None, "{good}");
        }
        assert!(fault(Ibm, "iam:users:createUserV5").unwrap().contains("as in `iam-identity.apikey.create`"));
        assert!(fault(Huawei, "iam.policy.create").unwrap().contains("as in `iam:users:createUserV5`"));
        for bad in ["", " ", "iam policy", "createUser "] {
            assert!(fault(Ibm, bad).is_some() && fault(Huawei, bad).is_some(), "{bad}");
        }
    }

    fn listed(name: &str) -> BTreeSet<String> {
        let source = include_str!("../../model/src/tables/grant_sources.rs");
        let list = source.split(&format!("static {name}:")).nth(1).expect("the list");
        read_by(list.split("};").next().expect("its end"))
    }

    #[test]
    fn every_table_that_access_is_built_from_is_read_for_it() {
        assert_eq!(read_by(&sources("ibm")), listed("IBM"));
        assert_eq!(read_by(&sources("huawei")), listed("HUAWEI"));
    }
}
