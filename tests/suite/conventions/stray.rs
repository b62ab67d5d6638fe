//! What lies beside the files of a checkout is nobody's business: a store, an editor's files, settings of one's own.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use super::repository::{ROOT, git, root, tracked};

/// What people and programs leave in a checkout, with a text that breaks a convention wherever it is looked at.
const STRAY: [(&str, &str); 14] = [
    ("iamwatch.toml", "store = \"iamwatch-store\"\n"),
    ("iamwatch-demo/ibm/a1/manifests/00000001.json", "{}"),
    ("iamwatch-demo.events.jsonl", "{}\n"),
    ("iamwatch-store/huawei/d1/manifests/00000001.json", "{}"),
    ("snapshots/ibm/a1/tables/ibm_users/1.parquet", "PAR1"),
    ("my-rules/ibm/of_my_own.sql", "select 1;"),
    (".idea/workspace.xml", "<x/>"),
    (".vscode/settings.json", "{}"),
    ("notes/plan.md", "[nowhere](not/there.md) ..."),
    ("shared/scratch/src/lib.rs", "mod nobody;\n"),
    ("cli/src/undeclared.rs", "fn nobody() {}\n"),
    ("cli/src/main.rs~", "fn main() {}\n"),
    ("events/in/.DS_Store", "x"),
    ("answer.json", "{}"),
];

/// Copies the tracked files into a new checkout.
fn checkout(place: &Path) {
    for path in tracked().into_iter().chain(["Cargo.lock".to_owned()]) {
        let target = place.join(&path);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::copy(root().join(&path), target).expect("a copy");
    }
    git(place, &["init", "--quiet"]);
    git(place, &["add", "--all", "--force"]);
}

fn put_stray_things(place: &Path) {
    for (path, text) in STRAY {
        let path = place.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    // Emacs marks a file that is being edited with a link that leads nowhere.
    symlink("ana@desk.4711", place.join("cli/src/.#main.rs")).expect("a link");
}

/// Runs the other tests of the conventions on a checkout, and returns whether they pass, with what they said.
fn conventions(place: &Path) -> (bool, String) {
    let mut tests = Command::new(std::env::current_exe().expect("this program"));
    // The pages that are written from declarations look at no other file.
    tests.args(["conventions::", "--skip", "conventions::stray", "--skip", "conventions::reference"]);
    let output = tests.env(ROOT, place).env_remove("IAMWATCH_WRITE").output().expect("the tests run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("test conventions::folders::what_the_map_shows_exists"), "{said}");
    (output.status.success(), said)
}

#[test]
fn what_lies_about_in_a_checkout_breaks_no_convention() {
    let place = tempfile::tempdir().expect("a folder");
    checkout(place.path());
    put_stray_things(place.path());
    let (passed, said) = conventions(place.path());
    assert!(passed, "{said}");
    // The same things are seen as soon as somebody commits them.
    git(place.path(), &["add", "--force", "notes", "shared/scratch", "cli/src/undeclared.rs"]);
    let (passed, said) = conventions(place.path());
    assert!(!passed && said.contains("lacks"), "{said}");
    for words in ["`not/there.md` leads nowhere", "cli/src/undeclared.rs is declared in none of"] {
        assert!(said.contains(words), "`{words}` is missing in {said}");
    }
}

#[test]
fn what_is_run_for_every_change_is_what_the_readme_tells_to_run_in_its_order() {
    let text = |path: &str| fs::read_to_string(root().join(path)).expect("a file");
    let readme = text("README.md");
    let told: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("make "))
        .filter_map(|line| line.split("  ").next())
        .map(str::trim)
        .collect();
    assert_eq!(told, ["make demo", "make test"]);
    let script = text(".ci/run");
    let run: Vec<&str> = script.lines().map(str::trim).filter(|line| line.starts_with("make ")).collect();
    assert_eq!(run, ["make lint", "make demo", "make test"]);
}

#[test]
fn what_tests_may_leave_in_their_folders_has_any_name() {
    let place = tempfile::tempdir().expect("a folder");
    checkout(place.path());
    git(
        place.path(),
        &["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "all"],
    );
    let beside = || {
        let output = Command::new(place.path().join(".ci/beside")).output().expect("the script runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("a text")
    };
    assert_eq!(beside(), "");
    for path in [".cache/lib/script (dev).tmpl", ".cache/ü", "target/debug/launcher manifest.xml"] {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "x").expect("a file");
    }
    assert_eq!(beside(), "");
    fs::write(place.path().join("left behind.txt"), "x").expect("a file");
    fs::write(place.path().join("iamwatch-demo.events.jsonl"), "{}").expect("a file");
    assert_eq!(beside().lines().count(), 2, "{}", beside());
}

#[test]
fn an_archive_without_git_can_be_tested_too() {
    let place = tempfile::tempdir().expect("a folder");
    checkout(place.path());
    fs::remove_dir_all(place.path().join(".git")).expect("no git");
    for (path, text) in STRAY.iter().filter(|(path, _)| path.starts_with("iamwatch")) {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let (passed, said) = conventions(place.path());
    assert!(passed, "{said}");
}
