//! Settings that come as one object: a row for each member, with its value as text.

use model::Table;
use serde_json::Value;

use super::reader::{Reader, single};
use crate::{
    item::Item,
    listing::{self, Items, Seen},
    session::SignedIn,
};

/// The parent under which the coverage names what the classic interface showed in the place of a refused call.
const CLASSIC: &str = "classic";

/// A setting that both interfaces have.
pub(crate) struct Setting {
    /// Where its rows go.
    pub(crate) table: &'static Table,
    /// Last part of both paths.
    pub(crate) path: &'static str,
    /// The object in the answer.
    pub(crate) member: &'static str,
    /// What the classic interface calls it, and what version 5 does.
    pub(crate) renamed: (&'static str, &'static str),
}

/// Writes a row for each text, number and truth value.
pub(crate) fn keep(table: &'static Table, item: &Item<'_>, renamed: (&str, &str), seen: &mut Seen) {
    for (name, value) in item.members() {
        let name = if name == renamed.0 { renamed.1 } else { name };
        keep_one(table, name, value, seen);
    }
}

/// Writes the row of one setting; anything but a text, number or truth value is left out.
pub(crate) fn keep_one(table: &'static Table, name: &str, value: &Value, seen: &mut Seen) {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return,
    };
    seen.push(table, table.draft().set("name", name).set("value", &text).row());
}

/// Reads a setting from version 5, or from the classic interface where the cloud does not have version 5. Where
/// version 5 is refused, the classic answer is kept but proves nothing missing: it shows less.
pub(crate) async fn list(
    reader: &Reader<'_>,
    setting: &Setting,
    also: impl Fn(&Item<'_>, &mut Seen) + Send + Sync,
) -> Seen {
    let Setting { table, path, member, renamed } = *setting;
    let items = Items::Under(member);
    let list = single(table, &reader.endpoints.iam, &["v5", path], &[], items);
    reader.session.progress().expect(1);
    let (mut seen, coverage, error) = listing::attempt(reader.session, &list, |item, seen| {
        keep(table, item, renamed, seen);
        also(item, seen);
    })
    .await;
    listing::report(reader.session, &coverage);
    let is_absent = error.is_some_and(|error| error.is_unknown_path());
    let is_complete = coverage.is_complete();
    seen.coverage.push(coverage);
    if is_complete {
        return seen;
    }
    let classic = ["v3.0", "OS-SECURITYPOLICY", "domains", reader.account, path];
    let list = single(table, &reader.endpoints.iam, &classic, &[], items);
    if is_absent {
        seen.coverage.clear();
        seen.join(reader.list(list, |item, seen| keep(table, item, renamed, seen)).await);
    } else {
        seen.join(reader.list(list.of(CLASSIC), |item, seen| keep(table, item, renamed, seen)).await);
    }
    seen
}
