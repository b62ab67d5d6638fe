//! What a title says first: the values of a part that changed, the reason that explains the others, and no row where there was none.

use model::{Change, ChangeKind, Coverage, ListStatus, State, Transition, TransitionKind, tables::huawei};
use notify::{BaselineCounts, RunReport, coverage_changes, events};

use crate::{
    story::{account, finding, told},
    told::{tell, title},
};

#[test]
fn a_part_that_changed_is_told_with_its_values() {
    let row = |duration: &str| {
        let draft = huawei::CLASSIC_AGENCIES.draft().set("agency_id", "a-1");
        draft.set("duration", duration).row()
    };
    let (before, after) = (row("FOREVER"), row("24"));
    let told = tell(&[Change::new(&huawei::CLASSIC_AGENCIES, ChangeKind::Changed { before, after })]);
    assert!(title(&told[0]).ends_with(" changed (duration FOREVER → 24)"), "{}", title(&told[0]));
}

#[test]
fn a_list_that_was_asked_for_and_failed_explains_those_that_were_left_out_for_its_sake() {
    let row = |parent: &str, status, reason: Option<&str>| Coverage {
        listing: "ibm_policies".to_owned(),
        parent: parent.to_owned(),
        endpoint: "GET /policies".to_owned(),
        status,
        reason: reason.map(str::to_owned),
        pages: 1,
        rows: 3,
        carried_from: None,
    };
    let whole = ["authorization", "v2"].map(|parent| row(parent, ListStatus::Complete, None));
    let lost = [
        row("authorization", ListStatus::Skipped, Some("the list of version 2 comes first")),
        row("v2", ListStatus::Failed, Some("HTTP 500")),
    ];
    let (account, state) = (account(), State::default());
    let coverage = coverage_changes(&whole, &lost);
    let told = events(&RunReport { coverage: &coverage, ..told(&account, &state) });
    assert!(title(&told[0]).ends_with("failed (HTTP 500)"), "{}", title(&told[0]));
}

#[test]
fn findings_that_come_of_no_new_row_are_counted_alone() {
    let (account, state) = (account(), State::default());
    let mut known = finding("group_without_members", "huawei/acc-1/huawei_groups/g-1", model::Severity::Info);
    known.baseline = true;
    let kind = TransitionKind::Opened;
    let opened = [Transition { kind, finding: known, before: None, turn: None, causes: Vec::new() }];
    let told = events(&RunReport { baseline: BaselineCounts::of(&opened), ..told(&account, &state) });
    assert!(title(&told[0]).ends_with(": 1 finding"), "{}", title(&told[0]));
}
