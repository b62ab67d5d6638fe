//! What ends by itself gives nothing from then on, and everything until then.

use model::{ListStatus, Timestamp, tables::ibm as t};

use super::world::World;
use crate::{
    Standing, Turn, Verdict,
    ibm::{access_at, inventory, question},
};

const VIEWER: &str = "crn:v1:bluemix:public:iam::::role:Viewer";
const DATE_TIME: &str = "{{environment.attributes.current_date_time}}";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A service ID with these keys, each by what ends it and whether it is disabled.
fn keys(keys: &[(&str, bool)]) -> World {
    let mut world = World::default().service_id("iam-ServiceId-1").list(
        t::API_KEYS.listing,
        "serviceid",
        ListStatus::Complete,
        None,
    );
    for (number, (end, is_disabled)) in keys.iter().enumerate() {
        let id = format!("k{number}");
        let draft = t::API_KEYS.draft().set("id", &id);
        let draft = draft.set("iam_id", "iam-ServiceId-1").set("locked", true).set("disabled", *is_disabled);
        world.put(&t::API_KEYS, if end.is_empty() { draft } else { draft.set("expires_at", *end) });
    }
    world
}

fn standing(world: &World, at: &str) -> Standing {
    access_at(&world.state(), time(at)).principals()[0].standing.clone()
}

#[test]
fn a_service_id_acts_until_its_last_key_expires_and_not_from_that_moment_on() {
    let inactive = |why: &str| Standing::Inactive(why.to_owned());
    let one = keys(&[("2026-11-20T12:00:00Z", false)]);
    assert_eq!(standing(&one, "2026-11-20T11:59:59Z"), Standing::Active);
    assert_eq!(standing(&one, "2026-11-20T12:00:00Z"), inactive("every API key has expired"));
    let two = keys(&[("2026-11-20T12:00:00Z", false), ("", true)]);
    assert_eq!(standing(&two, "2026-11-20T11:59:59Z"), Standing::Active);
    assert_eq!(standing(&two, "2026-11-21T00:00:00Z"), inactive("every API key is disabled or has expired"));
    // A key that is locked works, and one without an end never expires.
    let lasting = keys(&[("2026-11-20T12:00:00Z", false), ("", false)]);
    assert_eq!(standing(&lasting, "2036-01-01T00:00:00Z"), Standing::Active);
}

/// A policy on one service under a rule: conditions by place, operator and value, all on this attribute.
fn ruled(attribute: &str, joined: &str, conditions: &[(&str, &str, &str)]) -> World {
    let policy = [
        ("id", "p1"),
        ("type", "access"),
        ("state", "active"),
        ("subject_iam_id", "IBMid-1"),
        ("rule_operator", joined),
    ];
    let world = World::default().user("IBMid-1", "ACTIVE").role("kms", VIEWER, &["kms.keys.list"]);
    let world = world.add(&t::POLICIES, &policy).given("p1", &[VIEWER]);
    let world = world.on("p1", &[["serviceName", "stringEquals", "kms"]]);
    conditions.iter().fold(world, |world, (place, operator, value)| {
        world.when("p1", place, "and", [attribute, operator, value])
    })
}

/// Returns the verdict of the one user, if it can at all.
fn verdict(world: &World, at: &str) -> Option<Verdict> {
    let state = world.state();
    let asked = question(&state, "kms.keys.list", Some("serviceName=kms")).unwrap();
    access_at(&state, time(at)).who_can(&asked).first().map(|answer| answer.verdict)
}

#[test]
fn a_policy_for_once_gives_nothing_after_its_end_and_stays_a_condition_before() {
    let once = ruled(
        DATE_TIME,
        "and",
        &[
            ("0", "dateTimeGreaterThanOrEquals", "2026-11-01T08:00:00Z"),
            ("1", "dateTimeLessThanOrEquals", "2026-11-20T16:00:00Z"),
        ],
    );
    let conditional = Some(Verdict::Conditional);
    assert_eq!(verdict(&once, "2026-10-01T00:00:00Z"), conditional, "it has not begun");
    assert_eq!(verdict(&once, "2026-11-20T16:00:00Z"), conditional, "the last second counts");
    assert_eq!(verdict(&once, "2026-11-20T16:00:01Z"), None);
    let exclusive = ruled(DATE_TIME, "and", &[("0", "dateTimeLessThan", "2026-11-20T16:00:00Z")]);
    assert_eq!(verdict(&exclusive, "2026-11-20T15:59:59Z"), conditional);
    assert_eq!(verdict(&exclusive, "2026-11-20T16:00:00Z"), None);
}

#[test]
fn times_and_days_are_read_with_the_offset_that_stands_behind_them() {
    let day = "{{environment.attributes.current_date}}";
    let until = ruled(day, "and", &[("0", "dateLessThanOrEquals", "2026-11-20+02:00")]);
    assert_eq!(verdict(&until, "2026-11-20T21:59:59Z"), Some(Verdict::Conditional));
    assert_eq!(verdict(&until, "2026-11-20T22:00:00Z"), None, "midnight came two hours before that of UTC");
    let before = ruled(day, "and", &[("0", "dateLessThan", "2026-11-20+00:00")]);
    assert_eq!(verdict(&before, "2026-11-19T23:59:59Z"), Some(Verdict::Conditional));
    assert_eq!(verdict(&before, "2026-11-20T00:00:00Z"), None);
}

#[test]
fn what_comes_every_week_never_ends_and_alternatives_end_with_the_last() {
    let far = "2099-01-01T00:00:00Z";
    let hours = "{{environment.attributes.current_time}}";
    let weekly = ruled(hours, "and", &[("0", "timeLessThanOrEquals", "17:00:00+00:00")]);
    assert_eq!(verdict(&weekly, far), Some(Verdict::Conditional));
    let ends = [
        ("0", "dateTimeLessThan", "2026-11-20T16:00:00Z"),
        ("1", "dateTimeLessThan", "2026-11-25T16:00:00Z"),
    ];
    let either = ruled(DATE_TIME, "or", &ends);
    assert_eq!(verdict(&either, "2026-11-24T00:00:00Z"), Some(Verdict::Conditional));
    assert_eq!(verdict(&either, "2026-11-25T16:00:00Z"), None);
    assert_eq!(verdict(&ruled(DATE_TIME, "and", &ends), "2026-11-24T00:00:00Z"), None, "the first ends both");
    let weekly_too = either.when("p1", "2", "and", [hours, "timeLessThan", "17:00:00+00:00"]);
    assert_eq!(verdict(&weekly_too, far), Some(Verdict::Conditional), "one alternative never ends");
    // Nobody can say when a value that is no time is past.
    let unreadable = ruled(DATE_TIME, "and", &[("0", "dateTimeLessThan", "next Friday")]);
    assert_eq!(verdict(&unreadable, far), Some(Verdict::Conditional));
}

#[test]
fn what_time_ended_is_lost_and_the_loss_knows_when() {
    let state = ruled(DATE_TIME, "and", &[("0", "dateTimeLessThan", "2026-11-20T16:00:00Z")]).state();
    let [before, after] =
        ["2026-11-20T06:00:00Z", "2026-11-21T06:00:00Z"].map(|at| access_at(&state, time(at)));
    let changes = after.changes_since(&before, &inventory(&state));
    let told: Vec<(Turn, Option<Timestamp>)> =
        changes.iter().map(|change| (change.turn, after.ended_on(&change.path))).collect();
    assert_eq!(told, [(Turn::Lost, Some(time("2026-11-20T16:00:00Z")))]);
    // Neither does anything come or go while nothing ends.
    let later = access_at(&state, time("2027-11-21T06:00:00Z"));
    assert_eq!(later.changes_since(&after, &inventory(&state)), []);
    let ended = |at: &str| crate::ends_before(model::Cloud::Ibm, &state, time(at));
    assert_eq!([ended("2026-11-20T15:59:59Z"), ended("2026-11-20T16:00:00Z")], [0, 1]);
}
