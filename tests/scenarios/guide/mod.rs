//! The account of Huawei Cloud's guide on auditing the permissions of users, and the guide's question of it.
//!
//! The guide makes four calls: groups, the policies of each, the version in force, the users of the group. An audit
//! reads all four; here its snapshot is asked for each, and then for the answer that the guide puts together by hand.

use access::{Answer, Extent, Step, Verdict};
use check::Limits;
use serde_json::{Value, json};
use simulators::huawei;
use snapshot::{History, Manifest};

use super::{Account, company::Company, page::is_as_reviewed};

/// The permission that the guide looks for.
const ACTION: &str = "iam:*:get*";

const STEPS: [(&str, &str); 4] = [
    ("the groups", "select name, group_id, created_at from huawei_groups order by name"),
    (
        "the policies attached to each",
        "select g.name as \"group\", p.name as policy, a.policy_id, a.attached_at from huawei_groups g \
         left join huawei_policy_attachments a on a.entity_id = g.group_id \
         left join huawei_policies p on p.policy_id = a.policy_id order by 1, 2",
    ),
    (
        "what the version in force allows",
        "select p.name as policy, v.version_id, v.created_at, s.effect, a.pattern as action from huawei_policies p \
         join huawei_policy_versions v on v.policy_id = p.policy_id and v.is_default \
         join huawei_policy_statements s on s.policy_id = v.policy_id and s.version_id = v.version_id \
         join huawei_policy_actions a on a.policy_id = s.policy_id and a.version_id = s.version_id \
         and a.statement = s.statement where p.name = 'ReadPolicy' order by a.position",
    ),
    (
        "the users of the group",
        "select g.name as \"group\", u.name as user, u.user_id, u.enabled from huawei_group_members m \
         join huawei_groups g on g.group_id = m.group_id join huawei_users u on u.user_id = m.user_id order by 1, 2",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_question_gets_the_guides_answer() {
    let account = Account::of(Company::on_huawei(huawei::guide()).await);
    let summary = account.audit("2026-09-07T06:00:00Z").await.expect("an audit");
    assert_eq!(summary.incomplete, 0);
    let history = account.history().await;
    let manifest = history.manifest(summary.snapshot).await.expect("the snapshot");

    let able = history::who_can(&history, &manifest, ACTION, None).await.expect("an answer");
    assert_eq!(able.unseen, [""; 0]);
    let answer: Vec<Value> = able.answers.iter().filter_map(through_a_group).collect();
    let expected: Vec<Value> = serde_json::from_str(include_str!("answer.json")).expect("the guide's answer");
    assert_eq!(answer, expected);

    let mut page = String::new();
    for (number, (title, sql)) in (1..).zip(STEPS) {
        page.push_str(&step(&history, &manifest, number, title, sql).await);
    }
    page.push_str(&format!("which users hold {ACTION} through a group\n"));
    for each in &answer {
        page.push_str(&format!("  {each}\n"));
    }
    is_as_reviewed(&page, "guide/expected.txt");
}

/// Returns the line of the guide's answer, when a user may do all that is asked by being in a group.
fn through_a_group(answer: &Answer) -> Option<Value> {
    let [user, group, policy, version, ..] = answer.path.as_slice() else { return None };
    let kinds = [user, group, policy, version].map(|step| step.kind);
    let is_held = answer.verdict == Verdict::Surely && answer.extent == Extent::Whole;
    let name = |step: &Step| step.name.clone();
    (is_held && kinds == ["user", "group", "policy", "version"]).then(|| {
        json!({"user_name": name(user), "via_group": name(group), "via_policy": name(policy), "version": version.id})
    })
}

/// Asks the snapshot what the guide asks the cloud.
async fn step(history: &History, manifest: &Manifest, number: usize, title: &str, sql: &str) -> String {
    let answer = history::query(history, manifest, sql, &Limits::default()).await.expect("rows");
    let mut page = format!("{number}. {title}\n");
    for row in &answer.rows {
        let cells = answer.columns.iter().zip(row).map(|(column, cell)| match cell {
            Value::String(text) => format!("{column} {text}"),
            other => format!("{column} {other}"),
        });
        page.push_str(&format!("  {}\n", cells.collect::<Vec<_>>().join(", ")));
    }
    page.push('\n');
    page
}
