//! Conditions in words: the rules of policies, and the claims that let federated users and compute resources in.

use std::collections::BTreeMap;

use model::{Row, State, Table, Timestamp, tables::ibm as t};
use rustc_hash::FxHashMap;

use crate::{moments::moment, terms::Terms};

/// A condition of a rule: its place, the operator of its group, itself.
type Condition<'a> = (Vec<u32>, &'a str, Ruled);

/// The conditions of policies, to be taken out policy by policy.
pub(super) struct Conditions<'a> {
    of_policies: FxHashMap<&'a str, Vec<Condition<'a>>>,
    /// What the terms of the conditions ask.
    pub(super) terms: Terms,
}

/// What must hold for a policy, and when it can.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ruled {
    /// Words that are equal when the conditions are; none where nothing must hold.
    pub(super) words: Option<String>,
    /// When it can hold, as far as dates say.
    times: Times,
}

impl Ruled {
    /// Returns when it stops for good to hold, whatever else is the case; none where it may always hold again.
    pub(super) fn end(&self) -> Option<Timestamp> {
        self.times.0.iter().map(|(_, end)| *end).collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// Returns whether it can never hold, for it ends before it begins.
    pub(super) fn is_impossible(&self) -> bool {
        self.times.0.is_empty()
    }
}

/// Spans of time, each from a moment until before another; without the first it was always so, without the second it stays so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Times(Vec<(Option<Timestamp>, Option<Timestamp>)>);

impl Default for Times {
    /// Returns the span of all times.
    fn default() -> Self {
        Self(vec![(None, None)])
    }
}

impl Times {
    /// Returns the times that lie in both.
    fn and(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|one| other.0.iter().map(move |other| (one, other)));
        let shared = pairs.filter_map(|((start, end), (other_start, other_end))| {
            let start = (*start).max(*other_start);
            let end = [*end, *other_end].into_iter().flatten().min();
            let is_empty = start.zip(end).is_some_and(|(start, end)| start >= end);
            (!is_empty).then_some((start, end))
        });
        Self::merged(shared.collect())
    }

    /// Returns the times that lie in one of several.
    fn any(all: impl Iterator<Item = Self>) -> Self {
        Self::merged(all.flat_map(|times| times.0).collect())
    }

    /// Joins spans that meet, so that there are never more of them than there are bounds.
    fn merged(mut spans: Vec<(Option<Timestamp>, Option<Timestamp>)>) -> Self {
        spans.sort_unstable();
        let mut merged: Vec<(Option<Timestamp>, Option<Timestamp>)> = Vec::new();
        for (start, end) in spans {
            match merged.last_mut() {
                Some((_, last)) if last.is_none_or(|last| start.is_none_or(|start| start <= last)) => {
                    *last = last.zip(end).map(|(last, end)| last.max(end));
                }
                _ => merged.push((start, end)),
            }
        }
        Self(merged)
    }
}

impl<'a> Conditions<'a> {
    pub(super) fn of(state: &'a State) -> Self {
        let mut conditions: FxHashMap<&str, Vec<Condition<'_>>> = FxHashMap::default();
        let mut terms = Terms::default();
        for row in state.rows(&t::POLICY_CONDITIONS) {
            let text = |column| t::POLICY_CONDITIONS.text(row, column);
            let Some(policy) = text("policy_id") else { continue };
            let name = name(row).unwrap_or("?");
            let (operator, value) = (text("operator").unwrap_or("?"), text("value").unwrap_or("?"));
            let words = format!("{name} {operator} {value}");
            terms.compared(&words, name, operator, &[value.to_owned()]);
            let place = text("position").unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0));
            conditions.entry(policy).or_default().push((
                place.collect(),
                text("group_operator").unwrap_or("and"),
                Ruled { words: Some(words), times: Times(vec![(start_of_row(row), end_of_row(row))]) },
            ));
        }
        Self { of_policies: conditions, terms }
    }

    /// Returns what must hold for a policy.
    pub(super) fn take(&mut self, policy: &str, operator: Option<&str>) -> Ruled {
        let Some(mut conditions) = self.of_policies.remove(policy) else { return Ruled::default() };
        conditions.sort();
        let mut groups: BTreeMap<u32, (&str, Vec<Ruled>)> = BTreeMap::new();
        let mut outer = operator;
        for (place, operator, condition) in conditions {
            if place.len() < 2 {
                outer = outer.or(Some(operator));
            }
            let (.., members) =
                groups.entry(place.first().copied().unwrap_or_default()).or_insert((operator, Vec::new()));
            members.push(condition);
        }
        let of_groups: Vec<Ruled> =
            groups.into_values().map(|(operator, members)| self.joined(operator, members)).collect();
        self.joined(outer.unwrap_or("and"), of_groups)
    }

    /// Joins conditions; alternatives stay together where something else must hold too.
    fn joined(&mut self, operator: &str, members: Vec<Ruled>) -> Ruled {
        let is_all = operator == "and";
        let times = members.iter().map(|member| member.times.clone());
        let times = match is_all {
            true => times.fold(Times::default(), |all, times| all.and(&times)),
            false => Times::any(times),
        };
        let words: Vec<String> = members.into_iter().filter_map(|member| member.words).collect();
        let all = words.join(&format!(" {operator} "));
        if words.len() < 2 || is_all {
            return Ruled { words: Some(all), times };
        }
        let together = format!("({all})");
        if operator == "or" {
            self.terms.any(&together, &words);
        }
        Ruled { words: Some(together), times }
    }
}

/// Returns the attribute that a condition asks of, without what stands around it.
fn name(row: &Row) -> Option<&str> {
    let name = t::POLICY_CONDITIONS.text(row, "name")?.trim_matches(['{', '}']);
    Some(name.strip_prefix("environment.attributes.").unwrap_or(name))
}

/// Returns when a condition stops for good to hold: one on the date, or date and time, that has an upper end. Hours and days
/// of the week come again.
pub(super) fn end_of_row(row: &Row) -> Option<Timestamp> {
    let text = |column| t::POLICY_CONDITIONS.text(row, column);
    let (operator, value) = (text("operator")?, text("value")?.trim_matches('"'));
    match (name(row)?, operator) {
        ("current_date_time", "dateTimeLessThan") => moment(value),
        ("current_date_time", "dateTimeLessThanOrEquals") => after(moment(value)?, SECOND),
        ("current_date", "dateLessThan") => start_of_day(value),
        ("current_date", "dateLessThanOrEquals") => after(start_of_day(value)?, DAY),
        _ => None,
    }
}

/// Returns when a condition on the date, or date and time, that has a lower end holds for the first time.
fn start_of_row(row: &Row) -> Option<Timestamp> {
    let text = |column| t::POLICY_CONDITIONS.text(row, column);
    let (operator, value) = (text("operator")?, text("value")?.trim_matches('"'));
    match (name(row)?, operator) {
        ("current_date_time", "dateTimeGreaterThan") => after(moment(value)?, SECOND),
        ("current_date_time", "dateTimeGreaterThanOrEquals") => moment(value),
        ("current_date", "dateGreaterThan") => after(start_of_day(value)?, DAY),
        ("current_date", "dateGreaterThanOrEquals") => start_of_day(value),
        _ => None,
    }
}

/// Times are compared to the second.
const SECOND: i64 = 1;
const DAY: i64 = 24 * 60 * 60;

fn after(time: Timestamp, seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(time.as_second().checked_add(seconds)?).ok()
}

/// Reads a day, with or without the offset that IBM Cloud writes behind it: `2026-11-30+02:00`.
fn start_of_day(text: &str) -> Option<Timestamp> {
    let (day, offset) = (text.get(..10)?, text.get(10..)?);
    moment(&format!("{day}T00:00:00{}", if offset.is_empty() { "Z" } else { offset }))
}

/// Returns the condition that somebody must be in a group, when a policy names both.
pub(super) fn member_of(group: &str) -> String {
    format!("member of {group}")
}

/// The conditions of rules, by the packed key of the rule.
pub(super) fn claims(state: &State, table: &Table) -> BTreeMap<Vec<u8>, String> {
    let mut claims: BTreeMap<Vec<u8>, Vec<String>> = BTreeMap::new();
    for row in state.rows(table) {
        let part = |column| table.text(row, column).unwrap_or("?");
        let words = format!("claim {} {} {}", part("claim"), part("operator"), part("value"));
        claims.entry(row.prefix(2).to_vec()).or_default().push(words);
    }
    claims.into_iter().map(|(rule, words)| (rule, words.join(" and "))).collect()
}

/// What must hold for a rule without conditions.
pub(super) const NO_CLAIMS: &str = "signed in";
