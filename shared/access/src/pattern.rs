//! Patterns with wildcards, and the three questions they can be asked.
//!
//! `*` stands for any run of characters, `?` for any one. All answers are exact, for patterns on both sides: over
//! every text there is, not over the characters that happen to be written.

mod union;

use std::{
    cmp::Ordering,
    collections::HashSet,
    fmt,
    hash::{self, BuildHasher},
    sync::Arc,
};

use rustc_hash::FxBuildHasher;

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Token {
    Letter(char),
    One,
    Run,
}

/// A text with wildcards.
///
/// ```
/// use access::Pattern;
/// let wide = Pattern::parse("iam:*:get*");
/// assert!(wide.matches("iam:users:getUserV5"));
/// assert!(wide.covers(&Pattern::parse("iam:users:get*")));
/// assert!(wide.overlaps(&Pattern::parse("iam:users:*")));
/// assert!(!wide.covers(&Pattern::parse("iam:users:*")));
/// ```
#[derive(Clone)]
pub struct Pattern {
    /// Shared, because the same ones are in thousands of policies.
    tokens: Arc<[Token]>,
    /// Of the tokens, so that patterns which differ are mostly seen to differ at once.
    hash: u64,
    is_literal: bool,
    /// How it was written, where that is not how it is compared. Two that are compared alike are the same.
    written: Option<Arc<str>>,
}

impl Pattern {
    /// Reads `*` and `?` as wildcards.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::of(text.chars().map(|letter| match letter {
            '*' => Token::Run,
            '?' => Token::One,
            letter => Token::Letter(letter),
        }))
    }

    /// Takes every character as it is.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self::new(text.chars().map(Token::Letter).collect())
    }

    /// Reads `compared`, and shows it as `written`.
    pub(crate) fn shown_as(compared: &str, written: &str) -> Self {
        let pattern = Self::parse(compared);
        if compared == written { pattern } else { Self { written: Some(Arc::from(written)), ..pattern } }
    }

    /// Returns the pattern that every text matches.
    #[must_use]
    pub fn any() -> Self {
        Self::new(vec![Token::Run])
    }

    /// Reads IBM's form, in which `{{*}}` and `{{?}}` are those characters themselves.
    ///
    /// ```
    /// assert!(!access::Pattern::parse_ibm("a{{*}}").matches("ab"));
    /// ```
    #[must_use]
    pub fn parse_ibm(text: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let (token, length) = match letter {
                '{' if rest.starts_with("{{*}}") => (Token::Letter('*'), 5),
                '{' if rest.starts_with("{{?}}") => (Token::Letter('?'), 5),
                '*' => (Token::Run, 1),
                '?' => (Token::One, 1),
                letter => (Token::Letter(letter), letter.len_utf8()),
            };
            tokens.push(token);
            rest = rest.get(length..).unwrap_or_default();
        }
        Self::of(tokens)
    }

    /// Puts runs of wildcards into one order (`?` before a single `*`), so that equal meaning is equal form.
    fn of(tokens: impl IntoIterator<Item = Token>) -> Self {
        let mut ordered: Vec<Token> = Vec::new();
        for token in tokens {
            match (ordered.last(), token) {
                (Some(Token::Run), Token::Run) => {}
                (Some(Token::Run), Token::One) => {
                    ordered.pop();
                    ordered.extend([Token::One, Token::Run]);
                }
                _ => ordered.push(token),
            }
        }
        Self::new(ordered)
    }

    fn new(tokens: Vec<Token>) -> Self {
        let is_literal = tokens.iter().all(|token| matches!(token, Token::Letter(_)));
        let hash = FxBuildHasher.hash_one(&tokens);
        Self { tokens: tokens.into(), hash, is_literal, written: None }
    }

    /// Returns how it is shown, where that is not how it is compared.
    pub(crate) fn written(&self) -> Option<&str> {
        self.written.as_deref()
    }

    /// Returns whether it has no wildcard.
    #[must_use]
    pub const fn is_literal(&self) -> bool {
        self.is_literal
    }

    /// Returns whether every text matches it.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self.tokens == [Token::Run]
    }

    /// Returns whether a text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let letters: Vec<Token> = text.chars().map(Token::Letter).collect();
        takes(&self.tokens, &letters)
    }

    /// Returns whether every text that matches `other` matches this one too.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        if self == other || self.is_any() {
            return true;
        }
        if self.is_literal {
            return false;
        }
        // A run in `other` may be filled with a character that nobody wrote, which only a run here can take: so without
        // `?` here, matching the other pattern as if it were a text is exact.
        if !self.tokens.contains(&Token::One) {
            return takes(&self.tokens, &other.tokens);
        }
        if other.is_literal() {
            return takes(&self.tokens, &other.tokens);
        }
        self.covers_every_filling(other)
    }

    /// Returns whether some text matches both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        match (self.is_literal, other.is_literal) {
            (true, true) => self == other,
            (_, true) => takes(&self.tokens, &other.tokens),
            (true, _) => takes(&other.tokens, &self.tokens),
            _ => overlap(&self.tokens, &other.tokens),
        }
    }

    /// Returns patterns that match whatever matches both, and nothing else; none where that takes too many.
    ///
    /// ```
    /// use access::Pattern;
    /// let shared = Pattern::parse("pay*").shared_with(&Pattern::parse("*-eu")).expect("a few");
    /// assert!(shared.iter().any(|each| each.matches("payroll-eu")));
    /// assert!(!shared.iter().any(|each| each.matches("payroll-us")));
    /// ```
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> Option<Vec<Self>> {
        const MOST: usize = 64;
        let mut found: Vec<Self> = Vec::new();
        let mut open = vec![(&*self.tokens, &*other.tokens, Vec::new())];
        let mut steps = 0;
        while let Some((mine, theirs, before)) = open.pop() {
            steps += 1;
            if steps > MOST * MOST || found.len() > MOST {
                return None;
            }
            let with = |token: Token| before.iter().copied().chain([token]).collect::<Vec<Token>>();
            match (mine.split_first(), theirs.split_first()) {
                (None, None) => {
                    let whole = Self::of(before);
                    if !found.iter().any(|known| known.covers(&whole)) {
                        found.retain(|known| !whole.covers(known));
                        found.push(whole);
                    }
                }
                (Some((Token::Run, rest)), _) if theirs.is_empty() => open.push((rest, theirs, before)),
                (_, Some((Token::Run, rest))) if mine.is_empty() => open.push((mine, rest, before)),
                (Some((Token::Run, my_rest)), Some((Token::Run, their_rest))) => {
                    open.push((my_rest, theirs, with(Token::Run)));
                    open.push((mine, their_rest, with(Token::Run)));
                }
                // A run takes the next token of the other side, or ends before it.
                (Some((Token::Run, rest)), Some((token, their_rest))) => {
                    open.push((rest, theirs, before.clone()));
                    open.push((mine, their_rest, with(*token)));
                }
                (Some((token, my_rest)), Some((Token::Run, rest))) => {
                    open.push((mine, rest, before.clone()));
                    open.push((my_rest, theirs, with(*token)));
                }
                (Some((Token::One, my_rest)), Some((token, their_rest)))
                | (Some((token, my_rest)), Some((Token::One, their_rest))) => {
                    open.push((my_rest, their_rest, with(*token)));
                }
                (Some((one, my_rest)), Some((other, their_rest))) if one == other => {
                    open.push((my_rest, their_rest, with(*one)));
                }
                _ => {}
            }
        }
        Some(found)
    }

    /// Returns whether some action matches both. Where both are written in three parts, as `service:type:operation`, an
    /// action has those three and a wildcard stays within one: `iam:*:get*` and `iam::set*` share nothing.
    pub(crate) fn overlaps_as_action(&self, other: &Self) -> bool {
        self.overlaps(other)
            && (self.parts().count() != 3
                || other.parts().count() != 3
                || self.parts().zip(other.parts()).all(|(mine, theirs)| overlap(mine, theirs)))
    }

    /// Walks through all fillings of `other` at once: a place in it, and the set of places that this pattern may be at.
    fn covers_every_filling(&self, other: &Self) -> bool {
        let mut letters: Vec<Option<char>> = vec![None];
        letters.extend(self.tokens.iter().chain(&*other.tokens).filter_map(|token| match token {
            Token::Letter(letter) => Some(Some(*letter)),
            Token::One | Token::Run => None,
        }));
        letters.sort_unstable();
        letters.dedup();
        let mut seen = HashSet::new();
        let mut open = vec![(0, self.closure(vec![0]))];
        while let Some((place, mine)) = open.pop() {
            if !seen.insert((place, mine.clone())) {
                continue;
            }
            let step = |letter: Option<char>| self.step(&mine, letter);
            match other.tokens.get(place) {
                None if mine.last() == Some(&self.tokens.len()) => {}
                None => return false,
                Some(Token::Letter(letter)) => open.push((place + 1, step(Some(*letter)))),
                Some(Token::One) => open.extend(letters.iter().map(|letter| (place + 1, step(*letter)))),
                Some(Token::Run) => {
                    open.extend(letters.iter().map(|letter| (place, step(*letter))));
                    open.push((place + 1, mine));
                }
            }
        }
        true
    }

    /// Returns the places after one more letter; `None` is a letter that nobody wrote.
    fn step(&self, places: &[usize], letter: Option<char>) -> Vec<usize> {
        let next = places.iter().filter_map(|place| match self.tokens.get(*place)? {
            Token::Letter(mine) => (Some(*mine) == letter).then_some(place + 1),
            Token::One => Some(place + 1),
            Token::Run => Some(*place),
        });
        self.closure(next.collect())
    }

    /// Adds the places that are reached without a letter, and sorts.
    fn closure(&self, mut places: Vec<usize>) -> Vec<usize> {
        let mut index = 0;
        while let Some(place) = places.get(index).copied() {
            if self.tokens.get(place) == Some(&Token::Run) {
                places.push(place + 1);
            }
            index += 1;
        }
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// Returns whether a pattern takes a row of tokens, in which a wildcard is one more character, which only a wildcard
/// as wide takes.
fn takes(pattern: &[Token], text: &[Token]) -> bool {
    let (mut place, mut at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(token) = text.get(at) {
        match pattern.get(place) {
            Some(Token::Run) => {
                place += 1;
                retry = Some((place, at));
                continue;
            }
            Some(Token::One) if *token != Token::Run => place += 1,
            Some(mine @ Token::Letter(_)) if mine == token => place += 1,
            _ => match &mut retry {
                Some((after, from)) => {
                    *from += 1;
                    (place, at) = (*after, *from);
                    continue;
                }
                None => return false,
            },
        }
        at += 1;
    }
    pattern.get(place..).is_some_and(|rest| rest.iter().all(|token| *token == Token::Run))
}

/// Returns whether some text matches both.
fn overlap(mine: &[Token], theirs: &[Token]) -> bool {
    let is_literal = |tokens: &[Token]| tokens.iter().all(|token| matches!(token, Token::Letter(_)));
    if is_literal(theirs) {
        return takes(mine, theirs);
    }
    if is_literal(mine) {
        return takes(theirs, mine);
    }
    // reachable[j]: some text matches the first i tokens here and the first j there.
    let mut reachable = vec![false; theirs.len() + 1];
    for (j, cell) in reachable.iter_mut().enumerate() {
        *cell = theirs.iter().take(j).all(|token| *token == Token::Run);
    }
    for one in mine {
        let mut next = vec![false; reachable.len()];
        if let (Some(first), Some(was)) = (next.first_mut(), reachable.first()) {
            *first = *was && *one == Token::Run;
        }
        for (j, other) in theirs.iter().enumerate() {
            let at = |cells: &[bool], index: usize| cells.get(index).copied().unwrap_or(false);
            let together = match (one, other) {
                (Token::Run, _) => at(&reachable, j + 1) || at(&next, j),
                (_, Token::Run) => at(&reachable, j + 1) || at(&next, j) || at(&reachable, j),
                (Token::Letter(mine), Token::Letter(theirs)) => mine == theirs && at(&reachable, j),
                (Token::One, _) | (_, Token::One) => at(&reachable, j),
            };
            if let Some(cell) = next.get_mut(j + 1) {
                *cell = together;
            }
        }
        reachable = next;
    }
    reachable.last().copied().unwrap_or(false)
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && (Arc::ptr_eq(&self.tokens, &other.tokens) || self.tokens == other.tokens)
    }
}

impl Eq for Pattern {}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pattern {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.tokens, &other.tokens) {
            Ordering::Equal
        } else {
            self.tokens.cmp(&other.tokens)
        }
    }
}

impl hash::Hash for Pattern {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(written) = &self.written {
            return formatter.write_str(written);
        }
        for token in &*self.tokens {
            match token {
                Token::Letter(letter) => write!(formatter, "{letter}")?,
                Token::One => formatter.write_str("?")?,
                Token::Run => formatter.write_str("*")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.to_string())
    }
}

impl serde::Serialize for Pattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests;
