//! CPU time, wall time and peak memory of this process, as Linux accounts for them.

use std::{fs, time::Instant};

/// What a stretch of work cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// User and system time of all threads, in seconds; Linux counts in hundredths.
    pub cpu_seconds: f64,
    /// Time that passed, in seconds.
    pub wall_seconds: f64,
    /// Greatest resident memory, in MiB.
    pub peak_mib: f64,
}

/// A stretch of work that goes on.
#[derive(Debug)]
pub struct Meter {
    began: Instant,
    cpu_seconds: f64,
}

impl Meter {
    pub fn start() -> Self {
        // "5" makes the kernel forget the peak so far; where it may not, peaks are those of the process.
        let _ = fs::write("/proc/self/clear_refs", "5");
        Self { began: Instant::now(), cpu_seconds: cpu_seconds(&of_itself("stat")) }
    }

    pub fn stop(&self) -> Cost {
        Cost {
            cpu_seconds: cpu_seconds(&of_itself("stat")) - self.cpu_seconds,
            wall_seconds: self.began.elapsed().as_secs_f64(),
            peak_mib: peak_mib(&of_itself("status")),
        }
    }
}

fn of_itself(name: &str) -> String {
    fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default()
}

/// Returns the time that a process has used, by its `/proc/…/stat`.
pub fn cpu_seconds(stat: &str) -> f64 {
    // The name of the program stands in parentheses and may hold spaces; the rest is counted from it.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u32 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    f64::from(ticks) / 100.0
}

/// Returns the greatest memory that a process has had, by its `/proc/…/status`; nothing of one that has ended.
pub fn peak_mib(status: &str) -> f64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib =
        line.and_then(|line| line.split_whitespace().next()).and_then(|field| field.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
