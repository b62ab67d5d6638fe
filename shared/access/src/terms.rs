//! What conditions ask, term by term, so that of two of them it can be said whether one holds wherever the other does.
//!
//! Statements carry their conditions in words, joined by ` and `. The builders note here what each term of these words
//! asks; a term that nobody noted is equal to itself and to nothing else.

mod compare;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use compare::KeyComparison;

/// One term of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Term {
    /// A key compared with values, which are alternatives.
    Compared(KeyComparison),
    /// Alternatives, each of which may have several terms.
    Any(Vec<Conjunction>),
    /// Words of which only the writer knows what they ask.
    Words,
}

/// Terms that must all hold, each with its words, in the order of the sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Conjunction(Vec<(String, Term)>);

/// What the terms of an account's conditions ask, by their words.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terms(BTreeMap<String, Term>);

const AND: &str = " and ";

impl Terms {
    /// Notes a comparison by its words.
    pub(crate) fn compared(&mut self, words: &str, key: &str, operator: &str, values: &[String]) {
        let comparison = KeyComparison::parse(key, operator, values);
        self.0.entry(words.to_owned()).or_insert(Term::Compared(comparison));
    }

    /// Notes words that hold or fail together, also where they hold an ` and `.
    pub(crate) fn whole(&mut self, words: &str) {
        self.0.entry(words.to_owned()).or_insert(Term::Words);
    }

    /// Notes alternatives by their words; each is a condition that [`Self::parse`] can read.
    pub(crate) fn any(&mut self, words: &str, alternatives: &[String]) {
        let read = alternatives.iter().map(|each| self.parse(each)).collect();
        self.0.entry(words.to_owned()).or_insert(Term::Any(read));
    }

    /// Takes over the terms of another account, or of the same one at another time.
    pub(crate) fn join(&mut self, other: &Self) {
        self.0.extend(other.0.iter().map(|(words, term)| (words.clone(), term.clone())));
    }

    /// Takes a condition apart. Words that were noted stay together, also where they hold an ` and `.
    pub(crate) fn parse(&self, words: &str) -> Conjunction {
        let parts: Vec<&str> = words.split(AND).collect();
        let mut terms = Vec::new();
        let mut from = 0;
        while let Some(first) = parts.get(from) {
            let longest = (from + 1..=parts.len()).rev().find_map(|until| {
                let words = parts.get(from..until)?.join(AND);
                let term = self.0.get(&words)?.clone();
                Some((words, term, until))
            });
            let (words, term, until) =
                longest.unwrap_or_else(|| ((*first).to_owned(), Term::Words, from + 1));
            terms.push((words, term));
            from = until;
        }
        let mut all = Conjunction::default();
        terms.into_iter().for_each(|term| all.add(term));
        all
    }
}

impl Conjunction {
    /// Returns whether nothing need hold.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes words that hold or fail together.
    pub(crate) fn of_words(words: &str) -> Self {
        Self(vec![(words.to_owned(), Term::Words)])
    }

    fn add(&mut self, term: (String, Term)) {
        if !self.0.iter().any(|(words, _)| *words == term.0) {
            self.0.push(term);
        }
    }

    /// Returns the condition that both must hold.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        other.0.iter().for_each(|term| both.add(term.clone()));
        both
    }

    /// Returns the terms that do not follow from another condition, which holds besides.
    pub(crate) fn beside(&self, other: &Self) -> Self {
        Self(self.0.iter().filter(|(words, term)| !other.holds(words, term)).cloned().collect())
    }

    /// Returns the terms whose words pass a test, and the others.
    pub(crate) fn split(&self, is_first: impl Fn(&str) -> bool) -> (Self, Self) {
        let (first, others) = self.0.iter().cloned().partition(|(words, _)| is_first(words));
        (Self(first), Self(others))
    }

    /// Returns the words of each term.
    pub(crate) fn each_words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(words, _)| words.as_str())
    }

    /// Writes the condition; none where nothing need hold.
    pub(crate) fn words(&self) -> Option<String> {
        let words: Vec<&str> = self.0.iter().map(|(words, _)| words.as_str()).collect();
        (!words.is_empty()).then(|| words.join(AND))
    }

    /// Returns whether the other condition holds wherever this one does.
    pub(crate) fn implies(&self, other: &Self) -> bool {
        self.is_covered_by(std::slice::from_ref(other))
    }

    /// Returns whether wherever this condition holds one of the others does. What is asked of one key with several
    /// values may be covered value by value.
    pub(crate) fn is_covered_by(&self, others: &[Self]) -> bool {
        const MOST_CASES: usize = 256;
        let mut cases = vec![self.clone()];
        let mut looked_at = 0;
        while let Some(case) = cases.pop() {
            looked_at += 1;
            if others.iter().any(|other| case.holds_all_of(other)) {
                continue;
            }
            match case.cases() {
                Some(finer) if looked_at + cases.len() < MOST_CASES => cases.extend(finer),
                _ => return false,
            }
        }
        true
    }

    /// Returns whether each term of the other is implied by one of this.
    fn holds_all_of(&self, other: &Self) -> bool {
        other.0.iter().all(|(words, term)| self.holds(words, term))
    }

    fn holds(&self, words: &str, term: &Term) -> bool {
        let is_implied = |(mine, known): &(String, Term)| {
            mine == words
                || match (known, term) {
                    (Term::Compared(known), Term::Compared(asked)) => known.implies(asked),
                    _ => false,
                }
        };
        self.0.iter().any(is_implied)
            || matches!(term, Term::Any(alternatives) if alternatives.iter().any(|each| self.holds_all_of(each)))
    }

    /// Splits the condition at its first alternative; none where it has no alternatives left.
    fn cases(&self) -> Option<Vec<Self>> {
        let split = |term: &Term| -> Option<Vec<Self>> {
            match term {
                Term::Any(alternatives) => Some(alternatives.clone()),
                Term::Compared(comparison) => {
                    let values = comparison.by_value()?.into_iter();
                    Some(values.map(|(words, one)| Self(vec![(words, Term::Compared(one))])).collect())
                }
                Term::Words => None,
            }
        };
        let (place, alternatives) =
            self.0.iter().enumerate().find_map(|(place, (_, term))| Some((place, split(term)?)))?;
        let mut rest = self.clone();
        rest.0.remove(place);
        Some(alternatives.iter().map(|each| rest.and(each)).collect())
    }

    /// Returns whether the two can never hold together.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        self.0.iter().any(|(_, one)| {
            other.0.iter().any(|(_, other)| match (one, other) {
                (Term::Compared(one), Term::Compared(other)) => one.excludes(other),
                _ => false,
            })
        })
    }
}
