//! What stands in for answers that prove nothing: doubtful lists, cells that could not be read, rows by position.

use model::{
    Change, Cloud, Coverage, ListStatus, Row, Rows, State, UnreadCell, Weight, tables,
    tables::huawei::{AGENCIES, CLASSIC_AGENCIES},
    tables::ibm::{API_KEYS, CBR_ZONE_ADDRESSES, CBR_ZONES, MEMBERS, POLICIES, POLICY_SUBJECTS, USERS},
};

use super::{broken_texts::next, declared, drift};
use crate::{carry, compare};

fn list(listing: &str, parent: &str, status: ListStatus) -> Row {
    let coverage = Coverage {
        listing: listing.to_owned(),
        parent: parent.to_owned(),
        endpoint: "GET /".to_owned(),
        status,
        reason: None,
        pages: 1,
        rows: 0,
        carried_from: None,
    };
    coverage.row()
}

fn state(lists: &[(&str, &str, ListStatus)], tables: Vec<(&'static model::Table, Vec<Row>)>) -> State {
    let mut state = State::default();
    let coverage = lists.iter().map(|(listing, parent, status)| list(listing, parent, *status)).collect();
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, coverage));
    for (table, rows) in tables {
        state.put(table, Rows::new(table, rows));
    }
    state
}

fn key(id: &str, disabled: Option<bool>) -> Row {
    API_KEYS.draft().set("id", id).set("owner_type", "user").set("disabled", disabled).row()
}

fn keys(status: ListStatus, rows: Vec<Row>) -> State {
    state(&[("ibm_api_keys", "user", status)], vec![(&API_KEYS, rows)])
}

fn coverage(state: &State) -> Vec<Coverage> {
    state.rows(&tables::COVERAGE).iter().map(Coverage::from_row).collect()
}

#[test]
fn nothing_in_a_doubtful_form_is_believed_the_second_time() {
    let before = keys(ListStatus::Complete, vec![key("k1", None)]);
    let none = || keys(ListStatus::Doubtful, Vec::new());
    let once = carry(&before, 1, none(), &declared());
    assert_eq!(drift(&before, &once), []);
    assert_eq!(coverage(&once)[0].status, ListStatus::Doubtful);
    assert_eq!(coverage(&once)[0].carried_from, Some(1));
    let twice = carry(&once, 2, none(), &declared());
    assert_eq!(drift(&once, &twice), [("removed", "ibm_api_keys")]);
    assert_eq!(coverage(&twice)[0].status, ListStatus::Complete);
}

#[test]
fn nothing_in_a_doubtful_form_is_believed_where_nothing_was_known() {
    let none = || keys(ListStatus::Doubtful, Vec::new());
    for before in
        [State::default(), keys(ListStatus::Complete, Vec::new()), keys(ListStatus::Failed, Vec::new())]
    {
        let after = carry(&before, 1, none(), &declared());
        assert_eq!(coverage(&after)[0].status, ListStatus::Complete);
    }
    let blind = carry(
        &keys(ListStatus::Complete, vec![key("k1", None)]),
        1,
        keys(ListStatus::Failed, Vec::new()),
        &declared(),
    );
    let after = carry(&blind, 2, none(), &declared());
    assert_eq!(coverage(&after)[0].status, ListStatus::Doubtful, "a failure is no first time");
    assert_eq!(after.rows(&API_KEYS).len(), 1);
}

fn unread(id: &str, column: &'static str) -> UnreadCell {
    let key = Row::pack([id.into()]);
    UnreadCell { table: API_KEYS.name, key: key.as_bytes().into(), column, is_doubtful: false }
}

#[test]
fn a_cell_that_could_not_be_read_keeps_its_last_known_value() {
    let before = keys(ListStatus::Complete, vec![key("k1", Some(true)), key("k2", None)]);
    let mut seen = keys(ListStatus::Failed, vec![key("k1", None), key("k2", None)]);
    seen.note_unread([unread("k1", "disabled"), unread("k2", "disabled")]);
    let after = carry(&before, 1, seen, &declared());
    assert_eq!(drift(&before, &after), []);
    let reason = coverage(&after)[0].reason.clone().unwrap();
    assert!(reason.contains("kept as last known: `ibm_api_keys/k1.disabled`"), "{reason}");
    let again = keys(ListStatus::Complete, vec![key("k1", Some(false)), key("k2", Some(true))]);
    let changes = compare(&after, &again, &declared());
    let told: Vec<(&str, Weight)> = changes
        .iter()
        .filter(|change| change.table.name == "ibm_api_keys")
        .map(|change| (change.verb(), change.weight))
        .collect();
    assert_eq!(told, [("changed", Weight::Drift), ("changed", Weight::Drift)], "nothing is a value, too");
}

#[test]
fn a_cell_of_a_new_row_that_could_not_be_read_is_no_drift_when_it_can() {
    let before = keys(ListStatus::Complete, Vec::new());
    let mut seen = keys(ListStatus::Failed, vec![key("k1", None)]);
    seen.note_unread([unread("k1", "disabled")]);
    let after = carry(&before, 1, seen, &declared());
    assert_eq!(drift(&before, &after), [("added", "ibm_api_keys")]);
    let blind = carry(&after, 2, keys(ListStatus::Failed, Vec::new()), &declared());
    let mut seen = keys(ListStatus::Failed, vec![key("k1", None)]);
    seen.note_unread([unread("k1", "disabled")]);
    let again_unread = carry(&after, 2, seen, &declared());
    let weights = |before: &State, now: Option<bool>| -> Vec<Weight> {
        let again = keys(ListStatus::Complete, vec![key("k1", now)]);
        let changes = compare(before, &again, &declared());
        changes
            .iter()
            .filter(|change| change.table.name == "ibm_api_keys")
            .map(|change| change.weight)
            .collect()
    };
    assert_eq!(weights(&after, Some(true)), [Weight::Revealed]);
    assert_eq!(weights(&blind, Some(true)), [Weight::Revealed], "also after a run that saw nothing");
    assert_eq!(weights(&again_unread, Some(true)), [Weight::Revealed], "also after a second such run");
}

/// Returns what a change of a table's only row is, with the columns that differ.
fn parts(before: &State, after: &State, table: &'static model::Table) -> Vec<(Weight, Vec<&'static str>)> {
    let changes = compare(before, after, &declared());
    let of_table = changes.iter().filter(|change| change.table.name == table.name);
    let names = |change: &Change| change.columns().iter().map(|column| column.name).collect();
    of_table.map(|change| (change.weight, names(change))).collect()
}

fn described(disabled: Option<bool>, name: &str, document: Option<&str>) -> Row {
    let row = API_KEYS.draft().set("id", "k1").set("owner_type", "user").set("disabled", disabled);
    row.set("name", name).set("document", document).row()
}

#[test]
fn what_is_done_to_a_row_that_heals_is_drift_beside_what_it_shows() {
    let odd = || {
        let row = described(None, "old", Some(r#"{"disabled":[]}"#));
        let mut seen = keys(ListStatus::Failed, vec![row]);
        seen.note_unread([unread("k1", "disabled"), unread("k1", "document")]);
        seen
    };
    let healed = |name| keys(ListStatus::Complete, vec![described(Some(true), name, Some("{}"))]);
    for (former, weight) in [
        (keys(ListStatus::Complete, Vec::new()), Weight::Revealed),
        (keys(ListStatus::Failed, Vec::new()), Weight::Baseline),
        (State::default(), Weight::Baseline),
    ] {
        let came = carry(&former, 1, odd(), &declared());
        let stored = came.rows(&API_KEYS).iter().next().unwrap();
        assert_eq!(API_KEYS.cell(stored, "document"), model::Value::Null, "an odd form is no value");
        let shown = (weight, vec!["disabled", "document"]);
        assert_eq!(parts(&came, &healed("old"), &API_KEYS), std::slice::from_ref(&shown));
        let both = parts(&came, &healed("new"), &API_KEYS);
        assert_eq!(both, [shown, (Weight::Drift, vec!["name"])]);
        let changes = compare(&came, &healed("new"), &declared());
        let gains = crate::hindsight(came.clone(), &changes);
        let known =
            API_KEYS.cell(gains.rows(&API_KEYS).iter().next().unwrap(), "disabled") != model::Value::Null;
        assert_eq!(known, weight == Weight::Baseline, "what a row that was news gives is news");
        assert_eq!(crate::apply(came, &changes).rows(&API_KEYS), healed("new").rows(&API_KEYS));
    }
}

#[test]
fn the_document_of_a_new_thing_is_no_drift_when_a_list_inside_of_it_is_shown() {
    let with_document = |nulls: &[&str], document: &str| {
        let mut state = subjects([("p1", NULL), ("p1", NULL)], nulls);
        let row = POLICIES.draft().set("id", "p1").set("type", "access").set("document", document).row();
        state.put(&POLICIES, Rows::new(&POLICIES, vec![row]));
        state
    };
    let before = state(&[("ibm_policies", "v2", ListStatus::Complete)], Vec::new());
    let came = carry(&before, 1, with_document(&["p1"], "{}"), &declared());
    let whole = with_document(&[], r#"{"subjects":["a"]}"#);
    assert_eq!(parts(&came, &whole, &POLICIES), [(Weight::Revealed, vec!["document"])]);
    let believed = carry(&came, 2, with_document(&["p1"], "{}"), &declared());
    assert_eq!(parts(&came, &believed, &POLICIES), [(Weight::Revealed, vec!["document"])]);
    assert_eq!(parts(&believed, &believed, &POLICIES), []);
}

#[test]
fn a_cell_that_was_to_come_from_another_list_costs_the_list_of_its_row_nothing() {
    let before = keys(ListStatus::Complete, Vec::new());
    let mut seen = keys(ListStatus::Complete, vec![key("k1", None)]);
    seen.note_unread([unread("k1", "disabled")]);
    let came = carry(&before, 1, seen, &declared());
    assert_eq!(coverage(&came)[0].status, ListStatus::Complete);
    let healed = keys(ListStatus::Complete, vec![key("k1", Some(true))]);
    assert_eq!(parts(&came, &healed, &API_KEYS), [(Weight::Revealed, vec!["disabled"])]);
}

fn address(zone: &str, position: i64, value: &str) -> Row {
    CBR_ZONE_ADDRESSES
        .draft()
        .set("zone_id", zone)
        .set("is_excluded", false)
        .set("position", position)
        .set("value", value)
        .row()
}

fn zone(status: ListStatus, addresses: &[&str]) -> State {
    let rows =
        addresses.iter().zip(0_i64..).map(|(value, position)| address("z1", position, value)).collect();
    state(
        &[("ibm_cbr_zones", "", ListStatus::Complete), ("ibm_cbr_zone_addresses", "z1", status)],
        vec![(&CBR_ZONES, vec![CBR_ZONES.draft().set("id", "z1").row()]), (&CBR_ZONE_ADDRESSES, rows)],
    )
}

#[test]
fn rows_by_position_are_carried_whole() {
    let before = zone(ListStatus::Complete, &["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]);
    let after =
        carry(&before, 1, zone(ListStatus::Failed, &["10.0.0.2", "10.0.0.3", "10.0.0.4"]), &declared());
    assert_eq!(drift(&before, &after), []);
    assert_eq!(after.rows(&CBR_ZONE_ADDRESSES), before.rows(&CBR_ZONE_ADDRESSES));
    let first = carry(&State::default(), 0, zone(ListStatus::Failed, &["10.0.0.2"]), &declared());
    assert_eq!(first.rows(&CBR_ZONE_ADDRESSES).len(), 1, "what was never known is what was shown");
}

fn policy(subjects: &[&str]) -> Vec<(&'static model::Table, Vec<Row>)> {
    let row = |(value, position): (&&str, i64)| {
        let draft = POLICY_SUBJECTS.draft().set("policy_id", "p1").set("position", position);
        draft.set("value_position", 0).set("value", *value).row()
    };
    let rows = subjects.iter().zip(0_i64..).map(row).collect();
    vec![
        (&POLICIES, vec![POLICIES.draft().set("id", "p1").set("type", "access").row()]),
        (&POLICY_SUBJECTS, rows),
    ]
}

#[test]
fn a_nested_list_of_which_one_element_is_broken_is_kept_whole() {
    let before = state(&[("ibm_policies", "v2", ListStatus::Complete)], policy(&["a", "b", "c"]));
    let mut seen = state(&[("ibm_policies", "v2", ListStatus::Failed)], policy(&["b", "c"]));
    let key = Row::pack(["p1".into()]);
    seen.note_unread([UnreadCell {
        table: POLICIES.name,
        key: key.as_bytes().into(),
        column: POLICY_SUBJECTS.name,
        is_doubtful: false,
    }]);
    let after = carry(&before, 1, seen, &declared());
    assert_eq!(drift(&before, &after), []);
    assert_eq!(after.rows(&POLICY_SUBJECTS), before.rows(&POLICY_SUBJECTS));
}

fn doubtful(id: &str) -> [UnreadCell; 2] {
    let key = Row::pack([id.into()]);
    [POLICY_SUBJECTS.name, "document"].map(|column| UnreadCell {
        table: POLICIES.name,
        key: key.as_bytes().into(),
        column,
        is_doubtful: true,
    })
}

const NULL: &[&str] = &[];

/// Makes a state of whole lists in which the subjects of some policies are null.
fn subjects(policies: [(&str, &[&str]); 2], nulls: &[&str]) -> State {
    let row = |id: &str| POLICIES.draft().set("id", id).set("type", "access").row();
    let subject = |id: &str, name: &str| {
        POLICY_SUBJECTS.draft().set("policy_id", id).set("name", name).set("value", "v").row()
    };
    let rows = policies.iter().map(|(id, _)| row(id)).collect();
    let names = policies.iter().flat_map(|(id, names)| names.iter().map(move |name| subject(id, name)));
    let rows = vec![(&POLICIES, rows), (&POLICY_SUBJECTS, names.collect())];
    let mut state = state(&[("ibm_policies", "v2", ListStatus::Complete)], rows);
    state.note_unread(nulls.iter().flat_map(|id| doubtful(id)));
    state
}

#[test]
fn a_null_inside_of_a_thing_is_believed_when_it_comes_twice_in_a_row() {
    let before = subjects([("p1", &["a"]), ("p2", &["b"])], &[]);
    let first = carry(&before, 1, subjects([("p1", NULL), ("p2", &["b"])], &["p1"]), &declared());
    assert_eq!(drift(&before, &first), []);
    let list = coverage(&first)[0].clone();
    assert_eq!((list.status, list.carried_from), (ListStatus::Doubtful, Some(1)));
    let other = carry(&first, 2, subjects([("p1", &["a"]), ("p2", NULL)], &["p2"]), &declared());
    assert_eq!(drift(&first, &other), [], "another null is another doubt");
    assert_eq!(coverage(&other)[0].status, ListStatus::Doubtful);
    let second = carry(&first, 2, subjects([("p1", NULL), ("p2", &["b"])], &["p1"]), &declared());
    assert_eq!(drift(&first, &second), [("removed", "ibm_policy_subjects")]);
    assert_eq!(coverage(&second)[0].status, ListStatus::Complete);
    let third = carry(&second, 3, subjects([("p1", NULL), ("p2", &["b"])], &["p1"]), &declared());
    assert_eq!((drift(&second, &third), coverage(&third)[0].status), (vec![], ListStatus::Complete));
}

fn unsaid(id: &str, column: &'static str) -> UnreadCell {
    UnreadCell { is_doubtful: true, ..unread(id, column) }
}

#[test]
fn a_member_that_is_not_said_any_more_is_believed_to_be_none_when_that_comes_twice_in_a_row() {
    let seen = |said: Option<bool>| {
        let mut seen = keys(ListStatus::Complete, vec![key("k1", said), key("k2", None)]);
        seen.note_unread(said.is_none().then(|| unsaid("k1", "disabled")));
        seen.note_unread([unsaid("k2", "disabled"), unsaid("k2", "document")]);
        seen
    };
    let before = carry(&State::default(), 0, seen(Some(true)), &declared());
    assert_eq!(coverage(&before)[0].status, ListStatus::Complete, "what was never said is not missed");
    let first = carry(&before, 1, seen(None), &declared());
    assert_eq!(drift(&before, &first), []);
    let list = coverage(&first)[0].clone();
    assert_eq!((list.status, list.carried_from), (ListStatus::Doubtful, Some(1)));
    assert!(list.reason.unwrap().contains("`ibm_api_keys/k1.disabled`"));
    let healed = carry(&first, 2, seen(Some(true)), &declared());
    assert_eq!((drift(&first, &healed), coverage(&healed)[0].status), (vec![], ListStatus::Complete));
    let second = carry(&first, 2, seen(None), &declared());
    assert_eq!(drift(&first, &second), [("changed", "ibm_api_keys")]);
    let third = carry(&second, 3, seen(None), &declared());
    assert_eq!((drift(&second, &third), coverage(&third)[0].status), (vec![], ListStatus::Complete));
}

#[test]
fn a_null_inside_of_a_new_thing_is_a_doubt_for_one_run() {
    let one = |nulls: &[&str]| subjects([("p1", NULL), ("p1", NULL)], nulls);
    let before = state(&[("ibm_policies", "v2", ListStatus::Complete)], Vec::new());
    let first = carry(&before, 1, one(&["p1"]), &declared());
    assert_eq!(coverage(&first)[0].status, ListStatus::Doubtful);
    let second = carry(&first, 2, one(&["p1"]), &declared());
    assert_eq!(coverage(&second)[0].status, ListStatus::Complete);
    let at_first = carry(&State::default(), 0, one(&["p1"]), &declared());
    assert_eq!(coverage(&at_first)[0].status, ListStatus::Complete, "nothing is known to be lost");
}

#[test]
fn a_row_of_which_nothing_could_be_made_stands_while_it_is_not_shown_otherwise() {
    let before = keys(ListStatus::Complete, vec![key("k1", Some(true))]);
    let unshown = |id| {
        let mut seen = keys(ListStatus::Complete, Vec::new());
        seen.note_unread([unread(id, "disabled")]);
        seen
    };
    let mut after = before.clone();
    for number in 1..4 {
        let next = carry(&after, number, unshown("k1"), &declared());
        assert_eq!(drift(&after, &next), [], "run {number}");
        let list = coverage(&next)[0].clone();
        assert_eq!((list.status, list.carried_from), (ListStatus::Failed, Some(1)));
        assert!(list.reason.unwrap().contains("kept as last known: `ibm_api_keys/k1.disabled`"));
        after = next;
    }
    let other = carry(&before, 1, unshown("k2"), &declared());
    assert_eq!(coverage(&other)[0].status, ListStatus::Complete, "what was never a row is none");
    assert_eq!(drift(&before, &other), [("removed", "ibm_api_keys")]);
}

fn membership(users: &[&str], groups: ListStatus) -> State {
    let users = users.iter().map(|id| USERS.draft().set("iam_id", *id).row()).collect();
    let member = |id: &str| MEMBERS.draft().set("group_id", "g1").set("iam_id", id).row();
    let group = model::tables::ibm::ACCESS_GROUPS.draft().set("id", "g1").row();
    if groups != ListStatus::Complete {
        let lists = [("ibm_users", "", ListStatus::Complete), ("ibm_access_groups", "", groups)];
        return state(&lists, vec![(&USERS, users)]);
    }
    let lists = [
        ("ibm_users", "", ListStatus::Complete),
        ("ibm_access_groups", "", ListStatus::Complete),
        ("ibm_access_group_members", "g1", ListStatus::Complete),
    ];
    let members = vec![member("ana"), member("ben"), member("stranger")];
    state(
        &lists,
        vec![(&USERS, users), (&model::tables::ibm::ACCESS_GROUPS, vec![group]), (&MEMBERS, members)],
    )
}

#[test]
fn a_membership_that_is_carried_goes_with_the_user_that_a_whole_list_shows_to_be_gone() {
    let before = membership(&["ana", "ben"], ListStatus::Complete);
    let after = carry(&before, 1, membership(&["ben"], ListStatus::Failed), &declared());
    let members: Vec<&str> =
        after.rows(&MEMBERS).iter().filter_map(|row| MEMBERS.text(row, "iam_id")).collect();
    assert_eq!(members, ["ben", "stranger"], "who was never in a list is not gone from it");
    assert!(after.rows(&MEMBERS).iter().all(|row| after.is_carried(&MEMBERS, row)));
    assert!(after.rows(&USERS).iter().all(|row| !after.is_carried(&USERS, row)));
}

#[test]
fn a_child_list_of_a_new_parent_that_failed_is_known_to_have_been_empty() {
    let before = membership(&["ana"], ListStatus::Complete);
    let mut lists: Vec<Row> = before.rows(&tables::COVERAGE).iter().cloned().collect();
    lists.push(list("ibm_access_group_members", "g2", ListStatus::Denied));
    let mut seen = before.clone();
    seen.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, lists));
    let groups = &model::tables::ibm::ACCESS_GROUPS;
    let rows = ["g1", "g2"].map(|id| groups.draft().set("id", id).row());
    seen.put(groups, Rows::new(groups, rows.to_vec()));
    let after = carry(&before, 7, seen, &declared());
    let of_new = coverage(&after).into_iter().find(|list| list.parent == "g2").unwrap();
    assert_eq!(of_new.carried_from, Some(7));
    let mut again = after.clone();
    let member = MEMBERS.draft().set("group_id", "g2").set("iam_id", "eve").row();
    let rows = after.rows(&MEMBERS).iter().cloned().chain([member]).collect();
    again.put(&MEMBERS, Rows::new(&MEMBERS, rows));
    let told: Vec<Change> = compare(&after, &again, &declared());
    assert_eq!(told.iter().map(|change| change.weight).collect::<Vec<_>>(), [Weight::Drift]);
}

#[test]
fn cells_that_could_not_be_read_by_the_ten_thousand_take_no_time_for_each_other() {
    let ids: Vec<String> = (0..20_000).map(|number| format!("k{number}")).collect();
    let all = |disabled| ids.iter().map(|id| key(id, disabled)).collect();
    let before = keys(ListStatus::Complete, all(Some(true)));
    let mut seen = keys(ListStatus::Failed, all(None));
    seen.note_unread(ids.iter().map(|id| unread(id, "disabled")));
    let began = std::time::Instant::now();
    let after = carry(&before, 1, seen, &declared());
    // Sorting the table for each of them took minutes.
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
    assert_eq!(after.rows(&API_KEYS), before.rows(&API_KEYS));
}

#[test]
fn what_a_row_lost_without_anything_new_is_believed_the_second_time() {
    let described = |text: Option<&str>, locked: bool| {
        let document = text.map_or("{}".to_owned(), |text| format!(r#"{{"description":"{text}"}}"#));
        let key = API_KEYS.draft().set("id", "k").set("owner_type", "user").set("locked", locked);
        let row = key.set("description", text).set("document", &document).row();
        keys(ListStatus::Complete, vec![row])
    };
    let before = described(Some("CI"), false);
    let once = carry(&before, 1, described(None, false), &declared());
    assert_eq!(drift(&before, &once), []);
    assert_eq!(coverage(&once)[0].status, ListStatus::Doubtful);
    let twice = carry(&once, 2, described(None, false), &declared());
    assert_eq!(drift(&once, &twice), [("changed", "ibm_api_keys")]);
    assert_eq!(coverage(&twice)[0].status, ListStatus::Complete);
    let healed = carry(&once, 2, described(Some("CI"), false), &declared());
    assert_eq!(drift(&once, &healed), []);
    // Who locks a key and takes its description away edits it.
    let edited = carry(&before, 1, described(None, true), &declared());
    assert_eq!(drift(&before, &edited), [("changed", "ibm_api_keys")]);
    assert_eq!(coverage(&edited)[0].status, ListStatus::Complete);
}

#[test]
fn a_document_that_only_lacks_members_is_believed_the_second_time() {
    let shown = |document: &str| {
        let key = API_KEYS.draft().set("id", "k").set("owner_type", "user").set("document", document);
        keys(ListStatus::Complete, vec![key.row()])
    };
    let before = shown(r#"{"a":{"b":1,"c":2}}"#);
    let once = carry(&before, 1, shown(r#"{"a":{"b":1}}"#), &declared());
    assert_eq!(drift(&before, &once), []);
    let twice = carry(&once, 2, shown(r#"{"a":{"b":1}}"#), &declared());
    assert_eq!(drift(&once, &twice), [("changed", "ibm_api_keys")]);
    let other = carry(&before, 1, shown(r#"{"a":{"b":3}}"#), &declared());
    assert_eq!(drift(&before, &other), [("changed", "ibm_api_keys")]);
}

#[test]
fn what_another_list_said_of_a_thing_stands_in_with_it() {
    let agency = || AGENCIES.draft().set("agency_id", "a1").set("kind", "classic").row();
    let term = || CLASSIC_AGENCIES.draft().set("agency_id", "a1").set("duration", "ONEDAY").row();
    let lists = |of_agencies| {
        [("huawei_agencies", "", of_agencies), ("huawei_classic_agencies", "", ListStatus::Complete)]
    };
    let before = state(
        &lists(ListStatus::Complete),
        vec![(&AGENCIES, vec![agency()]), (&CLASSIC_AGENCIES, vec![term()])],
    );
    let unseen = || state(&lists(ListStatus::Failed), Vec::new());
    let (once, told) = next(Cloud::Huawei, &before, unseen());
    assert_eq!(told, [""; 0], "it may be gone, and else would have no end");
    assert_eq!(once.rows(&CLASSIC_AGENCIES).len(), 1);
    let (twice, told) = next(Cloud::Huawei, &once, unseen());
    assert_eq!((told, twice.rows(&CLASSIC_AGENCIES).len()), (Vec::new(), 1));
    let none = state(&lists(ListStatus::Complete), Vec::new());
    assert_eq!(next(Cloud::Huawei, &twice, none).1, ["removed", "removed"]);
    let seen = state(&lists(ListStatus::Complete), vec![(&AGENCIES, vec![agency()])]);
    let (seen, told) = next(Cloud::Huawei, &twice, seen);
    assert_eq!((told, seen.rows(&AGENCIES).len()), (vec!["removed"], 1), "it is there, without an end");
}
