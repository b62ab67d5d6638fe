//! Questions in SQL, with what they return.

use maud::html;
use serde_json::Value;

use super::{
    Drawn, PageContext,
    frame::Tab,
    parts::{self, address, field, for_programs, incomplete, list, number, problem},
};

/// Questions that somebody new can begin with.
const EXAMPLES: [(&str, &str); 4] = [
    (
        "Principals without a group",
        "select id, name, kind from principals where id not in (select principal_id from memberships) order by name",
    ),
    (
        "Grants by principal",
        "select principal, count(*) as grants from grants group by principal order by grants desc limit 20",
    ),
    (
        "Findings by rule",
        "select rule, severity, count(*) as findings from findings where state = 'open' group by rule, severity order by findings desc",
    ),
    ("What the last run changed", "select * from drift"),
];

/// Draws the form for a statement, and the rows that it returned.
pub(super) fn sql(asked: &PageContext<'_>) -> Drawn {
    let place = format!("{}/query", asked.home());
    let body = html! {
        form method="get" {
            div.field.wide {
                label for="sql" { "One statement, which may only read" }
                textarea id="sql" name="sql" rows="5" spellcheck="false" autocomplete="off" { (asked.given("sql")) }
            }
            div.inline {
                (field(asked, "at", "Snapshot", "latest"))
                button type="submit" { "Ask" }
            }
        }
        @if let Some(wrong) = asked.problem { (problem(wrong)) }
        @if let Some(answer) = asked.answer {
            @let rows = list(answer, "/rows");
            p.span { (export::count_text(rows.len())) @if rows.len() == 1 { " row" } @else { " rows" } " of "
                a href={ (asked.home()) "/snapshots/" (number(answer, "/snapshot")) } { "snapshot " (number(answer, "/snapshot")) } }
            @if answer.get("truncated") == Some(&Value::Bool(true)) { p.alert { "There are more rows than are returned at once: ask for fewer, or let the statement count them." } }
            (incomplete(list(answer, "/incomplete")))
            @if rows.is_empty() { div.empty { p { "The statement returned no rows" @if !list(answer, "/incomplete").is_empty() { " of what could be seen" } "." } p { a href=(place) { "Begin with an example" } } } } @else { (parts::table("What the statement returned", list(answer, "/columns"), rows)) }
            (for_programs(asked))
        } @else {
            h2 { "To begin with" }
            ul.plain { @for (name, sql) in EXAMPLES { li { a href=(address(&place, &[("sql", sql), ("at", asked.given("at"))])) { (name) } br; code { (sql) } } } }
            p.meta { "The tables of a snapshot are on its page; " code { "grants" } ", " code { "findings" } ", " code { "drift" } ", " code { "coverage" } " and " code { "snapshots" } " can be asked like any of them." }
        }
    };
    ("SQL".to_owned(), Some(Tab::Sql), Vec::new(), body)
}
