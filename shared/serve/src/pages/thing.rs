//! One thing: its life, what it holds and through what; and the search for things by name.

use maud::{Markup, html};
use model::Address;
use serde_json::{Map, Value};

use super::{
    Drawn, PageContext,
    comparison::{access_change, thing},
    frame::Tab,
    parts::{
        address, counted, field, for_programs, incomplete, list, number, problem, seen, text, unseen, when,
    },
};
use crate::drift::cell_text;

/// Grants that the page of a principal lists.
const GRANTS: usize = 200;
/// Actions of one grant that are named before the rest is counted.
const ACTIONS: usize = 8;

/// Draws the life of a thing.
pub(super) fn life(asked: &PageContext<'_>) -> Drawn {
    let none = Value::Null;
    let answer = asked.answer.unwrap_or(&none);
    let name = text(answer, "/subject/name");
    let title = match (asked.answer, name) {
        (None, _) => "One thing".to_owned(),
        (_, "") => Address::place_in(text(answer, "/subject/address")).to_owned(),
        (_, name) => name.to_owned(),
    };
    let body = html! {
        @if asked.answer.is_none() {
            form.inline method="get" { (field(asked, "subject", "Name, id or address", "ana.silva@example.com")) button type="submit" { "Show" } }
        }
        @if let Some(wrong) = asked.problem {
            (problem(wrong))
            p { a.button href=(address(&format!("{}/search", asked.home()), &[("text", asked.given("subject"))])) { "Search for it" } }
        }
        @if asked.answer.is_some() { (told(asked, answer)) (for_programs(asked)) }
    };
    (title, Some(Tab::Search), Vec::new(), body)
}

fn told(asked: &PageContext<'_>, answer: &Value) -> Markup {
    let home = asked.home();
    let by = text(answer, "/created/by_name");
    let by = if by.is_empty() { text(answer, "/created/by") } else { by };
    let last = number(answer, "/last/snapshot");
    let is_there = answer.get("is_there") == Some(&Value::Bool(true));
    html! {
        p.meta { code { (seen(text(answer, "/subject/address"))) } }
        dl.facts {
            div { dt { "Now" } dd { @if is_there { "there" } @else { span.warn { "gone" } } " in " a href={ (home) "/snapshots/" (last) } { "snapshot " (last) } } }
            @if !text(answer, "/created/at").is_empty() { div { dt { "Created" } dd { (when(text(answer, "/created/at"))) } } }
            @if !by.is_empty() { div { dt { "By" } dd { (seen(by)) } } }
        }
        (incomplete(list(answer, "/incomplete")))
        @if let Some(holds) = answer.get("holds").and_then(Value::as_array) { (holdings(&home, holds, list(answer, "/unseen"))) }
        h2 { "Its life" }
        (unread(answer))
        @if list(answer, "/moments").is_empty() { div.empty { p { "Nothing of it changed in any snapshot." } } }
        ol.life { @for moment in list(answer, "/moments").iter().rev() { li { (self::moment(asked, &home, moment)) } } }
        (row(answer))
    }
}

fn unread(answer: &Value) -> Markup {
    let (unread, left_out) = (list(answer, "/unread"), list(answer, "/not_compared"));
    html! {
        @for each in unread { p.alert { "Snapshot " (number(each, "/snapshot")) " " (seen(text(each, "/fault"))) ": what it changed shows in the next." } }
        @if !left_out.is_empty() { p.meta { "Its access was compared in the newest snapshots only, and not in " (counted(u64::try_from(left_out.len()).unwrap_or_default(), "earlier snapshot")) "." } }
    }
}

/// Draws what happened in one snapshot.
fn moment(asked: &PageContext<'_>, home: &str, moment: &Value) -> Markup {
    let own = number(moment, "/snapshot");
    html! {
        h3 { a href={ (home) "/snapshots/" (own) } { "Snapshot " (own) } " " span.meta { (when(text(moment, "/at")))
            @if moment.get("is_first") == Some(&Value::Bool(true)) { ", the first: nobody knows since when" } } }
        ul.changes {
            @for data in list(moment, "/seen").iter().chain(list(moment, "/things")) { li { (thing(home, data, asked.names)) } }
            @for gain in list(moment, "/gained") { li { p { span.sign.gained aria-hidden="true" { "↑" } " " (seen(text(gain, "/title"))) } } }
            @for step in list(moment, "/findings") {
                @let found = step.get("finding").unwrap_or(&Value::Null);
                li { p { span.mark { (seen(text(step, "/turn"))) } " " (super::parts::badge(text(found, "/severity"))) " " (seen(text(found, "/title"))) } }
            }
        }
        @for change in list(moment, "/access") { (access_change(home, change)) }
    }
}

/// Draws what a principal holds, grant by grant.
fn holdings(home: &str, holds: &[Value], lines: &[Value]) -> Markup {
    html! {
        h2 { "What it holds" span.count { (holds.len()) } }
        (unseen(lines))
        @if holds.is_empty() { (nothing_held(home, lines)) }
        @else {
            div.scroll tabindex="0" role="region" aria-label="What it holds, and through what" {
                // Where a narrow screen shows a row as a block, it stays a row for those who listen.
                table.held role="table" {
                    thead role="rowgroup" { tr role="row" { @for label in ["Through", "Actions", "On", "If", "Unchanged since"] { th scope="col" role="columnheader" { (label) } } } }
                    tbody role="rowgroup" { @for grant in holds.iter().take(GRANTS) { (held(home, grant)) } }
                }
            }
            @if holds.len() > GRANTS { p.alert { "The first " (GRANTS) " of " (holds.len()) "; the answer as JSON has all." } }
        }
    }
}

/// Says that a principal holds nothing, how far that can be relied on, and where to look next.
fn nothing_held(home: &str, lines: &[Value]) -> Markup {
    html! {
        div.empty {
            @if lines.is_empty() { p { "It holds nothing: no policy and no group gives it anything." } } @else { p { "It holds nothing that could be seen." } }
            p { "What it gained and lost before is in its life, below. " a href={ (home) "/who-can" } { "Ask who can do something" } " to see who holds what." }
        }
    }
}

fn held(home: &str, grant: &Value) -> Markup {
    let actions = list(grant, "/actions");
    let named = actions.len().min(ACTIONS);
    let resources: Vec<&str> = list(grant, "/resources").iter().filter_map(Value::as_str).collect();
    let but = |name: &str| {
        let words = text(grant, name);
        html! { @if !words.is_empty() { " but not " (seen(words)) } }
    };
    let steps = [text(grant, "/through"), text(grant, "/steps")];
    let conditions = [text(grant, "/condition"), text(grant, "/holder_condition")];
    let conditions: Vec<&str> = conditions.into_iter().filter(|words| !words.is_empty()).collect();
    html! {
        tr role="row" {
            td role="cell" data-label="Through" { ol.path.drawn { @for step in steps.iter().flat_map(|steps| steps.split(" → ")).filter(|step| !step.is_empty()) { li { span.name { (seen(step)) } } } } }
            td role="cell" data-label="Actions" { @if text(grant, "/effect") == "deny" { strong { "denied: " } }
                @for (position, action) in actions.iter().take(ACTIONS).enumerate() { @if position > 0 { " " } span.each { code { (cell_text(action)) } @if position + 1 < named { "," } } }
                @if actions.len() > ACTIONS { " and " (actions.len() - ACTIONS) " more" } (but("/but_actions")) }
            td role="cell" data-label="On" { (seen(&resources.join("; "))) (but("/but_resources")) }
            td role="cell" data-label="If" { @if conditions.is_empty() { span.null { "–" } } @else { (seen(&conditions.join(" and "))) } }
            td role="cell" data-label="Unchanged since" { @if grant.pointer("/since/at_least") == Some(&Value::Bool(true)) { "at least " }
                a href={ (home) "/snapshots/" (number(grant, "/since/snapshot")) } { "snapshot " (number(grant, "/since/snapshot")) }
                " " span.meta { (when(text(grant, "/since/at"))) } }
        }
    }
}

/// Draws the row of the thing as it is, or was before it went.
fn row(answer: &Value) -> Markup {
    let none = Map::new();
    let row = answer.get("row").and_then(Value::as_object).unwrap_or(&none);
    html! {
        @if !row.is_empty() {
            h2 { "Its row in " code { (text(answer, "/subject/table")) } }
            dl.cells { @for (name, value) in row.iter().filter(|(name, _)| *name != "document") { div { dt { (seen(name)) } dd { (cell_text(value)) } } } }
        }
    }
}

/// Draws the search for things.
pub(super) fn search(asked: &PageContext<'_>) -> Drawn {
    let home = asked.home();
    let body = html! {
        form.inline method="get" role="search" {
            (field(asked, "text", "A part of a name or an id", "silva"))
            (field(asked, "at", "Snapshot", "latest"))
            button type="submit" { "Search" }
        }
        @if let Some(wrong) = asked.problem { (problem(wrong)) }
        @if let Some(answer) = asked.answer {
            @let things = list(answer, "/things");
            (incomplete(list(answer, "/incomplete")))
            @if things.is_empty() { div.empty { p { "Nothing in snapshot " (number(answer, "/snapshot")) " has this in its name or id. Things that are gone are found by their whole name: "
                a href=(address(&format!("{home}/history"), &[("subject", asked.given("text"))])) { "look in the past" } "." } } }
            ul.plain.results {
                @for thing in things { li {
                    span.kind { (seen(text(thing, "/kind"))) } " "
                    a href=(address(&format!("{home}/history"), &[("subject", text(thing, "/address"))])) { @if text(thing, "/name").is_empty() { (seen(text(thing, "/place"))) } @else { (seen(text(thing, "/name"))) } }
                    " " span.meta { code { (seen(text(thing, "/place"))) } }
                } }
            }
            @if answer.get("truncated") == Some(&Value::Bool(true)) { p.alert { "There are more: give a longer part of the name." } }
            (for_programs(asked))
        } @else if asked.problem.is_none() { div.empty { p { "Users, groups, policies, keys, roles: whatever has a name or an id." } } }
    };
    ("Search".to_owned(), Some(Tab::Search), Vec::new(), body)
}
