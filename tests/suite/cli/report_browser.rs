//! The page of a report, as a browser shows it on wide and narrow screens, light and dark, and on paper.

use std::{path::Path, process::Command};

use export::ReportFormat;
use model::AccountId;
use serde_json::Value;

use super::{
    program::Desk,
    report_documents::npm_packages,
    report_hostile::{nasty, nasty_answer, with_report, write},
};

/// Elements that a report is made of. None of them loads or runs anything.
const ELEMENTS: [&str; 33] = [
    "a", "article", "body", "code", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "head",
    "header", "html", "li", "main", "meta", "nav", "ol", "p", "section", "span", "strong", "style", "table",
    "tbody", "td", "th", "thead", "title", "tr",
];

/// Returns how a page looks in each of four ways.
fn look(packages: &Path, page: &Path) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/look.mjs");
    let tools = packages.parent().unwrap();
    let output =
        Command::new("node").arg(script).arg(page).env("IAMWATCH_REPORT_TOOLS", tools).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let looks: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(looks.len(), 4);
    looks
}

/// Asserts that nothing was loaded, run or complained of, and that nothing stands beside the page.
fn assert_calm(look: &Value) {
    let name = &look["name"];
    for what in ["errors", "requests", "handlers"] {
        assert_eq!(look[what], serde_json::json!([]), "{name}");
    }
    assert_eq!(look["marked"], false, "{name}: a script ran");
    for element in look["elements"].as_array().unwrap() {
        assert!(element == "ul" || ELEMENTS.contains(&element.as_str().unwrap()), "{name}: {element}");
    }
    for link in look["links"].as_array().unwrap() {
        let link = link.as_str().unwrap();
        assert!(link.starts_with('#') || link.starts_with("https://"), "{link}");
    }
    let viewport = look["viewport"].as_u64().unwrap();
    assert!(look["width"].as_u64().unwrap() <= viewport, "{name}: {look} is wider than the screen");
}

#[test]
fn a_browser_shows_a_report_and_finds_nothing_wrong_with_it() {
    let Some(packages) = npm_packages() else { return };
    for (desk, more) in [
        (Desk::with_history(), ["latest", "--since", "3"]),
        (Desk::with_huawei_history(), ["8", "--since", "3"]),
    ] {
        let call = ["report", "--format", "html", "--to", "report.html"];
        desk.iamwatch(&[&call[..], &more].concat()).done();
        for look in look(&packages, &desk.path("report.html")) {
            assert_calm(&look);
            let serious: Vec<&Value> = look["violations"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|each| each["impact"] == "serious" || each["impact"] == "critical")
                .collect();
            assert!(serious.is_empty(), "{}: {serious:#?}", look["name"]);
            let text = look["text"].as_str().unwrap();
            for words in [
                "Access audit",
                "Summary",
                "Critical",
                "Coverage",
                "Sensitive permissions",
                "The usual questions",
            ] {
                assert!(text.to_lowercase().contains(&words.to_lowercase()), "{words}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_of_nasty_texts_loads_and_runs_nothing() {
    let Some(packages) = npm_packages() else { return };
    let desk = Desk::with_history();
    let answer = nasty_answer(&desk).await;
    let account: AccountId = "ibm/acc1".parse().unwrap();
    let path = desk.path("nasty.html");
    with_report(&account, answer, 8, nasty, |report| write(report, ReportFormat::Html, &path));
    look(&packages, &path).iter().for_each(assert_calm);
}

#[tokio::test]
async fn a_page_of_ten_thousand_findings_opens_at_once() {
    let Some(packages) = npm_packages() else { return };
    let desk = Desk::with_history();
    let answer = nasty_answer(&desk).await;
    let account: AccountId = "ibm/acc1".parse().unwrap();
    let path = desk.path("large.html");
    let words = |place: &str| format!("what a cloud says of a {place}, in some words");
    with_report(&account, answer, 10_000, words, |report| write(report, ReportFormat::Html, &path));
    for look in look(&packages, &path) {
        assert_calm(&look);
        assert!(look["text"].as_str().unwrap().contains("The first 2,000 of 2,500"));
        // Under a second on an idle machine; the tests share theirs.
        assert!(look["milliseconds"].as_u64().unwrap() < 8_000, "{}", look["milliseconds"]);
    }
}
