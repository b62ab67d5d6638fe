//! What is asked of a store and of an account: its snapshots, and what differs between two of them.

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use snapshot::{History, SnapshotError};

use super::{page_of, question_text};
use crate::{
    Problem,
    archive::Archive,
    comparison::{SnapshotDiff, access_json},
    ground::Ground,
    reply::Reply,
    request::Request,
    summaries::snapshot_summary,
    token,
};

/// Manifests that are read at a time.
const AT_ONCE: usize = 8;

/// Lists the accounts, each with its newest snapshot.
pub(super) async fn accounts(archive: &Archive, request: &Request) -> Result<Reply, Problem> {
    let all = History::accounts(archive.store()).await?;
    let (of_page, next) = page_of(request, "accounts", all)?;
    let told = of_page.into_iter().map(|account| async move {
        let history = archive.history_of(account);
        let newest = match history.newest().await? {
            Some(number) => with_unanswered(archive, &history, number).await?,
            None => Value::Null,
        };
        let account = history.account();
        Ok::<_, Problem>(
            json!({ "account": account, "cloud": account.cloud(), "id": account.id(), "newest": newest }),
        )
    });
    let accounts: Vec<Value> = stream::iter(told).buffered(AT_ONCE).try_collect().await?;
    let json = json!({ "accounts": accounts, "next": next });
    Ok(Reply { next, most_rows: Some(request.count("limit")), ..Reply::of(json) })
}

/// Lists snapshots, newest first; what cannot be read hides none of the others.
pub(super) async fn snapshots(request: &Request, ground: &Ground) -> Result<Reply, Problem> {
    let history = ground.history()?;
    let newest = history.newest().await?.unwrap_or(0);
    let question = question_text(request, ground);
    let from = match request.text("page") {
        Some(token) => token::read(&question, token)?.min(newest),
        None => newest,
    };
    let limit = u64::try_from(request.count("limit")).unwrap_or(u64::MAX);
    // What was pruned is gone as it should be, and no gap.
    let gone = history.begins_at().await?.saturating_sub(1).min(newest);
    let end = from.saturating_sub(limit).max(gone);
    let read = (end + 1..=from).rev().map(|number| one(history, number));
    let read: Vec<Option<Value>> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
    let next = (end > gone).then(|| token::make(&question, end));
    let json = json!({
        "account": history.account(),
        "newest": newest,
        "pruned_up_to": (gone > 0).then_some(gone),
        "snapshots": read.into_iter().flatten().collect::<Vec<_>>(),
        "next": next,
    });
    Ok(Reply { next, most_rows: Some(request.count("limit")), ..Reply::of(json) })
}

/// Reads one snapshot in short, with the rules and permissions that it does not answer where a list was not read to its end.
async fn with_unanswered(archive: &Archive, history: &History, number: u64) -> Result<Value, Problem> {
    let mut told = one(history, number).await?.unwrap_or(Value::Null);
    if told.get("incomplete").and_then(Value::as_u64).is_some_and(|lists| lists > 0)
        && let Some(members) = told.as_object_mut()
    {
        let manifest = history.shared_manifest(number).await?;
        let unanswered = match archive.unanswered(history, &manifest).await {
            Ok(unanswered) => json!(unanswered),
            // What is damaged is said where it is asked; the other accounts are listed all the same.
            Err(error) if error.is_damage() => Value::Null,
            Err(error) => return Err(error.into()),
        };
        members.insert("not_answered".to_owned(), unanswered);
    }
    Ok(told)
}

/// Reads one snapshot in short, or what is wrong with it.
async fn one(history: &History, number: u64) -> Result<Option<Value>, Problem> {
    let fault =
        |fault: String| Ok(Some(json!({ "number": number, "account": history.account(), "fault": fault })));
    match history.shared_manifest(number).await {
        Ok(manifest) => Ok(Some(snapshot_summary(&manifest))),
        Err(SnapshotError::NoSuchSnapshot { .. }) => fault("is missing".to_owned()),
        Err(error) => match error.damage() {
            Some((_, said)) => fault(said),
            None => Err(error.into()),
        },
    }
}

/// Compares two snapshots, and their access where that is wanted.
pub(super) async fn comparison(request: &Request, ground: &Ground) -> Result<Reply, Problem> {
    let history = ground.history()?;
    let [before, after] = ground.manifests.as_slice() else {
        return Err(Problem::new(500, "broken-promise", "two snapshots are compared", "please report this"));
    };
    let found = SnapshotDiff::read(history, before, after).await?;
    let mut json = found.to_json(before, after);
    if let Some(members) = json.as_object_mut() {
        members.insert("account".to_owned(), json!(history.account()));
        if request.is_set("access") {
            let access = history::access_changes(history, before, after).await?;
            members.insert("unseen".to_owned(), json!(access.unseen));
            members.insert("access".to_owned(), access_json(&access, before, after));
        }
    }
    Ok(Reply::of(json))
}
