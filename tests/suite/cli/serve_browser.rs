//! The pages, as a browser shows them: wide and narrow, light and dark, with markup in every name.

use std::{collections::BTreeSet, path::Path, process::Command};

use serde_json::Value;

use super::{
    audit::Cloud,
    program::Desk,
    report_documents::npm_packages,
    serve::{Served, account, encoded},
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
pub(super) fn look(packages: &Path, served: &Served, paths: &[String]) -> Vec<Value> {
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

pub(super) fn assert_fine(look: &Value) {
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

/// Ends whatever a name may stand in: an element, an attribute, a drawing, a style.
const NASTY: &str = "</a></td></text></svg></title></style><script>window.marked=true</script><img src=x onerror=\"window.marked=true\">\" onload='window.marked=true' x=\"";

/// Gives every thing of the account that somebody names a name with markup.
fn rename_all(cloud: &Cloud) {
    cloud.simulator.change(|world| {
        let named = world
            .groups
            .iter_mut()
            .map(|each| &mut each.object)
            .chain(world.service_ids.iter_mut().map(|each| &mut each.object))
            .chain(world.api_keys.iter_mut().map(|each| &mut each.object))
            .chain(world.profiles.iter_mut().map(|each| &mut each.object))
            .chain(&mut world.custom_roles)
            .chain(&mut world.resource_groups)
            .chain(&mut world.instances)
            .chain(&mut world.zones);
        for (number, object) in named.enumerate() {
            for member in ["name", "description", "display_name"] {
                if object.get(member).is_some() {
                    object.set(member, format!("{number}{member}{NASTY}"));
                }
            }
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_in_every_stored_name_is_text_in_a_browser() {
    let Some(packages) = npm_packages() else { return };
    // The simulator has a runtime of its own, which may not end within another.
    let cloud = tokio::task::spawn_blocking(|| {
        let cloud = Cloud::new();
        cloud.desk.iamwatch(&["audit"]).done();
        rename_all(&cloud);
        cloud.desk.iamwatch(&["audit"]).done();
        cloud
    })
    .await
    .unwrap();
    let served = Served::start(&cloud.desk);
    let at = account(&served).await;
    let found = served
        .json(&format!("{at}/query?sql={}", "select+id+from+ibm_access_groups+order+by+id+limit+1"))
        .await;
    let group = found["rows"][0]["id"].as_str().unwrap().to_owned();
    let page = at.replace("/api/v1", "");
    let paths: Vec<String> = [
        "".to_owned(),
        "/snapshots/2".to_owned(),
        "/snapshots/2/tables/ibm_access_groups".to_owned(),
        "/snapshots/2/tables/ibm_service_ids".to_owned(),
        "/changes?from=1&to=2&access=true".to_owned(),
        "/findings?state=all".to_owned(),
        "/search?text=script".to_owned(),
        format!("/history?subject={group}"),
        "/who-can?action=iam-identity.apikey.create".to_owned(),
        "/query?sql=select+*+from+principals".to_owned(),
    ]
    .map(|rest| format!("{page}{rest}"))
    .to_vec();
    let looks = look(&packages, &served, &paths);
    looks.iter().for_each(assert_fine);
    let shows = |place: &str| {
        let look = looks.iter().find(|look| look["path"].as_str().unwrap().contains(place)).unwrap();
        look["whole"].as_str().unwrap().contains("<script>window.marked=true</script>")
    };
    let without: Vec<&str> = [
        "tables/ibm_access_groups",
        "tables/ibm_service_ids",
        "changes",
        "findings",
        "search",
        "history",
        "who-can",
        "query",
    ]
    .into_iter()
    .filter(|place| !shows(place))
    .collect();
    assert!(without.is_empty(), "{without:?} show no such name, so that nothing is proven of them");
    tokio::task::spawn_blocking(move || drop(cloud)).await.unwrap();
}
