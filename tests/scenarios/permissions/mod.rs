//! SensitivePermission audits: who holds what nobody should hold unnoticed, as the settings say who may, and what becomes of it.

mod ends;
mod life;
mod steps;

use std::collections::BTreeSet;

use check::Findings;
use model::{Cloud, Finding};
use pipeline::Settings;
use simulators::huawei::{self, World};

use super::{Account, company::Company};

const RAISE: &str = "permission_to_raise_own_power";
const MONDAY: &str = "2026-09-07T06:00:00Z";

/// Members of the group of operators, and who gets into it through a mapping.
const OPERATORS: [&str; 5] = [
    "mapping federated users by mapping installers",
    "user backup-bot",
    "user carla.mendes",
    "user lin.mei",
    "user sven.olsson",
];

/// The company on Huawei Cloud after the night in which the policy of the operators grew.
async fn after_the_night() -> Account {
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    for week in &huawei::weeks()[..4] {
        account.huawei().change(week.apply);
    }
    account
}

/// Audits and returns all findings.
async fn audited(account: &Account, at: &str) -> Findings {
    let summary = account.audit(at).await.expect("an audit");
    let history = account.history().await;
    let manifest = history.manifest(summary.snapshot).await.expect("the snapshot");
    history::findings(&history, &manifest).await.expect("its findings")
}

/// Returns who is told to hold a permission.
fn holders(findings: &Findings, permission: &str) -> BTreeSet<String> {
    let open = findings.findings.values().filter(|each| each.rule == permission && !each.state.is_closed());
    open.map(|finding| holder(finding)).collect()
}

fn holder(finding: &Finding) -> String {
    finding.evidence.text("principal").expect("a principal").to_owned()
}

fn finding<'a>(findings: &'a Findings, permission: &str, who: &str) -> &'a Finding {
    let all = findings.findings.values();
    let found = all.into_iter().find(|each| each.rule == permission && holder(each) == who);
    found.unwrap_or_else(|| panic!("{permission} of {who} was never told"))
}

fn set_of(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowed_group_silences_its_members_and_nobody_else() {
    let mut account = after_the_night().await;
    let all = holders(&audited(&account, MONDAY).await, RAISE);
    // Tenant Administrator may do everything but IAM: Identity Center and the organisation are steps to more, too.
    let others = set_of(&[
        "account sol-installers",
        "agency break-glass",
        "agency installer-partner",
        "user amara.diallo",
        "user joão.pinto",
        "user priya.raman",
        "user zhang.wei",
    ]);
    assert_eq!(all, &others | &set_of(&OPERATORS));

    account.set_permissions(&format!("[[permission]]\nid = {RAISE:?}\nallowed = [\"group:operators\"]\n"));
    let silenced = audited(&account, "2026-09-08T06:00:00Z").await;
    assert_eq!(holders(&silenced, RAISE), others);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_is_not_audited_is_not_told() {
    let mut account = after_the_night().await;
    account.set_permissions("[[permission]]\nid = \"permission_to_assume_agencies\"\naudited = false\n");
    let findings = audited(&account, MONDAY).await;
    assert_eq!(holders(&findings, "permission_to_assume_agencies"), set_of(&[]));
    assert!(!holders(&findings, RAISE).is_empty(), "the others are");
}

/// An administrator counts, also where a control of the organization takes a little of everything away.
#[tokio::test(flavor = "multi_thread")]
async fn administrators_are_told_to_hold_everything() {
    let account = after_the_night().await;
    let before = holders(&audited(&account, MONDAY).await, "permission_to_do_everything");
    let administrators = ["agency break-glass", "user amara.diallo", "user joão.pinto", "user zhang.wei"];
    assert_eq!(before, set_of(&administrators));
    account.huawei().change(huawei::weeks()[4].apply);
    let after = holders(&audited(&account, "2026-09-08T06:00:00Z").await, "permission_to_do_everything");
    let new = set_of(&["account bad0c0de1e5511e5bad0c0de1e5511e5", "user carla.mendes"]);
    assert_eq!(&after - &before, new);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_of_ones_own_may_have_wildcards() {
    let mut account = after_the_night().await;
    account.set_permissions(
        "[[permission]]\nid = \"permission_to_administer_obs\"\ncloud = \"huawei\"\nseverity = \"critical\"\n\
         title = \"May do everything with objects\"\nactions = [\"obs:*:*\"]\n\
         allowed = [\"group:admin\", \"agency:break-*\"]\n",
    );
    let findings = audited(&account, MONDAY).await;
    // Developers may do all with the objects of the firmware only: that is a part of it.
    assert_eq!(
        holders(&findings, "permission_to_administer_obs"),
        set_of(&["account sol-installers", "agency installer-partner"])
    );
    let told = finding(&findings, "permission_to_administer_obs", "agency installer-partner");
    assert_eq!((told.title.as_str(), told.severity.name()), ("May do everything with objects", "critical"));
    assert_eq!(
        told.evidence.text("through").as_deref(),
        Some("role 'Tenant Administrator' → scope all projects")
    );
}

#[test]
fn a_permission_that_cannot_be_meant_is_refused_with_what_would_be_right() {
    let wrong: [(&str, &[&str]); 5] = [
        (
            "id = \"permission_to_raise_own_power\"\nallowed = [\"operators\"]",
            &["`operators`", "kind:name", "`group:auditors`"],
        ),
        (
            "id = \"permission_to_bake\"\nactions = [\"x:y:z\"]",
            &["`permission_to_bake`", "`cloud`", "`actions`"],
        ),
        ("id = \"permission_to_bake\"\ncloud = \"ibm\"", &["`permission_to_bake`", "names no `actions`"]),
        (
            "id = \"SensitivePermission To Bake\"\ncloud = \"ibm\"\nactions = [\"x\"]",
            &["`SensitivePermission To Bake`", "lower-case"],
        ),
        ("id = \"permission_to_raise_own_power\"\nalowed = []", &["alowed"]),
    ];
    for (text, said) in wrong {
        let text = format!("store = \"x\"\n[[permission]]\n{text}\n");
        let message = Settings::parse("iamwatch.toml", &text).expect_err("it is wrong").to_string();
        for words in said.iter().chain(&["iamwatch.toml"]) {
            assert!(message.contains(words), "`{words}` is missing in {message}");
        }
    }
}

/// Id of a user by its name.
fn user_id(world: &World, name: &str) -> String {
    let found = world.users.iter().find(|user| user.name() == name);
    found.expect("a user of that name").object.text("user_id").to_owned()
}
