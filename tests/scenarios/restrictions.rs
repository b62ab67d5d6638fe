//! From where something may be used: context-based restrictions of IBM Cloud and access control lists of Huawei Cloud, in who can do
//! something, in what is found, and in what is told to be gained.

use std::collections::BTreeSet;

use access::Verdict;
use model::{Cloud, Event, Finding};
use serde_json::{Value, json};
use simulators::{huawei, ibm, ibm::FaultKind};

use super::{Account, company::Company, completeness::Hours};

async fn hours(cloud: Cloud) -> Hours {
    Hours::of(Account::of(Company::of_a_dozen(cloud).await))
}

/// Returns who can do something in the newest snapshot, and under which condition: by kind and name.
async fn able(hours: &Hours, action: &str, resource: Option<&str>) -> Vec<(String, Option<String>)> {
    let history = hours.account.history().await;
    let manifest = history.latest().await.expect("a store").expect("a snapshot");
    let found = history::who_can(&history, &manifest, action, resource).await.expect("an answer");
    let answers = found.answers.into_iter().filter(|answer| answer.verdict != Verdict::Denied);
    answers.map(|answer| (answer.principal.step.to_string(), answer.condition)).collect()
}

/// Returns the certainty and the condition of the open findings of a permission in the newest snapshot.
async fn certainties(hours: &Hours, permission: &str) -> BTreeSet<(String, String)> {
    let history = hours.account.history().await;
    let manifest = history.latest().await.expect("a store").expect("a snapshot");
    let all = history::findings(&history, &manifest).await.expect("findings").findings.into_values();
    let open = all.filter(|finding| finding.rule == permission && !finding.state.is_closed());
    let text = |finding: &Finding, column| finding.evidence.text(column).unwrap_or_default();
    open.map(|finding| (text(&finding, "certainty"), text(&finding, "condition"))).collect()
}

/// Returns the titles of the gains that one more audit tells, whole, with each grant and its condition.
async fn gains(hours: &Hours) -> Vec<(String, Vec<(String, Option<String>)>)> {
    let before = hours.account.events().len();
    hours.told().await;
    let events: Vec<Event> = hours.account.events().split_off(before);
    let gains = events.into_iter().filter(|event| event.kind == "dev.iamwatch.access.gained.v1");
    gains
        .map(|event| {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let grants = event.data["grants"].as_array().expect("grants").iter();
            let grants =
                grants.map(|grant| (text(&grant["words"]).expect("words"), text(&grant["condition"])));
            (text(&event.data["title"]).expect("a title"), grants.collect())
        })
        .collect()
}

const ADD_MEMBERS: &str = "iam-groups.members.add";
const ON_GROUPS: Option<&str> = Some("serviceName=iam-groups");

/// Sets the mode of the rule on access groups, which its makers have on report.
fn set_mode(hours: &Hours, mode: &str) {
    hours.account.ibm().change(|world| {
        let found = world.restrictions.iter_mut().find(|rule| rule.text("description").starts_with("Groups"));
        found.expect("the rule on groups").set("enforcement_mode", mode);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_based_restriction_bounds_only_while_it_is_enforced() {
    let mut hours = hours(Cloud::Ibm).await;
    let asked = "[[permission]]\nid = \"permission_to_fill_groups\"\ncloud = \"ibm\"\nactions = [\"iam-groups.members.add\"]\n";
    hours.account.set_permissions(asked);
    hours.told().await;
    let zone = hours.account.ibm().look(|world| {
        let zone = world.zones.iter().find(|zone| zone.text("name") == "offices").expect("the zone");
        zone.text("id").to_owned()
    });
    let condition = format!("the endpoint type is private and the network zone is 'offices' ({zone})");
    let free = able(&hours, ADD_MEMBERS, ON_GROUPS).await;
    assert!(free.len() > 1 && free.iter().all(|(_, condition)| condition.is_none()), "it reports: {free:?}");
    let certain = || certainties(&hours, "permission_to_fill_groups");
    assert_eq!(certain().await, [("surely".to_owned(), String::new())].into());

    set_mode(&hours, "enabled");
    assert_eq!(gains(&hours).await, [], "it takes, and gives nothing");
    let bound = able(&hours, ADD_MEMBERS, ON_GROUPS).await;
    let expected: Vec<_> = free.iter().map(|(who, _)| (who.clone(), Some(condition.clone()))).collect();
    assert_eq!(bound, expected);
    assert_eq!(certain().await, [("conditional".to_owned(), condition.clone())].into());

    // One is made administrator of all that manages the account; it was in no group of those who look into groups.
    hours.account.ibm().change(ibm::weeks()[3].apply);
    let made = gains(&hours).await;
    assert_eq!(made.len(), 1, "{made:#?}");
    let on_groups = |(words, _): &&(String, Option<String>)| words.ends_with("on serviceName=iam-groups");
    let of_groups = made[0].1.iter().find(on_groups).expect("groups are among it");
    assert_eq!(of_groups.1.as_ref(), Some(&condition));
    let told = |(words, condition): &(String, Option<String>)| format!("{words} {condition:?}");
    for each in made[0].1.iter().map(told) {
        assert!(!each.contains("it is not so that") && !each.contains("unless"), "{each}");
    }

    set_mode(&hours, "disabled");
    let lifted = gains(&hours).await;
    assert_eq!(lifted.len(), 1, "{lifted:#?}");
    let (title, grants) = &lifted[0];
    let cause = format!(
        "restriction 'Groups are managed from the offices' no longer applies; before only if {condition}, through"
    );
    assert!(title.contains(&cause), "{title}");
    assert!(
        grants.iter().all(|grant| on_groups(&grant) || grant.0.starts_with("* on serviceName=iam-groups"))
    );
    assert!(grants.iter().all(|(_, condition)| condition.is_none()), "{grants:#?}");
    assert!(able(&hours, ADD_MEMBERS, ON_GROUPS).await.iter().all(|(_, condition)| condition.is_none()));
    assert_eq!(certain().await, [("surely".to_owned(), String::new())].into());
}

const CREATE_USERS: &str = "iam:users:createUserV5";
const ALLOWED: &str = "the request comes from a network that the account allows";

fn allow_api(hours: &Hours, range: &str) {
    hours.account.huawei().change(|world| {
        world.classic.api_acl_policy.set("allow_ip_ranges", json!([{ "ip_range": range }]));
    });
}

fn allow_console_by_ipv6(hours: &Hours, range: &str) {
    hours.account.huawei().change(|world| {
        world.classic.console_acl_policy.set("allow_ip_ranges_ipv6", json!([{ "ip_range": range }]));
    });
}

/// Returns who can make users only from a network that the account allows.
async fn bound(hours: &Hours) -> BTreeSet<String> {
    let able = able(hours, CREATE_USERS, None).await.into_iter();
    let bound = able.filter(|(_, condition)| condition.as_ref().is_some_and(|words| words.contains(ALLOWED)));
    bound.map(|(who, _)| who).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn access_control_lists_bound_who_has_no_other_way_in() {
    const PEOPLE: [&str; 4] = ["user amara.diallo", "user joão.pinto", "user priya.raman", "user zhang.wei"];
    let mut hours = hours(Cloud::Huawei).await;
    let asked = "[[permission]]\nid = \"permission_to_make_users\"\ncloud = \"huawei\"\nactions = [\"iam:users:createUserV5\"]\n";
    hours.account.set_permissions(asked);
    hours.told().await;
    assert_eq!(bound(&hours).await, [].into(), "the API is open");

    // The console lets in from two networks, and by IPv6 from one; now the API does.
    allow_api(&hours, "198.51.100.0-198.51.100.255");
    assert_eq!(gains(&hours).await, []);
    assert_eq!(bound(&hours).await, PEOPLE.map(str::to_owned).into(), "not the root user, not an agency");
    let with_factor = format!("g:MFAPresent bool true and {ALLOWED}");
    let conditional = [ALLOWED, &with_factor].map(|words| ("conditional".to_owned(), words.to_owned()));
    let agency = ("surely".to_owned(), String::new());
    let expected: BTreeSet<_> = conditional.into_iter().chain([agency]).collect();
    assert_eq!(certainties(&hours, "permission_to_make_users").await, expected);

    // Somebody gets into a group that works with servers, and with objects, which the lists do not reach.
    hours.account.huawei().change(huawei::weeks()[1].apply);
    let joined = gains(&hours).await;
    assert_eq!(joined.len(), 1, "{joined:#?}");
    for (words, condition) in &joined[0].1 {
        let expected = (!words.starts_with("obs:")).then_some(ALLOWED);
        assert_eq!(condition.as_deref(), expected, "{words}");
    }

    allow_console_by_ipv6(&hours, "0:0:0:0:0:0:0:0-FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF");
    let opened = gains(&hours).await;
    let cause = format!("access control list of the account no longer applies; before only if {ALLOWED}");
    assert!(opened.iter().any(|(title, _)| title.contains(&cause)), "{opened:#?}");
    assert_eq!(bound(&hours).await, [].into(), "all of them may come by the console");

    allow_console_by_ipv6(&hours, "0:0:0:0:0:0:0:0-0:0:0:0:0:0:0:0");
    assert_eq!(gains(&hours).await, []);
    assert_eq!(bound(&hours).await, PEOPLE.map(str::to_owned).into(), "IPv6 is closed");

    allow_api(&hours, "0.0.0.0-255.255.255.255");
    let opened = gains(&hours).await;
    assert!(opened.iter().any(|(title, _)| title.contains(&cause)), "{opened:#?}");
    for grant in opened.iter().flat_map(|(_, grants)| grants) {
        assert!(!format!("{grant:?}").contains("it is not so that"), "{grant:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_that_cannot_be_read_gives_nothing_and_what_was_lifted_meanwhile_is_told_once() {
    let ibm = hours(Cloud::Ibm).await;
    set_mode(&ibm, "enabled");
    let huawei = hours(Cloud::Huawei).await;
    allow_api(&huawei, "198.51.100.0-198.51.100.255");
    let lift_on_ibm = || set_mode(&ibm, "disabled");
    let lift_on_huawei = || allow_api(&huawei, "0.0.0.0-255.255.255.255");
    let cases: [(&Hours, &str, &dyn Fn()); 2] =
        [(&ibm, "/v1/rules?", &lift_on_ibm), (&huawei, "/api-acl-policy", &lift_on_huawei)];
    for (hours, path, lift) in cases {
        hours.told().await;
        for kind in [FaultKind::Forbidden, FaultKind::ServerError(404), FaultKind::NullArrays] {
            hours.spoil(path, kind);
            assert_eq!(gains(hours).await, [], "{path}: it may bound still");
            hours.heal();
            assert_eq!(gains(hours).await, [], "{path}: it bounds still");
        }
        lift();
        hours.spoil(path, FaultKind::Forbidden);
        assert_eq!(gains(hours).await, [], "{path}: nobody saw it lifted");
        hours.heal();
        let lifted = gains(hours).await;
        assert!(lifted.iter().any(|(title, _)| title.contains("no longer applies")), "{path}: {lifted:#?}");
        assert_eq!(gains(hours).await, [], "{path}: it was told");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_control_policy_that_cannot_be_read_forbids_still() {
    let hours = hours(Cloud::Huawei).await;
    hours.told().await;
    for path in [
        "/v1/organizations/policies",
        "/attached-entities",
        "/v1/organizations/entities",
        "/v1/organizations",
    ] {
        for kind in [FaultKind::Forbidden, FaultKind::NullArrays, FaultKind::EmptyObject] {
            hours.spoil(path, kind);
            assert_eq!(gains(&hours).await, [], "{path}");
            hours.heal();
            assert_eq!(gains(&hours).await, [], "{path}, read again");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gain_behind_a_bound_that_was_never_read_says_so() {
    let cases: [(Cloud, &str, &str); 3] = [
        (Cloud::Ibm, "/v1/rules?", "a context-based restriction"),
        (Cloud::Huawei, "/v1/organizations/policies", "a service control policy"),
        (Cloud::Huawei, "-acl-policy", "an access control list"),
    ];
    for (cloud, path, bound) in cases {
        let hours = hours(cloud).await;
        hours.spoil(path, FaultKind::Forbidden);
        hours.told().await;
        match cloud {
            Cloud::Ibm => hours.account.ibm().change(ibm::weeks()[3].apply),
            Cloud::Huawei => hours.account.huawei().change(huawei::weeks()[1].apply),
        }
        let gained = gains(&hours).await;
        assert!(!gained.is_empty(), "{path}");
        let words = format!("unless {bound} that could not be seen takes it away");
        for (grant, condition) in gained.iter().flat_map(|(_, grants)| grants) {
            assert!(
                condition.as_ref().is_some_and(|condition| condition.ends_with(&words)),
                "{path}: {grant}, {condition:?}"
            );
        }
        hours.heal();
        assert_eq!(gains(&hours).await, [], "{path}: it is seen, and nobody gained anything");
    }
}
