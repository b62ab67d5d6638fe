//! `open --run`: the tool itself, with the script that reads the store.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{engines::python, program::Desk};

/// Puts a program of some name on the way where programs are looked for, and returns that way.
fn with_program(desk: &Desk, name: &str, lines: &str) -> String {
    let path = desk.path("bin").join(name);
    fs::create_dir_all(desk.path("bin")).unwrap();
    fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    format!("PATH={}:$PATH", desk.path("bin").display())
}

#[test]
fn a_tool_is_started_with_the_script_and_its_end_is_that_of_the_command() {
    let desk = Desk::with_history();
    let script = desk.iamwatch(&["open", "5"]).done();
    let way = with_program(&desk, "duckdb", r#"echo "$1"; cat "$2""#);
    let printed = desk.shell(&format!("{way} iamwatch open 5 --run")).done();
    assert_eq!(printed, format!("-init\n{script}"));
    let way = with_program(&desk, "pyspark", r#"cat "$PYTHONSTARTUP""#);
    let printed = desk.shell(&format!("{way} iamwatch open --with spark --run")).done();
    assert_eq!(printed, desk.iamwatch(&["open", "--with", "spark"]).done());
    let way = with_program(&desk, "duckdb", "exit 7");
    desk.shell(&format!("{way} iamwatch open --run")).fails(3, &["duckdb", "exit status: 7"]);
    desk.iamwatch(&["open", "--run", "--json"]).fails(2, &["--json"]);
}

#[test]
fn a_tool_that_is_missing_is_named_with_what_helps() {
    let desk = Desk::with_history();
    let folder = super::program::binary().parent().unwrap().display().to_string();
    let lost = desk.shell(&format!("PATH={folder} iamwatch open --with spark --run"));
    lost.fails(3, &["`pyspark` could not be started", "iamwatch open --with spark"]);
}

#[test]
fn a_python_without_pandas_is_no_success() {
    let desk = Desk::with_history();
    let without = r#"case "$1" in -c) exit 1;; *) cat "$2";; esac"#;
    let way = with_program(&desk, "python3", without);
    let refused = desk.shell(&format!("{way} iamwatch open --with pandas --run"));
    refused.fails(3, &["pandas", "pip install pandas pyarrow"]);
}

#[test]
fn pandas_has_the_rows_of_the_store_at_hand() {
    let Some(python) = python() else { return };
    let desk = Desk::with_history();
    let way = with_program(&desk, "python3", &format!("exec {} \"$@\"", python.display()));
    let asked = "print('users', table('ibm_users').shape[0])";
    let printed = desk.shell(&format!("echo \"{asked}\" | {way} iamwatch open --with pandas --run")).done();
    let told = desk.iamwatch(&["query", "select count(*) as n from ibm_users", "--json"]).json();
    assert!(printed.lines().any(|line| line == format!("users {}", told["rows"][0]["n"])), "{printed}");
}
