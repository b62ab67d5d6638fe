//! `findings`: what is open, since when.

use std::cmp::Reverse;

use clap::builder::styling::AnsiColor;
use model::{Coverage, Finding, FindingState, Severity};
use serde_json::{Value, json};
use snapshot::Manifest;

use super::Desk;
use crate::{
    arguments::Findings,
    failure::Failure,
    names::{Names, Subject},
    past::Past,
    render::{table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(desk: Desk<'_>, wanted: &Findings) -> Result<bool, Failure> {
    let past = Past::open(desk.global).await?;
    let manifest = past.snapshot(&wanted.at).await?;
    let all = history::findings(&past.history, &manifest).await?;
    let mut findings: Vec<&Finding> =
        all.findings.values().filter(|finding| wanted.all || is_shown(finding.state)).collect();
    findings.sort_by_key(|finding| {
        (finding.state.is_closed(), Reverse(finding.severity), &finding.rule, &finding.subject)
    });
    let rules = check::RuleSet::embedded()?;
    let subjects = findings.iter().map(|finding| Subject { rule: &finding.rule, address: &finding.subject });
    let names = Names::read(&past.history, &[&manifest], &rules, subjects).await?;
    let lists = history::coverage(&past.history, &manifest).await?;
    desk.screen.show(
        |paint| page(&manifest, &findings, &names, &lists, paint),
        || findings.iter().map(|finding| told(finding, &names)).collect(),
    )?;
    Ok(findings.iter().any(|finding| finding.state == FindingState::Open))
}

/// Says whether a finding is listed unasked: what holds, and what may hold where nobody can look.
const fn is_shown(state: FindingState) -> bool {
    matches!(state, FindingState::Open | FindingState::Unknown)
}

fn page(
    manifest: &Manifest,
    findings: &[&Finding],
    names: &Names,
    lists: &[Coverage],
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
                    about(finding, names),
                    since(finding),
                    state(finding),
                ],
            );
        }
        text.push_str(&grid.text(paint));
    }
    text.push_str(&paint.bold(tally(findings)));
    text.push_str(&format!(
        " after snapshot {} of {}\n",
        manifest.number,
        text::minute(&manifest.finished_at)
    ));
    let incomplete = lists.iter().filter(|list| !list.is_complete()).count();
    if incomplete > 0 {
        let said = format!(
            "{} could not be read to the end: what hangs on them stays as it was, or is unknown; `iamwatch show {}` says why",
            text::counted(u64::try_from(incomplete).unwrap_or(u64::MAX), "list"),
            manifest.number
        );
        text.push_str(&paint.style(AnsiColor::Yellow.on_default(), said));
        text.push('\n');
    }
    text
}

/// Says what a finding is about. Who holds a permission need not stand in a table, and holds it through something.
fn about(finding: &Finding, names: &Names) -> String {
    let text = |name: &str| finding.evidence.get(name).and_then(Value::as_str);
    match (text("principal"), text("through")) {
        (Some(principal), Some(path)) => format!("{principal}, through {path}"),
        _ => names.of(&finding.subject),
    }
}

fn since(finding: &Finding) -> String {
    let mark = if finding.baseline { "≤ " } else { "" };
    format!("{mark}{} ({})", finding.first_seen.snapshot, text::day(&finding.first_seen.at))
}

fn state(finding: &Finding) -> String {
    match (&finding.suppression, &finding.last_seen) {
        (Some(reason), _) => format!("suppressed: {reason}"),
        (None, Some(seen)) if finding.state.is_closed() => {
            format!("{}, last seen in {}", finding.state.name(), seen.snapshot)
        }
        _ => finding.state.name().to_owned(),
    }
}

fn tally(findings: &[&Finding]) -> String {
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

fn told(finding: &Finding, names: &Names) -> Value {
    let mut told = json!(finding);
    if let Value::Object(members) = &mut told {
        members.insert("name".to_owned(), Value::from(names.of(&finding.subject)));
    }
    told
}
