//! One side of a region: texts that match some patterns and not others.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::Pattern;

/// Most comparisons that are quicker than a table of what is compared with.
const FEW: usize = 64;

/// What the texts are: it decides how far a wildcard reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    /// Actions, of which a wildcard stays within a part.
    Actions,
    /// Values of an attribute of resources.
    Values,
}

/// What was taken out, and whether because it was held before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TakenPattern {
    pub(super) pattern: Pattern,
    pub(super) is_held: bool,
}

/// Texts that match one of some patterns and none of others. There is always one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PatternSet {
    pub(super) any_of: Vec<Pattern>,
    pub(super) except: Vec<TakenPattern>,
}

impl TextKind {
    fn overlaps(self, one: &Pattern, other: &Pattern) -> bool {
        match self {
            Self::Actions => one.overlaps_as_action(other),
            Self::Values => one.overlaps(other),
        }
    }

    /// Returns what two patterns share; where that takes too many to say, the narrower as a whole.
    fn shared(self, one: &Pattern, other: &Pattern) -> Vec<Pattern> {
        if other.covers(one) {
            return vec![one.clone()];
        }
        if one.covers(other) {
            return vec![other.clone()];
        }
        if !self.overlaps(one, other) {
            return Vec::new();
        }
        let shared = match self {
            Self::Actions => one.shared_as_action(other),
            Self::Values => one.shared_with(other),
        };
        shared.unwrap_or_else(|| vec![one.clone()])
    }

    fn is_covered(self, one: &Pattern, others: &[&Pattern]) -> bool {
        if others.iter().any(|other| other.covers(one)) {
            return true;
        }
        // What overlaps is not enough where nothing but plain texts is taken out of a wildcard, or where one text is seen to be left.
        others.iter().any(|other| !other.is_literal())
            && !one.has_text_beyond(others)
            && match self {
                Self::Actions => one.is_covered_as_action_by(others),
                Self::Values => one.is_filled_by_all(others),
            }
    }
}

impl PatternSet {
    /// Takes patterns, without those that others cover.
    pub(super) fn of(patterns: &[Pattern]) -> Self {
        let (plain, wild): (Vec<&Pattern>, Vec<&Pattern>) =
            patterns.iter().partition(|pattern| pattern.is_literal());
        let mut any_of: Vec<Pattern> = Vec::new();
        for pattern in wild {
            if !any_of.iter().any(|known| known.covers(pattern)) {
                any_of.retain(|known| !pattern.covers(known));
                any_of.push(pattern.clone());
            }
        }
        let wild = any_of.clone();
        let mut seen = FxHashSet::default();
        any_of.extend(
            plain
                .into_iter()
                .filter(|text| !wild.iter().any(|known| known.covers(text)) && seen.insert(*text))
                .cloned(),
        );
        Self { any_of, except: Vec::new() }
    }

    /// Returns what is taken out, each once.
    pub(super) fn taken_out(&self) -> Vec<Pattern> {
        let patterns: BTreeSet<&Pattern> = self.except.iter().map(|taken| &taken.pattern).collect();
        patterns.into_iter().cloned().collect()
    }

    /// Returns whether each pattern is shown as it is compared.
    pub(super) fn is_told_as_compared(&self) -> bool {
        let taken = self.except.iter().map(|taken| &taken.pattern);
        self.any_of.iter().chain(taken).all(|pattern| pattern.written().is_none())
    }

    pub(super) fn any() -> Self {
        Self { any_of: vec![Pattern::any()], except: Vec::new() }
    }

    /// Returns whether something of it is among some patterns.
    pub(super) fn meets(&self, patterns: &[Pattern], kind: TextKind) -> bool {
        if patterns.iter().any(Pattern::is_any) {
            return true;
        }
        let is_plain = |patterns: &[Pattern]| patterns.iter().all(Pattern::is_literal);
        match (is_plain(&self.any_of), is_plain(patterns)) {
            (true, true) if self.any_of.len().saturating_mul(patterns.len()) > FEW => {
                let plain: FxHashSet<&Pattern> = patterns.iter().collect();
                self.any_of.iter().any(|one| plain.contains(one))
            }
            // No plain text is in a cell that takes it out again.
            (true, _) => self.any_of.iter().any(|one| patterns.iter().any(|pattern| pattern.covers(one))),
            (_, true) => patterns.iter().any(|text| self.holds(text)),
            _ => self.and(patterns, kind).is_some(),
        }
    }

    /// Returns whether two cells may share something; plain texts are compared exactly.
    pub(super) fn may_meet(&self, other: &Self) -> bool {
        if self.any_of.iter().all(Pattern::is_literal) {
            return self.any_of.iter().any(|one| other.holds(one));
        }
        !other.any_of.iter().all(Pattern::is_literal) || other.any_of.iter().any(|one| self.holds(one))
    }

    /// Returns whether it is seen at once that a text of it is not in another: then it does not lie within that one.
    pub(super) fn reaches_beyond(&self, other: &Self) -> bool {
        let taken = self.except.iter().map(|taken| &taken.pattern);
        let others: Vec<&Pattern> = other.any_of.iter().chain(taken).collect();
        let is_beyond = |one: &Pattern| {
            if one.is_literal() { !other.holds(one) } else { one.has_text_beyond(&others) }
        };
        let is_taken_there_alone =
            |taken: &TakenPattern| taken.pattern.is_literal() && self.holds(&taken.pattern);
        self.any_of.iter().any(is_beyond) || other.except.iter().any(is_taken_there_alone)
    }

    /// Returns whether a plain text is in the cell.
    fn holds(&self, text: &Pattern) -> bool {
        self.any_of.iter().any(|one| one.covers(text))
            && !self.except.iter().any(|taken| taken.pattern.covers(text))
    }

    /// Returns what is left without some patterns, if anything is.
    pub(super) fn minus(&self, patterns: &[Pattern], is_held: bool, kind: TextKind) -> Option<Self> {
        let (plain, wild): (FxHashSet<&Pattern>, FxHashSet<&Pattern>) =
            patterns.iter().partition(|pattern| pattern.is_literal());
        let is_gone = |one: &Pattern| plain.contains(one) || wild.iter().any(|pattern| pattern.covers(one));
        let left: Vec<&Pattern> = self.any_of.iter().filter(|one| !is_gone(one)).collect();
        if left.iter().all(|one| one.is_literal()) {
            return self.rebuilt(left.into_iter().cloned().collect(), self.except.clone(), kind);
        }
        let meets =
            |pattern: &&Pattern| left.iter().any(|one| !one.is_literal() && kind.overlaps(one, pattern));
        let taken = patterns.iter().filter(meets);
        let taken = taken.map(|pattern| TakenPattern { pattern: pattern.clone(), is_held });
        let except = self.except.iter().cloned().chain(taken).collect();
        self.rebuilt(left.into_iter().cloned().collect(), except, kind)
    }

    /// Returns what is also among some patterns, if anything is.
    pub(super) fn and(&self, patterns: &[Pattern], kind: TextKind) -> Option<Self> {
        if patterns.iter().any(Pattern::is_any) {
            return Some(self.clone());
        }
        let plain: FxHashSet<&Pattern> = patterns.iter().filter(|pattern| pattern.is_literal()).collect();
        let wild: Vec<&Pattern> = patterns.iter().filter(|pattern| !pattern.is_literal()).collect();
        let mut shared = Vec::new();
        for one in &self.any_of {
            if one.is_literal() {
                if plain.contains(one) || wild.iter().any(|pattern| pattern.covers(one)) {
                    shared.push(one.clone());
                }
            } else {
                shared.extend(plain.iter().filter(|text| one.covers(text)).map(|text| (*text).clone()));
                shared.extend(wild.iter().flat_map(|pattern| kind.shared(one, pattern)));
            }
        }
        shared.sort();
        self.rebuilt(Self::of(&shared).any_of, self.except.clone(), kind)
    }

    /// Puts a cell together without what is wholly taken out, and without exceptions that say nothing.
    fn rebuilt(&self, any_of: Vec<Pattern>, mut except: Vec<TakenPattern>, kind: TextKind) -> Option<Self> {
        let out: Vec<&Pattern> = except.iter().map(|taken| &taken.pattern).collect();
        let is_left = |one: &Pattern| out.is_empty() || !kind.is_covered(one, &out);
        let any_of: Vec<Pattern> = any_of.into_iter().filter(is_left).collect();
        if any_of.is_empty() {
            return None;
        }
        except.retain(|taken| any_of.iter().any(|one| kind.overlaps(one, &taken.pattern)));
        except.sort_by_key(|taken| (taken.pattern.is_literal(), taken.pattern.length()));
        let mut said: Vec<TakenPattern> = Vec::new();
        for taken in except {
            if !said.iter().any(|known| known.pattern.covers(&taken.pattern)) {
                said.push(taken);
            }
        }
        Some(Self { any_of, except: said })
    }
}
