//! Who may take on an agency: the account that a classic one names, and whoever a trust policy lets in.
//!
//! A trust policy is evaluated as the language has it: a statement counts where its actions choose the way in and its
//! principals the one who comes, and a `Deny` among them wins. One that names an account lets in those of it that may
//! themselves assume the agency; one that names a user or agency of the same account is enough by itself, unless an
//! identity policy or the organisation denies that user or agency to assume.

mod principals;

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use rustc_hash::FxHashMap;

use model::{Row, State, Timestamp, tables::huawei as t};

use super::{
    documents::Documents,
    ends,
    people::{Condition, People},
    step,
};
use crate::{
    Access, Choice, Effect, Extent, Holders, Pattern, Principal, Resource, Standing, Statement,
    access::both,
    assumptions::Assumer,
    decide::asking::{Ability, ActionSignature, AskedQuestion, Asking},
};
use principals::{Basis, Outsider, Own, Principals, TrustReach, principals};

const ASSUME: &str = "sts:agencies:assume";
/// What those do instead who were signed in by an identity provider, each with what the URN of the provider has in it.
const ASSUME_FEDERATED: [(&str, &str); 2] =
    [(":samlprovider:", "sts:agencies:assumewithsaml"), (":oidcprovider:", "sts:agencies:assumewithoidc")];
/// Beside a `*` that names everybody: documents do not say whether it lets in who has no policy to assume.
const STAR_ALONE: &str = "`*` in the trust policy is enough without a policy to assume";
/// Beside `NotPrincipal` that names the account of somebody.
const ACCOUNT_LEFT_OUT: &str = "leaving out an account does not leave out its users";
/// Beside `NotPrincipal`, of a service or an identity provider.
const NO_ACCOUNT: &str = "all but some accounts means services and identity providers, too";
/// Beside a grant that reaches only a part of what assuming is asked on.
const PART: &str = "the grant to assume reaches this agency";

pub(super) fn add(access: &mut Access, state: &State, people: &People<'_>, at: Timestamp) {
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
    let mut trusting = Vec::new();
    for row in state.rows(&t::AGENCIES) {
        let text = |column| t::AGENCIES.text(row, column);
        let Some(agency) = text("agency_id") else { continue };
        let Some(to) = access.principal_with(agency) else { continue };
        if access.ended_on(&[step("agency", agency, None)]).is_some() {
            continue;
        }
        let rules = documents.statements(&[agency]).iter().map(|each| TrustStatement {
            written: &each.statement,
            conditions: &each.conditions,
            decided: each.decided(people),
            principals: of_statements.get(&(agency, each.step.id.as_str())).unwrap_or(&nobody),
        });
        let policy = TrustPolicy { rules: rules.collect(), urn: text("urn"), providers: &providers };
        trusting.push((row, to, policy));
    }
    // Taken before anybody can become anybody, so that each step stands by itself.
    let found = insiders(access, &own, &trusting);
    for (row, to, policy) in &trusting {
        let text = |column| t::AGENCIES.text(row, column);
        let mut outsiders = policy.outsiders(access, &own);
        if let Some(domain) = text("trust_domain_id") {
            let name = text("trust_domain_name");
            let is_service = name.is_some_and(|name| name.starts_with("op_svc_"));
            let from = outside(access, if is_service { "cloud service" } else { "account" }, domain, name);
            outsiders.push((from, None));
        }
        let list = access.list_assumers(assumers(outsiders));
        access.trust(*to, list);
    }
    let mut lists: FxHashMap<*const Vec<LetIn>, usize> = FxHashMap::default();
    for (to, let_in) in found.iter().flat_map(|(to, all)| all.iter().map(move |let_in| (to, let_in))) {
        let list = || access.list_assumers(assumers(let_in.to_vec()));
        let list = *lists.entry(Rc::as_ptr(let_in)).or_insert_with(list);
        access.trust(*to, list);
    }
}

fn assumers(let_in: Vec<LetIn>) -> Vec<Assumer> {
    let_in.into_iter().map(|(from, condition)| Assumer { from, condition }).collect()
}

/// Returns who of the account is let in by each agency: the statements that speak of assuming are looked for once, and agencies
/// that are trusted alike are asked of once. Where some statements name one of them, only whoever holds these is asked again.
fn insiders(
    access: &Access,
    own: &Own,
    trusting: &[(&Row, usize, TrustPolicy<'_>)],
) -> Vec<(usize, Vec<LetInAlike>)> {
    let mut asking = None;
    let mut found = Vec::new();
    let mut able_of: FxHashMap<Rc<ActionSignature>, Rc<Able>> = FxHashMap::default();
    let mut known: FxHashMap<Alike<'_>, LetInAlike> = FxHashMap::default();
    let mut of_all_able = AllAble::default();
    for (_, to, policy) in trusting.iter().filter(|(_, _, policy)| policy.allows().next().is_some()) {
        let asking = asking.get_or_insert_with(|| Asking::new(access, super::action(ASSUME), "path"));
        let question = asking.question(policy.urn.map_or_else(Resource::any, super::resource));
        let signature = Rc::new(asking.signature(&question));
        let key = (policy.rules.iter().map(TrustStatement::text).collect(), Rc::clone(&signature));
        let alike = known.entry(key).or_insert_with(|| {
            let mut asked = asking.ask_of_all_alike(&question);
            let able = || Rc::new(able_to_assume(&mut asked, None));
            let able =
                policy.is_about_able().then(|| Rc::clone(able_of.entry(signature).or_insert_with(able)));
            let able = able.unwrap_or_default();
            match policy.words_for_all_able(own) {
                Some(words) => of_all_able.list(own, &able, words),
                None => Rc::new(policy.insiders(asked, own, &able, None)),
            }
        });
        let holders = asking.holders_of_named(&question);
        let let_in = match holders.is_empty() {
            true => vec![Rc::clone(alike)],
            false => {
                let mut asked = asking.ask(&question);
                let able = policy.is_about_able().then(|| able_to_assume(&mut asked, Some(&holders)));
                let again = policy.insiders(asked, own, &able.unwrap_or_default(), Some(&holders));
                beside(alike, again, &holders)
            }
        };
        found.push((*to, let_in));
    }
    found
}

/// Returns who is let in where some were asked again: all that are alike stay one list, unless one of these came out otherwise.
fn beside(alike: &LetInAlike, again: Vec<LetIn>, holders: &BTreeSet<usize>) -> Vec<LetInAlike> {
    let (known, others): (Vec<&LetIn>, Vec<&LetIn>) =
        alike.iter().partition(|(from, _)| holders.contains(from));
    if known.iter().all(|let_in| again.contains(let_in)) {
        let only = again.into_iter().filter(|let_in| !known.contains(&let_in)).collect();
        return vec![Rc::clone(alike), Rc::new(only)];
    }
    vec![Rc::new(others.into_iter().cloned().chain(again).collect())]
}

/// The lists of all who may assume by policies of their own, by these and by what must hold besides: most trust policies name the
/// account, and let in the same.
#[derive(Default)]
struct AllAble(FxHashMap<AbleIf, (Rc<Able>, LetInAlike)>);

/// Those who may assume by policies of their own, as one list in memory, and what must hold besides.
type AbleIf = (*const Able, Option<String>);

impl AllAble {
    fn list(&mut self, own: &Own, able: &Rc<Able>, words: Option<String>) -> LetInAlike {
        let listed = |words: Option<&str>| {
            let able = able.iter().filter(|(number, _)| own.urn(**number).is_some());
            able.map(|(number, mine)| (*number, both(words, mine.as_deref()))).collect()
        };
        let (_, list) = self.0.entry((Rc::as_ptr(able), words)).or_insert_with_key(|(_, words)| {
            // Kept beside the list, so that no other takes its place in memory.
            (Rc::clone(able), Rc::new(listed(words.as_deref())))
        });
        Rc::clone(list)
    }
}

/// What agencies have in common that are trusted alike: what their trust policies say, and what policies say of all of them.
type Alike<'a> = (Vec<RuleText<'a>>, Rc<ActionSignature>);

/// Who may assume an agency by policies of its own, by number, with what must hold.
type Able = BTreeMap<usize, Option<String>>;

/// What one statement of a trust policy says, and of whom.
type RuleText<'a> = (&'a Statement, &'a [Condition], &'a Principals<'a>);

/// One statement of a trust policy.
struct TrustStatement<'a> {
    written: &'a Statement,
    /// What it asks, one by one.
    conditions: &'a [Condition],
    /// The statement as it counts for users and agencies of the account: what it asks of them is decided.
    decided: Vec<(Statement, Holders)>,
    /// Whom it is about.
    principals: &'a Principals<'a>,
}

impl TrustStatement<'_> {
    /// Returns all that it says: two that say the same count for the same people.
    const fn text(&self) -> RuleText<'_> {
        (self.written, self.conditions, self.principals)
    }

    /// Returns the statement as it counts for somebody, by number; without one, for those outside of the account.
    fn counts_for(&self, who: Option<usize>) -> Option<&Statement> {
        let Some(who) = who else { return Some(self.written) };
        self.decided.iter().find(|(_, holders)| holders.contain(who)).map(|(statement, _)| statement)
    }
}

/// The trust policy of one agency: its statements, each with the principals that it is about.
struct TrustPolicy<'a> {
    rules: Vec<TrustStatement<'a>>,
    /// What policies name the agency by.
    urn: Option<&'a str>,
    /// Providers whose metadata has ended, with what must hold for them to let somebody in.
    providers: &'a BTreeMap<&'a str, String>,
}

/// One who is let in: number of the principal, and what must hold.
type LetIn = (usize, Option<String>);

/// Those who are let in by all agencies that are trusted alike.
type LetInAlike = Rc<Vec<LetIn>>;

/// Somebody who comes: as what statements are compared with, by which action, and which of the account's own.
#[derive(Clone, Copy)]
struct Comer<'a> {
    pattern: &'a Pattern,
    way: &'a str,
    number: Option<usize>,
}

impl TrustPolicy<'_> {
    /// Returns the statements by which somebody of the account may be let in.
    fn allows(&self) -> impl Iterator<Item = &TrustStatement<'_>> {
        self.of(Effect::Allow).filter(|allow| chooses(&allow.written.actions, ASSUME))
    }

    /// Returns whether it matters to whom of the account its own policies allow to assume the agency.
    fn is_about_able(&self) -> bool {
        self.allows().any(|allow| allow.principals.is_about_able())
    }

    /// Returns what must hold beside their own policies for those of the account to be let in, where these are just those who may
    /// assume by these policies, and the same must hold for all.
    fn words_for_all_able(&self, own: &Own) -> Option<Option<String>> {
        let mut allows = self.allows();
        let (allow, None) = (allows.next()?, allows.next()) else { return None };
        let (statement, Holders::All) = allow.decided.first()? else { return None };
        let is_alike = allow.principals.is_account_alone(own)
            && chooses(&statement.actions, ASSUME)
            && self.of(Effect::Deny).next().is_none();
        is_alike.then(|| statement.condition.clone())
    }

    /// Returns the users and agencies of the account that are let in; of some only, where these are given.
    fn insiders(
        &self,
        mut asked: AskedQuestion<'_>,
        own: &Own,
        able: &Able,
        among: Option<&BTreeSet<usize>>,
    ) -> Vec<LetIn> {
        self.allows().flat_map(|allow| self.own(&mut asked, own, allow, (able, among))).collect()
    }

    fn of(&self, effect: Effect) -> impl Iterator<Item = &TrustStatement<'_>> {
        self.rules.iter().filter(move |rule| rule.written.effect == effect)
    }

    /// Returns those outside of the account who are let in: each that some statement names, by all that mean it.
    fn outsiders(&self, access: &mut Access, own: &Own) -> Vec<LetIn> {
        let mut outsiders: BTreeMap<String, Outsider> = BTreeMap::new();
        for allow in self.of(Effect::Allow) {
            let named = allow.principals.outsiders(own).into_iter();
            outsiders.extend(named.map(|outsider| (outsider.id.clone(), outsider)));
        }
        let mut let_in = Vec::new();
        for outsider in outsiders.values() {
            for allow in self.of(Effect::Allow) {
                let meant = allow.principals.outsiders(own).contains(outsider);
                let reach = || allow.principals.reach_outside(&outsider.pattern, own);
                let reach = if meant { TrustReach::Whole } else { reach() };
                let unsure = match reach {
                    TrustReach::Whole => None,
                    TrustReach::Part if !outsider.has_account() => Some(NO_ACCOUNT),
                    TrustReach::Part if outsider.pattern.is_literal() => Some(ACCOUNT_LEFT_OUT),
                    TrustReach::Part | TrustReach::Nobody => continue,
                };
                for way in ways(outsider) {
                    let comer = Comer { pattern: &outsider.pattern, way, number: None };
                    if let Some(words) = self.after_denies(allow, comer, own) {
                        let words = both(words.as_deref(), unsure);
                        let lasting = self.providers.get(outsider.id.as_str()).map(String::as_str);
                        let_in.push((outside_of(access, outsider), both(words.as_deref(), lasting)));
                    }
                }
            }
        }
        let_in
    }

    /// Returns the users and agencies of the account that a statement lets in.
    fn own(
        &self,
        asked: &mut AskedQuestion<'_>,
        own: &Own,
        allow: &TrustStatement<'_>,
        (able, among): (&Able, Option<&BTreeSet<usize>>),
    ) -> Vec<LetIn> {
        let (mut let_in, mut alone) = (Vec::new(), Vec::new());
        let mut candidates = allow.principals.candidates(own, able.keys().copied());
        candidates.retain(|number| among.is_none_or(|among| among.contains(number)));
        for number in candidates {
            let Some(urn) = own.urn(number) else { continue };
            let Some((basis, reach)) = allow.principals.basis(urn) else { continue };
            let comer = Comer { pattern: urn, way: ASSUME, number: Some(number) };
            let Some(mut words) = self.after_denies(allow, comer, own) else { continue };
            if reach == TrustReach::Part {
                words = both(words.as_deref(), Some(ACCOUNT_LEFT_OUT));
            }
            match (basis, able.get(&number)) {
                (Basis::Account, None) => {}
                (Basis::Account | Basis::Anybody, Some(own)) => {
                    let_in.push((number, both(words.as_deref(), own.as_deref())));
                }
                (Basis::Anybody, None) => alone.push((number, both(words.as_deref(), Some(STAR_ALONE)))),
                (Basis::Itself, _) => alone.push((number, words)),
            }
        }
        // Those to whom an identity policy or the organisation denies it are left out.
        let_in.extend(alone.into_iter().filter_map(|(number, words)| {
            let left = asked.left_by_denies(number)?;
            Some((number, both(words.as_deref(), left.as_deref())))
        }));
        let_in
    }

    /// Returns what must hold for a statement to let somebody in, after all that denies; none if it does not.
    fn after_denies(&self, allow: &TrustStatement<'_>, who: Comer<'_>, own: &Own) -> Option<Option<String>> {
        let allow = allow.counts_for(who.number).filter(|allow| chooses(&allow.actions, who.way))?;
        let mut condition = allow.condition.clone();
        for rule in self.of(Effect::Deny) {
            let Some(deny) = rule.counts_for(who.number).filter(|deny| chooses(&deny.actions, who.way))
            else {
                continue;
            };
            let reach = match who.number {
                Some(_) => rule.principals.reach(who.pattern),
                None => rule.principals.reach_outside(who.pattern, own),
            };
            let words = match (reach, &deny.condition) {
                (TrustReach::Nobody, _) => continue,
                (TrustReach::Whole, None) => return None,
                (TrustReach::Whole, Some(words)) => format!("unless {words}"),
                (TrustReach::Part, _) => "unless the trust policy denies it".to_owned(),
            };
            condition = both(condition.as_deref(), Some(&words));
        }
        Some(condition)
    }
}

/// Returns who may assume an agency by policies of its own, with what must hold; of some only, where these are given.
fn able_to_assume(
    asked: &mut AskedQuestion<'_>,
    among: Option<&BTreeSet<usize>>,
) -> BTreeMap<usize, Option<String>> {
    let able = asked.able(among).into_iter();
    able.map(|(number, Ability { extent, condition })| {
        let part = (extent == Extent::Part).then_some(PART);
        (number, both(condition.as_deref(), part))
    })
    .collect()
}

/// Returns the actions by which somebody outside of the account comes. Of a provider whose kind its URN does not say,
/// either may be meant.
fn ways(outsider: &Outsider) -> Vec<&'static str> {
    if !outsider.is_federated() {
        return vec![ASSUME];
    }
    let urn = outsider.id.to_lowercase();
    let of_kind = ASSUME_FEDERATED.iter().filter(|(kind, _)| urn.contains(kind));
    let ways: Vec<&str> = of_kind.map(|(_, way)| *way).collect();
    if ways.is_empty() { ASSUME_FEDERATED.map(|(_, way)| way).into() } else { ways }
}

/// Returns whether actions choose a way to assume an agency.
fn chooses(actions: &Choice<Pattern>, way: &str) -> bool {
    actions.extent(&Pattern::literal(way)) != Extent::None
}

fn outside_of(access: &mut Access, outsider: &Outsider) -> usize {
    outside(access, outsider.kind, &outsider.id, outsider.name.as_deref())
}

fn outside(access: &mut Access, kind: &'static str, id: &str, name: Option<&str>) -> usize {
    let principal = Principal { step: step(kind, id, name), standing: Standing::Active, is_bounded: false };
    access.principal(principal)
}
