//! The parts that several pages have: badges, times, tables, paths, what could not be seen.

use std::{borrow::Cow, collections::BTreeMap};

use maud::{Markup, html};
use serde_json::Value;
use url::form_urlencoded;

use crate::{Problem, drift::cell_text};

/// Lines of what could not be seen that are shown before the rest is counted.
const UNSEEN: usize = 12;

/// Shows a text as one line, unseen characters in it included.
pub(super) fn seen(text: &str) -> Cow<'_, str> {
    model::visible(text)
}

/// Returns a text of an answer; an empty one where there is none.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Returns a number of an answer; nought where there is none.
pub(super) fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

/// Returns a list of an answer; an empty one where there is none.
pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Shows a time to the minute, and the whole of it to whoever points at it.
pub(super) fn when(time: &str) -> Markup {
    let minute = time
        .get(..16)
        .filter(|_| time.ends_with('Z'))
        .map_or(time.to_owned(), |minute| minute.replace('T', " "));
    html! { time datetime=(seen(time)) { (seen(&minute)) } }
}

/// Writes a number with its noun.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", export::count_text(number))
}

/// Shows a severity by its word and by a sign, so that no colour is needed to tell it.
pub(super) fn badge(severity: &str) -> Markup {
    let sign = match severity {
        "critical" => "▲▲",
        "high" => "▲",
        "medium" => "◆",
        "low" => "●",
        _ => "○",
    };
    html! { span class={ "badge " (seen(severity)) } { span aria-hidden="true" { (sign) } " " (capital(severity)) } }
}

/// Writes a word with a capital.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Shows what is wrong with a question, and what to do next.
pub(super) fn problem(problem: &Problem) -> Markup {
    html! { div.alert role="alert" { p { strong { (seen(&problem.title())) } ": " (seen(&problem.detail)) } p { (seen(&problem.help)) } } }
}

/// Shows which lists were not read to their end, and what that means for the page.
pub(super) fn incomplete(lists: &[Value]) -> Markup {
    html! {
        @if !lists.is_empty() {
            div.alert {
                p { strong { "Not all could be seen. " } "What is missing here may be there all the same: "
                    (counted(u64::try_from(lists.len()).unwrap_or_default(), "list")) " not read to the end." }
                details {
                    summary { "Which, and why" }
                    ul.plain { @for each in lists { li { (unread_list(each)) } } }
                }
            }
        }
    }
}

/// Shows which rules have no answer, or not the whole of it, those together that want the same tables.
pub(super) fn not_answered(rules: &[Value]) -> Markup {
    let mut groups: BTreeMap<(bool, String), Vec<&str>> = BTreeMap::new();
    for each in rules {
        let is_partial = each.get("is_partial") == Some(&Value::Bool(true));
        let tables: Vec<&str> = list(each, "/tables").iter().filter_map(Value::as_str).collect();
        groups.entry((is_partial, tables.join(", "))).or_default().push(text(each, "/rule"));
    }
    html! {
        @if !rules.is_empty() {
            div.alert {
                p { strong { (counted(u64::try_from(rules.len()).unwrap_or_default(), "rule")) " without a whole answer. " }
                    "That nothing is found by one of them proves nothing." }
                details {
                    summary { "Which, and why" }
                    ul.plain { @for ((is_partial, tables), rules) in &groups { li {
                        strong { @if *is_partial { "Answered in part: " } @else { "Not answered: " } }
                        @for (position, rule) in rules.iter().enumerate() { @if position > 0 { ", " } code { (seen(rule)) } }
                        ", for what is missing of " code { (seen(tables)) }
                    } } }
                }
            }
        }
    }
}

/// Shows a list that was not read to its end, with the reason.
pub(super) fn unread_list(each: &Value) -> Markup {
    let (parent, reason) = (text(each, "/parent"), text(each, "/reason"));
    let from = each.get("carried_from").and_then(Value::as_i64);
    html! {
        code { (seen(text(each, "/listing"))) } @if !parent.is_empty() { " of " (seen(parent)) }
        " " (seen(text(each, "/status"))) @if !reason.is_empty() { ": " (seen(reason)) }
        @match from { Some(from) => { " (rows of snapshot " (from) " stand in)" } None => { " (nothing was ever seen whole)" } }
    }
}

/// Shows in words what could not be seen, where it may hide more.
pub(super) fn unseen(lines: &[Value]) -> Markup {
    html! {
        @if !lines.is_empty() {
            div.alert {
                p { strong { "Could not be seen, and may hide more:" } }
                ul.plain { @for line in lines.iter().take(UNSEEN) { li { (seen(line.as_str().unwrap_or_default())) } } }
                @if lines.len() > UNSEEN { p { "… and " (lines.len() - UNSEEN) " more" } }
            }
        }
    }
}

/// Draws a path: its steps one after the other.
pub(super) fn path(steps: &[Value]) -> Markup {
    html! {
        @if !steps.is_empty() {
            ol.path.drawn { @for step in steps { li { span.kind { (seen(text(step, "/kind"))) } " " (step_name(step)) } } }
        }
    }
}

/// Shows the name of a step; where it begins with the kind, that is not said twice.
fn step_name(step: &Value) -> Markup {
    let (kind, name) = (text(step, "/kind"), text(step, "/name"));
    let name = name.strip_prefix(kind).map_or(name, str::trim_start);
    html! { span.name { (seen(name)) } }
}

/// Draws rows of named cells as a table that scrolls by itself where it is wider than the screen.
pub(super) fn table(caption: &str, columns: &[Value], rows: &[Value]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(seen(caption)) {
            table {
                thead { tr { @for column in columns { th scope="col" { (seen(column.as_str().unwrap_or_default())) } } } }
                tbody {
                    @for row in rows {
                        tr { @for column in columns { (cell(row.get(column.as_str().unwrap_or_default()).unwrap_or(&Value::Null))) } }
                    }
                }
            }
        }
    }
}

/// Most characters of a cell that stay on one line, as an id has them: the table scrolls, and an id in five parts nobody reads.
const ONE_LINE: usize = 48;

fn cell(value: &Value) -> Markup {
    let class = match value {
        Value::Null => Some("null"),
        Value::Number(_) => Some("number"),
        Value::String(text) if text.chars().nth(ONE_LINE).is_none() => Some("nowrap"),
        Value::String(_) | Value::Array(_) | Value::Object(_) => Some("long"),
        Value::Bool(_) => None,
    };
    html! { td class=[class] { (cell_text(value)) } }
}

/// Returns an address of a page with a query.
pub(super) fn address(place: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { place.to_owned() } else { format!("{place}?{query}") }
}

/// Leads to the page that follows, with all else that was asked.
pub(super) fn next_page(asked: &super::PageContext<'_>, place: &str, what: &str) -> Markup {
    let next = asked.answer.map_or("", |answer| text(answer, "/next"));
    let mut parameters: Vec<(&str, &str)> =
        asked.request.parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    parameters.retain(|(name, _)| *name != "page");
    parameters.push(("page", next));
    html! {
        @if !next.is_empty() { p.next { a.button rel="next" href=(address(place, &parameters)) { (what) } } }
    }
}

/// Leads to the same answer for programs.
pub(super) fn for_programs(asked: &super::PageContext<'_>) -> Markup {
    let mut place = String::new();
    for part in asked.request.endpoint.path.split('/').filter(|part| !part.is_empty()) {
        let name = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        place.push('/');
        place.push_str(name.map_or(part, |name| asked.request.part(name)));
    }
    let parameters: Vec<(&str, &str)> =
        asked.request.parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html! { p.meta { a href=(address(&place, &parameters)) { "This answer as JSON" } } }
}

/// Draws a field of a form with its label.
pub(super) fn field(asked: &super::PageContext<'_>, name: &str, label: &str, hint: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            input type="text" id=(name) name=(name) value=(asked.given(name)) placeholder=(hint) autocomplete="off" spellcheck="false";
        }
    }
}

/// Draws a choice of a form with its label.
pub(super) fn choice(
    asked: &super::PageContext<'_>,
    name: &str,
    label: &str,
    usual: &str,
    words: &[&str],
) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                option value="" { (usual) }
                @for word in words { option value=(word) selected[asked.given(name) == *word] { (capital(word)) } }
            }
        }
    }
}

/// Returns some numbers that an answer holds by name.
pub(super) fn list_of_numbers(value: &Value, member: &str, names: &[&str]) -> Vec<u64> {
    let of = |name: &&str| value.get(member).and_then(|counts| counts.get(name)).and_then(Value::as_u64);
    names.iter().map(|name| of(name).unwrap_or_default()).collect()
}
