//! What a history weighs.

use super::*;

/// The account is small, so that the test is quick: manifests and the frames of small files weigh more here than in a real one, of
/// which `make bench` shows the figures.
#[tokio::test]
async fn a_long_history_of_small_changes_weighs_a_few_times_the_first_snapshot() {
    const ROWS: u32 = 2_000;
    let table = TABLES[0];
    let mut author = Author::new().await;
    let mut first = State::default();
    first.put(table, state(0..ROWS, 1).take(table));
    author.run(first).await;
    let first = author.history.store().traffic().written_bytes;
    for run in 0..300_u32 {
        let edits = [(0, run * 7 % ROWS, Some(run)), (0, run * 13 % ROWS, Some(run))];
        author.run(edited(&author.state, &edits)).await;
    }
    let all = author.history.store().traffic().written_bytes;
    assert!(all < 8 * first, "{all} bytes for three hundred runs, {first} for the first");
}
