//! Lists that stay in doubt while they show rows: what they leave out is believed when they leave it out twice.

use model::{Coverage, ListStatus, Reading, Row, Rows, State, tables, tables::ibm::API_KEYS};

use super::{declared, drift};
use crate::carry;

fn list(parent: &str, status: ListStatus, rows: usize) -> Coverage {
    Coverage {
        listing: API_KEYS.listing.to_owned(),
        parent: parent.to_owned(),
        endpoint: "GET /".to_owned(),
        status,
        reason: (status == ListStatus::Doubtful).then(|| "`apikeys` is null".to_owned()),
        pages: 1,
        rows: i64::try_from(rows).unwrap(),
        carried_from: None,
    }
}

/// Shows some keys in a list of this status.
fn shown(status: ListStatus, ids: &[&str]) -> State {
    let rows: Vec<Row> =
        ids.iter().map(|id| API_KEYS.draft().set("id", *id).set("owner_type", "user").row()).collect();
    let list = list("user", status, rows.len());
    let mut state = State::default();
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, vec![list.row()]));
    state.put(&API_KEYS, Rows::new(&API_KEYS, rows));
    state
}

/// Lives through runs of a list in doubt after one that was whole; returns what each of them tells.
fn told(runs: &[&[&str]]) -> Vec<Vec<&'static str>> {
    let mut before = shown(ListStatus::Complete, &["a", "b", "c"]);
    let mut told = Vec::new();
    for (number, ids) in (1..).zip(runs) {
        let after = carry(&before, number, shown(ListStatus::Doubtful, ids), &declared());
        told.push(drift(&before, &after).into_iter().map(|(verb, _)| verb).collect());
        before = after;
    }
    told
}

#[test]
fn a_row_that_only_the_second_doubtful_answer_leaves_out_is_not_gone() {
    let nothing = Vec::<&str>::new();
    assert_eq!(told(&[&["a", "b", "c"], &["a", "c"]]), [nothing.clone(), nothing.clone()]);
    assert_eq!(told(&[&["a", "c"], &["a", "b"]]), [nothing.clone(), nothing.clone()], "another one");
    assert_eq!(told(&[&["a", "c"], &["a"]]), [nothing.clone(), nothing.clone()], "one more");
    assert_eq!(told(&[&["a", "c"], &[]]), [nothing.clone(), nothing], "all of a sudden all");
}

#[test]
fn what_is_left_out_twice_in_a_row_is_gone_however_long_the_doubt_lasts() {
    assert_eq!(told(&[&["a", "c"], &["a", "c"]]), [vec![], vec!["removed"]]);
    assert_eq!(told(&[&["a", "c"], &["a"], &["a"]]), [vec![], vec![], vec!["removed", "removed"]]);
    assert_eq!(told(&[&[], &["a"]]), [vec![], vec!["removed", "removed"]], "a part of all is no news");
    assert_eq!(told(&[&["a", "c"], &["a", "b", "c"]]), [vec![], Vec::<&str>::new()], "it is back");
    // Once it was believed, the next loss is in doubt anew.
    let losses = told(&[&["a", "b"], &["a", "b"], &["a"], &["a"]]);
    assert_eq!(losses, [vec![], vec!["removed"], vec![], vec!["removed"]]);
}

#[test]
fn the_coverage_names_what_is_kept() {
    let before = shown(ListStatus::Complete, &["a", "b", "c"]);
    let after = carry(&before, 1, shown(ListStatus::Doubtful, &["c"]), &declared());
    let list = Coverage::from_row(after.rows(&tables::COVERAGE).iter().next().unwrap());
    assert_eq!(
        list.reason.unwrap(),
        "`apikeys` is null; kept until it is shown again or shown the same twice: `ibm_api_keys/a`, `ibm_api_keys/b`"
    );
    assert_eq!((list.status, after.rows(&API_KEYS).len()), (ListStatus::Doubtful, 3));
}

#[test]
fn thousands_that_are_left_out_twice_are_gone() {
    let many: Vec<String> = (0..3000).map(|each| format!("k{each:04}")).collect();
    let all: Vec<&str> = many.iter().map(String::as_str).collect();
    let before = shown(ListStatus::Complete, &all);
    let once = carry(&before, 1, shown(ListStatus::Doubtful, &all[..1]), &declared());
    assert_eq!(drift(&before, &once), []);
    let twice = carry(&once, 2, shown(ListStatus::Doubtful, &all[..1]), &declared());
    assert_eq!(drift(&once, &twice).len(), 2999);
}

#[test]
fn a_list_that_holds_the_rows_of_no_other_part_had_rows() {
    let tables = tables::all().filter_map(|table| match table.reading {
        Reading::InParts { column, otherwise, .. } if table.parent.is_none() => {
            Some((table, column, otherwise))
        }
        _ => None,
    });
    let all: Vec<_> = tables::all().collect();
    let mut looked_at = Vec::new();
    for (table, column, otherwise) in tables {
        let row = table.draft().set(column, "of no part").row();
        let shown = |status, rows| {
            let list = Coverage { listing: table.listing.to_owned(), ..list(otherwise, status, 0) };
            let other =
                Coverage { parent: "another part".to_owned(), status: ListStatus::Complete, ..list.clone() };
            let mut state = State::default();
            state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, vec![list.row(), other.row()]));
            state.put(table, Rows::new(table, rows));
            state
        };
        let before = shown(ListStatus::Complete, vec![row.clone()]);
        let once = carry(&before, 1, shown(ListStatus::Doubtful, Vec::new()), &all);
        assert_eq!(once.rows(table).len(), 1, "{}: it proves nothing yet", table.name);
        let twice = carry(&once, 2, shown(ListStatus::Doubtful, Vec::new()), &all);
        assert_eq!(twice.rows(table).len(), 0, "{}: it was shown twice", table.name);
        looked_at.push(table.name);
    }
    assert!(looked_at.contains(&"ibm_resource_instances") && looked_at.len() > 6, "{looked_at:?}");
}
