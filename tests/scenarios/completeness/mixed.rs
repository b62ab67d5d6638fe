//! Fresh and carried rows beside each other: what is gone takes along what belonged to it, and what is unseen stays.

use model::Cloud;
use simulators::{
    huawei,
    ibm::{FaultKind, World},
};

use super::{Account, Days};
use crate::scenarios::company::Company;

/// Returns the IAM id and name of the member of the first group of that name.
fn a_member(world: &World, group: &str) -> String {
    let group = world.groups.iter().find(|each| each.object.text("name") == group).expect("the group");
    let owner = world.account.text("owner_iamid");
    let member = group.members.iter().find(|member| {
        let id = member.text("iam_id");
        id != owner && id.starts_with("IBMid-") && world.caller(id).is_none()
    });
    member.expect("a member").text("iam_id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_who_leaves_while_the_groups_fail_is_no_stranger() {
    let days = Days::of(Account::of_a_dozen().await);
    days.told().await;
    let who = days.account.ibm().look(|world| a_member(world, "cloud-admins"));
    days.account.ibm().change(|world| world.remove_user(&who));
    days.spoil("/v2/groups?", FaultKind::Forbidden);
    let told = days.told().await;
    assert!(told.titles("finding.opened").is_empty(), "{}", told.all());
    assert!(!told.all().contains("another account"), "{}", told.all());
    assert!(told.titles("access.gained").is_empty(), "{}", told.all());
    assert!(told.has("drift.removed", "user "), "{}", told.all());
    days.heal();
    let told = days.told().await;
    assert!(
        told.titles("finding.opened").is_empty() && told.titles("access.gained").is_empty(),
        "{}",
        told.all()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_was_deleted_while_the_users_fail_has_no_news() {
    let days = Days::of(Account::of_a_dozen().await);
    days.told().await;
    let who = days.account.ibm().look(|world| a_member(world, "cloud-admins"));
    days.account.ibm().change(|world| world.remove_user(&who));
    days.spoil("/users", FaultKind::Forbidden);
    let told = days.told().await;
    assert!(!told.all().contains("User in no group"), "{}", told.all());
    assert!(told.titles("access.gained").is_empty(), "{}", told.all());
    days.heal();
    let told = days.told().await;
    assert!(told.has("drift.removed", "user "), "{}", told.all());
    assert!(told.titles("finding.opened").is_empty(), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_one_user_that_are_refused_open_nothing_for_anybody() {
    let days = Days::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
    days.told().await;
    let users: Vec<String> = days
        .account
        .huawei()
        .look(|world| world.users.iter().map(|user| user.object.text("user_id").to_owned()).collect());
    for user in users {
        days.spoil(&format!("/v5/users/{user}/access-keys"), huawei::FaultKind::Forbidden);
        let told = days.told().await;
        assert!(told.titles("finding.opened").is_empty(), "{user}: {}", told.all());
        assert!(told.titles("finding.closed").is_empty(), "{user}: {}", told.all());
        days.heal();
        let told = days.told().await;
        assert!(told.titles("finding.opened").is_empty(), "{user}: {}", told.all());
        assert!(told.titles("finding.closed").is_empty(), "{user}: {}", told.all());
    }
}
