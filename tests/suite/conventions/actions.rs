//! Names of actions and roles: each one in lists, simulators, scenarios and tests is one that its cloud has.
//!
//! The tables of actions are in `shared/access/permissions/steps`. What looks like an action of a service that they
//! know, and is none of theirs, is a slip, or is named here with the reason why it is written down.

use std::collections::{BTreeMap, BTreeSet};

use access::Pattern;
use model::Cloud;

use super::repository::{File, files};

/// Names that are in no table, each with the reason why it is written down.
const MADE_UP: [(&str, &str); 12] = [
    ("iam-identity.apikey.creat", "mistyped on purpose: `did you mean` is asked for"),
    ("iam:keys:*", "an action of the small language in which permissions are told with gains"),
    ("iam:keys:create", "an action of the small language in which permissions are told with gains"),
    ("iam:users:get", "an action of the small language in which permissions are told with gains"),
    ("iam:users:put", "an action of the small language in which gains are enumerated"),
    ("iam:agencies:assume", "what a classic policy for one agency names, by the documents; in no table"),
    ("iam:users:attachPolicyV", "a part of a name, which is no step"),
    ("iam::getAuthorizationSchemaV5", "the call exists, its action is in no document"),
    ("iam::listRegisteredServicesV5", "the call exists, its action is in no document"),
    ("iam::listServicePrincipalsV5", "the call exists, its action is in no document"),
    ("iam:permissions:listRoleAssignments", "the call exists, its action is in no document"),
    ("iam.*.get", "shows how a pattern is written"),
];

/// Roles that no table has, each with the reason why it is written down.
const MADE_UP_ROLES: [(&str, &str); 4] = [
    ("Creator", "a role that cases of a rule make up"),
    ("Keeper", "a role that cases of a rule make up"),
    ("Unheard", "a role that cases of a rule make up"),
    ("UnsupportedVersion", "what version 1 of the API shows of a policy of version 2"),
];

/// Roles of IBM Cloud that any service may offer, as its guide to roles lists them.
const OF_ANY_SERVICE: [&str; 3] = ["Reader", "Writer", "Manager"];

/// Returns the actions of a cloud's tables, in lower case where the cloud does not look at case.
fn known(cloud: Cloud) -> BTreeSet<String> {
    let table = match cloud {
        Cloud::Ibm => include_str!("../../../shared/access/permissions/steps/ibm.tsv"),
        Cloud::Huawei => include_str!("../../../shared/access/permissions/steps/huawei.tsv"),
    };
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit('\t').next().unwrap_or_default().to_owned()).collect()
}

/// Returns the first parts of actions, which name services.
fn services(actions: &BTreeSet<String>, mark: char) -> BTreeSet<&str> {
    actions.iter().filter_map(|action| Some(action.split_once(mark)?.0)).collect()
}

/// Returns the words of a text that are made of letters, digits and the marks of patterns; none that is called or a path
/// of code.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_.:*?/".contains(letter);
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(is_part)?;
        let tail = rest.get(start..)?;
        let end = tail.find(|letter| !is_part(letter)).unwrap_or(tail.len());
        let (word, after) = tail.split_at(end);
        rest = after;
        Some(if after.starts_with('(') { "" } else { word.trim_matches(['.', ':', '/', '-']) })
    })
}

/// Says whether a word looks like an action of Huawei Cloud: a service, a type that may be left out, an operation.
fn is_huawei(word: &str, services: &BTreeSet<&str>) -> bool {
    let [service, kind, operation] = word.split(':').collect::<Vec<_>>()[..] else { return false };
    let is_name = |part: &str| part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '*');
    // Paths of Rust have two colons and no capital letters.
    let is_path =
        kind.is_empty() && !operation.contains(|letter: char| letter.is_ascii_uppercase() || letter == '*');
    services.contains(service) && is_name(kind) && is_name(operation) && !operation.is_empty() && !is_path
}

/// Says whether a word looks like an action of IBM Cloud: a service, a thing, what is done with it.
fn is_ibm(word: &str, services: &BTreeSet<&str>) -> bool {
    let is_name =
        |part: &str| part.chars().all(|letter| letter.is_ascii_alphabetic() || "-_*".contains(letter));
    let is_host = word.ends_with(".com") || word.contains("Summary");
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() >= 3 && services.contains(parts[0]) && parts.iter().all(|part| is_name(part)) && !is_host
}

/// Returns the files in which actions may be named, but the tables themselves.
fn texts() -> Vec<File> {
    let mut texts = files();
    texts.retain(|file| {
        !file.path.starts_with("shared/access/permissions/steps/")
            && !file.path.contains("proptest-regressions/")
            && !file.path.ends_with("conventions/actions.rs")
    });
    texts
}

#[test]
fn every_action_that_is_named_is_one_of_its_cloud() {
    let [ibm, huawei] = [Cloud::Ibm, Cloud::Huawei].map(known);
    let (of_ibm, of_huawei) = (services(&ibm, '.'), services(&huawei, ':'));
    let is_in = |actions: &BTreeSet<String>, word: &str| {
        let pattern = Pattern::parse(&word.to_lowercase());
        actions.contains(word) || actions.iter().any(|action| pattern.matches(&action.to_lowercase()))
    };
    let (mut unknown, mut made_up) = (BTreeMap::new(), BTreeSet::new());
    for file in texts() {
        for word in words(&file.text) {
            let is_slip = (is_huawei(word, &of_huawei) && !is_in(&huawei, word))
                || (is_ibm(word, &of_ibm) && !is_in(&ibm, word));
            match MADE_UP.iter().find(|(name, _)| *name == word) {
                Some((name, _)) => drop(made_up.insert(*name)),
                None if is_slip => drop(unknown.insert(word.to_owned(), file.path.clone())),
                None => {}
            }
        }
    }
    assert!(unknown.is_empty(), "no table has {unknown:#?}");
    let unused: Vec<_> = MADE_UP.iter().filter(|(name, _)| !made_up.contains(name)).collect();
    assert!(unused.is_empty(), "named nowhere: {unused:?}");
}

/// The data of the simulators come from the same tables, and by another way.
#[test]
fn the_simulators_have_the_actions_of_the_tables() {
    let of = |path: &str| {
        let file = files().into_iter().find(|file| file.path == path).expect("a table of the simulators");
        let lines: Vec<String> =
            file.text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
        lines
    };
    let actions = |line: &String| -> Vec<String> {
        line.rsplit('\t').next().unwrap_or_default().split(' ').map(str::to_owned).collect()
    };
    let on_ibm: BTreeSet<String> =
        of("tests/simulators/src/ibm/generate/actions.tsv").iter().flat_map(actions).collect();
    assert_eq!(on_ibm, known(Cloud::Ibm));
    let with_service = |line: &String| -> Vec<String> {
        let service = line.split('\t').next().unwrap_or_default().to_owned();
        actions(line).into_iter().map(|action| format!("{service}:{action}")).collect()
    };
    let on_huawei: BTreeSet<String> =
        of("tests/simulators/src/huawei/generate/actions.tsv").iter().flat_map(with_service).collect();
    let steps = include_str!("../../../shared/access/permissions/steps/huawei.tsv");
    let sure = steps.lines().filter(|line| line.contains("\tsure\t"));
    let sure: BTreeSet<String> = sure.filter_map(|line| Some(line.rsplit('\t').next()?.to_owned())).collect();
    assert!(on_huawei.is_superset(&sure) && on_huawei.is_subset(&known(Cloud::Huawei)));
}

#[test]
fn every_role_that_is_named_is_one_that_the_tables_have_or_that_is_made_up_on_purpose() {
    let offered = simulators::ibm::generate(1, simulators::ibm::Size::Dozen);
    let services = offered.services.iter();
    let roles = services.flat_map(|service| service.service_roles.iter().chain(&service.system_roles));
    let mut known: BTreeSet<&str> = roles.filter_map(|role| role.crn.rsplit(':').next()).collect();
    known.extend(OF_ANY_SERVICE);
    let made_up = MADE_UP_ROLES.map(|(name, _)| name);
    let mut unknown = BTreeMap::new();
    for file in texts() {
        for word in words(&file.text) {
            let named = ["::::role:", "::::serviceRole:"].iter().find_map(|mark| word.split_once(mark));
            let (Some((_, role)), false) = (named, word.contains("customRole")) else { continue };
            if !role.is_empty() && !known.contains(role) && !made_up.contains(&role) {
                unknown.insert(role.to_owned(), file.path.clone());
            }
        }
    }
    assert!(unknown.is_empty(), "no table has the roles {unknown:#?}");
}
