//! Who may take on an agency: the account that a classic one names, and whoever a trust policy lets in.
//!
//! A trust policy that names an account lets in those of it that may themselves assume the agency; one that names a
//! user or agency of the same account is enough by itself.

use std::collections::BTreeMap;

use model::{State, tables::huawei as t};

use super::{documents::Documents, question, step};
use crate::{Access, Effect, Pattern, Principal, Standing, Verdict};

const ASSUME: &str = "sts:agencies:assume";

pub(crate) fn add(access: &mut Access, state: &State) {
    let own = state
        .rows(&t::ACCOUNTS)
        .iter()
        .find_map(|row| t::ACCOUNTS.text(row, "account_id"))
        .unwrap_or_default();
    let documents = Documents::of_trust(state);
    let principals = principals(state);
    // Taken before anybody can become anybody, so that each step stands by itself.
    let mut found = Vec::new();
    for row in state.rows(&t::AGENCIES) {
        let text = |column| t::AGENCIES.text(row, column);
        let Some(agency) = text("agency_id") else { continue };
        let Some(to) = access.principal_with(agency) else { continue };
        let urn = text("urn").unwrap_or_default();
        if let Some(domain) = text("trust_domain_id") {
            let name = text("trust_domain_name");
            let is_service = name.is_some_and(|name| name.starts_with("op_svc_"));
            let from = outside(access, if is_service { "cloud service" } else { "account" }, domain, name);
            found.push((from, to, None));
        }
        for (place, statement) in documents.statements(&[agency]).iter().enumerate() {
            let lets_in = statement
                .actions
                .any_of
                .iter()
                .any(|action| action.overlaps(&Pattern::parse("sts:*:assume*")));
            if statement.effect != Effect::Allow || !lets_in {
                continue;
            }
            let denied = documents.statements(&[agency]).iter().any(|other| other.effect == Effect::Deny);
            let condition = statement
                .condition
                .clone()
                .or_else(|| denied.then(|| "the trust policy does not deny it".to_owned()));
            for (kind, pattern, is_except) in principals.get(&(agency, place)).into_iter().flatten().copied()
            {
                for (from, own_condition) in who(access, own, urn, kind, pattern, is_except) {
                    let condition = crate::access::both(condition.as_deref(), own_condition.as_deref());
                    found.push((from, to, condition));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found.retain(|(from, to, _)| from != to);
    for (from, to, condition) in found {
        access.assume(from, to, condition);
    }
}

/// Principals of trust policies, by agency and place of the statement: kind, pattern, and whether all but it is meant.
type Principals<'a> = BTreeMap<(&'a str, usize), Vec<(&'a str, &'a str, bool)>>;

fn principals(state: &State) -> Principals<'_> {
    let table = &t::TRUST_PRINCIPALS;
    let mut principals = Principals::new();
    for row in state.rows(table) {
        let place = table.cell(row, "statement").as_integer().and_then(|place| usize::try_from(place).ok());
        let text = |column| table.text(row, column);
        if let (Some(agency), Some(place), Some(kind), Some(pattern)) =
            (text("agency_id"), place, text("type"), text("pattern"))
        {
            let is_except = table.cell(row, "is_except").as_boolean().unwrap_or(false);
            principals.entry((agency, place)).or_default().push((kind, pattern, is_except));
        }
    }
    principals
}

/// Returns those that a principal of a trust policy stands for, each with what must hold.
fn who(
    access: &mut Access,
    own: &str,
    urn: &str,
    kind: &str,
    pattern: &str,
    is_except: bool,
) -> Vec<(usize, Option<String>)> {
    if is_except {
        let name = format!("anybody but {pattern}");
        return vec![(outside(access, "anybody", &name, Some(&name)), None)];
    }
    if kind.eq_ignore_ascii_case("service") {
        return vec![(outside(access, "cloud service", pattern, None), None)];
    }
    if kind.eq_ignore_ascii_case("identity_provider") {
        let name = format!("federated users of {pattern}");
        return vec![(outside(access, "identity provider", pattern, Some(&name)), None)];
    }
    if pattern == "*" {
        return vec![(outside(access, "anybody", "*", Some("anybody in any account")), None)];
    }
    let account = pattern.strip_prefix("iam::").and_then(|rest| rest.split(':').next()).unwrap_or(pattern);
    if account != own {
        return vec![(outside(access, "account", pattern, Some(&format!("account {account}"))), None)];
    }
    if pattern == own || pattern.ends_with(":root") {
        let able = access.who_can(&question(ASSUME, Some(urn)));
        return able
            .into_iter()
            .filter(|answer| answer.verdict != Verdict::Denied)
            .filter_map(|answer| Some((access.principal_with(&answer.principal.step.id)?, answer.condition)))
            .collect();
    }
    let name = pattern.rsplit(['/', ':']).next().unwrap_or(pattern);
    let kind = if pattern.contains(":agency:") { "agency" } else { "user" };
    let matching: Vec<usize> = access
        .principals()
        .iter()
        .enumerate()
        .filter(|(_, principal)| {
            principal.step.kind == kind && Pattern::parse(name).matches(&principal.step.name)
        })
        .map(|(number, _)| number)
        .collect();
    matching.into_iter().map(|number| (number, None)).collect()
}

fn outside(access: &mut Access, kind: &'static str, id: &str, name: Option<&str>) -> usize {
    let principal = Principal { step: step(kind, id, name), standing: Standing::Active, is_bounded: false };
    access.principal(principal)
}
