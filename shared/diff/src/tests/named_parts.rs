//! Lists of one thing that are read because something names it: a role of Huawei Cloud that is assigned.

use model::{
    Cloud, Coverage, ListStatus, Row, Rows, State, Table, tables,
    tables::huawei::{ACCOUNT_SETTINGS, ROLES},
};

use super::broken_texts::next;

fn roles(shown: &[&str], others: &[(&str, ListStatus)]) -> State {
    parts(&ROLES, shown, &[&[("", ListStatus::Complete)], others].concat())
}

/// Shows some rows that have a list each, and how the lists of others were read.
fn parts(table: &'static Table, shown: &[&str], others: &[(&str, ListStatus)]) -> State {
    let read = shown.iter().map(|id| (*id, ListStatus::Complete));
    let lists = read.chain(others.iter().copied()).map(|(part, status)| {
        let list = Coverage {
            listing: table.listing.to_owned(),
            parent: part.to_owned(),
            endpoint: "GET /".to_owned(),
            status,
            reason: None,
            pages: 1,
            rows: 1,
            carried_from: None,
        };
        list.row()
    });
    let mut state = State::default();
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, lists.collect()));
    let rows: Vec<Row> = shown.iter().map(|id| Row::pack([(*id).into()])).collect();
    state.put(table, Rows::new(table, rows));
    state
}

/// Lives through a first snapshot and two runs; returns what the last of them tells.
fn told(first: State, second: State, third: State) -> Vec<&'static str> {
    let (before, _) = next(Cloud::Huawei, &State::default(), first);
    let (once, told) = next(Cloud::Huawei, &before, second);
    assert_eq!(told, [""; 0]);
    next(Cloud::Huawei, &once, third).1
}

#[test]
fn a_role_that_failed_when_it_was_first_named_is_news_when_it_can_be_read() {
    let failed = [("r2", ListStatus::Failed)];
    let read = || roles(&["r1", "r2"], &[]);
    assert_eq!(told(roles(&["r1"], &[]), roles(&["r1"], &failed), read()), ["added"]);
    let rest = [("*", ListStatus::Skipped)];
    let both = [failed[0], rest[0]];
    assert_eq!(told(roles(&["r1"], &[]), roles(&["r1"], &both), read()), ["added"], "all was known before");
    let unknown = told(roles(&["r1"], &rest), roles(&["r1"], &both), read());
    assert_eq!(unknown, [""; 0], "it may have been named before, and nobody could see that");
}

#[test]
fn a_role_that_nobody_can_ever_read_hides_no_other() {
    let never = ("r0", ListStatus::Denied);
    let (before, _) = next(Cloud::Huawei, &State::default(), roles(&["r1"], &[never]));
    let (once, told) = next(Cloud::Huawei, &before, roles(&["r1"], &[never, ("r2", ListStatus::Failed)]));
    assert_eq!(told, [""; 0]);
    assert_eq!(next(Cloud::Huawei, &once, roles(&["r1", "r2"], &[never])).1, ["added"]);
}

#[test]
fn a_role_that_was_shown_among_others_before_it_had_a_list_of_its_own_was_known() {
    let row = |name: &str| ROLES.draft().set("id", "r2").set("name", name).row();
    let of_all = |status: ListStatus, own: &[(&str, ListStatus)], rows: Vec<Row>| {
        let mut state = parts(&ROLES, &[], &[&[("", status)], own].concat());
        state.put(&ROLES, Rows::new(&ROLES, rows));
        state
    };
    let first = of_all(ListStatus::Complete, &[], vec![row("old")]);
    let (before, _) = next(Cloud::Huawei, &State::default(), first);
    let unread = of_all(ListStatus::Failed, &[("r2", ListStatus::Failed)], Vec::new());
    let (once, told) = next(Cloud::Huawei, &before, unread);
    assert_eq!(told, [""; 0]);
    let read = of_all(ListStatus::Complete, &[("r2", ListStatus::Complete)], vec![row("new")]);
    assert_eq!(next(Cloud::Huawei, &once, read).1, ["changed"]);
}

#[test]
fn nobody_knows_that_a_setting_was_not_there_before_it_could_be_read() {
    let settings = |shown: &[&str], others: &[(&str, ListStatus)]| parts(&ACCOUNT_SETTINGS, shown, others);
    let (before, _) = next(Cloud::Huawei, &State::default(), settings(&["a"], &[]));
    let (once, _) = next(Cloud::Huawei, &before, settings(&["a"], &[("b", ListStatus::Failed)]));
    let lists = once.rows(&tables::COVERAGE).iter().map(Coverage::from_row);
    let unread: Vec<_> = lists.filter(|list| !list.is_complete()).collect();
    assert_eq!(unread.iter().map(|list| list.carried_from).collect::<Vec<_>>(), [None]);
}
