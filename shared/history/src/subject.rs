//! The thing that a question is about: any row with a key of its own, by address, id, name, or what people call it.

use std::collections::BTreeSet;

use model::{AccountId, Cloud, Kind, Row, Table, Type, Value, references, tables};
use snapshot::{History, RowFilter, Timeline};

use crate::{QuestionError, holder::find_holder};

/// Columns beside the key that hold an id of the thing itself.
pub(crate) const IDS: [&str; 5] = ["crn", "guid", "iam_id", "id", "urn"];
/// Columns beside the label that people know a thing by.
const NAMES: [&str; 4] = ["display_name", "email", "name", "user_id"];
/// Most names that are offered in the place of one that nothing has.
const NEAREST: usize = 5;
/// Most things of one name that are offered.
const OFFERED: usize = 10;
/// Names less alike than this are not offered.
const ALIKE: f64 = 0.75;

/// One thing of an account, and the texts by which other rows name it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The table that the thing is a row of.
    pub table: &'static Table,
    /// The key of the row.
    pub key: Row,
    /// The name that people know it by.
    pub name: Option<String>,
    /// Its ids: the key and others, as rows that belong to it or are about it hold them.
    pub ids: BTreeSet<String>,
    /// Other ends of addresses that mean it: what it belongs to and one of its texts, as rules may name what they report.
    pub other_places: BTreeSet<String>,
}

impl Subject {
    pub(crate) fn of_row(table: &'static Table, row: &Row) -> Self {
        let key = Row::pack(row.values().take(table.key));
        let text = |column: &str| table.text(row, column).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut ids: BTreeSet<String> = own_columns(table, &IDS).filter_map(text).collect();
        ids.insert(table.key_text(&key));
        let other_places = other_places(table, row);
        Self { table, key, name: table.label.and_then(text), ids, other_places }
    }

    /// Returns the address of the thing in an account: cloud, account, table and key.
    #[must_use]
    pub fn address(&self, account: &AccountId) -> String {
        account.address_of(&self.place())
    }

    /// Returns table and key, which name the thing within its account.
    #[must_use]
    pub fn place(&self) -> String {
        self.table.place(&self.table.key_text(&self.key))
    }

    /// Returns the ids that cannot be anything else: a word as `default` names many things, and that of the account is named by all that
    /// there is.
    #[must_use]
    pub fn telling_ids(&self, account: &AccountId) -> BTreeSet<String> {
        let is_telling = |id: &&String| {
            id.len() > 4 && id.bytes().any(|each| each.is_ascii_digit()) && id.as_str() != account.id()
        };
        self.ids.iter().filter(is_telling).cloned().collect()
    }
}

/// Returns the ends of addresses that name a part of a thing by one of its texts, where its key has no such text.
fn other_places(table: &'static Table, row: &Row) -> BTreeSet<String> {
    let Some(owner) = row.value(0).as_text().filter(|_| table.key > 1) else { return BTreeSet::new() };
    let texts = row.values().skip(1).filter_map(Value::as_text).filter(|text| !text.is_empty());
    texts.map(|text| format!("{}/{owner}/{text}", table.name)).collect()
}

/// Returns those of some columns in which a table holds something of the thing itself, not of another.
fn own_columns(table: &'static Table, names: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
    let is_of_another = move |name: &str| {
        references(table).any(|reference| reference.column == name)
            || table.parent.is_some_and(|parent| parent.column == name)
    };
    names.iter().copied().filter(move |name| table.position(name).is_some() && !is_of_another(name))
}

/// How well a row fits what was asked for: the lesser the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Address,
    OtherAddress,
    Id,
    Name,
    NameInOtherLetters,
}

/// What somebody asks for, taken apart.
struct Wanted<'a> {
    text: &'a str,
    /// The table of an address, and the rest of it.
    address: Option<(&'static Table, &'a str)>,
}

impl<'a> Wanted<'a> {
    fn new(account: &AccountId, text: &'a str) -> Self {
        let within = account.place_of(text).unwrap_or(text);
        let (name, key) = within.split_once('/').unwrap_or((within, ""));
        let table = tables::of_cloud(account.cloud()).find(|table| table.name == name);
        Self { text, address: table.map(|table| (table, key)) }
    }

    /// Returns the table that an address names and that only another cloud has.
    fn table_elsewhere(&self, cloud: Cloud) -> Option<(&'static str, Cloud)> {
        let named =
            |table: &&Table| self.text.split('/').any(|part| part == table.name) && self.text.contains('/');
        let others = Cloud::ALL.into_iter().filter(|other| *other != cloud && self.address.is_none());
        let mut found = others.filter_map(|other| Some((tables::of_cloud(other).find(named)?.name, other)));
        found.next()
    }

    fn fit(&self, table: &'static Table, own: &OwnTexts, row: &Row) -> Option<Fit> {
        let Some((of, key)) = self.address else { return own.fit(row, self.text) };
        if of.name != table.name {
            return None;
        }
        let is_address = key.is_empty() || table.key_text(row) == key;
        if is_address {
            return Some(Fit::Address);
        }
        let is_other = || other_places(table, row).contains(&format!("{}/{key}", table.name));
        own.fit(row, key).or_else(|| is_other().then_some(Fit::OtherAddress))
    }
}

/// The positions of the columns in which the rows of a table hold texts of their own.
struct OwnTexts {
    ids: Vec<usize>,
    names: Vec<usize>,
}

impl OwnTexts {
    fn new(table: &'static Table) -> Self {
        let key = (table.key == 1).then_some(0);
        let position = |name: &str| table.position(name);
        let ids = key.into_iter().chain(own_columns(table, &IDS).filter_map(position));
        let names = table.label.into_iter().chain(own_columns(table, &NAMES)).filter_map(position);
        Self { ids: ids.collect(), names: names.collect() }
    }

    fn fit(&self, row: &Row, text: &str) -> Option<Fit> {
        let texts = |columns: &'_ [usize]| -> Vec<&str> {
            columns.iter().filter_map(|column| row.value(*column).as_text()).collect()
        };
        if texts(&self.ids).contains(&text) {
            return Some(Fit::Id);
        }
        let names = texts(&self.names);
        if names.contains(&text) {
            return Some(Fit::Name);
        }
        let lower = text.to_lowercase();
        names.iter().any(|name| name.to_lowercase() == lower).then_some(Fit::NameInOtherLetters)
    }
}

/// Returns the tables whose rows are things that can be asked about.
pub(crate) fn subject_tables(account: &AccountId) -> impl Iterator<Item = &'static Table> {
    tables::of_cloud(account.cloud()).filter(|table| table.name != tables::COVERAGE.name)
}

/// Finds the thing that somebody names: in a snapshot, or where it is there no more, in those before.
///
/// # Errors
/// [`QuestionError::NoSubject`] with the nearest names when nothing ever had the name, [`QuestionError::ManySubjects`] when
/// several things have it; as [`crate::state`] else.
pub async fn find_subject(
    history: &History,
    timeline: &Timeline,
    text: &str,
) -> Result<Subject, QuestionError> {
    let wanted = Wanted::new(history.account(), text);
    let nothing = || QuestionError::NoSubject { name: text.to_owned(), incomplete: 0, nearest: Vec::new() };
    let newest = timeline.manifests.last().ok_or_else(nothing)?;
    if let Some((name, of)) = wanted.table_elsewhere(history.account().cloud()) {
        return Err(crate::other_cloud(newest, name, of));
    }
    let mut search = Search::default();
    for table in searched(history.account(), &wanted) {
        search.look_through(&wanted, table, history.read(newest, table).await?.iter());
    }
    if search.found.is_empty() {
        for table in searched(history.account(), &wanted) {
            search.note_names(&wanted, table, history.read(newest, table).await?.iter());
        }
        search_the_past(history, timeline, &wanted, &mut search).await?;
    }
    if search.found.is_empty()
        && let Some(holder) = find_holder(history, timeline, text).await?
    {
        return Ok(holder);
    }
    search.end(text, newest.coverage.incomplete)
}

/// Returns the table of an address alone, or all tables.
fn searched(account: &AccountId, wanted: &Wanted<'_>) -> Vec<&'static Table> {
    match wanted.address {
        Some((table, _)) => vec![table],
        None => subject_tables(account).collect(),
    }
}

/// Looks for what is gone: rows of any snapshot that held the text in a column of their own.
async fn search_the_past(
    history: &History,
    timeline: &Timeline,
    wanted: &Wanted<'_>,
    search: &mut Search,
) -> Result<(), QuestionError> {
    let last_of_address = wanted.address.map(|(_, key)| key);
    let text = last_of_address.unwrap_or(wanted.text).to_owned();
    let filters = searched(history.account(), wanted).into_iter().filter_map(|table| {
        let names = own_columns(table, &IDS).chain(own_columns(table, &NAMES)).chain(table.label);
        let mut columns: Vec<usize> = names.filter_map(|name| table.position(name)).collect();
        if table.key == 1 {
            columns.push(0);
        } else if last_of_address.is_some() {
            // A key of several columns is one text in an address, and any of its columns may hold a `/`.
            let owners: BTreeSet<String> =
                text.match_indices('/').filter_map(|(end, _)| text.get(..end)).map(str::to_owned).collect();
            return Some((table, RowFilter::Naming { columns: vec![0], texts: owners.into() }));
        }
        let texts = BTreeSet::from([text.clone()]).into();
        (!columns.is_empty()).then_some((table, RowFilter::Naming { columns, texts }))
    });
    for (table, steps) in history.follow(timeline, filters.collect()).await? {
        let rows = steps.iter().rev().filter_map(|step| step.after.as_ref().or(step.before.as_ref()));
        search.look_through(wanted, table, rows.clone());
        search.note_names(wanted, table, rows);
    }
    Ok(())
}

/// What a search has come across.
#[derive(Default)]
struct Search {
    found: Vec<(Fit, Subject)>,
    /// Tables and keys of the things that were found.
    places: BTreeSet<String>,
    /// How alike names are to the one that is wanted, in thousandths.
    names: BTreeSet<(u32, String)>,
}

impl Search {
    /// Looks for what is wanted among rows of a table.
    fn look_through<'a>(
        &mut self,
        wanted: &Wanted<'_>,
        table: &'static Table,
        rows: impl Iterator<Item = &'a Row>,
    ) {
        let own = OwnTexts::new(table);
        for row in rows {
            let Some(fit) = wanted.fit(table, &own, row) else { continue };
            let subject = Subject::of_row(table, row);
            if self.places.insert(subject.place()) {
                self.found.push((fit, subject));
            }
        }
    }

    /// Notes the names of rows that are like what is wanted, for where nothing is found.
    fn note_names<'a>(
        &mut self,
        wanted: &Wanted<'_>,
        table: &'static Table,
        rows: impl Iterator<Item = &'a Row>,
    ) {
        let Some(label) = table.label.and_then(|label| table.position(label)) else { return };
        for name in rows.filter_map(|row| row.value(label).as_text()) {
            self.note(wanted.text, name);
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::as_conversions,
        reason = "a likeness lies between 0 and 1"
    )]
    fn note(&mut self, text: &str, label: &str) {
        let (text, name) = (text.to_lowercase(), label.to_lowercase());
        let likeness = if !text.is_empty() && (name.contains(&text) || text.contains(&name)) {
            0.95
        } else {
            strsim::jaro_winkler(&text, &name)
        };
        if likeness >= ALIKE {
            self.names.insert(((likeness * 1000.0) as u32, label.to_owned()));
        }
    }

    fn end(mut self, text: &str, incomplete: u64) -> Result<Subject, QuestionError> {
        // The row of a thing comes before rows that only tell more of it under the same key.
        let rank = |(fit, subject): &(Fit, Subject)| {
            (*fit, subject.table.kind == Kind::Activity, subject.table.label.is_none())
        };
        let best = self.found.iter().map(rank).min();
        self.found.retain(|found| Some(rank(found)) == best);
        let mut found = self.found.into_iter().map(|(_, subject)| subject);
        match (found.next(), found.next()) {
            (Some(subject), None) => Ok(subject),
            (None, _) => {
                let mut nearest: Vec<String> = Vec::new();
                for (_, name) in self.names.into_iter().rev() {
                    if !nearest.contains(&name) && nearest.len() < NEAREST {
                        nearest.push(name);
                    }
                }
                Err(QuestionError::NoSubject { name: text.to_owned(), incomplete, nearest })
            }
            (Some(first), Some(second)) => {
                let mut places: Vec<String> =
                    [first, second].into_iter().chain(found).map(|subject| subject.place()).collect();
                let others = places.split_off(places.len().min(OFFERED)).len();
                Err(QuestionError::ManySubjects { name: text.to_owned(), places, others })
            }
        }
    }
}

/// Returns the columns of a table in which a row can name another thing by its id.
pub(crate) fn naming_columns(table: &Table) -> Vec<usize> {
    let names_another = |column: &model::Column| {
        column.kind == Type::Text && column.author.is_none() && column.name != "account_id"
    };
    let columns = table.columns.iter().enumerate();
    columns.filter(|(_, column)| names_another(column)).map(|(position, _)| position).collect()
}
