//! What we build on: licences that are known and compatible, and nothing from anywhere but the registry.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

use super::repository::root;

/// The licences that `deny.toml` allows.
fn allowed() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml is there");
    let rules: toml::Table = text.parse().expect("deny.toml is TOML");
    let allow = rules["licenses"]["allow"].as_array().expect("a list of licences");
    allow.iter().filter_map(|each| each.as_str().map(str::to_owned)).collect()
}

/// All crates that the lock file names for the machine that runs this, as cargo tells of them.
fn packages() -> Vec<Value> {
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host]);
    let output = metadata.current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    told["packages"].as_array().expect("a list of packages").clone()
}

/// Returns whether an SPDX expression can be met with the allowed licences. `AND` binds closer than `OR`; a slash is an old `OR`.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let words = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut place = 0;
    let met = any(&words, &mut place, allowed);
    met && place == words.len()
}

fn any(words: &[&str], place: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = all(words, place, allowed);
    while words.get(*place) == Some(&"OR") {
        *place += 1;
        met |= all(words, place, allowed);
    }
    met
}

fn all(words: &[&str], place: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, place, allowed);
    while words.get(*place) == Some(&"AND") {
        *place += 1;
        met &= one(words, place, allowed);
    }
    met
}

fn one(words: &[&str], place: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.get(*place) else { return false };
    *place += 1;
    if *word == "(" {
        let met = any(words, place, allowed);
        let is_closed = words.get(*place) == Some(&")");
        *place += 1;
        return met && is_closed;
    }
    let mut licence = (*word).to_owned();
    if words.get(*place) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", words.get(*place + 1).copied().unwrap_or_default());
        *place += 2;
    }
    allowed.contains(&licence)
}

#[test]
fn every_crate_that_is_built_on_is_under_a_licence_that_is_allowed() {
    let allowed = allowed();
    let packages = packages();
    let foreign = packages.iter().filter(|package| !package["source"].is_null());
    let licence = |package: &Value| package["license"].as_str().unwrap_or("none").to_owned();
    let refused = foreign.clone().filter(|package| !is_met(&licence(package), &allowed));
    let refused: Vec<String> =
        refused.map(|package| format!("{} is under {}", package["name"], licence(package))).collect();
    assert!(foreign.count() > 100, "{} crates were found", packages.len());
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn every_crate_that_is_built_on_comes_from_the_registry() {
    let packages = packages();
    let is_strange =
        |package: &&Value| package["source"].as_str().is_some_and(|source| !source.starts_with("registry+"));
    let strange: Vec<&Value> = packages.iter().filter(is_strange).map(|package| &package["id"]).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn an_expression_of_licences_is_read_as_it_is_meant() {
    let allowed: BTreeSet<String> = ["MIT", "ISC", "A WITH B"].map(str::to_owned).into();
    for met in [
        "MIT",
        "MIT OR GPL-3.0",
        "GPL-3.0/MIT",
        "MIT AND ISC",
        "GPL-3.0 AND X OR MIT",
        "A WITH B",
        "(X OR MIT) AND ISC",
    ] {
        assert!(is_met(met, &allowed), "{met}");
    }
    for refused in ["none", "GPL-3.0", "MIT AND GPL-3.0", "A", "MIT AND (X OR Y)", "(MIT", "MIT ISC", ""] {
        assert!(!is_met(refused, &allowed), "{refused}");
    }
}
