//! Who became able to become whom, and who can assume somebody that gained something.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AccessChange, Reach, Turn, UsableBy, What,
    cause::{Cause, CauseKind, named},
    hidden::is_becoming_hidden,
    standing,
};
use crate::{
    Access, Principal, Standing, Step,
    terms::{Conjunction, Terms},
};

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

/// Returns the ids of those whom anybody can assume: that one more can is told of nobody.
fn open_to_anybody<'a>(pairs: &Pairs<'a>) -> BTreeSet<&'a str> {
    pairs.iter().filter(|(_, pair)| pair.from.step.kind == "anybody").map(|((_, to), _)| *to).collect()
}

pub(super) fn compare(before: &Access, after: &Access, terms: &Terms, changes: &mut Vec<AccessChange>) {
    let (mut former, mut present) = (pairs(before), pairs(after));
    let (were_open, are_open) = (open_to_anybody(&former), open_to_anybody(&present));
    let is_of_all = |from: &Principal, to: &str| {
        were_open.contains(to) && are_open.contains(to) && from.step.kind != "anybody"
    };
    former.retain(|(_, to), pair| !is_of_all(pair.from, to));
    present.retain(|(_, to), pair| !is_of_all(pair.from, to));
    Turned { from: (&former, before), to: (&present, after), terms, is_gain: true }.tell(changes);
    Turned { from: (&present, after), to: (&former, before), terms, is_gain: false }.tell(changes);
}

/// The pairs of both states in one direction; backwards, what was lost.
struct Turned<'t, 'a> {
    from: (&'t Pairs<'a>, &'a Access),
    to: (&'t Pairs<'a>, &'a Access),
    terms: &'t Terms,
    is_gain: bool,
}

impl<'a> Turned<'_, 'a> {
    fn tell(&self, changes: &mut Vec<AccessChange>) {
        for (key, pair) in self.to.0 {
            if is_becoming_hidden(self.from.1, pair.to) {
                continue;
            }
            let former = self.from.0.get(key);
            let standing = former
                .and_then(|former| standing::cause((self.from.1, former.from), pair.from, self.is_gain));
            let known: Vec<Conjunction> = match (&standing, former) {
                (None, Some(former)) => former.conditions.iter().map(|words| self.parse(*words)).collect(),
                _ => Vec::new(),
            };
            let turn = match (self.is_gain, known.is_empty()) {
                (true, true) => Turn::Gained,
                (true, false) => Turn::Widened,
                (false, _) => Turn::Lost,
            };
            for words in &pair.conditions {
                let condition = self.parse(*words);
                if !condition.is_covered_by(&known) {
                    let cause = standing.clone().unwrap_or_else(|| self.cause(pair, &condition, &known));
                    changes.push(change(pair, turn, *words, cause));
                }
            }
        }
    }

    fn parse(&self, words: Option<&str>) -> Conjunction {
        words.map(|words| self.terms.parse(words)).unwrap_or_default()
    }

    fn cause(&self, pair: &Pair<'a>, condition: &Conjunction, known: &[Conjunction]) -> Cause {
        use CauseKind::{
            ConditionAdded, ConditionChanged, ConditionFell, ConditionLoosened, ConditionTightened,
        };
        let of = vec![pair.to.clone()];
        if known.is_empty() {
            // Who is not of the account can assume somebody only where it is trusted.
            let is_own = matches!(pair.from.step.kind, "user" | "agency" | "service ID");
            let is_trust = pair.to.kind == "trusted profile" || !is_own;
            return match (is_trust, self.is_gain) {
                (true, _) => Cause::new(
                    CauseKind::TrustChanged,
                    of,
                    format!("the trust of {} was changed", named(pair.to)),
                ),
                (false, true) => {
                    Cause::new(CauseKind::MayBecome, of, format!("can assume {}", named(pair.to)))
                }
                (false, false) => Cause::new(
                    CauseKind::MayNotBecome,
                    of,
                    format!("can no longer assume {}", named(pair.to)),
                ),
            };
        }
        let is_looser = known.iter().all(|known| known.implies(condition));
        let (kind, phrase) = match (is_looser, condition.is_empty(), self.is_gain) {
            (true, true, true) => (ConditionFell, "the condition fell"),
            (true, false, true) => (ConditionLoosened, "the condition was loosened"),
            (true, true, false) => (ConditionAdded, "a condition was added"),
            (true, false, false) => (ConditionTightened, "the condition was tightened"),
            (false, ..) => (ConditionChanged, "the condition was changed"),
        };
        let words = super::cause::any_of(known);
        let before = words
            .as_ref()
            .map(|words| format!("; {} only if {words}", if self.is_gain { "before" } else { "now" }));
        let phrase = format!("{phrase} for becoming {}{}", named(pair.to), before.unwrap_or_default());
        Cause { held_if: words, ..Cause::new(kind, of, phrase) }
    }
}

fn change(pair: &Pair<'_>, turn: Turn, condition: Option<&str>, cause: Cause) -> AccessChange {
    AccessChange {
        principal: pair.from.clone(),
        turn,
        what: What::Becoming(pair.to.clone()),
        words: String::new(),
        is_remainder: false,
        is_whole: false,
        condition: condition.map(str::to_owned),
        path: vec![pair.from.step.clone(), pair.to.clone()],
        former_path: Vec::new(),
        cause,
        usable_by: UsableBy::default(),
        reach: Reach::default(),
    }
}

/// Who can assume whom, in one state.
pub(super) struct Becoming<'a> {
    access: &'a Access,
    /// By who is become: who can assume it.
    from_whom: BTreeMap<usize, BTreeSet<usize>>,
}

impl<'a> Becoming<'a> {
    pub(super) fn of(access: &'a Access) -> Self {
        let mut from_whom: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for assumption in &access.assumptions {
            from_whom.entry(assumption.to).or_default().insert(assumption.from);
        }
        Self { access, from_whom }
    }

    /// Returns who can assume somebody, also by way of others, and can act: anybody first, then whoever is not of the
    /// account.
    pub(super) fn of_principal(&self, id: &str) -> UsableBy {
        let Some(number) = self.access.principal_with(id) else { return UsableBy::default() };
        let mut found: BTreeSet<usize> = BTreeSet::new();
        let mut open = vec![number];
        while let Some(to) = open.pop() {
            for from in self.from_whom.get(&to).into_iter().flatten() {
                if *from != number && found.insert(*from) {
                    open.push(*from);
                }
            }
        }
        let principals = found.into_iter().filter_map(|number| self.access.principals.get(number));
        let able = principals.filter(|who| !matches!(who.standing, Standing::Inactive(_)));
        UsableBy::of_steps(able.map(|who| who.step.clone()))
    }
}
