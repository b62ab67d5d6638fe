//! What conditions may ask of a principal itself, and what the snapshot answers.
//!
//! A condition on the name, id, account, kind or tags of whoever asks needs no request to be decided. What the snapshot
//! does not show (tags of a user that could not be read, what a session of an agency brings along) stays a condition.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{State, Table, Trust, Value, tables::huawei as t};

use crate::{Access, Pattern};

/// One condition of a statement: what is asked of one key. The values are alternatives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Condition {
    pub(super) key: String,
    pub(super) operator: String,
    pub(super) values: Vec<String>,
}

/// One user or agency of the account.
#[derive(Debug)]
struct Person<'a> {
    id: &'a str,
    name: Option<&'a str>,
    urn: Option<&'a str>,
    is_user: bool,
    is_root: bool,
    tags: BTreeMap<&'a str, &'a str>,
    are_tags_known: bool,
}

/// The users and agencies of the account, by number.
#[derive(Debug, Default)]
pub(super) struct People<'a> {
    account: Option<&'a str>,
    account_name: Option<&'a str>,
    persons: BTreeMap<usize, Person<'a>>,
    /// What was decided of conditions before: many statements ask the same.
    decided: RefCell<BTreeMap<Vec<Condition>, Decided>>,
}

/// For whom some conditions are decided.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    /// Those for whom they surely hold.
    pub(super) held_by: Arc<BTreeSet<usize>>,
    /// These, and those for whom one of them surely does not hold.
    pub(super) all: Arc<BTreeSet<usize>>,
}

/// What a key is for a person.
enum Fact<'a> {
    Is(&'a str),
    Absent,
    Unknown,
}

impl<'a> People<'a> {
    pub(super) fn of(access: &Access, state: &'a State) -> Self {
        let mut people = Self::default();
        if let Some(row) = state.rows(&t::ACCOUNTS).iter().next() {
            people.account = t::ACCOUNTS.text(row, "account_id");
            people.account_name = t::ACCOUNTS.text(row, "name");
        }
        people.add(access, state, &t::USERS, "user_id", &t::USER_TAGS);
        people.add(access, state, &t::AGENCIES, "agency_id", &t::AGENCY_TAGS);
        people
    }

    fn add(
        &mut self,
        access: &Access,
        state: &'a State,
        table: &'static Table,
        id: &str,
        tag_table: &'static Table,
    ) {
        let mut tags: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for row in state.rows(tag_table) {
            let text = |column| tag_table.text(row, column);
            if let (Some(of), Some(key)) = (text(id), text("key")) {
                tags.entry(of).or_default().insert(key, text("value").unwrap_or_default());
            }
        }
        let lists = access.gaps.lists();
        for row in state.rows(table) {
            let Some(id) = table.text(row, id) else { continue };
            let Some(number) = access.principal_with(id) else { continue };
            let person = Person {
                id,
                name: table.text(row, "name"),
                urn: table.text(row, "urn"),
                is_user: table.name == t::USERS.name,
                is_root: table.cell(row, "is_root_user") == Value::Boolean(true),
                tags: tags.remove(id).unwrap_or_default(),
                // What stands in for a list says what was seen last.
                are_tags_known: lists.part(tag_table.listing, id).is_some_and(|read| read != Trust::Never),
            };
            self.persons.insert(number, person);
        }
    }

    /// Returns for whom it is decided whether some conditions hold.
    pub(super) fn decide(&self, conditions: &[Condition]) -> Decided {
        if let Some(known) = self.decided.borrow().get(conditions) {
            return known.clone();
        }
        let (mut held_by, mut all) = (BTreeSet::new(), BTreeSet::new());
        for (number, person) in &self.persons {
            let answers: Vec<Option<bool>> =
                conditions.iter().map(|condition| condition.decide(self, person)).collect();
            let holds = answers.iter().all(|answer| *answer == Some(true));
            if holds {
                held_by.insert(*number);
            }
            if holds || answers.contains(&Some(false)) {
                all.insert(*number);
            }
        }
        let decided = Decided { held_by: Arc::new(held_by), all: Arc::new(all) };
        self.decided.borrow_mut().insert(conditions.to_vec(), decided.clone());
        decided
    }

    fn fact<'p>(&'p self, person: &'p Person<'a>, key: &str) -> Fact<'p> {
        let is = |text: Option<&'p str>| text.map_or(Fact::Unknown, Fact::Is);
        // Of a session, name and id are its own.
        let of_user = |text: Option<&'p str>| if person.is_user { is(text) } else { Fact::Unknown };
        match key.to_lowercase().as_str() {
            "g:principalisrootuser" => Fact::Is(if person.is_root { "true" } else { "false" }),
            "g:username" => of_user(person.name),
            "g:userid" | "g:principalid" => of_user(Some(person.id)),
            "g:principalurn" => of_user(person.urn),
            "g:principalaccount" | "g:domainid" => is(self.account),
            "g:domainname" => is(self.account_name),
            "g:principaltype" if person.is_root => Fact::Unknown,
            "g:principaltype" => Fact::Is(if person.is_user { "User" } else { "AssumedAgency" }),
            _ => person.tag(key),
        }
    }
}

impl<'a> Person<'a> {
    fn tag(&self, key: &str) -> Fact<'_> {
        let prefix = "g:PrincipalTag/";
        let is_tag = key.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let Some(name) = key.get(prefix.len()..).filter(|_| is_tag) else { return Fact::Unknown };
        // A session may bring tags of its own, also under a name that the agency has a tag of.
        match self.tags.get(name).filter(|_| self.is_user) {
            Some(value) => Fact::Is(value),
            None if self.is_user && self.are_tags_known => Fact::Absent,
            None => Fact::Unknown,
        }
    }
}

impl Condition {
    /// Returns whether the condition asks something of the principal that may be decided.
    pub(super) fn is_about_principal(&self) -> bool {
        let key = self.key.to_lowercase();
        key.starts_with("g:principaltag/")
            || matches!(
                key.as_str(),
                "g:principalisrootuser"
                    | "g:username"
                    | "g:userid"
                    | "g:principalid"
                    | "g:principalurn"
                    | "g:principalaccount"
                    | "g:domainid"
                    | "g:domainname"
                    | "g:principaltype"
            )
    }

    /// Writes the condition under which these people are meant.
    pub(super) fn words(&self) -> String {
        format!("{} {} {}", self.key, self.operator, self.values.join(" or "))
    }

    fn decide(&self, people: &People<'_>, person: &Person<'_>) -> Option<bool> {
        let operator = self.operator.to_lowercase();
        let operator = operator
            .strip_prefix("foranyvalue:")
            .or_else(|| operator.strip_prefix("forallvalues:"))
            .unwrap_or(&operator);
        let (operator, if_exists) = match operator.strip_suffix("ifexists") {
            Some(operator) => (operator, true),
            None => (operator, false),
        };
        let fact = people.fact(person, &self.key);
        if operator == "null" {
            let is_absent = match fact {
                Fact::Is(_) => "false",
                Fact::Absent => "true",
                Fact::Unknown => return None,
            };
            return Some(self.values.iter().any(|value| value.eq_ignore_ascii_case(is_absent)));
        }
        match fact {
            Fact::Unknown => None,
            Fact::Absent if if_exists => Some(true),
            // Whether a negated operator holds of what is not there is not documented.
            Fact::Absent if operator.contains("not") => None,
            Fact::Absent => Some(false),
            Fact::Is(fact) => self.compare(operator, fact),
        }
    }

    fn compare(&self, operator: &str, fact: &str) -> Option<bool> {
        let any = |test: &dyn Fn(&str) -> bool| self.values.iter().any(|value| test(value));
        let is_like = |value: &str| Pattern::parse(value).matches(fact);
        Some(match operator {
            "stringequals" => any(&|value| value == fact),
            "stringnotequals" => !any(&|value| value == fact),
            "stringequalsignorecase" | "bool" => any(&|value| value.eq_ignore_ascii_case(fact)),
            "stringnotequalsignorecase" => !any(&|value| value.eq_ignore_ascii_case(fact)),
            "stringlike" | "stringmatch" => any(&is_like),
            "stringnotlike" | "stringnotmatch" => !any(&is_like),
            "stringstartwith" => any(&|value| fact.starts_with(value)),
            "stringnotstartwith" => !any(&|value| fact.starts_with(value)),
            "stringendwith" => any(&|value| fact.ends_with(value)),
            "stringnotendwith" => !any(&|value| fact.ends_with(value)),
            _ => return None,
        })
    }
}
