//! What is so: the account as an auditor in calm weather stores it.

use std::collections::BTreeMap;

use anyhow::Result;
use model::{Finding, FindingState, Kind, Row, State, Table, tables};
use serde_json::{Map, Value, json};
use snapshot::{History, Manifest};

/// The cells of a row by name, without those that are null.
pub type Cells = Map<String, Value>;

/// An account at one time.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// The rows of every table but the coverage, by key.
    pub tables: BTreeMap<&'static str, BTreeMap<String, Cells>>,
    /// Findings that are open, by fingerprint.
    pub open: BTreeMap<String, Finding>,
    /// Findings whose tables cannot be seen.
    pub unknown: BTreeMap<String, Finding>,
    /// Listings that some list was not read to its end of, with the reason.
    pub incomplete: BTreeMap<String, String>,
    /// Whether rules were asked of the snapshot.
    pub is_judged: bool,
    /// Hash of the rows of each table.
    pub hashes: BTreeMap<String, String>,
}

impl Truth {
    /// Reads a snapshot.
    pub async fn read(history: &History, manifest: &Manifest) -> Result<Self> {
        let all: Vec<&'static Table> = tables::of_cloud(history.account().cloud()).collect();
        let state: State = history::state(history, manifest, &all).await?;
        let mut truth = Self { is_judged: manifest.unjudged.is_none(), ..Self::default() };
        for table in all.into_iter().filter(|table| table.name != tables::COVERAGE.name) {
            let rows = state.rows(table).iter().map(|row| {
                let cells = cells(table, row);
                (key_of(table, &cells), cells)
            });
            truth.tables.insert(table.name, rows.collect());
            truth.hashes.insert(table.name.to_owned(), state.rows(table).hash());
        }
        for coverage in history::coverage(history, manifest).await?.iter().filter(|each| !each.is_complete())
        {
            let reason = coverage.reason.clone().unwrap_or_default();
            truth.incomplete.insert(coverage.listing.clone(), format!("{}: {reason}", coverage.parent));
        }
        for (fingerprint, finding) in history::findings(history, manifest).await?.findings {
            match finding.state {
                FindingState::Open => truth.open.insert(fingerprint, Finding::clone(&finding)),
                FindingState::Unknown => truth.unknown.insert(fingerprint, Finding::clone(&finding)),
                _ => None,
            };
        }
        Ok(truth)
    }

    /// Returns a row.
    pub fn row(&self, table: &str, key: &str) -> Option<&Cells> {
        self.tables.get(table)?.get(key)
    }

    /// Says whether a thing is there, by its address below the account; none when the address names no table.
    pub fn has(&self, address: &str) -> Option<bool> {
        let (table, key) = address.split_once('/')?;
        Some(self.tables.get(table)?.contains_key(key))
    }
}

/// Says whether changes of a table are told.
pub fn is_told(table: &Table) -> bool {
    table.kind == Kind::State && table.name != tables::COVERAGE.name
}

fn cells(table: &Table, row: &Row) -> Cells {
    let named = table.columns.iter().zip(row.values()).filter(|(_, value)| !value.is_null());
    named.map(|(column, value)| (column.name.to_owned(), json!(value))).collect()
}

/// Returns the key of a row as addresses have it.
pub fn key_of(table: &Table, cells: &Cells) -> String {
    let text = |name: &str| match cells.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let parts: Vec<String> = table.key_columns().iter().map(|column| text(column.name)).collect();
    parts.join("/")
}
