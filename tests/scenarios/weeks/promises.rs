//! What is promised of the weeks of every company.

use std::collections::BTreeSet;

use model::{Event, tables};

use super::{Told, contracts, story::Chapter};

const QUIET: &str = "a quiet week";
/// Rules that time alone makes speak.
const OF_TIME: [&str; 2] = ["key_older_than_90_days", "key_unused_for_45_days"];

/// The weeks in which sight is lost and comes back, and what somebody did in the latter.
pub struct Return<'a> {
    pub blind: &'a str,
    pub seeing: &'a str,
    /// How many things changed.
    pub drift: usize,
    /// Says whether the title of a change is that of one of these.
    pub is_own: &'a dyn Fn(&str) -> bool,
}

/// Asks all promises of a company that has lived through its weeks.
pub async fn are_kept(told: &Told, back: &Return<'_>) {
    the_first_look_is_one_event(told);
    a_quiet_week_costs_one_object(told);
    lost_sight_is_not_change(told, back);
    regained_sight_is_no_flood(told, back);
    every_event_is_told_once(told);
    every_gain_is_one_event(told);
    contracts::are_kept(&told.account.events_file());
    nothing_secret_is_kept(told).await;
    the_history_is_sound(told).await;
}

fn kinds<'a>(events: &'a [Event], middle: &str) -> Vec<&'a Event> {
    events.iter().filter(|event| event.kind.contains(middle)).collect()
}

fn titles<'a>(events: &[&'a Event]) -> Vec<&'a str> {
    events.iter().filter_map(|event| event.data["title"].as_str()).collect()
}

fn the_first_look_is_one_event(told: &Told) {
    let first = &told.chapters[0];
    assert!(first.summary.is_first);
    assert!(first.summary.findings.baseline > 0, "the company is not that tidy");
    let told_first: Vec<&str> = first.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(told_first, ["dev.iamwatch.baseline.taken.v1"]);
    for later in &told.chapters[1..] {
        let baselines = kinds(&later.events, "baseline.taken");
        assert_eq!(titles(&baselines), [""; 0], "every list was complete in the first: {}", later.week.title);
    }
}

fn a_quiet_week_costs_one_object(told: &Told) {
    let quiet = told.chapter(QUIET);
    assert_eq!(quiet.written, 1, "the manifest");
    assert_eq!(quiet.summary.tables_written, 0);
    assert!(quiet.events.is_empty(), "{:#?}", quiet.events);
    assert!(!quiet.summary.has_news());
    assert!(quiet.access.changes.is_empty(), "{:#?}", quiet.access);
}

fn lost_sight_is_not_change(told: &Told, back: &Return<'_>) {
    let blind = told.chapter(back.blind);
    assert!(blind.summary.incomplete > 0);
    assert!(blind.summary.drift.is_empty(), "nothing was changed, only hidden: {:?}", blind.summary.drift);
    let closed: Vec<_> = blind.moves.iter().filter(|moved| moved.after.state.is_closed()).collect();
    assert!(closed.is_empty(), "closed without sight: {closed:#?}");
    assert!(blind.access.changes.is_empty(), "gained or lost without sight: {:#?}", blind.access);
    assert!(!blind.access.unseen.is_empty(), "who is asked of access is told what is hidden");
    for middle in ["drift.", "finding.closed", "access.gained"] {
        assert_eq!(titles(&kinds(&blind.events, middle)), [""; 0]);
    }
    let lost = kinds(&blind.events, "coverage.lost");
    let subjects: BTreeSet<&str> = lost.iter().map(|event| event.subject.as_str()).collect();
    assert!(!lost.is_empty());
    assert_eq!(subjects.len(), lost.len(), "one event for each list");
}

fn regained_sight_is_no_flood(told: &Told, back: &Return<'_>) {
    let (blind, seeing) = (told.chapter(back.blind), told.chapter(back.seeing));
    assert_eq!(seeing.summary.incomplete, 0);
    let listings = |chapter: &Chapter, kind: &str| -> BTreeSet<String> {
        kinds(&chapter.events, kind).into_iter().map(|event| event.subject.clone()).collect()
    };
    assert_eq!(listings(seeing, "coverage.regained"), listings(blind, "coverage.lost"));
    // What was hidden all along is neither new nor newly wrong; only keys have grown older.
    let opened = kinds(&seeing.events, "finding.opened");
    let is_of_time = |event: &&Event| OF_TIME.iter().any(|rule| event.data["finding"]["rule"] == *rule);
    let others: Vec<&Event> = opened.into_iter().filter(|event| !is_of_time(event)).collect();
    assert_eq!(titles(&others), [""; 0]);
    assert_eq!(titles(&kinds(&seeing.events, "access.gained")), [""; 0]);
    let drift = kinds(&seeing.events, "drift.");
    let drift = titles(&drift);
    assert_eq!(drift.len(), back.drift, "{drift:#?}");
    assert!(drift.iter().all(|title| (back.is_own)(title)), "{drift:#?}");
}

fn every_event_is_told_once(told: &Told) {
    let events = told.account.events();
    let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len());
    let announced: u64 = told.chapters.iter().map(|chapter| chapter.summary.events).sum();
    assert_eq!(u64::try_from(events.len()).expect("few"), announced);
}

fn every_gain_is_one_event(told: &Told) {
    for chapter in &told.chapters {
        let turns = chapter.access.changes.iter().map(|change| serde_json::json!(change.turn));
        let gains = turns.filter(|turn| turn == "gained" || turn == "widened").count();
        assert_eq!(kinds(&chapter.events, "access.gained").len(), gains, "{}", chapter.week.title);
    }
}

/// Looks into the events, the findings and every cell of every table of every snapshot.
async fn nothing_secret_is_kept(told: &Told) {
    let mut kept = std::fs::read_to_string(told.account.events_file()).expect("events");
    let history = told.account.history().await;
    for chapter in &told.chapters {
        kept.push_str(&format!("{chapter:?}"));
        for table in tables::of_cloud(told.account.id.cloud()) {
            let rows = history.read(&chapter.manifest, table).await.expect("a table of the snapshot");
            let cells = rows.iter().flat_map(model::Row::values);
            cells.for_each(|cell| kept.push_str(&format!("{cell}\n")));
        }
    }
    for secret in told.account.company.secrets() {
        assert!(!kept.contains(&secret), "a secret was kept: it begins with {}", &secret[..4]);
    }
}

async fn the_history_is_sound(told: &Told) {
    let faults = told.account.history().await.verify().await.expect("a store that can be read");
    assert_eq!(faults, []);
}
