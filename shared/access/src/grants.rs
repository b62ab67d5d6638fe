//! The graph as rows: who holds which statement, and what the statements say, for questions in SQL.
//!
//! In: the graph. Out: the rows of the derived tables, one after the other: a group of a thousand members with a hundred policies is
//! a hundred thousand holdings, and only a hundred statements with their actions.

use std::{borrow::Cow, collections::BTreeSet};

use model::{Row, Table, tables::derived as t};

use crate::{
    Access, Assumption, Attribute, Choice, Effect, Names, Pattern, Principal, Resource, Source, Standing,
    Step,
};

type Rows<'a> = Box<dyn Iterator<Item = Row> + 'a>;

impl Access {
    /// Returns the rows of one of the tables that the view `grants` is made of; none of any other.
    #[must_use]
    pub fn grant_rows<'a>(&'a self, table: &'static Table) -> Rows<'a> {
        match table.name {
            name if name == t::GRANT_PRINCIPALS.name => Box::new(self.principal_rows()),
            name if name == t::GRANT_HOLDERS.name => Box::new(self.holder_rows()),
            name if name == t::GRANT_STATEMENTS.name => {
                Box::new(self.each_source(|id, source| statement_rows(id, source, &self.names)))
            }
            name if name == t::GRANT_ACTIONS.name => Box::new(self.each_source(action_rows)),
            name if name == t::GRANT_RESOURCES.name => {
                Box::new(self.each_source(|id, source| resource_rows(id, source, &self.names)))
            }
            name if name == t::ASSUMPTIONS.name => Box::new(self.assumption_rows()),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// Returns those rows of one of these tables that are of what one principal holds: of others none is made.
    #[must_use]
    pub fn grant_rows_of<'a>(&'a self, principal: usize, table: &'static Table) -> Rows<'a> {
        let numbers: BTreeSet<usize> = self.held(principal).map(|held| held.number).collect();
        let sources = move || {
            let numbers = numbers.into_iter();
            numbers.filter_map(|number| Some((id(number), self.sources.get(number)?)))
        };
        match table.name {
            name if name == t::GRANT_HOLDERS.name => Box::new(self.holder_rows_of(principal)),
            name if name == t::GRANT_STATEMENTS.name => {
                Box::new(sources().flat_map(|(id, source)| statement_rows(id, source, &self.names)))
            }
            name if name == t::GRANT_ACTIONS.name => {
                Box::new(sources().flat_map(|(id, source)| action_rows(id, source)))
            }
            name if name == t::GRANT_RESOURCES.name => {
                Box::new(sources().flat_map(|(id, source)| resource_rows(id, source, &self.names)))
            }
            _ => Box::new(std::iter::empty()),
        }
    }

    fn principal_rows(&self) -> impl Iterator<Item = Row> {
        let has_bounds = !self.bounds.is_empty();
        self.principals.iter().map(move |principal| {
            let (standing, reason) = match &principal.standing {
                Standing::Active => ("active", None),
                Standing::Inactive(why) => ("inactive", Some(why.as_str())),
                Standing::Unknown(why) => ("unknown", Some(why.as_str())),
            };
            t::GRANT_PRINCIPALS
                .draft()
                .set("principal_id", principal.step.id.as_str())
                .set("principal_kind", principal.step.kind)
                .set("principal", principal.step.name.as_str())
                .set("step", quoted(&principal.step).as_str())
                .set("standing", standing)
                .set("standing_reason", reason)
                .set("is_bounded", has_bounds && principal.is_bounded)
                .row()
        })
    }

    /// Returns who can assume whom, each pair once for each condition. Only those of one who may be become are held at a time: of
    /// a thousand agencies that trust the same thousand users there are a million.
    fn assumption_rows(&self) -> impl Iterator<Item = Row> + '_ {
        let row = |assumption: Assumption<'_>| {
            let principal = |number| self.principals.get(number).map(|principal: &Principal| &principal.step);
            let (from, to) = (principal(assumption.from)?, principal(assumption.to)?);
            let condition = assumption.condition.map(|words| self.names.in_words(words));
            let draft = t::ASSUMPTIONS.draft().set("principal_id", from.id.as_str());
            let draft = draft.set("assumed_id", to.id.as_str()).set("condition", condition.as_deref());
            let draft = draft.set("principal_kind", from.kind).set("principal", from.name.as_str());
            Some(draft.set("assumed_kind", to.kind).set("assumed", to.name.as_str()).row())
        };
        let assumed = self.principals.iter().enumerate().map(|(number, _)| number);
        assumed.flat_map(move |to| BTreeSet::from_iter(self.assumptions_of(to)).into_iter().filter_map(row))
    }

    fn holder_rows(&self) -> impl Iterator<Item = Row> {
        (0..self.principals.len()).flat_map(|number| self.holder_rows_of(number))
    }

    fn holder_rows_of(&self, number: usize) -> impl Iterator<Item = Row> {
        let principal = self.principals.get(number);
        principal.into_iter().flat_map(move |principal| {
            self.held(number).map(|held| {
                let membership = held.membership;
                let through = membership.and_then(|membership| self.groups.get(membership.group));
                let through = through.map(quoted);
                let condition = membership.and_then(|membership| membership.condition.as_deref());
                let condition = condition.map(|words| self.names.in_words(words));
                t::GRANT_HOLDERS
                    .draft()
                    .set("principal_id", principal.step.id.as_str())
                    .set("through", through.as_deref())
                    .set("statement_id", id(held.number))
                    .set("holder_condition", condition.as_deref())
                    .row()
            })
        })
    }

    fn each_source<'a, I: Iterator<Item = Row> + 'a>(
        &'a self,
        rows: impl Fn(i64, &'a Source) -> I + 'a,
    ) -> impl Iterator<Item = Row> + 'a {
        self.sources.iter().enumerate().flat_map(move |(number, source)| rows(id(number), source))
    }
}

fn id(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn statement_rows(id: i64, source: &Source, names: &Names) -> impl Iterator<Item = Row> + use<> {
    let statement = &source.statement;
    let effect = match statement.effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    };
    let is_whole = statement.actions.except.is_empty() && statement.resources.except.is_empty();
    let actions = joined(&statement.actions, ", ", ToString::to_string);
    let resources = joined(&statement.resources, "; ", resource);
    let condition = statement.condition.as_deref().map(|words| names.in_words(words));
    let steps: Vec<String> = source.steps.iter().map(quoted).collect();
    let steps = steps.join(" → ");
    let draft = t::GRANT_STATEMENTS
        .draft()
        .set("statement_id", id)
        .set("effect", effect)
        .set("extent", if is_whole { "whole" } else { "part" })
        .set("but_actions", actions.as_deref())
        .set("but_resources", resources.as_deref())
        .set("statement_condition", condition.as_deref());
    std::iter::once(draft.set("steps", steps.as_str()).row())
}

/// Writes what is taken out of a choice; nothing where nothing is.
fn joined<T>(choice: &Choice<T>, between: &str, write: impl Fn(&T) -> String) -> Option<String> {
    let except: Vec<String> = choice.except.iter().map(write).collect();
    (!except.is_empty()).then(|| except.join(between))
}

fn action_rows(id: i64, source: &Source) -> impl Iterator<Item = Row> {
    source.statement.actions.any_of.iter().map(move |action| {
        let action = action.to_string();
        t::GRANT_ACTIONS.draft().set("statement_id", id).set("action", action.as_str()).row()
    })
}

fn resource_rows<'a>(id: i64, source: &'a Source, names: &'a Names) -> impl Iterator<Item = Row> + 'a {
    source.statement.resources.any_of.iter().map(move |each| {
        let text = resource(each);
        t::GRANT_RESOURCES
            .draft()
            .set("statement_id", id)
            .set("resource", text.as_str())
            .set("resource_words", names.in_words(&text).as_str())
            .row()
    })
}

/// Writes a resource by the attributes that are named.
fn resource(resource: &Resource) -> String {
    if resource.0.is_empty() {
        return "*".to_owned();
    }
    let attribute = |(name, patterns): (&Attribute, &Vec<Pattern>)| {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        format!("{name}={}", patterns.join("|"))
    };
    resource.0.iter().map(attribute).collect::<Vec<_>>().join(", ")
}

/// Writes a step with its name in quotes, unless the name says the kind as well.
fn quoted(step: &Step) -> String {
    let name: Cow<'_, str> = match step.name.strip_prefix(step.kind).is_some_and(|rest| rest.starts_with(' '))
    {
        true => Cow::Borrowed(&step.name),
        false => Cow::Owned(format!("{} \"{}\"", step.kind, step.name)),
    };
    name.into_owned()
}
