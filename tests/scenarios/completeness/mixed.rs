//! Fresh and carried rows beside each other: what is gone takes along what belonged to it, and what is unseen stays.

use model::Cloud;
use simulators::{
    huawei,
    ibm::{FaultKind, World, world::Attribute},
};

use super::{Account, Hours, ibm::new_group};
use crate::scenarios::company::Company;

/// Makes a group of administrators with one member, and returns who that is.
fn an_administrator(world: &mut World) -> String {
    new_group(world);
    world.groups.last().expect("the new group").members[0].text("iam_id").to_owned()
}

/// Makes an administrator who has a policy of their own besides, and returns who that is.
fn an_administrator_twice_over(world: &mut World) -> String {
    let who = an_administrator(world);
    let mut policy = world.policies.last().expect("the policy of the group").clone();
    "policy-of-one".clone_into(&mut policy.id);
    policy.subject = vec![Attribute::equals("iam_id", &who)];
    world.policies.push(policy);
    who
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_who_leaves_while_the_groups_fail_is_no_stranger() {
    let hours = Hours::of(Account::of_a_dozen().await);
    let who = hours.account.ibm().change(an_administrator);
    hours.told().await;
    hours.account.ibm().change(|world| world.remove_user(&who));
    hours.spoil("/v2/groups?", FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(told.titles("finding.opened").is_empty(), "{}", told.all());
    assert!(!told.all().contains("another_account"), "{}", told.all());
    assert!(told.titles("access.gained").is_empty(), "{}", told.all());
    assert!(told.has("drift.removed", "user "), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    // The simulated cloud leaves the policies that named the user, and that is true.
    for power in ["Can ", "Full administrator"] {
        assert!(!told.has("finding.opened", power), "{}", told.all());
    }
    assert!(!told.all().contains("another_account"), "{}", told.all());
    assert!(told.titles("access.gained").is_empty(), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_of_somebody_who_left_while_the_policies_fail_makes_nobody_a_stranger() {
    let hours = Hours::of(Account::of_a_dozen().await);
    let who = hours.account.ibm().change(an_administrator_twice_over);
    hours.told().await;
    hours.account.ibm().change(|world| {
        world.remove_user(&who);
        world.policies.retain(|policy| policy.id != "policy-of-one");
    });
    hours.spoil("/v2/policies", FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(!told.all().contains("another_account"), "{}", told.all());
    assert!(told.titles("drift.removed").iter().all(|title| title.starts_with("user ")), "{}", told.all());
    assert!(!told.has("finding.closed", "policy-of-one"), "it was not seen: {}", told.all());
    assert!(!told.has("finding.opened", "policy-of-one"), "it was not seen: {}", told.all());
    assert!(told.titles("access.gained").is_empty(), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(told.has("drift.removed", "policy "), "{}", told.all());
}

/// Deletes an administrator while a list fails, and leaves the policies that name them.
async fn an_administrator_is_deleted_and_the_policies_stay(failing: Option<&str>) {
    let hours = Hours::of(Account::of_a_dozen().await);
    let who = hours.account.ibm().change(an_administrator_twice_over);
    hours.told().await;
    hours.account.ibm().change(|world| {
        let policy = world.policies.iter().find(|policy| policy.id == "policy-of-one").cloned();
        world.remove_user(&who);
        world.policies.retain(|policy| policy.id != "policy-of-one");
        world.policies.extend(policy);
    });
    if let Some(path) = failing {
        hours.spoil(path, FaultKind::Forbidden);
    }
    let mut subject_is_gone = false;
    for _ in 0..3 {
        let told = hours.told().await;
        for power in ["Can ", "Full administrator", "Cross-account", "Administrator"] {
            assert!(!told.has("finding.opened", power), "{failing:?}: {}", told.all());
        }
        assert!(!told.all().contains("another account"), "{failing:?}: {}", told.all());
        assert!(!told.all().contains("another_account"), "{failing:?}: {}", told.all());
        assert!(told.titles("access.gained").is_empty(), "{failing:?}: {}", told.all());
        subject_is_gone |= told.has("finding.opened", "Policy subject does not exist");
        hours.heal();
    }
    assert!(subject_is_gone, "{failing:?}: what is left behind is told as that");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_administrator_whose_policies_stay_is_no_stranger() {
    an_administrator_is_deleted_and_the_policies_stay(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_administrator_whose_policies_stay_is_no_stranger_when_users_or_groups_failed() {
    an_administrator_is_deleted_and_the_policies_stay(Some("/users")).await;
    an_administrator_is_deleted_and_the_policies_stay(Some("/v2/groups?")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_was_deleted_while_the_users_fail_has_no_news() {
    let hours = Hours::of(Account::of_a_dozen().await);
    let who = hours.account.ibm().change(an_administrator);
    hours.told().await;
    hours.account.ibm().change(|world| world.remove_user(&who));
    hours.spoil("/users", FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(!told.all().contains("User in no group"), "{}", told.all());
    assert!(told.titles("access.gained").is_empty(), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(told.has("drift.removed", "user "), "{}", told.all());
    assert!(!told.all().contains("User in no group"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_a_group_unseen_and_loses_the_same_by_another_way_gained_nothing() {
    let hours = Hours::of(Account::of_a_dozen().await);
    let (path, member) = hours.account.ibm().change(|world| {
        let path = new_group(world);
        let member = world.groups.last_mut().expect("the new group").members.remove(0);
        let mut policy = world.policies.last().expect("the policy of the group").clone();
        "policy-of-one".clone_into(&mut policy.id);
        policy.subject = vec![Attribute::equals("iam_id", member.text("iam_id"))];
        world.policies.push(policy);
        (path, member)
    });
    hours.told().await;
    hours.spoil(&path, FaultKind::Forbidden);
    hours.account.ibm().change(|world| {
        world.groups.last_mut().expect("the new group").members.push(member);
        world.policies.retain(|policy| policy.id != "policy-of-one");
    });
    let told = hours.told().await;
    assert!(told.has("drift.removed", "policy "), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(told.has("drift.changed", "joined access group helpers"), "{}", told.all());
    assert!(told.titles("access.gained").is_empty(), "nobody knows which came first: {}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_one_user_that_are_refused_open_nothing_for_anybody() {
    let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
    hours.told().await;
    let users: Vec<String> = hours
        .account
        .huawei()
        .look(|world| world.users.iter().map(|user| user.object.text("user_id").to_owned()).collect());
    for user in users {
        hours.spoil(&format!("/v5/users/{user}/access-keys"), huawei::FaultKind::Forbidden);
        let told = hours.told().await;
        assert!(told.titles("finding.opened").is_empty(), "{user}: {}", told.all());
        assert!(told.titles("finding.closed").is_empty(), "{user}: {}", told.all());
        hours.heal();
        let told = hours.told().await;
        assert!(told.titles("finding.opened").is_empty(), "{user}: {}", told.all());
        assert!(told.titles("finding.closed").is_empty(), "{user}: {}", told.all());
    }
}

/// Lets a member become a profile with every power, by a trust that names no account, and returns who that is.
fn let_in_from_anywhere(world: &mut World) -> String {
    let who = an_administrator(world);
    let iam_id = world.profiles[0].object.text("iam_id").to_owned();
    let mut trust = world.profiles[0].object.clone();
    for member in trust.to_value().as_object().expect("members").keys() {
        trust.remove(member);
    }
    trust.set("iam_id", who.clone());
    trust.set("identifier", who.clone());
    trust.set("type", "user");
    world.profiles[0].identities = vec![trust];
    let mut policy = world.policies.last().expect("the policy of the group").clone();
    "policy-of-profile".clone_into(&mut policy.id);
    policy.subject = vec![Attribute::equals("iam_id", &iam_id)];
    world.policies.push(policy);
    who
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_and_is_let_in_from_anywhere_is_no_stranger_and_gained_nothing() {
    let hours = Hours::of(Account::of_a_dozen().await);
    let who = hours.account.ibm().change(let_in_from_anywhere);
    hours.told().await;
    hours.account.ibm().change(|world| {
        let profile = world.profiles[0].clone();
        world.remove_user(&who);
        world.profiles[0] = profile;
    });
    for _ in 0..2 {
        let told = hours.told().await;
        assert!(!told.all().contains("another account"), "{}", told.all());
        assert!(!told.all().contains("another_account"), "{}", told.all());
        for power in ["Can ", "Full administrator", "Cross-account", "Administrator"] {
            assert!(!told.has("finding.opened", power), "{}", told.all());
        }
        assert!(told.titles("access.gained").is_empty(), "{}", told.all());
    }
}
