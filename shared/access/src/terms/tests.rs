//! Implication against every context there is in a small world, decided by an evaluator of its own.

use proptest::{prelude::*, sample::select};

use super::{Conjunction, Terms};

/// Keys, operators and values as both clouds write them. Contexts are tried for each key.
type Texts = &'static [&'static str];

const KEYS: [(&str, Texts, Texts, Texts); 7] = [
    (
        "g:SourceIp",
        &["IpAddress", "NotIpAddress"],
        &["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "192.168.0.0/16", "0.0.0.0/0"],
        &["10.1.2.3", "10.1.9.9", "10.9.9.9", "192.168.1.1", "8.8.8.8"],
    ),
    (
        "g:RequestedRegion",
        &[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringStartWith",
            "stringEqualsIgnoreCase",
            "StringNotLike",
        ],
        &["eu-1", "EU-1", "eu-*", "*-1", "e"],
        &["eu-1", "EU-1", "eu-2", "us-1", "e", "eu-*"],
    ),
    ("g:MFAPresent", &["Bool"], &["true", "false"], &["true", "false"]),
    (
        "g:CurrentTime",
        &["DateLessThan", "DateGreaterThan", "DateLessThanEquals"],
        &["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
        &[
            "2025-06-01T00:00:00Z",
            "2026-01-01T00:00:00Z",
            "2026-06-01T00:00:00Z",
            "2027-01-01T00:00:00Z",
            "2028-01-01T00:00:00Z",
        ],
    ),
    (
        "g:TokenAge",
        &["NumberLessThan", "NumberGreaterThanEquals"],
        &["9", "100"],
        &["1", "9", "50", "100", "200"],
    ),
    (
        "current_time",
        &["timeLessThan", "timeGreaterThanOrEquals"],
        &["09:00:00+00:00", "17:00:00+00:00"],
        &["08:00:00+00:00", "09:00:00+00:00", "12:00:00+00:00", "17:00:00+00:00", "18:00:00+00:00"],
    ),
    (
        "day_of_week",
        &["dayOfWeekAnyOf"],
        &["[1+00:00,2+00:00]", "[1+00:00]", "[2+00:00,3+00:00]"],
        &["1+00:00", "2+00:00", "3+00:00"],
    ),
];

#[derive(Debug, Clone)]
struct Asked {
    key: usize,
    operator: &'static str,
    values: Vec<&'static str>,
}

fn asked_of(key: usize) -> impl Strategy<Value = Asked> {
    let (_, operators, values, _) = KEYS[key];
    let most = if key == 6 { 2 } else { 3 };
    (select(operators), prop::collection::vec(select(values), 1..most))
        .prop_map(move |(operator, values)| Asked { key, operator, values })
}

fn asked() -> impl Strategy<Value = Asked> {
    (0..KEYS.len()).prop_flat_map(asked_of)
}

fn address(text: &str) -> u32 {
    let parts = text.split('.').map(|part| part.parse::<u32>().unwrap());
    parts.fold(0, |all, part| all * 256 + part)
}

fn lies_in(address_text: &str, network: &str) -> bool {
    let (base, length) = network.split_once('/').unwrap_or((network, "32"));
    let size = 2u64.pow(32 - length.parse::<u32>().unwrap());
    let (base, address) = (u64::from(address(base)), u64::from(address(address_text)));
    address >= base && address < base + size
}

fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).any(|skip| rest.get(skip..).is_some_and(|rest| like(tail, rest)))
        }),
    }
}

impl Asked {
    fn words(&self) -> String {
        format!("{} {} {}", KEYS[self.key].0, self.operator, self.values.join(" or "))
    }

    fn holds(&self, fact: &str) -> bool {
        let any = |test: &dyn Fn(&str) -> bool| self.values.iter().any(|value| test(value));
        match self.operator {
            "IpAddress" => any(&|value| lies_in(fact, value)),
            "NotIpAddress" => !any(&|value| lies_in(fact, value)),
            "StringEquals" | "Bool" => any(&|value| value == fact),
            "StringNotEquals" => !any(&|value| value == fact),
            "StringLike" => any(&|value| like(value, fact)),
            "StringNotLike" => !any(&|value| like(value, fact)),
            "StringStartWith" => any(&|value| fact.starts_with(value)),
            "stringEqualsIgnoreCase" => any(&|value| value.eq_ignore_ascii_case(fact)),
            "DateLessThan" | "timeLessThan" => any(&|value| fact < value),
            "DateLessThanEquals" => any(&|value| fact <= value),
            "DateGreaterThan" => any(&|value| fact > value),
            "timeGreaterThanOrEquals" => any(&|value| fact >= value),
            "NumberLessThan" => any(&|value| number(fact) < number(value)),
            "NumberGreaterThanEquals" => any(&|value| number(fact) >= number(value)),
            "dayOfWeekAnyOf" => {
                any(&|value| value.trim_matches(['[', ']']).split(',').any(|day| day == fact))
            }
            other => panic!("{other}"),
        }
    }
}

fn number(text: &str) -> u32 {
    text.parse().unwrap()
}

fn terms(all: &[Asked]) -> Terms {
    let mut terms = Terms::default();
    for each in all {
        let values: Vec<String> = each.values.iter().map(|value| (*value).to_owned()).collect();
        terms.compared(&each.words(), KEYS[each.key].0, each.operator, &values);
    }
    terms
}

fn parsed(terms: &Terms, all: &[Asked]) -> Conjunction {
    let words: Vec<String> = all.iter().map(Asked::words).collect();
    if words.is_empty() { Conjunction::default() } else { terms.parse(&words.join(" and ")) }
}

/// Returns all contexts of two keys, and of the others one.
fn contexts(one: usize, other: usize) -> Vec<Vec<&'static str>> {
    let facts =
        |key: usize| if key == one || key == other { KEYS[key].3.to_vec() } else { vec![KEYS[key].3[0]] };
    (0..KEYS.len()).fold(vec![Vec::new()], |contexts: Vec<Vec<&'static str>>, key| {
        contexts
            .iter()
            .flat_map(|context| facts(key).into_iter().map(|fact| [context.clone(), vec![fact]].concat()))
            .collect()
    })
}

fn hold(all: &[Asked], context: &[&str]) -> bool {
    all.iter().all(|each| each.holds(context[each.key]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_is_said_to_follow_follows_in_every_context(
        tight in prop::collection::vec(asked(), 0..3),
        wide in prop::collection::vec(asked(), 0..2),
        more in prop::option::of(asked()),
    ) {
        let others: Vec<Vec<Asked>> = [wide.clone()].into_iter().chain(more.map(|more| vec![more])).collect();
        let all: Vec<Asked> = tight.iter().chain(others.iter().flatten()).cloned().collect();
        let terms = terms(&all);
        let parsed_others: Vec<Conjunction> = others.iter().map(|other| parsed(&terms, other)).collect();
        let mine = parsed(&terms, &tight);
        let keys: Vec<usize> = all.iter().map(|each| each.key).collect();
        for pair in keys.iter().flat_map(|one| keys.iter().map(move |other| (*one, *other))) {
            for context in contexts(pair.0, pair.1) {
                if mine.is_covered_by(&parsed_others) && hold(&tight, &context) {
                    prop_assert!(others.iter().any(|other| hold(other, &context)), "{:?} {:?} {:?}", tight, others, context);
                }
                if mine.excludes(&parsed_others[0]) {
                    prop_assert!(!(hold(&tight, &context) && hold(&wide, &context)), "{:?} {:?} {:?}", tight, wide, context);
                }
            }
        }
    }

    /// Of terms of the same key and operator, what follows in every context is said to follow.
    #[test]
    fn what_follows_of_one_key_is_said_to(
        (tight, wide) in (0..KEYS.len()).prop_flat_map(|key| (asked_of(key), asked_of(key))),
    ) {
        let terms = terms(&[tight.clone(), wide.clone()]);
        let (mine, theirs) = (parsed(&terms, std::slice::from_ref(&tight)), parsed(&terms, std::slice::from_ref(&wide)));
        let facts = KEYS[tight.key].3;
        let follows = facts.iter().all(|fact| !tight.holds(fact) || wide.holds(fact));
        let same_kind = tight.operator == wide.operator;
        // Networks and texts of this little world do not stand for all there are.
        let is_telling = same_kind && !tight.operator.contains("Not") && !matches!(tight.key, 0 | 1);
        if is_telling && follows {
            prop_assert!(mine.implies(&theirs), "{:?} {:?}", tight, wide);
        }
    }
}

fn follows(one: [&str; 3], other: [&str; 3]) -> bool {
    let mut terms = Terms::default();
    let condition = |terms: &mut Terms, [key, operator, values]: [&str; 3]| {
        let words = format!("{key} {operator} {values}");
        let values: Vec<String> = values.split('|').map(str::to_owned).collect();
        terms.compared(&words, key, operator, &values);
        words
    };
    let (one, other) = (condition(&mut terms, one), condition(&mut terms, other));
    terms.parse(&one).implies(&terms.parse(&other))
}

#[test]
fn a_tighter_term_implies_the_looser_and_not_the_other_way_round() {
    let table = [
        (["g:SourceIp", "IpAddress", "10.1.0.0/16"], ["g:SourceIp", "IpAddress", "10.0.0.0/8"]),
        (["g:SourceIp", "IpAddress", "10.0.0.0/8"], ["g:SourceIp", "IpAddress", "192.168.0.0/16|10.0.0.0/8"]),
        (["g:SourceIp", "IpAddress", "2001:db8:1::/48"], ["g:SourceIp", "ipaddress", "2001:db8::/32"]),
        (["g:SourceIp", "NotIpAddress", "10.0.0.0/8"], ["g:SourceIp", "NotIpAddress", "10.1.0.0/16"]),
        (
            ["g:CurrentTime", "DateLessThan", "2026-12-01T00:00:00Z"],
            ["g:CurrentTime", "DateLessThan", "2027-01-01T00:00:00Z"],
        ),
        (["r", "StringEquals", "eu-1"], ["r", "StringLike", "eu-*"]),
        (["r", "StringLike", "eu-1*"], ["r", "StringLike", "eu-*"]),
        (["r", "StringEquals", "a"], ["r", "StringEqualsIfExists", "a"]),
        (["r", "ForAnyValue:StringEquals", "a"], ["r", "ForAnyValue:StringEquals", "a|b"]),
        (["t", "timeLessThan", "16:00:00+00:00"], ["t", "timeLessThan", "17:00:00+00:00"]),
        (["d", "dayOfWeekAnyOf", "[1,2]"], ["d", "dayOfWeekAnyOf", "[1,2,3]"]),
        (["n", "NumericLessThan", "9"], ["n", "NumericLessThanEquals", "9"]),
    ];
    for (tight, loose) in table {
        assert!(follows(tight, loose), "{tight:?} {loose:?}");
        assert!(!follows(loose, tight), "{loose:?} {tight:?}");
    }
    // Of other keys, other offsets, unknown operators nothing follows.
    assert!(!follows(["a", "StringEquals", "x"], ["b", "StringEquals", "x"]));
    assert!(!follows(["t", "timeLessThan", "16:00:00+01:00"], ["t", "timeLessThan", "17:00:00+00:00"]));
    assert!(!follows(["r", "StringOdd", "a"], ["r", "StringOdd", "a|b"]));
    assert!(follows(["r", "StringOdd", "b|a"], ["r", "StringOdd", "a|b"]), "in another order it is the same");
}

#[test]
fn words_that_were_noted_stay_together_and_alternatives_are_cases() {
    let mut terms = Terms::default();
    terms.compared("name StringEquals rock and roll", "name", "StringEquals", &["rock and roll".to_owned()]);
    let taken_apart = terms.parse("mfa and name StringEquals rock and roll");
    assert!(taken_apart.implies(&terms.parse("name StringEquals rock and roll")));
    assert!(!taken_apart.implies(&terms.parse("roll")));
    let any = "(mfa or name StringEquals rock and roll)";
    terms.any(any, &["mfa".to_owned(), "name StringEquals rock and roll".to_owned()]);
    assert!(terms.parse("mfa").implies(&terms.parse(any)));
    assert!(!terms.parse(any).implies(&terms.parse("mfa")));
    let ways = [terms.parse("mfa"), terms.parse("name StringEquals rock and roll")];
    assert!(terms.parse(any).is_covered_by(&ways), "either way");
}
