//! Settings that come as one object: a row for each member, with its value as text.

use model::Table;
use serde_json::Value;

use super::{
    access_controls,
    reader::{Reader, address, single},
};
use crate::{
    http::CallError,
    item::{Item, read_boolean, read_integer},
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
    /// Settings that every answer of version 5 has, and the form of their values.
    pub(crate) always: &'static [(&'static str, Form)],
    /// Settings that most answers have, and the form of their values.
    pub(crate) mostly: &'static [(&'static str, Form)],
    /// What the classic interface calls it, and what version 5 does.
    pub(crate) renamed: (&'static str, &'static str),
}

/// What the value of a setting is by the interface's own description. A value in another form cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// It is a whole number.
    Integer,
    /// It is yes or no.
    Boolean,
    /// It is one of several words, or a sentence of the cloud: never empty.
    Word,
    /// A text that people write, which may be empty.
    Text,
    /// Any text, number or truth value: the setting is not described.
    Any,
}

impl Form {
    /// Returns a value as the tables keep it, if it has this form.
    fn read(self, value: &Value) -> Option<String> {
        match (self, value) {
            (Self::Integer, value) => read_integer(value).map(|number| number.to_string()),
            (Self::Boolean, value) => read_boolean(value).map(|truth| truth.to_string()),
            (Self::Word, Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
            (Self::Text | Self::Any, Value::String(text)) => Some(text.clone()),
            (Self::Any, Value::Bool(_) | Value::Number(_)) => Some(value.to_string()),
            _ => None,
        }
    }
}

/// Writes a row for each text, number and truth value.
fn keep(setting: &Setting, item: &Item<'_>, seen: &mut Seen) {
    for (name, _) in setting.mostly.iter().filter(|(name, _)| item.value(name).is_none()) {
        note_unsaid(setting.table, name, seen);
    }
    for (name, value) in item.members() {
        let name = if name == setting.renamed.0 { setting.renamed.1 } else { name };
        // Lists of networks and members that nobody knows yet are no scalars, and no faults; but one that was a scalar
        // in the last snapshot keeps its value.
        let described = setting.always.iter().chain(setting.mostly).find(|(described, _)| *described == name);
        let form = described.map_or(Form::Any, |(_, form)| *form);
        if access_controls::is_list(name) {
            continue;
        }
        if form != Form::Any || !(value.is_array() || value.is_object()) {
            keep_one(setting.table, (name, form), value, item, seen);
        } else {
            note_unread(setting.table, name, seen);
        }
    }
}

/// Writes the row of one setting; a value in another form is a fault.
pub(crate) fn keep_one(
    table: &'static Table,
    (name, form): (&str, Form),
    value: &Value,
    item: &Item<'_>,
    seen: &mut Seen,
) {
    let Some(text) = form.read(value) else {
        item.faults().note(|| format!("`{name}` is no setting that can be read"));
        note_unread(table, name, seen);
        return;
    };
    seen.push(table, table.draft().set("name", name).set("value", &text).row());
}

/// Notes that the value of a setting could not be read. There is no row for it, because nobody knows that it is a setting:
/// the one of the last snapshot stands in, if there is one.
pub(crate) fn note_unread(table: &'static Table, name: &str, seen: &mut Seen) {
    seen.note_unread(table, &table.draft().set("name", name).row(), "value");
}

/// Notes that nothing was said of a setting that accounts have: the row of the last snapshot stands in for one run, if there
/// is one.
pub(crate) fn note_unsaid(table: &'static Table, name: &str, seen: &mut Seen) {
    seen.note_unsaid(table, &table.draft().set("name", name).row(), "value");
}

/// Reads a setting from version 5, or from the classic interface where the account cannot be read in version 5 at all.
///
/// After a trouble with this one call, the classic answer would look like a change, because it shows less and in another
/// form. Where version 5 is refused, the classic answer proves nothing missing.
pub(crate) async fn list(
    reader: &Reader<'_>,
    setting: &Setting,
    also: impl Fn(&Item<'_>, &mut Seen) + Send + Sync,
) -> Seen {
    let Setting { table, path, member, .. } = *setting;
    let items = Items::Under { name: member, has: None };
    let list = single(table, &reader.endpoints.iam, &["v5", path], &[], items);
    reader.session.progress().expect(1);
    let (mut seen, coverage, error) = listing::attempt(reader.session, &list, |item, seen| {
        for (name, _) in setting.always {
            item.must_have(name);
        }
        keep(setting, item, seen);
        also(item, seen);
        Some(String::new())
    })
    .await;
    listing::report(reader.session, &coverage);
    seen.coverage.push(coverage);
    let Some(error) = error else { return seen };
    let is_absent = error.is_unknown_path();
    if !((is_absent || error.status() == Some(403)) && is_without_version_5(reader, table, &error).await) {
        return seen;
    }
    let classic = ["v3.0", "OS-SECURITYPOLICY", "domains", reader.account, path];
    let mut list = single(table, &reader.endpoints.iam, &classic, &[], items);
    if is_absent {
        seen.coverage.clear();
    } else {
        list = list.of(CLASSIC);
    }
    let classic = reader.list(list, |item, seen| {
        keep(setting, item, seen);
        Some(String::new())
    });
    seen.join(classic.await);
    seen
}

/// Asks for what version 5 shows of every account; reports whether that meets the same trouble.
async fn is_without_version_5(reader: &Reader<'_>, table: &Table, error: &CallError) -> bool {
    let summary = address(&reader.endpoints.iam, &["v5", "account-summary"], &[]);
    let answer = reader.session.get(&summary, table.listing).await;
    answer.is_err_and(|other| {
        other.status() == error.status() && other.is_unknown_path() == error.is_unknown_path()
    })
}
