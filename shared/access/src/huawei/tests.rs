//! Every decision against an evaluator that knows nothing of this crate: it follows the text of the policy language,
//! one request at a time.

mod differences;
mod draws;
mod ends;
mod gains;
mod generated;
mod language;
mod networks;
mod people;
mod rows;
mod scale;
mod scopes;
mod standing;
mod told;
mod trust;
mod trusting;

use model::{Rows, State, Table, tables::huawei as t};
use proptest::prelude::*;

use super::{access, question};
use crate::{
    Extent, Verdict,
    decide::{Answered, Preference},
};

const ACCOUNT: &str = "acc";
const SERVICES: [&str; 2] = ["iam", "obs"];
const TYPES: [&str; 2] = ["users", "bucket"];
const OPERATIONS: [&str; 3] = ["getv5", "gets", "put"];
const NAMES: [&str; 3] = ["r1", "r2", "x"];

/// A statement as somebody may write it.
#[derive(Debug, Clone)]
struct Written {
    deny: bool,
    actions: Vec<String>,
    not_action: bool,
    resources: Vec<String>,
    not_resource: bool,
    conditional: bool,
}

/// What a small account holds.
#[derive(Debug, Clone)]
struct Account {
    /// Statements of each policy, and whom it is attached to: user 0, user 1, the group.
    policies: Vec<(Vec<Written>, [bool; 3])>,
    /// Whether each user is in the group.
    members: [bool; 2],
    /// Service control policies of the root and of the account itself, when there is an organisation.
    bounds: Option<[Vec<Written>; 2]>,
}

/// Three values: yes, only if a condition holds, no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    No,
    Perhaps,
    Yes,
}

/// What the language says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    NotAllowed,
    Denied,
    Depends,
    Allowed,
}

/// `*` matches any run of characters, and nothing else is special here.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).any(|skip| rest.get(skip..).is_some_and(|rest| fits(tail, rest)))
        }),
    }
}

/// Part by part, as the language has it.
fn action_fits(pattern: &str, action: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (mut patterns, mut parts) = (pattern.split(':'), action.split(':'));
    (0..3).all(|_| match (patterns.next(), parts.next()) {
        (Some(pattern), Some(part)) => fits(&pattern.to_lowercase(), part),
        _ => true,
    })
}

fn resource_fits(pattern: &str, urn: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.splitn(5, ':'), urn.splitn(5, ':'));
    pattern == "*" || (0..5).all(|_| fits(patterns.next().unwrap_or("*"), parts.next().unwrap_or_default()))
}

impl Written {
    fn applies(&self, action: &str, urn: &str) -> Answer {
        let acts = self.actions.iter().any(|pattern| action_fits(pattern, action)) != self.not_action;
        let lies = self.resources.is_empty()
            || self.resources.iter().any(|pattern| resource_fits(pattern, urn)) != self.not_resource;
        match (acts && lies, self.conditional) {
            (false, _) => Answer::No,
            (true, true) => Answer::Perhaps,
            (true, false) => Answer::Yes,
        }
    }
}

fn strongest<'a>(written: impl Iterator<Item = &'a Written>, deny: bool, action: &str, urn: &str) -> Answer {
    written
        .filter(|statement| statement.deny == deny)
        .map(|statement| statement.applies(action, urn))
        .max()
        .unwrap_or(Answer::No)
}

impl Account {
    fn decide(&self, user: usize, action: &str, urn: &str) -> Decision {
        let holds = |attached: &[bool; 3]| attached[user] || (attached[2] && self.members[user]);
        let own: Vec<&Written> = self
            .policies
            .iter()
            .filter(|(_, attached)| holds(attached))
            .flat_map(|(written, _)| written)
            .collect();
        let allow = strongest(own.iter().copied(), false, action, urn);
        if allow == Answer::No {
            return Decision::NotAllowed;
        }
        let levels: Vec<&Vec<Written>> =
            self.bounds.iter().flatten().filter(|level| !level.is_empty()).collect();
        let outer = levels.iter().flat_map(|level| level.iter());
        let deny = strongest(own.iter().copied().chain(outer), true, action, urn);
        let bound = levels.iter().map(|level| strongest(level.iter(), false, action, urn)).min();
        if deny == Answer::Yes || bound == Some(Answer::No) {
            return Decision::Denied;
        }
        if allow == Answer::Yes && deny == Answer::No && bound.is_none_or(|bound| bound == Answer::Yes) {
            Decision::Allowed
        } else {
            Decision::Depends
        }
    }

    fn state(&self) -> State {
        let mut rows = Tables::default();
        rows.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", ACCOUNT));
        for user in ["u0", "u1"] {
            rows.add(&t::USERS, t::USERS.draft().set("user_id", user).set("name", user).set("enabled", true));
        }
        rows.add(&t::GROUPS, t::GROUPS.draft().set("group_id", "g").set("name", "g"));
        for (user, _) in ["u0", "u1"].into_iter().zip(self.members).filter(|(_, is_in)| *is_in) {
            rows.add(&t::GROUP_MEMBERS, t::GROUP_MEMBERS.draft().set("group_id", "g").set("user_id", user));
        }
        for (number, (written, attached)) in self.policies.iter().enumerate() {
            let id = format!("p{number}");
            rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", &id).set("name", &id));
            let version = t::POLICY_VERSIONS.draft().set("policy_id", &id).set("version_id", "v1");
            rows.add(&t::POLICY_VERSIONS, version.set("is_default", true));
            for ((kind, entity), _) in [("user", "u0"), ("user", "u1"), ("group", "g")]
                .into_iter()
                .zip(attached)
                .filter(|(_, is)| **is)
            {
                let draft = t::POLICY_ATTACHMENTS.draft().set("policy_id", &id);
                rows.add(&t::POLICY_ATTACHMENTS, draft.set("entity_type", kind).set("entity_id", entity));
            }
            let family =
                [&t::POLICY_STATEMENTS, &t::POLICY_ACTIONS, &t::POLICY_RESOURCES, &t::POLICY_CONDITIONS];
            rows.document(family, &[("policy_id", &id), ("version_id", "v1")], written);
        }
        for (level, entity) in self.bounds.iter().flatten().zip(["root", ACCOUNT]) {
            let parent = (entity == ACCOUNT).then_some("root");
            let draft = t::ORGANIZATION_ENTITIES.draft().set("id", entity).set("parent_id", parent);
            rows.add(&t::ORGANIZATION_ENTITIES, draft);
            let id = format!("scp-{entity}");
            rows.add(&t::SCPS, t::SCPS.draft().set("policy_id", &id).set("name", &id));
            rows.add(
                &t::SCP_ATTACHMENTS,
                t::SCP_ATTACHMENTS.draft().set("policy_id", &id).set("entity_id", entity),
            );
            let family = [&t::SCP_STATEMENTS, &t::SCP_ACTIONS, &t::SCP_RESOURCES, &t::SCP_CONDITIONS];
            rows.document(family, &[("policy_id", &id)], level);
        }
        rows.state()
    }
}

#[derive(Default)]
struct Tables(Vec<(&'static Table, model::Row)>);

impl Tables {
    fn add(&mut self, table: &'static Table, draft: model::Draft<'_>) {
        self.0.push((table, draft.row()));
    }

    fn document(&mut self, family: [&'static Table; 4], key: &[(&str, &str)], written: &[Written]) {
        for (place, statement) in written.iter().enumerate() {
            let place = place.to_string();
            let draft = |table: &'static Table| {
                let draft =
                    key.iter().fold(table.draft(), |draft, (column, value)| draft.set(column, *value));
                draft.set("statement", &place)
            };
            self.add(
                family[0],
                draft(family[0]).set("effect", if statement.deny { "Deny" } else { "Allow" }),
            );
            let lists = [
                (family[1], &statement.actions, statement.not_action),
                (family[2], &statement.resources, statement.not_resource),
            ];
            for (table, patterns, is_except) in lists {
                for (position, pattern) in patterns.iter().enumerate() {
                    let draft = draft(table).set("position", i64::try_from(position).unwrap());
                    self.add(table, draft.set("is_except", is_except).set("pattern", pattern));
                }
            }
            if statement.conditional {
                let draft = draft(family[3]).set("position", 0).set("operator", "Bool");
                self.add(family[3], draft.set("key", "g:MFAPresent").set("value", "true"));
            }
        }
    }

    fn state(self) -> State {
        let mut state = State::default();
        for table in model::tables::of_cloud(model::Cloud::Huawei) {
            let rows =
                self.0.iter().filter(|(of, _)| of.name == table.name).map(|(_, row)| row.clone()).collect();
            state.put(table, Rows::new(table, rows));
        }
        state
    }
}

fn part(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        3 => proptest::sample::select(words).prop_map(str::to_owned),
        2 => Just("*".to_owned()),
        1 => proptest::sample::select(words).prop_map(|word| format!("{}*", word.chars().next().unwrap())),
        1 => proptest::sample::select(words).prop_map(|word| format!("*{}", word.chars().last().unwrap())),
    ]
}

fn action_patterns() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (part(&SERVICES), part(&TYPES), part(&OPERATIONS)).prop_map(|(a, b, c)| format!("{a}:{b}:{c}")),
        1 => Just("*".to_owned()),
        1 => part(&SERVICES).prop_map(|service| format!("{service}:*")),
        1 => Just("IAM:Users:GetV5".to_owned()),
    ]
}

fn resource_patterns() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (part(&SERVICES), part(&TYPES), part(&NAMES)).prop_map(|(a, b, c)| format!("{a}:*:*:{b}:{c}")),
        1 => Just("*".to_owned()),
    ]
}

prop_compose! {
    fn statements()(
        deny in prop::bool::weighted(0.3),
        actions in prop::collection::vec(action_patterns(), 1..3),
        not_action in prop::bool::weighted(0.2),
        resources in prop::collection::vec(resource_patterns(), 0..3),
        not_resource in prop::bool::weighted(0.2),
        conditional in prop::bool::weighted(0.25),
    ) -> Written {
        Written { deny, actions, not_action, resources, not_resource, conditional }
    }
}

prop_compose! {
    fn accounts()(
        policies in prop::collection::vec((prop::collection::vec(statements(), 1..4), any::<[bool; 3]>()), 0..4),
        members in any::<[bool; 2]>(),
        bounds in prop::option::weighted(0.4, prop::array::uniform2(prop::collection::vec(statements(), 0..3))),
    ) -> Account {
        Account { policies, members, bounds }
    }
}

fn requests() -> Vec<(String, String)> {
    let mut requests = Vec::new();
    for service in SERVICES {
        for kind in TYPES {
            for operation in OPERATIONS {
                for name in NAMES {
                    requests.push((
                        format!("{service}:{kind}:{operation}"),
                        format!("{service}:eu:acc:{kind}:{name}"),
                    ));
                }
            }
        }
    }
    requests
}

fn verdict(access: &crate::Access, user: &str, action: &str, urn: &str) -> Option<(Verdict, Extent)> {
    let answers = access.who_can(&question(action, Some(urn)));
    let of_user = answers.into_iter().find(|answer| answer.principal.step.id == user);
    of_user.map(|answer| (answer.verdict, answer.extent))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_decision_is_that_of_the_language(account in accounts()) {
        let access = access(&account.state());
        for (action, urn) in requests() {
            for (number, user) in ["u0", "u1"].into_iter().enumerate() {
                let expected = match account.decide(number, &action, &urn) {
                    Decision::NotAllowed => None,
                    Decision::Denied => Some(Verdict::Denied),
                    Decision::Depends => Some(Verdict::Conditional),
                    Decision::Allowed => Some(Verdict::Surely),
                };
                let found = verdict(&access, user, &action, &urn).map(|(verdict, _)| verdict);
                prop_assert_eq!(found, expected, "{} {} {}", user, action, urn);
            }
        }
    }

    #[test]
    fn an_answer_to_a_question_with_wildcards_holds_for_the_requests_it_stands_for(
        account in accounts(),
        action in action_patterns(),
        urn in resource_patterns(),
    ) {
        let access = access(&account.state());
        for (number, user) in ["u0", "u1"].into_iter().enumerate() {
            let meant = requests().into_iter().filter(|(a, u)| action_fits(&action, a) && resource_fits(&urn, u));
            let decisions: Vec<Decision> = meant.map(|(a, u)| account.decide(number, &a, &u)).collect();
            match verdict(&access, user, &action, &urn) {
                None => prop_assert!(decisions.iter().all(|each| *each == Decision::NotAllowed)),
                Some((Verdict::Denied, _)) => {
                    prop_assert!(decisions.iter().all(|each| matches!(each, Decision::NotAllowed | Decision::Denied)));
                }
                Some((Verdict::Surely, Extent::Whole)) => {
                    prop_assert!(decisions.iter().all(|each| *each == Decision::Allowed), "{:?}", decisions);
                }
                Some(_) => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Actions that the same statements speak of share their answers; each must be the one that it has when it is asked alone.
    #[test]
    fn answers_that_are_shared_are_those_of_each_alone(account in accounts(), is_one in any::<bool>()) {
        let access = access(&account.state());
        let urn = is_one.then_some("iam:eu:acc:users:r1");
        for prefers in [Preference::Sure, Preference::Whole] {
            let mut shared = Answered::default();
            for (action, _) in requests() {
                let question = question(&action, urn);
                let together = access.who_was_given(&question, prefers, &mut shared);
                let alone = access.who_was_given(&question, prefers, &mut Answered::default());
                prop_assert_eq!(together, alone, "{}", action);
            }
        }
    }
}
