//! What a rule reads of one cloud, and how far its answers hang on it.
//!
//! A rule of one cloud names tables. A rule for every cloud names views, and what they are made of in a cloud
//! follows from the parts of the views: tables, those whose absence counts, and the hash of the question.

use std::collections::{BTreeMap, BTreeSet};

use model::{Cloud, Table, tables};

use crate::{
    QueryError, RuleSubject, digest,
    reads::{Reads, Schema},
    rules::Wrong,
    views::{self, Part},
};

/// The tables as they are, and the views as a rule for every cloud sees them.
#[derive(Debug)]
pub(crate) struct Schemas {
    pub(crate) whole: Schema,
    views: Schema,
}

impl Schemas {
    pub(crate) fn open() -> Result<Self, QueryError> {
        let whole = Schema::open()?;
        let views = Schema::of_views(&whole)?;
        Ok(Self { whole, views })
    }
}

/// Where a rule lies, and so what it is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleScope {
    /// One cloud, by its tables.
    One(Cloud),
    /// Every cloud, by the views.
    Any,
}

impl RuleScope {
    /// Returns the name of the folder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::One(cloud) => cloud.name(),
            Self::Any => "any",
        }
    }

    pub(crate) fn of(folder: &str) -> Option<Self> {
        Self::all().find(|scope| scope.name() == folder)
    }

    /// Returns every scope, the widest first.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Any).chain(Cloud::ALL.into_iter().map(Self::One))
    }

    /// Returns the clouds that it takes in.
    pub(crate) fn clouds(self) -> impl Iterator<Item = Cloud> {
        Cloud::ALL.into_iter().filter(move |cloud| self == Self::Any || self == Self::One(*cloud))
    }
}

/// What a rule reads of one cloud.
#[derive(Debug, Clone)]
pub struct Requirements {
    /// Tables that it reads, views followed; without `run` and `coverage`.
    pub needs: Vec<&'static Table>,
    /// Those among them whose missing rows would make it report.
    pub absence: Vec<&'static Table>,
    /// Hash of the question with all that decides on its rows.
    pub question_hash: String,
}

/// What a rule says that it reads.
pub(crate) struct Declared<'a> {
    pub(crate) scope: RuleScope,
    pub(crate) sql: &'a str,
    pub(crate) needs: &'a [String],
    pub(crate) absence: &'a [String],
    pub(crate) subject: Option<&'a RuleSubject>,
}

impl Declared<'_> {
    /// Finds what is read of each cloud, and holds it against what is declared.
    pub(crate) fn readings(&self, schemas: &Schemas) -> Result<BTreeMap<Cloud, Requirements>, Wrong> {
        let read = schemas.whole.look_through(self.sql)?.0.reads;
        let reads = schemas.whole.reads(self.sql)?;
        if let Some(told) = reads.tables().find(|table| tables::derived::is_of_history(table)) {
            return Err(Wrong::Needs(format!(
                "the query reads `{}`, and these are made of what rules return, or of other snapshots: a rule over them would hang on its \
                 own answer; ask them with `iamwatch findings`, or read the tables that they are about",
                told.name
            )));
        }
        let used: BTreeSet<&str> =
            views::names().into_iter().filter(|view| read.contains_key(*view)).collect();
        self.is_among_needs()?;
        if self.scope == RuleScope::Any {
            self.check_views(schemas)?;
        }
        let of = |cloud| {
            let parts: Vec<Part> =
                views::parts().filter(|part| part.cloud == cloud && used.contains(part.view)).collect();
            let mut needs = of_cloud(&reads, cloud);
            let absence = match self.scope {
                RuleScope::Any => self.absence_of(schemas, &parts, &needs, cloud)?,
                RuleScope::One(cloud) => {
                    self.check_tables(cloud, &needs, &made_names(&reads))?;
                    let mut absence = known(cloud, "absence", &without_made(self.absence))?;
                    if self.absence.iter().any(|name| is_made(name)) {
                        add_grant_sources(&mut absence, cloud);
                    }
                    absence
                }
            };
            if reads.has_derived() {
                add_grant_sources(&mut needs, cloud);
            }
            let question_hash = self.hash(&absence, &parts);
            Ok((cloud, Requirements { needs, absence, question_hash }))
        };
        self.scope.clouds().map(of).collect()
    }

    fn is_among_needs(&self) -> Result<(), Wrong> {
        match self.absence.iter().find(|name| !self.needs.contains(name)) {
            Some(name) => Err(Wrong::Needs(format!("`absence` names `{name}`, which `needs` does not"))),
            None => Ok(()),
        }
    }

    /// Holds the tables that are read by name against those that are declared. What is made of access is named as what it is, and
    /// stands for all that it is made of.
    fn check_tables(
        &self,
        cloud: Cloud,
        read: &[&'static Table],
        made: &BTreeSet<&'static str>,
    ) -> Result<(), Wrong> {
        let declared = known(cloud, "needs", &without_made(self.needs))?;
        let read = read.iter().map(|table| table.name).chain(made.iter().copied()).collect();
        let declared_as_made = self.needs.iter().map(String::as_str).filter(|name| is_made(name));
        compare(&read, &declared.iter().map(|table| table.name).chain(declared_as_made).collect())
    }

    fn check_views(&self, schemas: &Schemas) -> Result<(), Wrong> {
        let all: BTreeSet<&str> = views::neutral().collect();
        if let Some(name) = self.needs.iter().find(|name| !all.contains(name.as_str())) {
            let all: Vec<&str> = all.into_iter().collect();
            return Err(Wrong::Needs(format!(
                "`needs` names `{name}`, which is no view; a rule for every cloud reads {}",
                all.join(", ")
            )));
        }
        let (uses, _) = schemas.views.look_through(self.sql).map_err(|error| match error {
            QueryError::UnknownTable { name } => Wrong::Needs(format!(
                "the query reads `{name}`, which is no view; a rule for one cloud lies in its folder"
            )),
            other => other.into(),
        })?;
        let read = all.into_iter().filter(|view| uses.reads.contains_key(*view)).collect();
        compare(&read, &self.needs.iter().map(String::as_str).collect())
    }

    /// Returns the tables of which a missing row can make a view miss one, where that counts, or say too much of one.
    fn absence_of(
        &self,
        schemas: &Schemas,
        parts: &[Part],
        needs: &[&'static Table],
        cloud: Cloud,
    ) -> Result<Vec<&'static Table>, Wrong> {
        let mut absent: BTreeSet<&str> = BTreeSet::new();
        for view in self.absence {
            let tables = of_cloud(&schemas.whole.reads(&format!("select * from {view}"))?, cloud);
            absent.extend(tables.iter().map(|table| table.name));
        }
        absent.extend(parts.iter().flat_map(Part::absence).map(|table| table.name));
        Ok(needs.iter().copied().filter(|table| absent.contains(table.name)).collect())
    }

    /// Hashes what decides on the rows: the question, the views, the subject and the tables of which absence counts.
    fn hash(&self, absence: &[&'static Table], parts: &[Part]) -> String {
        let absence: Vec<&str> = absence.iter().map(|table| table.name).collect();
        let subject = self.subject.map(ToString::to_string).unwrap_or_default();
        let absence = absence.join(",");
        let own = [self.sql, &subject, &absence];
        digest::of(own.into_iter().chain(parts.iter().map(|part| part.text)))
    }
}

fn of_cloud(reads: &Reads, cloud: Cloud) -> Vec<&'static Table> {
    let is_of_cloud =
        |table: &&'static Table| tables::of_cloud(cloud).skip(1).any(|each| each.name == table.name);
    reads.tables().filter(is_of_cloud).collect()
}

/// The names under which rules declare what is made of access.
const MADE: [&str; 2] = [views::GRANTS, tables::derived::ASSUMPTIONS.name];

fn is_made(name: &str) -> bool {
    MADE.contains(&name)
}

fn without_made(names: &[String]) -> Vec<String> {
    names.iter().filter(|name| !is_made(name)).cloned().collect()
}

/// Returns what a query reads that is made of access, by the names under which rules declare it.
fn made_names(reads: &Reads) -> BTreeSet<&'static str> {
    let of_access = reads.tables().filter(|table| tables::derived::is_of_access(table));
    of_access.map(|table| if is_made(table.name) { table.name } else { views::GRANTS }).collect()
}

/// Adds the tables that grants are made of, each once.
fn add_grant_sources(tables: &mut Vec<&'static Table>, cloud: Cloud) {
    for source in tables::grant_sources(cloud) {
        if !tables.iter().any(|table| table.name == source.name) {
            tables.push(source);
        }
    }
}

fn compare(read: &BTreeSet<&str>, declared: &BTreeSet<&str>) -> Result<(), Wrong> {
    if let Some(name) = read.difference(declared).next() {
        return Err(Wrong::Needs(format!("the query reads `{name}`, which `needs` does not name")));
    }
    match declared.difference(read).next() {
        Some(name) => Err(Wrong::Needs(format!("`needs` names `{name}`, which the query does not read"))),
        None => Ok(()),
    }
}

fn known(cloud: Cloud, key: &str, names: &[String]) -> Result<Vec<&'static Table>, Wrong> {
    let find = |name: &String| {
        tables::of_cloud(cloud).skip(1).find(|table| table.name == name).ok_or_else(|| {
            Wrong::Needs(format!(
                "`{key}` names `{name}`, which is no table of `{cloud}`; a view is named by its tables"
            ))
        })
    };
    names.iter().map(find).collect()
}

#[cfg(test)]
mod tests;
