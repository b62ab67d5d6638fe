//! Context-based restrictions, form by form, as IBM Cloud's guide has them.

use model::{ListStatus, State, tables::ibm as t};

use super::world::World;
use crate::{
    Answer, Turn, Verdict,
    ibm::{access, inventory, question},
};

const EDITOR: &str = "crn:v1:bluemix:public:iam::::role:Editor";
const IDENTITY: &str = "iam-identity";
const OFFICE: &str = "zone-0000-office";
const VPN: &str = "zone-0000-vpn";
/// On all of a service.
const ON_KMS: &[[&str; 3]] = &[["serviceName", "stringEquals", "kms"], ["accountId", "stringEquals", "acc"]];

/// One who may do everything with keys, and make service IDs; two instances in two groups; two zones with names.
fn world() -> World {
    let actions = ["kms.keys.list", "kms.keys.create", "resource-controller.instance.create"];
    let mut world = World::default()
        .user("IBMid-1", "ACTIVE")
        .role("kms", EDITOR, &actions)
        .role(IDENTITY, EDITOR, &["iam-identity.profile.create"])
        .policy("p1", "IBMid-1", &[EDITOR], &[["serviceName", "stringEquals", "kms"]])
        .policy("p2", "IBMid-1", &[EDITOR], &[["serviceType", "stringEquals", "platform_service"]]);
    for (guid, group) in [("g-1", "rg-1"), ("g-2", "rg-2")] {
        let cells = [("crn", guid), ("guid", guid), ("service_name", "kms"), ("resource_group_id", group)];
        world = world.add(&t::RESOURCE_INSTANCES, &cells);
    }
    [(OFFICE, "office"), (VPN, "vpn")]
        .into_iter()
        .fold(world, |world, (id, name)| world.add(&t::CBR_ZONES, &[("id", id), ("name", name)]))
}

/// What a rule says beside what it is about.
struct Rule<'a> {
    id: &'a str,
    mode: &'a str,
    contexts: &'a [&'a [(&'a str, &'a str)]],
    resource: &'a [[&'a str; 3]],
    tags: &'a [[&'a str; 3]],
    apis: &'a [&'a str],
}

const FROM_OFFICE: &[&[(&str, &str)]] = &[&[("networkZoneId", OFFICE)]];
const RULE: Rule<'static> =
    Rule { id: "r1", mode: "enabled", contexts: FROM_OFFICE, resource: ON_KMS, tags: &[], apis: &[] };

fn with(mut world: World, rule: &Rule<'_>) -> World {
    let cells = [("id", rule.id), ("description", "keys from the office"), ("enforcement_mode", rule.mode)];
    let cells = if rule.mode.is_empty() { &cells[..2] } else { &cells };
    world = world.add(&t::CBR_RULES, cells);
    for (attributes, context) in rule.contexts.iter().zip(0_i64..) {
        for ((name, value), position) in attributes.iter().zip(0_i64..) {
            let draft = t::CBR_RULE_CONTEXTS.draft().set("rule_id", rule.id).set("context", context);
            let draft = draft.set("position", position).set("name", *name).set("value", *value);
            world.put(&t::CBR_RULE_CONTEXTS, draft);
        }
    }
    for (is_tag, attributes) in [(false, rule.resource), (true, rule.tags)] {
        for ([name, operator, value], position) in attributes.iter().zip(0_i64..) {
            let draft = t::CBR_RULE_RESOURCES.draft().set("rule_id", rule.id).set("resource", 0);
            let draft = draft.set("is_tag", is_tag).set("position", position).set("name", *name);
            world.put(&t::CBR_RULE_RESOURCES, draft.set("operator", *operator).set("value", *value));
        }
    }
    rule.apis.iter().fold(world, |world, kind| {
        world.add(&t::CBR_RULE_OPERATIONS, &[("rule_id", rule.id), ("api_type_id", kind)])
    })
}

fn answer(world: &World, action: &str, resource: &str) -> Answer {
    let state = world.state();
    let asked = question(&state, action, Some(resource)).unwrap();
    let answers = access(&state).who_can(&asked);
    answers.into_iter().find(|answer| answer.principal.step.id == "IBMid-1").expect("the user")
}

/// Returns the verdict on listing keys, with the condition.
fn keys(world: &World, resource: &str) -> (Verdict, Option<String>) {
    let answer = answer(world, "kms.keys.list", resource);
    (answer.verdict, answer.condition)
}

fn under(rule: &Rule<'_>, resource: &str) -> (Verdict, Option<String>) {
    keys(&with(world(), rule), resource)
}

fn when(words: &str) -> (Verdict, Option<String>) {
    (Verdict::Conditional, Some(words.to_owned()))
}

const SURE: (Verdict, Option<String>) = (Verdict::Surely, None);
const KMS: &str = "serviceName=kms";

#[test]
fn a_rule_that_is_enforced_says_the_zone_by_name_and_one_that_is_not_says_nothing() {
    let from_office = when("the network zone is 'office' (zone-0000-office)");
    assert_eq!(under(&RULE, KMS), from_office);
    assert_eq!(
        under(&Rule { mode: "", ..RULE }, KMS),
        from_office,
        "a rule is enforced where it does not say else"
    );
    for mode in ["report", "disabled"] {
        assert_eq!(under(&Rule { mode, ..RULE }, KMS), SURE, "{mode}");
    }
    assert_eq!(keys(&world(), KMS), SURE);
    // One that no list shows has an id all the same.
    let unknown: &[&[(&str, &str)]] = &[&[("networkZoneId", "zone-0000-gone")]];
    assert_eq!(under(&Rule { contexts: unknown, ..RULE }, KMS), when("the network zone is zone-0000-gone"));
}

#[test]
fn all_of_a_context_must_hold_and_one_of_several_is_enough() {
    let both: &[&[(&str, &str)]] =
        &[&[("networkZoneId", OFFICE), ("endpointType", "private"), ("mfa", "LEVEL3")]];
    let words = "the endpoint type is private and the level of multi-factor authentication is LEVEL3 and the network zone is 'office' \
                 (zone-0000-office)";
    assert_eq!(under(&Rule { contexts: both, ..RULE }, KMS), when(words));
    let either: &[&[(&str, &str)]] =
        &[&[("networkZoneId", OFFICE)], &[("networkZoneId", VPN), ("endpointType", "private")]];
    let words = "(the endpoint type is private and the network zone is 'vpn' (zone-0000-vpn) or the network zone is 'office' \
                 (zone-0000-office))";
    assert_eq!(under(&Rule { contexts: either, ..RULE }, KMS), when(words));
    // Zones of one attribute are parted by commas.
    let values = format!("{VPN}, {OFFICE}");
    let listed: &[&[(&str, &str)]] = &[&[("networkZoneId", &values)]];
    let words =
        "(the network zone is 'office' (zone-0000-office) or the network zone is 'vpn' (zone-0000-vpn))";
    assert_eq!(under(&Rule { contexts: listed, ..RULE }, KMS), when(words));
}

#[test]
fn every_rule_on_a_resource_must_let_through_and_one_without_contexts_lets_nobody() {
    let private: &[&[(&str, &str)]] = &[&[("endpointType", "private")]];
    let two = with(with(world(), &RULE), &Rule { id: "r2", contexts: private, ..RULE });
    let words = "the network zone is 'office' (zone-0000-office) and the endpoint type is private";
    assert_eq!(keys(&two, KMS), when(words));
    let closed = with(world(), &Rule { contexts: &[], ..RULE });
    let answer = answer(&closed, "kms.keys.list", KMS);
    assert_eq!(answer.verdict, Verdict::Denied);
    assert_eq!(crate::path_text(&answer.path), "user IBMid-1 → restriction 'keys from the office'");
}

#[test]
fn a_rule_reaches_what_its_attributes_say_and_nothing_else() {
    let office = "the network zone is 'office' (zone-0000-office)";
    let on =
        |attribute: [&str; 3], asked: &str| under(&Rule { resource: &[ON_KMS[0], attribute], ..RULE }, asked);
    let instance = ["serviceInstance", "stringEquals", "g-1"];
    assert_eq!(on(instance, "serviceName=kms,serviceInstance=g-1"), when(office));
    assert_eq!(on(instance, "serviceName=kms,serviceInstance=g-2"), SURE);
    assert_eq!(on(instance, KMS), when(&format!("{office} where a restriction applies")));
    assert_eq!(
        on(["serviceInstance", "stringMatch", "g-*"], "serviceName=kms,serviceInstance=g-2"),
        when(office)
    );
    let group = ["resourceGroupId", "stringEquals", "rg-1"];
    assert_eq!(on(group, "serviceName=kms,serviceInstance=g-1"), when(office), "it lies in the group");
    assert_eq!(on(group, "serviceName=kms,serviceInstance=g-2"), SURE);
    assert_eq!(on(["serviceInstance", "stringEquals", "*"], KMS), when(office), "all of them");
    let other = Rule { resource: &[["serviceName", "stringEquals", "cos"]], ..RULE };
    assert_eq!(under(&other, KMS), SURE);
    // Nobody can say what an operator reaches that is not known.
    let unknown = when(&format!("({office} or not serviceInstance numericEquals 1)"));
    assert_eq!(on(["serviceInstance", "numericEquals", "1"], KMS), unknown);
    let tagged = Rule { tags: &[["env", "stringEquals", "prod"]], ..RULE };
    assert_eq!(under(&tagged, "serviceName=kms,tag env=prod"), when(office));
    assert_eq!(under(&tagged, "serviceName=kms,tag env=dev"), SURE);
}

#[test]
fn what_manages_instances_is_not_restricted_and_what_manages_the_account_is() {
    let restricted = with(world(), &RULE);
    assert_eq!(answer(&restricted, "resource-controller.instance.create", KMS).verdict, Verdict::Surely);
    let of_account = |attribute: [&str; 3]| {
        let world = with(world(), &Rule { resource: &[attribute], ..RULE });
        answer(&world, "iam-identity.profile.create", "serviceName=iam-identity").verdict
    };
    assert_eq!(of_account(["serviceName", "stringEquals", IDENTITY]), Verdict::Conditional);
    assert_eq!(of_account(["service_group_id", "stringEquals", "IAM"]), Verdict::Conditional);
    assert_eq!(of_account(["serviceType", "stringEquals", "platform_service"]), Verdict::Conditional);
    assert_eq!(of_account(["serviceName", "stringEquals", "kms"]), Verdict::Surely);
    assert_eq!(of_account(["serviceType", "stringEquals", "service"]), Verdict::Surely);
}

#[test]
fn a_rule_for_some_kinds_of_calls_lets_the_others_through() {
    let kind = "crn:v1:bluemix:public:context-based-restrictions::::api-type:data-plane";
    let words = "(the network zone is 'office' (zone-0000-office) or the call is not of api-type:data-plane)";
    assert_eq!(under(&Rule { apis: &[kind], ..RULE }, KMS), when(words));
    let every = "crn:v1:bluemix:public:context-based-restrictions::::api-type:";
    assert_eq!(
        under(&Rule { apis: &[every, kind], ..RULE }, KMS),
        when("the network zone is 'office' (zone-0000-office)")
    );
}

#[test]
fn the_owner_is_bound_like_everybody() {
    let owner = [("account_id", "acc"), ("owner_iam_id", "IBMid-1"), ("owner_user_id", "olga")];
    let world = with(world().add(&t::ACCOUNTS, &owner), &RULE);
    assert_eq!(keys(&world, KMS).0, Verdict::Conditional);
}

#[test]
fn rules_that_cannot_be_read_are_said_to_be_unseen() {
    let world = world().list("ibm_cbr_rules", "", ListStatus::Denied, None);
    let unseen = access(&world.state()).unseen().join("\n");
    assert!(unseen.contains("ibm_cbr_rules"), "{unseen}");
}

fn turns(before: &State, after: &State) -> Vec<Turn> {
    let changes = access(after).changes_since(&access(before), &inventory(after));
    changes.into_iter().map(|change| change.turn).collect()
}

#[test]
fn a_rule_that_is_lifted_opens_and_one_that_is_set_closes_and_a_name_does_neither() {
    let read = |world: World| world.list("ibm_cbr_rules", "", ListStatus::Complete, None);
    let (open, bound) = (read(world()).state(), read(with(world(), &RULE)).state());
    assert!(!turns(&bound, &open).is_empty());
    assert!(turns(&bound, &open).iter().all(|turn| matches!(turn, Turn::Gained | Turn::Widened)));
    assert!(turns(&open, &bound).iter().all(|turn| matches!(turn, Turn::Lost | Turn::Narrowed)));
    let renamed = read(with(world().add(&t::CBR_ZONES, &[("id", OFFICE), ("name", "hq")]), &RULE)).state();
    assert_eq!(turns(&bound, &renamed), []);
    // What was never read may have been there all the time.
    let unseen = world().list("ibm_cbr_rules", "", ListStatus::Denied, None).state();
    assert_eq!([turns(&unseen, &bound), turns(&bound, &unseen)], [[], []]);
}

fn told(before: &State, after: &State) -> Vec<String> {
    let changes = access(after).changes_since(&access(before), &inventory(after));
    crate::shared(changes).iter().map(crate::SharedChange::sentence).collect()
}

#[test]
fn a_grant_that_a_restriction_reaches_in_part_is_told_in_one_piece_with_what_lets_through() {
    let newcomer = |world: World| {
        let on_some = ["serviceName", "stringEqualsAnyOf", "kms|cos"];
        world.role("cos", EDITOR, &["cos.bucket.read"]).user("IBMid-2", "ACTIVE").policy(
            "p3",
            "IBMid-2",
            &[EDITOR],
            &[on_some],
        )
    };
    let restricted = with(world(), &RULE);
    let (before, after) = (restricted.state(), newcomer(restricted.clone()).state());
    let changes = crate::shared(access(&after).changes_since(&access(&before), &inventory(&after)));
    let grants: Vec<_> =
        changes[0].grants.iter().map(|grant| (&*grant.words, grant.condition.as_deref())).collect();
    let office = "the network zone is 'office' (zone-0000-office) where a restriction applies";
    let on_kms = "kms.keys.create, kms.keys.list, resource-controller.instance.create on serviceName=kms";
    assert_eq!(grants, [(on_kms, Some(office)), ("cos.bucket.read on serviceName=cos", None)]);
    assert!(changes[0].sentence().contains(&format!("{on_kms} if {office}")), "{}", changes[0].sentence());
}

#[test]
fn a_restriction_that_is_lifted_is_told_with_what_it_let_through() {
    let read = |world: World| world.list("ibm_cbr_rules", "", ListStatus::Complete, None);
    let (open, bound) = (read(world()).state(), read(with(world(), &RULE)).state());
    let office = "the network zone is 'office' (zone-0000-office)";
    let keys = "through policy p1 → role crn:v1:bluemix:public:iam::::role:Editor: kms.keys.create, kms.keys.list on serviceName=kms";
    let lifted = format!(
        "user IBMid-1 can do more, restriction 'keys from the office' no longer applies; before only if {office}, {keys}"
    );
    assert_eq!(told(&bound, &open), [lifted]);
    let enforced = format!(
        "user IBMid-1 can do less, restriction 'keys from the office' applies now; now only if {office}, {keys}"
    );
    assert_eq!(told(&open, &bound), [enforced]);
    let private: &[&[(&str, &str)]] = &[&[("endpointType", "private"), ("mfa", "LEVEL3")]];
    let mfa = "the endpoint type is private and the level of multi-factor authentication is LEVEL3";
    let edited = read(with(world(), &Rule { contexts: private, ..RULE })).state();
    let told_in_two = [
        format!(
            "user IBMid-1 can do more, restriction 'keys from the office' was edited; before only if {office}, {keys} if {mfa}"
        ),
        format!(
            "user IBMid-1 can do less, restriction 'keys from the office' was edited; now only if {mfa}, {keys} if {office}"
        ),
    ];
    assert_eq!(told(&bound, &edited), told_in_two);
    let two = read(with(with(world(), &RULE), &Rule { id: "r2", contexts: private, ..RULE })).state();
    let one_of_two = format!(
        "user IBMid-1 can do more, restriction 'keys from the office' no longer applies; before only if {mfa}, {keys} if {office}"
    );
    assert_eq!(told(&two, &bound), [one_of_two]);
    for (before, after, verb) in [(&two, &open, "no longer apply"), (&open, &two, "apply now")] {
        let both = format!("restriction 'keys from the office', restriction 'keys from the office' {verb};");
        let told = told(before, after);
        assert!(told.len() == 1 && told[0].contains(&both), "{told:?}");
    }
}
