//! Rules by cloud and id, from this program or from a folder, and their trial on their cases.

use std::{collections::BTreeMap, fs, io, path::Path};

use model::Cloud;

use crate::{QueryError, Rule, reading::Schemas, views};

mod trial;

pub use crate::pages::{cross_table, index};
pub use trial::{Miss, Trial, test};

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The lines on top do not parse, or have a key that is not known.
    #[error("line {line}: {message}")]
    FrontMatter {
        /// Line of the file, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// The file's name or folder.
    #[error("{0}")]
    Place(String),
    /// The question cannot be asked.
    #[error("its SQL cannot be asked: {0}")]
    Query(#[from] QueryError),
    /// The question would not be understood elsewhere.
    #[error("{0} is not understood by every engine; `shared/check/README.md` lists what is")]
    NotPortable(String),
    /// The question would be refused elsewhere, or answered otherwise: what, and what to write instead.
    #[error("{0}; `shared/check/README.md` lists what every engine answers alike")]
    NotTheSame(String),
    /// The rows come in no order.
    #[error("its SQL does not end with `order by`, and so could answer in another order each time")]
    Unordered,
    /// What it says it reads is not what it reads.
    #[error("{0}")]
    Needs(String),
    /// What its rows are about.
    #[error("subject: {0}")]
    Subject(String),
    /// What it says of its own silence, or of what makes a finding worse.
    #[error("{0}")]
    Silence(String),
    /// Its cases are missing or wrong.
    #[error("cases: {0}")]
    Cases(String),
    /// Another rule bears its id.
    #[error("there are two rules of this id")]
    Twice,
}

/// Why rules could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule `{path}`: {wrong}")]
pub struct RuleError {
    /// The file, below the folder of rules.
    pub path: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// Rules, sorted by id.
#[derive(Debug, Clone, Default)]
pub struct RuleSet(BTreeMap<String, Rule>);

impl RuleSet {
    /// Returns the rules that this program brings along.
    ///
    /// # Errors
    /// Never, as long as the tests of this package are green.
    pub fn embedded() -> Result<Self, RuleError> {
        let files = views::RULES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self::parse(&files.collect())
    }

    /// Reads the rules of a folder: `<cloud>/<id>.sql`, each with `<id>.cases.toml` beside it, and `any/<id>.sql`, each
    /// with `<id>.<cloud>.cases.toml` for every cloud.
    ///
    /// # Errors
    /// The first rule that does not parse, or what could not be read.
    pub fn from_folder(folder: &Path) -> Result<Self, RuleError> {
        let mut files = BTreeMap::new();
        find(folder, "", &mut files).map_err(|error| RuleError {
            path: folder.display().to_string(),
            wrong: Wrong::Place(format!(
                "it could not be read: {error}; name a folder with `<cloud>/<rule>.sql`"
            )),
        })?;
        Self::parse(&files)
    }

    /// Parses rules from the texts of files, by path below the folder of rules.
    ///
    /// # Errors
    /// The first rule that does not parse.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Self, RuleError> {
        let no_schema = |error: QueryError| RuleError { path: "any".to_owned(), wrong: error.into() };
        let schemas = Schemas::open().map_err(no_schema)?;
        let mut set = Self::default();
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".sql")) {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let beside = |name: &str| files.get(&format!("{folder}/{name}")).map(String::as_str);
            let rule = Rule::parse(&schemas, path, text, beside)?;
            if set.0.insert(rule.id.clone(), rule).is_some() {
                return Err(RuleError { path: path.clone(), wrong: Wrong::Twice });
            }
        }
        Ok(set)
    }

    /// Adds rules of another place.
    ///
    /// # Errors
    /// When an id is taken: two rules of one id would share their findings.
    pub fn join(&mut self, others: Self) -> Result<(), RuleError> {
        for (id, rule) in others.0 {
            if self.0.contains_key(&id) {
                return Err(RuleError {
                    path: format!("{}/{id}.sql", rule.scope.name()),
                    wrong: Wrong::Twice,
                });
            }
            self.0.insert(id, rule);
        }
        Ok(())
    }

    /// Returns the rules, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.values()
    }

    /// Returns the rules that a cloud is asked, by id.
    pub fn for_cloud(&self, cloud: Cloud) -> impl Iterator<Item = &Rule> {
        self.iter().filter(move |rule| rule.readings.contains_key(&cloud))
    }

    /// Returns the rule of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.0.get(id)
    }

    /// Returns how many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn find(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        // Editors, desktops and git leave files, links and folders whose names begin with a dot.
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            find(&path, &format!("{prefix}{name}/"), files)?;
        } else if name.ends_with(".sql") || name.ends_with(".cases.toml") {
            let text = fs::read_to_string(&path)
                .map_err(|error| io::Error::new(error.kind(), format!("`{prefix}{name}`: {error}")))?;
            // Some editors begin a file with a byte order mark; it says nothing.
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            files.insert(format!("{prefix}{name}"), text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
