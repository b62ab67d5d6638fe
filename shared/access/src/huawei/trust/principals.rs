//! Principals of trust policies: whom `Principal` and `NotPrincipal` stand for.
//!
//! All of them are compared as one kind of text: an account as everybody of it, `iam::<account>:*`; a user or agency as
//! its URN; services and identity providers behind names of their own, which no account covers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{Row, STATEMENT, State, Table, tables::huawei as t};

use crate::{Access, Pattern};

/// How much of somebody a statement speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TrustReach {
    /// It speaks of none of them.
    Nobody,
    /// Some of those that are meant, or perhaps.
    Part,
    /// It speaks of all of them.
    Whole,
}

/// One principal as a trust policy writes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Named<'a> {
    /// As it is written.
    pub(super) text: &'a str,
    kind: PrincipalKind,
    pattern: Pattern,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum PrincipalKind {
    /// Everybody there is, written `*`.
    Anybody,
    /// An account, and by it those of its principals that may assume.
    Account,
    /// A user or an agency.
    Identity,
    Service,
    IdentityProvider,
}

/// Whom one statement of a trust policy is about.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Principals<'a> {
    named: Vec<Named<'a>>,
    excepted: Vec<Named<'a>>,
}

/// Why a principal of the account is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// Its account is named: it needs a policy to assume.
    Account,
    /// `*` is named, or all but others: whether that is enough by itself is not known.
    Anybody,
    /// It is named itself.
    Itself,
}

/// Somebody outside of the account, as a principal of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outsider {
    /// The kind of principal.
    pub(super) kind: &'static str,
    /// What tells it from others.
    pub(super) id: String,
    /// How it is called.
    pub(super) name: Option<String>,
    /// What statements are compared with.
    pub(super) pattern: Pattern,
}

impl Outsider {
    /// Returns whether it comes by way of an identity provider.
    pub(super) fn is_federated(&self) -> bool {
        self.kind == "identity provider"
    }

    /// Returns whether it belongs to some account, as services and identity providers do not.
    pub(super) fn has_account(&self) -> bool {
        !matches!(self.kind, "identity provider" | "cloud service")
    }
}

/// The users and agencies of the account, each with its URN as a pattern; and federated users, who have none and are
/// meant with the account.
pub(super) struct Own {
    account: String,
    /// The URN of each, by number.
    identities: BTreeMap<usize, Pattern>,
    by_urn: HashMap<Pattern, Vec<usize>>,
    /// What naming the account means.
    everybody: Pattern,
    /// Whether each of them is meant by that.
    are_all_meant: bool,
}

impl Own {
    pub(super) fn of(access: &Access, state: &State, account: &str) -> Self {
        let mut urns: BTreeMap<&str, &str> = BTreeMap::new();
        for (table, column) in [(&t::USERS, "user_id"), (&t::AGENCIES, "agency_id")] {
            let urn = |row| Some((table.text(row, column)?, table.text(row, "urn")?));
            urns.extend(state.rows(table).iter().filter_map(urn));
        }
        let identity = |(number, principal): (usize, &crate::Principal)| {
            let step = &principal.step;
            if !matches!(step.kind, "user" | "agency" | "mapping") {
                return None;
            }
            let named = || format!("iam::{account}:{}:{}", step.kind, step.name);
            let urn = urns.get(step.id.as_str()).map_or_else(named, |urn| (*urn).to_owned());
            Some((number, Pattern::literal(&urn)))
        };
        let identities: BTreeMap<usize, Pattern> =
            access.principals().iter().enumerate().filter_map(identity).collect();
        let mut by_urn: HashMap<Pattern, Vec<usize>> = HashMap::new();
        for (number, urn) in &identities {
            by_urn.entry(urn.clone()).or_default().push(*number);
        }
        let everybody = Pattern::parse(&format!("iam::{account}:*"));
        let are_all_meant = identities.values().all(|urn| everybody.covers(urn));
        Self { account: account.to_owned(), identities, by_urn, everybody, are_all_meant }
    }

    /// Returns the URN of a user or agency of the account.
    pub(super) fn urn(&self, number: usize) -> Option<&Pattern> {
        self.identities.get(&number)
    }
}

impl<'a> Named<'a> {
    fn parse(kind: &str, text: &'a str) -> Self {
        let named = |kind, pattern: &str| Self { text, kind, pattern: Pattern::parse(pattern) };
        if kind.eq_ignore_ascii_case("service") {
            return named(PrincipalKind::Service, &format!("service {text}"));
        }
        if kind.eq_ignore_ascii_case("identity_provider") {
            return named(PrincipalKind::IdentityProvider, &format!("provider {text}"));
        }
        if text == "*" {
            return named(PrincipalKind::Anybody, "iam::*");
        }
        let Some(rest) = text.strip_prefix("iam::").or_else(|| text.strip_prefix("sts::")) else {
            return named(PrincipalKind::Account, &format!("iam::{text}:*"));
        };
        match rest.split_once(':') {
            None | Some((_, "root" | "*")) => {
                let account = rest.split(':').next().unwrap_or(rest);
                named(PrincipalKind::Account, &format!("iam::{account}:*"))
            }
            // A session of an agency: everybody who has one may be meant.
            Some((account, of)) => match of.strip_prefix("assumed-agency:") {
                Some(session) => {
                    let agency = session.split('/').next().unwrap_or(session);
                    named(PrincipalKind::Identity, &format!("iam::{account}:agency:{agency}"))
                }
                None => named(PrincipalKind::Identity, &format!("iam::{account}:{of}")),
            },
        }
    }

    fn account(&self) -> String {
        let pattern = self.pattern.to_string();
        pattern.strip_prefix("iam::").and_then(|rest| rest.split(':').next()).unwrap_or_default().to_owned()
    }

    /// Returns the principal of the graph that stands for whom it names outside of the account, if there is any.
    fn outsider(&self, own: &Own) -> Option<Outsider> {
        let text = self.text;
        let (kind, id, name) = match self.kind {
            PrincipalKind::Service => ("cloud service", text, None),
            PrincipalKind::IdentityProvider => {
                ("identity provider", text, Some(format!("federated users of {text}")))
            }
            PrincipalKind::Anybody => ("anybody", "*", Some("anybody in any account".to_owned())),
            PrincipalKind::Account | PrincipalKind::Identity if self.account() == own.account => return None,
            PrincipalKind::Account | PrincipalKind::Identity => {
                ("account", text, Some(format!("account {}", self.account())))
            }
        };
        Some(Outsider { kind, id: id.to_owned(), name, pattern: self.pattern.clone() })
    }
}

impl<'a> Principals<'a> {
    /// Returns the principals outside of the account that are named.
    pub(super) fn outsiders(&self, own: &Own) -> Vec<Outsider> {
        if self.excepted.is_empty() {
            return self.named.iter().filter_map(|named| named.outsider(own)).collect();
        }
        let texts: Vec<&str> = self.excepted.iter().map(|named| named.text).collect();
        let name = format!("anybody but {}", texts.join(", "));
        vec![Outsider {
            kind: "anybody",
            id: name.clone(),
            name: Some(name),
            pattern: Pattern::parse("iam::*"),
        }]
    }

    /// Returns whether it matters to whom of the account its own policies allow to assume: not where all are named one by one.
    pub(super) fn is_about_able(&self) -> bool {
        !self.excepted.is_empty() || self.named.iter().any(|named| named.kind != PrincipalKind::Identity)
    }

    /// Returns whether the account is named, and nobody of it besides: then each of its users and agencies is meant alike.
    pub(super) fn is_account_alone(&self, own: &Own) -> bool {
        let is_own =
            |named: &Named<'_>| named.kind == PrincipalKind::Account && named.pattern == own.everybody;
        let is_of_others = |named: &Named<'_>| match named.kind {
            PrincipalKind::Account => !named.pattern.overlaps(&own.everybody),
            PrincipalKind::Service | PrincipalKind::IdentityProvider => true,
            PrincipalKind::Anybody | PrincipalKind::Identity => false,
        };
        own.are_all_meant
            && self.excepted.is_empty()
            && self.named.iter().any(is_own)
            && self.named.iter().all(|named| is_own(named) || is_of_others(named))
    }

    /// Returns those of the account who may be let in, by number: whoever is named, and where the account is named,
    /// whoever is able to assume.
    pub(super) fn candidates(&self, own: &Own, able: impl Iterator<Item = usize>) -> BTreeSet<usize> {
        let may_mean_all = |named: &Named<'_>| match named.kind {
            PrincipalKind::Identity => !named.pattern.is_literal(),
            PrincipalKind::Anybody => true,
            PrincipalKind::Account | PrincipalKind::Service | PrincipalKind::IdentityProvider => false,
        };
        if !self.excepted.is_empty() || self.named.iter().any(may_mean_all) {
            return own.identities.keys().copied().collect();
        }
        let may_mean_able = |named: &Named<'_>| {
            !own.are_all_meant
                || (named.kind == PrincipalKind::Account && named.pattern.overlaps(&own.everybody))
        };
        let is_about_able = self.named.iter().any(may_mean_able);
        let able = able.filter(|number| is_about_able && own.identities.contains_key(number));
        let named = self.named.iter().filter_map(|named| own.by_urn.get(&named.pattern)).flatten();
        named.copied().chain(able).collect()
    }

    /// Returns why a user or agency of the account is let in, and how sure it is that it is meant.
    pub(super) fn basis(&self, urn: &Pattern) -> Option<(Basis, TrustReach)> {
        if !self.excepted.is_empty() {
            let reach = self.reach(urn);
            return (reach != TrustReach::Nobody).then_some((Basis::Anybody, reach));
        }
        let meant = self.named.iter().filter(|named| named.pattern.covers(urn));
        let basis = meant.map(|named| match named.kind {
            PrincipalKind::Identity => Basis::Itself,
            PrincipalKind::Anybody => Basis::Anybody,
            _ => Basis::Account,
        });
        let rank = |basis: &Basis| match basis {
            Basis::Account => 0,
            Basis::Anybody => 1,
            Basis::Itself => 2,
        };
        basis.max_by_key(rank).map(|basis| (basis, TrustReach::Whole))
    }

    /// Returns how much of somebody the statement speaks of.
    pub(super) fn reach(&self, who: &Pattern) -> TrustReach {
        self.reach_beside(who, None)
    }

    /// As [`Self::reach`], for somebody outside of an account: what names principals of that one says nothing of it.
    pub(super) fn reach_outside(&self, who: &Pattern, own: &Own) -> TrustReach {
        self.reach_beside(who, Some(&own.account))
    }

    fn reach_beside(&self, who: &Pattern, account: Option<&str>) -> TrustReach {
        let is_meant = |named: &&Named<'_>| {
            !matches!(named.kind, PrincipalKind::Account | PrincipalKind::Identity)
                || account != Some(named.account().as_str())
        };
        let meets = |named: &Named<'_>| {
            if named.pattern.covers(who) {
                TrustReach::Whole
            } else if named.pattern.overlaps(who) {
                TrustReach::Part
            } else {
                TrustReach::Nobody
            }
        };
        let best =
            |all: &[Named<'_>]| all.iter().filter(is_meant).map(meets).max().unwrap_or(TrustReach::Nobody);
        if self.excepted.is_empty() {
            return best(&self.named);
        }
        match best(&self.excepted) {
            // Nothing says that services and identity providers are meant by all but some accounts.
            TrustReach::Nobody if !Pattern::parse("iam::*").covers(who) => TrustReach::Part,
            TrustReach::Nobody => TrustReach::Whole,
            TrustReach::Part => TrustReach::Part,
            // Nor that to leave an account out leaves its users out.
            TrustReach::Whole if !self.excepts_itself(who) => TrustReach::Part,
            TrustReach::Whole => TrustReach::Nobody,
        }
    }

    fn excepts_itself(&self, who: &Pattern) -> bool {
        let is_itself = |named: &Named<'_>| named.kind != PrincipalKind::Account && named.pattern.covers(who);
        self.excepted.iter().any(is_itself)
    }
}

/// Returns the principals of all trust policies, by agency and statement.
pub(super) fn principals(state: &State) -> BTreeMap<(&str, &str), Principals<'_>> {
    let table: &Table = &t::TRUST_PRINCIPALS;
    let mut principals: BTreeMap<(&str, &str), Principals<'_>> = BTreeMap::new();
    for row in state.rows(table) {
        let Some((agency, statement, kind, text)) = cells(table, row) else { continue };
        let of_statement = principals.entry((agency, statement)).or_default();
        let is_except = table.cell(row, "is_except").as_boolean().unwrap_or(false);
        let list = if is_except { &mut of_statement.excepted } else { &mut of_statement.named };
        list.push(Named::parse(kind, text));
    }
    principals
}

fn cells<'a>(table: &Table, row: &'a Row) -> Option<(&'a str, &'a str, &'a str, &'a str)> {
    let text = |column| table.text(row, column);
    Some((text("agency_id")?, text(STATEMENT)?, text("type")?, text("pattern")?))
}
