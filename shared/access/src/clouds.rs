//! The same questions for every cloud: which tables access follows from, the graph, and how a question is read.

use model::{Cloud, State, Table, Timestamp, tables};

use crate::{Access, Inventory, Question, SensitivePermission, huawei, ibm};

/// A column that names somebody, and its table.
pub(crate) type NamingColumn = (&'static Table, &'static str);

/// What a cloud has of its own; all else of access is the same for every cloud.
pub(crate) struct CloudAccess {
    /// Builds the access that the tables of a snapshot give at the time it was taken.
    pub(crate) build: fn(&State, Timestamp) -> Access,
    /// Lists when those things end that say of themselves when.
    pub(crate) ends: fn(&State) -> Vec<Timestamp>,
    /// Lists the actions and things of a snapshot.
    pub(crate) inventory: fn(&State) -> Inventory,
    /// Reads an action and a resource as the people of the cloud write them.
    pub(crate) question: fn(&State, &str, Option<&str>) -> Result<Question, String>,
    /// Returns the actions most like one that no role of a snapshot has; none where one has it or nothing lists them.
    pub(crate) unknown_action: fn(&State, &str) -> Option<Vec<String>>,
    /// Says why nobody can ever hold an action, where what was listed proves it.
    pub(crate) impossible_action: fn(&State, &str) -> Option<String>,
    /// Whether the roles list their actions one by one, so that a pattern stands for those that are listed.
    pub(crate) lists_actions: bool,
    /// Whether an action has the form of those of the cloud.
    pub(crate) is_action: fn(&str) -> bool,
    /// That form, with an example.
    pub(crate) action_form: &'static str,
    /// The sensitive permissions that are audited unasked, as TOML.
    pub(crate) permissions: &'static str,
    /// Where principals stand, and the column of their ids.
    pub(crate) principals: &'static [NamingColumn],
    /// The kinds of people that a permission may allow: the list in which they stand first, then what else may name one.
    pub(crate) people: &'static [(&'static str, &'static [NamingColumn])],
    /// Tables that say only whether a principal can act.
    pub(crate) credentials: &'static [&'static Table],
    /// Tables that say what things are called, and decide on nothing.
    pub(crate) naming: &'static [&'static Table],
    /// Tables that end or restrict what others give.
    pub(crate) restricting: &'static [&'static Table],
    /// Tables that say who is in a group that a permission allows.
    pub(crate) allowing: &'static [&'static Table],
    /// Tables whose missing rows would hide what takes a permission away, or by nature allows it.
    pub(crate) hiding: fn(&SensitivePermission) -> Vec<&'static Table>,
}

impl CloudAccess {
    /// Returns that of a cloud: the only place that knows which there are.
    pub(crate) const fn of(cloud: Cloud) -> &'static Self {
        match cloud {
            Cloud::Ibm => &ibm::CLOUD,
            Cloud::Huawei => &huawei::CLOUD,
        }
    }
}

/// Returns the tables from which the access of an account follows, `coverage` first.
pub fn tables(cloud: Cloud) -> impl Iterator<Item = &'static Table> {
    std::iter::once(&tables::COVERAGE).chain(tables::grant_sources(cloud).iter().copied())
}

/// Returns the tables in which the principals of a cloud stand, each with the column of their ids.
#[must_use]
pub const fn principal_tables(cloud: Cloud) -> &'static [(&'static Table, &'static str)] {
    CloudAccess::of(cloud).principals
}

/// Returns the access that the tables of a snapshot give at the time it was taken: what had ended by then gives nothing.
#[must_use]
pub fn build(cloud: Cloud, state: &State, at: Timestamp) -> Access {
    (CloudAccess::of(cloud).build)(state, at)
}

/// Counts what has ended by a moment of all that says of itself when it ends. While that and the tables are the same, the access
/// is the same.
#[must_use]
pub fn ends_before(cloud: Cloud, state: &State, at: Timestamp) -> usize {
    let ends = (CloudAccess::of(cloud).ends)(state);
    ends.into_iter().filter(|end| *end <= at).count()
}

/// Returns the actions and things of a snapshot, to count reach in.
#[must_use]
pub fn inventory(cloud: Cloud, state: &State) -> Inventory {
    (CloudAccess::of(cloud).inventory)(state)
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
    (CloudAccess::of(cloud).question)(state, action, resource)
}

/// Returns the actions that are most like one that no role of a snapshot has; none where a role has it, or where the
/// cloud does not list what actions there are.
#[must_use]
pub fn unknown_action(cloud: Cloud, state: &State, action: &str) -> Option<Vec<String>> {
    (CloudAccess::of(cloud).unknown_action)(state, action)
}

/// Returns why an action cannot be one of a cloud, where its form shows that: nobody can do what does not exist, and that
/// would be a false comfort.
#[must_use]
pub fn fault_of_action(cloud: Cloud, action: &str) -> Option<String> {
    let CloudAccess { is_action, action_form, .. } = CloudAccess::of(cloud);
    let is_word = !action.is_empty() && !action.contains(char::is_whitespace);
    (!is_action(action) || !is_word)
        .then(|| format!("`{action}` is no action of `{cloud}`; write it as {action_form}"))
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
