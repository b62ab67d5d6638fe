//! Who may take on an agency: the account that a classic one names, and whoever a trust policy lets in.
//!
//! A trust policy is evaluated as the language has it: a statement counts where its actions choose the way in and its
//! principals the one who comes, and a `Deny` among them wins. One that names an account lets in those of it that may
//! themselves assume the agency; one that names a user or agency of the same account is enough by itself, unless an
//! identity policy or the organisation denies that user or agency to assume.

mod principals;

use std::collections::BTreeMap;

use model::{State, Timestamp, tables::huawei as t};

use super::{documents::Documents, ends, question, step};
use crate::{
    Access, Choice, Effect, Extent, Pattern, Principal, Question, Standing, Statement, Verdict, access::both,
};
use principals::{Basis, Outsider, Own, Principals, Reach, principals};

const ASSUME: &str = "sts:agencies:assume";
/// What those do instead who were signed in by an identity provider.
const ASSUME_FEDERATED: [&str; 2] = ["sts:agencies:assumewithsaml", "sts:agencies:assumewithoidc"];
/// Beside a `*` that names everybody: documents do not say whether it lets in who has no policy to assume.
const STAR_ALONE: &str = "`*` in the trust policy is enough without a policy to assume";
/// Beside `NotPrincipal` that names the account of somebody.
const ACCOUNT_LEFT_OUT: &str = "leaving out an account does not leave out its users";
/// Beside a grant that reaches only a part of what assuming is asked on.
const PART: &str = "the grant to assume reaches this agency";

pub(super) fn add(access: &mut Access, state: &State, at: Timestamp) {
    let account = state
        .rows(&t::ACCOUNTS)
        .iter()
        .find_map(|row| t::ACCOUNTS.text(row, "account_id"))
        .unwrap_or_default();
    let documents = Documents::of_trust(state, at);
    let of_statements = principals(state);
    let own = Own::of(access, state, account);
    let nobody = Principals::default();
    let providers = ends::of_providers(state, at);
    // Taken before anybody can become anybody, so that each step stands by itself.
    let mut found = Vec::new();
    for row in state.rows(&t::AGENCIES) {
        let text = |column| t::AGENCIES.text(row, column);
        let Some(agency) = text("agency_id") else { continue };
        let Some(to) = access.principal_with(agency) else { continue };
        if access.ended_on(&[step("agency", agency, None)]).is_some() {
            continue;
        }
        if let Some(domain) = text("trust_domain_id") {
            let name = text("trust_domain_name");
            let is_service = name.is_some_and(|name| name.starts_with("op_svc_"));
            let from = outside(access, if is_service { "cloud service" } else { "account" }, domain, name);
            found.push((from, to, None));
        }
        let statements = documents.statements(&[agency]).iter().enumerate();
        let policy = TrustPolicy {
            statements: statements
                .map(|(place, each)| {
                    (&each.statement, of_statements.get(&(agency, place)).unwrap_or(&nobody))
                })
                .collect(),
            question: question(ASSUME, text("urn")),
            providers: &providers,
        };
        found.extend(policy.let_in(access, &own).into_iter().map(|(from, words)| (from, to, words)));
    }
    found.sort();
    found.dedup();
    found.retain(|(from, to, _)| from != to);
    for (from, to, condition) in found {
        access.assume(from, to, condition);
    }
}

/// The trust policy of one agency: its statements, each with the principals that it is about.
struct TrustPolicy<'a> {
    statements: Vec<(&'a Statement, &'a Principals<'a>)>,
    /// Whether somebody may assume the agency by policies of its own.
    question: Question,
    /// Providers whose metadata has ended, with what must hold for them to let somebody in.
    providers: &'a BTreeMap<&'a str, String>,
}

/// One who is let in: number of the principal, and what must hold.
type LetIn = (usize, Option<String>);

impl TrustPolicy<'_> {
    fn let_in(&self, access: &mut Access, own: &Own) -> Vec<LetIn> {
        let mut let_in = Vec::new();
        let mut able = None;
        let allows = self.statements.iter().filter(|(statement, _)| statement.effect == Effect::Allow);
        for (allow, principals) in allows {
            for outsider in principals.outsiders(own) {
                if let Some(words) = self.after_denies(allow, &outsider.pattern, outsider.is_federated()) {
                    let lasting = self.providers.get(outsider.id.as_str()).map(String::as_str);
                    let words = both(words.as_deref(), lasting);
                    let_in.push((outside_of(access, &outsider), words));
                }
            }
            if !chooses(&allow.actions, false) {
                continue;
            }
            let able = able.get_or_insert_with(|| self.able(access));
            let_in.extend(self.own(access, own, (allow, principals), able));
        }
        let_in
    }

    /// Returns the users and agencies of the account that a statement lets in.
    fn own(
        &self,
        access: &Access,
        own: &Own,
        (allow, principals): (&Statement, &Principals<'_>),
        able: &BTreeMap<usize, Option<String>>,
    ) -> Vec<LetIn> {
        let (mut let_in, mut alone) = (Vec::new(), Vec::new());
        for (number, urn) in &own.identities {
            let Some((basis, reach)) = principals.basis(urn) else { continue };
            let Some(mut words) = self.after_denies(allow, urn, false) else { continue };
            if reach == Reach::Part {
                words = both(words.as_deref(), Some(ACCOUNT_LEFT_OUT));
            }
            match (basis, able.get(number)) {
                (Basis::Account, None) => {}
                (Basis::Account | Basis::Anybody, Some(own)) => {
                    let_in.push((*number, both(words.as_deref(), own.as_deref())));
                }
                (Basis::Anybody, None) => alone.push((*number, both(words.as_deref(), Some(STAR_ALONE)))),
                (Basis::Itself, _) => alone.push((*number, words)),
            }
        }
        let_in.extend(self.unless_denied(access, alone));
        let_in
    }

    /// Returns what must hold for a statement to let somebody in, after all that denies; none if it does not.
    fn after_denies(&self, allow: &Statement, who: &Pattern, is_federated: bool) -> Option<Option<String>> {
        if !chooses(&allow.actions, is_federated) {
            return None;
        }
        let mut condition = allow.condition.clone();
        for (deny, principals) in self.statements.iter().filter(|(each, _)| each.effect == Effect::Deny) {
            if !chooses(&deny.actions, is_federated) {
                continue;
            }
            let words = match (principals.reach(who), &deny.condition) {
                (Reach::Nobody, _) => continue,
                (Reach::Whole, None) => return None,
                (Reach::Whole, Some(words)) => format!("unless {words}"),
                (Reach::Part, _) => "unless the trust policy denies it".to_owned(),
            };
            condition = both(condition.as_deref(), Some(&words));
        }
        Some(condition)
    }

    /// Returns who may assume the agency by policies of its own, with what must hold.
    fn able(&self, access: &Access) -> BTreeMap<usize, Option<String>> {
        let answers = access.who_can(&self.question);
        answers
            .into_iter()
            .filter(|answer| answer.verdict != Verdict::Denied)
            .filter_map(|answer| {
                let part = (answer.extent == Extent::Part).then_some(PART);
                let number = access.principal_with(&answer.principal.step.id)?;
                Some((number, both(answer.condition.as_deref(), part)))
            })
            .collect()
    }

    /// Leaves out those to whom an identity policy or the organisation denies it.
    fn unless_denied(&self, access: &Access, named: Vec<LetIn>) -> Vec<LetIn> {
        let numbers: Vec<usize> = named.iter().map(|(number, _)| *number).collect();
        let left = access.left_by_denies(&self.question, &numbers);
        let pairs = named.into_iter().zip(left);
        pairs
            .filter_map(|((number, words), left)| Some((number, both(words.as_deref(), left?.as_deref()))))
            .collect()
    }
}

/// Says whether actions choose a way to assume an agency.
fn chooses(actions: &Choice<Pattern>, is_federated: bool) -> bool {
    let ways: &[&str] = if is_federated { &ASSUME_FEDERATED } else { &[ASSUME] };
    ways.iter().any(|way| actions.extent(&Pattern::literal(way)) != Extent::None)
}

fn outside_of(access: &mut Access, outsider: &Outsider) -> usize {
    outside(access, outsider.kind, &outsider.id, outsider.name.as_deref())
}

fn outside(access: &mut Access, kind: &'static str, id: &str, name: Option<&str>) -> usize {
    let principal = Principal { step: step(kind, id, name), standing: Standing::Active, is_bounded: false };
    access.principal(principal)
}
