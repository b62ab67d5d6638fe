//! What is asked of things: the life of one, what it holds, where things are by their name, who may do what.

use std::collections::{BTreeMap, BTreeSet};

use history::Subject;
use model::{Row, Table, tables::derived as t};
use serde_json::{Value, json};

use crate::{
    Problem,
    archive::Archive,
    ground::Ground,
    life::{life_json, tell_life},
    reply::Reply,
    request::Request,
    who_can::{AccessQuestion, Givers, is_of_principal, who_can_json},
};

/// Tells the life of one thing up to the newest snapshot, and what it holds there.
pub(super) async fn life(archive: &Archive, request: &Request, ground: &Ground) -> Result<Reply, Problem> {
    let (history, newest) = (ground.history()?, ground.manifest()?);
    let timeline = history.timeline(newest.number).await?;
    let subject = history::find_subject(history, &timeline, request.needed("subject")?).await?;
    let life = history::life(history, &timeline, subject).await?;
    let turns = history::access_turns(history, &timeline, &life.subject, request.count("compare")).await?;
    let told = tell_life(history, archive.rules(), &timeline, &life, &turns).await?;
    let mut json = life_json(&told);
    let holdings = if life.is_there { holdings(ground, &life.subject).await? } else { None };
    if let Some(members) = json.as_object_mut() {
        members.insert("account".to_owned(), json!(history.account()));
        if let Some((holds, unseen)) = holdings {
            members.insert("holds".to_owned(), json!(holds));
            members.insert("unseen".to_owned(), json!(unseen));
        }
    }
    Ok(Reply::of(json))
}

/// Returns what a principal holds in the snapshot and through what, with what could not be seen; none for what is no principal.
async fn holdings(ground: &Ground, subject: &Subject) -> Result<Option<(Vec<Value>, Vec<String>)>, Problem> {
    let access = history::build_access(ground.history()?, ground.manifest()?).await?;
    // Who has become a trusted profile bears its id with this in front.
    let ids = subject.ids.iter().flat_map(|id| [id.clone(), format!("iam-{id}")]);
    let Some(id) = ids.into_iter().find(|id| access.principal_with(id).is_some()) else { return Ok(None) };
    let text = |table: &'static Table, row: &Row, column: &str| table.text(row, column).map(str::to_owned);
    let number = |table: &'static Table, row: &Row| {
        table.position("statement_id").map_or(-1, |position| row.value(position).as_integer().unwrap_or(-1))
    };
    let mut held: Vec<(i64, Option<String>, Option<String>)> = Vec::new();
    for row in access.grant_rows(&t::GRANT_HOLDERS) {
        if t::GRANT_HOLDERS.text(&row, "principal_id") == Some(id.as_str()) {
            let (through, condition) =
                (text(&t::GRANT_HOLDERS, &row, "through"), text(&t::GRANT_HOLDERS, &row, "holder_condition"));
            held.push((number(&t::GRANT_HOLDERS, &row), through, condition));
        }
    }
    let wanted: BTreeSet<i64> = held.iter().map(|(number, ..)| *number).collect();
    let gather = |table: &'static Table, column: &str| {
        let mut found: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for row in access.grant_rows(table) {
            let number = number(table, &row);
            if wanted.contains(&number) {
                found.entry(number).or_default().extend(text(table, &row, column));
            }
        }
        found
    };
    let (actions, resources) =
        (gather(&t::GRANT_ACTIONS, "action"), gather(&t::GRANT_RESOURCES, "resource_words"));
    let statements: BTreeMap<i64, Row> = access
        .grant_rows(&t::GRANT_STATEMENTS)
        .map(|row| (number(&t::GRANT_STATEMENTS, &row), row))
        .filter(|(number, _)| wanted.contains(number))
        .collect();
    let holds = held.into_iter().filter_map(|(number, through, holder_condition)| {
        let row = statements.get(&number)?;
        let of = |column: &str| text(&t::GRANT_STATEMENTS, row, column);
        Some(json!({
            "through": through,
            "steps": of("steps"),
            "effect": of("effect"),
            "actions": actions.get(&number),
            "but_actions": of("but_actions"),
            "resources": resources.get(&number),
            "but_resources": of("but_resources"),
            "condition": of("statement_condition"),
            "holder_condition": holder_condition,
        }))
    });
    Ok(Some((holds.collect(), access.unseen().to_vec())))
}

/// Finds things by a part of their name or id.
pub(super) async fn search(request: &Request, ground: &Ground) -> Result<Reply, Problem> {
    let (history, manifest) = (ground.history()?, ground.manifest()?);
    let most = request.count("limit");
    let found = history::search(history, manifest, request.needed("text")?, most).await?;
    let incomplete = history::gaps(history, manifest, &found.tables).await?;
    let things: Vec<Value> = found
        .things
        .iter()
        .map(|subject| {
            json!({
                "kind": notify::noun(subject.table),
                "table": subject.table.name,
                "name": subject.name,
                "key": subject.key.values().map(|value| json!(value)).collect::<Vec<_>>(),
                "place": subject.place(),
                "address": subject.address(history.account()),
            })
        })
        .collect();
    let json = json!({
        "account": history.account(),
        "snapshot": manifest.number,
        "text": request.text("text"),
        "things": things,
        "truncated": found.is_cut,
        "incomplete": incomplete,
    });
    Ok(Reply { most_rows: Some(most), ..Reply::of(json) })
}

/// Tells who may do something.
pub(super) async fn who_can(request: &Request, ground: &Ground) -> Result<Reply, Problem> {
    let (history, manifest) = (ground.history()?, ground.manifest()?);
    let asked = AccessQuestion {
        action: request.needed("action")?,
        resource: request.text("resource"),
        principal: request.text("principal"),
    };
    let mut able = history::who_can(history, manifest, asked.action, asked.resource).await?;
    if let Some(text) = asked.principal {
        able.answers.retain(|answer| is_of_principal(answer, text));
    }
    let givers = Givers::read(history, manifest, &able).await?;
    let mut json = who_can_json(&asked, manifest, &able, &givers);
    if let Some(members) = json.as_object_mut() {
        members.insert("account".to_owned(), json!(history.account()));
    }
    Ok(Reply::of(json))
}
