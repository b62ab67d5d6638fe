//! The objects that a table is stored as: what an answer would be too large for is read from them, in the place of the store.

use std::time::Duration;

use model::time_text;
use serde_json::{Value, json};
use snapshot::{History, ObjectRef};

use crate::{Problem, archive::Archive, ground::Ground, reply::Reply, request::Request};

/// How long a link is good; less where the credentials end that it is signed with.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// Names the objects of a table, base first, each with a link where the store has links.
pub(super) async fn objects(archive: &Archive, request: &Request, ground: &Ground) -> Result<Reply, Problem> {
    let (history, manifest) = (ground.history()?, ground.manifest()?);
    let table = history::table(manifest, request.part("table"))?;
    let links_end = archive.now().checked_add(LIFETIME).map(time_text).ok();
    let entry = manifest.tables.get(table.name);
    let mut objects = Vec::new();
    if let Some(entry) = entry {
        objects.push(object(history, &entry.base, "base", links_end.as_deref(), [None, None]).await?);
        for delta in &entry.deltas {
            let counts = [Some(delta.upserts), Some(delta.deletes)];
            objects.push(object(history, &delta.object, "delta", links_end.as_deref(), counts).await?);
        }
    }
    let key: Vec<&str> = table.key_columns().iter().map(|column| column.name).collect();
    let incomplete = history::gaps(history, manifest, &[table]).await?;
    Ok(Reply::of(json!({
        "account": history.account(),
        "snapshot": manifest.number,
        "table": table.name,
        "key": key,
        "rows": entry.map_or(0, |entry| entry.rows),
        "objects": objects,
        "incomplete": incomplete,
    })))
}

async fn object(
    history: &History,
    object: &ObjectRef,
    kind: &str,
    links_end: Option<&str>,
    [upserts, deletes]: [Option<u64>; 2],
) -> Result<Value, Problem> {
    let key = history.key(&object.key);
    let link = history.store().link(&key, LIFETIME).await?;
    let expires_at = link.as_ref().and(links_end);
    Ok(json!({
        "kind": kind,
        "key": key,
        "bytes": object.bytes,
        "sha256": object.sha256,
        "upserts": upserts,
        "deletes": deletes,
        "link": link,
        "link_expires_at": expires_at,
    }))
}
