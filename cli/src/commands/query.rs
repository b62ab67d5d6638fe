//! `query`: any question to any snapshot, or to each of several.

use check::{Limits, QueryAnswer, Unanswered};
use history::QuestionError;
use model::Coverage;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};
use snapshot::{Manifest, SnapshotError};

use super::Context;
use crate::{
    arguments::QueryArgs,
    failure::Failure,
    past::Past,
    render::{coverage, csv, table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &QueryArgs) -> Result<bool, Failure> {
    let pasts = Past::open_all(context).await?;
    let mut asked = QueryUnderWay::new(context, wanted, pasts.len() > 1);
    let mut refused = None;
    for past in &pasts {
        for manifest in &snapshots(past, wanted).await? {
            match asked.ask(past, manifest).await {
                // Tables of one cloud are asked of its accounts.
                Err(QuestionError::OtherCloud { name, of, account, number }) if pasts.len() > 1 => {
                    refused = Some(QuestionError::OtherCloud { name, of, account, number });
                }
                Err(error) => return Err(error.into()),
                Ok(rows) => asked.take(rows, past, manifest)?,
            }
            if asked.is_cut {
                break;
            }
        }
    }
    match refused {
        Some(error) if asked.columns.is_none() => Err(error.into()),
        _ => asked.end(),
    }
}

/// Reads the manifests of the snapshots that are asked, oldest first.
async fn snapshots(past: &Past, wanted: &QueryArgs) -> Result<Vec<Manifest>, Failure> {
    let Some(from) = &wanted.from else { return Ok(vec![past.snapshot(&wanted.at).await?]) };
    let (first, last) = (past.snapshot(from).await?, past.snapshot(&wanted.to).await?);
    if first.number > last.number {
        return Err(Failure::wrong_use(format!(
            "`--from {from}` is snapshot {}, and comes after `--to {}`, which is {}",
            first.number, wanted.to, last.number
        ))
        .help("name the older one first"));
    }
    let mut manifests = Vec::new();
    for number in first.number..=last.number {
        match past.history.manifest(number).await {
            Ok(manifest) => manifests.push(manifest),
            Err(SnapshotError::NoSuchSnapshot { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(manifests)
}

/// A question under way. Comma-separated values and JSON go out snapshot by snapshot.
struct QueryUnderWay<'a> {
    context: Context<'a>,
    wanted: &'a QueryArgs,
    /// Whether the column `account` is told.
    has_accounts: bool,
    /// Whether the columns `snapshot` and `taken_at` are told.
    has_snapshots: bool,
    columns: Option<Vec<String>>,
    /// Rows that wait for the widths of all others.
    waiting: Vec<Vec<Value>>,
    told: usize,
    is_cut: bool,
    incomplete: Vec<(Value, Coverage)>,
    /// The one snapshot that was asked, where it is one.
    only: u64,
}

impl<'a> QueryUnderWay<'a> {
    const fn new(context: Context<'a>, wanted: &'a QueryArgs, has_accounts: bool) -> Self {
        Self {
            context,
            wanted,
            has_accounts,
            has_snapshots: wanted.from.is_some(),
            columns: None,
            waiting: Vec::new(),
            told: 0,
            is_cut: false,
            incomplete: Vec::new(),
            only: 0,
        }
    }

    async fn ask(&mut self, past: &Past, manifest: &Manifest) -> Result<QueryAnswer, QuestionError> {
        let left = self.wanted.max_rows.saturating_sub(self.told);
        let limits = Limits { rows: left, ..Limits::default() };
        let answer = history::query(&past.history, manifest, &self.wanted.sql, &limits).await?;
        let tables = check::tables_named(&self.wanted.sql)?;
        let of = json!({ "account": manifest.account, "snapshot": manifest.number });
        let gaps = history::gaps(&past.history, manifest, &tables).await?;
        self.incomplete.extend(gaps.into_iter().map(|gap| (of.clone(), gap)));
        self.only = manifest.number;
        Ok(answer)
    }

    fn take(&mut self, mut answer: QueryAnswer, past: &Past, manifest: &Manifest) -> Result<(), Failure> {
        serve::name_truths(&mut answer);
        let is_first = self.columns.is_none();
        let columns = self.columns.get_or_insert_with(|| {
            let of_account = self.has_accounts.then_some("account");
            let of_snapshot: &[&str] = if self.has_snapshots { &["snapshot", "taken_at"] } else { &[] };
            let ahead = of_account.into_iter().chain(of_snapshot.iter().copied()).map(str::to_owned);
            serve::unique_names(ahead.chain(answer.columns.iter().cloned()))
        });
        self.is_cut = !answer.is_complete;
        let mut rows = Vec::with_capacity(answer.rows.len());
        for row in answer.rows {
            let account = self.has_accounts.then(|| json!(past.label));
            let snapshot = self.has_snapshots.then(|| [json!(manifest.number), json!(manifest.finished_at)]);
            rows.push(
                account.into_iter().chain(snapshot.into_iter().flatten()).chain(row).collect::<Vec<Value>>(),
            );
        }
        let mut text = String::new();
        if self.wanted.csv {
            if is_first {
                text.push_str(&csv::head(columns));
            }
            for row in &rows {
                text.push_str(&csv::line(row));
            }
            self.context.screen.put(&text)?;
        } else if self.context.screen.is_json() {
            text.push_str(if is_first { "{\n  \"rows\": [" } else { "" });
            for (number, row) in (self.told..).zip(&rows) {
                let comma = if number == 0 { "" } else { "," };
                text.push_str(&format!("{comma}\n    {}", serve::row_object(columns, row)));
            }
            self.context.screen.put(&model::visible_json(&text))?;
        } else {
            self.told += rows.len();
            self.waiting.extend(rows);
            return Ok(());
        }
        self.told += rows.len();
        Ok(())
    }

    fn end(self) -> Result<bool, Failure> {
        let columns = self.columns.unwrap_or_default();
        let has_rows = self.told > 0;
        if self.context.screen.is_json() {
            let of_several = self.has_accounts || self.has_snapshots;
            let incomplete: Vec<Value> = self
                .incomplete
                .iter()
                .map(|(of, gap)| if of_several { with(json!(gap), of) } else { json!(gap) })
                .collect();
            let mut rest = json!({ "columns": columns, "truncated": self.is_cut, "incomplete": incomplete });
            if let (false, Some(members)) = (of_several, rest.as_object_mut()) {
                members.insert("snapshot".to_owned(), json!(self.only));
            }
            let rest = rest.to_string();
            let rest = rest.strip_prefix('{').unwrap_or(&rest);
            self.context.screen.put(&model::visible_json(&format!("\n  ],\n  {rest}\n")))?;
        } else if !self.wanted.csv {
            let paint = self.context.screen.paint();
            let gaps: Vec<Coverage> = self.incomplete.into_iter().map(|(_, gap)| gap).collect();
            let note = std::iter::once(coverage::note(&gaps, paint));
            let pieces = rows(&columns, self.waiting, !self.is_cut, paint).chain(note);
            self.context.screen.tell_each(pieces)?;
        } else {
            // Values have no place for it.
            if self.is_cut {
                self.context.screen.warn("there are more rows: `--max-rows` takes more of them");
            }
            if !self.incomplete.is_empty() {
                let incomplete = self.incomplete.iter().map(|(_, gap)| gap);
                self.context.screen.warn(&coverage::warning(incomplete));
            }
        }
        Ok(has_rows)
    }
}

fn with(mut value: Value, more: &Value) -> Value {
    if let (Some(members), Some(more)) = (value.as_object_mut(), more.as_object()) {
        members.extend(more.clone());
    }
    value
}

/// The answer to a rule for programs, each row of which is made when it is written: there may be a hundred thousand.
pub(crate) struct RuleAnswer<'a> {
    /// The snapshot that was asked, where the answer says so.
    pub(crate) snapshot: Option<u64>,
    pub(crate) answer: &'a QueryAnswer,
    /// The lists that the answer hangs on and that were not read to their end.
    pub(crate) incomplete: &'a [Coverage],
    /// Why there is no answer.
    pub(crate) not_answered: &'a [Unanswered],
}

impl Serialize for RuleAnswer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = serve::unique_names(self.answer.columns.iter().cloned());
        let mut told = serializer.serialize_map(None)?;
        told.serialize_entry("columns", &columns)?;
        told.serialize_entry("incomplete", self.incomplete)?;
        told.serialize_entry("not_answered", self.not_answered)?;
        told.serialize_entry("rows", &EachRow { columns: &columns, rows: &self.answer.rows })?;
        if let Some(snapshot) = self.snapshot {
            told.serialize_entry("snapshot", &snapshot)?;
        }
        told.serialize_entry("truncated", &!self.answer.is_complete)?;
        told.end()
    }
}

/// Rows as objects, one after the other.
struct EachRow<'a> {
    columns: &'a [String],
    rows: &'a [Vec<Value>],
}

impl Serialize for EachRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(|row| serve::row_object(self.columns, row)))
    }
}

/// Writes the rows of an answer, and how many there are.
pub(crate) fn rows<'p>(
    columns: &[String],
    rows: Vec<Vec<Value>>,
    is_complete: bool,
    paint: Paint<'p>,
) -> impl Iterator<Item = String> + use<'p> {
    let head: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut grid = Grid::new(&head);
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    for row in rows {
        grid.row(row.iter().map(text::json_cell));
    }
    let more = if is_complete { "" } else { ", and there are more: `--max-rows` takes more of them" };
    let foot = paint.dim(format!("{}{more}", text::counted(count, "row")));
    grid.pieces(paint).chain([format!("{foot}\n")])
}
