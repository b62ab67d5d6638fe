use model::{ListStatus, tables::huawei::SCPS};

use super::*;
use crate::huawei::policy_attachments;

fn seen(counters: &[(&str, i64)], lists: &[&'static Table]) -> Seen {
    let mut seen = Seen::default();
    for (name, value) in counters {
        let row = ACCOUNT_SUMMARY.draft().set("name", *name).set("value", *value).row();
        seen.push(&ACCOUNT_SUMMARY, row);
    }
    for table in lists {
        seen.none(table.listing, if table.name == POLICIES.name { CUSTOM } else { "" }, "GET /");
    }
    seen
}

fn user(seen: &mut Seen, id: &str, is_root: bool) {
    seen.push(&USERS, USERS.draft().set("user_id", id).set("is_root_user", is_root).row());
}

fn denied(seen: &Seen) -> Vec<(&str, &str, &str)> {
    let denied = seen.coverage.iter().filter(|each| each.status == ListStatus::Denied);
    denied
        .map(|each| (each.listing.as_str(), each.parent.as_str(), each.reason.as_deref().unwrap_or_default()))
        .collect()
}

#[test]
fn a_list_that_shows_what_is_counted_stays_complete() {
    let mut seen = seen(&[("users", 2), ("groups", 0), ("agencies", 0)], &[&USERS, &GROUPS, &AGENCIES]);
    user(&mut seen, "a", true);
    user(&mut seen, "b", false);
    mark(&mut seen);
    assert_eq!(denied(&seen), []);
}

#[test]
fn a_list_that_shows_less_than_is_counted_is_denied() {
    let mut seen = seen(
        &[("users", 3), ("policies", 1), ("groups", 1), ("scps", 9)],
        &[&USERS, &POLICIES, &GROUPS, &SCPS],
    );
    user(&mut seen, "a", true);
    let system = POLICIES.draft().set("policy_id", "s").set("type", "system").row();
    seen.push(&POLICIES, system);
    mark(&mut seen);
    assert_eq!(
        denied(&seen),
        [
            ("huawei_users", "", "the account counts 3 and shows 1"),
            ("huawei_policies", "custom", "the account counts 1 and shows 0"),
            ("huawei_groups", "", "the account counts 1 and shows 0"),
        ]
    );
}

#[test]
fn a_root_user_that_is_not_listed_is_not_missed() {
    let mut seen = seen(&[("users", 2)], &[&USERS]);
    user(&mut seen, "a", false);
    mark(&mut seen);
    assert_eq!(denied(&seen), []);
}

#[test]
fn attachments_that_are_counted_and_not_shown_deny_the_policy_alone() {
    let mut seen = Seen::default();
    for (id, counted) in [("p", 2_i64), ("q", 1)] {
        seen.push(&POLICIES, POLICIES.draft().set("policy_id", id).set("attachment_count", counted).row());
        seen.none(POLICY_ATTACHMENTS.listing, id, "GET /");
        let attachment = POLICY_ATTACHMENTS.draft().set("policy_id", id).set("entity_type", "user");
        seen.push(&POLICY_ATTACHMENTS, attachment.set("entity_id", "u").row());
    }
    mark(&mut seen);
    let reason = "the policy counts 2 attachments and shows 1";
    assert_eq!(denied(&seen), [("huawei_policy_attachments", "p", reason)]);
}

/// Makes what is seen of a policy that counts attachments and shows one.
fn attached(counted: i64) -> Seen {
    let mut seen = Seen::default();
    seen.push(&POLICIES, POLICIES.draft().set("policy_id", "p").set("attachment_count", counted).row());
    seen.none(POLICY_ATTACHMENTS.listing, "p", "GET /");
    let attachment = POLICY_ATTACHMENTS.draft().set("policy_id", "p").set("entity_type", "user");
    seen.push(&POLICY_ATTACHMENTS, attachment.set("entity_id", "u").row());
    seen
}

#[tokio::test]
async fn attachments_that_ended_between_counting_and_showing_are_counted_anew() {
    for (again, denies) in [(1, false), (0, false), (2, true)] {
        let mut seen = attached(2);
        policy_attachments::recount(&mut seen, async { attached(again) }).await;
        mark(&mut seen);
        assert_eq!(!denied(&seen).is_empty(), denies, "{again}");
        let kept = if denies { 2 } else { again };
        let row = seen.rows(&POLICIES)[0].clone();
        assert_eq!(POLICIES.cell(&row, "attachment_count"), model::Value::Integer(kept));
    }
    let mut whole = attached(1);
    policy_attachments::recount(&mut whole, async { panic!("nothing is missing, and all is read again") })
        .await;
}
