//! Findings, for people: a line for each rule, then what each finding is about, each on a line of its own.

use std::collections::BTreeMap;

use clap::builder::styling::AnsiColor;
use model::{Finding, FindingState, Severity};
use pipeline::Warning;
use serde_json::{Value, json};
use snapshot::Manifest;

use crate::{
    arguments::{FindingsArgs, GroupBy},
    commands::findings::UnseenParts,
    names::Names,
    render::{coverage, table::Grid, text},
    screen::Paint,
};

/// Findings up to which what they are about is listed unasked.
pub(crate) const LISTED: usize = 40;

/// What was found in one account.
#[derive(Debug)]
pub(crate) struct Found {
    /// What the account is called where several are told together.
    pub(crate) label: String,
    pub(crate) manifest: Manifest,
    /// Those that are wanted, worst first.
    pub(crate) findings: Vec<Finding>,
    /// Rules of those that are accepted and not listed.
    pub(crate) suppressed: Vec<String>,
    /// How many others are not listed: another says more of the same, or nobody knows.
    pub(crate) hidden: usize,
    pub(crate) names: Names,
    pub(crate) sight: UnseenParts,
    pub(crate) odd: Odd,
    /// The snapshot that the findings are of.
    pub(crate) judged: Option<u64>,
}

/// What does not fit: between the settings and what the audit asked, and in what they accept.
#[derive(Debug)]
pub(crate) struct Odd {
    pub(crate) unknown: Vec<String>,
    pub(crate) idle: Vec<Warning>,
}

impl Odd {
    fn text(&self, paint: Paint) -> String {
        let unknown = (!self.unknown.is_empty()).then(|| {
            format!(
                "the audit also asked {}, of which these settings say nothing: name its configuration with --config",
                text::plain(&self.unknown.join(", "))
            )
        });
        let lines =
            unknown.into_iter().chain(self.idle.iter().map(|warning| text::plain(&warning.text).to_string()));
        lines
            .map(|line| format!("{}\n", paint.style(AnsiColor::Yellow.on_default(), format!("! {line}"))))
            .collect()
    }
}

/// One rule in the summary.
#[derive(Debug)]
pub(crate) struct RuleLine {
    rule: String,
    severity: Option<Severity>,
    title: String,
    open: u64,
    new: u64,
    suppressed: u64,
    answered: &'static str,
}

impl RuleLine {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "rule": self.rule,
            "severity": self.severity,
            "title": self.title,
            "open": self.open,
            "new": self.new,
            "suppressed": self.suppressed,
            "answered": self.answered,
        })
    }
}

/// Counts the findings of each rule, worst first; rules without an answer are there, too.
pub(crate) fn summary(found: &Found) -> Vec<RuleLine> {
    let mut lines: BTreeMap<&str, RuleLine> = BTreeMap::new();
    let blank = |rule: &str| RuleLine {
        rule: rule.to_owned(),
        severity: None,
        title: String::new(),
        open: 0,
        new: 0,
        suppressed: 0,
        answered: "yes",
    };
    for finding in &found.findings {
        let line = lines.entry(&finding.rule).or_insert_with(|| blank(&finding.rule));
        line.severity = Some(finding.severity);
        line.title.clone_from(&finding.title);
        line.open += u64::from(finding.state == FindingState::Open);
        line.new +=
            u64::from(finding.state == FindingState::Open && serve::is_new_finding(finding, found.judged));
        line.suppressed += u64::from(finding.state == FindingState::Suppressed);
    }
    for rule in &found.suppressed {
        lines.entry(rule).or_insert_with(|| blank(rule)).suppressed += 1;
    }
    for each in &found.sight.unanswered {
        if let Some(line) = lines.get_mut(each.rule.as_str()) {
            line.answered = if each.is_partial { "partly" } else { "no" };
        }
    }
    let mut lines: Vec<RuleLine> = lines.into_values().collect();
    lines.sort_by(|one, other| (other.severity, &one.rule).cmp(&(one.severity, &other.rule)));
    lines
}

/// Writes the findings of some accounts.
pub(crate) fn page(found: &[Found], wanted: &FindingsArgs, are_several: bool, paint: Paint) -> String {
    let mut page = table(found, are_several, paint);
    for each in found {
        let whose = if are_several { format!(" of {}", text::plain(&each.label)) } else { String::new() };
        page.push_str(&paint.bold(counts(&each.findings, wanted)));
        page.push_str(&format!(
            "{whose} after snapshot {} of {}\n",
            each.manifest.number,
            text::minute(&each.manifest.finished_at)
        ));
        page.push_str(&notes(each, wanted, paint));
    }
    let all: usize = found.iter().map(|found| found.findings.len()).sum();
    if all > LISTED && !is_chosen(wanted) {
        page.push_str(&paint.dim("`iamwatch findings --list` says what each is about\n"));
    } else {
        for each in found {
            page.push_str(&blocks(each, wanted.group_by, are_several, paint));
        }
    }
    for each in found {
        page.push_str(&coverage::unanswered(&each.sight.unanswered, paint));
        page.push_str(&each.odd.text(paint));
    }
    page
}

/// Returns whether findings are asked for of which each is to be told, however many there are.
pub(crate) const fn is_chosen(wanted: &FindingsArgs) -> bool {
    wanted.list || wanted.new || wanted.subject.is_some() || !wanted.rule.is_empty()
}

fn table(found: &[Found], are_several: bool, paint: Paint) -> String {
    let head = ["account", "severity", "open>", "new>", "accepted>", "answered", "title"];
    let skipped = usize::from(!are_several);
    let mut grid = Grid::new(head.get(skipped..).unwrap_or_default());
    let mut is_empty = true;
    for each in found {
        for line in summary(each) {
            is_empty = false;
            let severity = line.severity.map_or("-", Severity::name).to_owned();
            let title = if line.title.is_empty() { line.rule } else { line.title };
            let cells = [
                severity,
                text::number(line.open),
                text::number(line.new),
                text::number(line.suppressed),
                line.answered.to_owned(),
                title,
            ];
            let cells = std::iter::once(each.label.clone()).chain(cells).skip(skipped);
            grid.styled(line.severity.filter(|_| !are_several).map(text::severity_style), cells);
        }
    }
    if is_empty { String::new() } else { grid.text(paint) }
}

/// Writes what is to be known beside the counts.
fn notes(found: &Found, wanted: &FindingsArgs, paint: Paint) -> String {
    let mut page = String::new();
    if let Some(said) = unjudged(&found.manifest) {
        page.push_str(&format!("{}\n", paint.style(AnsiColor::Red.on_default().bold(), said)));
    }
    let hidden = found.hidden + found.suppressed.len();
    if hidden > 0 {
        let more = text::number(u64::try_from(hidden).unwrap_or(u64::MAX));
        let why = if wanted.state.is_empty() {
            "accepted, implied by these or only doubted"
        } else {
            "in another state"
        };
        let said = format!("{more} more {why}: `iamwatch findings --all` lists them\n");
        page.push_str(&paint.dim(said));
    }
    let incomplete = found.sight.incomplete.len();
    if incomplete > 0 {
        let said = format!(
            "{} could not be read to the end: what hangs on {} stays as it was, or is unknown; `iamwatch show {}` says why",
            text::counted(u64::try_from(incomplete).unwrap_or(u64::MAX), "list"),
            if incomplete == 1 { "it" } else { "them" },
            found.manifest.number
        );
        page.push_str(&format!("{}\n", paint.style(AnsiColor::Yellow.on_default(), said)));
    }
    page
}

/// Tells that a snapshot was not judged, and of which one its findings are.
pub(crate) fn unjudged(manifest: &Manifest) -> Option<String> {
    let unjudged = manifest.unjudged.as_ref()?;
    let of = match &unjudged.last_judged {
        Some(last) => format!("these findings are those of snapshot {}", last.snapshot),
        None => "there are no findings yet".to_owned(),
    };
    let (number, reason) = (manifest.number, text::plain(&unjudged.reason));
    Some(format!("Snapshot {number} was not judged, and {of}: {reason}"))
}

/// Writes what the findings are about, in blocks that have something in common.
fn blocks(found: &Found, group_by: GroupBy, are_several: bool, paint: Paint) -> String {
    let mut blocks: Vec<(String, Vec<&Finding>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &found.findings {
        let key = match group_by {
            GroupBy::Rule => finding.rule.clone(),
            GroupBy::Subject => subject_text(finding, &found.names),
            GroupBy::Cause => serve::cause_of_finding(finding, &found.names),
        };
        let place = *places.entry(key.clone()).or_insert(blocks.len());
        match blocks.get_mut(place) {
            Some((_, block)) => block.push(finding),
            None => blocks.push((key, vec![finding])),
        }
    }
    let mut page = String::new();
    for (key, block) in blocks {
        let Some(first) = block.first() else { continue };
        let severity =
            paint.style(text::severity_style(first.severity), format!("{:8}", first.severity.name()));
        let whose = if are_several { format!("{}: ", text::plain(&found.label)) } else { String::new() };
        let head = match group_by {
            GroupBy::Rule => {
                let id = paint.dim(text::plain(&first.rule));
                format!("{severity} {} {id}", paint.bold(format!("{whose}{}", text::plain(&first.title))))
            }
            _ => paint.bold(format!("{whose}{}", text::plain(&key))),
        };
        page.push_str(&format!("\n{head}\n"));
        for finding in block {
            page.push_str(&line(finding, found, group_by, paint));
        }
    }
    if !page.is_empty() {
        page.push('\n');
    }
    page
}

fn line(finding: &Finding, found: &Found, group_by: GroupBy, paint: Paint) -> String {
    let title = || {
        let severity =
            paint.style(text::severity_style(finding.severity), format!("{:8}", finding.severity.name()));
        format!("{severity} {}", text::plain(&finding.title))
    };
    let subject = subject_text(finding, &found.names);
    let what = match group_by {
        GroupBy::Rule => subject,
        GroupBy::Subject => title(),
        GroupBy::Cause => format!("{}: {subject}", title()),
    };
    let new = if serve::is_new_finding(finding, found.judged) { paint.bold("new ") } else { String::new() };
    format!("  {:<17} {new}{what}{}\n", first_seen_text(finding), more(finding, found))
}

/// Writes the state where it is another than open, and who created what it is about, where that is no baseline.
fn more(finding: &Finding, found: &Found) -> String {
    let state = state_text(finding);
    let state = if state == FindingState::Open.name() {
        String::new()
    } else {
        format!(" [{}]", text::plain(&state))
    };
    let by = found.names.creator_of(&finding.subject).filter(|_| !finding.baseline);
    let by = by.map(|by| {
        format!(", created by {}", found.names.of_id(by).map_or_else(|| text::plain(by), str::to_owned))
    });
    format!("{}{state}", by.unwrap_or_default())
}

/// Returns what a finding is about. Who holds a permission need not stand in a table, and holds it through something.
fn subject_text(finding: &Finding, names: &Names) -> String {
    let text = |name: &str| finding.evidence.text(name);
    match (text("principal"), text("through")) {
        (Some(principal), Some(path)) => text::plain(&format!("{principal}, through {path}")),
        _ => names.name_of(&finding.subject),
    }
}

fn first_seen_text(finding: &Finding) -> String {
    let mark = if finding.baseline { "≤ " } else { "" };
    format!("{mark}{} ({})", finding.first_seen.snapshot, text::day(&finding.first_seen.at))
}

fn state_text(finding: &Finding) -> String {
    match (&finding.suppression, &finding.last_seen) {
        (Some(reason), _) => format!("suppressed: {reason}"),
        (None, Some(seen)) if finding.state.is_closed() => {
            format!("{}, last seen in {}", finding.state.name(), seen.snapshot)
        }
        _ => match (&finding.doubt, &finding.implied_by) {
            (Some(doubt), _) => format!("{}: {doubt}", finding.state.name()),
            (None, Some(wider)) => format!("{}, implied by {wider}", finding.state.name()),
            (None, None) => finding.state.name().to_owned(),
        },
    }
}

/// Counts what is listed: what is open by severity, and the other states where they are asked for. What is not listed may well be open, so that
/// nothing is said of it.
fn counts(findings: &[Finding], wanted: &FindingsArgs) -> String {
    let are_chosen = wanted.new
        || wanted.severity.is_some()
        || wanted.since.is_some()
        || wanted.subject.is_some()
        || !wanted.rule.is_empty();
    let of_states = wanted.all || !wanted.state.is_empty();
    let mut states: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| of_states && finding.state != FindingState::Open) {
        *states.entry(finding.state.name()).or_default() += 1;
    }
    let others = states.into_iter().map(|(state, count)| format!("{} {state}", text::number(count)));
    let counts: Vec<String> = open_by_severity(findings).into_iter().chain(others).collect();
    match (counts.is_empty(), of_states, are_chosen) {
        (false, ..) => counts.join("; "),
        (true, false, false) => "Nothing open".to_owned(),
        (true, false, true) => "Nothing open of what is asked for".to_owned(),
        (true, true, _) => "Nothing of what is asked for".to_owned(),
    }
}

/// Counts what is open by severity; none where nothing is.
fn open_by_severity(findings: &[Finding]) -> Option<String> {
    let severities = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let open = |severity| {
        let is_open =
            |finding: &&Finding| finding.state == FindingState::Open && finding.severity == severity;
        u64::try_from(findings.iter().filter(is_open).count()).unwrap_or(u64::MAX)
    };
    let counts: Vec<(u64, &str)> =
        severities.into_iter().map(|severity| (open(severity), severity.name())).collect();
    let total: u64 = counts.iter().map(|(count, _)| count).sum();
    (total > 0).then(|| format!("{} open: {}", text::number(total), text::tally(counts, "")))
}
