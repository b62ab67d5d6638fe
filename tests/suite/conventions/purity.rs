//! What is passed in and never fetched: the time and the environment.

use super::repository::{File, sources};

/// The lines of a file that are code of the product: no comments, and nothing from where its tests begin.
fn code(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let is_product = !file.path.ends_with("/build.rs")
        && !file.path.ends_with("tests.rs")
        && !file.path.contains("/tests/");
    let lines = file
        .text
        .lines()
        .enumerate()
        .take_while(move |(_, line)| is_product && !line.starts_with("#[cfg(test)]"));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(number, line)| (number + 1, line))
}

#[test]
fn only_programs_read_the_clock_and_the_environment() {
    let fetched = ["Timestamp::now", "Zoned::now", "SystemTime::now", "env::var", "env::vars"];
    for file in sources().iter().filter(|file| file.path.starts_with("shared/")) {
        for (number, line) in code(file) {
            for call in fetched {
                assert!(!line.contains(call), "{}:{}: `{call}`; let the caller pass it", file.path, number);
            }
        }
    }
}

#[test]
fn the_nouns_and_the_comparison_touch_no_world() {
    let worlds = ["std::fs", "std::net", "tokio", "reqwest", "async fn"];
    let pure = ["shared/model/src/", "shared/diff/src/"];
    for file in sources().iter().filter(|file| pure.iter().any(|folder| file.path.starts_with(folder))) {
        for (number, line) in code(file) {
            for world in worlds {
                assert!(!line.contains(world), "{}:{}: `{world}` in a pure crate", file.path, number);
            }
        }
    }
}
