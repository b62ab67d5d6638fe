//! Many readers at one time: each gets its answer, and memory stays within a bound. `make bench` does the same for a minute, with
//! large accounts, and tells how long they wait.

use std::time::Duration;

use super::{
    load::Load,
    program::Desk,
    serve::{Served, account},
};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_readers_get_every_answer() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let page = at.replace("/api/v1", "");
    let paths = [
        "/snapshots",
        "/snapshots/7",
        "/snapshots/7/tables/ibm_users",
        "/findings?at=7",
        "/changes?from=6&to=7",
    ];
    let paths = paths.map(|path| format!("{at}{path}")).into_iter().chain([format!("{page}/snapshots/7")]);
    let load = Load {
        address: served.address(""),
        token: served.token.clone(),
        paths: paths.collect(),
        readers: 200,
        time: Duration::from_secs(2),
    };
    let answered = load.clone().run().await;
    assert_eq!(answered.faults, Vec::<String>::new());
    let (answers, median) = (answered.times.len(), answered.within(500));
    assert!(answers >= 200, "{answers} answers, half of them within {median:?}");
    let status = std::fs::read_to_string(format!("/proc/{}/status", served.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    if let Some(peak) = peak.and_then(|line| line.split_whitespace().next()) {
        assert!(peak.parse::<u64>().unwrap() < 500_000, "{peak} kB");
    }
    // A reader who gets no answer is counted, and not passed over.
    let refused = Load { token: "another".to_owned(), time: Duration::from_millis(100), ..load }.run().await;
    assert!(refused.times.is_empty() && refused.faults[0].contains("401"), "{:?}", refused.faults.first());
}
