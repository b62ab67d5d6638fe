//! Pages with nothing to show: each says so, how far that can be relied on, and where to look next.

use std::collections::BTreeSet;

use model::{Cloud, tables};
use serde_json::Value;

use super::{
    program::Desk,
    report_documents::npm_packages,
    serve::{Served, account, encoded},
    serve_browser::{assert_fine, look},
};

/// Adds a snapshot that holds what the newest holds, and in which nothing was found.
fn add_one_without_findings(desk: &Desk, account: &str) {
    let folder = desk.path("iamwatch-store").join(account).join("manifests");
    let newest = std::fs::read(folder.join("00000009.json")).unwrap();
    let mut manifest: Value = serde_json::from_slice(&newest).unwrap();
    let members = manifest.as_object_mut().unwrap();
    for gone in ["findings", "outbox", "changes"] {
        members.remove(gone);
    }
    let manifest: snapshot::Manifest = serde_json::from_str(&manifest.to_string()).unwrap();
    let at = "2026-10-27T06:00:00Z".to_owned();
    let next = snapshot::Manifest { number: 10, started_at: at.clone(), finished_at: at, ..manifest };
    std::fs::write(folder.join("00000010.json"), next.to_bytes().unwrap()).unwrap();
}

/// Returns the parts of a page that say that there is nothing.
fn empty_parts(page: &str) -> Vec<&str> {
    let parts = page.split("<div class=\"empty\">").skip(1);
    parts.filter_map(|part| part.split_once("</div>").map(|(part, _)| part)).collect()
}

#[tokio::test]
async fn a_page_with_nothing_to_show_says_so_and_what_to_do() {
    let desk = Desk::with_huawei_history();
    let listed = desk.iamwatch(&["snapshots", "--json"]).json();
    add_one_without_findings(&desk, listed[0]["account"].as_str().unwrap());
    let served = Served::start(&desk);
    let at = account(&served).await;
    let idle =
        "select name from principals where kind = 'user' and id not in (select principal_id from grants)";
    let idle = served.json(&format!("{at}/query?sql={}", encoded(idle))).await;
    let idle = encoded(idle["rows"][0]["name"].as_str().expect("a user that holds nothing"));
    let held = served.json(&format!("{at}/snapshots/10")).await;
    let held: BTreeSet<&str> =
        held["tables"].as_array().unwrap().iter().filter_map(|table| table["table"].as_str()).collect();
    let empty = tables::of_cloud(Cloud::Huawei).find(|table| !held.contains(table.name)).unwrap().name;
    let home = at.replace("/api/v1", "");
    let nobody = "who-can?action=iam:users:createUserV5&principal=nobody";
    let pages = [
        ("findings".to_owned(), &["Nothing was found.", "accepted, fixed or is gone"][..]),
        ("findings?severity=high".to_owned(), &["found with these filters.", "Show all that holds"]),
        (
            "findings?at=8&subject=nobody".to_owned(),
            &["with these filters by the rules that have an answer in what could be seen."],
        ),
        (format!("history?subject={idle}"), &["It holds nothing: no policy and no group", "Ask who can"]),
        (
            format!("snapshots/10/tables/{empty}"),
            &["no rows in this snapshot.", "how far each list was read"],
        ),
        (
            "changes?from=9&to=10&access=true".to_owned(),
            &["Nothing changed.", "Nobody gained or lost access."],
        ),
        ("changes?from=7&to=8&access=true".to_owned(), &["Nothing changed in what could be seen."]),
        (nobody.to_owned(), &["Nobody with this in the name or id can.", "Ask for anybody, and on anything"]),
        (format!("{nobody}&at=8"), &["Nobody with this in the name or id can, as far as could be seen."]),
        (
            format!("query?sql={}", encoded("select * from huawei_users where 0 = 1")),
            &["returned no rows.", "Begin with an example"],
        ),
        ("search?text=nobody-has-this".to_owned(), &["look in the past"]),
    ];
    for (path, said) in &pages {
        let page = served.ask(&format!("{home}/{path}"), &[]).await.text().await.unwrap();
        let parts = empty_parts(&page);
        let text = parts.concat();
        let missing: Vec<&&str> = said.iter().filter(|words| !text.contains(**words)).collect();
        assert!(missing.is_empty(), "{path}: {missing:?} is missing in {text}");
        assert_eq!(
            text.contains("these filters"),
            path.contains('=') && path.starts_with("findings"),
            "{path}"
        );
        // What it offers is there.
        for link in text.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let status = served.ask(&link.replace("&amp;", "&"), &[("accept", "text/html")]).await.status();
            assert!(status.is_success() || link.contains("nobody"), "{path}: {link}: {status}");
        }
    }
    let Some(packages) = npm_packages() else { return };
    let paths: Vec<String> = pages.iter().map(|(path, _)| format!("{home}/{path}")).collect();
    look(&packages, &served, &paths).iter().for_each(assert_fine);
}
