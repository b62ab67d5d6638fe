//! What deltas tell of some rows is what reading every state tells.

use std::{collections::BTreeSet, sync::Arc};

use super::*;
use crate::{RowFilter, RowStep};

/// Reads every state of a table.
async fn states(history: &History, table: &'static Table) -> Vec<(u64, Vec<Row>)> {
    let mut states = Vec::new();
    for number in history.begins_at().await.unwrap()..=history.newest().await.unwrap().unwrap() {
        let manifest = history.manifest(number).await.unwrap();
        states.push((number, history.read(&manifest, table).await.unwrap().into_iter().collect()));
    }
    states
}

/// Says what became of the rows from one state to the next.
fn steps_by_states(states: &[(u64, Vec<Row>)], table: &'static Table, filter: &RowFilter) -> Vec<RowStep> {
    let mut known: BTreeMap<Vec<u8>, Row> = BTreeMap::new();
    let mut steps = Vec::new();
    for (number, rows) in states {
        let now: BTreeMap<Vec<u8>, Row> = rows
            .iter()
            .map(|row| (row.prefix(table.key).to_vec(), row.clone()))
            .filter(|(key, row)| known.contains_key(key) || filter.wants(table, row))
            .collect();
        let keys: BTreeSet<&Vec<u8>> = known.keys().chain(now.keys()).collect();
        for key in keys {
            let (before, after) = (known.get(key).cloned(), now.get(key).cloned());
            if before != after {
                steps.push(RowStep { number: *number, before, after });
            }
        }
        known = now;
    }
    steps
}

fn sorted(mut steps: Vec<RowStep>) -> Vec<String> {
    steps.sort_by_key(|step| (step.number, format!("{step:?}")));
    steps.into_iter().map(|step| format!("{step:?}")).collect()
}

/// Lives through some hundred runs that put rows and take them away, also within the runs of one merged delta.
async fn author() -> Author {
    let mut author = Author::new().await;
    author.run(state(0..300, 1)).await;
    for run in 0..150_u32 {
        // Key 7 moves often, key 500 comes and goes, and cells of key 9 are those of another for a while.
        let value = |period: u32| (!run.is_multiple_of(period)).then_some(run / 3);
        let edits = [
            (usize::try_from(run % 3).unwrap(), run * 11 % 320, Some(run)),
            (0, 7, value(13)),
            (1, 500, value(2)),
            (2, 9, Some(if run % 20 == 4 { 77 } else { run })),
        ];
        let state = if run == 90 { state(0..300, 90) } else { edited(&author.state, &edits) };
        author.run(state).await;
    }
    author
}

#[tokio::test]
async fn what_deltas_tell_is_what_all_states_tell() {
    let author = author().await;
    let history = &author.history;
    let timeline = history.timeline(151).await.unwrap();
    assert_eq!((timeline.manifests.len(), timeline.unread.len()), (151, 0));
    let merged = |manifest: &Manifest| {
        manifest.tables.values().any(|entry| entry.deltas.iter().any(|delta| delta.runs > 3))
    };
    assert!(timeline.manifests.iter().any(merged), "nothing was merged");
    all_tell_the_same(history, &timeline).await;
}

#[tokio::test]
async fn what_is_left_of_a_pruned_history_tells_what_its_states_tell() {
    let author = author().await;
    for last in [100, 20] {
        let terms = crate::RemovalTerms { now: "2026-06-01T00:00:00Z".parse().unwrap(), recent: None };
        let wish = crate::KeepWish { since: None, last: Some(last), terms, accepts_broken: false };
        let plan = author.history.plan_prune(&wish).await.unwrap();
        author.history.prune(&plan, "iamwatch 0.1.0", &|_, _| {}).await.unwrap();
        let timeline = author.history.timeline(151).await.unwrap();
        assert_eq!((timeline.manifests.len(), timeline.unread.len()), (usize::try_from(last).unwrap(), 0));
        all_tell_the_same(&author.history, &timeline).await;
    }
}

/// Follows rows with and without what was read before being kept, and where hardly any of it is.
async fn all_tell_the_same(history: &History, timeline: &crate::Timeline) {
    let kept = |bytes| history.clone().with_cache(crate::ReadCache::new(bytes).without_documents());
    let histories = [history.clone(), kept(32 << 20), kept(64 << 10)];
    for table in TABLES {
        let states = states(history, table).await;
        for key in [7, 9, 500, 11, 299, 310] {
            let key = Row::pack(row(table, key, 0).values().take(table.key));
            let text = key.value(table.key - 1).as_text().unwrap().to_owned();
            let cell =
                row(table, 9, 77).value(table.columns.len() - 2).as_text().unwrap_or("none").to_owned();
            let naming = |columns: Vec<usize>| RowFilter::Naming {
                columns,
                texts: Arc::new(BTreeSet::from([text.clone(), cell.clone()])),
            };
            let everywhere = (0..table.columns.len()).collect();
            for filter in [RowFilter::Key(key.clone()), naming(vec![table.key - 1]), naming(everywhere)] {
                let expected = sorted(steps_by_states(&states, table, &filter));
                for history in &histories {
                    let found = history.follow(timeline, vec![(table, filter.clone())]).await.unwrap();
                    assert_eq!(
                        sorted(found[0].1.clone()),
                        expected,
                        "{} {filter:?}: {} steps",
                        table.name,
                        expected.len()
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_row_that_never_moved_costs_a_few_objects_of_a_long_history() {
    let author = author().await;
    let history = open(&author.home).await;
    let timeline = history.timeline(151).await.unwrap();
    let before = history.store().traffic().reads;
    let key = Row::pack(row(TABLES[1], 999, 0).values().take(TABLES[1].key));
    let found = history.follow(&timeline, vec![(TABLES[1], RowFilter::Key(key))]).await.unwrap();
    assert_eq!(found[0].1, []);
    let reads = history.store().traffic().reads - before;
    let named: BTreeSet<&str> = timeline
        .manifests
        .iter()
        .filter_map(|manifest| manifest.tables.get(TABLES[1].name))
        .flat_map(|entry| entry.objects().map(|object| object.key.as_str()))
        .collect();
    assert!(reads * 3 < u64::try_from(named.len()).unwrap(), "{reads} of {} objects were read", named.len());
}

#[tokio::test]
async fn what_is_kept_is_not_read_again_and_documents_do_not_drive_it_out() {
    let author = author().await;
    let (bytes, table) = (2 << 20, TABLES[1]);
    let text = row(table, 7, 0).value(table.key - 1).as_text().unwrap().to_owned();
    let columns = (0..table.columns.len()).collect();
    let filter = RowFilter::Naming { columns, texts: Arc::new(BTreeSet::from([text])) };
    let history = open(&author.home).await.with_cache(crate::ReadCache::new(bytes).without_documents());
    let timeline = history.timeline(151).await.unwrap();
    let reads = || history.store().traffic().reads;
    let started = reads();
    let found = history.follow(&timeline, vec![(table, filter.clone())]).await.unwrap();
    let first = reads() - started;
    let large: Vec<u64> = (0..200_000).map(|each| each * 7_919).collect();
    for number in 1..20 {
        let document = history.put_json(crate::Place::Outbox(number), &large).await.unwrap();
        let _read: Vec<u64> = history.get_json(&document).await.unwrap();
    }
    let between = reads();
    assert_eq!(history.follow(&timeline, vec![(table, filter)]).await.unwrap()[0].1, found[0].1);
    let second = reads() - between;
    // Of bases only a few rows are read, so that they are not kept.
    assert!(second * 10 < first, "{second} objects were read again of {first}");
}

#[tokio::test]
async fn a_manifest_that_cannot_be_read_is_named_and_what_it_changed_shows_in_the_next() {
    let mut author = Author::new().await;
    author.run(state(0..20, 1)).await;
    author.run(edited(&author.state, &[(0, 3, Some(5))])).await;
    author.run(edited(&author.state, &[(0, 4, Some(6))])).await;
    let path = author.home.path().join(author.history.key_of_manifest(2));
    std::fs::write(path, "<html>").unwrap();
    let timeline = author.history.timeline(3).await.unwrap();
    assert_eq!(timeline.unread.len(), 1);
    assert_eq!(timeline.unread[0].0, 2);
    let key = Row::pack(row(TABLES[0], 3, 0).values().take(TABLES[0].key));
    let found = author.history.follow(&timeline, vec![(TABLES[0], RowFilter::Key(key))]).await.unwrap();
    assert_eq!(found[0].1.iter().map(|step| step.number).collect::<Vec<_>>(), [1, 3]);
}
