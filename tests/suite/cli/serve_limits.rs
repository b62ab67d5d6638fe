//! What the service takes: a warm one reads nothing twice, and no SQL makes it take all memory.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use check::RuleSet;
use serde_json::Value;
use serve::{Archive, AskLimits};
use snapshot::{AnyStore, StoreOptions};

use super::{
    program::Desk,
    serve::{Served, account, encoded},
};

/// An archive over the store of a desk, in this process.
struct Warm {
    archive: Archive,
    store: AnyStore,
    account: String,
}

impl Warm {
    async fn open(desk: &Desk, limits: AskLimits) -> Self {
        let place = desk.path("iamwatch-store").display().to_string();
        let store = AnyStore::open(&place, &StoreOptions::default()).await.unwrap();
        let archive = Archive::new(store.clone(), RuleSet::embedded().unwrap(), jiff::Timestamp::now, limits);
        let listed = desk.iamwatch(&["snapshots", "--json"]).json();
        Self { archive, store, account: listed[0]["account"].as_str().unwrap().to_owned() }
    }

    /// Asks, and returns how many objects were read for the answer, and its bytes.
    async fn ask(&self, path: &str) -> (u64, Vec<u8>) {
        let before = self.store.traffic().reads;
        let request = Request::builder().uri(format!("/api/v1/accounts/{}/{path}", self.account));
        let answer = serve::respond(self.archive.clone(), request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (self.store.traffic().reads - before, bytes.to_vec())
    }
}

const QUESTIONS: [&str; 10] = [
    "snapshots",
    "snapshots/7",
    "snapshots/7/tables/ibm_users",
    "snapshots/2026-01-01T00:00:00Z",
    "findings?at=7",
    "changes?from=6&to=7&access=true",
    "who-can?action=iam-identity.apikey.create&at=7",
    "query?at=7&sql=select+count(*)+from+grants",
    "search?text=a&at=7",
    "history?subject=WHO",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_service_reads_no_object_twice_unless_it_proves_it() {
    let desk = Desk::with_history();
    // Tables are kept, not only answers.
    let limits = AskLimits { worth_keeping: Duration::MAX, ..AskLimits::default() };
    let warm = Warm::open(&desk, limits).await;
    let newest =
        desk.iamwatch(&["snapshots", "--json"]).json()[6]["finished_at"].as_str().unwrap().to_owned();
    let users = desk.iamwatch(&["show", "latest", "ibm_users", "--json"]).json();
    let who = users["rows"][0]["iam_id"].as_str().unwrap().to_owned();
    let mut cold = 0;
    for question in QUESTIONS {
        let question = question.replace("2026-01-01T00:00:00Z", &encoded(&newest)).replace("WHO", &who);
        let (first, answer) = warm.ask(&question).await;
        let (again, same) = warm.ask(&question).await;
        assert_eq!(again, 0, "{question} reads {again} objects again");
        assert!(answer == same, "{question}: another answer");
        cold += first;
    }
    assert!(cold > 20, "{cold}: what is kept was read once");
    let (proven, _) = warm.ask("snapshots/7/verify").await;
    assert!(proven > 10, "{proven}: what is kept proves nothing");
    // Where nothing may be kept, each question reads what it needs.
    let cold = Warm::open(&desk, AskLimits { kept_bytes: 0, ..AskLimits::default() }).await;
    let (first, answer) = cold.ask(QUESTIONS[2]).await;
    let (again, same) = cold.ask(QUESTIONS[2]).await;
    assert!(first > 0 && first == again && answer == same, "{first}, {again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_questions_at_one_time_are_worked_out_once() {
    let desk = Desk::with_history();
    let warm = Warm::open(&desk, AskLimits { kept_bytes: 0, ..AskLimits::default() }).await;
    let question = "changes?from=6&to=7&access=true";
    let (alone, answer) = warm.ask(question).await;
    let before = warm.store.traffic().reads;
    let all = futures::future::join_all((0..40).map(|_| warm.ask(question))).await;
    let reads = warm.store.traffic().reads - before;
    assert!(all.iter().all(|(_, same)| *same == answer));
    // Each finds its snapshots; what they hold is read for all of them.
    assert!(reads < 10 * alone, "{reads} objects for forty, {alone} for one");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_nobody_reads_take_the_memory_of_others_and_no_more() {
    let desk = Desk::with_history();
    let wait = Duration::from_millis(100);
    let limits = AskLimits { work_bytes: 6 << 20, at_once: 1, wait, ..AskLimits::default() };
    let warm = Warm::open(&desk, limits).await;
    let ask = async |question: &str, coding: &str| {
        let uri = format!("/api/v1/accounts/{}/{question}", warm.account);
        let request = Request::builder().uri(uri).header("accept-encoding", coding);
        serve::respond(warm.archive.clone(), request.body(Body::empty()).unwrap()).await
    };
    let large = format!("query?at=7&sql={}", encoded("select printf('%.4000000c', 'x') as x"));
    let unread = ask(&large, "identity").await;
    assert_eq!(unread.status().as_u16(), 200);
    // There is no room for another one beside it, and what reads no table needs none.
    let busy = ask("findings?at=7", "identity").await;
    assert_eq!((busy.status().as_u16(), busy.headers().contains_key("retry-after")), (503, true));
    assert_eq!(ask("snapshots/7", "identity").await.status().as_u16(), 200);
    assert!(to_bytes(unread.into_body(), usize::MAX).await.unwrap().len() > 4_000_000);
    assert_eq!(ask("findings?at=7", "identity").await.status().as_u16(), 200, "it was read");
    // Packed it is small.
    let _unread = ask(&large, "zstd").await;
    assert_eq!(ask("findings?at=7", "identity").await.status().as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_took_long_is_kept_where_what_it_is_made_of_is_not() {
    let desk = Desk::with_history();
    let mut again = Vec::new();
    for worth_keeping in [Duration::MAX, Duration::ZERO] {
        // A bound in which the answers have room, and hardly a table.
        let limits = AskLimits { kept_bytes: 96 << 10, worth_keeping, ..AskLimits::default() };
        let warm = Warm::open(&desk, limits).await;
        let question = "changes?from=6&to=7&access=true";
        let (first, answer) = warm.ask(question).await;
        let (reads, same) = warm.ask(question).await;
        assert!(answer == same && first > 40, "{first}");
        let (other, elsewhere) = warm.ask("changes?from=7&to=6&access=true").await;
        assert!(elsewhere != answer && other > 0, "another question is worked out");
        again.push(reads);
    }
    // What is left is finding the snapshots.
    assert!(again[0] > 40 && again[1] <= 6, "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_time_runs_short_a_life_is_compared_in_the_newest_snapshots_only() {
    let desk = Desk::with_history();
    let warm = Warm::open(&desk, AskLimits::default()).await;
    let account = snapshot::History::accounts(&warm.store).await.unwrap().remove(0);
    let history = snapshot::History::new(warm.store.clone(), account);
    let mut timeline = history.timeline(9).await.unwrap();
    // As an earlier version wrote them, which did not store what became of access.
    Arc::make_mut(&mut timeline.manifests).iter_mut().for_each(|manifest| manifest.access = None);
    let users = desk.iamwatch(&["show", "latest", "ibm_users", "--json"]).json();
    let mut most = 0;
    for user in users["rows"].as_array().unwrap() {
        let subject =
            history::find_subject(&history, &timeline, user["iam_id"].as_str().unwrap()).await.unwrap();
        let all = history::access_turns(&history, &timeline, &subject, 100, || true).await.unwrap();
        let hurried = history::access_turns(&history, &timeline, &subject, 100, || false).await.unwrap();
        assert!(all.left_out.is_empty() && !all.is_hurried);
        assert_eq!(hurried.is_hurried, !hurried.left_out.is_empty());
        // What was compared is the end of the whole, and what was not is said, newest first.
        let told = |turns: &history::Turns| format!("{:?}", turns.changes).len();
        assert!(told(&hurried) <= told(&all) && hurried.changes.len() <= 1);
        assert!(hurried.left_out.is_sorted_by(|one, next| one > next), "{:?}", hurried.left_out);
        let is_newer = |left: &u64| hurried.changes.iter().all(|(at, _)| at.snapshot > *left);
        assert!(hurried.left_out.iter().all(is_newer));
        most = most.max(hurried.left_out.len());
    }
    assert!(most > 1, "{most}: nobody's life had more than two turns");
}

#[tokio::test]
async fn rows_that_are_too_large_an_answer_are_found_by_a_link() {
    let desk = Desk::with_history();
    let warm = Warm::open(&desk, AskLimits { answer_bytes: 4000, ..AskLimits::default() }).await;
    let ask = async |path: &str| {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        serve::respond(warm.archive.clone(), request).await
    };
    let at = format!("/api/v1/accounts/{}/snapshots/7/tables/ibm_policies", warm.account);
    let large = ask(&at).await;
    assert_eq!(large.status().as_u16(), 413);
    let link = large.headers()["link"].to_str().unwrap();
    let place = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"alternate\"")).unwrap();
    let place = url::Url::parse(&format!("http://here{at}")).unwrap().join(place).unwrap();
    assert_eq!(place.path(), format!("{at}/objects"));
    let objects = ask(place.path()).await;
    assert_eq!(objects.status().as_u16(), 200);
    assert!(
        !large.headers().contains_key("iamwatch-next-page"),
        "the rows of this page would be passed over"
    );
    // The next page is named by the same header, and no link stands where there is neither.
    assert!(ask(&format!("{at}?limit=2")).await.headers()["link"].to_str().unwrap().contains("rel=\"next\""));
    assert!(!ask(&format!("{at}/nothing")).await.headers().contains_key("link"));
}

#[tokio::test]
async fn what_is_too_large_an_answer_is_told_with_a_way_to_less_of_it() {
    let desk = Desk::with_history();
    let warm = Warm::open(&desk, AskLimits { answer_bytes: 1500, ..AskLimits::default() }).await;
    let ask = async |path: &str, form: &str| {
        let request = Request::builder().uri(path).header("accept", form).body(Body::empty()).unwrap();
        serve::respond(warm.archive.clone(), request).await
    };
    for (question, parameter, has_pages) in [
        ("snapshots", "`limit`", true),
        ("snapshots/7/tables/ibm_policies", "`objects`", true),
        ("findings?state=all&limit=50", "`limit`", true),
        ("changes?from=1&to=7&access=true", "`access`", false),
        ("who-can?action=iam.policy.create", "`principal`", false),
        ("query?sql=select+*+from+ibm_policies", "`limit`", false),
        ("history?subject=iamwatch-collector", "`compare`", false),
        ("snapshots/7/coverage", "SQL", false),
    ] {
        let path = format!("/api/v1/accounts/{}/{question}", warm.account);
        let large = ask(&path, "application/json").await;
        assert_eq!(large.status().as_u16(), 413, "{path}");
        let leads_on =
            large.headers().get("link").is_some_and(|link| link.to_str().unwrap().contains("next"));
        assert!(!leads_on, "{path}: the rows of this page would be passed over");
        assert_eq!(large.headers()["iamwatch-limit-bytes"], "1500", "{path}");
        let problem = to_bytes(large.into_body(), usize::MAX).await.unwrap();
        let problem: Value = serde_json::from_slice(&problem).unwrap();
        let help = problem["help"].as_str().unwrap();
        assert!(help.contains(parameter) && help.contains("Accept-Encoding"), "{path}: {help}");
        assert_eq!(help.contains("`page`"), has_pages, "{path}: {help}");
        // Whoever looks at a page is told on a page.
        let page = path.replace("/api/v1", "");
        let page = ask(page.trim_end_matches("/snapshots"), "text/html").await;
        let form = page.headers()["content-type"].to_str().unwrap();
        assert_eq!((page.status().as_u16(), form), (413, "text/html; charset=utf-8"), "{path}");
    }
}

/// Makes a history long: manifests without tables, one for each day, after those that are there.
fn lengthen(desk: &Desk, account: &str, last: u64) {
    let folder = desk.path("iamwatch-store").join(account).join("manifests");
    let newest =
        std::fs::read(folder.join("00000009.json")).or_else(|_| std::fs::read(folder.join("00000008.json")));
    let mut manifest: Value = serde_json::from_slice(&newest.unwrap()).unwrap();
    let first = manifest["number"].as_u64().unwrap() + 1;
    let members = manifest.as_object_mut().unwrap();
    for gone in ["tables", "findings", "outbox", "changes", "unjudged", "undelivered"] {
        members.remove(gone);
    }
    let text = manifest.to_string();
    let began: jiff::Timestamp = manifest["finished_at"].as_str().unwrap().parse().unwrap();
    let manifest: snapshot::Manifest = serde_json::from_str(&text).unwrap();
    for number in first..=last {
        let at = began + jiff::SignedDuration::from_hours(24 * i64::try_from(number - first + 1).unwrap());
        let next = snapshot::Manifest {
            number,
            started_at: at.to_string(),
            finished_at: at.to_string(),
            ..manifest.clone()
        };
        std::fs::write(folder.join(format!("{number:08}.json")), next.to_bytes().unwrap()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_ten_thousand_snapshots_comes_in_few_requests_and_bounded_memory() {
    let desk = Desk::with_history();
    let warm = Warm::open(&desk, AskLimits { kept_bytes: 1 << 20, ..AskLimits::default() }).await;
    lengthen(&desk, &warm.account, 10_000);
    let (mut seen, mut pages, mut next) = (Vec::new(), 0, String::new());
    loop {
        let before = warm.store.traffic().lists;
        let (reads, page) = warm.ask(&format!("snapshots?limit=1000{next}")).await;
        let lists = warm.store.traffic().lists - before;
        assert!(reads <= 1000 && lists <= 24, "{reads} manifests and {lists} pages of keys for one page");
        let page: Value = serde_json::from_slice(&page).unwrap();
        seen.extend(
            page["snapshots"].as_array().unwrap().iter().map(|each| each["number"].as_u64().unwrap()),
        );
        pages += 1;
        match page["next"].as_str() {
            Some(token) => next = format!("&page={token}"),
            None => break,
        }
    }
    assert_eq!((pages, seen), (10, (1..=10_000).rev().collect()));
    // What a time means is found by halving, and the page of the account shows the newest.
    let (reads, _) = warm.ask("snapshots/2040-01-01").await;
    assert!(reads <= 80, "{reads} manifests for one time");
    let before = warm.store.traffic().reads;
    let request = Request::builder().uri(format!("/accounts/{}", warm.account)).body(Body::empty()).unwrap();
    assert_eq!(serve::respond(warm.archive.clone(), request).await.status().as_u16(), 200);
    let reads = warm.store.traffic().reads - before;
    assert!(reads <= 80, "{reads} manifests for the page");
}

/// Returns the most memory that a process ever had, in MiB.
fn most_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() >> 10
}

/// Asks what is stopped, and returns why; on a busy machine its time may be over before its memory, which says nothing of that.
async fn stopped(served: &Served, path: &str) -> Value {
    let mut problem = Value::Null;
    for _ in 0..10 {
        problem = serde_json::from_str(&served.ask(path, &[]).await.text().await.unwrap()).unwrap();
        if problem["type"] != "urn:iamwatch:problem:query-too-slow" {
            break;
        }
    }
    problem
}

#[tokio::test]
async fn sql_that_would_take_all_memory_is_stopped_and_others_go_on() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let n = "with recursive n(i) as (select 1 union all select i + 1 from n limit 40000000)";
    for (sql, kind) in [
        (format!("{n} select i, zeroblob(1000000) as x from n order by 2, 1"), "query-too-much-memory"),
        (
            format!("{n} select count(*) from (select distinct i || hex(zeroblob(250000)) from n)"),
            "query-too-much-memory",
        ),
        (format!("{n} select i, zeroblob(30000000) from n"), "query-too-large"),
        (format!("{n} select hex(zeroblob(1000000)) from n"), "query-too-large"),
        ("select zeroblob(1000000000)".to_owned(), "wrong-query"),
    ] {
        let problem = stopped(&served, &format!("{at}/query?limit=10000&sql={}", encoded(&sql))).await;
        assert_eq!(problem["type"], format!("urn:iamwatch:problem:{kind}"), "{problem}");
        assert!((400..500).contains(&problem["status"].as_u64().unwrap()), "{problem}");
        let rows = served.json(&format!("{at}/query?sql=select+count(*)+as+n+from+ibm_users")).await;
        assert!(rows["rows"][0]["n"].as_u64() > Some(3), "{rows}");
    }
    let response = served.ask(&format!("{at}/query?sql=select+1"), &[]).await;
    let limit =
        response.headers()["iamwatch-limit-sql-bytes"].to_str().unwrap().parse::<u64>().unwrap() >> 20;
    assert!(response.headers().contains_key("iamwatch-limit-sql-seconds"));
    let most = most_memory(served.id());
    assert!(most < limit + 512, "{most} MiB, and SQL may take {limit} MiB");
    assert!(most > limit / 2, "{most} MiB: no statement came near the limit of {limit} MiB");
    let _: Value = served.json(&format!("{at}/snapshots/7")).await;
}

#[tokio::test]
async fn the_graph_of_access_is_built_once_while_it_is_kept_and_in_no_more_than_its_bytes() {
    let desk = Desk::with_history();
    let place = desk.path("iamwatch-store").display().to_string();
    let store = AnyStore::open(&place, &StoreOptions::default()).await.unwrap();
    let account = snapshot::History::accounts(&store).await.unwrap().remove(0);
    let ask_all = async |cache: &snapshot::ReadCache| {
        let history = snapshot::History::new(store.clone(), account.clone()).with_cache(cache.clone());
        let (before, after) = (history.manifest(8).await.unwrap(), history.manifest(9).await.unwrap());
        let able = history::who_can(&history, &after, "iam.policy.create", None).await.unwrap();
        let access = history::build_access(&history, &after).await.unwrap();
        let changes = history::access_changes(&history, &before, &after).await.unwrap();
        let sql = "select count(*) from grants";
        let answer = history::query(&history, &after, sql, &check::Limits::default()).await.unwrap();
        format!("{able:?} {} {changes:?} {:?}", access.unseen().len(), answer.rows)
    };
    let cache = snapshot::ReadCache::new(64 << 20);
    let first = ask_all(&cache).await;
    // That of the newest, that of the one before in hindsight, and as roles could not be read in that one, that of the last in which they could.
    assert_eq!(cache.makings(), 3, "one question builds for all others");
    assert_eq!(ask_all(&cache).await, first);
    assert_eq!(cache.makings(), 3, "and the next one builds nothing");
    let small = snapshot::ReadCache::new(64 << 10);
    assert_eq!(ask_all(&small).await, first, "the answers are the same");
    assert!(small.makings() > 3 && small.bytes() <= 64 << 10);
}
