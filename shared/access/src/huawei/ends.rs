//! What ends by itself: classic agencies, the metadata of identity providers, and statements with a last moment.

use std::collections::BTreeMap;

use model::{Row, State, Table, Timestamp, tables::huawei as t};

use super::people::Condition;
use crate::moments::moment;

/// The tables of conditions, of every kind of document.
const CONDITIONS: [&Table; 4] =
    [&t::POLICY_CONDITIONS, &t::ROLE_CONDITIONS, &t::SCP_CONDITIONS, &t::TRUST_CONDITIONS];

/// Returns the agencies that are over, each with the time when it ended.
pub(super) fn of_agencies(state: &State, at: Timestamp) -> BTreeMap<&str, Timestamp> {
    over(state, &t::CLASSIC_AGENCIES, "agency_id", at)
}

/// Returns the identity providers whose metadata is over, with what must hold for them to let anybody in: Huawei Cloud says
/// when the metadata ends, and not what becomes of the provider.
pub(super) fn of_providers(state: &State, at: Timestamp) -> BTreeMap<&str, String> {
    let words = |end: Timestamp| {
        format!("metadata of the identity provider that expired at {} is accepted", model::time_text(end))
    };
    let ended = over(state, &t::SAML_PROVIDERS, "urn", at);
    ended.into_iter().map(|(urn, end)| (urn, words(end))).collect()
}

fn over<'a>(
    state: &'a State,
    table: &'static Table,
    column: &str,
    at: Timestamp,
) -> BTreeMap<&'a str, Timestamp> {
    let rows = state.rows(table).iter();
    let ends = rows.filter_map(|row| Some((table.text(row, column)?, end_of(table, row)?)));
    ends.filter(|(_, end)| *end <= at).collect()
}

fn end_of(table: &Table, row: &Row) -> Option<Timestamp> {
    moment(table.text(row, "expires_at")?)
}

/// Returns when things end that say of themselves when they do.
pub(super) fn all(state: &State) -> Vec<Timestamp> {
    let of_rows = [&t::CLASSIC_AGENCIES, &t::SAML_PROVIDERS]
        .into_iter()
        .flat_map(|table| state.rows(table).iter().filter_map(|row| end_of(table, row)));
    let of_conditions = CONDITIONS.into_iter().flat_map(|table| {
        let text = move |row, column| table.text(row, column);
        let rows = state.rows(table).iter();
        rows.filter_map(move |row| end(text(row, "key")?, text(row, "operator")?, text(row, "value")?))
    });
    of_rows.chain(of_conditions).collect()
}

/// Returns when conditions that must all hold stop to hold for good: with the first that does, which is when the last of its
/// values is past.
pub(super) fn end_of_all(conditions: &[Condition]) -> Option<Timestamp> {
    let of_one = |condition: &Condition| {
        let ends = condition.values.iter().map(|value| end(&condition.key, &condition.operator, value));
        ends.collect::<Option<Vec<Timestamp>>>()?.into_iter().max()
    };
    conditions.iter().filter_map(of_one).min()
}

/// Returns when one value of a condition stops to hold for good: an upper end of the time of the request.
fn end(key: &str, operator: &str, value: &str) -> Option<Timestamp> {
    if !key.eq_ignore_ascii_case("g:CurrentTime") {
        return None;
    }
    let operator = operator.to_lowercase();
    match operator.strip_suffix("ifexists").unwrap_or(&operator) {
        "datelessthan" => moment(value),
        // Times are compared to the second.
        "datelessthanequals" => Timestamp::from_second(moment(value)?.as_second().checked_add(1)?).ok(),
        _ => None,
    }
}
