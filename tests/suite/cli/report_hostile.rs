//! A report of which every text was chosen by somebody who wants to break it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use check::{Limits, QueryAnswer, Unanswered};
use export::{
    AuditReport, Description, ExportTarget, FindingCollector, FormerFindings, ReportFormat, ReportedChange,
    ReportedChanges, ReportedFindings, RuleText,
};
use history::Section;
use model::{AccountId, Coverage, Finding, FindingState, ListStatus, Severity, Sighting};
use serde_json::Value;

use super::{
    export::{history, of_csv},
    program::Desk,
};

/// Ends whatever a text may stand in: an element, an attribute, a comment, a style, a cell, a code span.
const NASTY: &str = "</style></title><script>window.marked=true</script><img src=x onerror=alert(1)>\" onload='x' -->]]> \
                     ``` ![a](javascript:alert(1)) @team |x| \u{202e}\u{2028}\n# head\r\n=cmd|' /C calc'!A0;=1";

/// Returns a text that says where it is from.
pub(super) fn nasty(place: &str) -> String {
    format!("={place}{NASTY}")
}

/// Passes on a report in which all that a cloud, a rule or the settings may say is a text of one's own, with so many findings.
pub(super) fn with_report(
    account: &AccountId,
    answer: QueryAnswer,
    findings: usize,
    text: fn(&str) -> String,
    write: impl FnOnce(&AuditReport<'_>),
) {
    let seen = Sighting { snapshot: 3, at: "2026-11-21T16:30:00Z".to_owned() };
    let rule = RuleText {
        title: text("title"),
        severity: Severity::Critical,
        confidence: Some("high"),
        is_permission: false,
        reason: text("reason"),
        remediation: text("remediation"),
        references: vec![
            text("reference"),
            format!("https://x.example/{}", text("")),
            "javascript:alert(1)".to_owned(),
        ],
    };
    let permission = RuleText { is_permission: true, ..rule.clone() };
    let section = Section {
        rule: "question".to_owned(),
        title: text("section title"),
        reason: text("section reason"),
        remediation: String::new(),
        answer,
        is_answered: true,
        unanswered: None,
        incomplete: Vec::new(),
    };
    let change = |place: &str| ReportedChange {
        sign: "+".to_owned(),
        head: text(place),
        lines: vec![text(&format!("{place} line"))],
    };
    let report = AuditReport {
        account,
        name: Some(text("name")),
        snapshot: seen.clone(),
        since: Some(Sighting { snapshot: 2, ..seen.clone() }),
        unjudged: Some(text("unjudged")),
        lists: 3,
        incomplete: vec![Coverage {
            listing: "ibm_users".to_owned(),
            parent: text("parent"),
            endpoint: String::new(),
            status: ListStatus::Failed,
            reason: Some(text("list reason")),
            pages: 0,
            rows: 0,
            carried_from: None,
        }],
        unanswered: vec![Unanswered { rule: "a".to_owned(), is_partial: true, tables: vec!["ibm_users"] }],
        rules: BTreeMap::from([("a".to_owned(), rule), ("p".to_owned(), permission)]),
        asked: BTreeSet::new(),
        notes: vec![text("note")],
        findings: made(findings, &seen, text),
        describe: &|_| Description {
            subject: text("subject name"),
            path: vec![text("step one"), text("step two")],
            created_by: Some(text("creator")),
            accepted_until: Some(text("until")),
        },
        changes: Some(ReportedChanges {
            things: vec![change("thing")],
            access: vec![change("access")],
            unseen: vec![text("unseen")],
        }),
        sections: vec![section],
    };
    write(&report);
}

/// Makes findings, each of four after the other: new of a rule, of a permission as it was, accepted and changed, over.
fn made(findings: usize, seen: &Sighting, text: fn(&str) -> String) -> ReportedFindings {
    let target = ExportTarget::Place { path: std::env::temp_dir().join("report"), is_replaced: false };
    let mut former = FormerFindings::begin(&target).unwrap();
    for number in (0..findings).filter(|number| !number.is_multiple_of(4)) {
        let mut before = Finding { state: FindingState::Open, ..finding(number, seen, text) };
        if number % 4 == 2 {
            before.evidence = [("actions".to_owned(), "fewer".into())].into_iter().collect();
        }
        former.take(&before);
    }
    let mut collector = FindingCollector::begin(&target, Some(former)).unwrap();
    (0..findings).for_each(|number| collector.take(&finding(number, seen, text)));
    collector.finish().unwrap()
}

fn finding(number: usize, seen: &Sighting, text: fn(&str) -> String) -> Finding {
    let (rule, state) = match number % 4 {
        0 => ("a", FindingState::Open),
        1 => ("p", FindingState::Unknown),
        2 => ("a", FindingState::Suppressed),
        _ => ("unknown rule", FindingState::Gone),
    };
    Finding {
        fingerprint: format!("{number:032x}"),
        rule: rule.to_owned(),
        title: text("title"),
        severity: Severity::Critical,
        subject: text("subject"),
        evidence: [("actions".to_owned(), text("actions").into()), (text("column"), text("evidence").into())]
            .into_iter()
            .collect(),
        state,
        baseline: number % 4 == 2,
        first_seen: seen.clone(),
        last_seen: Some(seen.clone()),
        suppression: (state == FindingState::Suppressed).then(|| text("suppression")),
        doubt: (state == FindingState::Unknown).then(|| text("doubt")),
        implied_by: None,
        untold: false,
        pending: None,
        told: None,
    }
}

/// Asks for rows that are nasty.
pub(super) async fn nasty_answer(desk: &Desk) -> QueryAnswer {
    let (history, manifest) = history(desk).await;
    let text = nasty("cell").replace('\'', "''");
    let sql = format!("select '{text}' as \"{}\"", nasty("head").replace('"', "\"\""));
    history::query(&history, &manifest, &sql, &Limits::default()).await.unwrap()
}

/// Returns what of a line of Markdown stands outside code spans, as CommonMark finds them: between two equally long runs of marks.
fn outside_code(line: &str) -> String {
    let mut rest = String::new();
    let mut line = line;
    while let Some(start) = line.find('`') {
        let (before, after) = line.split_at(start);
        let text = after.trim_start_matches('`');
        let mark = &after[..after.len() - text.len()];
        let is_mark = |(at, _): &(usize, &str)| {
            !text[..*at].ends_with('`') && !text[at + mark.len()..].starts_with('`')
        };
        let (end, _) = text.match_indices(mark).find(is_mark).expect("a span that ends");
        rest.push_str(before);
        line = &text[end + mark.len()..];
    }
    rest + line
}

pub(super) fn write(report: &AuditReport<'_>, format: ReportFormat, path: &Path) {
    let target = ExportTarget::Place { path: path.to_owned(), is_replaced: true };
    export::write_report(report, format, target).unwrap();
}

#[tokio::test]
async fn no_text_of_a_report_is_taken_for_anything_but_text() {
    let desk = Desk::with_history();
    let answer = nasty_answer(&desk).await;
    let account: AccountId = "ibm/acc1".parse().unwrap();
    let of = |format: ReportFormat| {
        let path = desk.path(&format!("nasty.{}", format.ending()));
        with_report(&account, answer.clone(), 4, nasty, |report| write(report, format, &path));
        fs::read_to_string(path).unwrap()
    };
    let page = of(ReportFormat::Html);
    let safe =
        page.matches("<script").count() + page.matches("<img").count() + page.matches("\u{202e}").count();
    assert_eq!(safe, 0);
    assert!(!page.contains("href=\"javascript:") && page.matches("</style>").count() == 1);
    for place in [
        "name",
        "unjudged",
        "parent",
        "list reason",
        "note",
        "title",
        "reason",
        "remediation",
        "reference",
        "subject name",
        "step one",
        "step two",
        "creator",
        "until",
        "doubt",
        "suppression",
        "actions",
        "column",
        "evidence",
        "thing",
        "thing line",
        "access",
        "access line",
        "unseen",
        "section title",
        "section reason",
        "head",
        "cell",
    ] {
        assert!(page.contains(&format!("={place}&lt;/style")), "{place} is told, and escaped");
    }

    let rows = of_csv(&of(ReportFormat::Csv));
    let (head, rows) = rows.split_first().unwrap();
    assert_eq!(rows.len(), 7, "one not judged, one list, one rule, four findings");
    for row in rows {
        assert_eq!(row.len(), head.len());
        for cell in row.iter().flatten() {
            assert!(!cell.starts_with('='), "{cell}");
            assert!(!cell.contains(";="), "{cell}");
            assert!(!cell.contains(['\u{202e}', '\u{2028}']), "{cell}");
        }
    }

    let text = of(ReportFormat::Sarif);
    assert!(!text.contains(['\u{202e}', '\u{2028}']));
    let log: Value = serde_json::from_str(&text).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    assert_eq!(
        results[0]["locations"][0]["logicalLocations"][0]["name"],
        *model::visible(&nasty("subject name"))
    );
    assert!(!results[0]["message"]["text"].as_str().unwrap().contains(['\u{202e}', '\n']), "{}", results[0]);
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);

    let events = of(ReportFormat::Ocsf);
    let lines: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 6);
    assert!(!events.contains('\u{2028}') && !events.contains('\u{202e}'));

    // Every nasty text stands within one line, in a code span that is longer than any mark in it.
    let text = of(ReportFormat::Markdown);
    for line in text.lines() {
        let rest = outside_code(line);
        assert!(!rest.contains(['<', '@', '[', '!', '|']), "{line}");
    }
    assert!(text.matches("script>").count() > 20);
}
