//! The questions: each reads what it needs of the store, and gives an answer for programs.

mod about_account;
mod about_objects;
mod about_snapshot;
mod about_thing;
mod holdings;

use crate::{
    Problem,
    archive::Archive,
    endpoints::{ApiQuestion, ENDPOINTS},
    ground::Ground,
    openapi::openapi_document,
    reply::Reply,
    request::Request,
    token,
};

/// Asks a question of its snapshots.
pub(crate) async fn answer(archive: &Archive, request: &Request, ground: &Ground) -> Result<Reply, Problem> {
    match request.endpoint.question {
        ApiQuestion::Index => Ok(Reply::of(index())),
        ApiQuestion::Document => Ok(Reply::of(openapi_document())),
        ApiQuestion::Accounts => about_account::accounts(archive, request).await,
        ApiQuestion::Snapshots => about_account::snapshots(request, ground).await,
        ApiQuestion::Comparison => about_account::comparison(request, ground).await,
        ApiQuestion::Snapshot => about_snapshot::contents(ground).await,
        ApiQuestion::Table => about_snapshot::rows(request, ground).await,
        ApiQuestion::Objects => about_objects::objects(archive, request, ground).await,
        ApiQuestion::Coverage => about_snapshot::coverage(ground).await,
        ApiQuestion::Findings => about_snapshot::findings(archive, request, ground).await,
        ApiQuestion::Sql => about_snapshot::sql(archive, request, ground).await,
        ApiQuestion::Verify => about_snapshot::verify(request, ground).await,
        ApiQuestion::Life => about_thing::life(archive, request, ground).await,
        ApiQuestion::Search => about_thing::search(request, ground).await,
        ApiQuestion::WhoCan => about_thing::who_can(request, ground).await,
    }
}

fn index() -> serde_json::Value {
    let paths: Vec<serde_json::Value> = ENDPOINTS
        .iter()
        .map(|endpoint| {
            let parameters: Vec<&str> = endpoint.parameters.iter().map(|parameter| parameter.name).collect();
            serde_json::json!({ "path": endpoint.path, "about": endpoint.about, "parameters": parameters })
        })
        .collect();
    serde_json::json!({ "version": env!("CARGO_PKG_VERSION"), "paths": paths })
}

/// Cuts a page out of a list, as the request has it: from the place of its token, up to its limit.
fn page_of<T>(request: &Request, question: &str, all: Vec<T>) -> Result<(Vec<T>, Option<String>), Problem> {
    let from = match request.text("page") {
        Some(token) => usize::try_from(token::read(question, token)?).unwrap_or(usize::MAX),
        None => 0,
    };
    let limit = request.count("limit");
    let end = from.saturating_add(limit);
    let next = (all.len() > end).then(|| token::make(question, u64::try_from(end).unwrap_or(u64::MAX)));
    Ok((all.into_iter().skip(from).take(limit).collect(), next))
}

/// Returns what ties the token of a page to its question: all that was asked but the page, and the snapshot that was meant.
fn question_text(request: &Request, ground: &Ground) -> String {
    let numbers: Vec<String> = ground.manifests.iter().map(|manifest| manifest.number.to_string()).collect();
    let account = ground.history.as_ref().map(|history| history.account().to_string()).unwrap_or_default();
    format!("{} {account} {}", request.canonical(&["page", "limit", "at", "snapshot"]), numbers.join(" "))
}
