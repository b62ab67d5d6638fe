//! Gains and losses as sentences, for whoever is paged: who, what of it is new, why, and by which way.

use std::fmt::Display;

use crate::{
    Attribute, CauseKind, GrantChange, Names, Pattern, Principal, Resource, SharedChange, Standing,
    Statement, Turn, UsableBy, What, path_text, shared_changes::Sense,
};

/// Patterns and names that are written before the rest is counted.
const FEW: usize = 3;

impl SharedChange {
    /// Returns what happened as one sentence: who and why, then the widest grant, whose another is that not all of them have, and
    /// how many more there are. What may be long comes last, so that it is what is cut.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Some((widest, rest)) = self.grants.split_first() else { return whom(self.principals.iter()) };
        let mut sentence = self.whom(self.holders(widest));
        sentence.push_str(&format!(" {}", widest.told(self.turn)));
        let other = self.other(widest, rest);
        if let Some(other) = other {
            sentence.push_str(&self.of_others(widest, other));
        }
        match rest.len() - usize::from(other.is_some()) {
            0 => {}
            more => sentence.push_str(&format!(", and {more} more")),
        }
        if self.usable_by.is_of_one {
            sentence.push_str(&format!("; {} can assume one of them", self.usable_by));
        }
        sentence
    }

    fn whom<'a>(&'a self, principals: impl Iterator<Item = &'a Principal>) -> String {
        let whom = whom(principals);
        match self.usable_by.is_nobody() || self.usable_by.is_of_one {
            true => whom,
            false => format!("{whom} (which {} can assume)", self.usable_by),
        }
    }

    /// Returns the next grant that is not of the same principals as the widest: where that is not of all, one of the others.
    fn other<'a>(&self, widest: &GrantChange, rest: &'a [GrantChange]) -> Option<&'a GrantChange> {
        rest.iter().find(|grant| match widest.only.is_empty() {
            true => !grant.only.is_empty(),
            false => self.holders(grant).any(|who| !widest.is_of(&who.step.id)),
        })
    }

    /// Writes whose another grant is, and what it gives.
    fn of_others(&self, widest: &GrantChange, other: &GrantChange) -> String {
        let have_both = self.holders(other).all(|who| widest.is_of(&who.step.id));
        let also = if have_both { " also" } else { "" };
        // Of those who have both the widest says enough.
        let its = self.holders(other).filter(|who| have_both || !widest.is_of(&who.step.id));
        if matches!(other.what, What::Becoming(_)) {
            return format!("; {}{also} {}", whom(its), other.told(self.turn));
        }
        let condition = other.condition.as_deref().map(when).unwrap_or_default();
        let since = if Sense::of(self.turn) == Sense::Gain { "before only if" } else { "now only if" };
        let held = other.cause.held_if.as_ref().map(|held| format!(" ({since} {held})")).unwrap_or_default();
        format!("; {}{also}: {}{condition}{held}", whom(its), other.words)
    }
}

/// Writes the first of some principals, and how many more there are.
fn whom<'a>(mut principals: impl Iterator<Item = &'a Principal>) -> String {
    let first = principals.next().map(standing).unwrap_or_default();
    match principals.count() {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Writes a principal; of one that cannot act, why.
pub(crate) fn standing(principal: &Principal) -> String {
    match &principal.standing {
        Standing::Inactive(why) => format!("{} ({why})", principal.step),
        Standing::Active | Standing::Unknown(_) => principal.step.to_string(),
    }
}

impl Display for UsableBy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named: Vec<String> = self.first.iter().take(FEW).map(ToString::to_string).collect();
        formatter.write_str(&named.join(", "))?;
        match self.total - named.len() {
            0 => Ok(()),
            more => write!(formatter, " and {more} more"),
        }
    }
}

impl GrantChange {
    /// Returns what happened by it, after whom it happened to.
    pub(crate) fn told(&self, turn: Turn) -> String {
        let is_gain = matches!(turn, Turn::Gained | Turn::Widened);
        let condition = self.condition.as_deref().map(when).unwrap_or_default();
        let what = format!("{}{condition}", self.words);
        let (phrase, path) = (&self.cause.phrase, path_text(&self.path));
        match (self.cause.kind, &self.what) {
            (CauseKind::DenyLifted, _) => {
                return format!("is no longer denied {what}, allowed by {path}; {phrase}");
            }
            (CauseKind::DenyAdded, _) => return format!("is {phrase}: {what}"),
            (_, What::Becoming(_)) => {
                let verb = if is_gain { "can now" } else { "can no longer" };
                return format!("{verb} {what}: {phrase}");
            }
            _ => {}
        }
        let verb = match turn {
            Turn::Gained => "gained access",
            Turn::Widened => "can do more",
            Turn::Lost => "lost access",
            Turn::Narrowed => "can do less",
            Turn::Rerouted => "has the same access by another way",
        };
        format!("{verb}, {}: {what}", self.because())
    }

    /// Returns the cause, and what of the way the cause does not name.
    fn because(&self) -> String {
        let phrase = &self.cause.phrase;
        let is_named = self.cause.of.first().is_some_and(|of| self.path.first() == Some(of));
        let rest = path_text(self.path.get(usize::from(is_named)..).unwrap_or_default());
        match is_named {
            _ if rest.is_empty() => phrase.clone(),
            true => format!("{phrase} ({rest})"),
            false => format!("{phrase}, through {rest}"),
        }
    }
}

/// Returns what is gained or lost, in words. `is_remainder` says that what is taken out of it was held before; of a loss, that it is held
/// still.
pub(crate) fn words(what: &What, turn: Turn, is_remainder: bool, names: &Names) -> String {
    let held = match (is_remainder, Sense::of(turn)) {
        (false, _) => "",
        (true, Sense::Loss) => ", still held",
        (true, Sense::Gain | Sense::Same) => ", held before",
    };
    match what {
        What::Becoming(step) => format!("assume {}", path_text(std::slice::from_ref(step))),
        What::Statement(statement) => says(statement, held, names),
    }
}

/// Writes what must hold; a condition that only takes away says so itself.
fn when(condition: &str) -> String {
    if condition.starts_with("unless ") { format!(" {condition}") } else { format!(" if {condition}") }
}

/// Writes a statement: actions, resources, and what is taken out of either.
fn says(statement: &Statement, held: &str, names: &Names) -> String {
    let out: Vec<String> = [
        few(&statement.actions.except, Pattern::to_string),
        few(&statement.resources.except, |resource| format!("on {}", attributes(resource, names))),
    ]
    .into_iter()
    .filter(|words| !words.is_empty())
    .collect();
    let except =
        if out.is_empty() { String::new() } else { format!(" (except {}{held})", out.join(" and ")) };
    let actions = few(&statement.actions.any_of, Pattern::to_string);
    format!(
        "{actions} on {}{except}",
        few(&statement.resources.any_of, |resource| attributes(resource, names))
    )
}

fn attributes(resource: &Resource, names: &Names) -> String {
    let pair = |(name, patterns): (&Attribute, &Vec<Pattern>)| {
        format!("{name}={}", few(patterns, |pattern| value(pattern, names)))
    };
    let pairs: Vec<String> = resource.0.iter().map(pair).collect();
    if pairs.is_empty() { "anything".to_owned() } else { pairs.join(",") }
}

/// Writes a pattern with the names of the ids in it; the empty one stands for an attribute that is not there.
fn value(pattern: &Pattern, names: &Names) -> String {
    let text = pattern.to_string();
    if text.is_empty() { "(none)".to_owned() } else { names.in_words(&text) }
}

fn few<T>(all: &[T], write: impl Fn(&T) -> String) -> String {
    let named: Vec<String> = all.iter().take(FEW).map(write).collect();
    match all.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
