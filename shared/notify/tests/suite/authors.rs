//! By whom: who created a thing or changed it last, as the titles of drift say it.

use model::{Change, ChangeKind, Row, tables::ibm};

use crate::{
    story::member,
    told::{added, removed, tell, title},
};

/// A group that was last changed by somebody at a time.
fn edited(description: &str, by: &str, at: &str) -> Row {
    let draft = ibm::ACCESS_GROUPS.draft().set("id", "g-1").set("name", "Admins");
    let draft = draft.set("description", description).set("created_by_id", "IBMid-9");
    draft.set("last_modified_by_id", by).set("last_modified_at", at).row()
}

fn changed_group(before: Row, after: Row) -> String {
    let told = tell(&[Change::new(&ibm::ACCESS_GROUPS, ChangeKind::Changed { before, after })]);
    title(&told[0]).to_owned()
}

#[test]
fn who_changed_a_thing_is_told_where_the_cloud_moved_who_or_when() {
    let (monday, tuesday) = ("2026-11-16T08:00:00Z", "2026-11-17T08:00:00Z");
    let before = || edited("a", "IBMid-1", monday);
    assert_eq!(
        changed_group(before(), edited("b", "IBMid-1", tuesday)),
        "access group Admins changed: description a → b; last changed by user ana@example.com"
    );
    // Somebody of whom the account knows nothing is told by id.
    assert_eq!(
        changed_group(before(), edited("b", "IBMid-7", monday)),
        "access group Admins changed: description a → b; last changed by IBMid-7"
    );
    // What the cloud changed by itself was not done by whoever changed it before; nor by who made it.
    assert_eq!(
        changed_group(before(), edited("b", "IBMid-1", monday)),
        "access group Admins changed: description a → b"
    );
}

#[test]
fn who_added_a_member_is_told_where_one_added_all_and_nothing_else_happened() {
    let by = |member: Row, id: &str| {
        let cells: Vec<_> = member.values().collect();
        let draft = ibm::MEMBERS.draft().set("created_by_id", id).set("type", "user");
        draft.set("group_id", cells[0]).set("iam_id", cells[1]).row()
    };
    let one = || added(&ibm::MEMBERS, by(member("g-1", "IBMid-1"), "IBMid-1"));
    let told = tell(&[one()]);
    assert_eq!(
        title(&told[0]),
        "user ana@example.com joined access group Admins, added by user ana@example.com"
    );
    let told = tell(&[one(), added(&ibm::MEMBERS, by(member("g-1", "IBMid-2"), "IBMid-1"))]);
    assert_eq!(title(&told[0]), "access group Admins changed: 2 members added by user ana@example.com");
    let told = tell(&[one(), added(&ibm::MEMBERS, by(member("g-1", "IBMid-2"), "IBMid-7"))]);
    assert_eq!(title(&told[0]), "access group Admins changed: 2 members added");
    let told = tell(&[one(), removed(&ibm::MEMBERS, by(member("g-1", "IBMid-2"), "IBMid-1"))]);
    assert!(!title(&told[0]).contains(" by "), "{}", title(&told[0]));
}
