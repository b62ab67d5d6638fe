//! Drawn accounts: the rows must lead to the decisions of the evaluator.
//!
//! The seeds are the same every time. `IAMWATCH_SEEDS=1000..50000` takes others, `IAMWATCH_SEEDS=17..18` one alone.

use std::collections::BTreeMap;

use super::{
    draws::{account, requests},
    language::{Account, Answer, Decision, Kind, Request},
    rows::state,
    trusting::Trust,
};
use crate::{Access, Pattern, Question, Verdict, huawei};

/// Principals outside of the account, where a trust policy names them.
const OUTSIDE: [&str; 8] = [
    "*",
    "other",
    "iam::other:root",
    "iam::other:user:x",
    "iam::third:root",
    "service.ECS",
    "iam::acc:samlProvider:login",
    "iam::acc:oidcProvider:builds",
];

/// Asks for exactly one request: a thing in its project and its enterprise project.
fn question(request: &Request) -> Question {
    let mut question = huawei::question(request.action, Some(&request.urn));
    let places = [("project", request.project), ("enterprise_project", request.enterprise_project)];
    for (name, id) in places {
        question.resource.0.insert(name.to_owned().into(), vec![Pattern::literal(id)]);
    }
    question
}

fn verdicts(access: &Access, request: &Request) -> BTreeMap<String, Verdict> {
    let answers = access.who_can(&question(request)).into_iter();
    answers.map(|answer| (answer.principal.step.id, answer.verdict)).collect()
}

/// Returns the decisions that differ, each as request, principal, what was found and what was expected; and how many
/// there were.
fn differences(account: &Account) -> (Vec<String>, usize) {
    let access = huawei::access(&state(account));
    let (mut differing, mut count) = (Vec::new(), 0);
    let outside: Vec<&str> = OUTSIDE.into_iter().filter(|id| access.principal_with(id).is_some()).collect();
    let trust = Trust::of(account, &outside);
    for request in requests() {
        let able = trust.agencies(&request);
        let found = verdicts(&access, &request);
        let mut compare = |id: &str, expected: Option<Verdict>| {
            count += 1;
            if found.get(id).copied() != expected {
                let found = found.get(id);
                differing.push(format!("{id} {}: found {found:?}, expected {expected:?}", request.action));
            }
        };
        for person in &account.people {
            let is_there = person.kind != Kind::Mapped || account.mapping == Some(true);
            let expected = match trust.decide(person, &request, &able) {
                _ if !is_there => None,
                Decision::NotAllowed => None,
                Decision::Denied => Some(Verdict::Denied),
                Decision::Depends => Some(Verdict::Conditional),
                Decision::Allowed => Some(Verdict::Surely),
            };
            compare(person.id, expected);
        }
        for id in &outside {
            let expected = match trust.decide_outside(id, &able) {
                Answer::No => None,
                Answer::Perhaps => Some(Verdict::Conditional),
                Answer::Yes => Some(Verdict::Surely),
            };
            compare(id, expected);
        }
    }
    (differing, count)
}

/// Returns the seeds to take.
pub(crate) fn seeds(usual: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let asked = std::env::var("IAMWATCH_SEEDS").ok();
    let range = asked.as_deref().and_then(|text| text.split_once(".."));
    range.map_or(usual, |(from, to)| from.parse().unwrap()..to.parse().unwrap())
}

#[test]
fn every_decision_about_a_drawn_account_is_that_of_the_documents() {
    let mut decisions = 0;
    for seed in seeds(0..400) {
        let account = account(seed);
        let (differing, count) = differences(&account);
        assert!(differing.is_empty(), "seed {seed}:\n{}\n{account:?}", differing.join("\n"));
        decisions += count;
    }
    assert!(decisions > 0);
}

/// What is drawn reaches every form that the documents know: else the comparison would say less than it seems to.
#[test]
fn the_drawn_accounts_have_every_answer_for_everybody() {
    let mut seen: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for account in (0..100).map(account) {
        let trust = Trust::of(&account, &OUTSIDE);
        for request in requests() {
            let able = trust.agencies(&request);
            for person in &account.people {
                let answer = match trust.decide(person, &request, &able) {
                    Decision::NotAllowed => "no",
                    Decision::Denied => "denied",
                    Decision::Depends => "depends",
                    Decision::Allowed => "yes",
                };
                *seen.entry((person.id.to_owned(), answer)).or_default() += 1;
            }
            for id in OUTSIDE {
                let answer = match trust.decide_outside(id, &able) {
                    Answer::No => "no",
                    Answer::Perhaps => "depends",
                    Answer::Yes => "yes",
                };
                *seen.entry((id.to_owned(), answer)).or_default() += 1;
            }
        }
    }
    for who in OUTSIDE.into_iter().chain(["u0", "u1", "a0", "a1"]) {
        for answer in ["no", "depends", "yes"] {
            assert!(seen.contains_key(&(who.to_owned(), answer)), "{who} never gets {answer}");
        }
    }
    for who in ["u0", "root", "a0", "old", "mapping/m/0"] {
        assert!(seen.contains_key(&(who.to_owned(), "denied")), "{who} is never denied");
    }
}
