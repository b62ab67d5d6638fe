//! Who may do something, and through what.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    Drawn, PageContext,
    comparison::principal_link,
    frame::Tab,
    parts::{address, field, for_programs, list, number, path, problem, seen, text, unseen},
};

/// Draws who may do something.
pub(super) fn who_can(asked: &PageContext<'_>) -> Drawn {
    let is_ibm = asked.home().starts_with("/accounts/ibm/");
    let (action, resource) = if is_ibm {
        ("iam-identity.apikey.create", "serviceName=kms,region=eu-de")
    } else {
        ("iam:users:createUserV5", "obs:*:*:bucket:payroll")
    };
    let body = html! {
        form.inline method="get" {
            (field(asked, "action", "Action", action))
            (field(asked, "resource", "On (any, without it)", resource))
            (field(asked, "principal", "Only who has this in the name", ""))
            (field(asked, "at", "Snapshot", "latest"))
            button type="submit" { "Ask" }
        }
        @if let Some(wrong) = asked.problem { (problem(wrong)) }
        @if let Some(answer) = asked.answer { (answered(asked, answer)) (for_programs(asked)) }
        @else if asked.problem.is_none() { div.empty { p { "Name an action as the cloud writes it; " code { "*" } " stands for any text." } } }
    };
    ("Who can".to_owned(), Some(Tab::WhoCan), Vec::new(), body)
}

/// Says that nobody can, how far that can be relied on, and how to ask for more.
fn nobody(asked: &PageContext<'_>, answer: &Value) -> Markup {
    let is_narrow = ["resource", "principal"].iter().any(|name| !asked.given(name).is_empty());
    let wider = address(
        &format!("{}/who-can", asked.home()),
        &["action", "at"].map(|name| (name, asked.given(name))),
    );
    html! {
        div.empty {
            p { "Nobody" @if !asked.given("principal").is_empty() { " with this in the name or id" } " can" @if !list(answer, "/unseen").is_empty() { ", as far as could be seen" } "." }
            @if is_narrow { p { a href=(wider) { "Ask for anybody, and on anything" } } }
        }
    }
}

fn answered(asked: &PageContext<'_>, answer: &Value) -> Markup {
    let home = asked.home();
    let answers = list(answer, "/answers");
    let is_inactive = |answer: &&Value| text(answer, "/standing") == "inactive";
    let is_denied = |answer: &&Value| text(answer, "/verdict") == "denied";
    let mut able: Vec<&Value> =
        answers.iter().filter(|answer| !is_inactive(answer) && !is_denied(answer)).collect();
    able.sort_by_key(|answer| (text(answer, "/verdict") != "surely", text(answer, "/extent") != "whole"));
    let denied: Vec<&Value> =
        answers.iter().filter(|answer| !is_inactive(answer) && is_denied(answer)).collect();
    let inactive: Vec<&Value> = answers.iter().filter(is_inactive).collect();
    let alike: Vec<&str> =
        list(answer, "/unknown_action/did_you_mean").iter().filter_map(Value::as_str).collect();
    html! {
        p.span { "In " a href={ (home) "/snapshots/" (number(answer, "/snapshot")) } { "snapshot " (number(answer, "/snapshot")) } }
        @if answer.get("unknown_action").is_some_and(|unknown| !unknown.is_null()) {
            p.alert { "No visible role has the action " code { (seen(text(answer, "/action"))) }
                @if alike.is_empty() { ". Check its spelling, and whether some policy or custom role names its service." } @else { ". Did you mean " (seen(&alike.join(" or "))) "?" } }
        } @else if able.is_empty() { (nobody(asked, answer)) }
        (unseen(list(answer, "/unseen")))
        (section(&home, "Can", &able))
        (section(&home, "Denied, though something allows it", &denied))
        (section(&home, "Holds it, and cannot use it now", &inactive))
    }
}

fn section(home: &str, title: &str, answers: &[&Value]) -> Markup {
    html! {
        @if !answers.is_empty() {
            h2 { (title) span.count { (answers.len()) } }
            div.scroll tabindex="0" role="region" aria-label=(title) {
                // Where a narrow screen shows a row as a block, it stays a row for those who listen.
                table.held role="table" {
                    thead role="rowgroup" { tr role="row" { @for label in ["How", "Who", "Through", "Given by"] { th scope="col" role="columnheader" { (label) } } } }
                    tbody role="rowgroup" { @for answer in answers { (line(home, answer)) } }
                }
            }
        }
    }
}

fn line(home: &str, answer: &Value) -> Markup {
    let (sign, word) = match (text(answer, "/verdict"), text(answer, "/extent")) {
        ("denied", _) => ("✕", "denied"),
        ("conditional", _) => ("◐", "under a condition"),
        (_, "whole") => ("●", "surely"),
        _ => ("◑", "on a part"),
    };
    let steps = list(answer, "/path");
    html! {
        tr role="row" {
            td.nowrap role="cell" data-label="How" { span aria-hidden="true" { (sign) " " } (word) }
            td role="cell" data-label="Who" { (principal_link(home, answer)) }
            td role="cell" data-label="Through" { (path(steps.get(1..).unwrap_or_default()))
                @if let Some(condition) = answer.get("condition").and_then(Value::as_str) { p.meta { "if " (seen(condition)) } } }
            td role="cell" data-label="Given by" { @if let Some(by) = answer.get("given_by").and_then(Value::as_str) { (seen(by)) } @else { span.null { "–" } } }
        }
    }
}
