//! What a history weighs.

use super::*;

/// The account is of 1 200 rows, so that the test is quick: a manifest and the frames of small files weigh more here than anywhere. A
/// real account of a hundred thousand things stays lower; `make bench` shows it.
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
    eprintln!("{first} {all} {:?}", author.newest.as_ref().unwrap().tables[table.name]);
    assert!(all < 8 * first, "{all} bytes for three hundred runs, {first} for the first");
}
