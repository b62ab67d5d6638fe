//! Questions whether anybody has something, on Huawei Cloud, where the auditor has what `SECURITY.md` says: its own policy, and a group of its
//! own with classic roles. Neither hides that nobody else is there, nor is found for it.

use std::collections::BTreeSet;

use model::{Cloud, FindingState};
use simulators::huawei::{
    World,
    world::{Entity, Subject},
};

use super::{
    Account,
    company::Company,
    judging::{MONDAY, TUESDAY, WEDNESDAY, audited, count, states},
};

/// What the auditor has in the simulated world: a policy, and a group with classic roles.
const AUDITOR_POLICY: &str = "iamwatch-read";
const AUDITORS_GROUP: &str = "auditors";

/// A question, what makes nobody be there, and whom it is then about.
struct Question {
    rule: &'static str,
    leave: fn(&mut World) -> String,
}

const QUESTIONS: [Question; 3] = [
    Question { rule: "group_without_members", leave: everybody_leaves },
    Question { rule: "group_without_policy", leave: everything_is_detached },
    Question { rule: "unattached_policy_allows_everything", leave: a_wide_policy_is_detached },
];

fn group(world: &World, name: &str) -> String {
    let group = world.groups.iter().find(|group| group.name() == name).expect("the group");
    group.object.text("group_id").to_owned()
}

fn everybody_leaves(world: &mut World) -> String {
    let id = group(world, "finance");
    world.groups.with_id_mut(&id).expect("the group").members.clear();
    id
}

fn everything_is_detached(world: &mut World) -> String {
    let id = group(world, "contractors");
    world.attachments.detach_all(&Entity::Group(id.clone()));
    let subject = Subject::Group(id.clone());
    world.classic.assignments.retain(|assignment| assignment.subject != subject);
    id
}

fn a_wide_policy_is_detached(world: &mut World) -> String {
    let id = world.policy_named("Alarms");
    let holders: Vec<Entity> =
        world.attachments.of_policy(&id).iter().map(|attachment| attachment.entity.clone()).collect();
    for holder in holders {
        world.attachments.detach(&id, &holder);
    }
    let policy = world.policies.with_id_mut(&id).expect("the policy");
    let version = policy.object.text("default_version_id").to_owned();
    let version = policy.versions.iter_mut().find(|each| each.text("version_id") == version);
    let wide = r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["*"]}]}"#;
    version.expect("the version in force").set("document", wide);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_but_the_auditor_has_is_asked_with_the_auditors_own_grants_in_place() {
    for Question { rule, leave } in QUESTIONS {
        let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
        let (before, own) = account.huawei().look(|world| {
            let own = [group(world, AUDITORS_GROUP), world.policy_named(AUDITOR_POLICY)];
            (world.clone(), BTreeSet::from(own))
        });
        let (findings, _) = audited(&account, MONDAY, rule).await;
        let known = states(&findings, rule);
        let about = account.huawei().change(leave);
        let (findings, told) = audited(&account, TUESDAY, rule).await;
        let during = states(&findings, rule);
        assert_eq!(during.get(&about), Some(&FindingState::Open), "{rule}: {during:?}");
        assert_eq!(during.len(), known.len() + 1, "{rule}: and nobody else: {during:?}");
        assert_eq!(told.get("dev.iamwatch.finding.opened.v1"), Some(&1), "{rule}: {told:?}");
        assert!(during.keys().all(|subject| !own.contains(subject)), "{rule}: {during:?}");

        account.huawei().change(|world| *world = before.clone());
        let (findings, told) = audited(&account, WEDNESDAY, rule).await;
        assert_eq!(count(&states(&findings, rule), FindingState::Fixed), 1, "{rule}");
        assert_eq!(told.get("dev.iamwatch.finding.closed.v1"), Some(&1), "{rule}: {told:?}");
    }
}
