//! Who became able to become whom.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccessChange, Reach, Turn, What, hidden::is_becoming_hidden};
use crate::{Access, Principal, Step};

/// By who becomes whom: the conditions under which it can; none for always.
type Pairs<'a> = BTreeMap<(&'a str, &'a str), Pair<'a>>;

struct Pair<'a> {
    from: &'a Principal,
    to: &'a Step,
    conditions: BTreeSet<Option<&'a str>>,
}

fn pairs(access: &Access) -> Pairs<'_> {
    let mut pairs = Pairs::new();
    for assumption in &access.assumptions {
        let named = |number: usize| access.principals.get(number);
        let (Some(from), Some(to)) = (named(assumption.from), named(assumption.to)) else { continue };
        let key = (from.step.id.as_str(), to.step.id.as_str());
        let pair =
            pairs.entry(key).or_insert_with(|| Pair { from, to: &to.step, conditions: BTreeSet::new() });
        pair.conditions.insert(assumption.condition.as_deref());
    }
    // Beside one that always holds, conditions say nothing.
    for pair in pairs.values_mut().filter(|pair| pair.conditions.contains(&None)) {
        pair.conditions.retain(Option::is_none);
    }
    pairs
}

/// Returns the ids of those whom anybody may become: that one more can is told of nobody.
fn open_to_anybody<'a>(pairs: &Pairs<'a>) -> BTreeSet<&'a str> {
    pairs.iter().filter(|(_, pair)| pair.from.step.kind == "anybody").map(|((_, to), _)| *to).collect()
}

pub(super) fn compare(before: &Access, after: &Access, changes: &mut Vec<AccessChange>) {
    let (mut former, mut present) = (pairs(before), pairs(after));
    let (were_open, are_open) = (open_to_anybody(&former), open_to_anybody(&present));
    let is_of_all = |from: &Principal, to: &str| {
        were_open.contains(to) && are_open.contains(to) && from.step.kind != "anybody"
    };
    former.retain(|(_, to), pair| !is_of_all(pair.from, to));
    present.retain(|(_, to), pair| !is_of_all(pair.from, to));
    for (key, pair) in present.iter().filter(|(_, pair)| !is_becoming_hidden(before, pair.to)) {
        let known = former.get(key).map(|former| &former.conditions);
        let turn = if known.is_some() { Turn::Widened } else { Turn::Gained };
        let is_new = |condition: &&Option<&str>| {
            known.is_none_or(|known| !known.contains(&None) && !known.contains(*condition))
        };
        changes.extend(pair.conditions.iter().filter(is_new).map(|condition| change(pair, turn, *condition)));
    }
    for (key, pair) in former.iter().filter(|(_, pair)| !is_becoming_hidden(after, pair.to)) {
        let left = present.get(key).map(|present| &present.conditions);
        let is_gone = |condition: &&Option<&str>| {
            left.is_none_or(|left| !left.contains(&None) && !left.contains(*condition))
        };
        let gone = pair.conditions.iter().filter(is_gone);
        changes.extend(gone.map(|condition| change(pair, Turn::Lost, *condition)));
    }
}

fn change(pair: &Pair<'_>, turn: Turn, condition: Option<&str>) -> AccessChange {
    AccessChange {
        principal: pair.from.clone(),
        turn,
        what: What::Becoming(pair.to.clone()),
        condition: condition.map(str::to_owned),
        path: vec![pair.from.step.clone(), pair.to.clone()],
        former_path: Vec::new(),
        reach: Reach::default(),
    }
}
