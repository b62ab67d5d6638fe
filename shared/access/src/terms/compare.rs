//! Comparisons of one key with values, and which of them are tighter.
//!
//! Operators of both clouds are read, without regard to case. What cannot be compared (another key, an operator that is
//! not known, a value that cannot be read) implies nothing and excludes nothing.

use std::{cmp::Ordering, net::IpAddr};

use crate::Pattern;

/// A key compared with values, which are alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyComparison {
    key: String,
    /// The prefix for many values, `foranyvalue:` or `forallvalues:`, or nothing.
    quantifier: String,
    /// Whether it holds too where the key is absent.
    if_exists: bool,
    operator: String,
    values: Vec<String>,
}

/// What values let through.
enum Admitted {
    /// Texts by patterns; `is_except`: all but these.
    Texts { patterns: Vec<Pattern>, is_except: bool, ignores_case: bool },
    /// Addresses by networks; `is_except`: all but these.
    Networks { networks: Vec<Network>, is_except: bool },
    /// What lies below, or above, a bound.
    Range { bound: OrderBound, is_upper: bool },
    /// Days of the week.
    Days(Vec<String>),
}

struct OrderBound {
    value: OrderedValue,
    is_inclusive: bool,
}

/// A number, or a text that is ordered as it is written, with the form that it must share with another.
#[derive(PartialEq)]
enum OrderedValue {
    Number(f64),
    Text { form: String, text: String },
}

#[derive(Clone, Copy)]
struct Network {
    address: u128,
    length: u32,
    is_wide: bool,
}

impl KeyComparison {
    pub(super) fn parse(key: &str, operator: &str, values: &[String]) -> Self {
        let operator = operator.to_lowercase();
        let (quantifier, operator) = match operator.split_once(':') {
            Some((quantifier, operator)) => (quantifier.to_owned(), operator.to_owned()),
            None => (String::new(), operator),
        };
        let (operator, if_exists) = match operator.strip_suffix("ifexists") {
            Some(operator) => (operator.to_owned(), true),
            None => (operator, false),
        };
        let mut values = values.to_vec();
        values.sort();
        values.dedup();
        Self { key: key.to_lowercase(), quantifier, if_exists, operator, values }
    }

    /// Returns whether the other holds wherever this one does.
    pub(super) fn implies(&self, other: &Self) -> bool {
        if self.key != other.key
            || self.quantifier != other.quantifier
            || (self.if_exists && !other.if_exists)
        {
            return false;
        }
        if self.operator == other.operator && self.values == other.values {
            return true;
        }
        match (self.admitted(), other.admitted()) {
            (Some(mine), Some(theirs)) => mine.is_within(&theirs),
            _ => false,
        }
    }

    /// Returns whether both can never hold of one value.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let is_plain = |each: &Self| each.quantifier.is_empty() && !each.if_exists;
        if self.key != other.key || !is_plain(self) || !is_plain(other) {
            return false;
        }
        match (self.admitted(), other.admitted()) {
            (Some(mine), Some(theirs)) => mine.is_apart_from(&theirs),
            _ => false,
        }
    }

    /// Returns a comparison for each of several values that are alternatives.
    pub(super) fn by_value(&self) -> Option<Vec<(String, Self)>> {
        let are_alternatives = self.values.len() > 1
            && self.quantifier.is_empty()
            && match self.admitted()? {
                Admitted::Texts { is_except, .. } | Admitted::Networks { is_except, .. } => !is_except,
                Admitted::Range { .. } | Admitted::Days(_) => false,
            };
        let one = |value: &String| {
            let words = format!("{} {} {value}", self.key, self.operator);
            (words, Self { values: vec![value.clone()], ..self.clone() })
        };
        are_alternatives.then(|| self.values.iter().map(one).collect())
    }

    fn admitted(&self) -> Option<Admitted> {
        let operator = self.operator.as_str();
        // IBM Cloud names the list in the operator; both kinds take alternatives.
        let operator = operator.strip_suffix("anyof").unwrap_or(operator);
        if let Some(admitted) = self.texts(operator) {
            return Some(admitted);
        }
        match operator {
            "ipaddress" | "notipaddress" => {
                let networks: Option<Vec<Network>> =
                    self.values.iter().map(|value| Network::parse(value)).collect();
                Some(Admitted::Networks { networks: networks?, is_except: operator.starts_with("not") })
            }
            "dayofweek" | "dayofweekequals" => Some(Admitted::Days(self.days())),
            _ => self.range(operator),
        }
    }

    fn texts(&self, operator: &str) -> Option<Admitted> {
        let (operator, is_except) = match operator.replace("not", "") {
            plain if plain.len() < operator.len() => (plain, true),
            plain => (plain, false),
        };
        // Of wildcards IBM Cloud writes the characters themselves as `{{*}}`, Huawei Cloud has no such form.
        let patterns = |read: fn(&str) -> Pattern| self.values.iter().map(|value| read(value)).collect();
        let ignores_case = matches!(operator.as_str(), "stringequalsignorecase" | "bool");
        let patterns: Vec<Pattern> = match operator.as_str() {
            "stringequals" => patterns(Pattern::literal),
            "stringequalsignorecase" | "bool" => patterns(|value| Pattern::literal(&value.to_lowercase())),
            "stringlike" | "stringmatch" => patterns(Pattern::parse_ibm),
            "stringstartwith" => patterns(|value| Pattern::literal(value).then_any()),
            "stringendwith" => patterns(|value| Pattern::literal(value).after_any()),
            _ => return None,
        };
        Some(Admitted::Texts { patterns, is_except, ignores_case })
    }

    fn days(&self) -> Vec<String> {
        let values = self.values.iter().flat_map(|value| value.split(','));
        values.map(|value| value.trim_matches(['[', ']', ' ', '"']).to_owned()).collect()
    }

    /// Reads `…LessThan`, `…GreaterThanEquals` and their kin. Of alternatives the widest counts.
    fn range(&self, operator: &str) -> Option<Admitted> {
        let (less, greater) = (operator.find("lessthan"), operator.find("greaterthan"));
        let at = less.or(greater)?;
        let family = operator.get(..at)?;
        let is_inclusive = operator.ends_with("equals");
        let bounds: Option<Vec<OrderedValue>> =
            self.values.iter().map(|value| OrderedValue::parse(family, value)).collect();
        let is_upper = less.is_some();
        let mut widest: Option<OrderedValue> = None;
        for bound in bounds? {
            widest = match widest {
                None => Some(bound),
                Some(known) => match (known.order(&bound)?, is_upper) {
                    (Ordering::Less, true) | (Ordering::Greater, false) => Some(bound),
                    _ => Some(known),
                },
            };
        }
        Some(Admitted::Range { bound: OrderBound { value: widest?, is_inclusive }, is_upper })
    }
}

impl Admitted {
    /// Returns whether whatever this lets through the other does too.
    fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Texts { patterns: mine, is_except: without, ignores_case: loose },
                Self::Texts { patterns: theirs, is_except, ignores_case },
            ) => match (without, is_except) {
                _ if loose != ignores_case && (*loose != *without || *is_except != *without) => {
                    !loose
                        && !without
                        && !is_except
                        && lowered(mine).iter().all(|one| one.is_covered_by(theirs))
                }
                (false, false) => in_case(mine, *ignores_case).iter().all(|one| one.is_covered_by(theirs)),
                (true, true) => in_case(theirs, *loose).iter().all(|one| one.is_covered_by(mine)),
                (false, true) => !any_overlap(mine, theirs),
                (true, false) => false,
            },
            (
                Self::Networks { networks: mine, is_except: without },
                Self::Networks { networks: theirs, is_except },
            ) => match (without, is_except) {
                (false, false) => mine.iter().all(|one| theirs.iter().any(|other| other.contains(*one))),
                (true, true) => theirs.iter().all(|one| mine.iter().any(|other| other.contains(*one))),
                (false, true) => !mine.iter().any(|one| theirs.iter().any(|other| one.meets(*other))),
                (true, false) => false,
            },
            (Self::Range { bound, is_upper }, Self::Range { bound: wider, is_upper: other_is_upper })
                if is_upper == other_is_upper =>
            {
                match bound.value.order(&wider.value) {
                    Some(Ordering::Equal) => wider.is_inclusive || !bound.is_inclusive,
                    Some(Ordering::Less) => *is_upper,
                    Some(Ordering::Greater) => !*is_upper,
                    None => false,
                }
            }
            (Self::Days(mine), Self::Days(theirs)) => mine.iter().all(|day| theirs.contains(day)),
            _ => false,
        }
    }

    /// Returns whether nothing is let through by both.
    fn is_apart_from(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Texts { patterns: mine, is_except: false, ignores_case: loose },
                Self::Texts { patterns: theirs, is_except: false, ignores_case },
            ) if loose == ignores_case => !any_overlap(mine, theirs),
            (
                Self::Texts { patterns: mine, is_except: false, ignores_case: loose },
                Self::Texts { patterns: theirs, is_except: true, ignores_case },
            )
            | (
                Self::Texts { patterns: theirs, is_except: true, ignores_case },
                Self::Texts { patterns: mine, is_except: false, ignores_case: loose },
            ) if loose == ignores_case => mine.iter().all(|one| one.is_covered_by(theirs)),
            (
                Self::Networks { networks: mine, is_except: false },
                Self::Networks { networks: theirs, is_except: false },
            ) => !mine.iter().any(|one| theirs.iter().any(|other| one.meets(*other))),
            (
                Self::Networks { networks: mine, is_except: false },
                Self::Networks { networks: theirs, is_except: true },
            )
            | (
                Self::Networks { networks: theirs, is_except: true },
                Self::Networks { networks: mine, is_except: false },
            ) => mine.iter().all(|one| theirs.iter().any(|other| other.contains(*one))),
            (Self::Range { bound, is_upper: true }, Self::Range { bound: other, is_upper: false }) => {
                bound.is_below(other)
            }
            (Self::Range { bound: other, is_upper: false }, Self::Range { bound, is_upper: true }) => {
                bound.is_below(other)
            }
            (Self::Days(mine), Self::Days(theirs)) => !mine.iter().any(|day| theirs.contains(day)),
            _ => false,
        }
    }
}

fn any_overlap(mine: &[Pattern], theirs: &[Pattern]) -> bool {
    mine.iter().any(|one| theirs.iter().any(|other| one.overlaps(other)))
}

fn lowered(patterns: &[Pattern]) -> Vec<Pattern> {
    patterns.iter().map(Pattern::to_lowercase).collect()
}

fn in_case(patterns: &[Pattern], ignores_case: bool) -> Vec<Pattern> {
    if ignores_case { lowered(patterns) } else { patterns.to_vec() }
}

impl OrderBound {
    /// Returns whether nothing lies both below this upper bound and above that lower one.
    fn is_below(&self, lower: &Self) -> bool {
        match self.value.order(&lower.value) {
            Some(Ordering::Less) => true,
            Some(Ordering::Equal) => !(self.is_inclusive && lower.is_inclusive),
            _ => false,
        }
    }
}

impl OrderedValue {
    fn parse(family: &str, value: &str) -> Option<Self> {
        if family.starts_with("num") {
            return value.parse().ok().map(Self::Number);
        }
        if let Ok(seconds) = value.parse() {
            return Some(Self::Number(seconds));
        }
        // Times of one form and one offset are ordered as they are written.
        let split = value.find(['+', 'Z']).unwrap_or(value.len());
        let (text, offset) = (value.get(..split)?, value.get(split..)?);
        let shape = text.chars().map(|each| if each.is_ascii_digit() { '0' } else { each });
        let is_time = text.contains(':') || text.contains('-');
        is_time.then(|| Self::Text { form: shape.chain(offset.chars()).collect(), text: text.to_owned() })
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.partial_cmp(other),
            (Self::Text { form, text }, Self::Text { form: other_form, text: other }) => {
                (form == other_form).then(|| text.cmp(other))
            }
            _ => None,
        }
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let (address, is_wide, most) = match address.trim().parse().ok()? {
            IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, false, 32),
            IpAddr::V6(address) => (address.to_bits(), true, 128),
        };
        let length = length.unwrap_or(most);
        (length <= most).then_some(Self { address, length, is_wide })
    }

    fn start(self, length: u32) -> u128 {
        let shift = 128 - length;
        self.address.checked_shr(shift).unwrap_or(0)
    }

    fn contains(self, other: Self) -> bool {
        self.is_wide == other.is_wide
            && self.length <= other.length
            && self.start(self.length) == other.start(self.length)
    }

    fn meets(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }
}
