//! The accounts of a store, and the timeline of one.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    Drawn, PageContext,
    chart::chart,
    frame::Tab,
    parts::{counted, for_programs, list, next_page, number, seen, text, when},
};

/// Draws the accounts of a store.
pub(super) fn accounts(asked: &PageContext<'_>) -> Drawn {
    let accounts = asked.answer.map_or(&[][..], |answer| list(answer, "/accounts"));
    let body = html! {
        @if accounts.is_empty() {
            div.empty {
                p { strong { "There is no snapshot here yet." } }
                p { "Make one with " code { "iamwatch audit" } ", or try " code { "iamwatch demo" } " and serve what it leaves." }
            }
        }
        ul.cards {
            @for account in accounts {
                @let newest = account.get("newest").unwrap_or(&Value::Null);
                li.card {
                    h2 { a href={ "/accounts/" (text(account, "/account")) } { (seen(text(account, "/account"))) } }
                    @if let Some(fault) = newest.get("fault").and_then(Value::as_str) { p.alert { "The newest snapshot " (seen(fault)) } }
                    @else if newest.is_null() { p { "It has no snapshot." } }
                    @else { (in_short(newest)) }
                }
            }
        }
        (next_page(asked, "/", "More accounts"))
        (for_programs(asked))
    };
    ("Accounts".to_owned(), None, Vec::new(), body)
}

/// Shows the newest snapshot of an account in short.
fn in_short(newest: &Value) -> Markup {
    let (incomplete, lists) = (number(newest, "/incomplete"), number(newest, "/lists"));
    let unanswered = list(newest, "/not_answered");
    html! {
        dl.facts {
            div { dt { "Newest snapshot" } dd { (number(newest, "/number")) ", " (when(text(newest, "/finished_at"))) } }
            div { dt { "Open findings" } dd { (open(newest)) } }
            div { dt { "Drift" } dd { (drift(newest)) } }
            @if !unanswered.is_empty() { div { dt { "Rules without an answer" } dd { span.warn { span aria-hidden="true" { "⚠ " } (unanswered.len()) } } } }
            div { dt { "Coverage" } dd { (sight(incomplete, lists)) } }
        }
    }
}

fn open(snapshot: &Value) -> Markup {
    html! { @if snapshot.get("unjudged").is_some_and(|unjudged| !unjudged.is_null()) { "not judged" } @else { (export::count_text(number(snapshot, "/open_findings"))) } }
}

/// Shows how far a snapshot could see.
pub(super) fn sight(incomplete: u64, lists: u64) -> Markup {
    html! {
        @if incomplete == 0 { (counted(lists, "list")) " read to the end" }
        @else { span.warn { span aria-hidden="true" { "⚠ " } (incomplete) " of " (lists) " lists not read to the end" } }
    }
}

/// Shows how many rows drifted, each count with the sign of its verb.
fn drift(snapshot: &Value) -> Markup {
    let counts: Vec<(&String, u64)> = snapshot
        .get("drift")
        .and_then(Value::as_object)
        .map(|counts| counts.iter().map(|(verb, rows)| (verb, rows.as_u64().unwrap_or_default())).collect())
        .unwrap_or_default();
    let counts: Vec<_> = counts.into_iter().filter(|(_, rows)| *rows > 0).collect();
    html! {
        @if number(snapshot, "/number") == 1 { "first" }
        @else if counts.is_empty() { span.null { "none" } }
        @else { @for (verb, rows) in counts { span class={ "turn " (verb) } { (export::count_text(rows)) " " (verb) } " " } }
    }
}

/// Draws the timeline of an account.
pub(super) fn timeline(asked: &PageContext<'_>) -> Drawn {
    let none = Value::Null;
    let answer = asked.answer.unwrap_or(&none);
    let snapshots = list(answer, "/snapshots");
    let gone = number(answer, "/pruned_up_to");
    let home = asked.home();
    let body = html! {
        form.inline method="get" action={ (home) "/search" } role="search" {
            div.field { label for="find" { "Find a user, group, policy or key" }
                input type="text" id="find" name="text" placeholder="a part of a name or an id" autocomplete="off" spellcheck="false"; }
            button type="submit" { "Search" }
        }
        (chart(snapshots))
        div.scroll tabindex="0" role="region" aria-label="Snapshots, newest first" {
            // Where a narrow screen shows a row as a block, it stays a row for those who listen.
            table.snapshots.held role="table" {
                thead role="rowgroup" { tr role="row" { @for (label, is_number) in COLUMNS { th.number[is_number] scope="col" role="columnheader" { (label) } } } }
                tbody role="rowgroup" { @for snapshot in snapshots { (line(&home, snapshot, gone)) } }
            }
        }
        (next_page(asked, &home, "Older snapshots"))
        @if gone > 0 { p.meta { "Snapshots up to " (gone) " were pruned." } }
        (for_programs(asked))
    };
    ("Timeline".to_owned(), Some(Tab::Timeline), Vec::new(), body)
}

/// What the table of snapshots tells of each, and whether it is a number.
const COLUMNS: [(&str, bool); 7] = [
    ("No", true),
    ("Time (UTC)", false),
    ("Drift: rows", false),
    ("Open findings", true),
    ("Coverage", false),
    ("Rows", true),
    ("Compare", false),
];

fn line(home: &str, snapshot: &Value, gone: u64) -> Markup {
    let own = number(snapshot, "/number");
    let [label_number, label_time, label_drift, label_open, label_coverage, label_rows, label_compare] =
        COLUMNS.map(|(label, _)| label);
    html! {
        @if let Some(fault) = snapshot.get("fault").and_then(Value::as_str) {
            tr role="row" { td.number role="cell" data-label=(label_number) { (own) } td role="cell" colspan="6" { span.warn { span aria-hidden="true" { "⚠ " } "Snapshot " (own) " " (seen(fault)) } } }
        } @else {
            tr role="row" {
                td.number role="cell" data-label=(label_number) { a href={ (home) "/snapshots/" (own) } { (own) } }
                td role="cell" data-label=(label_time) { (when(text(snapshot, "/finished_at"))) }
                td role="cell" data-label=(label_drift) { (drift(snapshot)) }
                td.number role="cell" data-label=(label_open) { a href={ (home) "/findings?at=" (own) } { (open(snapshot)) } }
                td role="cell" data-label=(label_coverage) { (sight(number(snapshot, "/incomplete"), number(snapshot, "/lists"))) }
                td.number role="cell" data-label=(label_rows) { (export::count_text(number(snapshot, "/rows"))) }
                td role="cell" data-label=(label_compare) { @if own > gone + 1 { a href={ (home) "/changes?from=" (own - 1) "&to=" (own) "&access=true" } { "with " (own - 1) } } @else { span.null { "–" } } }
            }
        }
    }
}
