//! The repository's files, as the other tests look at them: what git tracks, not what lies about. A store, an editor's
//! files or settings of one's own beside them are nobody's business.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Names another checkout to look at: the test that puts stray things into one sets it.
pub const ROOT: &str = "IAMWATCH_TEST_ROOT";

/// The folder with the workspace's manifest.
pub fn root() -> PathBuf {
    if let Some(root) = std::env::var_os(ROOT) {
        return PathBuf::from(root);
    }
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository").to_path_buf()
}

/// A file by its path below the root, with its text.
pub struct File {
    pub path: String,
    pub text: String,
}

/// Every tracked file that is text, sorted by path, but the lock file.
pub fn files() -> Vec<File> {
    let root = root();
    let text = |path: String| {
        let text = fs::read_to_string(root.join(&path)).ok()?;
        Some(File { path, text })
    };
    tracked().into_iter().filter(|path| path != "Cargo.lock").filter_map(text).collect()
}

/// Every Rust source.
pub fn sources() -> Vec<File> {
    files().into_iter().filter(|file| file.path.ends_with(".rs")).collect()
}

/// The paths of all tracked files, but links and those that were just deleted.
pub fn tracked() -> BTreeSet<String> {
    let root = root();
    let listed = if root.join(".git").exists() { listed_by_git(&root) } else { found_where_ours_are(&root) };
    let is_file = |path: &String| {
        fs::symlink_metadata(root.join(path)).is_ok_and(|metadata| metadata.file_type().is_file())
    };
    listed.into_iter().filter(is_file).collect()
}

/// Says whether a path below the root is a tracked file, or a folder with one.
pub fn is_tracked(tracked: &BTreeSet<String>, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let below = format!("{path}/");
    let next = tracked.range(below.clone()..).next();
    path.is_empty() || tracked.contains(path) || next.is_some_and(|next| next.starts_with(&below))
}

/// Runs git in a folder, whoever owns it and whatever hook this runs in, and returns what it printed.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(["-c", "safe.directory=*", "-C"]).arg(folder).args(arguments);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"] {
        git.env_remove(name);
    }
    let output = git.output().expect("`git`, which knows the files of a checkout: install it");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`git {}` in {}: {said}", arguments.join(" "), folder.display());
    String::from_utf8(output.stdout).expect("paths in UTF-8")
}

fn listed_by_git(root: &Path) -> Vec<String> {
    let listed = git(root, &["ls-files", "-z"]);
    listed.split_terminator('\0').map(str::to_owned).collect()
}

/// Without git, as in an archive: what is below the folders that the README's map names, and on top of them.
fn found_where_ours_are(root: &Path) -> Vec<String> {
    eprintln!(
        "!! {} is no checkout of git: what lies in its folders is taken for tracked, and new folders on top are not seen",
        root.display()
    );
    let mut found = Vec::new();
    for entry in fs::read_dir(root).expect("a folder that can be read") {
        let path = entry.expect("an entry that can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && (super::folders::map().contains(&format!("{name}/")) || name == ".ci") {
            walk(&path, &format!("{name}/"), &mut found);
        } else if path.is_file()
            && ["md", "toml"].iter().any(|end| name.ends_with(end))
            && name != "iamwatch.toml"
        {
            found.push(name);
        }
    }
    found
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry that can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || ["target", "__pycache__"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), found);
        } else {
            found.push(format!("{prefix}{name}"));
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
