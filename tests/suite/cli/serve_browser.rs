//! The pages, as a browser shows them: wide and narrow, light and dark, with markup in every name.

use std::{collections::BTreeSet, path::Path, process::Command};

use serde_json::Value;

use super::{
    program::Desk,
    report_documents::npm_packages,
    serve::{Served, account},
};

/// Elements that pages are made of. None of them runs anything.
const ELEMENTS: [&str; 57] = [
    "a",
    "article",
    "body",
    "br",
    "button",
    "circle",
    "code",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "head",
    "header",
    "html",
    "input",
    "label",
    "li",
    "line",
    "link",
    "main",
    "meta",
    "nav",
    "ol",
    "option",
    "p",
    "polyline",
    "rect",
    "section",
    "select",
    "span",
    "strong",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "textarea",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "ul",
    "b",
    "i",
    "small",
    "em",
];

/// Returns how some pages look in each of three ways.
fn look(packages: &Path, served: &Served, paths: &[String]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/browse.mjs");
    let output = Command::new("node")
        .arg(script)
        .args([&served.url, "-"])
        .args(paths)
        .env("IAMWATCH_REPORT_TOOLS", packages.parent().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let looks: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(looks.len(), 3 * paths.len());
    looks
}

fn assert_fine(look: &Value) {
    let place = format!("{} {}", look["name"], look["path"]);
    assert_eq!(look["status"], 200, "{place}");
    for what in ["errors", "foreign", "handlers"] {
        assert_eq!(look[what], serde_json::json!([]), "{place}");
    }
    assert_eq!(look["marked"], false, "{place}: a script ran");
    assert!(!look["landed"].as_str().unwrap().contains("token"), "the address keeps no token");
    for element in look["elements"].as_array().unwrap() {
        assert!(ELEMENTS.contains(&element.as_str().unwrap()), "{place}: {element}");
    }
    assert!(look["width"].as_u64() <= look["viewport"].as_u64(), "{place} is wider than the screen");
    let serious = |each: &&Value| each["impact"] == "serious" || each["impact"] == "critical";
    let serious: Vec<&Value> = look["violations"].as_array().unwrap().iter().filter(serious).collect();
    assert!(serious.is_empty(), "{place}: {serious:#?}");
}

/// Returns the pages of an account, of each kind one.
fn pages(at: &str, action: &str, subject: &str) -> Vec<String> {
    let at = at.replace("/api/v1", "");
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    vec![
        "/".to_owned(),
        at.clone(),
        format!("{at}/snapshots/8"),
        format!("{at}/snapshots/8/coverage"),
        format!("{at}/changes?from=6&to=7&access=true"),
        format!("{at}/findings?state=all"),
        format!("{at}/search?text=a"),
        format!("{at}/history?subject={}", encoded(subject)),
        format!("{at}/who-can?action={action}"),
        format!("{at}/query?sql={}", encoded("select * from findings limit 20")),
        format!("{at}/query"),
    ]
}

#[tokio::test]
async fn a_browser_shows_every_page_and_finds_nothing_wrong_with_it() {
    let Some(packages) = npm_packages() else { return };
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let looks = look(
        &packages,
        &served,
        &pages(&at, "iam-identity.apikey.create", "bjorn.lindqvist@lindqvist-freight.example"),
    );
    looks.iter().for_each(assert_fine);
    let said = |place: &str, words: &str| {
        let look = looks.iter().find(|look| look["path"].as_str().unwrap().contains(place)).unwrap();
        assert!(look["text"].as_str().unwrap().contains(words), "`{words}` on {place}: {}", look["text"]);
    };
    said("snapshots/8", "Not all could be seen");
    said("changes", "temporary, for the migration");
    said("findings", "Account owner has a key");
    said("history", "What it holds");
    said("who-can", "platform-admins");
    // Every link of every page leads somewhere.
    let links: BTreeSet<&str> = looks
        .iter()
        .filter(|look| look["name"] == "wide")
        .flat_map(|look| look["links"].as_array().unwrap())
        .filter_map(Value::as_str)
        .filter(|link| !link.starts_with('#'))
        .collect();
    assert!(links.len() > 60, "{links:?}");
    for link in links {
        assert!(link.starts_with('/'), "{link}");
        let status = served.ask(link, &[("accept", "text/html,*/*")]).await.status();
        assert!(status.is_success(), "{link}: {status}");
    }
}
