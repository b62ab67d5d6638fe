//! One rule: a question in SQL, with what there is to say about it on top of the file.

use std::fmt;

use model::{Cloud, Severity, Table, tables};
use serde::Deserialize;

use crate::{
    cases::Case,
    digest,
    reads::Schema,
    rules::{RuleError, Wrong},
    views,
};

/// Functions that SQLite, PostgreSQL, DuckDB and Spark have by the same name and meaning.
pub(crate) const PORTABLE: [&str; 24] = [
    "abs",
    "avg",
    "coalesce",
    "count",
    "dense_rank",
    "first_value",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "lower",
    "ltrim",
    "max",
    "min",
    "nullif",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "substr",
    "sum",
    "upper",
];

/// How sure a rule can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It is worth a look.
    Low,
    /// It is so, unless something that the cloud does not tell speaks against it.
    Medium,
    /// It is so.
    High,
}

impl Confidence {
    /// Returns the word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What becomes of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleKind {
    /// Each row is a finding.
    #[default]
    Finding,
    /// The rows are the answer to a question that somebody asks; no run asks it.
    Report,
}

/// What a row is about: a table and the columns that name a thing in it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The table.
    pub table: &'static Table,
    /// Its columns, which the query returns by the same names.
    pub columns: Vec<&'static str>,
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.table.name, self.columns.join(","))
    }
}

/// The lines on top of a rule, as they are written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    severity: Severity,
    confidence: Confidence,
    #[serde(default)]
    kind: RuleKind,
    needs: Vec<String>,
    #[serde(default)]
    absence: Vec<String>,
    subject: Option<String>,
    reason: String,
    remediation: String,
    #[serde(default)]
    references: Vec<String>,
}

/// A question, and what to say when it has an answer.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The file's name without ending; it names the fault.
    pub id: String,
    /// The cloud that it is asked of: the file's folder.
    pub cloud: Cloud,
    /// What is found, in a few words.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What becomes of the rows.
    pub kind: RuleKind,
    /// Tables that it reads, views followed; without `run` and `coverage`.
    pub needs: Vec<&'static Table>,
    /// Those among them whose missing rows would make it report.
    pub absence: Vec<&'static Table>,
    /// What a row is about; every rule with findings has it.
    pub subject: Option<Subject>,
    /// Why it matters, and when it stays silent.
    pub reason: String,
    /// What to do about it.
    pub remediation: String,
    /// Where to read on.
    pub references: Vec<String>,
    /// The question.
    pub sql: String,
    /// Hash of the question with all that decides on its rows.
    pub text: String,
    /// Worlds in which it is tried.
    pub(crate) cases: Vec<Case>,
}

impl Rule {
    pub(crate) fn parse(
        schema: &Schema,
        path: &str,
        text: &str,
        cases: Option<&str>,
    ) -> Result<Self, RuleError> {
        let wrong = |wrong| RuleError { path: path.to_owned(), wrong };
        let (cloud, id) = place(path).map_err(wrong)?;
        let (front, sql) = front_matter(text).map_err(wrong)?;
        let rule = Self {
            id: id.to_owned(),
            cloud,
            needs: known(cloud, "needs", &front.needs).map_err(wrong)?,
            absence: known(cloud, "absence", &front.absence).map_err(wrong)?,
            subject: front.subject.as_deref().map(subject).transpose().map_err(wrong)?,
            title: front.title,
            severity: front.severity,
            confidence: front.confidence,
            kind: front.kind,
            reason: front.reason,
            remediation: front.remediation,
            references: front.references,
            text: String::new(),
            sql: sql.to_owned(),
            cases: Vec::new(),
        };
        let columns = rule.check(schema).map_err(wrong)?;
        let missing = || {
            Wrong::Cases(format!(
                "there is no `{id}.cases.toml` beside it; write one case that reports and one that does not"
            ))
        };
        let cases = Case::parse_all(cloud, cases.ok_or_else(missing).map_err(wrong)?, &columns);
        let cases = cases.map_err(Wrong::Cases).map_err(wrong)?;
        Ok(Self { text: rule.hash(), cases, ..rule })
    }

    /// Returns the columns that name the subject; none for a report.
    pub(crate) fn subject_columns(&self) -> &[&'static str] {
        self.subject.as_ref().map_or(&[], |subject| subject.columns.as_slice())
    }

    /// Checks the question against the schema, and returns the columns of its rows.
    fn check(&self, schema: &Schema) -> Result<Vec<String>, Wrong> {
        let (uses, columns) = schema.look_through(&self.sql)?;
        if let Some(function) = uses.functions.iter().find(|name| !PORTABLE.contains(&name.as_str())) {
            return Err(Wrong::NotPortable(format!("`{function}`")));
        }
        if uses.is_recursive {
            return Err(Wrong::NotPortable("`with recursive`".to_owned()));
        }
        if !ends_with_order(&self.sql) {
            return Err(Wrong::Unordered);
        }
        self.check_needs(&uses.reads.into_keys().collect::<Vec<_>>())?;
        match (&self.subject, self.kind) {
            (None, RuleKind::Finding) => {
                return Err(Wrong::Subject(
                    "a rule with findings names its subject, as `ibm_users.iam_id`".to_owned(),
                ));
            }
            (Some(_), RuleKind::Report) => {
                return Err(Wrong::Subject(
                    "a report has no subject: nothing is followed from run to run".to_owned(),
                ));
            }
            _ => {}
        }
        let lost = self.subject_columns().iter().find(|column| !columns.iter().any(|known| known == *column));
        match lost {
            Some(column) => Err(Wrong::Subject(format!(
                "the query does not return `{column}`, by which the subject is named"
            ))),
            None => Ok(columns),
        }
    }

    fn check_needs(&self, read: &[String]) -> Result<(), Wrong> {
        let declared = |name: &str| self.needs.iter().any(|table| table.name == name);
        let of_cloud = |name: &&String| tables::of(self.cloud).skip(1).any(|table| table.name == **name);
        if let Some(name) = read.iter().filter(of_cloud).find(|name| !declared(name)) {
            return Err(Wrong::Needs(format!("the query reads `{name}`, which `needs` does not name")));
        }
        if let Some(table) = self.needs.iter().find(|table| !read.iter().any(|name| name == table.name)) {
            return Err(Wrong::Needs(format!(
                "`needs` names `{}`, which the query does not read",
                table.name
            )));
        }
        match self.absence.iter().find(|table| !declared(table.name)) {
            Some(table) => {
                Err(Wrong::Needs(format!("`absence` names `{}`, which `needs` does not", table.name)))
            }
            None => Ok(()),
        }
    }

    /// Hashes what decides on the rows: the question, the views, the subject and the tables of which absence counts.
    fn hash(&self) -> String {
        let absence: Vec<&str> = self.absence.iter().map(|table| table.name).collect();
        let subject = self.subject.as_ref().map(ToString::to_string).unwrap_or_default();
        let absence = absence.join(",");
        let parts = [self.sql.as_str(), &subject, &absence];
        let used = views::views().filter(|(name, _)| self.sql.contains(name)).map(|(_, text)| text);
        digest::of(parts.into_iter().chain(used))
    }
}

fn place(path: &str) -> Result<(Cloud, &str), Wrong> {
    let name = path.strip_suffix(".sql").unwrap_or(path);
    let (folder, id) = name.rsplit_once('/').unwrap_or(("", name));
    let folder = folder.rsplit('/').next().unwrap_or(folder);
    let cloud = Cloud::ALL.into_iter().find(|cloud| cloud.name() == folder).ok_or_else(|| {
        let clouds: Vec<&str> = Cloud::ALL.into_iter().map(Cloud::name).collect();
        Wrong::Place(format!(
            "it lies in the folder `{folder}`, and rules lie in a folder named after a cloud: {}",
            clouds.join(", ")
        ))
    })?;
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if !id.starts_with(|letter: char| letter.is_ascii_lowercase()) || !id.chars().all(is_plain) {
        return Err(Wrong::Place(format!(
            "`{id}` is no id: lower-case letters, digits and `_`, naming the fault"
        )));
    }
    Ok((cloud, id))
}

/// Parts a file into the lines that begin with `---`, and the question.
fn front_matter(text: &str) -> Result<(FrontMatter, &str), Wrong> {
    let mut front = String::new();
    let mut rest = text;
    while let Some(line) = rest.lines().next().filter(|line| line.starts_with("---")) {
        // Four places, as many as `--- ` has, keep line and column of an error true to the file.
        front.push_str(line.strip_prefix("---").unwrap_or(line).trim_start());
        front.push('\n');
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    let parsed = toml::from_str(&front).map_err(|error| {
        let before = error.span().and_then(|span| front.get(..span.start)).unwrap_or_default();
        Wrong::FrontMatter { line: before.matches('\n').count() + 1, message: error.message().to_owned() }
    })?;
    Ok((parsed, rest))
}

fn known(cloud: Cloud, key: &str, names: &[String]) -> Result<Vec<&'static Table>, Wrong> {
    let find = |name: &String| {
        tables::of(cloud).skip(1).find(|table| table.name == name).ok_or_else(|| {
            Wrong::Needs(format!(
                "`{key}` names `{name}`, which is no table of `{cloud}`; a view is named by its tables"
            ))
        })
    };
    names.iter().map(find).collect()
}

fn subject(text: &str) -> Result<Subject, Wrong> {
    let unknown = |what: String| Wrong::Subject(format!("`{text}` names {what}"));
    let (table, columns) = text
        .split_once('.')
        .ok_or_else(|| unknown("no column; write it as `ibm_users.iam_id`".to_owned()))?;
    let table =
        tables::named(table).ok_or_else(|| unknown(format!("the table `{table}`, which is not declared")))?;
    let column = |name: &str| {
        let found = table.columns.iter().find(|column| column.name == name);
        found
            .map(|column| column.name)
            .ok_or_else(|| unknown(format!("the column `{name}`, which `{}` does not have", table.name)))
    };
    Ok(Subject { table, columns: columns.split(',').map(str::trim).map(column).collect::<Result<_, _>>()? })
}

/// Says whether the outermost part of the question is ordered: only then is the same answer the same text.
fn ends_with_order(sql: &str) -> bool {
    let plain: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or(line)).collect();
    let plain = plain.join(" ").to_lowercase();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let Some(position) = words.windows(2).rposition(|pair| matches!(pair, ["order", "by"])) else {
        return false;
    };
    let after = words.get(position..).unwrap_or_default().concat();
    after.matches('(').count() == after.matches(')').count()
}
