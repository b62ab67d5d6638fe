//! Reads one list, from its first page to its last: rows and a coverage row come out, whatever happens.
//!
//! In: where the list is, how it is continued, and what to make of an item. Out: [`Seen`]. A list that breaks off keeps
//! the rows it has; its coverage says that they are not all.
//!
//! What a list proves is measured in different things, not in things shown: where pages move while they are read, one
//! thing comes twice and another not at all, and the counters agree. A list in which a thing came twice is therefore read
//! again, unless a counter says that there are no more than it showed.

use std::{borrow::Cow, collections::HashSet};

use model::{Coverage, ListStatus};

use crate::{
    answer::shown,
    http::CallError,
    item::{Faults, Item},
    listing::{List, Seen},
    paging::{Family, Page, Walk},
    repeats::without_repeats,
    session::SignedIn,
};

/// How often a list is read again in which a thing came twice.
const MOST_REPEATS: u32 = 2;

/// The key of the thing that was kept of an item, one for each thing of the list; none where the item could not be kept.
pub(crate) type Kept = Option<String>;

/// Reads a list; `keep` makes rows of each item.
pub(crate) async fn read(
    session: &dyn SignedIn,
    list: List<'_>,
    keep: impl FnMut(&Item<'_>, &mut Seen) -> Kept + Send,
) -> Seen {
    let (mut seen, coverage, _) = attempt(session, &list, keep).await;
    report(session, &coverage);
    seen.coverage.push(coverage);
    seen
}

/// Tells whoever waits for it that a list was read.
pub(crate) fn report(session: &dyn SignedIn, coverage: &Coverage) {
    let Coverage { listing, parent, pages, rows, .. } = coverage;
    session.progress().listed(listing, usize::try_from(*rows).unwrap_or_default());
    match &coverage.reason {
        None => tracing::debug!(listing, parent, pages, rows, "list read"),
        Some(reason) => tracing::warn!(listing, parent, pages, rows, reason, "list is not complete"),
    }
}

/// Reads a list like [`read`], but leaves it to the caller what becomes of its coverage, and of the error that ended it.
pub(crate) async fn attempt(
    session: &dyn SignedIn,
    list: &List<'_>,
    mut keep: impl FnMut(&Item<'_>, &mut Seen) -> Kept + Send,
) -> (Seen, Coverage, Option<CallError>) {
    let mut reading = ListReading::of(session, list, &mut keep).await;
    for _ in 0..MOST_REPEATS {
        if !reading.is_unstable() {
            break;
        }
        tracing::debug!(listing = list.listing, parent = list.parent, "things came twice, read again");
        reading = ListReading::of(session, list, &mut keep).await;
    }
    if let Err(error) = &reading.end
        && let Some(transaction) = error.transaction()
    {
        tracing::warn!(listing = list.listing, parent = list.parent, transaction, %error, "call was refused");
    }
    let coverage = reading.coverage(list);
    (reading.seen, coverage, reading.end.err())
}

/// One reading of a list.
struct ListReading {
    seen: Seen,
    faults: Faults,
    walk: Walk,
    end: Result<(), CallError>,
    pages: i64,
    keys: HashSet<String>,
    /// Items that came again with the key of another.
    twice: u64,
    /// Items of which nothing could be kept.
    left_out: u64,
    /// Why there may be more than was shown.
    doubt: Option<String>,
    /// What the cloud does not know of what was asked for.
    unknown: Option<String>,
}

impl ListReading {
    async fn of(
        session: &dyn SignedIn,
        list: &List<'_>,
        keep: &mut (impl FnMut(&Item<'_>, &mut Seen) -> Kept + Send),
    ) -> Self {
        let mut reading = Self {
            seen: Seen::default(),
            faults: Faults::default(),
            walk: Walk::new(list.family, list.first.clone(), session.budget().pages),
            end: Ok(()),
            pages: 0,
            keys: HashSet::new(),
            twice: 0,
            left_out: 0,
            doubt: None,
            unknown: None,
        };
        reading.end = loop {
            let page = match session.read(reading.walk.here(), list.listing).await {
                Ok(Some(page)) => page,
                Ok(None) => break Err(CallError::Malformed("the answer has no content".to_owned())),
                Err(error) if error.says(404, list.none) => break Ok(()),
                Err(error) if error.says(400, list.unknown) => {
                    reading.unknown = Some(format!("the cloud does not know this value: {error}"));
                    break Ok(());
                }
                Err(error) => break Err(error),
            };
            reading.pages += 1;
            // Where a run keeps all that it may, every list would else add another page.
            if let Err(error) = session.keep(0) {
                break Err(error);
            }
            let turned = reading.turn(list, &page, keep);
            if let Err(error) = session.keep(reading.seen.take_bytes()) {
                break Err(error);
            }
            match turned {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(reason) => break Err(CallError::Malformed(reason)),
            }
        };
        let (twice, doubt) = reading.seen.take_notes();
        reading.twice += twice;
        reading.doubt = reading.doubt.or(doubt);
        reading
    }

    /// Keeps the things of a page; returns whether there is another.
    fn turn(
        &mut self,
        list: &List<'_>,
        page: &serde_json::Value,
        keep: &mut impl FnMut(&Item<'_>, &mut Seen) -> Kept,
    ) -> Result<bool, String> {
        let shown = shown(list.items, page)?;
        for thing in &shown.things {
            let thing = without_repeats(thing);
            self.faults.set_repeats(matches!(thing, Cow::Owned(_)));
            let kept = Item::whole(&thing, &self.faults).and_then(|item| keep(&item, &mut self.seen));
            self.seen.settle(&self.faults);
            match kept {
                None => self.left_out += 1,
                Some(key) => self.twice += u64::from(!self.keys.insert(key)),
            }
        }
        let things = count(shown.things.len());
        // INVARIANT: only objects show things.
        let Some(members) = page.as_object() else { return Err("the answer is no object".to_owned()) };
        let goes_on = self.walk.turn(&Page { members, things, first: shown.things.first().copied() })?;
        if self.walk.counted_on_page() != Some(things) {
            self.doubt = self.doubt.take().or(shown.doubt);
        }
        Ok(goes_on)
    }

    /// Returns how many different things were shown.
    fn things(&self) -> u64 {
        count(self.keys.len())
    }

    /// Reports whether a counter of the whole list says that there are no more things than were shown.
    fn is_proven(&self) -> bool {
        self.walk.total().is_some_and(|total| total <= self.things())
    }

    fn is_unstable(&self) -> bool {
        self.end.is_ok() && self.twice > 0 && !self.is_proven()
    }

    fn coverage(&self, list: &List<'_>) -> Coverage {
        let rows = i64::try_from(self.things()).unwrap_or(i64::MAX);
        let (status, reason) = self.verdict(list);
        Coverage { status, reason, pages: self.pages, rows, ..list.begin() }
    }

    fn verdict(&self, list: &List<'_>) -> (ListStatus, Option<String>) {
        if let Err(error) = &self.end {
            let is_refusal = matches!(error.status(), Some(401 | 403));
            let status = if is_refusal { ListStatus::Denied } else { ListStatus::Failed };
            return (status, Some(error.to_string()));
        }
        if let Some(reason) = self.fault() {
            return (ListStatus::Failed, Some(reason));
        }
        if self.is_unstable() {
            let (twice, readings) = (self.twice, MOST_REPEATS + 1);
            let reason = format!(
                "{twice} things came twice in the last of {readings} readings, so others may be missing"
            );
            return (ListStatus::Failed, Some(reason));
        }
        // A marker's counter counts what is on its page, and so what came twice as well.
        let things = self.things() + if list.family == Family::Marker { self.twice } else { 0 };
        let claimed = self.walk.claimed();
        if things < claimed {
            return (
                ListStatus::Denied,
                Some(format!("the list counts {claimed} things and shows {things}")),
            );
        }
        match self.doubt.as_deref().or(self.walk.unread_counter()).or(self.walk.empty_page()) {
            Some(doubt) if !self.is_proven() => (ListStatus::Doubtful, Some(doubt.to_owned())),
            _ => (ListStatus::Complete, self.unknown.clone()),
        }
    }

    /// Returns what did not fit, and how many items were left out because of it.
    fn fault(&self) -> Option<String> {
        let fault = self.faults.reason();
        if self.left_out == 0 {
            return fault;
        }
        let (left_out, all) = (self.left_out, self.left_out + self.things() + self.twice);
        let fault = fault.unwrap_or_else(|| "nothing could be made of them".to_owned());
        Some(format!("{left_out} of {all} things are left out: {fault}"))
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
