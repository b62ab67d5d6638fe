//! Who became able to become whom, and who can assume somebody that gained something.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::{self, Discriminant},
    rc::Rc,
    sync::Arc,
};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    AccessChange, Reach, Turn, UsableBy, Wanted, What,
    cause::{Cause, CauseKind, named},
    hidden::is_becoming_hidden,
    standing,
};
use crate::{
    Access, Principal, Standing, Step,
    assumptions::Assumer,
    terms::{Conjunction, Terms},
};

/// By who becomes whom: the conditions under which it can; none for always.
type Pairs<'a> = BTreeMap<(&'a str, &'a str), Pair<'a>>;

struct Pair<'a> {
    from: &'a Principal,
    to: &'a Step,
    conditions: BTreeSet<Option<&'a str>>,
}

/// Returns the pairs of those whom some can assume whose ways to it differ.
fn pairs<'a>(access: &'a Access, differing: &Differing<'_>) -> Pairs<'a> {
    let mut pairs = Pairs::new();
    for (to, lists) in access.assumptions.trusting() {
        let Some(to) = access.principals.get(to) else { continue };
        let Some(some) = differing.get(to.step.id.as_str()) else { continue };
        for Assumer { from, condition } in lists.iter().flat_map(|list| access.assumptions.list(*list)) {
            let Some(from) = access.principals.get(*from).filter(|from| from.step.id != to.step.id) else {
                continue;
            };
            if some.contains(from.step.id.as_str()) {
                let key = (from.step.id.as_str(), to.step.id.as_str());
                let pair = || Pair { from, to: &to.step, conditions: BTreeSet::new() };
                pairs.entry(key).or_insert_with(pair).conditions.insert(condition.as_deref());
            }
        }
    }
    // Beside one that always holds, conditions say nothing.
    for pair in pairs.values_mut().filter(|pair| pair.conditions.contains(&None)) {
        pair.conditions.retain(Option::is_none);
    }
    pairs
}

/// By who may be become, the ids of those who can assume it otherwise than in the other state.
type Differing<'a> = BTreeMap<&'a str, Ids<'a>>;

/// Some ids, shared by all who have the same.
type Ids<'a> = Rc<BTreeSet<&'a str>>;

/// One who can assume somebody, as far as it counts for what is told: whether it can act, and what must hold.
type Able<'a> = (&'a str, Discriminant<Standing>, Option<&'a str>);

/// Compares the lists of both states; the same two lists are compared once, whoever trusts them.
fn differing<'a>(before: &'a Access, after: &'a Access) -> Differing<'a> {
    let mut known: FxHashMap<[&[usize]; 2], Ids<'a>> = FxHashMap::default();
    let [former, present] = [before, after].map(|access| {
        let trusting = access.assumptions.trusting();
        let named =
            trusting.filter_map(|(to, lists)| Some((access.principals.get(to)?.step.id.as_str(), lists)));
        named.collect::<BTreeMap<&str, &[usize]>>()
    });
    let ids: BTreeSet<&str> = former.keys().chain(present.keys()).copied().collect();
    let of_both = ids.into_iter().map(|id| {
        let lists = [&former, &present].map(|trusting| trusting.get(id).copied().unwrap_or_default());
        let differing = known.entry(lists).or_insert_with(|| {
            let [mine, theirs] = [able(before, lists[0]), able(after, lists[1])];
            Rc::new(mine.symmetric_difference(&theirs).map(|(from, ..)| *from).collect())
        });
        (id, Rc::clone(differing))
    });
    of_both.filter(|(_, differing)| !differing.is_empty()).collect()
}

fn able<'a>(access: &'a Access, lists: &[usize]) -> FxHashSet<Able<'a>> {
    let assumers = lists.iter().flat_map(|list| access.assumptions.list(*list));
    let able = assumers.filter_map(|Assumer { from, condition }| {
        let from = access.principals.get(*from)?;
        Some((from.step.id.as_str(), mem::discriminant(&from.standing), condition.as_deref()))
    });
    able.collect()
}

/// Returns the ids of those whom anybody can assume: that one more can is told of nobody.
fn open_to_anybody(access: &Access) -> BTreeSet<&str> {
    let is_anybody = |assumer: &Assumer| {
        access.principals.get(assumer.from).is_some_and(|from| from.step.kind == "anybody")
    };
    let trusting = access.assumptions.trusting();
    let open = trusting
        .filter(|(_, lists)| lists.iter().any(|list| access.assumptions.list(*list).iter().any(is_anybody)));
    open.filter_map(|(to, _)| Some(access.principals.get(to)?.step.id.as_str())).collect()
}

pub(super) fn compare(
    (before, after): (&Access, &Access),
    terms: &Terms,
    changes: &mut Vec<AccessChange>,
    wanted: Wanted,
) {
    let differing = differing(before, after);
    let (mut former, mut present) = (pairs(before, &differing), pairs(after, &differing));
    let (were_open, are_open) = (open_to_anybody(before), open_to_anybody(after));
    let is_of_all = |from: &Principal, to: &str| {
        were_open.contains(to) && are_open.contains(to) && from.step.kind != "anybody"
    };
    former.retain(|(_, to), pair| !is_of_all(pair.from, to));
    present.retain(|(_, to), pair| !is_of_all(pair.from, to));
    TurnedPairs { from: (&former, before), to: (&present, after), terms, is_gain: true }.tell(changes);
    if wanted == Wanted::AllTurns {
        TurnedPairs { from: (&present, after), to: (&former, before), terms, is_gain: false }.tell(changes);
    }
}

/// The pairs of both states in one direction; backwards, what was lost.
struct TurnedPairs<'t, 'a> {
    from: (&'t Pairs<'a>, &'a Access),
    to: (&'t Pairs<'a>, &'a Access),
    terms: &'t Terms,
    is_gain: bool,
}

impl<'a> TurnedPairs<'_, 'a> {
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

/// Who can assume whom in a state, also by way of others: found once for all that are trusted by the same lists.
pub(super) struct Assumers<'a> {
    access: &'a Access,
    /// Those who are reached by some lists and can act, in the order of telling.
    known: FxHashMap<BTreeSet<usize>, Arc<[Step]>>,
}

impl<'a> Assumers<'a> {
    pub(super) fn of(access: &'a Access) -> Self {
        Self { access, known: FxHashMap::default() }
    }

    /// Returns who can assume somebody and can act: anybody first, then whoever is not of the account.
    pub(super) fn of_principal(&mut self, id: &str) -> UsableBy {
        let Some(number) = self.access.principal_with(id) else { return UsableBy::default() };
        let (lists, found) = self.reached_from(number);
        let able = found.iter().filter_map(|number| self.access.principals.get(*number));
        let able = able.filter(|who| !matches!(who.standing, Standing::Inactive(_)));
        let steps = self.known.entry(lists).or_insert_with(|| UsableBy::in_order(able.map(|who| &who.step)));
        // Nobody becomes itself.
        UsableBy::of_ordered(match found.contains(&number) {
            true => steps.iter().filter(|step| step.id != id).cloned().collect(),
            false => Arc::clone(steps),
        })
    }

    /// Returns the lists by which somebody is reached, and who is in them.
    fn reached_from(&self, number: usize) -> (BTreeSet<usize>, FxHashSet<usize>) {
        let (mut lists, mut found) = (BTreeSet::new(), FxHashSet::default());
        let mut open = vec![number];
        while let Some(to) = open.pop() {
            for list in self.access.assumptions.lists_of(to) {
                if lists.insert(*list) {
                    let assumers = self.access.assumptions.list(*list).iter().map(|assumer| assumer.from);
                    open.extend(assumers.filter(|from| found.insert(*from)));
                }
            }
        }
        (lists, found)
    }
}
