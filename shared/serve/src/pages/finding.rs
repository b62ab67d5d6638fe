//! What was found, as it stood after a snapshot.

use check::{RuleSet, RuleSubject};
use maud::{Markup, html};
use model::Address;
use serde_json::{Map, Value};

use super::{
    Drawn, PageContext,
    frame::Tab,
    parts::{
        address, badge, choice, field, for_programs, incomplete, list, next_page, not_answered, number,
        problem, seen, text, when,
    },
};
use crate::drift::cell_text;

const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];
const STATES: [&str; 7] = ["open", "suppressed", "unknown", "fixed", "gone", "rule-changed", "all"];
/// Evidence that the line of the finding tells already.
const SILENT: [&str; 5] = ["about", "through", "id", "name", "actions"];

/// Draws the findings, those of one rule together.
pub(super) fn findings(asked: &PageContext<'_>) -> Drawn {
    let place = format!("{}/findings", asked.home());
    let body = html! {
        form.inline method="get" {
            (choice(asked, "severity", "Severity, at least", "Any", &SEVERITIES))
            (choice(asked, "state", "State", "What may hold", &STATES))
            (field(asked, "rule", "Rule", "key_*"))
            (field(asked, "subject", "About", "a part of a name or id"))
            (field(asked, "at", "Snapshot", "latest"))
            button type="submit" { "Show" }
        }
        @if let Some(wrong) = asked.problem { (problem(wrong)) }
        @if let Some(answer) = asked.answer {
            (answered(asked, answer))
            (next_page(asked, &place, "More findings"))
            (for_programs(asked))
        }
    };
    ("Findings".to_owned(), Some(Tab::Findings), Vec::new(), body)
}

fn answered(asked: &PageContext<'_>, answer: &Value) -> Markup {
    let (home, findings) = (asked.home(), list(answer, "/findings"));
    let (own, total) = (number(answer, "/snapshot"), number(answer, "/total"));
    html! {
        p.span { (export::count_text(total)) " after " a href={ (home) "/snapshots/" (own) } { "snapshot " (own) } " (" (when(text(answer, "/at"))) ")" }
        @if let Some(reason) = answer.pointer("/unjudged/reason").and_then(Value::as_str) {
            p.alert { strong { "Not judged. " } (seen(reason)) " These are the findings of the snapshot that was judged last." }
        }
        (incomplete(list(answer, "/incomplete")))
        (not_answered(list(answer, "/not_answered")))
        @if findings.is_empty() { (nothing(asked, answer)) }
        @for of_rule in findings.chunk_by(|one, other| text(one, "/rule") == text(other, "/rule")) {
            @if let Some(first) = of_rule.first() {
                article {
                    h2.rule { (badge(text(first, "/severity"))) " " (seen(text(first, "/title"))) span.count { (of_rule.len()) } }
                    p.rule { a href=(address(&format!("{home}/findings"), &[("rule", text(first, "/rule")), ("at", asked.given("at"))])) { code { (seen(text(first, "/rule"))) } } }
                    ul.subjects { @for finding in of_rule { li { (one(&home, finding, asked.rules)) } } }
                }
            }
        }
    }
}

/// Says that nothing was found, how far that can be relied on, and where to look next.
fn nothing(asked: &PageContext<'_>, answer: &Value) -> Markup {
    let home = asked.home();
    let is_filtered =
        ["severity", "state", "rule", "subject"].iter().any(|name| !asked.given(name).is_empty());
    let of_rules = list(answer, "/not_answered").is_empty();
    let of_lists = list(answer, "/incomplete").is_empty();
    let state = if is_filtered { "" } else { "all" };
    let more = address(&format!("{home}/findings"), &[("state", state), ("at", asked.given("at"))]);
    html! {
        div.empty {
            p { "Nothing was found" @if is_filtered { " with these filters" } @if !of_rules { " by the rules that have an answer" } @if !of_lists { " in what could be seen" } "." }
            @if is_filtered { p { a href=(more) { "Show all that holds" } } }
            @else { p { a href=(more) { "Show what was accepted, fixed or is gone" } ", or " a href={ (home) "/query" } { "ask a question of your own" } "." } }
        }
    }
}

/// Draws one finding: what it is about, since when, through what, and what shows it.
fn one(home: &str, finding: &Value, rules: &RuleSet) -> Markup {
    let subject = text(finding, "/subject");
    let name = text(finding, "/name");
    let name = if name.is_empty() { subject } else { name };
    let since = number(finding, "/first_seen/snapshot");
    let mark =
        if finding.get("baseline") == Some(&Value::Bool(true)) { "at the latest since" } else { "since" };
    let none = Map::new();
    let evidence = finding.get("evidence").and_then(Value::as_object).unwrap_or(&none);
    let told: Vec<(&String, &Value)> = evidence
        .iter()
        .filter(|(name, value)| !SILENT.contains(&name.as_str()) && !value.is_null())
        .collect();
    html! {
        p.subject {
            @match thing_of(finding, rules) {
                Some(thing) => { a href=(address(&format!("{home}/history"), &[("subject", &thing)])) { (seen(name)) } }
                None => { (seen(name)) }
            }
            @if finding.get("new") == Some(&Value::Bool(true)) { " " span.mark { "new" } }
            @if text(finding, "/state") != "open" { " " span.mark { (seen(text(finding, "/state"))) } } }
        @if let Some(through) = evidence.get("through").and_then(Value::as_str).filter(|through| !through.is_empty()) {
            ol.path.drawn { @for step in through.split(" → ") { li { span.name { (seen(step)) } } } }
        }
        p.meta { (mark) " " a href={ (home) "/snapshots/" (since) } { "snapshot " (since) } " (" (when(text(finding, "/first_seen/at"))) ")"
            @if let Some(reason) = finding.get("suppression").and_then(Value::as_str) { "; accepted: " (seen(reason)) }
            @if let Some(doubt) = finding.get("doubt").and_then(Value::as_str) { "; in doubt: " (seen(doubt)) }
            @if let Some(wider) = finding.get("implied_by").and_then(Value::as_str) { "; more is said by " code { (seen(wider)) } } }
        @if let Some(actions) = evidence.get("actions").and_then(Value::as_str).filter(|actions| !actions.is_empty()) { p.meta { code { (seen(actions)) } } }
        @if !told.is_empty() {
            details { summary { "What shows it" }
                dl.cells { @for (name, value) in told { div { dt { (seen(name)) } dd { (cell_text(value)) } } } } }
        }
    }
}

/// Returns the address of the thing that a finding is about, or of what that belongs to where the rule names it by other columns than its
/// key; none where neither can be told.
fn thing_of(finding: &Value, rules: &RuleSet) -> Option<String> {
    let subject = text(finding, "/subject");
    let address = Address::parse(subject)?;
    let table = address.table()?;
    let columns = match rules.get(text(finding, "/rule")).and_then(|rule| rule.subject.as_ref()) {
        Some(RuleSubject::Row { columns, .. }) => columns.clone(),
        _ => return Some(subject.to_owned()),
    };
    if table.key_columns().iter().map(|column| column.name).eq(columns.iter().copied()) {
        return Some(subject.to_owned());
    }
    let parent = table.parent.filter(|parent| columns.first() == Some(&parent.column))?;
    let id = address.key.split('/').next()?;
    Some(format!("{}/{}/{id}", address.account, parent.table))
}
