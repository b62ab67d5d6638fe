//! Cells of the truth table on IBM Cloud: user keys are one list of the account, members have a list for each group.

use simulators::ibm::{FaultKind, World, world::Object};

use super::{Account, Hours, Told};

const KEYS: &str = "type=user";
const OLD: &str = "2025-01-02T03:04+0000";

async fn company() -> Hours {
    Hours::of(Account::of_a_dozen().await)
}

/// Returns where the keys of users are that nobody signs in with; the first of all stays what it is.
fn user_keys(world: &World) -> Vec<usize> {
    let is_user = |at: &usize| world.api_keys[*at].object.text("iam_id").starts_with("IBMid-");
    (0..world.api_keys.len()).filter(is_user).skip(1).collect()
}

/// Adds an old key under a name, by copying one.
fn add_key(world: &mut World, name: &str) {
    let mut key = world.api_keys[user_keys(world)[0]].clone();
    key.object.set("id", format!("ApiKey-{name}"));
    key.object.set("name", name);
    key.object.set("created_at", OLD);
    world.api_keys.push(key);
}

fn remove_key(world: &mut World, name: &str) {
    world.api_keys.retain(|key| key.object.text("name") != name);
}

fn describe_key(world: &mut World, name: &str, words: &str) {
    let key = world.api_keys.iter_mut().find(|key| key.object.text("name") == name).expect("the key");
    key.object.set("description", words);
}

/// Adds `new`, removes `gone` and describes `kept` anew.
fn edit_keys(world: &mut World) {
    add_key(world, "new");
    remove_key(world, "gone");
    describe_key(world, "kept", "other words");
}

fn with_keys(hours: &Hours) {
    hours.account.ibm().change(|world| {
        add_key(world, "kept");
        add_key(world, "gone");
    });
}

/// Says whether a finding on an old key was told, with what became of it.
fn is(told: &Told, key: &str, became: &str) -> bool {
    told.finding("Key older than 90 days", &format!("/ibm_api_keys/ApiKey-{key}"), became)
}

#[tokio::test(flavor = "multi_thread")]
async fn complete_now_everything_is_told() {
    let hours = company().await;
    with_keys(&hours);
    hours.told().await;
    hours.account.ibm().change(edit_keys);
    let told = hours.told().await;
    assert!(told.has("drift.added", "API key new"), "{}", told.all());
    assert!(told.has("drift.removed", "API key gone"), "{}", told.all());
    assert!(told.has("drift.changed", "API key kept"), "{}", told.all());
    assert!(is(&told, "new", "opened") && is(&told, "gone", "closed as gone"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn never_complete_what_is_shown_is_a_baseline_and_nothing_is_gone() {
    let hours = company().await;
    with_keys(&hours);
    hours.spoil(KEYS, FaultKind::TextForItem);
    hours.told().await;
    hours.account.ibm().change(edit_keys);
    let told = hours.told().await;
    assert!(!told.has("drift.added", "API key") && !told.has("drift.removed", "API key"), "{}", told.all());
    assert!(told.has("drift.changed", "API key kept"), "it was seen both times: {}", told.all());
    assert!(!told.all().contains("ApiKey-new") && !told.all().contains("ApiKey-gone"), "{}", told.all());
    assert!(told.has("baseline.taken", "seen for the first time"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn complete_for_the_first_time_what_is_new_to_us_is_a_baseline() {
    let hours = company().await;
    with_keys(&hours);
    hours.spoil(KEYS, FaultKind::TextForItem);
    hours.told().await;
    hours.account.ibm().change(edit_keys);
    hours.heal();
    let told = hours.told().await;
    assert!(!told.has("drift.added", "API key"), "{}", told.all());
    assert!(told.has("drift.removed", "API key gone"), "{}", told.all());
    assert!(told.has("drift.changed", "API key kept"), "{}", told.all());
    assert!(!told.all().contains("ApiKey-new"), "{}", told.all());
    assert!(is(&told, "gone", "closed as gone"), "{}", told.all());
    assert!(told.has("coverage.regained", "ibm_api_keys"), "{}", told.all());
    hours.account.ibm().change(|world| add_key(world, "later"));
    let told = hours.told().await;
    assert!(told.has("drift.added", "API key later") && is(&told, "later", "opened"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn complete_before_and_not_now_what_is_shown_is_told_and_nothing_is_gone() {
    let hours = company().await;
    with_keys(&hours);
    hours.told().await;
    hours.account.ibm().change(edit_keys);
    hours.spoil(KEYS, FaultKind::TextForItem);
    let told = hours.told().await;
    assert!(told.has("coverage.lost", "ibm_api_keys"), "{}", told.all());
    assert!(told.has("drift.added", "API key new") && is(&told, "new", "opened"), "{}", told.all());
    assert!(told.has("drift.changed", "API key kept"), "{}", told.all());
    assert!(!told.has("drift.removed", "API key") && !told.all().contains("ApiKey-gone"), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(
        told.has("drift.removed", "API key gone") && is(&told, "gone", "closed as gone"),
        "{}",
        told.all()
    );
    assert_eq!(told.titles("drift.added"), [""; 0]);
    assert!(told.has("coverage.regained", "ibm_api_keys"), "{}", told.all());
}

/// Returns the place of the group of developers.
fn developers(world: &World) -> usize {
    world.groups.iter().position(|group| group.object.text("name") == "developers").expect("the group")
}

/// Makes a group with one member and a policy that gives it everything; returns the path of its members.
pub(super) fn new_group(world: &mut World) -> String {
    let from = developers(world);
    let mut group = world.groups[from].clone();
    let of_group = |policy: &&simulators::ibm::world::Policy| {
        policy.subject_value("access_group_id") == Some(group.object.text("id"))
    };
    let mut policy = world.policies.iter().find(of_group).expect("a policy of the group").clone();
    group.object.set("id", "AccessGroupId-new");
    group.object.set("name", "helpers");
    group.members.truncate(1);
    group.rules.clear();
    "policy-of-helpers".clone_into(&mut policy.id);
    policy.description = Some("Helpers help".to_owned());
    for attribute in &mut policy.subject {
        attribute.value = "AccessGroupId-new".into();
    }
    policy.resource = vec![simulators::ibm::world::Attribute::equals("serviceType", "service")];
    policy.roles = vec!["crn:v1:bluemix:public:iam::::role:Administrator".to_owned()];
    world.policies.push(policy);
    world.groups.push(group);
    "/v2/groups/AccessGroupId-new/members".to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_members_of_a_new_group_are_news_though_their_list_failed_on_its_first_day() {
    let hours = company().await;
    hours.told().await;
    let path = hours.account.ibm().change(new_group);
    hours.spoil(&path, FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(told.has("drift.added", "access group helpers"), "{}", told.all());
    assert_eq!(told.titles("access.gained"), [""; 0], "nobody is seen in it");
    assert!(told.has("coverage.lost", "ibm_access_group_members"), "{}", told.all());
    hours.told().await;
    hours.heal();
    let told = hours.told().await;
    assert!(told.has("drift.changed", "joined access group helpers"), "{}", told.all());
    assert!(told.has("access.gained", "access group 'helpers'"), "{}", told.all());
    assert!(told.has("coverage.regained", "ibm_access_group_members"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belonged_to_a_group_that_is_gone_is_gone() {
    let hours = company().await;
    let path = hours.account.ibm().change(new_group);
    hours.told().await;
    hours.spoil(&path, FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(told.has("coverage.lost", "ibm_access_group_members"), "{}", told.all());
    hours.account.ibm().change(|world| {
        world.groups.retain(|group| group.object.text("name") != "helpers");
        world.policies.retain(|policy| policy.id != "policy-of-helpers");
    });
    let told = hours.told().await;
    assert!(told.has("drift.removed", "access group helpers"), "{}", told.all());
    assert!(told.has("coverage.regained", "ibm_access_group_members"), "a loss ends: {}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_a_gain_where_the_list_was_whole_and_a_baseline_where_it_never_was() {
    let hours = company().await;
    let stranger = hours.account.ibm().change(|world| {
        let path = new_group(world);
        let group = world.groups.last_mut().expect("the new group");
        (path, group.members.remove(0))
    });
    let (path, member): (String, Object) = stranger;
    hours.spoil(&path, FaultKind::Forbidden);
    hours.told().await;
    let join = |world: &mut World| world.groups.last_mut().expect("the group").members.push(member.clone());
    hours.account.ibm().change(join);
    hours.heal();
    let told = hours.told().await;
    assert_eq!(told.titles("access.gained"), [""; 0], "nobody knows since when: {}", told.all());
    assert!(!told.has("drift.changed", "helpers"), "{}", told.all());
    hours.account.ibm().change(|world| world.groups.last_mut().expect("the group").members.clear());
    hours.told().await;
    hours.account.ibm().change(join);
    let told = hours.told().await;
    assert!(told.has("access.gained", "access group 'helpers'"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_service_ids_that_fail_once_swallow_nothing() {
    let hours = company().await;
    hours.told().await;
    hours.spoil("/v1/serviceid_groups", FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(told.has("coverage.lost", "ibm_service_ids"), "{}", told.all());
    hours.heal();
    hours.account.ibm().change(|world| {
        let mut service_id = world.service_ids[1].clone();
        service_id.object.set("id", "ServiceId-new");
        service_id.object.set("iam_id", "iam-ServiceId-new");
        service_id.object.set("name", "newcomer");
        world.service_ids.push(service_id);
        add_key(world, "new");
    });
    let told = hours.told().await;
    assert!(told.has("drift.added", "service ID newcomer"), "{}", told.all());
    assert!(told.has("drift.added", "API key new") && is(&told, "new", "opened"), "{}", told.all());
    for listing in ["ibm_service_ids", "ibm_api_keys", "ibm_service_id_groups"] {
        assert!(told.has("coverage.regained", listing), "{listing}: {}", told.all());
    }
}

const ALONE: &str = "Group has no members";

/// Lets everybody leave the new group, and the one of developers.
fn leave(world: &mut World) {
    world.groups.last_mut().expect("the new group").members.clear();
    let at = developers(world);
    world.groups[at].members.clear();
}

fn is_alone(told: &Told, group: &str) -> bool {
    told.finding(ALONE, group, "opened")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_missing_rows_say_is_said_of_whole_lists_and_of_these_also_beside_others() {
    let hours = company().await;
    let path = hours.account.ibm().change(new_group);
    let developers =
        hours.account.ibm().look(|world| format!("/{}", world.groups[developers(world)].object.text("id")));
    hours.told().await;
    hours.account.ibm().change(leave);
    hours.spoil(&path, FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(is_alone(&told, &developers), "its list is whole: {}", told.all());
    assert!(!is_alone(&told, "/AccessGroupId-new"), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(is_alone(&told, "/AccessGroupId-new"), "whole again, it is news: {}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_missing_rows_say_of_a_list_that_was_never_whole_is_a_baseline() {
    let hours = company().await;
    let path = hours.account.ibm().change(new_group);
    hours.spoil(&path, FaultKind::Forbidden);
    hours.told().await;
    hours.account.ibm().change(leave);
    let told = hours.told().await;
    assert!(!told.all().contains("AccessGroupId-new"), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(!is_alone(&told, "/AccessGroupId-new"), "nobody knows since when: {}", told.all());
    let baseline = told.0.iter().find(|event| event.kind == "dev.iamwatch.baseline.taken.v1");
    let by_rule = &baseline.expect("a baseline").data["findings"]["by_rule"];
    assert_eq!(by_rule["group_without_members"], 1, "{by_rule}");
}
