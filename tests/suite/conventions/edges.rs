//! Which crate of ours may know which: `functions → pipeline → stages → model`, and nothing else.

use std::collections::BTreeSet;

use super::repository::manifests;

const STAGES: [&str; 6] = ["access", "check", "collect", "diff", "notify", "snapshot"];

/// What a member may depend on, among our own crates.
fn allowed(member: &str) -> BTreeSet<&'static str> {
    let mut allowed = BTreeSet::new();
    // Who calls AWS: nobody else may know the way.
    if ["shared/notify", "shared/pipeline", "shared/snapshot"].contains(&member) {
        allowed.insert("aws");
    }
    match member {
        // If simulators shared a type with us, a wrong field name would be wrong on both sides.
        "shared/model" | "tests/simulators" => return allowed,
        // It only reads what is stored: no cloud, no sink.
        "shared/history" => allowed.extend(["access", "check", "diff", "snapshot"]),
        // It asks the past, and writes elsewhere what it is told.
        "shared/export" => allowed.extend(["check", "history", "snapshot"]),
        // It asks the past, and shapes the answers: no cloud; of the sinks it knows the words alone.
        "shared/serve" => allowed.extend(["access", "check", "export", "history", "notify", "snapshot"]),
        "shared/pipeline" => allowed.extend(STAGES),
        "cli" | "tests" => {
            allowed.extend(STAGES.into_iter().chain(["export", "history", "pipeline", "serve", "simulators"]))
        }
        _ if member.starts_with("functions/") => {
            allowed.extend(STAGES.into_iter().chain(["history", "pipeline", "serve"]))
        }
        _ => {}
    }
    allowed.insert("model");
    allowed
}

#[test]
fn no_stage_knows_its_neighbours() {
    let ours: BTreeSet<String> =
        manifests().keys().filter_map(|member| member.rsplit('/').next()).map(str::to_owned).collect();
    for (member, manifest) in manifests() {
        let allowed = allowed(&member);
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(section).and_then(toml::Value::as_table) else { continue };
            for dependency in dependencies.keys().filter(|dependency| ours.contains(*dependency)) {
                assert!(
                    allowed.contains(dependency.as_str()),
                    "`{member}` depends on `{dependency}`; it may know only {allowed:?}"
                );
            }
        }
    }
}

#[test]
fn every_member_is_named_after_its_folder_and_under_our_lints() {
    for (member, manifest) in manifests() {
        let folder = member.rsplit('/').next().expect("a folder");
        let name = manifest["package"]["name"].as_str().expect("a name");
        let expected = match member.as_str() {
            "cli" => "iamwatch".to_owned(),
            // `shared/history` has the name of its folder.
            "functions/history" => "iamwatch-history-function".to_owned(),
            _ => format!("iamwatch-{folder}"),
        };
        assert_eq!(name, expected, "in {member}");
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        let is_linted = lints.and_then(toml::Value::as_bool) == Some(true);
        assert!(
            is_linted || member.starts_with("tests"),
            "{member} does not take the lints of the workspace"
        );
    }
}

#[test]
fn the_number_of_foreign_packages_only_grows_by_decision() {
    let lock = std::fs::read_to_string(super::repository::root().join("Cargo.lock")).expect("Cargo.lock");
    let packages = lock.matches("[[package]]").count();
    // Each is code that runs beside keys to clouds. Whoever raises this says in the commit what it is for.
    assert!(packages <= MOST_PACKAGES, "{packages} packages are locked; {MOST_PACKAGES} were agreed on");
}

const MOST_PACKAGES: usize = 410;
