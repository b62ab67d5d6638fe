//! RunReport once: every event reaches every sink, and the ledger keeps it from being told twice.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use model::{Event, Timestamp};
use notify::{Batch, DeliveryReport, Shelf, ShelfError, Sink};

use crate::story;

/// A shelf in memory that can be made to fail.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
    refuses_get: AtomicBool,
    refuses_put: AtomicBool,
}

impl Shelf for Memory {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ShelfError> {
        if self.refuses_get.load(Ordering::Relaxed) {
            return Err("no access".into());
        }
        Ok(self.kept.lock().unwrap().get(key).cloned())
    }

    async fn create(&self, key: &str, bytes: Vec<u8>) -> Result<bool, ShelfError> {
        let mut kept = self.kept.lock().unwrap();
        let is_free = !kept.contains_key(key);
        if is_free {
            kept.insert(key.to_owned(), bytes);
        }
        Ok(is_free)
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), ShelfError> {
        if self.refuses_put.load(Ordering::Relaxed) {
            return Err("disk full".into());
        }
        self.kept.lock().unwrap().insert(key.to_owned(), bytes);
        Ok(())
    }
}

/// Delivers at a time of day, in minutes.
pub(crate) async fn deliver_at(
    minute: i64,
    shelf: &Memory,
    sinks: &[Sink],
    number: u64,
    events: &[Event],
) -> DeliveryReport {
    notify::deliver(shelf, sinks, batch(number, events), &move || {
        Timestamp::from_second(60 * minute).unwrap()
    })
    .await
}

pub(crate) const fn batch(snapshot: u64, events: &[Event]) -> Batch<'_> {
    Batch { snapshot, manifest: None, events }
}

pub(crate) async fn deliver(shelf: &Memory, sinks: &[Sink], number: u64, events: &[Event]) -> DeliveryReport {
    deliver_at(0, shelf, sinks, number, events).await
}

fn file(path: &Path) -> Sink {
    Sink::parse(&format!("file:{}", path.display())).unwrap()
}

fn ids(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str::<Event>(line).ok()).map(|event| event.id).collect()
}

fn expected(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.id.clone()).collect()
}

#[tokio::test]
async fn an_event_is_told_once_while_the_ledger_is_intact() {
    let (shelf, folder, events) = (Memory::default(), tempfile::tempdir().unwrap(), story::every_event());
    let path = folder.path().join("deep/events.jsonl");
    let sinks = [file(&path)];
    let first = deliver(&shelf, &sinks, 42, &events).await;
    assert!(first.is_complete());
    assert_eq!((first.sinks[0].sent, first.sinks[0].already_taken), (events.len(), 0));
    let second = deliver(&shelf, &sinks, 42, &events).await;
    assert!(second.is_complete());
    assert_eq!((second.sinks[0].sent, second.sinks[0].already_taken), (0, events.len()));
    assert_eq!(ids(&path), expected(&events));
}

#[tokio::test]
async fn a_run_that_dies_before_the_ledger_is_written_sends_the_same_ids_again() {
    let (shelf, folder, events) = (Memory::default(), tempfile::tempdir().unwrap(), story::every_event());
    let path = folder.path().join("events.jsonl");
    let sinks = [file(&path)];
    shelf.refuses_put.store(true, Ordering::Relaxed);
    let first = deliver(&shelf, &sinks, 42, &events).await;
    assert!(!first.is_complete());
    assert_eq!(
        first.sinks[0].reason.as_deref().unwrap(),
        format!(
            "could not write the ledger `ledger/{}/00000042.json`, so these events will be sent again: disk full",
            sinks[0].name()
        )
    );
    shelf.refuses_put.store(false, Ordering::Relaxed);
    assert!(deliver_at(1, &shelf, &sinks, 42, &events).await.is_complete());
    assert_eq!(ids(&path), [expected(&events), expected(&events)].concat());
    deliver_at(2, &shelf, &sinks, 42, &events).await;
    assert_eq!(ids(&path).len(), 2 * events.len());
}

#[tokio::test]
async fn a_sink_that_fails_stops_no_other_and_gets_its_events_later() {
    let (shelf, folder, events) = (Memory::default(), tempfile::tempdir().unwrap(), story::every_event());
    let (blocked, free) = (folder.path().join("blocked"), folder.path().join("free.jsonl"));
    fs::create_dir(&blocked).unwrap();
    let sinks = [file(&blocked), file(&free)];
    let report = deliver(&shelf, &sinks, 42, &events).await;
    assert_eq!((report.sinks[0].sent, report.sinks[0].failed), (0, events.len()));
    let reason = report.sinks[0].reason.as_deref().unwrap();
    assert!(reason.starts_with(&format!("could not append to `{}`", blocked.display())), "{reason}");
    assert_eq!((report.sinks[1].sent, report.sinks[1].failed), (events.len(), 0));

    fs::remove_dir(&blocked).unwrap();
    let report = deliver(&shelf, &sinks, 42, &events).await;
    assert!(report.is_complete());
    assert_eq!(ids(&blocked), expected(&events));
    assert_eq!(ids(&free), expected(&events));
}

#[tokio::test]
async fn half_a_line_of_a_dead_run_costs_no_event() {
    let (shelf, folder, events) = (Memory::default(), tempfile::tempdir().unwrap(), story::every_event());
    let path = folder.path().join("events.jsonl");
    fs::write(&path, "{\"specversion\":\"1.0\",\"id\":\"4").unwrap();
    deliver(&shelf, &[file(&path)], 42, &events).await;
    assert_eq!(ids(&path), expected(&events));
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), events.len() + 1);
    assert!(text.ends_with('\n'));
}

#[tokio::test]
async fn a_ledger_that_is_damaged_has_recorded_nothing() {
    let (shelf, folder, events) = (Memory::default(), tempfile::tempdir().unwrap(), story::every_event());
    let path = folder.path().join("events.jsonl");
    let sinks = [file(&path)];
    let key = format!("ledger/{}/00000042.json", sinks[0].name());
    shelf.put(&key, b"{\"snapshot\":4".to_vec()).await.unwrap();
    let report = deliver(&shelf, &sinks, 42, &events).await;
    assert!(report.is_complete() && report.has_news());
    assert_eq!(
        report.sinks[0].sent_again.as_deref().unwrap(),
        format!("the ledger `{key}` is damaged; its events are sent again, with the same ids")
    );
    assert_eq!(ids(&path), expected(&events));
    let later = deliver(&shelf, &sinks, 42, &events).await;
    assert_eq!((later.sinks[0].already_taken, later.sinks[0].sent_again.as_deref()), (events.len(), None));
}

#[tokio::test]
async fn a_ledger_that_is_gone_or_older_than_the_last_is_told_from_a_run_that_died() {
    let (shelf, folder, events) = (Memory::default(), tempfile::tempdir().unwrap(), story::every_event());
    let path = folder.path().join("events.jsonl");
    let sinks = [file(&path)];
    let key = format!("ledger/{}/00000042.json", sinks[0].name());
    deliver(&shelf, &sinks, 42, &events[..1]).await;
    let first = shelf.get(&key).await.unwrap().unwrap();
    deliver(&shelf, &sinks, 42, &events).await;
    for (put_back, fault) in [(Some(first), "is not the last that was written"), (None, "is missing")] {
        shelf.kept.lock().unwrap().remove(&key);
        if let Some(bytes) = put_back {
            shelf.put(&key, bytes).await.unwrap();
        }
        let report = deliver(&shelf, &sinks, 42, &events).await;
        let told = report.sinks[0].sent_again.as_deref().unwrap();
        assert_eq!(told, format!("the ledger `{key}` {fault}; its events are sent again, with the same ids"));
        assert!(report.sinks[0].sent > 0);
        let later = deliver(&shelf, &sinks, 42, &events).await;
        assert_eq!((later.sinks[0].sent, later.sinks[0].sent_again.as_deref()), (0, None));
    }
}

#[tokio::test]
async fn nothing_is_sent_while_the_ledger_cannot_be_read() {
    let (shelf, folder, events) = (Memory::default(), tempfile::tempdir().unwrap(), story::every_event());
    let path = folder.path().join("events.jsonl");
    shelf.refuses_get.store(true, Ordering::Relaxed);
    let report = deliver(&shelf, &[file(&path)], 42, &events).await;
    assert_eq!(report.sinks[0].failed, events.len());
    assert!(report.sinks[0].reason.as_deref().unwrap().ends_with("no access"));
    assert!(!path.exists());
}

/// The key of the claim of that number.
fn claim(sink: &Sink, number: u32) -> String {
    format!("claims/{}/00000042/claim-{number}.json", sink.name())
}

#[tokio::test]
async fn what_a_dead_run_claimed_is_sent_once_its_claim_has_ended() {
    let (shelf, folder, events) = (Memory::default(), tempfile::tempdir().unwrap(), story::every_event());
    let path = folder.path().join("events.jsonl");
    let sinks = [file(&path)];
    // Two runs died while they sent, the first left half a claim.
    shelf.put(&claim(&sinks[0], 1), b"{\"by\":".to_vec()).await.unwrap();
    let dead = br#"{"by":"a run that died","until":"1969-12-31T23:50:00Z"}"#;
    shelf.put(&claim(&sinks[0], 2), dead.to_vec()).await.unwrap();
    let report = deliver_at(1, &shelf, &sinks, 42, &events).await;
    assert!(report.is_complete(), "{report:?}");
    let why = report.sinks[0].sent_again.as_deref();
    assert_eq!(why, Some("a run died while it sent these events; they are sent again, with the same ids"));
    assert_eq!(ids(&path), expected(&events));
    let claimed = shelf.get(&claim(&sinks[0], 3)).await.unwrap().unwrap();
    assert!(String::from_utf8(claimed).unwrap().contains("1970-01-01T00:01:10Z"));
}

#[tokio::test]
async fn a_claim_that_nobody_renews_ends_whatever_the_clocks_say() {
    // The clock of one is ahead, that of the other a minute behind: it may be sending all the same.
    let looked_on = ["2999-01-01T00:00:00Z", "1969-12-31T23:59:00Z"].map(|until| async move {
        let (shelf, folder, events) = (Memory::default(), tempfile::tempdir().unwrap(), story::every_event());
        let path = folder.path().join("events.jsonl");
        let sinks = [file(&path)];
        let claimed = format!(r#"{{"by":"a run whose clock differs","until":"{until}"}}"#);
        shelf.put(&claim(&sinks[0], 1), claimed.into_bytes()).await.unwrap();
        let began = std::time::Instant::now();
        assert!(deliver(&shelf, &sinks, 42, &events).await.is_complete());
        assert!(began.elapsed().as_secs() >= 9, "{until}: it was looked on for a lease");
        assert_eq!(ids(&path), expected(&events));
    });
    futures::future::join_all(looked_on).await;
}

#[tokio::test]
async fn without_a_claim_nothing_is_sent() {
    struct Unclaimable(Memory);
    impl Shelf for Unclaimable {
        async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ShelfError> {
            self.0.get(key).await
        }
        async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), ShelfError> {
            self.0.put(key, bytes).await
        }
        async fn create(&self, _: &str, _: Vec<u8>) -> Result<bool, ShelfError> {
            Err("no access".into())
        }
    }
    let (folder, events) = (tempfile::tempdir().unwrap(), story::every_event());
    let path = folder.path().join("events.jsonl");
    let shelf = Unclaimable(Memory::default());
    let report = notify::deliver(&shelf, &[file(&path)], batch(42, &events), &|| Timestamp::UNIX_EPOCH).await;
    assert_eq!((report.sinks[0].failed, report.is_complete()), (events.len(), false));
    assert!(!path.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    deliver(&Memory::default(), &[file(&path)], 42, &story::every_event()).await;
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
