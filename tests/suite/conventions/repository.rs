//! The repository's files, as the other tests look at them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The folder with the workspace's manifest.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository").to_path_buf()
}

/// A file by its path below the root, with its text.
pub struct File {
    pub path: String,
    pub text: String,
}

/// Every file of ours that is text, sorted by path: no build output, no downloads, no lock file.
pub fn files() -> Vec<File> {
    let mut files = Vec::new();
    walk(&root(), "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Every Rust source.
pub fn sources() -> Vec<File> {
    files().into_iter().filter(|file| file.path.ends_with(".rs")).collect()
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry that can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        let below = format!("{prefix}{name}");
        // What git ignores, and git itself.
        let is_foreign =
            [".git", ".cache", ".aws-sam", "target", "iamwatch-store", "__pycache__", "Cargo.lock"];
        if is_foreign.contains(&name) || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            walk(&path, &format!("{below}/"), files);
        } else if let Ok(text) = fs::read_to_string(&path) {
            files.push(File { path: below, text });
        }
    }
}

/// The manifests of the workspace's members, by folder.
pub fn manifests() -> BTreeMap<String, toml::Table> {
    let parsed = |folder: &str| -> toml::Table {
        let text = fs::read_to_string(root().join(folder).join("Cargo.toml")).expect("a manifest");
        text.parse().expect("a manifest in TOML")
    };
    let workspace = parsed("");
    let members = workspace["workspace"]["members"].as_array().expect("a list of members");
    members
        .iter()
        .map(|member| member.as_str().expect("a folder").to_owned())
        .map(|member| (member.clone(), parsed(&member)))
        .collect()
}
