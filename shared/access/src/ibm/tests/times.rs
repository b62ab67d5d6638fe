//! The time conditions of policies, as IBM's guide has them: whether they hold at a moment, and so whether they can from one on.

use model::Timestamp;
use proptest::{prelude::*, sample::select};

use super::world::World;
use crate::{
    Verdict,
    ibm::{access_at, question},
};

/// One comparison: what is looked at, the operator, and the value as IBM Cloud writes it.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    name: &'static str,
    operator: &'static str,
    value: String,
}

/// Comparisons in groups: of a group and of all groups, each or one must hold.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) joined: &'static str,
    groups: Vec<(&'static str, Vec<Moment>)>,
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn later(moment: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(moment.as_second() + seconds).expect("a time")
}

/// Returns what stands before the offset of a value, and the moment as it is there, as text of UTC.
fn beside(value: &str, length: usize, moment: Timestamp) -> (&str, Timestamp) {
    let (what, offset) = value.split_at(length);
    let hours: i64 = offset.split_at(3).0.parse().expect("hours");
    (what, later(moment, hours * HOUR))
}

fn compared<T: Ord>(operator: &str, one: &T, other: &T) -> bool {
    match operator.trim_start_matches(|letter: char| letter.is_lowercase()).trim_start_matches("Time") {
        "LessThan" => one < other,
        "LessThanOrEquals" => one <= other,
        "GreaterThan" => one > other,
        "GreaterThanOrEquals" => one >= other,
        other => panic!("{other}"),
    }
}

impl Moment {
    fn holds_at(&self, moment: Timestamp) -> bool {
        match self.name {
            "current_date_time" => {
                let value: Timestamp = self.value.parse().expect("a time");
                compared(self.operator, &moment, &value)
            }
            // Days and hours are compared as they are written: `2026-11-20T16:00:00Z`.
            "current_date" => {
                let (day, there) = beside(&self.value, 10, moment);
                compared(self.operator, &there.to_string().split_at(10).0, &day)
            }
            "current_time" => {
                let (time, there) = beside(&self.value, 8, moment);
                compared(self.operator, &there.to_string().split_at(11).1.split_at(8).0, &time)
            }
            "day_of_week" => {
                let days = self.value.trim_matches(['[', ']']).split(',').map(|day| day.trim_matches('"'));
                days.map(|day| beside(day, 1, moment)).any(|(day, there)| {
                    // The first of 1970 was a Thursday, and Monday is 1.
                    let weekday = (there.as_second().div_euclid(DAY) + 3).rem_euclid(7) + 1;
                    day == weekday.to_string()
                })
            }
            other => panic!("{other}"),
        }
    }

    /// Returns the moments around which it turns, if it turns once.
    fn turns(&self) -> Option<Timestamp> {
        match self.name {
            "current_date_time" => self.value.parse().ok(),
            "current_date" => {
                let (day, offset) = self.value.split_at(10);
                format!("{day}T00:00:00{offset}").parse().ok()
            }
            _ => None,
        }
    }
}

impl Rule {
    /// Returns a rule that comes again every day.
    pub(super) fn until_five() -> Self {
        let value = "17:00:00+00:00".to_owned();
        Self {
            joined: "and",
            groups: vec![("and", vec![Moment { name: "current_time", operator: "timeLessThan", value }])],
        }
    }

    fn holds_at(&self, moment: Timestamp) -> bool {
        let each = |operator: &str, answers: Vec<bool>| match operator {
            "and" => answers.into_iter().all(|holds| holds),
            _ => answers.into_iter().any(|holds| holds),
        };
        let of_group = |(operator, moments): &(&str, Vec<Moment>)| {
            each(operator, moments.iter().map(|one| one.holds_at(moment)).collect())
        };
        each(self.joined, self.groups.iter().map(of_group).collect())
    }

    /// Looks at every half hour of the week after a moment, and after all at which something turns.
    pub(super) fn may_hold_from(&self, moment: Timestamp) -> bool {
        const HALF_HOURS: i64 = 8 * 48;
        let all = self.groups.iter().flat_map(|(_, moments)| moments);
        let turns: Vec<Timestamp> = all.filter_map(Moment::turns).collect();
        let days = turns.iter().map(|turn| later(*turn, DAY));
        let starts = turns.iter().copied().chain(days).chain([moment]);
        starts.into_iter().any(|start| {
            let steps = (0..HALF_HOURS).map(|step| later(start, step * HOUR / 2));
            let seconds = [-1, 0, 1].map(|step| later(start, step));
            steps.chain(seconds).any(|later| later >= moment && self.holds_at(later))
        })
    }

    /// Writes the rule as rows of a policy.
    pub(super) fn write(&self, world: World, id: &str) -> World {
        let mut world = world;
        for (place, (operator, moments)) in self.groups.iter().enumerate() {
            for (inner, moment) in moments.iter().enumerate() {
                let name = format!("{{{{environment.attributes.{}}}}}", moment.name);
                let place = if moments.len() == 1 { place.to_string() } else { format!("{place}.{inner}") };
                let operator = if moments.len() == 1 { self.joined } else { operator };
                world = world.when(id, &place, operator, [&name, moment.operator, &moment.value]);
            }
        }
        world
    }
}

/// Bounds lie around the moments that are asked of.
pub(super) fn moments() -> impl Strategy<Value = Timestamp> {
    let all = [
        "2026-10-31T12:00:00Z",
        "2026-11-01T08:00:00Z",
        "2026-11-19T22:00:00Z",
        "2026-11-20T15:59:59Z",
        "2026-11-20T16:00:00Z",
        "2026-11-20T16:00:01Z",
        "2026-11-21T00:00:00Z",
        "2026-12-24T18:30:00Z",
    ];
    select(all.map(|text| text.parse::<Timestamp>().expect("a time")).to_vec())
}

fn once() -> impl Strategy<Value = Moment> {
    const BOUNDS: [&str; 4] = ["LessThan", "LessThanOrEquals", "GreaterThan", "GreaterThanOrEquals"];
    let times = [
        "2026-11-01T08:00:00Z",
        "2026-11-20T16:00:00Z",
        "2026-11-20T18:00:00+02:00",
        "2026-12-01T00:00:00-05:00",
    ];
    let days = ["2026-11-01+00:00", "2026-11-20+02:00", "2026-11-20-05:00"];
    let moment = |name: &'static str, kind: &'static str, values: Vec<&'static str>| {
        (select(&BOUNDS[..]), select(values)).prop_map(move |(bound, value)| Moment {
            name,
            operator: Box::leak(format!("{kind}{bound}").into_boxed_str()),
            value: value.to_owned(),
        })
    };
    prop_oneof![
        3 => moment("current_date_time", "dateTime", times.to_vec()),
        1 => moment("current_date", "date", days.to_vec()),
    ]
}

/// What comes again: one bound of the hours, or days.
fn weekly() -> impl Strategy<Value = Moment> {
    let moment = |(name, operator, value): (&'static str, &'static str, &str)| Moment {
        name,
        operator,
        value: value.to_owned(),
    };
    select(vec![
        ("current_time", "timeLessThan", "17:00:00+00:00"),
        ("current_time", "timeGreaterThanOrEquals", "09:00:00+02:00"),
        ("day_of_week", "dayOfWeekEquals", "1+00:00"),
        ("day_of_week", "dayOfWeekAnyOf", "[\"1+00:00\",\"5+00:00\"]"),
    ])
    .prop_map(moment)
}

/// Windows of dates, hours of the week, and alternatives of both.
pub(super) fn rules() -> impl Strategy<Value = Rule> {
    let joined = |joined: &'static str| {
        move |moments: Vec<Moment>| Rule {
            joined,
            groups: moments.into_iter().map(|moment| ("and", vec![moment])).collect(),
        }
    };
    let any = || prop_oneof![once().boxed(), weekly().boxed()];
    let windows =
        prop::collection::vec((select(vec!["and", "or"]), prop::collection::vec(once(), 2..4)), 1..3);
    prop_oneof![
        3 => prop::collection::vec(once(), 1..4).prop_map(joined("and")),
        2 => weekly().prop_map(|moment| vec![moment]).prop_map(joined("and")),
        2 => prop::collection::vec(any(), 2..4).prop_map(joined("or")),
        2 => (select(vec!["and", "or"]), windows).prop_map(|(joined, groups)| Rule { joined, groups }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// A policy under a rule gives something under a condition that names all of it, until the rule can never hold again; then
    /// nothing, and what was lost knows when that was.
    #[test]
    fn a_rule_is_a_condition_until_it_can_never_hold_again(rule in rules(), at in moments()) {
        const VIEWER: &str = "crn:v1:bluemix:public:iam::::role:Viewer";
        let policy = [("id", "p1"), ("type", "access"), ("state", "active"), ("subject_iam_id", "IBMid-1"), ("rule_operator", rule.joined)];
        let world = World::default().user("IBMid-1", "ACTIVE").role("kms", VIEWER, &["kms.keys.list"]);
        let world = world.add(&model::tables::ibm::POLICIES, &policy).given("p1", &[VIEWER]);
        let state = rule.write(world.on("p1", &[["serviceName", "stringEquals", "kms"]]), "p1").state();
        let access = access_at(&state, at);
        let asked = question(&state, "kms.keys.list", Some("serviceName=kms")).unwrap();
        let answers = access.who_can(&asked);
        prop_assert_eq!(!answers.is_empty(), rule.may_hold_from(at), "{:?} at {}", rule, at);
        for answer in answers {
            prop_assert_eq!(answer.verdict, Verdict::Conditional);
            let words = answer.condition.unwrap_or_default();
            for Moment { name, operator, value } in rule.groups.iter().flat_map(|(_, moments)| moments) {
                prop_assert!(words.contains(&format!("{name} {operator} {value}")), "{}", words);
            }
        }
    }
}
