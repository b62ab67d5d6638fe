//! How bad each event is, and whom it wakes: by the rule that `events/README.md` shows and the template makes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Told;

/// Words that end or hide something: they wake nobody.
const CALM: [&str; 6] = [
    "finding.closed",
    "finding.suppressed",
    "finding.unknown",
    "drift.removed",
    "coverage.regained",
    "baseline.taken",
];

/// Returns the first pattern of a rule on the bus that the page of the events shows.
fn pattern() -> Value {
    let page = include_str!("../../../events/README.md");
    let block = page.split("```json").nth(1).and_then(|rest| rest.split("```").next()).expect("a pattern");
    serde_json::from_str(block).expect("JSON")
}

fn is_one_of(allowed: &Value, word: &str) -> bool {
    allowed.as_array().expect("a list").iter().any(|each| each == word)
}

/// Says that gains are urgent in these weeks and in no others, that with each the drift which brought it is, and that nothing urgent is an end.
pub fn are_kept(told: &Told, urgent_weeks: &[&str]) {
    let pattern = pattern();
    let mut urgent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (number, chapter) in (1..).zip(&told.chapters) {
        let events = told.account.events();
        for event in events.iter().filter(|event| event.snapshotid == format!("{number}")) {
            let word = event.kind.trim_start_matches("dev.iamwatch.").trim_end_matches(".v1").to_owned();
            assert!(
                !CALM.contains(&word.as_str()) || event.severity == "info",
                "{}: {event:?}",
                chapter.week.title
            );
            let wakes = is_one_of(&pattern["detail"]["severity"], &event.severity)
                && is_one_of(&pattern["detail-type"], &event.kind);
            if wakes {
                assert!(!CALM.contains(&word.as_str()) && !word.starts_with("drift"), "{event:?}");
            }
            let is_urgent = ["high", "critical"].contains(&event.severity.as_str());
            if is_urgent && (word == "access.gained" || word.starts_with("drift")) {
                let kind = if word == "access.gained" { "gain" } else { "drift" };
                urgent.entry(chapter.week.title).or_default().push(kind);
                assert_eq!(wakes, kind == "gain", "one of the two is enough: {event:?}");
            }
        }
    }
    assert_eq!(
        urgent.keys().copied().collect::<std::collections::BTreeSet<_>>(),
        urgent_weeks.iter().copied().collect()
    );
    for (week, kinds) in urgent {
        assert!(kinds.contains(&"gain") && kinds.contains(&"drift"), "{week}: {kinds:?}");
    }
}
