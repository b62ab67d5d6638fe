//! Gains and losses as they are told: the cause, the sentence, and who else may use them.

use model::tables::ibm as t;

use super::{
    evaluator::PUBLIC,
    gains::{EDITOR, ON_KMS, VIEWER, world},
    world::World,
};
use crate::{
    CauseKind,
    ibm::{access, inventory},
};

/// Returns what is told from one world to another: the kind of cause, and the sentence.
fn sentences(before: &World, after: &World) -> Vec<(CauseKind, String)> {
    let (before, after) = (before.state(), after.state());
    let changes = crate::shared(access(&after).changes_since(&access(&before), &inventory(&after)));
    let tell = |change: &crate::SharedChange| (change.grants[0].cause.kind, change.sentence());
    changes
        .iter()
        .map(tell)
        .map(|(kind, text)| (kind, text.replace(VIEWER, "Viewer").replace(EDITOR, "Editor")))
        .collect()
}

#[test]
fn hours_that_are_cut_are_a_loss_and_hours_that_are_added_a_gain() {
    let until = |end: &str| {
        let rule = ["{{environment.attributes.current_time}}", "timeLessThan", end];
        world().policy("p1", "IBMid-1", &[VIEWER], &[ON_KMS]).when("p1", "0", "and", rule)
    };
    let (short, long) = (until("16:00:00+00:00"), until("17:00:00+00:00"));
    let lost = "user IBMid-1 can do less, the condition was tightened in policy p1; now only if current_time \
                timeLessThan 16:00:00+00:00 (role Viewer): kms.keys.list on serviceName=kms if current_time \
                timeLessThan 17:00:00+00:00";
    assert_eq!(sentences(&long, &short), [(CauseKind::ConditionTightened, lost.to_owned())]);
    assert_eq!(sentences(&short, &long)[0].0, CauseKind::ConditionLoosened);
    let night = [short.clone(), long].map(|world| {
        let day = ["{{environment.attributes.day_of_week}}", "dayOfWeekAnyOf", "[1,2]"];
        world.when("p1", "1", "and", day)
    });
    assert_eq!(sentences(&night[0], &night[1])[0].0, CauseKind::ConditionLoosened);
    assert_eq!(sentences(&short, &night[0])[0].0, CauseKind::ConditionTightened, "one more");
}

#[test]
fn each_cause_is_named() {
    let kinds = |before: &World, after: &World| -> Vec<CauseKind> {
        sentences(before, after).into_iter().map(|(kind, _)| kind).collect()
    };
    let attached = world().policy("p1", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    assert_eq!(kinds(&world(), &attached), [CauseKind::PolicyAttached]);
    assert_eq!(kinds(&attached, &world()), [CauseKind::PolicyDetached]);
    let member = [("group_id", "AccessGroupId-1"), ("iam_id", "IBMid-2"), ("type", "user")];
    let joined = attached.clone().add(&t::MEMBERS, &member);
    assert_eq!(
        sentences(&attached, &joined),
        [(
            CauseKind::MemberAdded,
            "user IBMid-2 gained access, added to access group AccessGroupId-1 (policy p1 → role Viewer): kms.keys.list on \
             serviceName=kms"
                .to_owned()
        )]
    );
    assert_eq!(kinds(&joined, &attached), [CauseKind::MemberRemoved]);
    let newcomer = attached.clone().user("IBMid-3", "ACTIVE").policy("p3", "IBMid-3", &[VIEWER], &[ON_KMS]);
    assert_eq!(kinds(&attached, &newcomer), [CauseKind::PrincipalAdded]);
    let wider = world().policy("p1", "AccessGroupId-1", &[EDITOR], &[ON_KMS]);
    assert_eq!(kinds(&attached, &wider), [CauseKind::PolicyChanged], "another role");
    let more = attached.clone().role("kms", VIEWER, &["kms.keys.read"]);
    assert_eq!(
        sentences(&attached, &more),
        [(
            CauseKind::RoleChanged,
            "user IBMid-1 can do more, the actions of role Viewer were changed, through access group AccessGroupId-1 → \
             policy p1 → role Viewer: kms.keys.read on serviceName=kms"
                .to_owned()
        )]
    );
}

#[test]
fn a_policy_that_gave_nothing_before_was_not_attached_now() {
    let of_state = |state: &str| {
        let policy = [
            ("id", "p1"),
            ("type", "access"),
            ("state", state),
            ("subject_access_group_id", "AccessGroupId-1"),
        ];
        let world = world().group("AccessGroupId-1", &["IBMid-1"]).add(&t::POLICIES, &policy);
        world.given("p1", &[VIEWER]).on("p1", &[ON_KMS])
    };
    let (off, on) = (of_state("deleted"), of_state("active"));
    let told = "user IBMid-1 gained access, policy p1 gave nothing before, through access group AccessGroupId-1 → \
                policy p1 → role Viewer: kms.keys.list on serviceName=kms";
    assert_eq!(sentences(&off, &on), [(CauseKind::PolicyChanged, told.to_owned())]);
    assert!(sentences(&on, &off)[0].1.contains("policy p1 gives nothing now"), "{:?}", sentences(&on, &off));
}

#[test]
fn who_was_suspended_regains_what_it_holds_and_nothing_of_what_everybody_does() {
    let of_state = |state: &str| {
        let world = World::default().add(&t::ACCOUNTS, &[("account_id", "acc")]).user("IBMid-1", state);
        let world = world.role("kms", VIEWER, &["kms.keys.list"]).role("kms", EDITOR, &["kms.keys.create"]);
        world.policy("p1", "IBMid-1", &[EDITOR], &[ON_KMS]).policy("p2", PUBLIC, &[VIEWER], &[ON_KMS])
    };
    let (off, on) = (of_state("SUSPENDED"), of_state("ACTIVE"));
    let told = "user IBMid-1 gained access, enabled (before: suspended), through policy p1 → role Editor: \
                kms.keys.create on serviceName=kms";
    assert_eq!(sentences(&off, &on), [(CauseKind::Enabled, told.to_owned())]);
    assert_eq!(sentences(&on, &off)[0].0, CauseKind::Disabled);
}

#[test]
fn a_profile_that_gains_is_told_once_with_those_who_may_become_it() {
    let rule = [("profile_id", "Profile-1"), ("id", "r1"), ("type", "Profile-SAML"), ("realm_name", "corp")];
    let before = world()
        .profile("Profile-1")
        .add(&t::PROFILE_IDENTITIES, &[("profile_id", "Profile-1"), ("iam_id", "IBMid-1")])
        .add(&t::PROFILE_RULES, &rule);
    let after = before.clone().policy("p1", "iam-Profile-1", &[VIEWER], &[ON_KMS]);
    let told = "trusted profile Profile-1 (which rule federated users of corp, user IBMid-1 can assume) gained \
                access, policy p1 was attached (role Viewer): kms.keys.list on serviceName=kms";
    assert_eq!(sentences(&before, &after), [(CauseKind::PolicyAttached, told.to_owned())]);
}

#[test]
fn one_edited_policy_of_a_group_is_told_once_and_says_whose_is_what() {
    let members = ["IBMid-1", "IBMid-2", "IBMid-3"];
    let base = members.iter().fold(
        World::default().add(&t::ACCOUNTS, &[("account_id", "acc")]).group("AccessGroupId-1", &members),
        |world, member| world.user(member, "ACTIVE"),
    );
    let base = base.role("kms", VIEWER, &["kms.keys.list"]).role(
        "kms",
        EDITOR,
        &["kms.keys.list", "kms.keys.create"],
    );
    // One holds a part of it already, by a policy of its own, and that under a condition.
    let hours = ["{{environment.attributes.current_time}}", "timeLessThan", "17:00:00+00:00"];
    let base = base.policy("p2", "IBMid-2", &[EDITOR], &[ON_KMS]).when("p2", "0", "and", hours);
    let base = base.policy(
        "p3",
        "IBMid-3",
        &[EDITOR],
        &[["serviceName", "stringEquals", "kms"], ["region", "stringEquals", "eu-de"]],
    );
    let before = base.clone().policy("p1", "AccessGroupId-1", &[VIEWER], &[ON_KMS]);
    let after = base.policy("p1", "AccessGroupId-1", &[EDITOR], &[ON_KMS]);
    let told = sentences(&before, &after);
    assert_eq!(told.len(), 1, "{told:#?}");
    let sentence = "user IBMid-1 can do more, policy p1 was edited, through access group AccessGroupId-1 → \
                    policy p1 → role Editor: kms.keys.create on serviceName=kms; user IBMid-2: kms.keys.create on \
                    serviceName=kms (before only if current_time timeLessThan 17:00:00+00:00), and 1 more";
    assert_eq!(told[0].1, sentence);
}

#[test]
fn ids_in_resources_and_conditions_are_told_with_their_names_and_stay_in_what_programs_read() {
    let group = "8a7b6c5d4e3f4a5b9c8d7e6f5a4b3c2d";
    let named = |id: &str, name: &str| world().add(&t::RESOURCE_GROUPS, &[("id", id), ("name", name)]);
    let on_group = ["resourceGroupId", "stringEquals", group];
    let instance = ["serviceInstance", "stringEqualsAnyOf", "0f1e2d3c-guid|9f8e7d6c-gone"];
    let before = named(group, "production").add(
        &t::RESOURCE_INSTANCES,
        &[("crn", "crn"), ("guid", "0f1e2d3c-guid"), ("name", "orders"), ("service_name", "kms")],
    );
    let after = before.clone().policy("p1", "IBMid-1", &[VIEWER], &[ON_KMS, on_group, instance]);
    let (was, is) = (before.state(), after.state());
    let gained = crate::shared(access(&is).changes_since(&access(&was), &inventory(&is)));
    let words = format!(
        "on resourceGroupId='production' ({group}),serviceInstance='orders' (0f1e2d3c-guid), 9f8e7d6c-gone,serviceName=kms"
    );
    assert!(gained[0].sentence().ends_with(&words), "{}", gained[0].sentence());
    assert!(gained[0].grants[0].words.ends_with(&words));
    let json = serde_json::to_value(&gained[0].grants[0]).unwrap();
    let resource = &json["what"]["statement"]["resources"]["any_of"][0]["resourceGroupId"];
    assert_eq!(*resource, serde_json::json!([group]), "programs read the id");

    // What is lost together with its resource group keeps the name that this had.
    let gone = world();
    let lost = crate::shared(access(&gone.state()).changes_since(&access(&is), &inventory(&is)));
    assert!(lost[0].sentence().contains(&format!("resourceGroupId='production' ({group})")));

    // The table `grants` has both.
    let rows: Vec<_> = access(&is).grant_rows(&model::tables::derived::GRANT_RESOURCES).collect();
    let table = &model::tables::derived::GRANT_RESOURCES;
    let texts = |column| rows.iter().filter_map(|row| table.text(row, column)).collect::<Vec<_>>().join("; ");
    assert!(texts("resource").contains(&format!("resourceGroupId={group},")), "{}", texts("resource"));
    assert!(texts("resource_words").contains(&format!("resourceGroupId='production' ({group})")));
}

#[test]
fn the_rows_of_what_one_principal_holds_are_those_of_all_that_are_about_it() {
    use model::tables::derived;
    let state = world()
        .policy("p1", "IBMid-1", &[VIEWER], &[ON_KMS])
        .policy("p2", "IBMid-2", &[EDITOR], &[ON_KMS])
        .policy("p3", "AccessGroupId-1", &[EDITOR, VIEWER], &[ON_KMS])
        .state();
    let access = access(&state);
    let statement = |table: &'static model::Table, row: &model::Row| {
        row.value(table.position("statement_id").unwrap()).as_integer().unwrap()
    };
    for who in ["IBMid-1", "IBMid-2"] {
        let number = access.principal_with(who).unwrap();
        let own = |table: &'static model::Table| access.grant_rows_of(number, table).collect::<Vec<_>>();
        let held: Vec<_> = access
            .grant_rows(&derived::GRANT_HOLDERS)
            .filter(|row| derived::GRANT_HOLDERS.text(row, "principal_id") == Some(who))
            .collect();
        assert!(!held.is_empty());
        assert_eq!(own(&derived::GRANT_HOLDERS), held);
        let numbers: Vec<_> = held.iter().map(|row| statement(&derived::GRANT_HOLDERS, row)).collect();
        for table in [&derived::GRANT_STATEMENTS, &derived::GRANT_ACTIONS, &derived::GRANT_RESOURCES] {
            let all = access.grant_rows(table).count();
            let of_held: Vec<_> =
                access.grant_rows(table).filter(|row| numbers.contains(&statement(table, row))).collect();
            assert!(!of_held.is_empty() && of_held.len() < all, "{}: {} of {all}", table.name, of_held.len());
            assert_eq!(own(table), of_held, "{}", table.name);
        }
    }
}
