//! By whom: who made a change, where the cloud tells it.
//!
//! In: a thing with what became of it. Out: the id of whoever did it, and how sure that is. Nobody is named whom the
//! rows do not name, and who removed something is not told by any list.

use model::{Author, Change, Row, Table};

use crate::drift::Thing;

/// Who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By<'a> {
    /// Whoever created what is new.
    Creator(&'a str),
    /// Whoever changed it last: others may have changed it before, since the last snapshot.
    LastEditor(&'a str),
}

impl<'a> By<'a> {
    /// Returns the id of who it was.
    pub(crate) const fn id(self) -> &'a str {
        match self {
            Self::Creator(id) | Self::LastEditor(id) => id,
        }
    }

    /// Returns the word of events for what is known of them.
    pub(crate) const fn role(self) -> &'static str {
        match self {
            Self::Creator(_) => "creator",
            Self::LastEditor(_) => "last_editor",
        }
    }
}

/// Returns who made the change, if the rows that changed tell it.
pub(crate) fn author<'a>(thing: &'a Thing<'_>) -> Option<By<'a>> {
    match (thing.verb(), thing.own()) {
        ("added" | "replaced", Some(own)) => creator(own).map(By::Creator),
        ("removed", _) => None,
        (_, own) => own.and_then(last_editor).or_else(|| creator_of_parts(thing)),
    }
}

fn creator(change: &Change) -> Option<&str> {
    change.table.author(change.row_after()?, Author::Creator)
}

/// Returns who changed a row last, if that was since the last snapshot: the cloud moved who or when.
fn last_editor(change: &Change) -> Option<By<'_>> {
    let (before, after) = (change.row_before()?, change.row_after()?);
    let has_moved = moving(change.table, before).ne(moving(change.table, after));
    let editor = change.table.author(after, Author::Editor).filter(|_| has_moved)?;
    Some(By::LastEditor(editor))
}

/// Returns the cells that move along with each change: its time and its author.
fn moving<'a>(table: &'static Table, row: &'a Row) -> impl Iterator<Item = model::Value<'a>> {
    let cells = table.columns.iter().zip(row.values());
    cells.filter(|(column, _)| column.moves).map(|(_, value)| value)
}

/// Returns who created the rows that were added to a thing, where nothing else became of it and one did it all.
fn creator_of_parts<'a>(thing: &'a Thing<'_>) -> Option<By<'a>> {
    let is_added = |part: &Change| part.row_before().is_none();
    if !thing.columns().is_empty() || !thing.parts.iter().all(|part| is_added(part)) {
        return None;
    }
    let mut creators = thing.parts.iter().map(|part| creator(part));
    let first = creators.next()??;
    creators.all(|each| each == Some(first)).then_some(By::Creator(first))
}
