//! Generated accounts: the rows must lead to the decisions of the evaluator.

use model::{State, tables::ibm as t};
use proptest::{prelude::*, sample::select, strategy::Union};

use super::{
    evaluator::{Account, Answer, Attribute, PUBLIC, Policy, Target},
    times::{moments, rules},
    world::World,
};
use crate::{
    Access, Extent, Verdict,
    ibm::{access_at, question},
};

pub(super) const SERVICES: [&str; 3] = ["kms", "cos", "iam-groups"];
pub(super) const ROLES: [&str; 3] = ["role:Viewer", "serviceRole:Writer", "customRole:Own"];
pub(super) const ACTIONS: [&str; 3] = ["iam.policy.read", "thing.read", "thing.write"];
/// Settings that restrict what members may do without a policy.
pub(super) const RIGHTS: [&str; 3] =
    ["restrict_create_service_id", "restrict_create_platform_apikey", "restrict_user_list_visibility"];
pub(super) const USER: &str = "IBMid-1";
pub(super) const SUSPENDED: &str = "IBMid-2";
pub(super) const FOREIGN: &str = "IBMid-elsewhere";
pub(super) const SERVICE_ID: &str = "iam-ServiceId-1";
pub(super) const PROFILE: &str = "iam-Profile-1";
pub(super) const GROUPS: [&str; 2] = ["AccessGroupId-1", "AccessGroupId-2"];
pub(super) const WHO: [&str; 8] =
    [USER, SUSPENDED, FOREIGN, SERVICE_ID, PROFILE, "ClaimRule-group", "ClaimRule-profile", "crn:v1:vm"];

fn own_name(service: &str, action: &str) -> String {
    if action.starts_with("iam.") { action.to_owned() } else { format!("{service}.{action}") }
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

pub(super) fn role_lists() -> impl Strategy<Value = Vec<((&'static str, &'static str), Vec<&'static str>)>> {
    let on = |service: &'static str, role: &'static str| {
        prop::array::uniform3(any::<bool>()).prop_map(move |has| {
            let actions = ACTIONS.iter().zip(has).filter(|(_, has)| *has);
            let named = actions.map(|(action, _)| leaked(own_name(service, action)));
            ((service, role), named.collect())
        })
    };
    let everywhere = prop::bool::weighted(0.4).prop_map(|has| {
        (("", ROLES[0]), if has { vec!["iam.policy.read", "resource-group.read"] } else { Vec::new() })
    });
    let listed =
        SERVICES.iter().flat_map(|service| ROLES[..2].iter().map(move |role| on(service, role).boxed()));
    listed.chain([on("kms", ROLES[2]).boxed(), everywhere.boxed()]).collect::<Vec<_>>()
}

fn values(name: &'static str) -> &'static [&'static str] {
    match name {
        "serviceName" => &SERVICES,
        "serviceType" => &["service", "platform_service"],
        "service_group_id" => &["IAM"],
        "serviceInstance" => &["i1", "i2"],
        "region" => &["eu-de", "us-east"],
        "resourceGroupId" => &["rg1", "rg2"],
        "resourceType" => &["resource-group"],
        "resource" => &["rg1"],
        _ => &["a/x", "a*"],
    }
}

fn attributes_of(name: &'static str) -> impl Strategy<Value = Attribute> {
    let exactly = select(values(name)).prop_map(move |value| ("stringEquals", vec![value]));
    let any_of = Just(("stringEqualsAnyOf", values(name).to_vec()));
    // Of two of these for one attribute, either contains the other or they share nothing.
    let wild = match name {
        "serviceName" => select(vec!["kms", "*", "?ms", "iam-*"]).boxed(),
        "region" => select(vec!["eu-*", "us-*", "eu-de", "eu-d?"]).boxed(),
        "serviceInstance" => select(vec!["i?", "i1", "*"]).boxed(),
        _ => select(vec!["a*", "a{{*}}", "a/?", "*"]).boxed(),
    };
    let matching = wild.clone().prop_map(|value| ("stringMatch", vec![value]));
    let any_matching = prop::collection::vec(wild, 1..3).prop_map(|values| ("stringMatchAnyOf", values));
    let exists = select(vec!["true", "false"]).prop_map(|value| ("stringExists", vec![value]));
    let mut ways = vec![(6, exactly.boxed()), (1, any_of.boxed())];
    if matches!(name, "serviceName" | "region" | "serviceInstance" | "path") {
        ways.extend([(2, matching.boxed()), (1, any_matching.boxed())]);
    }
    if name == "path" {
        let unheard = select(vec!["a", "b"]).prop_map(|value| ("stringSoundsLike", vec![value]));
        ways.push((1, unheard.boxed()));
    }
    if matches!(name, "path" | "serviceInstance") {
        ways.push((1, exists.boxed()));
    }
    Union::new_weighted(ways).prop_map(move |(operator, values)| Attribute { name, operator, values })
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let scopes = prop_oneof![
        4 => attributes_of("serviceName").prop_map(|one| vec![one]),
        2 => attributes_of("serviceType").prop_map(|one| vec![one]),
        1 => attributes_of("service_group_id").prop_map(|one| vec![one]),
        1 => attributes_of("resourceGroupId").prop_map(|one| vec![one]),
        1 => (attributes_of("resourceType"), attributes_of("resource")).prop_map(|(a, b)| vec![a, b]),
        1 => (select(&SERVICES[..]), attributes_of("serviceType")).prop_map(|(service, kind)| {
            vec![Attribute { name: "serviceName", operator: "stringEquals", values: vec![service] }, kind]
        }),
    ];
    let finer = Union::new(
        ["serviceInstance", "region", "resourceGroupId", "path"].map(|name| attributes_of(name).boxed()),
    );
    (scopes, prop::collection::vec(finer, 0..3)).prop_map(|(scopes, finer)| {
        let mut all: Vec<Attribute> = Vec::new();
        // Nothing finer is known of a resource group.
        let is_group = scopes.iter().any(|scope| scope.name == "resourceType");
        for attribute in scopes.into_iter().chain(finer.into_iter().filter(|_| !is_group)) {
            // Regions are nested or disjoint, so that two of them can be said as one.
            if attribute.name == "region" || all.iter().all(|known| known.name != attribute.name) {
                all.push(attribute);
            }
        }
        all
    })
}

prop_compose! {
    fn policies()(
        kind in prop_oneof![9 => Just("access"), 1 => Just("authorization")],
        state in prop_oneof![9 => Just("active"), 1 => Just("deleted")],
        subject in select(vec![USER, SUSPENDED, FOREIGN, SERVICE_ID, PROFILE, GROUPS[0], GROUPS[1], PUBLIC]),
        roles in prop::sample::subsequence(&ROLES[..], 1..3),
        attributes in attributes(),
        tag in prop::option::weighted(0.2, select(vec![("stringEquals", "prod"), ("stringMatch", "p*"), ("stringEquals", "p*")])),
        rule in prop::option::weighted(0.3, rules()),
    ) -> Policy {
        // Tags go with the services only, and nothing that is asked of here is a resource group with one.
        let tag = tag.filter(|_| attributes.iter().all(|each| each.name != "resourceType"));
        let tag = tag.map(|(operator, value)| Attribute { name: "tag env", operator, values: vec![value] });
        Policy { kind, state, subject, roles, attributes, tag, rule }
    }
}

prop_compose! {
    pub(super) fn accounts()(
        roles in role_lists(),
        policies in prop::collection::vec(policies(), 0..5),
        members in prop::sample::subsequence(
            vec![(USER, GROUPS[0]), (SUSPENDED, GROUPS[0]), (SERVICE_ID, GROUPS[1]), (PROFILE, GROUPS[1]), (FOREIGN, GROUPS[1])], 0..5),
        dynamic in prop::sample::subsequence(vec![(USER, GROUPS[0]), (USER, GROUPS[1])], 0..2),
        group_rules in prop::sample::subsequence(vec![("ClaimRule-group", GROUPS[0]), ("ClaimRule-group", GROUPS[1])], 0..2),
        is_public_closed in any::<bool>(),
        owner in prop::option::weighted(0.2, select(vec![USER, SUSPENDED])),
        assumable in prop::sample::subsequence(
            vec![(USER, PROFILE, false), (SERVICE_ID, PROFILE, false), (FOREIGN, PROFILE, true), ("ClaimRule-profile", PROFILE, true), ("crn:v1:vm", PROFILE, false)], 0..5),
    ) -> Account {
        let roles = roles.into_iter().filter(|(_, actions)| !actions.is_empty()).collect();
        Account { roles, policies, members, dynamic, group_rules, is_public_closed, owner, assumable }
    }
}

fn add_policy(world: World, id: &str, policy: &Policy) -> World {
    let is_group = policy.subject.starts_with("AccessGroupId-");
    let column = if is_group { "subject_access_group_id" } else { "subject_iam_id" };
    let cells = [("id", id), ("type", policy.kind), ("state", policy.state), (column, policy.subject)];
    let joined = policy.rule.as_ref().map(|rule| ("rule_operator", rule.joined));
    let cells: Vec<(&str, &str)> = cells.into_iter().chain(joined).collect();
    let world = world.add(&t::POLICIES, &cells).given(id, &policy.roles);
    let joined: Vec<(&str, &str, String)> =
        policy.attributes.iter().map(|each| (each.name, each.operator, each.values.join("|"))).collect();
    let account = ["accountId", "stringEquals", "acc"];
    let rows: Vec<[&str; 3]> =
        joined.iter().map(|(name, operator, values)| [*name, operator, values]).chain([account]).collect();
    let world = world.on(id, &rows);
    let world = match &policy.tag {
        Some(tag) => world.tag(id, 0, ["env", tag.operator, tag.values[0]]),
        None => world,
    };
    policy.rule.iter().fold(world, |world, rule| rule.write(world, id))
}

/// The account restricts what members may do without a policy; the evaluator speaks of policies alone.
pub(super) fn state(account: &Account) -> State {
    state_with(account, &RIGHTS.map(|setting| (setting, "RESTRICTED")))
}

/// The account with its settings.
pub(super) fn state_with(account: &Account, settings: &[(&str, &str)]) -> State {
    let mut world = World::default().user(USER, "ACTIVE").user(SUSPENDED, "SUSPENDED").service_id(SERVICE_ID);
    world = world.profile("Profile-1").group(GROUPS[0], &[]).group(GROUPS[1], &[]);
    let owned = [("account_id", "acc"), ("owner_iam_id", account.owner.unwrap_or("IBMid-owner"))];
    world = world.add(&t::ACCOUNTS, &owned);
    world = world.add(&t::ACCOUNT_SETTINGS, &[&[("account_id", "acc")], settings].concat());
    for ((service, role), actions) in &account.roles {
        if *role == ROLES[2] {
            world = world.add(&t::CUSTOM_ROLES, &[("crn", role), ("service_name", service)]);
            for action in actions {
                world = world.add(&t::CUSTOM_ROLE_ACTIONS, &[("role_crn", role), ("action", action)]);
            }
        } else {
            world = world.role(service, role, actions);
        }
    }
    for (table, members) in [(&t::MEMBERS, &account.members), (&t::DYNAMIC_MEMBERS, &account.dynamic)] {
        for (member, group) in members {
            world = world.add(table, &[("group_id", group), ("iam_id", member)]);
        }
    }
    for (rule, group) in &account.group_rules {
        world = world.add(&t::GROUP_RULES, &[("group_id", group), ("id", rule), ("realm_name", "idp")]);
    }
    let closed = t::GROUP_SETTINGS.draft().set("account_id", "acc");
    world.put(&t::GROUP_SETTINGS, closed.set("public_access_enabled", !account.is_public_closed));
    for (from, _, _) in &account.assumable {
        let profile = ("profile_id", "Profile-1");
        world = match *from {
            "ClaimRule-profile" => {
                world.add(&t::PROFILE_RULES, &[profile, ("id", from), ("realm_name", "idp")])
            }
            "crn:v1:vm" => world.add(&t::PROFILE_LINKS, &[profile, ("id", "link"), ("crn", from)]),
            _ => {
                let account = if *from == FOREIGN { "elsewhere" } else { "acc" };
                let cells = [profile, ("iam_id", *from), ("account_id", account)];
                let world = world.add(&t::PROFILE_IDENTITIES, &cells[..2]);
                // Only users are let in from named accounts.
                if *from == SERVICE_ID { world } else { world.add(&t::PROFILE_IDENTITY_ACCOUNTS, &cells) }
            }
        };
    }
    let numbered = account.policies.iter().enumerate();
    world = numbered.fold(world, |world, (number, policy)| add_policy(world, &format!("p{number}"), policy));
    // A user of another account that is assumed by no one is only known when something names it.
    world.state()
}

/// All that can be asked for: things of services in all combinations, and a resource group.
fn targets() -> Vec<Target> {
    let mut targets = vec![Target::new()];
    for (name, values) in [
        ("serviceName", &SERVICES[..]),
        ("serviceInstance", &["", "i1", "i2"]),
        ("region", &["eu-de", "us-east"]),
        ("resourceGroupId", &["rg1", "rg2"]),
        ("path", &["", "a/x", "a*"]),
        ("tag env", &["", "prod", "p*"]),
    ] {
        targets = targets
            .iter()
            .flat_map(|target| values.iter().map(move |value| (target.clone(), *value)))
            .map(|(mut target, value)| {
                if !value.is_empty() {
                    target.insert(name, value);
                }
                target
            })
            .collect();
    }
    targets.push(Target::from([("resourceType", "resource-group"), ("resource", "rg1")]));
    targets
}

/// Writes a target down with what it does not have.
fn written(target: &Target) -> String {
    let names =
        ["serviceInstance", "region", "resourceGroupId", "resourceType", "resource", "path", "tag env"];
    let parts =
        names.iter().map(|name| format!("{name}={}", target.get(name).unwrap_or(&"").replace('*', "{{*}}")));
    let service = target.get("serviceName").map(|service| format!("serviceName={service}"));
    service.into_iter().chain(parts).collect::<Vec<_>>().join(",")
}

pub(super) fn actions_on(target: &Target) -> Vec<String> {
    match target.get("serviceName") {
        Some(service) => ACTIONS.iter().map(|action| own_name(service, action)).collect(),
        None => {
            vec!["iam.policy.read".to_owned(), "resource-group.read".to_owned(), "kms.thing.read".to_owned()]
        }
    }
}

fn verdicts(access: &Access, state: &State, action: &str, resource: &str) -> Vec<(String, Verdict, Extent)> {
    let question = question(state, action, Some(resource)).unwrap();
    let answers = access.who_can(&question).into_iter();
    answers.map(|answer| (answer.principal.step.id, answer.verdict, answer.extent)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_decision_is_that_of_the_rules(account in accounts(), at in moments()) {
        let state = state(&account);
        let (access, account) = (access_at(&state, at), account.from(at));
        for target in targets() {
            for action in actions_on(&target) {
                let found = verdicts(&access, &state, &action, &written(&target));
                for who in WHO.into_iter().filter(|who| access.principal_with(who).is_some()) {
                    let expected = match account.decide(who, &action, &target) {
                        Answer::No => None,
                        Answer::Perhaps => Some(Verdict::Conditional),
                        Answer::Yes => Some(Verdict::Surely),
                    };
                    let found = found.iter().find(|(id, ..)| id == who).map(|(_, verdict, _)| *verdict);
                    prop_assert_eq!(found, expected, "{} {} {:?}", who, action, target);
                }
            }
        }
    }

    #[test]
    fn an_answer_to_a_wide_question_holds_for_the_requests_it_stands_for(
        account in accounts(),
        action in select(vec!["*", "*.read", "iam.*", "kms.*", "kms.thing.write"]),
        named in select(vec![vec![], vec!["serviceName"], vec!["serviceName", "region"], vec!["resourceGroupId"]]),
        of in select(targets()),
        at in moments(),
    ) {
        // A service that nobody knows may have such a name and lie somewhere: the requests below hold none.
        let is_of_unknown = |policy: &Policy| {
            let has = |name: &str, value: &'static str| policy.attributes.iter().any(|each| each.name == name && (value.is_empty() || each.values.contains(&value)));
            has("serviceName", "iam-*") && (has("region", "") || has("resourceGroupId", ""))
        };
        prop_assume!(!account.policies.iter().any(is_of_unknown));
        let state = state(&account);
        let (access, account) = (access_at(&state, at), account.from(at));
        let given: Vec<String> =
            named.iter().filter_map(|name| Some(format!("{name}={}", of.get(name)?))).collect();
        let resource = if given.is_empty() { "*".to_owned() } else { given.join(",") };
        let asked = question(&state, action, Some(&resource)).unwrap();
        let found = verdicts(&access, &state, action, &resource);
        let fits = |target: &Target| {
            asked.resource.0.iter().all(|(name, patterns)| {
                matches!(&**name, "serviceType" | "service_group_id")
                    || patterns[0].matches(target.get(&**name).unwrap_or(&""))
            })
        };
        for who in WHO.into_iter().filter(|who| access.principal_with(who).is_some()) {
            let mut answers = Vec::new();
            for target in targets().iter().filter(|target| fits(target)) {
                let meant = actions_on(target).into_iter().filter(|one| asked.action.matches(one));
                answers.extend(meant.map(|action| account.decide(who, &action, target)));
            }
            let Some((_, verdict, extent)) = found.iter().find(|(id, ..)| id == who) else {
                prop_assert!(answers.iter().all(|answer| *answer == Answer::No), "{} {} {}", who, action, resource);
                continue;
            };
            let is_owner = account.owner == Some(who);
            prop_assert!(is_owner || answers.iter().any(|answer| *answer != Answer::No), "{} {} {}", who, action, resource);
            if (*verdict, *extent) == (Verdict::Surely, Extent::Whole) {
                prop_assert!(answers.iter().all(|answer| *answer == Answer::Yes), "{} {} {}", who, action, resource);
            }
            if *verdict == Verdict::Surely {
                prop_assert!(is_owner || answers.contains(&Answer::Yes), "{} {} {}", who, action, resource);
            }
        }
    }
}
