//! The list: each function takes an empty store.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use model::{Row, Rows, Value, tables::ibm::MEMBERS};
use snapshot::{
    AnyStore, CoverageCounts, Delta, FORMAT, History, Manifest, Place, SnapshotError, StoreError,
};

fn text(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

async fn all_keys(store: &AnyStore, prefix: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    loop {
        let page = store.list(prefix, keys.last().map(String::as_str)).await.unwrap();
        assert!(page.keys.len() <= 1000);
        keys.extend(page.keys);
        if !page.more {
            return keys;
        }
    }
}

pub(crate) async fn what_was_put_is_what_one_gets(store: AnyStore) {
    let large = Bytes::from(
        (0..3_000_000_u32).map(|each| each.to_le_bytes()[each as usize % 3]).collect::<Vec<u8>>(),
    );
    for (key, bytes) in [("ibm/a/empty", Bytes::new()), ("ibm/a/small", text("x")), ("ibm/a/large", large)] {
        store.put(key, bytes.clone()).await.unwrap();
        assert_eq!(store.get(key).await.unwrap(), Some(bytes));
    }
    store.put("ibm/a/small", text("again")).await.unwrap();
    assert_eq!(store.get("ibm/a/small").await.unwrap(), Some(text("again")));
    let keys = ["ibm/a/small", "ibm/a/nothing", "ibm/a/empty", "ibm/a/small"].map(str::to_owned);
    let several = store.get_all(&keys).await.unwrap();
    assert_eq!(several, [Some(text("again")), None, Some(Bytes::new()), Some(text("again"))]);
    assert!(store.get_all(&["ibm/a/small".to_owned(), "ibm/../x".to_owned()]).await.is_err());
}

pub(crate) async fn a_key_that_is_not_there_gives_nothing(store: AnyStore) {
    assert_eq!(store.get("ibm/a/nothing").await.unwrap(), None);
    store.put("ibm/a/some", text("x")).await.unwrap();
    assert_eq!(store.get("ibm/a/some/below").await.unwrap(), None);
    assert_eq!(store.get("ibm/a").await.ok().flatten(), None);
    assert_eq!(all_keys(&store, "ibm/b/").await, Vec::<String>::new());
}

pub(crate) async fn an_object_is_created_once_and_keeps_its_first_content(store: AnyStore) {
    assert!(store.create("ibm/a/manifests/00000001.json", text("first")).await.unwrap());
    for later in ["second", "first"] {
        assert!(!store.create("ibm/a/manifests/00000001.json", text(later)).await.unwrap());
    }
    assert_eq!(store.get("ibm/a/manifests/00000001.json").await.unwrap(), Some(text("first")));
    assert_eq!(all_keys(&store, "").await, ["ibm/a/manifests/00000001.json"]);
}

pub(crate) async fn keys_are_listed_sorted_a_thousand_at_a_time(store: AnyStore) {
    let keys: Vec<String> = (0..2_050).map(|each| format!("ibm/a/manifests/{each:08}.json")).collect();
    stream::iter(keys.iter().rev().map(|key| store.put(key, text(key))))
        .buffer_unordered(16)
        .try_collect::<()>()
        .await
        .unwrap();
    let first = store.list("ibm/a/manifests/", None).await.unwrap();
    assert!(first.more);
    assert_eq!(first.keys, keys[..1000]);
    let second = store.list("ibm/a/manifests/", Some(&keys[999])).await.unwrap();
    assert!(second.more);
    assert_eq!(second.keys, keys[1000..2000]);
    let last = store.list("ibm/a/manifests/", Some(&keys[1999])).await.unwrap();
    assert!(!last.more);
    assert_eq!(last.keys, keys[2000..]);
    let whole_page = store.list("ibm/a/manifests/", Some(&keys[1049])).await.unwrap();
    assert_eq!(
        (whole_page.keys.len(), whole_page.more),
        (1000, false),
        "a page that is just full is the last"
    );
}

pub(crate) async fn a_listing_starts_after_any_key_and_keeps_to_its_prefix(store: AnyStore) {
    for key in ["ibm/a/1", "ibm/a/2/x", "ibm/a/2/y", "ibm/a/3", "ibm/a-b/1", "ibm/ab/1", "ibm/b/1"] {
        store.put(key, text("x")).await.unwrap();
    }
    let list = async |prefix: &str, after: Option<&str>| store.list(prefix, after).await.unwrap().keys;
    assert_eq!(list("ibm/a/", None).await, ["ibm/a/1", "ibm/a/2/x", "ibm/a/2/y", "ibm/a/3"]);
    assert_eq!(list("ibm/a/2", None).await, ["ibm/a/2/x", "ibm/a/2/y"]);
    assert_eq!(list("ibm/a/", Some("ibm/a/2/x")).await, ["ibm/a/2/y", "ibm/a/3"]);
    assert_eq!(list("ibm/a/", Some("ibm/a/2")).await, ["ibm/a/2/x", "ibm/a/2/y", "ibm/a/3"]);
    assert_eq!(list("ibm/", Some("ibm/a0")).await, ["ibm/ab/1", "ibm/b/1"]);
    assert_eq!(list("ibm/a/", Some("ibm/z")).await, Vec::<String>::new());
    assert_eq!(list("", None).await.len(), 7);
    assert_eq!(list("", None).await[0], "ibm/a-b/1", "by bytes: `-` comes before `/`");
}

pub(crate) async fn odd_keys_are_keys(store: AnyStore) {
    let mut keys = [
        "ibm/a/ledger/arn:aws:sns:eu-1:1:topic/x",
        "ibm/a/with space/and+plus",
        "ibm/a/percent%2Fescaped",
        "ibm/a/ampersand&equals=question?hash#",
        "ibm/a/quote'\"<tag>",
        "ibm/a/ünïcödé/日本",
        "ibm/a/tilde~(paren)!*;,$@[]",
        "ibm/a/a..b",
    ];
    for key in keys {
        assert!(store.create(key, text(key)).await.unwrap(), "{key}");
        assert_eq!(store.get(key).await.unwrap(), Some(text(key)), "{key}");
    }
    keys.sort_unstable();
    assert_eq!(all_keys(&store, "ibm/a/").await, keys);
}

pub(crate) async fn keys_that_lead_out_of_the_store_are_refused(store: AnyStore) {
    for key in ["", "/etc/passwd", "../outside", "ibm/../../outside", "ibm//a", "ibm/a/", "ibm/.hidden"] {
        let refused = |error| matches!(error, StoreError::Key { .. });
        assert!(store.get(key).await.is_err_and(refused), "{key}");
        assert!(store.put(key, Bytes::new()).await.is_err_and(refused), "{key}");
        assert!(store.create(key, Bytes::new()).await.is_err_and(refused), "{key}");
    }
    assert!(store.list("../", None).await.is_err());
}

pub(crate) async fn traffic_is_counted(store: AnyStore) {
    let before = store.traffic();
    store.put("ibm/a/x", text("12345")).await.unwrap();
    assert!(store.create("ibm/a/y", text("123")).await.unwrap());
    assert!(!store.create("ibm/a/y", text("123")).await.unwrap());
    store.get("ibm/a/x").await.unwrap();
    store.clone().list("ibm/", None).await.unwrap();
    let after = store.traffic();
    assert_eq!((after.writes - before.writes, after.written_bytes - before.written_bytes), (2, 8));
    assert_eq!((after.reads - before.reads, after.read_bytes - before.read_bytes), (1, 5));
    assert_eq!(after.lists - before.lists, 1);
}

pub(crate) async fn a_history_is_written_read_and_proven(store: AnyStore) {
    let history = History::new(store.clone(), "ibm/a1".parse().unwrap());
    let row = |id: u32, kind: &str| {
        let id = format!("IBMid-{id:06}");
        Row::pack([Value::Text("g1"), Value::Text(&id), Value::Text(kind), Value::Null, Value::Null])
    };
    let before = Rows::new(&MEMBERS, (0..2_000).map(|id| row(id, "user")).collect());
    let after =
        Rows::new(&MEMBERS, (0..2_000).map(|id| row(id, if id == 7 { "profile" } else { "user" })).collect());
    let mut former: Option<Manifest> = None;
    for (number, rows) in [(1, &before), (2, &after)] {
        let delta = Delta { upserts: vec![row(7, "profile")], deletes: Vec::new() };
        let entry = history.write(former.as_ref(), &MEMBERS, rows, &delta).await.unwrap().unwrap();
        assert_eq!(entry.deltas.len(), number - 1);
        let manifest = Manifest {
            format: FORMAT,
            tool: "iamwatch-tests".to_owned(),
            account: history.account().clone(),
            number: number as u64,
            started_at: "2026-11-21T06:00:00Z".to_owned(),
            finished_at: "2026-11-21T06:00:01Z".to_owned(),
            previous: former.as_ref().map(|former| former.hash().unwrap()),
            tables: BTreeMap::from([(MEMBERS.name.to_owned(), entry)]),
            changes: BTreeMap::new(),
            coverage: CoverageCounts::default(),
            unjudged: None,
            findings: None,
            access: None,
            outbox: Some(history.put_json(Place::Outbox(number as u64), &["event"]).await.unwrap()),
            undelivered: Vec::new(),
            withheld: Default::default(),
            put_in: Vec::new(),
        };
        history.commit(&manifest).await.unwrap();
        let again = history.commit(&manifest).await.unwrap_err();
        assert!(matches!(again, SnapshotError::Taken { .. }), "{again}");
        former = Some(manifest);
    }
    let newest = history.latest().await.unwrap().unwrap();
    assert_eq!(Some(&newest), former.as_ref());
    assert_eq!(history.read(&newest, &MEMBERS).await.unwrap(), after);
    assert_eq!(history.read(&history.manifest(1).await.unwrap(), &MEMBERS).await.unwrap(), before);
    assert_eq!(History::accounts(&store).await.unwrap(), [history.account().clone()]);
    assert_eq!(history.verify().await.unwrap(), []);
}

/// Many writers at a time, of whom one must win, with its content whole.
pub(crate) async fn of_many_writers_one_creates(store: AnyStore) {
    for round in 0..5 {
        let key = format!("ibm/a/manifests/{round:08}.json");
        let writers = (0..24).map(|writer| {
            let (store, key) = (store.clone(), key.clone());
            let body = Bytes::from(format!("writer {writer} ").repeat(5_000));
            tokio::spawn(async move { store.create(&key, body.clone()).await.unwrap().then_some(body) })
        });
        let outcomes = futures::future::join_all(writers.collect::<Vec<_>>()).await;
        let winners: Vec<Bytes> = outcomes.into_iter().filter_map(|outcome| outcome.unwrap()).collect();
        assert_eq!(winners.len(), 1, "round {round}");
        assert_eq!(store.get(&key).await.unwrap().as_ref(), winners.first());
    }
}
