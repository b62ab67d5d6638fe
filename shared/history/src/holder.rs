//! Whoever holds permissions and is a row of no table: accounts of others, cloud services, federated users.

use std::collections::BTreeSet;

use model::{Row, Value, tables::derived::GRANT_PRINCIPALS};
use snapshot::{History, Manifest, SnapshotError, Timeline};

use crate::{QuestionError, Subject, build_access, finding_steps::finding_steps, life::gains};

/// Finds whoever holds permissions under an address or id that no row has: in the newest snapshot, or else in what was found or
/// told before.
///
/// # Errors
/// As [`crate::state`].
pub(crate) async fn find_holder(
    history: &History,
    timeline: &Timeline,
    text: &str,
) -> Result<Option<Subject>, QuestionError> {
    let Some(newest) = timeline.manifests.last() else { return Ok(None) };
    let place = history.account().place_of(text).unwrap_or(text);
    let id = place.split_once('/').map_or(place, |(_, id)| id);
    let is_it = |row: &Row| {
        let is = |column: &str, text: &str| GRANT_PRINCIPALS.text(row, column) == Some(text);
        is("principal_id", place) || is("principal_id", id) || is("principal", text) || is("step", text)
    };
    if let Some(row) = holder_row(history, newest, is_it).await? {
        let mut subject = Subject::of_row(&GRANT_PRINCIPALS, &row);
        let text = |column: &str| GRANT_PRINCIPALS.text(&row, column);
        let kind = text("principal_kind").unwrap_or_default().replace(' ', "_");
        subject.other_places = subject.ids.iter().map(|id| format!("{kind}/{id}")).collect();
        subject.name = text("step").map(str::to_owned);
        return Ok(Some(subject));
    }
    let subject = Subject {
        table: &GRANT_PRINCIPALS,
        key: Row::pack([Value::Text(id)]),
        name: None,
        ids: BTreeSet::from([id.to_owned()]),
        other_places: BTreeSet::from([place.to_owned()]),
    };
    let is_known = !finding_steps(history, timeline, &subject).await?.is_empty()
        || !gains(history, timeline, &subject).await?.is_empty();
    Ok(Some(subject).filter(|_| is_known))
}

/// Returns the row of whoever holds permissions in a snapshot.
pub(crate) async fn holder_row(
    history: &History,
    manifest: &Manifest,
    is_it: impl Fn(&Row) -> bool,
) -> Result<Option<Row>, SnapshotError> {
    let access = build_access(history, manifest).await?;
    let mut rows = access.grant_rows(&GRANT_PRINCIPALS);
    Ok(rows.find(is_it))
}
