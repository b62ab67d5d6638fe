//! Exports what one snapshot holds: its tables, what is made of it, and the views over both.

use std::collections::BTreeSet;

use check::View;
use history::QuestionError;
use model::{
    Row, Table,
    tables::{self, derived},
};
use snapshot::{History, Manifest};

use crate::{
    ExportError, ExportRequest, ExportSummary, ExportWatch, Format,
    formats::{self, About},
    stage::{Flow, Stage},
    target::ExportDraft,
    unseen,
};

const READING: &str = "reading tables";

/// Which tables and views are put together, and which of them somebody asked for.
#[derive(Debug)]
struct Chosen {
    asked: BTreeSet<String>,
    tables: Vec<&'static Table>,
    views: Vec<View>,
}

/// Writes the tables and views of a snapshot.
///
/// # Errors
/// When the snapshot cannot be read, a name is not one of its tables, the target is there already, or it cannot be written.
pub async fn export_snapshot(
    history: &History,
    manifest: &Manifest,
    wanted: ExportRequest,
    watch: &dyn ExportWatch,
) -> Result<ExportSummary, ExportError> {
    let chosen = choose(manifest, &wanted.tables, wanted.format)?;
    let mut draft = wanted.target.begin(wanted.format, chosen.asked.len())?;
    let incomplete = unseen::lists_of_tables(history, manifest, &wanted.tables).await?;
    let mut stage = Stage::create(&draft.stage()).map_err(|error| draft.unstaged(error))?;
    fill(history, manifest, &chosen, &mut stage, &draft, watch).await?;
    let finish = |stage: &mut Stage| -> rusqlite::Result<()> {
        stage.declare_relations()?;
        chosen.views.iter().try_for_each(|view| stage.add_view(view))?;
        stage.finish()
    };
    finish(&mut stage).map_err(|error| draft.unstaged(error))?;
    let left_out = if wanted.tables.is_empty() && wanted.format.is_folder() {
        stage.views_above(crate::MOST_ROWS_UNASKED).map_err(|error| draft.unstaged(error))?
    } else {
        Vec::new()
    };
    let about = About {
        account: manifest.account.to_string(),
        from: None,
        snapshot: manifest.number,
        taken_at: manifest.finished_at.clone(),
        incomplete,
    };
    let is_asked = |name: &str| chosen.asked.contains(name) && !left_out.iter().any(|out| out == name);
    let written = formats::write(stage, wanted.format, &about, &is_asked, &mut draft, watch)?;
    draft.keep()?;
    Ok(ExportSummary { written, left_out, incomplete: about.incomplete })
}

async fn fill(
    history: &History,
    manifest: &Manifest,
    chosen: &Chosen,
    stage: &mut Stage,
    draft: &ExportDraft,
    watch: &dyn ExportWatch,
) -> Result<(), ExportError> {
    let of = chosen.tables.len();
    let (made, stored): (Vec<&'static Table>, Vec<&'static Table>) =
        chosen.tables.iter().copied().partition(|table| derived::is_of_access(table));
    // The graph of access is what takes most memory: it comes first, while nothing else is held.
    if !made.is_empty() {
        watch.step("working out grants", 0, of);
        let access = history::build_access(history, manifest).await?;
        for (done, table) in made.iter().enumerate() {
            watch.step("writing grants", done, of);
            proceed(stage.add_table(table, access.grant_rows(table), watch), draft)?;
        }
    }
    for (done, table) in stored.iter().enumerate() {
        watch.step(READING, made.len() + done, of);
        let flow = if table.name == derived::FINDINGS.name {
            add_findings(history, manifest, stage, watch).await?
        } else if table.name == tables::RUN.name {
            stage.add_table(table, [check::run_row(&history::run_of(manifest))], watch)
        } else {
            let rows = history.read(manifest, table).await?;
            stage.add_table(table, rows.iter(), watch)
        };
        proceed(flow, draft)?;
    }
    stage.order_as(&chosen.tables);
    watch.step(READING, of, of);
    Ok(())
}

/// Adds the table of findings, of which no more are held than are written at a time.
async fn add_findings(
    history: &History,
    manifest: &Manifest,
    stage: &mut Stage,
    watch: &dyn ExportWatch,
) -> Result<rusqlite::Result<Flow>, QuestionError> {
    const AT_A_TIME: usize = 4096;
    let table = &derived::FINDINGS;
    let mut flow = stage.add_table(table, std::iter::empty::<Row>(), watch);
    let mut rows: Vec<Row> = Vec::with_capacity(AT_A_TIME);
    let mut write = |rows: &mut Vec<Row>| {
        if matches!(flow, Ok(Flow::Done)) {
            flow = stage.append(table, rows.drain(..), watch);
        }
        rows.clear();
    };
    let put = |finding| {
        rows.push(history::finding_row(&finding));
        if rows.len() == AT_A_TIME {
            write(&mut rows);
        }
    };
    history::each_finding(history, manifest, put).await?;
    write(&mut rows);
    Ok(flow)
}

fn proceed(flow: rusqlite::Result<Flow>, draft: &ExportDraft) -> Result<(), ExportError> {
    match flow.map_err(|error| draft.unstaged(error))? {
        Flow::Done => Ok(()),
        Flow::Stopped => Err(ExportError::Stopped),
    }
}

/// Finds what the names mean, and what else the views among them read.
fn choose(manifest: &Manifest, names: &[String], format: Format) -> Result<Chosen, ExportError> {
    let views = check::views_of(&[manifest.account.cloud()]);
    // What is made of other snapshots is exported with a range.
    let made =
        derived::all().filter(|table| ![derived::DRIFT.name, derived::SNAPSHOTS.name].contains(&table.name));
    let known: Vec<&'static Table> =
        history::declared(manifest).into_iter().chain([&tables::RUN]).chain(made).collect();
    if names.is_empty() {
        let tables = known.iter().map(|table| table.name);
        let asked = tables.chain(views.iter().map(|view| view.name)).map(str::to_owned).collect();
        return Ok(Chosen { asked, tables: known, views });
    }
    let mut read: BTreeSet<&str> = BTreeSet::new();
    for name in names {
        if known.iter().any(|table| table.name == name) {
            read.insert(name);
        } else if !views.iter().any(|view| view.name == name) {
            return Err(unknown(manifest, name).into());
        }
    }
    // A database is taken along without a note beside it: what could not be seen goes with whatever was chosen.
    if format.is_database() {
        read.insert(tables::COVERAGE.name);
    }
    let is_asked = |view: &View| names.iter().any(|name| name == view.name);
    let mut views_read: BTreeSet<&str> =
        views.iter().filter(|view| is_asked(view)).map(|view| view.name).collect();
    // A view comes after those that it reads: from the last to the first, every one that is read is found.
    for view in views.iter().rev() {
        if views_read.contains(view.name) {
            views_read.extend(views.iter().filter(|other| view.reads(other.name)).map(|other| other.name));
            read.extend(known.iter().filter(|table| view.reads(table.name)).map(|table| table.name));
        }
    }
    Ok(Chosen {
        asked: names.iter().cloned().collect(),
        tables: known.iter().filter(|table| read.contains(table.name)).copied().collect(),
        views: views.iter().filter(|view| views_read.contains(view.name)).cloned().collect(),
    })
}

/// Says that a name means nothing here: of another cloud, or like which others.
fn unknown(manifest: &Manifest, name: &str) -> QuestionError {
    let error = match history::table(manifest, name) {
        Err(error) => error,
        Ok(_) => QuestionError::Table { name: name.to_owned(), number: manifest.number },
    };
    let quoted = name.replace('"', "\"\"");
    match (&error, check::tables_named(&format!("select 1 from \"{quoted}\""))) {
        (QuestionError::Table { .. }, Err(nearest)) => nearest.into(),
        _ => error,
    }
}
