//! Measures commands of the program over a store, each in a process of its own: what an export or a report of a large account costs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;

use crate::meter::{self, Cost};

/// What is measured: a name, and the arguments. `OUT` is a path that is free.
const COMMANDS: [(&str, &[&str]); 11] = [
    ("findings", &["findings"]),
    ("rules ask", &["rules", "ask", "resource_access_by_group", "--json"]),
    ("query", &["query", "select * from findings", "--json"]),
    ("export sqlite", &["export", "--format", "sqlite", "--to", "OUT"]),
    ("export parquet", &["export", "--format", "parquet", "--to", "OUT"]),
    ("export csv", &["export", "--format", "csv", "--to", "OUT"]),
    ("export jsonl", &["export", "--format", "jsonl", "--to", "OUT"]),
    ("report text", &["report"]),
    ("report html", &["report", "--format", "html", "--to", "OUT"]),
    ("report csv", &["report", "--format", "csv", "--to", "OUT"]),
    ("report sarif", &["report", "--format", "sarif", "--to", "OUT"]),
];

/// Runs each command over a store, and passes its cost on. A question of the other cloud is left out.
pub fn measure(store: &Path, cloud: &str, take: &mut dyn FnMut(&str, Cost)) -> anyhow::Result<()> {
    let program = program()?;
    for (name, arguments) in COMMANDS {
        if cloud != "ibm" && name == "rules ask" {
            continue;
        }
        let scratch = tempfile::tempdir()?;
        let out = scratch.path().join("out").display().to_string();
        let arguments = arguments.iter().map(|each| if *each == "OUT" { out.as_str() } else { each });
        let mut command = Command::new(&program);
        command.args(arguments).arg("--store").arg(store).current_dir(scratch.path());
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        take(name, follow(child).with_context(|| format!("`iamwatch {name}`"))?);
    }
    Ok(())
}

/// Returns the program, which is built beside this one.
fn program() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("iamwatch");
    anyhow::ensure!(program.exists(), "{} is missing; `make bench` builds it", program.display());
    Ok(program)
}

/// Watches a process to its end. Memory is looked at all the while, for one that has ended has none; the greatest is kept by Linux.
fn follow(mut child: Child) -> anyhow::Result<Cost> {
    let began = Instant::now();
    let of_process =
        |name: &str| fs::read_to_string(format!("/proc/{}/{name}", child.id())).unwrap_or_default();
    let mut peak_mib: f64 = 0.0;
    let stat = loop {
        peak_mib = peak_mib.max(meter::peak_mib(&of_process("status")));
        let stat = of_process("stat");
        // It stays there as a zombie, with its time, until it is waited for.
        if stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z')) {
            break stat;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let cost = Cost {
        cpu_seconds: meter::cpu_seconds(&stat),
        wall_seconds: began.elapsed().as_secs_f64(),
        peak_mib,
    };
    let said = child.stderr.take().map(std::io::read_to_string).transpose()?.unwrap_or_default();
    let status = child.wait()?;
    anyhow::ensure!(status.success(), "ended with {status}: {said}");
    Ok(cost)
}
