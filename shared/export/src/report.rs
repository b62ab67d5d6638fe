//! A report on what was found in a snapshot, as a document to hand on.
//!
//! In: one value that says all there is to tell. Out: a format writes it, piece by piece, so that no format holds the whole of it in memory.
//! Everything that a cloud says is the text of whoever is audited: each format escapes it in its own way.

mod finding_file;
mod findings;
mod html;
mod html_parts;
mod markdown;
mod ocsf;
mod ocsf_objects;
mod sarif;
mod sheet;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufWriter, Write},
};

use check::Unanswered;
use history::Section;
use model::{AccountId, Coverage, Finding, FindingState, Severity, Sighting};

use crate::{ExportError, ExportTarget};
use findings::ReportedFinding;
pub use findings::{FindingCollector, FindingEntry, FindingTurn, FormerFindings, ReportedFindings};
pub use html::PAGE_STYLE;
pub use html_parts::count_text;

/// A format that a report is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// One page for a browser or a printer, which loads nothing else.
    Html,
    /// Rows for a spreadsheet.
    Csv,
    /// SARIF 2.1.0, as code scanning takes it.
    Sarif,
    /// Lines of OCSF events, of the classes 2003 and 2008.
    Ocsf,
    /// Markdown, as issues and wikis take it.
    Markdown,
}

impl ReportFormat {
    /// Returns the name of the format, as it is chosen by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Sarif => "sarif",
            Self::Ocsf => "ocsf",
            Self::Markdown => "md",
        }
    }

    /// Returns how the name of a file of the format ends.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Sarif => "sarif",
            Self::Ocsf => "ocsf.jsonl",
            Self::Markdown => "md",
        }
    }
}

/// All that a report tells.
pub struct AuditReport<'a> {
    /// The account that the report is on.
    pub account: &'a AccountId,
    /// What the settings call the account.
    pub name: Option<String>,
    /// Number and time of the snapshot.
    pub snapshot: Sighting,
    /// Number and time of the snapshot that it is compared with.
    pub since: Option<Sighting>,
    /// What is to be known where the snapshot was not judged: whose findings these are.
    pub unjudged: Option<String>,
    /// How many lists were read.
    pub lists: u64,
    /// The lists that were not read to their end.
    pub incomplete: Vec<Coverage>,
    /// The rules and permissions that the snapshot does not answer, or not wholly.
    pub unanswered: Vec<Unanswered>,
    /// The rules and permissions that were asked, by id.
    pub rules: BTreeMap<String, RuleText>,
    /// Ids of those that the run that judged the snapshot asked.
    pub asked: BTreeSet<String>,
    /// What does not fit between the settings and what the audit asked.
    pub notes: Vec<String>,
    /// The findings with what became of each.
    pub findings: ReportedFindings,
    /// Names what a finding is about.
    pub describe: &'a dyn Fn(&Finding) -> Description,
    /// What changed since the snapshot that it is compared with.
    pub changes: Option<ReportedChanges>,
    /// The usual questions of an auditor with their rows.
    pub sections: Vec<Section>,
}

impl std::fmt::Debug for AuditReport<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AuditReport").field("account", self.account).finish_non_exhaustive()
    }
}

/// What a rule, or a permission that is audited, says of itself.
#[derive(Debug, Clone)]
pub struct RuleText {
    /// The title, which says the fault.
    pub title: String,
    /// The severity of its findings.
    pub severity: Severity,
    /// How sure its findings are: `low`, `medium` or `high`; none of a permission.
    pub confidence: Option<&'static str>,
    /// Whether it is a permission, of which holders are found.
    pub is_permission: bool,
    /// Why its findings matter, for the reader of the report.
    pub reason: String,
    /// What to do about it.
    pub remediation: String,
    /// Where to read on, sections of a benchmark among them.
    pub references: Vec<String>,
}

impl RuleText {
    /// Returns the sections of CIS benchmarks among the references.
    pub(crate) fn benchmarks(&self) -> impl Iterator<Item = &str> {
        self.references.iter().map(String::as_str).filter(|reference| reference.starts_with("CIS "))
    }
}

/// What a finding is about, in words.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// The name of its subject.
    pub subject: String,
    /// The steps by which a principal holds a permission.
    pub path: Vec<String>,
    /// Who created what it is about, where the cloud tells it.
    pub created_by: Option<String>,
    /// Until when it is accepted, where that ends.
    pub accepted_until: Option<String>,
}

/// What changed between two snapshots.
#[derive(Debug, Clone, Default)]
pub struct ReportedChanges {
    /// Things that came, went or changed.
    pub things: Vec<ReportedChange>,
    /// Who gained and lost access.
    pub access: Vec<ReportedChange>,
    /// What could not be compared.
    pub unseen: Vec<String>,
}

/// One change, in words.
#[derive(Debug, Clone)]
pub struct ReportedChange {
    /// Which way it went: `+`, `-`, `~` or another sign.
    pub sign: String,
    /// What happened to the thing, in a line.
    pub head: String,
    /// What differs, line by line.
    pub lines: Vec<String>,
}

/// The severities, worst first.
pub(crate) const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

impl AuditReport<'_> {
    /// Returns the findings to act on.
    fn live(&self) -> impl Iterator<Item = &FindingEntry> {
        self.entries().iter().filter(|entry| entry.is_live())
    }

    /// Returns the findings that somebody accepted.
    fn accepted(&self) -> impl Iterator<Item = &FindingEntry> {
        self.entries().iter().filter(|entry| entry.state == FindingState::Suppressed && !entry.is_over())
    }

    /// Returns the findings that are over.
    fn closed(&self) -> impl Iterator<Item = &FindingEntry> {
        self.entries().iter().filter(|entry| entry.is_over())
    }

    /// Returns how many findings are kept and not told, for another says more of the same.
    fn implied(&self) -> usize {
        self.entries().iter().filter(|entry| entry.is_kept_only()).count()
    }

    fn entries(&self) -> &[FindingEntry] {
        self.findings.entries()
    }

    /// Reads the whole of a finding.
    fn read(&self, entry: &FindingEntry) -> io::Result<ReportedFinding> {
        self.findings.read(entry)
    }

    /// Returns whether a rule is a permission, of which holders are found.
    pub(crate) fn is_permission(&self, rule: &str) -> bool {
        self.rules.get(rule).is_some_and(|rule| rule.is_permission)
    }

    /// Returns which part of a rule has an answer.
    pub(crate) fn unanswered(&self, rule: &str) -> Option<&Unanswered> {
        self.unanswered.iter().find(|each| each.rule == rule)
    }

    /// Returns the ids of the rules that are told of, those of which nobody knows the text any more among them.
    pub(crate) fn rule_ids(&self) -> BTreeSet<&str> {
        let of_findings = self.entries().iter().map(|entry| &*entry.rule);
        self.rules.keys().map(String::as_str).chain(of_findings).collect()
    }

    fn write_to(&self, format: ReportFormat, output: &mut dyn Write) -> io::Result<()> {
        match format {
            ReportFormat::Html => html::write(self, output),
            ReportFormat::Csv => sheet::write(self, output),
            ReportFormat::Sarif => sarif::write(self, output),
            ReportFormat::Ocsf => ocsf::write(self, output),
            ReportFormat::Markdown => markdown::write(self, output),
        }
    }
}

/// Counts the findings to act on, worst first.
#[must_use]
pub fn count_by_severity(report: &AuditReport<'_>) -> Vec<(Severity, u64)> {
    let count = |severity| report.live().filter(|entry| entry.severity == severity).count();
    SEVERITIES.map(|severity| (severity, u64::try_from(count(severity)).unwrap_or(u64::MAX))).to_vec()
}

/// Writes a report to its place, which comes to be whole or not at all.
///
/// # Errors
/// When something is in the place and is not to be replaced, or the place cannot be written.
pub fn write_report(
    report: &AuditReport<'_>,
    format: ReportFormat,
    target: ExportTarget,
) -> Result<(), ExportError> {
    let mut draft = target.begin_file()?;
    let written = draft.write_file(|output| {
        let mut output = BufWriter::new(output);
        report.write_to(format, &mut output)?;
        output.flush()
    });
    written.map_err(|error| draft.unwritten(error))?;
    draft.keep_file()
}

/// Writes a time to the minute.
pub(crate) fn minute(time: &str) -> String {
    match time.get(..16) {
        Some(minute) if time.ends_with('Z') => format!("{} UTC", minute.replace('T', " ")),
        _ => model::visible(time).into_owned(),
    }
}

/// Says since when a finding holds: where its rule could look only then, nobody knows how much longer.
pub(crate) fn since(finding: &Finding) -> String {
    let seen = &finding.first_seen;
    let day = seen.at.get(..10).unwrap_or(&seen.at);
    if finding.baseline {
        format!("since {day} or before, first seen in snapshot {}", seen.snapshot)
    } else {
        format!("since {day}, snapshot {}", seen.snapshot)
    }
}

/// Says which tables a rule could not see, and what that means for it.
pub(crate) fn unanswered_text(unanswered: &Unanswered) -> String {
    let tables = unanswered.tables.join(", ");
    if unanswered.is_partial {
        format!("answered in part: there may be more, because these were not read to the end: {tables}")
    } else {
        format!("not answered: these were not read to the end: {tables}")
    }
}

/// Says how a list was read that was not read to its end.
pub(crate) fn list_text(list: &Coverage) -> String {
    let reason = list.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let stands = list.carried_from.map_or_else(
        || "nothing was ever seen whole".to_owned(),
        |from| format!("rows of snapshot {from} stand in"),
    );
    format!("{}{reason} ({stands})", list.status.name())
}

/// Names a list, with what it was read for.
pub(crate) fn list_name(list: &Coverage) -> String {
    match list.parent.as_str() {
        "" | "*" => list.listing.clone(),
        parent => format!("{} of {parent}", list.listing),
    }
}

#[cfg(test)]
mod tests;
