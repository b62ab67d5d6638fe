//! Diagrams on pages are drawn by what the sites draw them with.

use std::{path::Path, process::Command};

use model::{Cloud, relations, tables};
use serde_json::Value;

use super::repository::root;

#[test]
fn a_browser_draws_the_diagram_of_each_cloud_with_every_table() {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(".cache/reports");
    if !tools.join("mermaid.min.js").exists() {
        let is_expected = std::env::var_os("IAMWATCH_TEST_ALL").is_some() && !tools.exists();
        assert!(!is_expected, "run tests/reports/install.sh before");
        eprintln!("!! left out: tests/reports/install.sh was not run, or there was no Node.js");
        return;
    }
    let pages = Cloud::ALL.map(|cloud| root().join(format!("shared/model/tables/{cloud}.md")));
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/mermaid.mjs"))
        .args(&pages)
        .env("IAMWATCH_REPORT_TOOLS", &tools)
        .env("SVG", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let drawn: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    for (cloud, drawn) in Cloud::ALL.into_iter().zip(drawn) {
        assert_eq!(drawn["error"], Value::Null, "{cloud}");
        let texts: Vec<&str> = drawn["texts"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        // As `make diagrams` leaves it.
        let svg = std::fs::read_to_string(folder.path().join(format!("{cloud}.svg"))).unwrap();
        let mut lines = 0;
        for table in tables::of_cloud(cloud) {
            assert!(texts.contains(&table.name), "{cloud}: {} is not drawn: {texts:?}", table.name);
            assert!(svg.contains(table.name), "{cloud}: {} is not in the SVG", table.name);
            lines += relations(table).len();
        }
        assert!(drawn["lines"].as_u64().unwrap() >= u64::try_from(lines).unwrap(), "{cloud}: {drawn}");
    }
}
