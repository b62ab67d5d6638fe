//! One test for each rule that has a name.

use model::{ListStatus, tables::ibm as t};

use super::world::World;
use crate::{
    Answer, Standing, Verdict,
    ibm::{access, question},
};

const VIEWER: &str = "crn:v1:bluemix:public:iam::::role:Viewer";
const EDITOR: &str = "crn:v1:bluemix:public:iam::::role:Editor";
const GROUP: &str = "AccessGroupId-1";
const PUBLIC: &str = "AccessGroupId-PublicAccess";
const ON_KMS: [[&str; 3]; 1] = [["serviceName", "stringEquals", "kms"]];

/// Two users, and what a viewer and an editor may do on two services.
fn world() -> World {
    World::default()
        .add(
            &t::ACCOUNTS,
            &[("account_id", "acc"), ("owner_iam_id", "IBMid-owner"), ("owner_user_id", "olga")],
        )
        .user("IBMid-1", "ACTIVE")
        .user("IBMid-2", "ACTIVE")
        .role("kms", VIEWER, &["kms.keys.list", "iam.policy.read"])
        .role("kms", EDITOR, &["kms.keys.list", "kms.keys.create"])
        .role("cos", VIEWER, &["cos.buckets.list"])
}

fn who_can(world: &World, action: &str, resource: &str) -> Vec<Answer> {
    let state = world.state();
    access(&state).who_can(&question(&state, action, Some(resource)).unwrap())
}

/// Returns those who can, without the owner, each with the verdict.
fn able(world: &World, action: &str, resource: &str) -> Vec<(String, Verdict)> {
    let answers = who_can(world, action, resource).into_iter();
    let answers = answers.map(|answer| (answer.principal.step.id, answer.verdict));
    answers.filter(|(id, _)| id != "IBMid-owner").collect()
}

fn sure(ids: &[&str]) -> Vec<(String, Verdict)> {
    ids.iter().map(|id| ((*id).to_owned(), Verdict::Surely)).collect()
}

fn path(answer: &Answer) -> Vec<&str> {
    answer.path.iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn a_member_can_do_what_a_policy_of_the_group_gives_and_the_path_names_each_step() {
    let world = world().group(GROUP, &["IBMid-1"]).policy("p1", GROUP, &[VIEWER], &ON_KMS);
    let answers = who_can(&world, "kms.keys.list", "serviceName=kms");
    let member = answers.iter().find(|answer| answer.principal.step.id == "IBMid-1").unwrap();
    assert_eq!(path(member), ["IBMid-1", GROUP, "p1", VIEWER]);
    assert_eq!(able(&world, "kms.keys.list", "serviceName=kms"), sure(&["IBMid-1"]));
}

#[test]
fn the_owner_can_do_everything_without_a_policy() {
    let answers = who_can(&world(), "cos.buckets.list", "serviceName=cos");
    assert_eq!(answers.len(), 1);
    assert_eq!(
        (answers[0].verdict, path(&answers[0])),
        (Verdict::Surely, vec!["IBMid-owner", "IBMid-owner"])
    );
    assert_eq!(
        answers[0].principal.step.name, "olga",
        "named though the list of users does not hold the owner"
    );
}

#[test]
fn even_the_owner_needs_a_policy_for_templates_and_for_creating_what_is_restricted() {
    let creator = "crn:v1:bluemix:public:iam-identity::::serviceRole:ServiceIdCreator";
    let world = world()
        .role("iam-identity", creator, &["iam-identity.serviceid.create"])
        .role("iam-identity", EDITOR, &["iam-identity.serviceid.create", "iam-identity.serviceid.update"])
        .add(
            &t::ROLES,
            &[
                ("service_name", "iam-groups"),
                ("crn", "template"),
                ("display_name", "Template Administrator"),
            ],
        )
        .add(
            &t::ROLE_ACTIONS,
            &[
                ("service_name", "iam-groups"),
                ("role_crn", "template"),
                ("action", "iam-groups.group-template.create"),
            ],
        )
        .policy("p1", "IBMid-1", &[EDITOR], &[["serviceName", "stringEquals", "iam-identity"]])
        .policy("p2", "IBMid-2", &[creator], &[["serviceName", "stringEquals", "iam-identity"]]);
    assert_eq!(who_can(&world, "iam-groups.group-template.create", "serviceName=iam-groups"), []);
    let verdicts = |world: &World| -> Vec<Verdict> {
        let answers = who_can(world, "iam-identity.serviceid.create", "serviceName=iam-identity");
        answers.iter().map(|answer| answer.verdict).collect()
    };
    assert_eq!(verdicts(&world), [Verdict::Surely; 3]);
    let restricted = [("account_id", "acc"), ("restrict_create_service_id", "RESTRICTED")];
    let world = world.add(&t::ACCOUNT_SETTINGS, &restricted);
    assert_eq!(verdicts(&world), [Verdict::Conditional, Verdict::Surely, Verdict::Conditional]);
    let others = able(&world, "iam-identity.serviceid.update", "serviceName=iam-identity");
    assert_eq!(others, sure(&["IBMid-1"]), "only the creating is restricted");
}

#[test]
fn an_authorization_between_services_gives_nothing_to_anybody() {
    let policy =
        [("id", "p1"), ("type", "authorization"), ("state", "active"), ("subject_iam_id", "IBMid-1")];
    let world = world().add(&t::POLICIES, &policy).given("p1", &[VIEWER]).on("p1", &ON_KMS);
    assert_eq!(able(&world, "kms.keys.list", "serviceName=kms"), []);
}

#[test]
fn a_deleted_policy_gives_nothing() {
    let policy = [("id", "p1"), ("type", "access"), ("state", "deleted"), ("subject_iam_id", "IBMid-1")];
    let world = world().add(&t::POLICIES, &policy).given("p1", &[VIEWER]).on("p1", &ON_KMS);
    assert_eq!(able(&world, "kms.keys.list", "serviceName=kms"), []);
}

#[test]
fn a_suspended_user_keeps_what_it_holds_and_is_told_apart() {
    let world = world().user("IBMid-3", "SUSPENDED").policy("p1", "IBMid-3", &[VIEWER], &ON_KMS);
    let answers = who_can(&world, "kms.keys.list", "serviceName=kms");
    assert_eq!(answers[0].principal.standing, Standing::Inactive("suspended".to_owned()));
    assert_eq!(answers[0].verdict, Verdict::Surely);
}

#[test]
fn a_service_id_is_told_apart_whose_keys_are_all_disabled_but_not_one_whose_keys_are_locked() {
    let mut world = world().service_id("iam-a").service_id("iam-b").service_id("iam-c").service_id("iam-d");
    for (key, owner, disabled, locked) in [
        ("k1", "iam-a", true, false),
        ("k2", "iam-b", false, true),
        ("k3", "iam-c", true, false),
        ("k4", "iam-c", false, false),
    ] {
        let draft = t::API_KEYS.draft().set("id", key).set("iam_id", owner);
        world.put(&t::API_KEYS, draft.set("disabled", disabled).set("locked", locked));
    }
    let standing = |world: &World, id: &str| {
        let access = access(&world.state());
        access.principals()[access.principal_with(id).unwrap()].standing.clone()
    };
    let unknown = Standing::Unknown("its API keys could not be seen".to_owned());
    assert_eq!(standing(&world, "iam-d"), unknown, "keys that were not listed may be there");
    assert_eq!(standing(&world, "iam-a"), unknown, "and so may one that is enabled");
    assert_eq!(standing(&world, "iam-c"), Standing::Active);
    let listed = world.list("ibm_api_keys", "serviceid", ListStatus::Complete, None);
    assert_eq!(standing(&listed, "iam-a"), Standing::Inactive("every API key is disabled".to_owned()));
    assert_eq!(standing(&listed, "iam-b"), Standing::Active);
    assert_eq!(standing(&listed, "iam-c"), Standing::Active);
    assert_eq!(standing(&listed, "iam-d"), Standing::Inactive("no API key".to_owned()));
}

#[test]
fn what_the_public_group_holds_everybody_holds_until_it_is_closed() {
    let world = world().policy("p1", PUBLIC, &[VIEWER], &ON_KMS);
    let with = |is_open: bool| {
        let mut world = world.clone();
        let settings = t::GROUP_SETTINGS.draft().set("account_id", "acc");
        world.put(&t::GROUP_SETTINGS, settings.set("public_access_enabled", is_open));
        able(&world, "kms.keys.list", "serviceName=kms")
    };
    let everybody = ["IBMid-1", "IBMid-2", "public"];
    assert_eq!(with(true), sure(&everybody));
    assert_eq!(with(false), []);
    let unseen = able(&world, "kms.keys.list", "serviceName=kms");
    assert_eq!(unseen, everybody.map(|id| (id.to_owned(), Verdict::Conditional)));
}

#[test]
fn a_dynamic_member_can_while_the_session_lasts_and_a_rule_stands_for_whoever_it_lets_in() {
    let world = world()
        .group(GROUP, &[])
        .policy("p1", GROUP, &[VIEWER], &ON_KMS)
        .add(&t::DYNAMIC_MEMBERS, &[("group_id", GROUP), ("iam_id", "IBMid-1")])
        .add(&t::GROUP_RULES, &[("group_id", GROUP), ("id", "r1"), ("realm_name", "https://idp.example.com")])
        .add(
            &t::GROUP_RULE_CONDITIONS,
            &[
                ("group_id", GROUP),
                ("rule_id", "r1"),
                ("claim", "dept"),
                ("operator", "EQUALS"),
                ("value", "it"),
            ],
        );
    let answers = who_can(&world, "kms.keys.list", "serviceName=kms");
    let conditions: Vec<Option<&str>> = answers.iter().map(|answer| answer.condition.as_deref()).collect();
    assert_eq!(conditions, [Some("the federated session lasts"), None, Some("claim dept EQUALS it")]);
}

#[test]
fn whoever_may_become_a_profile_can_do_what_the_profile_can() {
    let profile = ("profile_id", "Profile-1");
    let world = world()
        .profile("Profile-1")
        .policy("p1", "iam-Profile-1", &[VIEWER], &ON_KMS)
        .add(&t::PROFILE_IDENTITIES, &[profile, ("iam_id", "IBMid-1"), ("type", "user")])
        .add(&t::PROFILE_IDENTITIES, &[profile, ("iam_id", "IBMid-far"), ("type", "user")])
        .add(&t::PROFILE_IDENTITY_ACCOUNTS, &[profile, ("iam_id", "IBMid-1"), ("account_id", "acc")])
        .add(&t::PROFILE_IDENTITY_ACCOUNTS, &[profile, ("iam_id", "IBMid-far"), ("account_id", "far")])
        .add(
            &t::PROFILE_LINKS,
            &[profile, ("id", "l1"), ("crn", "crn:cluster"), ("namespace", "web"), ("resource_name", "sa")],
        );
    let answers = who_can(&world, "kms.keys.list", "serviceName=kms");
    let told: Vec<(&str, Verdict)> =
        answers.iter().map(|answer| (answer.principal.step.id.as_str(), answer.verdict)).collect();
    let expected = [
        ("IBMid-1", Verdict::Surely),
        ("IBMid-far", Verdict::Conditional),
        ("IBMid-owner", Verdict::Surely),
        ("crn:cluster/web/sa", Verdict::Surely),
        ("iam-Profile-1", Verdict::Surely),
    ];
    assert_eq!(told, expected);
    assert_eq!(path(&answers[0]), ["IBMid-1", "iam-Profile-1", "p1", VIEWER]);
    assert_eq!(answers[1].principal.step.kind, "user of another account");
    assert_eq!(answers[1].condition.as_deref(), Some("signed in to account far"));
}

#[test]
fn an_action_is_opened_only_on_the_service_that_lists_it_for_the_role() {
    let world = world().policy("p1", "IBMid-1", &[VIEWER], &[["serviceType", "stringEquals", "service"]]);
    assert_eq!(able(&world, "iam.policy.read", "serviceName=kms"), sure(&["IBMid-1"]));
    assert_eq!(able(&world, "iam.policy.read", "serviceName=cos"), []);
    assert_eq!(able(&world, "kms.*", "serviceName=cos"), []);
}

#[test]
fn a_policy_for_all_services_goes_no_further_than_their_type() {
    let world = world()
        .role("iam-groups", VIEWER, &["iam-groups.groups.read"])
        .policy("p1", "IBMid-1", &[VIEWER], &[["serviceType", "stringEquals", "service"]])
        .policy("p2", "IBMid-2", &[VIEWER], &[["service_group_id", "stringEquals", "IAM"]]);
    assert_eq!(able(&world, "iam-groups.groups.read", "serviceName=iam-groups"), sure(&["IBMid-2"]));
    assert_eq!(able(&world, "kms.keys.list", "serviceName=kms"), sure(&["IBMid-1"]));
}

#[test]
fn a_role_of_the_accounts_own_holds_on_its_service_alone() {
    let world = world()
        .add(&t::CUSTOM_ROLES, &[("crn", "own"), ("service_name", "kms"), ("display_name", "Rotator")])
        .add(&t::CUSTOM_ROLE_ACTIONS, &[("role_crn", "own"), ("action", "kms.keys.rotate")])
        .policy("p1", "IBMid-1", &["own"], &[["serviceType", "stringEquals", "service"]])
        .policy("p2", "IBMid-2", &["own"], &[["serviceName", "stringEquals", "cos"]]);
    assert_eq!(able(&world, "kms.keys.rotate", "serviceName=kms"), sure(&["IBMid-1"]));
    assert_eq!(able(&world, "kms.keys.rotate", "serviceName=cos"), []);
}

#[test]
fn a_policy_for_what_is_in_a_resource_group_does_not_open_the_group_itself() {
    let world = world()
        .role("", VIEWER, &["resource-group.read"])
        .policy("p1", "IBMid-1", &[VIEWER], &[["resourceGroupId", "stringEquals", "rg1"]])
        .policy(
            "p2",
            "IBMid-2",
            &[VIEWER],
            &[["resourceType", "stringEquals", "resource-group"], ["resource", "stringEquals", "rg1"]],
        );
    let group = "resourceType=resource-group,resource=rg1";
    assert_eq!(able(&world, "resource-group.read", group), sure(&["IBMid-2"]));
    assert_eq!(able(&world, "kms.keys.list", "serviceName=kms,resourceGroupId=rg1"), sure(&["IBMid-1"]));
}

#[test]
fn an_instance_is_asked_of_with_the_resource_group_that_it_lies_in() {
    let instance = [
        ("crn", "crn:1"),
        ("guid", "g-1"),
        ("service_name", "kms"),
        ("region_id", "eu-de"),
        ("resource_group_id", "rg1"),
    ];
    let world = world()
        .add(&t::RESOURCE_INSTANCES, &instance)
        .policy("p1", "IBMid-1", &[VIEWER], &[ON_KMS[0], ["resourceGroupId", "stringEquals", "rg1"]])
        .policy("p2", "IBMid-2", &[VIEWER], &[ON_KMS[0], ["resourceGroupId", "stringEquals", "rg2"]]);
    let crn = "crn:v1:bluemix:public:kms:eu-de:a/acc:g-1::";
    assert_eq!(able(&world, "kms.keys.list", crn), sure(&["IBMid-1"]));
}

#[test]
fn operators_compare_as_they_are_named() {
    let who = |operator: &str, value: &str, asked: &str| {
        let attributes = [ON_KMS[0], ["path", operator, value]];
        !able(&world().policy("p1", "IBMid-1", &[VIEWER], &attributes), "kms.keys.list", asked).is_empty()
    };
    assert!(who("stringEquals", "a*", "serviceName=kms,path=a{{*}}"));
    assert!(!who("stringEquals", "a*", "serviceName=kms,path=ab"));
    assert!(who("stringMatch", "a?c", "serviceName=kms,path=abc"));
    assert!(!who("stringMatch", "a{{?}}c", "serviceName=kms,path=abc"));
    assert!(who("stringEqualsAnyOf", "x|y", "serviceName=kms,path=y"));
    assert!(!who("stringEquals", "A", "serviceName=kms,path=a"), "case matters");
    assert!(who("stringExists", "false", "serviceName=kms,path="));
    assert!(!who("stringExists", "false", "serviceName=kms,path=x"));
    assert!(!who("stringExists", "true", "serviceName=kms,path="));
    assert!(who("stringExists", "true", "serviceName=kms,path=x"));
    assert!(who("stringSomethingNew", "x", "serviceName=kms,path=y"), "what nobody knows may let through");
}

#[test]
fn every_tag_of_a_policy_must_be_carried() {
    let on = [["serviceType", "stringEquals", "service"]];
    let world = world()
        .policy("p1", "IBMid-1", &[VIEWER], &on)
        .tag("p1", 0, ["env", "stringEquals", "prod"])
        .policy("p2", "IBMid-2", &[VIEWER], &on)
        .tag("p2", 0, ["env", "stringEquals", "prod"])
        .tag("p2", 1, ["env", "stringEquals", "eu"]);
    let found = able(&world, "kms.keys.list", "serviceName=kms,tag env=prod");
    let expected = [("IBMid-1".to_owned(), Verdict::Surely), ("IBMid-2".to_owned(), Verdict::Conditional)];
    assert_eq!(found, expected);
    assert_eq!(able(&world, "kms.keys.list", "serviceName=kms,tag env=dev"), []);
}

#[test]
fn a_rule_of_a_policy_is_a_condition_whose_words_tell_or_from_and() {
    let condition = |inner: &str, outer: &str| {
        let policy = [
            ("id", "p1"),
            ("type", "access"),
            ("state", "active"),
            ("subject_iam_id", "IBMid-1"),
            ("rule_operator", outer),
        ];
        let day = ["{{environment.attributes.day_of_week}}", "dayOfWeekAnyOf", "[1,2]"];
        let world = world()
            .add(&t::POLICIES, &policy)
            .given("p1", &[VIEWER])
            .on("p1", &ON_KMS)
            .when("p1", "0.0", inner, ["{{environment.attributes.current_time}}", "timeLessThan", "17:00"])
            .when("p1", "0.1", inner, ["{{environment.attributes.current_time}}", "timeGreaterThan", "09:00"])
            .when("p1", "1", outer, day);
        who_can(&world, "kms.keys.list", "serviceName=kms")[0].condition.clone().unwrap()
    };
    let hours = "current_time timeLessThan 17:00 and current_time timeGreaterThan 09:00";
    assert_eq!(condition("and", "and"), format!("{hours} and day_of_week dayOfWeekAnyOf [1,2]"));
    assert_eq!(condition("and", "or"), format!("({hours} or day_of_week dayOfWeekAnyOf [1,2])"));
}

#[test]
fn an_identity_of_another_account_holds_what_policies_give_it() {
    let world = world().policy("p1", "iam-ServiceId-far", &[VIEWER], &ON_KMS).policy(
        "p2",
        "crn-crn:v1:vm",
        &[VIEWER],
        &ON_KMS,
    );
    let answers = who_can(&world, "kms.keys.list", "serviceName=kms");
    let kinds: Vec<&str> = answers.iter().map(|answer| answer.principal.step.kind).collect();
    assert_eq!(kinds, ["user", "cloud resource", "service ID of another account"]);
}

#[test]
fn a_policy_for_any_of_several_identities_is_for_each_of_them() {
    let mut world = world().add(&t::POLICIES, &[("id", "p1"), ("type", "access"), ("state", "active")]);
    for (value, place) in ["IBMid-1", "IBMid-2"].into_iter().zip(0_i64..) {
        let draft =
            t::POLICY_SUBJECTS.draft().set("policy_id", "p1").set("position", 0).set("name", "iam_id");
        world.put(
            &t::POLICY_SUBJECTS,
            draft.set("value_position", place).set("operator", "stringEqualsAnyOf").set("value", value),
        );
    }
    let world = world.given("p1", &[VIEWER]).on("p1", &ON_KMS);
    assert_eq!(able(&world, "kms.keys.list", "serviceName=kms"), sure(&["IBMid-1", "IBMid-2"]));
}

#[test]
fn the_answer_says_what_it_could_not_see() {
    let world = world()
        .policy("p1", "IBMid-1", &["unknown"], &ON_KMS)
        .policy("p2", "IBMid-1", &[VIEWER], &[["serviceName", "stringEquals", "toolchain"]])
        .add(&t::POLICIES, &[("id", "p3"), ("type", "access"), ("state", "active")])
        .list("ibm_access_groups", "", ListStatus::Denied, None);
    let state = world.state();
    let access = access(&state);
    let expected = [
        "actions of role unknown, which policy p1 gives".to_owned(),
        format!("actions of role {VIEWER}, which policy p2 gives"),
        "whom policy p3 is for".to_owned(),
        "ibm_access_groups: not read to its end".to_owned(),
    ];
    assert_eq!(access.unseen(), expected);
    let asked =
        |resource: &str| access.unseen_of(&question(&state, "*", Some(resource)).unwrap()).pop().unwrap();
    assert_eq!(asked("serviceName=cos"), expected[3]);
    assert_eq!(
        asked("serviceName=logs"),
        "roles on logs: none were listed, for no policy or custom role that was seen names it"
    );
}

#[test]
fn the_shortest_of_several_ways_is_told_whatever_the_order_of_rows() {
    let world = world()
        .group(GROUP, &["IBMid-1"])
        .policy("a", GROUP, &[VIEWER], &ON_KMS)
        .policy("c", "IBMid-1", &[VIEWER], &ON_KMS)
        .policy("b", "IBMid-1", &[EDITOR, VIEWER], &ON_KMS);
    let answers = who_can(&world, "kms.keys.list", "serviceName=kms");
    assert_eq!(path(&answers[0]), ["IBMid-1", "b", EDITOR]);
}
