//! What several patterns cover together, and what two of them share as actions.

use std::collections::HashSet;

use super::{Pattern, Token, takes};

/// Most states that are looked at before the answer is no.
const MOST_STATES: usize = 20_000;

impl Pattern {
    /// Returns whether every text that matches this pattern matches one of the others.
    ///
    /// ```
    /// use access::Pattern;
    /// let parse = |texts: &[&str]| texts.iter().map(|text| Pattern::parse(text)).collect::<Vec<_>>();
    /// assert!(Pattern::parse("a*").is_covered_by(&parse(&["a", "a?*"])));
    /// assert!(!Pattern::parse("a*").is_covered_by(&parse(&["a", "ab*"])));
    /// ```
    #[must_use]
    pub fn is_covered_by(&self, others: &[Self]) -> bool {
        self.is_filled_by_all(&others.iter().collect::<Vec<_>>())
    }

    /// Answers as [`Self::is_covered_by`] does, of patterns that are borrowed.
    pub(crate) fn is_filled_by_all(&self, others: &[&Self]) -> bool {
        others.iter().any(|other| other.covers(self)) || self.is_filled_by(others, None)
    }

    /// Returns whether it is seen at once that some text, and some action, matches this pattern and none of the others: the one in
    /// which all wildcards stand for a character that nobody writes.
    pub(crate) fn has_text_beyond(&self, others: &[&Self]) -> bool {
        const NOBODY_WRITES: Token = Token::Letter('\u{1}');
        let fill = |token: &Token| if matches!(token, Token::Letter(_)) { *token } else { NOBODY_WRITES };
        let colon = Token::Letter(':');
        let text: Vec<Token> = match self.is_any() {
            true => vec![NOBODY_WRITES, colon, NOBODY_WRITES, colon, NOBODY_WRITES],
            false => self.tokens.iter().map(fill).collect(),
        };
        !others.iter().any(|other| takes(&other.tokens, &text))
    }

    /// Returns how many characters it has, wildcards among them.
    pub(crate) fn length(&self) -> usize {
        self.tokens.len()
    }

    /// As [`Self::is_covered_by`], of actions: of those in three parts a wildcard stays within one.
    pub(crate) fn is_covered_as_action_by(&self, others: &[&Self]) -> bool {
        if others.iter().any(|other| other.covers(self)) {
            return true;
        }
        let has_parts = |pattern: &&&Self| pattern.parts().count() == 3;
        if !self.is_any() && !has_parts(&&self) {
            return self.is_filled_by(others, None);
        }
        if !others.iter().any(|other| has_parts(&other)) {
            return false;
        }
        let whole = if self.is_any() { Self::parse("*:*:*") } else { self.clone() };
        whole.is_filled_by(others, Some(':'))
    }

    /// Returns patterns that match the actions which match both; none where that takes too many.
    pub(crate) fn shared_as_action(&self, other: &Self) -> Option<Vec<Self>> {
        let (mine, theirs): (Vec<&[Token]>, Vec<&[Token]>) =
            (self.parts().collect(), other.parts().collect());
        if mine.len() != 3 || theirs.len() != 3 {
            return self.shared_with(other);
        }
        let mut shared: Vec<Vec<Token>> = vec![Vec::new()];
        for (place, (mine, theirs)) in mine.iter().zip(theirs).enumerate() {
            let of_part = Self::of(mine.to_vec()).shared_with(&Self::of(theirs.to_vec()))?;
            let colon = (place > 0).then_some(Token::Letter(':'));
            shared = shared
                .iter()
                .flat_map(|before| {
                    of_part.iter().map(move |part| {
                        before.iter().copied().chain(colon).chain(part.tokens.iter().copied()).collect()
                    })
                })
                .collect();
        }
        Some(shared.into_iter().map(Self::new).collect())
    }

    /// Returns the pattern with everything behind it.
    pub(crate) fn then_any(self) -> Self {
        Self::of(self.tokens.iter().copied().chain([Token::Run]))
    }

    /// Returns the pattern with everything before it.
    pub(crate) fn after_any(self) -> Self {
        Self::of(std::iter::once(Token::Run).chain(self.tokens.iter().copied()))
    }

    /// Returns whether it is of actions of a service: its name, and what follows.
    pub(crate) fn is_of_service(&self, service: &Self) -> bool {
        let rest = self.tokens.strip_prefix(&*service.tokens);
        matches!(rest.and_then(<[Token]>::first), Some(Token::Letter('.' | ':')))
    }

    /// Returns the pattern in lower case.
    pub(crate) fn to_lowercase(&self) -> Self {
        let tokens = self.tokens.iter().flat_map(|token| -> Vec<Token> {
            match token {
                Token::Letter(letter) => letter.to_lowercase().map(Token::Letter).collect(),
                other => vec![*other],
            }
        });
        Self::new(tokens.collect())
    }

    /// Returns what lies between the colons.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[Token]> {
        self.tokens.split(|token| *token == Token::Letter(':'))
    }

    /// Walks through all fillings of this pattern at once, with the places that each of the others may be at. A wildcard
    /// is not filled with `apart`.
    fn is_filled_by(&self, others: &[&Self], apart: Option<char>) -> bool {
        let mut letters: Vec<Option<char>> = vec![None];
        let written = self.tokens.iter().chain(others.iter().flat_map(|other| &*other.tokens));
        letters.extend(written.filter_map(|token| match token {
            Token::Letter(letter) => Some(Some(*letter)),
            Token::One | Token::Run => None,
        }));
        letters.sort_unstable();
        letters.dedup();
        letters.retain(|letter| letter.is_none() || *letter != apart);
        let mut seen = HashSet::new();
        let mut open = vec![(0, others.iter().map(|other| other.closure(vec![0])).collect::<Vec<_>>())];
        while let Some((place, places)) = open.pop() {
            // One that takes all the rest, whatever it is.
            let takes_all = |(other, places): (&&Self, &Vec<usize>)| {
                places.last() == Some(&other.tokens.len()) && other.tokens.last() == Some(&Token::Run)
            };
            if others.iter().zip(&places).any(takes_all) || !seen.insert((place, places.clone())) {
                continue;
            }
            if seen.len() > MOST_STATES {
                return false;
            }
            let step = |letter: Option<char>| -> Vec<Vec<usize>> {
                others.iter().zip(&places).map(|(other, places)| other.step(places, letter)).collect()
            };
            match self.tokens.get(place) {
                None => {
                    let is_taken =
                        |(other, places): (&&Self, &Vec<usize>)| places.last() == Some(&other.tokens.len());
                    if !others.iter().zip(&places).any(is_taken) {
                        return false;
                    }
                }
                Some(Token::Letter(letter)) => open.push((place + 1, step(Some(*letter)))),
                Some(Token::One) => open.extend(letters.iter().map(|letter| (place + 1, step(*letter)))),
                Some(Token::Run) => {
                    open.extend(letters.iter().map(|letter| (place, step(*letter))));
                    open.push((place + 1, places));
                }
            }
        }
        true
    }
}
