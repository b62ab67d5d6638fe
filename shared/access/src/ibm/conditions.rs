//! Conditions in words: the rules of policies, and the claims that let federated users and compute resources in.

use std::collections::BTreeMap;

use model::{State, Table, tables::ibm as t};

/// A condition of a rule: its place, the operator of its group, its words.
type Condition<'a> = (Vec<u32>, &'a str, String);

/// The conditions of policies, to be taken out policy by policy.
pub(super) struct Conditions<'a>(BTreeMap<&'a str, Vec<Condition<'a>>>);

impl<'a> Conditions<'a> {
    pub(super) fn of(state: &'a State) -> Self {
        let mut conditions: BTreeMap<&str, Vec<Condition<'_>>> = BTreeMap::new();
        for row in state.rows(&t::POLICY_CONDITIONS) {
            let text = |column| t::POLICY_CONDITIONS.text(row, column);
            let Some(policy) = text("policy_id") else { continue };
            let name =
                text("name").unwrap_or("?").trim_matches(['{', '}']).replace("environment.attributes.", "");
            let words =
                format!("{name} {} {}", text("operator").unwrap_or("?"), text("value").unwrap_or("?"));
            let place = text("position").unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0));
            conditions.entry(policy).or_default().push((
                place.collect(),
                text("group_operator").unwrap_or("and"),
                words,
            ));
        }
        Self(conditions)
    }

    /// Returns what must hold for a policy, in words that are equal when the conditions are.
    pub(super) fn take(&mut self, policy: &str, operator: Option<&str>) -> Option<String> {
        let mut conditions = self.0.remove(policy)?;
        conditions.sort();
        let mut groups: BTreeMap<u32, (&str, Vec<String>)> = BTreeMap::new();
        let mut outer = operator;
        for (place, operator, words) in conditions {
            if place.len() < 2 {
                outer = outer.or(Some(operator));
            }
            let (.., members) =
                groups.entry(place.first().copied().unwrap_or_default()).or_insert((operator, Vec::new()));
            members.push(words);
        }
        let of_group = |(operator, members): (&str, Vec<String>)| joined(operator, members);
        Some(joined(outer.unwrap_or("and"), groups.into_values().map(of_group).collect()))
    }
}

/// Joins conditions; alternatives stay together where something else must hold too.
fn joined(operator: &str, members: Vec<String>) -> String {
    let all = members.join(&format!(" {operator} "));
    if members.len() > 1 && operator != "and" { format!("({all})") } else { all }
}

/// Says that somebody must be in a group, when a policy names both.
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
