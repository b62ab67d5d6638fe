//! Weeks in the life of a small company: joiners, leavers, an admin grant at night, lost sight and its return.
//!
//! What each week gives is written down in `expected.txt`, for people to read and for this test to compare.
//! `IAMWATCH_WRITE=1` writes it anew; review what it says before you commit it.

mod story;

use std::{collections::BTreeSet, path::Path};

use model::{Event, FindingState};
use simulators::ibm::weeks;

use self::story::{Chapter, live_through};
use super::Account;

const QUIET: &str = "a quiet week";
const BLIND: &str = "the auditor loses sight";
const SEEING_AGAIN: &str = "the auditor sees again";

struct Told {
    account: Account,
    chapters: Vec<Chapter>,
}

async fn told() -> Told {
    let account = Account::of_a_dozen().await;
    let chapters = live_through(&account, &weeks()).await;
    Told { account, chapters }
}

impl Told {
    fn chapter(&self, title: &str) -> &Chapter {
        self.chapters.iter().find(|chapter| chapter.week.title == title).expect("a week of that title")
    }
}

fn kinds<'a>(events: &'a [Event], middle: &str) -> Vec<&'a Event> {
    events.iter().filter(|event| event.kind.contains(middle)).collect()
}

/// One life of the account serves all that is asked of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_weeks_of_a_company_give_what_was_reviewed() {
    let told = told().await;
    what_was_reviewed(&told);
    the_first_look_is_one_event(&told);
    a_quiet_week_costs_one_object(&told);
    lost_sight_is_not_change(&told);
    regained_sight_is_no_flood(&told);
    every_event_is_told_once(&told);
    nothing_secret_is_kept(&told);
    the_history_is_sound(&told).await;
}

fn what_was_reviewed(told: &Told) {
    let now: String = told.chapters.iter().map(Chapter::page).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/weeks/expected.txt");
    if std::env::var_os("IAMWATCH_WRITE").is_some() {
        std::fs::write(&path, &now).expect("a page that can be written");
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = now.lines().zip(reviewed.lines()).find(|(now, reviewed)| now != reviewed);
    assert!(
        now == reviewed,
        "the weeks give something else than scenarios/weeks/expected.txt says, first here (now, reviewed): {differing:#?}\n\
         If it is right, write it anew with IAMWATCH_WRITE=1 and review the difference."
    );
}

fn the_first_look_is_one_event(told: &Told) {
    let first = &told.chapters[0];
    assert!(first.summary.is_first);
    assert!(first.summary.findings.baseline > 0, "the company is not that tidy");
    let told_first: Vec<&str> = first.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(told_first, ["dev.iamwatch.baseline.taken.v1"]);
    for later in &told.chapters[1..] {
        assert_eq!(
            kinds(&later.events, "baseline.taken").len(),
            0,
            "every list was complete in the first: {}",
            later.week.title
        );
    }
}

fn a_quiet_week_costs_one_object(told: &Told) {
    let quiet = told.chapter(QUIET);
    assert_eq!(quiet.written, 1, "the manifest");
    assert_eq!(quiet.summary.tables_written, 0);
    assert!(quiet.events.is_empty(), "{:#?}", quiet.events);
    assert!(!quiet.summary.has_news());
}

fn lost_sight_is_not_change(told: &Told) {
    let blind = told.chapter(BLIND);
    assert!(blind.summary.incomplete > 0);
    assert_eq!(blind.summary.drift.get("removed"), None, "nothing was removed, only hidden");
    let closed: Vec<_> = blind.moves.iter().filter(|moved| moved.after.state.is_closed()).collect();
    assert!(closed.is_empty(), "closed without sight: {closed:#?}");
    assert_eq!(kinds(&blind.events, "drift.removed"), Vec::<&Event>::new());
    assert_eq!(kinds(&blind.events, "finding.closed"), Vec::<&Event>::new());

    let lost = kinds(&blind.events, "coverage.lost");
    let subjects: BTreeSet<&str> = lost.iter().map(|event| event.subject.as_str()).collect();
    assert!(!lost.is_empty());
    assert_eq!(subjects.len(), lost.len(), "one event for each list");
}

fn regained_sight_is_no_flood(told: &Told) {
    let (blind, seeing) = (told.chapter(BLIND), told.chapter(SEEING_AGAIN));
    assert_eq!(seeing.summary.incomplete, 0);
    let listings = |events: &[Event], kind: &str| -> BTreeSet<String> {
        kinds(events, kind).into_iter().map(|event| event.subject.clone()).collect()
    };
    assert_eq!(listings(&seeing.events, "coverage.regained"), listings(&blind.events, "coverage.lost"));
    // What was hidden all along is neither new nor newly wrong.
    let hidden = blind.moves.iter().filter(|moved| moved.after.state == FindingState::Unknown).count();
    let opened = kinds(&seeing.events, "finding.opened").len();
    assert_eq!(opened, 0, "{hidden} findings were unknown for a week");
    // Two identities lost two policies each, and have two others now: that is all the drift there is.
    let drift = kinds(&seeing.events, "drift.");
    let titles: Vec<&str> = drift.iter().filter_map(|event| event.data["title"].as_str()).collect();
    assert_eq!(titles.len(), 8, "{titles:#?}");
    let is_own = |title: &&str| title.contains("iamwatch-collector") || title.contains("iamwatch-auditor");
    assert!(titles.iter().all(is_own), "{titles:#?}");
}

fn every_event_is_told_once(told: &Told) {
    let events = told.account.events();
    let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len());
    let announced: u64 = told.chapters.iter().map(|chapter| chapter.summary.events).sum();
    assert_eq!(u64::try_from(events.len()).expect("few"), announced);
}

fn nothing_secret_is_kept(told: &Told) {
    let secrets: Vec<String> = told.account.simulator.look(|world| {
        let keys = world.api_keys.iter().map(|key| key.secret.clone());
        keys.chain([super::API_KEY.to_owned()]).filter(|secret| !secret.is_empty()).collect()
    });
    let events = std::fs::read_to_string(told.account.events_file()).expect("events");
    let state = format!("{:?}", told.chapters);
    for secret in secrets {
        assert!(!events.contains(&secret) && !state.contains(&secret), "a secret was kept");
    }
}

async fn the_history_is_sound(told: &Told) {
    let faults = told.account.history().await.verify().await.expect("a store that can be read");
    assert_eq!(faults, []);
}
