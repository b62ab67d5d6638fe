//! The findings of a report with what became of each, worst first.
//!
//! There may be more than a hundred thousand. What their order and the counts hang on is held; the rest of each waits in a file until it is
//! written.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

use model::{Finding, FindingState, Severity};

use super::finding_file::{FindingFile, Position, WrittenFindings};
use crate::{ExportError, ExportTarget};

/// What became of a finding since another snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingTurn {
    /// It did not hold then.
    New,
    /// It holds as it did.
    Unchanged,
    /// It holds, and says another thing than it did.
    Updated,
    /// It held, and is over.
    Absent,
}

impl FindingTurn {
    /// Returns the word of SARIF for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unchanged => "unchanged",
            Self::Updated => "updated",
            Self::Absent => "absent",
        }
    }
}

/// A finding with what became of it.
#[derive(Debug, Clone)]
pub(super) struct ReportedFinding {
    /// The finding as the snapshot has it.
    pub(super) finding: Finding,
    /// What became of it; none where nothing is compared, or where nobody knows, for its rule could look only later.
    pub(super) turn: Option<FindingTurn>,
}

impl ReportedFinding {
    /// Returns the word for its state. One that was forgotten since is over, and nobody knows why.
    pub(super) fn state_name(&self) -> &'static str {
        match (self.turn, self.finding.state.is_closed()) {
            (Some(FindingTurn::Absent), false) => "closed",
            _ => self.finding.state.name(),
        }
    }
}

/// What is held of a finding: enough to count it and to put it in its place.
#[derive(Debug)]
pub struct FindingEntry {
    /// How bad it is.
    pub severity: Severity,
    /// Id of its rule.
    pub rule: Arc<str>,
    /// The address of what it is about.
    pub subject: Box<str>,
    /// Whether it is open, over or unknown.
    pub state: FindingState,
    /// What became of it, as far as that is known.
    pub turn: Option<FindingTurn>,
    /// Whether another finding says more of the same.
    pub is_implied: bool,
    position: Position,
    /// Whether it stands among the findings of the former snapshot, and no longer among those of now.
    is_former: bool,
}

impl FindingEntry {
    /// Returns whether the finding is one to act on: it holds, or held and may hold still, and no other says more of the same.
    pub(super) fn is_live(&self) -> bool {
        self.may_hold() && !self.is_implied
    }

    /// Returns whether it is kept and not told, for another says more of the same.
    pub(super) fn is_kept_only(&self) -> bool {
        self.may_hold() && self.is_implied
    }

    /// Returns whether it is over.
    pub(super) fn is_over(&self) -> bool {
        self.turn == Some(FindingTurn::Absent)
    }

    fn may_hold(&self) -> bool {
        matches!(self.state, FindingState::Open | FindingState::Unknown) && !self.is_over()
    }

    fn order(&self) -> (Reverse<Severity>, &str, &str) {
        (Reverse(self.severity), &self.rule, &self.subject)
    }
}

/// The findings of a report, worst first.
#[derive(Debug)]
pub struct ReportedFindings {
    entries: Vec<FindingEntry>,
    now: WrittenFindings,
    former: Option<WrittenFindings>,
}

impl ReportedFindings {
    /// Returns what is held of each finding, in the order in which they are told.
    #[must_use]
    pub fn entries(&self) -> &[FindingEntry] {
        &self.entries
    }

    /// Reads the whole of a finding.
    pub(super) fn read(&self, entry: &FindingEntry) -> io::Result<ReportedFinding> {
        let file = if entry.is_former { self.former.as_ref() } else { Some(&self.now) };
        let file = file.ok_or_else(|| io::Error::other("a finding of a snapshot that is not compared"))?;
        Ok(ReportedFinding { finding: file.read(entry.position)?, turn: entry.turn })
    }
}

/// Takes the findings of a snapshot, and before them those of another that it is compared with.
#[derive(Debug)]
pub struct FindingCollector {
    /// What is to be written in the end, for messages.
    place: String,
    now: FindingFile,
    entries: Vec<FindingEntry>,
    /// The ids of rules; findings share them.
    rules: BTreeSet<Arc<str>>,
    former: Option<HeldThen>,
    failure: Option<io::Error>,
}

impl FindingCollector {
    /// Begins to take the findings of a snapshot. What is not held of them stands beside what is to be written meanwhile.
    ///
    /// # Errors
    /// When nothing can be written there, or what was taken of the former findings could not be written.
    pub fn begin(target: &ExportTarget, former: Option<FormerFindings>) -> Result<Self, ExportError> {
        let former = former.map(FormerFindings::finish).transpose()?;
        let now = begin_file(target)?;
        Ok(Self {
            place: target.name(),
            now,
            entries: Vec::new(),
            rules: BTreeSet::new(),
            former,
            failure: None,
        })
    }

    /// Takes a finding. One that only ever was doubted is left out; one that is over is there only where it held in the former snapshot.
    pub fn take(&mut self, finding: &Finding) {
        let turn = self.turn_of(finding);
        let is_told = if finding.state.is_closed() {
            turn == Some(FindingTurn::Absent)
        } else {
            !finding.is_only_doubted()
        };
        if is_told {
            let position = self.now.put(finding);
            let entry = entry(finding, position, &mut self.rules);
            self.entries.push(FindingEntry { turn, ..entry });
        }
    }

    fn turn_of(&mut self, finding: &Finding) -> Option<FindingTurn> {
        let former = self.former.as_mut()?;
        let before = former.held.remove(finding.fingerprint.as_str());
        let before = before.and_then(|entry| match former.file.read(entry.position) {
            Ok(before) => Some(before),
            Err(error) => {
                self.failure.get_or_insert(error);
                None
            }
        });
        turn_of(before.as_ref(), finding)
    }

    /// Returns the findings of the report: those that held in the former snapshot and were forgotten since are over.
    ///
    /// # Errors
    /// When what was taken could not be written or read again.
    pub fn finish(mut self) -> Result<ReportedFindings, ExportError> {
        let written = match self.failure.take() {
            Some(error) => Err(error),
            None => self.now.finish(),
        };
        let now = written.map_err(|error| unwritable(&self.place, error))?;
        let mut entries = self.entries;
        let former = self.former.map(|former| {
            let gone = former.held.into_values();
            entries.extend(gone.map(|entry| FindingEntry { turn: Some(FindingTurn::Absent), ..entry }));
            former.file
        });
        entries.sort_by(|one, other| one.order().cmp(&other.order()));
        Ok(ReportedFindings { entries, now, former })
    }
}

/// Takes the findings of the snapshot that a report compares with.
#[derive(Debug)]
pub struct FormerFindings {
    place: String,
    file: FindingFile,
    held: BTreeMap<Box<str>, FindingEntry>,
    rules: BTreeSet<Arc<str>>,
}

/// The findings that held in the snapshot that a report compares with, by fingerprint, as far as they were not met again.
#[derive(Debug)]
struct HeldThen {
    file: WrittenFindings,
    held: BTreeMap<Box<str>, FindingEntry>,
}

impl FormerFindings {
    /// Begins to take findings. What is not held of them stands beside what is to be written meanwhile.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn begin(target: &ExportTarget) -> Result<Self, ExportError> {
        let file = begin_file(target)?;
        Ok(Self { place: target.name(), file, held: BTreeMap::new(), rules: BTreeSet::new() })
    }

    /// Takes a finding; one that did not hold then is nothing to compare with.
    pub fn take(&mut self, finding: &Finding) {
        if holds(finding) {
            let position = self.file.put(finding);
            let entry = entry(finding, position, &mut self.rules);
            self.held.insert(finding.fingerprint.as_str().into(), FindingEntry { is_former: true, ..entry });
        }
    }

    fn finish(self) -> Result<HeldThen, ExportError> {
        let file = self.file.finish().map_err(|error| unwritable(&self.place, error))?;
        Ok(HeldThen { file, held: self.held })
    }
}

fn begin_file(target: &ExportTarget) -> Result<FindingFile, ExportError> {
    FindingFile::create(target.scratch()).map_err(|error| unwritable(&target.name(), error))
}

fn unwritable(place: &str, source: io::Error) -> ExportError {
    ExportError::Unwritable { place: place.to_owned(), source }
}

fn entry(finding: &Finding, position: Position, rules: &mut BTreeSet<Arc<str>>) -> FindingEntry {
    let rule = rules.get(finding.rule.as_str()).cloned().unwrap_or_else(|| {
        let rule: Arc<str> = finding.rule.as_str().into();
        rules.insert(rule.clone());
        rule
    });
    FindingEntry {
        severity: finding.severity,
        rule,
        subject: finding.subject.as_str().into(),
        state: finding.state,
        turn: None,
        is_implied: finding.implied_by.is_some(),
        position,
        is_former: false,
    }
}

/// Returns whether a finding holds in a snapshot, or did when it could last be seen.
fn holds(finding: &Finding) -> bool {
    !finding.state.is_closed() && !finding.is_only_doubted()
}

/// Returns what became of a finding that held in the former snapshot, or did not.
fn turn_of(before: Option<&Finding>, now: &Finding) -> Option<FindingTurn> {
    match (before, holds(now)) {
        (Some(before), true) if before.evidence == now.evidence && before.severity == now.severity => {
            Some(FindingTurn::Unchanged)
        }
        (Some(_), true) => Some(FindingTurn::Updated),
        (Some(_), false) => now.state.is_closed().then_some(FindingTurn::Absent),
        // Its rule could look only later: nobody knows how long it has been so.
        (None, true) => (!now.baseline).then_some(FindingTurn::New),
        (None, false) => None,
    }
}
