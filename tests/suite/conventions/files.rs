//! Files: each is compiled, none is too long, none says what it must not.

use std::{collections::BTreeSet, path::Path};

use super::repository::{files, is_tracked, sources, tracked};

#[test]
fn every_source_is_declared_where_the_compiler_looks() {
    let sources = sources();
    let known: BTreeSet<&str> = sources.iter().map(|file| file.path.as_str()).collect();
    let tracked = tracked();
    for file in &sources {
        let path = Path::new(&file.path);
        let folder = path.parent().expect("a folder").to_str().expect("UTF-8");
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a stem");
        // Cargo finds these by their place.
        let is_of_package = folder.rsplit_once('/').is_some_and(|(package, last)| {
            matches!(last, "tests" | "examples" | "benches")
                && tracked.contains(&format!("{package}/Cargo.toml"))
        });
        if matches!(stem, "main" | "lib" | "build") || is_of_package {
            continue;
        }
        // `a/b/mod.rs` is module `b` of `a`; `a/b.rs` is module `b` of `a` too.
        let (module, parent) = match stem {
            "mod" => (
                Path::new(folder).file_name().and_then(|name| name.to_str()).expect("a name"),
                parent_of(folder),
            ),
            _ => (stem, folder.to_owned()),
        };
        let parents = [
            format!("{parent}/mod.rs"),
            format!("{parent}/lib.rs"),
            format!("{parent}/main.rs"),
            format!("{parent}.rs"),
        ];
        let declares = |file: &&super::repository::File| {
            file.text.lines().any(|line| {
                line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ")
                    == format!("mod {module};")
            })
        };
        let is_declared = parents
            .iter()
            .filter(|parent| known.contains(parent.as_str()))
            .any(|parent| sources.iter().filter(|file| file.path == **parent).any(|file| declares(&file)));
        let is_pathed = || {
            sources
                .iter()
                .any(|other| other.text.contains("#[path") && other.text.contains(&tail(&file.path)))
        };
        assert!(
            is_declared || is_pathed(),
            "{} is declared in none of {parents:?}: it is never compiled",
            file.path
        );
    }
}

fn parent_of(folder: &str) -> String {
    folder.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned())
}

/// The last two parts of a path, as a `#[path]` attribute ends.
fn tail(path: &str) -> String {
    let parts: Vec<&str> = path.rsplit('/').take(2).collect();
    format!("{}\"", parts.into_iter().rev().collect::<Vec<_>>().join("/"))
}

#[test]
fn no_file_of_code_is_longer_than_five_hundred_lines() {
    for file in files() {
        let is_code = [".rs", ".py", ".sh"].iter().any(|ending| file.path.ends_with(ending));
        let lines = file.text.lines().count();
        assert!(!is_code || lines <= 500, "{} has {lines} lines; split it along the noun", file.path);
    }
}

#[test]
fn nothing_is_left_for_later() {
    // In two parts, so that this file does not find itself.
    let left = [("todo", "!("), ("unimplemented", "!("), ("#[", "ignore"), ("TO", "DO"), ("FIX", "ME")];
    let left: Vec<String> = left.iter().map(|(a, b)| format!("{a}{b}")).collect();
    for file in files() {
        for (number, line) in file.text.lines().enumerate() {
            let found = left.iter().find(|word| line.contains(*word));
            assert!(found.is_none(), "{}:{}: `{}`", file.path, number + 1, found.map_or("", |word| word));
        }
    }
}

#[test]
fn no_address_of_a_package_registry_is_written_down() {
    // Whoever builds this may use a mirror; where packages come from is a matter of their settings.
    let hosts = [
        ("crates", ".io"),
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("npmjs", ".com"),
        ("npmjs", ".org"),
        ("registry.terraform", ".io"),
    ];
    let hosts: Vec<String> = hosts.iter().map(|(a, b)| format!("{a}{b}")).collect();
    for file in files() {
        let found = hosts.iter().find(|host| file.text.contains(*host));
        assert!(found.is_none(), "{}: `{}`", file.path, found.map_or("", |host| host));
    }
}

#[test]
fn no_page_points_to_a_file_that_is_not_there() {
    // What lies about on this machine only is not there for others.
    let tracked = tracked();
    for file in files().iter().filter(|file| file.path.ends_with(".md")) {
        let folder = parent_of(&file.path);
        for link in file.text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let path = below(&folder, target);
            let is_there = path.as_ref().is_some_and(|path| is_tracked(&tracked, path));
            assert!(is_there, "{}: `{link}` leads nowhere", file.path);
        }
    }
}

/// The path below the root that a link in a folder means; none where it leads out of the repository.
fn below(folder: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
