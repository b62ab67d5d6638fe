//! A report as a document: what was found, with what became of it since another snapshot.
//!
//! Gathers what is to be told and names everything in words; [`export`] writes it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use check::{Findings, Limits, RuleKind};
use export::{
    AuditReport, Description, ExportTarget, FindingCollector, FormerFindings, ReportFormat, ReportedChange,
    ReportedChanges, ReportedFindings, RuleText,
};
use model::{Finding, FindingState, Sighting, Timestamp};
use serde_json::{Value, json};
use snapshot::Manifest;

use crate::{
    arguments::{ReportArgs, ReportForm},
    commands::{Context, findings::UnseenParts},
    failure::Failure,
    names::{Names, Subject},
    past::Past,
    questions::Questions,
    render::{access, drift, findings::unjudged, text},
    screen::{Paint, Screen},
};

/// Rows of one question that a page shows.
const ROWS: usize = 100;

/// Returns the format of a document; none of the text, which is none.
pub(super) const fn format_of(form: ReportForm) -> Option<ReportFormat> {
    match form {
        ReportForm::Text => None,
        ReportForm::Html => Some(ReportFormat::Html),
        ReportForm::Csv => Some(ReportFormat::Csv),
        ReportForm::Sarif => Some(ReportFormat::Sarif),
        ReportForm::Ocsf => Some(ReportFormat::Ocsf),
        ReportForm::Md => Some(ReportFormat::Markdown),
    }
}

/// Writes a document, and says whether anything is open.
pub(super) async fn write(
    context: Context<'_>,
    past: &Past,
    questions: &Questions,
    format: ReportFormat,
    wanted: &ReportArgs,
) -> Result<bool, Failure> {
    let manifest = past.snapshot(&wanted.snapshot).await?;
    let since = match &wanted.since {
        Some(since) => Some(earlier(past.snapshot(since).await?, &manifest)?),
        None => None,
    };
    let file = manifest.account.to_string().replace('/', "-");
    let file = format!("{file}-{}-report.{}", manifest.number, format.ending());
    let place = context.target(wanted.to.as_ref(), file)?;
    let is_stream = place == "-";
    let target = if is_stream {
        let name = "standard output".to_owned();
        ExportTarget::Stream { name, output: Screen::stream(), scratch: std::env::temp_dir() }
    } else {
        ExportTarget::Place { path: PathBuf::from(&place), is_replaced: wanted.force }
    };
    target.check_file()?;
    // Whatever is loaded to answer these is gone before findings are held.
    let sections = match format {
        ReportFormat::Html => sections(past, &manifest, questions).await?,
        _ => Vec::new(),
    };
    let (findings, of_suppressions) = findings(past, &manifest, since.as_ref(), questions, &target).await?;
    let asked: BTreeSet<String> = of_suppressions.rules.keys().cloned().collect();
    let notes = notes(past, questions, &of_suppressions);
    let names = names(past, &manifest, since.as_ref(), questions, &findings).await?;
    let sight = UnseenParts::of(past, &manifest, questions).await?;
    let changes = match &since {
        Some(since) => Some(changes(past, since, &manifest, &names).await?),
        None => None,
    };
    let report = AuditReport {
        account: &manifest.account,
        name: Some(past.label.clone()).filter(|label| *label != manifest.account.to_string()),
        snapshot: sighting(&manifest),
        since: since.as_ref().map(sighting),
        unjudged: unjudged(&manifest),
        lists: manifest.coverage.lists,
        incomplete: sight.incomplete,
        unanswered: sight.unanswered,
        rules: rule_texts(questions, &manifest),
        asked,
        notes,
        findings,
        describe: &|finding| describe(finding, &names, questions, manifest.taken_at()),
        changes,
        sections,
    };
    export::write_report(&report, format, target)?;
    if !is_stream {
        context.screen.show(|paint| page(&report, &place, paint), || to_json(&report, format, &place))?;
    }
    Ok(report.findings.entries().iter().any(|entry| entry.state == FindingState::Open))
}

/// Returns the snapshot to compare with, which must be the earlier one.
fn earlier(since: Manifest, manifest: &Manifest) -> Result<Manifest, Failure> {
    if since.number < manifest.number {
        return Ok(since);
    }
    let said = format!(
        "--since names snapshot {}, which is not before snapshot {}, that the report is on",
        since.number, manifest.number
    );
    Err(Failure::wrong_use(said).help("name an earlier one; `iamwatch snapshots` lists them"))
}

fn sighting(manifest: &Manifest) -> Sighting {
    Sighting { snapshot: manifest.number, at: manifest.finished_at.clone() }
}

/// Reads the findings that are told, and returns with them those that suppressions are for.
async fn findings(
    past: &Past,
    manifest: &Manifest,
    since: Option<&Manifest>,
    questions: &Questions,
    target: &ExportTarget,
) -> Result<(ReportedFindings, Findings), Failure> {
    let former = match since {
        Some(since) => {
            let mut former = FormerFindings::begin(target)?;
            history::each_finding(&past.history, since, |finding| former.take(&finding)).await?;
            Some(former)
        }
        None => None,
    };
    let mut collector = FindingCollector::begin(target, former)?;
    let mut accepted = BTreeMap::new();
    let take = |finding: Finding| {
        collector.take(&finding);
        if questions.may_accept(&finding) {
            accepted.insert(finding.fingerprint.clone(), Arc::new(finding));
        }
    };
    let rules = history::each_finding(&past.history, manifest, take).await?;
    Ok((collector.finish()?, Findings { rules, findings: accepted }))
}

/// Says what does not fit between the settings and what the audit asked.
fn notes(past: &Past, questions: &Questions, findings: &Findings) -> Vec<String> {
    let account = past.history.account();
    let unknown = questions.unknown(account, findings);
    let unknown = (!unknown.is_empty()).then(|| {
        let names = unknown.join(", ");
        format!(
            "The audit also asked {names}, of which the settings that this report was made with say nothing."
        )
    });
    let idle = questions.idle_suppressions(account, findings).into_iter().map(|warning| warning.text);
    unknown.into_iter().chain(idle).collect()
}

async fn names(
    past: &Past,
    manifest: &Manifest,
    since: Option<&Manifest>,
    questions: &Questions,
    findings: &ReportedFindings,
) -> Result<Names, Failure> {
    let manifests: Vec<&Manifest> = std::iter::once(manifest).chain(since).collect();
    let entries = findings.entries().iter();
    let subjects = entries.map(|entry| Subject { rule: &entry.rule, address: &entry.subject });
    Ok(Names::read(&past.history, &manifests, &questions.rules, subjects).await?)
}

/// Gathers what changed between two snapshots: things, and who can do what.
async fn changes(
    past: &Past,
    since: &Manifest,
    manifest: &Manifest,
    names: &Names,
) -> Result<ReportedChanges, Failure> {
    let drifted = history::drift(&past.history, since, manifest).await?;
    let tables = serve::naming_tables_of(past.history.account().cloud(), &drifted);
    let state = history::state(&past.history, manifest, &tables).await?;
    let things = notify::drift(past.history.account(), &drifted, &state);
    let told = history::access_changes(&past.history, since, manifest).await?;
    let lists = serve::unseen_lists(&past.history, since, manifest).await?;
    let lists = lists.iter().map(|list| match list.parent.as_str() {
        "" | "*" => list.listing.clone(),
        parent => format!("{} of {parent}", list.listing),
    });
    Ok(ReportedChanges {
        things: things.iter().map(|thing| change_of(&drift::thing(thing, names, Paint::PLAIN))).collect(),
        access: told
            .changes
            .iter()
            .map(|change| change_of(&access::change(change, access::SHOWN, Paint::PLAIN)))
            .collect(),
        unseen: lists.chain(told.unseen.iter().cloned()).collect(),
    })
}

/// Takes the lines of a change apart: a sign and what happened, and below it what differs.
fn change_of(text: &str) -> ReportedChange {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let head = lines.next().unwrap_or_default();
    let (sign, head) = head.split_once(' ').unwrap_or(("", head));
    ReportedChange { sign: sign.to_owned(), head: head.to_owned(), lines: lines.map(str::to_owned).collect() }
}

async fn sections(
    past: &Past,
    manifest: &Manifest,
    questions: &Questions,
) -> Result<Vec<history::Section>, Failure> {
    let limits = Limits { rows: ROWS, ..Limits::default() };
    let mut told = history::report(&past.history, manifest, &questions.rules, &limits).await?;
    told.sections.iter_mut().for_each(|section| serve::name_truths(&mut section.answer));
    Ok(told.sections)
}

/// Returns what the rules and permissions that a run asks say of themselves.
fn rule_texts(questions: &Questions, manifest: &Manifest) -> BTreeMap<String, RuleText> {
    let cloud = manifest.account.cloud();
    let rules = questions.rules.for_cloud(cloud).filter(|rule| rule.kind == RuleKind::Finding);
    let rules = rules.map(|rule| {
        let text = RuleText {
            title: rule.title.clone(),
            severity: rule.severity,
            confidence: Some(rule.confidence.name()),
            is_permission: false,
            reason: rule.reason.trim().to_owned(),
            remediation: rule.remediation.trim().to_owned(),
            references: rule.references.clone(),
        };
        (rule.id.clone(), text)
    });
    let permissions = questions.permissions.of_cloud(cloud).iter().map(|permission| {
        let text = RuleText {
            title: permission.title.clone(),
            severity: permission.severity,
            confidence: None,
            is_permission: true,
            reason: permission.reason.trim().to_owned(),
            remediation: permission.remediation.trim().to_owned(),
            references: Vec::new(),
        };
        (permission.id.clone(), text)
    });
    rules.chain(permissions).collect()
}

fn describe(finding: &Finding, names: &Names, questions: &Questions, at: Timestamp) -> Description {
    let text = |name: &str| finding.evidence.text(name);
    let path = text("through").filter(|_| text("principal").is_some());
    let created_by = names.creator_of(&finding.subject);
    Description {
        subject: text("principal").unwrap_or_else(|| names.name_of(&finding.subject)),
        path: path.iter().flat_map(|path| path.split(" → ")).map(str::to_owned).collect(),
        created_by: created_by.map(|by| names.of_id(by).unwrap_or(by).to_owned()),
        accepted_until: questions.accepted_until(finding, at).map(str::to_owned),
    }
}

fn page(report: &AuditReport<'_>, place: &str, paint: Paint) -> String {
    let counts = export::count_by_severity(report);
    let counts = counts.iter().map(|(severity, count)| (*count, severity.name()));
    let mut page = format!(
        "{} of {}: {}\n→ {}\n",
        paint.bold(format!("Report on snapshot {}", report.snapshot.snapshot)),
        report.account,
        text::tally(counts, "nothing found"),
        model::visible(place)
    );
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    if !report.incomplete.is_empty() || !report.unanswered.is_empty() {
        page.push_str(&format!(
            "{} not read to the end, {} without a whole answer: the report names them.\n",
            text::counted(number(report.incomplete.len()), "list"),
            text::counted(number(report.unanswered.len()), "rule")
        ));
    }
    page
}

fn to_json(report: &AuditReport<'_>, format: ReportFormat, place: &str) -> Value {
    let counts: BTreeMap<&str, u64> = export::count_by_severity(report)
        .into_iter()
        .map(|(severity, count)| (severity.name(), count))
        .collect();
    json!({
        "account": report.account,
        "snapshot": report.snapshot,
        "since": report.since,
        "format": format.name(),
        "target": place,
        "findings": counts,
        "not_answered": report.unanswered,
        "incomplete_lists": report.incomplete.len(),
    })
}
