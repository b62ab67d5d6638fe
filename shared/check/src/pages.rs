//! Pages written from the rules: the index, and which rules wake up in whose cases.

use std::fmt::Write;

use model::Cloud;

use crate::{Database, Limits, QueryError, Reads, RuleKind, RuleScope, RuleSet, cases};

/// Returns the index of the rules as Markdown: `rules/README.md`.
#[must_use]
pub fn index(set: &RuleSet) -> String {
    let mut page = String::from(
        "# Rules\n\nWritten from the rules by `IAMWATCH_WRITE=1 cargo test -p iamwatch-check`; do not edit. How to write one: `../README.md`.\n",
    );
    for scope in RuleScope::all() {
        let rules: Vec<_> = set.iter().filter(|rule| rule.scope == scope).collect();
        if rules.is_empty() {
            continue;
        }
        let title = if scope == RuleScope::Any { "every cloud" } else { scope.name() };
        let _ = write!(
            page,
            "\n## {title}\n\n| rule | severity | sure | what | silent without being about its subject |\n| --- | --- | --- | --- | --- |\n"
        );
        for rule in rules {
            let severity = if rule.kind == RuleKind::Report { "report" } else { rule.severity.name() };
            let _ = writeln!(
                page,
                "| [`{id}`]({folder}/{id}.sql) | {severity} | {} | {} | {} |",
                rule.confidence.name(),
                rule.title,
                rule.silence,
                folder = scope.name(),
                id = rule.id
            );
        }
    }
    page
}

/// Returns which rules other than its own report something in each case: `rules/cross_table.txt`. A
/// rule that wakes up in its neighbour's cases shows as a changed line.
///
/// # Errors
/// When a rule cannot be asked.
pub fn cross_table(set: &RuleSet) -> Result<String, QueryError> {
    let mut page = String::from("# case of a rule: other rules that report something in it\n");
    for cloud in Cloud::ALL {
        let Some(run) = cases::run_of_cases(cloud) else { continue };
        let _ = writeln!(page, "\n# {cloud}\n");
        let findings: Vec<_> = set.for_cloud(cloud).filter(|rule| rule.kind == RuleKind::Finding).collect();
        let reads = Reads::of(findings.iter().map(|rule| rule.sql.as_str()))?;
        for rule in set.for_cloud(cloud) {
            for case in rule.cases.iter().filter(|case| case.cloud == cloud) {
                let database = Database::load(&case.state, &run, &reads)?;
                let mut awake = Vec::new();
                for other in findings.iter().filter(|other| other.id != rule.id) {
                    if database.query(&other.sql, &Limits::default())?.sure_rows().next().is_some() {
                        awake.push(other.id.as_str());
                    }
                }
                let awake = if awake.is_empty() { "-".to_owned() } else { awake.join(" ") };
                let _ = writeln!(page, "{}: {}: {awake}", rule.id, case.name);
            }
        }
    }
    Ok(page)
}
