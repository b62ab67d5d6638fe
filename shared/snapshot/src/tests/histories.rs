//! Any history reads back, snapshot by snapshot, as it was written.

use proptest::prelude::*;

use super::*;

/// A run: rows put and taken away; sometimes everything anew, sometimes nothing.
fn run() -> impl Strategy<Value = Vec<(usize, u32, Option<u32>)>> {
    let edit = (0..3_usize, 0..220_u32, proptest::option::weighted(0.8, 0..1_000_u32));
    prop_oneof![
        1 => Just(Vec::new()),
        12 => proptest::collection::vec(edit.clone(), 1..4),
        1 => proptest::collection::vec(edit, 60..120),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_snapshot_of_the_past_reads_back_as_written(
        size in 0..200_u32,
        runs in proptest::collection::vec(run(), 1..24),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut author = Author::new().await;
            let mut written = vec![state(0..size, 1)];
            author.run(written[0].clone()).await;
            for edits in runs {
                let state = edited(&author.state, &edits);
                author.run(state.clone()).await;
                written.push(state);
            }
            let manifests = author.history.manifests(1..=u64::try_from(written.len()).unwrap()).await.unwrap();
            for (manifest, state) in manifests.iter().zip(&written) {
                assert_eq!(&read(&author.history, manifest).await, state, "snapshot {}", manifest.number);
            }
            assert_eq!(author.history.verify().await.unwrap(), []);
        });
    }
}

#[tokio::test]
async fn long_histories_merge_deltas_and_make_new_bases_and_stay_whole() {
    let mut author = Author::new().await;
    let mut written = vec![state(0..400, 1)];
    author.run(written[0].clone()).await;
    let (mut merged, mut bases, mut most) = (0, 0, 0);
    for run in 0..120_u32 {
        let table = usize::try_from(run % 2).unwrap();
        let edits = [(table, run * 7 % 450, Some(run)), (table, run * 13 % 450, None)];
        let former = author.newest.clone().unwrap();
        let manifest = author.run(edited(&author.state, &edits)).await;
        written.push(author.state.clone());
        for (name, entry) in &manifest.tables {
            let is_new = entry != &former.tables[name];
            most = most.max(entry.objects().count());
            bases += u32::from(is_new && entry.deltas.is_empty());
            merged += u32::from(is_new && entry.deltas.last().is_some_and(|delta| delta.runs > 1));
        }
    }
    assert!(
        merged >= 10 && bases >= 2 && most <= 20,
        "{merged} merges, {bases} bases, {most} objects at most"
    );
    for (manifest, state) in author.history.manifests(1..=121).await.unwrap().iter().zip(&written) {
        assert_eq!(&read(&author.history, manifest).await, state, "snapshot {}", manifest.number);
    }
    assert_eq!(author.history.verify().await.unwrap(), []);
}

#[tokio::test]
async fn a_run_without_change_reads_one_manifest_and_writes_one() {
    let mut author = Author::new().await;
    author.run(state(0..50, 1)).await;
    author.run(edited(&author.state, &[(0, 3, Some(9))])).await;

    let again = open(&author.home).await;
    author.newest = again.latest().await.unwrap();
    author.history = again;
    let former = author.newest.clone().unwrap();
    let manifest = author.run(author.state.clone()).await;

    assert_eq!(manifest.tables, former.tables);
    let traffic = author.history.store().traffic();
    assert_eq!((traffic.reads, traffic.writes, traffic.lists), (1, 1, 1), "{traffic:?}");
}

#[tokio::test]
async fn a_small_change_writes_one_small_object_and_reads_none() {
    let mut author = Author::new().await;
    author.run(state(0..1_000, 1)).await;
    let first = author.history.store().traffic();
    author.run(edited(&author.state, &[(0, 3, Some(9))])).await;
    let traffic = author.history.store().traffic();
    assert_eq!((traffic.reads, traffic.writes - first.writes), (0, 2));
    assert!((traffic.written_bytes - first.written_bytes) * 10 < first.written_bytes, "{traffic:?}");
}

#[tokio::test]
async fn a_run_that_dies_before_its_commit_leaves_no_snapshot_and_the_next_one_works() {
    let mut author = Author::new().await;
    author.run(state(0..300, 1)).await;
    let events = ["an event of the run that died"];
    author.write(&edited(&author.state, &[(0, 1, Some(77)), (1, 2, None)])).await;
    author.history.put_json(crate::Place::Outbox(2), &events).await.unwrap();

    assert_eq!(author.history.newest().await.unwrap(), Some(1));
    let after = edited(&author.state, &[(0, 1, Some(78))]);
    let manifest = author.run(after.clone()).await;
    assert_eq!(manifest.number, 2);
    assert_eq!(read(&author.history, &manifest).await, after);
    let faults = author.history.verify().await.unwrap();
    assert!(!faults.is_empty() && faults.iter().all(crate::Fault::is_harmless), "{faults:?}");
}

#[tokio::test]
async fn of_two_runs_at_a_time_one_commits_and_the_other_is_told() {
    let mut author = Author::new().await;
    author.run(state(0..10, 1)).await;
    let (mine, theirs) =
        (edited(&author.state, &[(0, 1, Some(5))]), edited(&author.state, &[(0, 1, Some(6))]));
    let (my_manifest, their_manifest) = (author.write(&mine).await, author.write(&theirs).await);
    author.commit(their_manifest.clone(), theirs.clone()).await.unwrap();
    let error = author.commit(my_manifest, mine).await.unwrap_err();
    assert!(matches!(error, SnapshotError::Taken { number: 2, .. }));
    assert_eq!(
        error.to_string(),
        "snapshot 2 of `ibm/a1` was committed by another run meanwhile; this one is dropped, run again"
    );
    assert_eq!(author.history.latest().await.unwrap().unwrap(), their_manifest);
    assert_eq!(read(&author.history, &their_manifest).await, theirs);
}

#[tokio::test]
async fn a_delta_that_does_not_lead_to_the_rows_never_makes_a_snapshot_that_lies() {
    let mut author = Author::new().await;
    let manifest = author.run(state(0..500, 1)).await;
    let table = TABLES[1];
    let rows = edited(&author.state, &[(1, 3, Some(9)), (1, 4, None)]).take(table);
    let wrong = [
        Delta::default(),
        Delta { upserts: vec![row(table, 3, 8)], deletes: Vec::new() },
        Delta { upserts: Vec::new(), deletes: vec![row(table, 5, 1)] },
    ];
    for delta in wrong {
        let entry = author.history.write(Some(&manifest), table, &rows, &delta).await.unwrap().unwrap();
        assert!(entry.deltas.is_empty(), "a base is safe");
        assert_eq!(entry.hash, rows.hash());
    }
}

#[tokio::test]
async fn deltas_that_cannot_be_read_any_more_cost_no_snapshot() {
    let mut author = Author::new().await;
    author.run(state(0..2_000, 1)).await;
    for run in 0..7 {
        author.run(edited(&author.state, &[(0, run, Some(run + 5))])).await;
    }
    let entry = &author.newest.as_ref().unwrap().tables[TABLES[0].name];
    assert_eq!(entry.deltas.len(), 7);
    let damaged = author.home.path().join("ibm/a1").join(&entry.deltas[2].object.key);
    std::fs::remove_file(damaged).unwrap();
    let after = edited(&author.state, &[(0, 50, Some(5))]);
    let manifest = author.run(after.clone()).await;
    assert!(manifest.tables[TABLES[0].name].deltas.is_empty());
    assert_eq!(read(&author.history, &manifest).await, after);
}
