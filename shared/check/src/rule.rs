//! One rule: a question in SQL, with what there is to say about it on top of the file.

use std::{collections::BTreeMap, fmt};

use model::{Cloud, Severity, Table, tables};
use serde::Deserialize;

use crate::{
    Requirements, RuleScope,
    cases::Case,
    portable::check_portable,
    reading::{Declared, Schemas},
    rules::{RuleError, Wrong},
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
    /// The finding is worth a look.
    Low,
    /// The finding holds unless something that the cloud does not tell speaks against it.
    Medium,
    /// The finding is a fact.
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

/// The column in which a rule says why it cannot tell whether it holds of a subject; null where it surely does.
pub(crate) const DOUBT: &str = "doubt";

/// The column in which a view says where its row comes from: table and key, as the end of an address.
const ADDRESS: &str = "address";

/// What a row is about.
#[derive(Debug, Clone)]
pub enum RuleSubject {
    /// A table and the columns that name a thing in it, which the query returns by the same names.
    Row {
        /// The table that the need names.
        table: &'static Table,
        /// The columns of this table that the rule reads.
        columns: Vec<&'static str>,
    },
    /// What the column `address` says, as the views have it: it may be a row of one table here, and of another there.
    Address,
}

impl RuleSubject {
    /// Returns the columns by which the query names it.
    #[must_use]
    pub fn columns(&self) -> &[&'static str] {
        match self {
            Self::Row { columns, .. } => columns,
            Self::Address => &[ADDRESS],
        }
    }
}

impl fmt::Display for RuleSubject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row { table, columns } => write!(formatter, "{}.{}", table.name, columns.join(",")),
            Self::Address => formatter.write_str(ADDRESS),
        }
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
    #[serde(default)]
    implied_by: Vec<String>,
    #[serde(default)]
    worse: Vec<String>,
    reason: String,
    silence: String,
    remediation: String,
    #[serde(default)]
    references: Vec<String>,
}

/// A question, and what to say when it has an answer.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The file's name without ending; it names the fault.
    pub id: String,
    /// What it is asked of: the file's folder.
    pub scope: RuleScope,
    /// What is found, in a few words.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What becomes of the rows.
    pub kind: RuleKind,
    /// What it reads of each cloud that it is asked of.
    pub readings: BTreeMap<Cloud, Requirements>,
    /// What a row is about; every rule with findings has it.
    pub subject: Option<RuleSubject>,
    /// Ids of the rules and permissions that say more of the same principal or policy: where one of them has a
    /// finding, that of this rule is kept and not told.
    pub implied_by: Vec<String>,
    /// Columns of which a greater number, or another text, makes a finding worse.
    pub worse: Vec<String>,
    /// Why it matters, and when it stays silent.
    pub reason: String,
    /// When it stays silent for a reason that is not about its subject, and what becomes of a finding then.
    pub silence: String,
    /// What to do about it.
    pub remediation: String,
    /// Where to read on.
    pub references: Vec<String>,
    /// The SQL query that returns a row for each finding.
    pub sql: String,
    /// Worlds in which it is tried, some in each cloud.
    pub(crate) cases: Vec<Case>,
}

impl Rule {
    /// Returns the worlds in which the rule is tried.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// Parses a rule; `cases` returns the text of a file beside it.
    pub(crate) fn parse<'a>(
        schemas: &Schemas,
        path: &str,
        text: &str,
        cases: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Self, RuleError> {
        let wrong = |wrong| RuleError { path: path.to_owned(), wrong };
        let (scope, id) = place(path).map_err(wrong)?;
        let (front, sql) = front_matter(text).map_err(wrong)?;
        let columns = form(schemas, sql).map_err(wrong)?;
        let subject = front.subject.as_deref().map(|text| subject(scope, text)).transpose().map_err(wrong)?;
        check_subject(subject.as_ref(), front.kind, &columns).map_err(wrong)?;
        check_silence(&front, &columns).map_err(wrong)?;
        let declared =
            Declared { scope, sql, needs: &front.needs, absence: &front.absence, subject: subject.as_ref() };
        let readings = declared.readings(schemas).map_err(wrong)?;
        let mut worlds = Vec::new();
        for cloud in scope.clouds() {
            let name = match scope {
                RuleScope::One(_) => format!("{id}.cases.toml"),
                RuleScope::Any => format!("{id}.{cloud}.cases.toml"),
            };
            let missing = || {
                Wrong::Cases(format!(
                    "there is no `{name}` beside it; write one case that reports and one that does not"
                ))
            };
            let text = cases(&name).ok_or_else(missing).map_err(wrong)?;
            worlds.extend(Case::parse_all(cloud, text, &columns).map_err(Wrong::Cases).map_err(wrong)?);
        }
        Ok(Self {
            id: id.to_owned(),
            scope,
            title: front.title,
            severity: front.severity,
            confidence: front.confidence,
            kind: front.kind,
            readings,
            subject,
            implied_by: front.implied_by,
            worse: front.worse,
            reason: front.reason,
            silence: front.silence,
            remediation: front.remediation,
            references: front.references,
            sql: sql.to_owned(),
            cases: worlds,
        })
    }

    /// Returns the columns that name the subject; none for a report.
    pub(crate) fn subject_columns(&self) -> &[&'static str] {
        self.subject.as_ref().map_or(&[], RuleSubject::columns)
    }
}

/// Checks that every engine understands the question, and returns the columns of its rows.
fn form(schemas: &Schemas, sql: &str) -> Result<Vec<String>, Wrong> {
    let (uses, columns) = schemas.whole.look_through(sql)?;
    if let Some(function) = uses.functions.iter().find(|name| !PORTABLE.contains(&name.as_str())) {
        return Err(Wrong::NotPortable(format!("`{function}`")));
    }
    if uses.is_recursive {
        return Err(Wrong::NotPortable("`with recursive`".to_owned()));
    }
    if !ends_with_order(sql) {
        return Err(Wrong::Unordered);
    }
    check_portable(sql).map_err(Wrong::NotTheSame)?;
    Ok(columns)
}

fn check_subject(subject: Option<&RuleSubject>, kind: RuleKind, columns: &[String]) -> Result<(), Wrong> {
    match (subject, kind) {
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
    let named = subject.map_or(&[][..], RuleSubject::columns);
    match named.iter().find(|column| !columns.iter().any(|known| known == *column)) {
        Some(column) => Err(Wrong::Subject(format!(
            "the query does not return `{column}`, by which the subject is named"
        ))),
        None => Ok(()),
    }
}

/// The word for a rule that never falls silent for a reason that is not about its subject.
const NEVER: &str = "never";

/// Checks that a rule which doubts says when, and one which says so doubts; and that `worse` names its columns.
fn check_silence(front: &FrontMatter, columns: &[String]) -> Result<(), Wrong> {
    let doubts = columns.iter().any(|column| column == DOUBT);
    let text = front.silence.trim();
    if text.is_empty() || (doubts && text == NEVER) {
        return Err(Wrong::Silence(format!(
            "`silence` says when the rule says nothing for a reason that is not about its subject; a rule with a column \
             `{DOUBT}` has such a reason, and one that has none writes `{NEVER}`"
        )));
    }
    match front.worse.iter().find(|name| !columns.contains(name)) {
        Some(name) => Err(Wrong::Silence(format!("`worse` names `{name}`, which the query does not return"))),
        None => Ok(()),
    }
}

fn place(path: &str) -> Result<(RuleScope, &str), Wrong> {
    let name = path.strip_suffix(".sql").unwrap_or(path);
    let (folder, id) = name.rsplit_once('/').unwrap_or(("", name));
    let folder = folder.rsplit('/').next().unwrap_or(folder);
    let scope = RuleScope::of(folder).ok_or_else(|| {
        let clouds: Vec<&str> = Cloud::ALL.into_iter().map(Cloud::name).collect();
        Wrong::Place(format!(
            "it lies in the folder `{folder}`, and rules lie in a folder named after a cloud: {}; or in `any`, when they hold for every one",
            clouds.join(", ")
        ))
    })?;
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if !id.starts_with(|letter: char| letter.is_ascii_lowercase()) || !id.chars().all(is_plain) {
        return Err(Wrong::Place(format!(
            "`{id}` is no id: lower-case letters, digits and `_`, naming the fault"
        )));
    }
    Ok((scope, id))
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

fn subject(scope: RuleScope, text: &str) -> Result<RuleSubject, Wrong> {
    if text == ADDRESS {
        return Ok(RuleSubject::Address);
    }
    if scope == RuleScope::Any {
        return Err(Wrong::Subject(format!(
            "`{text}` is of no use to every cloud; write it as `{ADDRESS}`, which the views have"
        )));
    }
    let unknown = |what: String| Wrong::Subject(format!("`{text}` names {what}"));
    let (table, columns) = text
        .split_once('.')
        .ok_or_else(|| unknown("no column; write it as `ibm_users.iam_id`".to_owned()))?;
    let table =
        tables::find(table).ok_or_else(|| unknown(format!("the table `{table}`, which is not declared")))?;
    let column = |name: &str| {
        let found = table.columns.iter().find(|column| column.name == name);
        found
            .map(|column| column.name)
            .ok_or_else(|| unknown(format!("the column `{name}`, which `{}` does not have", table.name)))
    };
    Ok(RuleSubject::Row {
        table,
        columns: columns.split(',').map(str::trim).map(column).collect::<Result<_, _>>()?,
    })
}

/// Returns whether the outermost part of the question is ordered: only then is the same answer the same text.
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
