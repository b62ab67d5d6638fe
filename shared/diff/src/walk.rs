//! Walks two sorted tables side by side.

use std::cmp::Ordering;

use model::{Row, Rows, Table};

/// The rows in which two states of a table differ, each in the order of keys.
#[derive(Debug, Default)]
pub(crate) struct Differing<'a> {
    /// Rows whose key only the former state has.
    pub(crate) gone: Vec<&'a Row>,
    /// Rows whose key only the later state has.
    pub(crate) new: Vec<&'a Row>,
    /// Rows of one key that differ: the former one, and the later one.
    pub(crate) changed: Vec<(&'a Row, &'a Row)>,
}

impl<'a> Differing<'a> {
    /// Compares two states of a table in one walk over both: nothing is looked up, and rows that are the same cost a comparison.
    pub(crate) fn between(table: &Table, before: &'a Rows, after: &'a Rows) -> Self {
        let mut found = Self::default();
        let (mut left, mut right) = (before.iter().peekable(), after.iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => return found,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(left), Some(right)) if left == right => Ordering::Equal,
                (Some(left), Some(right)) => left.prefix(table.key).cmp(right.prefix(table.key)),
            };
            match order {
                Ordering::Less => found.gone.extend(left.next()),
                Ordering::Greater => found.new.extend(right.next()),
                Ordering::Equal => {
                    let pair = left.next().zip(right.next());
                    found.changed.extend(pair.filter(|(before, after)| before != after));
                }
            }
        }
    }

    /// Returns the rows that the later state shows otherwise or anew, beside what the former one had under their key.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (Option<&'a Row>, &'a Row)> {
        let changed = self.changed.iter().map(|(before, after)| (Some(*before), *after));
        changed.chain(self.new.iter().map(|after| (None, *after)))
    }
}
