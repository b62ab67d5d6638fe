//! What is asked of things: the life of one, what it holds, where things are by their name, who may do what.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::holdings::holdings;
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
    // What is compared needs as long as it needs; the rest of the answer has the other half of the time.
    let until = Instant::now() + archive.limits().question / 2;
    let timeline = history.timeline(newest.number).await?;
    let subject = history::find_subject(history, &timeline, request.needed("subject")?).await?;
    let life = history::life(history, &timeline, subject).await?;
    let most = request.count("compare");
    let turns =
        history::access_turns(history, &timeline, &life.subject, most, || Instant::now() < until).await?;
    let told = tell_life(history, archive.rules(), &timeline, &life, &turns).await?;
    let mut json = life_json(&told);
    // Who has become a trusted profile bears its id with this in front.
    let ids: Vec<String> = life.subject.ids.iter().flat_map(|id| [id.clone(), format!("iam-{id}")]).collect();
    let holdings = if life.is_there { holdings(history, newest, &ids).await? } else { None };
    if let Some(members) = json.as_object_mut() {
        members.insert("account".to_owned(), json!(history.account()));
        if let Some((holds, unseen)) = holdings {
            members.insert("holds".to_owned(), json!(holds));
            members.insert("unseen".to_owned(), json!(unseen));
        }
    }
    Ok(Reply { is_hurried: turns.is_hurried, ..Reply::of(json) })
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
