//! One snapshot: what it holds, the rows of a table, how far each list was read.

use maud::html;
use serde_json::{Value, json};

use super::{
    Drawn, PageContext,
    account::sight,
    frame::Tab,
    parts::{self, counted, for_programs, incomplete, list, next_page, number, seen, text, when},
};

/// Draws what a snapshot holds.
pub(super) fn contents(asked: &PageContext<'_>) -> Drawn {
    let none = Value::Null;
    let answer = asked.answer.unwrap_or(&none);
    let (home, own) = (asked.home(), asked.number());
    let place = format!("{home}/snapshots/{own}");
    let lists = list(answer, "/incomplete");
    let unread = u64::try_from(lists.len()).unwrap_or_default();
    let body = html! {
        dl.facts {
            div { dt { "Made" } dd { (when(text(answer, "/finished_at"))) " UTC" } }
            div { dt { "By" } dd { (seen(text(answer, "/tool"))) } }
            div { dt { "Open findings" } dd { a href={ (home) "/findings?at=" (own) } {
                @if answer.get("unjudged").is_some_and(|unjudged| !unjudged.is_null()) { "not judged" } @else { (number(answer, "/open_findings")) } } } }
            div { dt { "Coverage" } dd { a href={ (place) "/coverage" } { (sight(unread, number(answer, "/lists"))) } } }
        }
        p.actions {
            @if own > asked.ground.begins_at {
                a.button href={ (home) "/snapshots/" (own - 1) } rel="prev" { "← " (own - 1) }
                " " a.button href={ (home) "/changes?from=" (own - 1) "&to=" (own) "&access=true" } { "What changed since " (own - 1) }
            }
            " " a.button href={ (home) "/query?at=" (own) } { "Ask in SQL" }
        }
        @if own > 1 && own == asked.ground.begins_at { p.meta { "What was before it, up to snapshot " (own - 1) ", was pruned." } }
        (incomplete(lists))
        h2 { "Tables" }
        div.scroll tabindex="0" role="region" aria-label="Tables of the snapshot" {
            table.stored {
                thead { tr { th scope="col" { "Table" } th.number scope="col" { "Rows" } th.number scope="col" { "Bytes stored" } th.number scope="col" { "Objects" } } }
                tbody {
                    @for table in list(answer, "/tables") {
                        tr {
                            td { a href={ (place) "/tables/" (text(table, "/table")) } { code { (text(table, "/table")) } } }
                            td.number { (export::count_text(number(table, "/rows"))) }
                            td.number { (export::count_text(number(table, "/bytes"))) }
                            td.number { (number(table, "/objects")) }
                        }
                    }
                }
            }
        }
        p.meta { "SHA-256 of the manifest: " code { (text(answer, "/hash")) } }
        p.meta { a href={ "/api/v1" (place) "/verify" } { "Prove every object of it" } " (JSON)" }
        (for_programs(asked))
    };
    (format!("Snapshot {own}"), Some(Tab::Timeline), Vec::new(), body)
}

fn trail(asked: &PageContext<'_>) -> Vec<(String, String)> {
    let own = asked.number();
    vec![(format!("Snapshot {own}"), format!("{}/snapshots/{own}", asked.home()))]
}

/// Draws the rows of a table.
pub(super) fn table(asked: &PageContext<'_>) -> Drawn {
    let none = Value::Null;
    let answer = asked.answer.unwrap_or(&none);
    let (name, total) = (text(answer, "/table"), number(answer, "/total"));
    let columns = list(answer, "/columns");
    // Documents are long, and say what the other columns say.
    let shown: Vec<Value> = columns.iter().filter(|column| **column != json!("document")).cloned().collect();
    let rows = list(answer, "/rows");
    let place = format!("{}/snapshots/{}/tables/{name}", asked.home(), asked.number());
    let body = html! {
        p.meta { (counted(total, "row")) @if shown.len() < columns.len() { "; the column " code { "document" } " is in the answer as JSON" } }
        (incomplete(list(answer, "/incomplete")))
        @if rows.is_empty() {
            div.empty {
                p { "The table has no rows in this snapshot" @if !list(answer, "/incomplete").is_empty() { ", in what could be seen" } "." }
                p { a href={ (asked.home()) "/snapshots/" (asked.number()) "/coverage" } { "See how far each list was read" } }
            }
        } @else { (parts::table(name, &shown, rows)) }
        (next_page(asked, &place, "More rows"))
        (for_programs(asked))
    };
    (name.to_owned(), Some(Tab::Timeline), trail(asked), body)
}

/// Draws how far each list was read.
pub(super) fn coverage(asked: &PageContext<'_>) -> Drawn {
    let none = Value::Null;
    let answer = asked.answer.unwrap_or(&none);
    let lists = list(answer, "/lists");
    let columns: Vec<Value> =
        ["listing", "parent", "status", "reason", "pages", "rows", "carried_from"].map(Value::from).to_vec();
    let body = html! {
        p { (sight(u64::try_from(list(answer, "/incomplete").len()).unwrap_or_default(), u64::try_from(lists.len()).unwrap_or_default())) }
        (incomplete(list(answer, "/incomplete")))
        (parts::table("Coverage", &columns, lists))
        (for_programs(asked))
    };
    ("Coverage".to_owned(), Some(Tab::Timeline), trail(asked), body)
}
