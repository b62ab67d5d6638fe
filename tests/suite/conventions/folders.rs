//! Folders: each has its page, and the map in the README shows them as they are.

use std::collections::BTreeSet;

use super::repository::{is_tracked, manifests, root, tracked};

#[test]
fn every_crate_that_others_use_has_a_page() {
    // The page of the command line is the README of the repository.
    let is_used = |member: &&String| member.starts_with("shared/") || member.starts_with("functions/");
    let tracked = tracked();
    for member in manifests().keys().filter(is_used) {
        assert!(tracked.contains(&format!("{member}/README.md")), "{member} has no README.md");
    }
}

/// The paths that the map names: the fenced block whose first line is a folder, nested by indentation.
pub(super) fn map() -> BTreeSet<String> {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let is_map = |block: &&str| {
        let first = block.lines().nth(1).and_then(|line| line.split_whitespace().next());
        first.is_some_and(|first| first.ends_with('/'))
    };
    let block = readme.split("```").find(is_map).expect("a fenced block with the tree of folders");
    let mut paths = BTreeSet::new();
    let mut above: Vec<(usize, String)> = Vec::new();
    for line in block.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let depth = line.len() - line.trim_start().len();
        let name = line.split_whitespace().next().expect("a name");
        above.retain(|(other, _)| *other < depth);
        let parent: String = above.iter().map(|(_, name)| name.as_str()).collect();
        paths.insert(format!("{parent}{name}"));
        above.push((depth, name.to_owned()));
    }
    paths
}

#[test]
fn what_the_map_shows_exists() {
    let tracked = tracked();
    for path in map() {
        assert!(is_tracked(&tracked, &path), "the README's map shows `{path}`, which is not there");
    }
}

#[test]
fn the_map_shows_every_folder_at_the_top_and_every_crate_of_shared_and_functions() {
    let map = map();
    let mut folders = BTreeSet::new();
    for path in tracked() {
        let parts: Vec<&str> = path.split('/').collect();
        if let [top, second, rest @ ..] = parts.as_slice()
            && !top.starts_with('.')
        {
            folders.insert(format!("{top}/"));
            if matches!(*top, "shared" | "functions") && !rest.is_empty() {
                folders.insert(format!("{top}/{second}/"));
            }
        }
    }
    let missing: Vec<&String> = folders.difference(&map).collect();
    assert!(missing.is_empty(), "the README's map lacks {missing:?}");
}
