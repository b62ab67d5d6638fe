//! What changed between two snapshots, and who gained and lost what.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    Drawn, PageContext,
    frame::Tab,
    parts::{
        address, counted, field, for_programs, incomplete, list, number, path, problem, seen, text, unseen,
        when,
    },
};
use crate::{drift::drift_lines, names::ThingNames};

/// Things that a page lists.
const LISTED: usize = 500;
/// Grants of one change of access that are shown before the rest is counted.
const GRANTS: usize = 12;

/// Draws what differs between two snapshots.
pub(super) fn comparison(asked: &PageContext<'_>) -> Drawn {
    let body = html! {
        form.inline method="get" {
            (field(asked, "from", "From", "the one before"))
            (field(asked, "to", "To", "latest, 12, 2026-11-21"))
            input type="hidden" name="access" value="true";
            button type="submit" { "Compare" }
        }
        @if let Some(wrong) = asked.problem { (problem(wrong)) }
        @if let Some(answer) = asked.answer { (answered(asked, answer)) (for_programs(asked)) }
    };
    ("Changes".to_owned(), Some(Tab::Changes), Vec::new(), body)
}

fn answered(asked: &PageContext<'_>, answer: &Value) -> Markup {
    let home = asked.home();
    let end = |name: &str| {
        let own = number(answer, &format!("/{name}/number"));
        html! { a href={ (home) "/snapshots/" (own) } { "Snapshot " (own) } " (" (when(text(answer, &format!("/{name}/at")))) ")" }
    };
    let things = list(answer, "/things");
    let access = answer.get("access");
    html! {
        p.span { (end("from")) " → " (end("to")) }
        @if answer.get("reversed") == Some(&Value::Bool(true)) {
            p.alert { "Backwards in time: what is told as added is what went, and who is told to have added it is who once did." }
        }
        (incomplete(list(answer, "/incomplete")))
        @match access {
            Some(access) => { (access_section(&home, access)) }
            None => {
                h2 { "Who gained and lost access" }
                p { a.button href=(address(&format!("{home}/changes"), &[("from", asked.given("from")), ("to", asked.given("to")), ("access", "true")])) { "Compare the access, too" } }
            }
        }
        h2 { "What changed" span.count { (things.len()) } }
        @if things.is_empty() { div.empty {
            p { "Nothing changed" @if !list(answer, "/incomplete").is_empty() { " in what could be seen" } "." }
            p { a href=(home) { "The timeline" } " shows which snapshots changed something." }
        } }
        ul.changes { @for data in things.iter().take(LISTED) { li { (thing(&home, data, asked.names)) } } }
        @if things.len() > LISTED { p.alert { "The first " (LISTED) " of " (things.len()) "; the answer as JSON has all." } }
    }
}

fn access_section(home: &str, access: &Value) -> Markup {
    let changes = list(access, "/changes");
    html! {
        h2 { "Who gained and lost access" span.count { (changes.len()) } }
        (unseen(list(access, "/unseen")))
        @if changes.is_empty() { div.empty { p { "Nobody gained or lost access" @if !list(access, "/unseen").is_empty() { ", as far as could be seen" } "." } } }
        @for change in changes { (access_change(home, change)) }
    }
}

/// Draws what some principals gained or lost, each grant with its path.
pub(super) fn access_change(home: &str, change: &Value) -> Markup {
    let (sign, class, words) = match text(change, "/turn") {
        "gained" => ("↑", "gained", "gained"),
        "widened" => ("↑", "gained", "can do more"),
        "lost" => ("↓", "lost", "lost"),
        "narrowed" => ("↓", "lost", "can do less"),
        _ => ("=", "same", "has the same access by another way"),
    };
    let principals = list(change, "/principals");
    let grants = list(change, "/grants");
    html! {
        article.access {
            h3 { span class={ "sign " (class) } aria-hidden="true" { (sign) } " "
                @for (position, principal) in principals.iter().take(3).enumerate() { @if position > 0 { ", " } (principal_link(home, principal)) }
                @if principals.len() > 3 { " and " (principals.len() - 3) " more" } ": " (words) }
            ul.grants {
                @for grant in grants.iter().take(GRANTS) {
                    li {
                        p { strong { (seen(text(grant, "/words"))) }
                            @if let Some(condition) = grant.get("condition").and_then(Value::as_str) { span.condition { " if " (seen(condition)) } } }
                        (path(list(grant, "/path")))
                        @if !list(grant, "/former_path").is_empty() { p.meta { "before:" } (path(list(grant, "/former_path"))) }
                        p.meta { (seen(text(grant, "/cause/phrase"))) (reach(grant)) }
                    }
                }
            }
            @if grants.len() > GRANTS { p.meta { "… and " (grants.len() - GRANTS) " more" } }
        }
    }
}

fn reach(grant: &Value) -> Markup {
    let (actions, resources) = (number(grant, "/reach/actions"), number(grant, "/reach/resources"));
    html! { @if actions > 0 { " · " (counted(actions, "known action")) " on " (counted(resources, "known resource")) } }
}

/// Names a principal, with the way to its page, and why it cannot act where it cannot.
pub(super) fn principal_link(home: &str, principal: &Value) -> Markup {
    let (kind, name, why) = (text(principal, "/kind"), text(principal, "/name"), text(principal, "/why"));
    let name = name.strip_prefix(kind).map_or(name, str::trim_start);
    html! {
        (seen(kind)) " " a href=(address(&format!("{home}/history"), &[("subject", text(principal, "/id"))])) { (seen(name)) }
        @if !why.is_empty() { " " span.meta { "(" (seen(why)) ")" } }
    }
}

/// Draws a thing that changed, with what differs.
pub(super) fn thing(home: &str, data: &Value, names: &ThingNames) -> Markup {
    let (sign, verb) = sign(text(data, "/change"));
    let subject = address(&format!("{home}/history"), &[("subject", text(data, "/thing/address"))]);
    html! {
        p { span class={ "sign " (verb) } aria-hidden="true" { (sign) } " " a href=(subject) { (seen(text(data, "/title"))) } }
        @for line in drift_lines(data, names) {
            p.meta { @if let Some(verb) = &line.verb { span class={ "sign " (self::sign(verb).1) } title=(verb) { (self::sign(verb).0) } " " } (seen(&line.text)) }
        }
    }
}

/// Returns the sign of a verb, and the class that colours it.
fn sign(verb: &str) -> (&'static str, &'static str) {
    match verb {
        "added" => ("+", "added"),
        "removed" => ("−", "removed"),
        "replaced" => ("±", "replaced"),
        "there" => ("=", "same"),
        _ => ("~", "changed"),
    }
}
