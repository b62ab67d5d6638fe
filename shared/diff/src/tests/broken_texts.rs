//! Texts of which bytes are no text, or that come in another form, in rows that are new and in keys.

use model::{
    Cloud, Coverage, ListStatus, Row, Rows, State, Table, UnreadCell, Weight, tables,
    tables::{huawei::USER_TAGS, ibm::API_KEYS},
};

use crate::{carry, compare};

pub(super) fn state(listing: &str, parent: &str, table: &'static Table, rows: Vec<Row>) -> State {
    let coverage = Coverage {
        listing: listing.to_owned(),
        parent: parent.to_owned(),
        endpoint: "GET /".to_owned(),
        status: ListStatus::Complete,
        reason: None,
        pages: 1,
        rows: 0,
        carried_from: None,
    };
    let mut state = State::default();
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, vec![coverage.row()]));
    state.put(table, Rows::new(table, rows));
    state
}

/// Returns the next state, and what of it is drift.
pub(super) fn next(cloud: Cloud, before: &State, seen: State) -> (State, Vec<&'static str>) {
    let declared: Vec<_> = tables::of_cloud(cloud).collect();
    let after = carry(before, 1, seen, &declared);
    let changes = compare(before, &after, &declared);
    let drift = changes.iter().filter(|change| change.weight == Weight::Drift).map(model::Change::verb);
    (after.clone(), drift.collect())
}

fn keys(names: &[(&str, &str)]) -> State {
    let row = |(id, name): &(&str, &str)| {
        let document = format!(r#"{{"name":"{name}"}}"#);
        API_KEYS
            .draft()
            .set("id", *id)
            .set("owner_type", "user")
            .set("name", *name)
            .set("document", &document)
            .row()
    };
    state("ibm_api_keys", "user", &API_KEYS, names.iter().map(row).collect())
}

fn tags(tags: &[(&str, &str)]) -> State {
    let row = |(key, value): &(&str, &str)| {
        USER_TAGS.draft().set("user_id", "u1").set("key", *key).set("value", *value).row()
    };
    state("huawei_user_details", "u1", &USER_TAGS, tags.iter().map(row).collect())
}

#[test]
fn a_name_that_came_broken_is_no_drift_when_it_heals_and_drift_when_it_changes_later() {
    let former = [State::default(), keys(&[("k0", "old")])];
    for before in former {
        let broken = keys(&[("k0", "old"), ("k1", "A\u{fffd}Z")]);
        let (once, told) = next(Cloud::Ibm, &before, broken);
        let is_first = before.rows(&tables::COVERAGE).is_empty();
        assert_eq!(told, if is_first { Vec::new() } else { vec!["added"] });
        let shown = once.rows(&API_KEYS).iter().filter_map(|row| API_KEYS.text(row, "name"));
        assert_eq!(shown.collect::<Vec<_>>(), ["old", "A\u{fffd}Z"], "it is shown as it is");
        let (healed, told) = next(Cloud::Ibm, &once, keys(&[("k0", "old"), ("k1", "AéZ")]));
        assert_eq!(told, [""; 0]);
        let (_, told) = next(Cloud::Ibm, &healed, keys(&[("k0", "old"), ("k1", "B")]));
        assert_eq!(told, ["changed"]);
        let (twice, told) = next(Cloud::Ibm, &once, keys(&[("k0", "old"), ("k1", "A\u{fffd}Z")]));
        assert_eq!(told, [""; 0]);
        let (_, told) = next(Cloud::Ibm, &twice, keys(&[("k0", "old"), ("k1", "B")]));
        assert_eq!(told, ["changed"], "what came broken twice is so");
    }
}

/// Returns keys of which one was called by a number in the place of a text, as the collector reads it.
fn keys_with_number(names: &[(&str, &str)], id: &str) -> State {
    let mut state = keys(names);
    let key: Box<[u8]> = Row::pack([id.into()]).as_bytes().into();
    let cell = |column| UnreadCell { table: API_KEYS.name, key: key.clone(), column, is_doubtful: true };
    state.note_unread(["name", "document"].map(cell));
    state
}

#[test]
fn a_name_that_came_as_a_number_is_no_drift_when_it_heals_and_drift_when_it_changes_later() {
    for before in [State::default(), keys(&[("k0", "old")])] {
        let odd = || keys_with_number(&[("k0", "old"), ("k1", "7")], "k1");
        let (once, _) = next(Cloud::Ibm, &before, odd());
        let shown = once.rows(&API_KEYS).iter().filter_map(|row| API_KEYS.text(row, "name"));
        assert_eq!(shown.collect::<Vec<_>>(), ["old", "7"], "it is shown as it is");
        let (healed, told) = next(Cloud::Ibm, &once, keys(&[("k0", "old"), ("k1", "seven")]));
        assert_eq!(told, [""; 0]);
        let (_, told) = next(Cloud::Ibm, &healed, keys(&[("k0", "old"), ("k1", "B")]));
        assert_eq!(told, ["changed"]);
        let (twice, told) = next(Cloud::Ibm, &once, odd());
        assert_eq!(told, [""; 0]);
        let (_, told) = next(Cloud::Ibm, &twice, keys(&[("k0", "old"), ("k1", "B")]));
        assert_eq!(told, ["changed"], "what came as a number twice is so");
    }
}

#[test]
fn what_stands_for_a_member_that_a_new_thing_lacks_is_not_noted() {
    let mut usual = keys(&[("k1", "as usual")]);
    let key: Box<[u8]> = Row::pack(["k1".into()]).as_bytes().into();
    let cell = |column| UnreadCell { table: API_KEYS.name, key: key.clone(), column, is_doubtful: true };
    usual.note_unread(["name", "document"].map(cell));
    let (once, _) = next(Cloud::Ibm, &State::default(), usual);
    let noted = once.rows(&tables::COVERAGE).iter().filter_map(|row| tables::COVERAGE.text(row, "reason"));
    assert_eq!(noted.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_key_that_is_broken_for_one_run_is_no_other_key() {
    let before = tags(&[("côté", "est"), ("team", "a")]);
    let broken = || tags(&[("c\u{fffd}t\u{fffd}", "est"), ("team", "a")]);
    let (once, told) = next(Cloud::Huawei, &before, broken());
    assert_eq!(told, [""; 0]);
    assert_eq!(once.rows(&USER_TAGS), before.rows(&USER_TAGS));
    let (_, told) = next(Cloud::Huawei, &once, tags(&[("côté", "est"), ("team", "a")]));
    assert_eq!(told, [""; 0]);
    let (_, told) = next(Cloud::Huawei, &once, broken());
    assert_eq!(told, ["removed", "added"], "the same twice is believed");
    let (_, told) = next(Cloud::Huawei, &before, tags(&[("côté", "est"), ("n\u{fffd}", "x"), ("team", "a")]));
    assert_eq!(told, ["added"], "where nothing is missing, a broken key is new");
}
