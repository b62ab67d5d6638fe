//! What figures hang on besides the program: the machine, and the state of the code.

use std::{fs, process::Command};

/// Returns a line for each fact about the machine and the code; what cannot be found out is left out.
pub fn describe() -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor =
        first_value("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = first_value("/proc/meminfo", "MemTotal").and_then(|text| gibibytes(&text));
    let system =
        fs::read_to_string("/proc/sys/kernel/osrelease").map(|text| format!("Linux {}", text.trim()));
    let facts = [Some(format!("{cores} cores of {processor}")), memory, system.ok()];
    let commit = first_line("git", &["log", "-1", "--format=%h of %cs"]).map(|commit| {
        let is_changed = first_line("git", &["status", "--porcelain", "--untracked-files=no"]).is_some();
        format!("commit {commit}{}", if is_changed { ", with changes that are not committed" } else { "" })
    });
    let code = [commit, first_line("rustc", &["--version"])];
    [facts.into_iter().flatten().collect::<Vec<_>>(), code.into_iter().flatten().collect()]
        .into_iter()
        .filter(|facts| !facts.is_empty())
        .map(|facts| facts.join("; "))
        .collect()
}

fn first_value(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn gibibytes(text: &str) -> Option<String> {
    let kibibytes: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(format!("{} GiB of memory", kibibytes.div_ceil(1024 * 1024)))
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(str::to_owned)
}
