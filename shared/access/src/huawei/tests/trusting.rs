//! What the documents of Huawei Cloud say of who may assume an agency, and of what that gives.

use std::collections::BTreeMap;

use super::language::{
    ASSUME, Account,
    Answer::{self, No, Perhaps, Yes},
    Decision, Person, Request, Statement,
};

/// Somebody who comes: a principal of the account, users of other accounts, a service, or federated users.
#[derive(Debug, Clone)]
enum Comer<'a> {
    Own(&'a Person),
    Foreign(Vec<&'static str>),
    Service(&'static str),
    Provider(&'static str),
}

/// The principals of other accounts that there are.
const FOREIGN: [&str; 5] =
    ["iam::other:root", "iam::other:user:x", "iam::other:user:y", "iam::third:root", "iam::third:user:z"];

/// How a principal is let in by a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Basis {
    Account,
    Anybody,
    Itself,
}

/// How one principal of a trust policy means somebody with a URN, if it does.
fn is_meant_by(urn: &str, text: &str) -> Option<Basis> {
    let account = urn.trim_start_matches("iam::").split(':').next().unwrap_or_default();
    let root = format!("iam::{account}:root");
    let session = format!("sts::{account}:assumed-agency:");
    let of_session = text.strip_prefix(&session).and_then(|rest| rest.split('/').next());
    let is_session = of_session.is_some_and(|agency| urn == format!("iam::{account}:agency:{agency}"));
    match text {
        "*" => Some(Basis::Anybody),
        _ if text == urn || is_session || (urn == root && text == account) => Some(Basis::Itself),
        _ => (text == account || text == root).then_some(Basis::Account),
    }
}

/// How the principals of a statement mean somebody with a URN, and how sure that is.
fn is_meant(urn: &str, statement: &Statement) -> Option<(Basis, Answer)> {
    let texts = statement.principals.iter().filter(|(kind, _)| *kind == "IAM");
    let named = texts.filter_map(|(_, text)| is_meant_by(urn, text)).max();
    if !statement.not_principal {
        return named.map(|basis| (basis, Yes));
    }
    match named {
        None => Some((Basis::Anybody, Yes)),
        // Nothing says that to leave an account out leaves its users out.
        Some(Basis::Account) => Some((Basis::Anybody, Perhaps)),
        Some(_) => None,
    }
}

impl Comer<'_> {
    /// The actions by which it comes.
    fn ways(&self) -> &'static [&'static str] {
        match self {
            Self::Provider(urn) if urn.contains(":samlProvider:") => &["sts:agencies:assumeWithSAML"],
            Self::Provider(_) => &["sts:agencies:assumeWithOIDC"],
            _ => &[ASSUME],
        }
    }

    const fn person(&self) -> Option<&Person> {
        match self {
            Self::Own(person) => Some(person),
            _ => None,
        }
    }

    /// How a statement means each of those who come.
    fn meanings(&self, statement: &Statement) -> Vec<Option<(Basis, Answer)>> {
        let is_named = |kind, text| statement.principals.contains(&(kind, text));
        let named = |kind, text| match (is_named(kind, text), statement.not_principal) {
            (true, _) => Some((Basis::Itself, Yes)),
            // No document says whether all but some accounts are services and providers, too.
            (false, true) => Some((Basis::Anybody, Perhaps)),
            (false, false) => None,
        };
        match self {
            Self::Own(person) => vec![is_meant(&person.urn(), statement)],
            Self::Foreign(urns) => urns.iter().map(|urn| is_meant(urn, statement)).collect(),
            Self::Service(text) => vec![named("Service", *text)],
            Self::Provider(text) => vec![named("Identity_provider", *text)],
        }
    }
}

/// Who can assume which agency.
pub(super) struct Trust<'a> {
    account: &'a Account,
    edges: BTreeMap<(&'static str, &'static str), Answer>,
}

impl<'a> Trust<'a> {
    /// Finds out who of the account, and who of some principals outside of it, can assume whom.
    pub(super) fn of(account: &'a Account, outside: &[&'static str]) -> Self {
        let own = account.people.iter().map(|person| (person.id, Comer::Own(person)));
        let comers: Vec<(&'static str, Comer<'_>)> =
            own.chain(outside.iter().map(|id| (*id, outsiders(id)))).collect();
        let mut edges = BTreeMap::new();
        for (agency, statements) in &account.trust {
            let to = account.people.iter().find(|person| person.id == *agency).expect("a known agency");
            // Of those outside, a policy is asked about those it names: others are told with whoever it names.
            let is_asked = |id: &str, comer: &Comer<'_>| {
                let allows = || statements.iter().filter(|each| !each.deny && !each.not_principal);
                matches!(comer, Comer::Own(_))
                    || allows().any(|each| each.principals.iter().any(|(_, text)| *text == id))
            };
            for (id, comer) in comers.iter().filter(|(id, comer)| id != agency && is_asked(id, comer)) {
                let ways = comer.ways().iter().map(|way| by_way(account, comer, to, statements, way));
                edges.insert((*id, *agency), ways.max().unwrap_or(No));
            }
        }
        Self { account, edges }
    }

    /// What each agency may do, by itself and as others that it can assume.
    pub(super) fn agencies(&self, request: &Request) -> BTreeMap<&'static str, Answer> {
        let own = |id: &str| {
            let person = self.account.people.iter().find(|person| person.id == id).expect("a known agency");
            match self.account.by_itself(person, request) {
                Decision::Allowed => Yes,
                Decision::Depends => Perhaps,
                Decision::NotAllowed | Decision::Denied => No,
            }
        };
        let mut able: BTreeMap<&'static str, Answer> =
            self.account.trust.iter().map(|(id, _)| (*id, own(id))).collect();
        for _ in 0..able.len() {
            let known = able.clone();
            for (agency, answer) in &mut able {
                *answer = (*answer).max(self.as_agency(agency, &known));
            }
        }
        able
    }

    /// What somebody may do as an agency that it can assume.
    fn as_agency(&self, id: &str, able: &BTreeMap<&'static str, Answer>) -> Answer {
        let edges = self.edges.iter().filter(|((from, _), _)| *from == id);
        edges.map(|((_, to), edge)| able[to].min(*edge)).max().unwrap_or(No)
    }

    /// What somebody of the account may do, by itself or as an agency.
    pub(super) fn decide(
        &self,
        person: &Person,
        request: &Request,
        able: &BTreeMap<&'static str, Answer>,
    ) -> Decision {
        match (self.account.by_itself(person, request), self.as_agency(person.id, able)) {
            (Decision::Allowed, _) | (_, Yes) => Decision::Allowed,
            (Decision::Depends, _) | (_, Perhaps) => Decision::Depends,
            (own, No) => own,
        }
    }

    /// What those may do that a principal outside of the account stands for, all of them.
    pub(super) fn decide_outside(&self, id: &str, able: &BTreeMap<&'static str, Answer>) -> Answer {
        self.as_agency(id, able)
    }
}

fn outsiders(id: &'static str) -> Comer<'static> {
    if id.starts_with("service.") {
        return Comer::Service(id);
    }
    if id.contains("Provider:") {
        return Comer::Provider(id);
    }
    let account = id.trim_start_matches("iam::").trim_end_matches(":root");
    let is_of_it = |urn: &&str| id == "*" || **urn == *id || urn.starts_with(&format!("iam::{account}:"));
    Comer::Foreign(FOREIGN.into_iter().filter(is_of_it).collect())
}

fn by_way(
    account: &Account,
    comer: &Comer<'_>,
    agency: &Person,
    statements: &[Statement],
    way: &str,
) -> Answer {
    let person = comer.person();
    let mut left = Yes;
    let speaking = |deny: bool| statements.iter().filter(move |each| each.deny == deny && each.chooses(way));
    for deny in speaking(true) {
        let each = comer.meanings(deny).into_iter().map(|meant| meant.map_or(No, |(_, answer)| answer));
        let (least, most) = each.fold((Yes, No), |(least, most), each| (least.min(each), most.max(each)));
        // Of some only: then it hangs on who of them comes.
        let meant = if least == most { least } else { Perhaps };
        left = left.min(match meant.min(deny.holds(person)) {
            Yes => No,
            Perhaps => Perhaps,
            No => Yes,
        });
    }
    let allows = speaking(false).map(|allow| {
        let each = comer.meanings(allow).into_iter().map(|meant| {
            meant.map_or(No, |(basis, answer)| answer.min(is_enough(account, person, basis, agency)))
        });
        each.min().unwrap_or(No).min(allow.holds(person))
    });
    left.min(allows.max().unwrap_or(No))
}

/// Whether to be meant in this way is enough without, or with, policies of one's own. What those of other accounts hold
/// there is not known here, and not asked.
fn is_enough(account: &Account, person: Option<&Person>, basis: Basis, agency: &Person) -> Answer {
    let Some(person) = person else { return Yes };
    let request = Request { action: ASSUME, urn: agency.urn(), project: "", enterprise_project: "" };
    let by_policies = match account.by_itself(person, &request) {
        Decision::Allowed => Yes,
        Decision::Depends => Perhaps,
        Decision::NotAllowed | Decision::Denied => No,
    };
    match basis {
        Basis::Itself => account.left(person, &request),
        Basis::Account => by_policies,
        Basis::Anybody => by_policies.max(account.left(person, &request).min(Perhaps)),
    }
}
