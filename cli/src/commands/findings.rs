//! `findings`: what is open, since when.

use std::cmp::Reverse;

use check::Unanswered;
use clap::builder::styling::AnsiColor;
use model::{Coverage, Finding, FindingState, Severity};
use pipeline::Warning;
use serde_json::{Value, json};
use snapshot::Manifest;

use super::Context;
use crate::{
    arguments::Findings,
    failure::Failure,
    names::{Names, Subject},
    past::Past,
    questions::Questions,
    render::{coverage, table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &Findings) -> Result<bool, Failure> {
    let questions = Questions::read(wanted.config.as_deref(), None).await?;
    let past = Past::open(context.global).await?;
    let manifest = past.snapshot(&wanted.at).await?;
    let all = history::findings(&past.history, &manifest).await?;
    let mut findings: Vec<&Finding> =
        all.findings.values().filter(|finding| wanted.all || is_shown(finding)).collect();
    findings.sort_by_key(|finding| {
        (finding.state.is_closed(), Reverse(finding.severity), &finding.rule, &finding.subject)
    });
    let subjects = findings.iter().map(|finding| Subject { rule: &finding.rule, address: &finding.subject });
    let names = Names::read(&past.history, &[&manifest], &questions.rules, subjects).await?;
    let sight = Sight::of(&past, &manifest, &questions).await?;
    let account = past.history.account();
    let odd =
        Odd { unknown: questions.unknown(account, &all), idle: questions.idle_suppressions(account, &all) };
    let hidden = all.live().len().saturating_sub(all.live().iter().filter(|each| is_shown(each)).count());
    context.screen.show(
        |paint| {
            let hidden = if wanted.all { 0 } else { hidden };
            format!("{}{}", page(&manifest, &findings, &names, &sight, hidden, paint), odd.text(paint))
        },
        || {
            json!({
                "snapshot": manifest.number,
                "judged": manifest.judged(),
                "findings": findings.iter().map(|finding| to_json(finding, &names)).collect::<Vec<_>>(),
                "not_answered": sight.unanswered,
                "incomplete": sight.incomplete,
                "unknown_rules": odd.unknown,
                "warnings": odd.idle,
            })
        },
    )?;
    Ok(findings.iter().any(|finding| finding.state == FindingState::Open))
}

/// What does not fit: between the settings and what the audit asked, and in what they accept.
struct Odd {
    unknown: Vec<String>,
    idle: Vec<Warning>,
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

/// What could not be seen, and what has no answer for it.
pub(super) struct Sight {
    pub(super) incomplete: Vec<Coverage>,
    pub(super) unanswered: Vec<Unanswered>,
}

impl Sight {
    /// Looks at what a snapshot could see of all that is asked of it.
    pub(super) async fn of(past: &Past, manifest: &Manifest, questions: &Questions) -> Result<Self, Failure> {
        let mut incomplete = history::coverage(&past.history, manifest).await?;
        incomplete.retain(|list| !list.is_complete());
        let sight = history::sight(&past.history, manifest).await?;
        let (rules, permissions) = (&questions.rules, &questions.permissions);
        let questions = pipeline::questions(rules, permissions, manifest.account.cloud(), &sight);
        let unanswered = history::unanswered(manifest, &sight, &questions);
        Ok(Self { incomplete, unanswered })
    }
}

/// Returns whether a finding is listed unasked: what holds and no other says more of, and what held and may hold still
/// where nobody can look.
fn is_shown(finding: &Finding) -> bool {
    let is_live = matches!(finding.state, FindingState::Open | FindingState::Unknown);
    is_live && finding.implied_by.is_none() && !finding.is_only_doubted()
}

fn page(
    manifest: &Manifest,
    findings: &[&Finding],
    names: &Names,
    sight: &Sight,
    hidden: usize,
    paint: Paint,
) -> String {
    let mut text = String::new();
    if !findings.is_empty() {
        let mut grid = Grid::new(&["severity", "rule", "subject", "since", "state"]);
        for finding in findings {
            grid.styled(
                text::severity_style(finding.severity),
                [
                    finding.severity.name().to_owned(),
                    finding.rule.clone(),
                    subject_text(finding, names),
                    first_seen_text(finding),
                    state_text(finding),
                ],
            );
        }
        text.push_str(&grid.text(paint));
    }
    text.push_str(&paint.bold(count_by_severity(findings)));
    text.push_str(&format!(
        " after snapshot {} of {}\n",
        manifest.number,
        text::minute(&manifest.finished_at)
    ));
    if let Some(said) = unjudged(manifest) {
        text.push_str(&paint.style(AnsiColor::Red.on_default().bold(), said));
        text.push('\n');
    }
    if hidden > 0 {
        let hidden = text::counted(u64::try_from(hidden).unwrap_or(u64::MAX), "more");
        let said = format!(
            "{hidden} suppressed, implied by these or only doubted: `iamwatch findings --all` lists them\n"
        );
        text.push_str(&paint.dim(said));
    }
    let incomplete = sight.incomplete.len();
    if incomplete > 0 {
        let said = format!(
            "{} could not be read to the end: what hangs on them stays as it was, or is unknown; `iamwatch show {}` says why",
            text::counted(u64::try_from(incomplete).unwrap_or(u64::MAX), "list"),
            manifest.number
        );
        text.push_str(&paint.style(AnsiColor::Yellow.on_default(), said));
        text.push('\n');
    }
    text.push_str(&coverage::unanswered(&sight.unanswered, paint));
    text
}

/// Tells that a snapshot was not judged, and of which one its findings are.
fn unjudged(manifest: &Manifest) -> Option<String> {
    let unjudged = manifest.unjudged.as_ref()?;
    let of = match &unjudged.last_judged {
        Some(last) => format!("these findings are those of snapshot {}", last.snapshot),
        None => "there are no findings yet".to_owned(),
    };
    let (number, reason) = (manifest.number, text::plain(&unjudged.reason));
    Some(format!("Snapshot {number} was not judged, and {of}: {reason}"))
}

/// Returns what a finding is about. Who holds a permission need not stand in a table, and holds it through something.
fn subject_text(finding: &Finding, names: &Names) -> String {
    let text = |name: &str| finding.evidence.get(name).and_then(Value::as_str);
    match (text("principal"), text("through")) {
        (Some(principal), Some(path)) => format!("{principal}, through {path}"),
        _ => names.of(&finding.subject),
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

fn count_by_severity(findings: &[&Finding]) -> String {
    let severities = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let open = |severity| {
        let is_open =
            |finding: &&&Finding| finding.state == FindingState::Open && finding.severity == severity;
        u64::try_from(findings.iter().filter(is_open).count()).unwrap_or(u64::MAX)
    };
    let counts: Vec<(u64, &str)> =
        severities.into_iter().map(|severity| (open(severity), severity.name())).collect();
    let total = counts.iter().map(|(count, _)| count).sum();
    match total {
        0 => "Nothing open".to_owned(),
        _ => format!("{} open: {}", text::number(total), text::tally(counts, "")),
    }
}

fn to_json(finding: &Finding, names: &Names) -> Value {
    let mut told = json!(finding);
    if let Value::Object(members) = &mut told {
        members.insert("name".to_owned(), Value::from(names.of(&finding.subject)));
    }
    told
}
