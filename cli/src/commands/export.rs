//! `export`: a snapshot in the tools people have.

mod lake;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use export::{ExportRequest, ExportSummary, ExportTarget, ExportWatch, Format};
use serde_json::{Value, json};
use snapshot::Manifest;

use super::Context;
use crate::{
    arguments::{ExportArgs, Layout},
    failure::Failure,
    past::Past,
    progress::ProgressDisplay,
    psql::{Psql, is_address},
    render::{coverage, text},
    screen::{Paint, Screen},
};

pub(super) async fn run(context: Context<'_>, wanted: &ExportArgs) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    if wanted.layout == Layout::Lake {
        return lake::run(context, &past, wanted).await;
    }
    let (first, last) = match &wanted.from {
        Some(from) => {
            let last = wanted.to.as_deref().unwrap_or("latest");
            (Some(past.snapshot(from).await?), past.snapshot(last).await?)
        }
        None => (None, past.snapshot(&wanted.snapshot).await?),
    };
    let place = place(context, wanted, first.as_ref(), &last)?;
    let server = if is_address(&place) { Some(Psql::start(&place, wanted.format)?) } else { None };
    let is_stream = place == "-";
    let stream = |name: &str, output| ExportTarget::Stream {
        name: name.to_owned(),
        output,
        scratch: std::env::temp_dir(),
    };
    let (target, server) = match server {
        Some((server, input)) => (stream("psql", input), Some(server)),
        None if is_stream => (stream("standard output", Screen::stream()), None),
        None => (ExportTarget::Place { path: PathBuf::from(&place), is_replaced: wanted.force }, None),
    };
    let export = ExportRequest { format: wanted.format, tables: wanted.tables.clone(), target };
    let watch = Following { progress: context.progress, is_stopped: stop_on_signal() };
    let summary = match &first {
        Some(first) => export::export_changes(&past.history, first, &last, export, &watch).await,
        None => export::export_snapshot(&past.history, &last, export, &watch).await,
    };
    context.progress.clear();
    // Where psql gave up, it says why; that its input was closed then tells nothing.
    server.map_or(Ok(()), Psql::finish)?;
    let written = Written { summary: summary?, first, last, place, format: wanted.format };
    if !is_stream {
        context.screen.show(|paint| written.page(paint), || written.to_json())?;
    } else if !written.summary.incomplete.is_empty() {
        context.screen.warn(&coverage::warning(&written.summary.incomplete));
    }
    Ok(false)
}

/// What an export wrote, of which snapshots and where to.
struct Written {
    summary: ExportSummary,
    first: Option<Manifest>,
    last: Manifest,
    place: String,
    format: Format,
}

/// Returns where the export goes: what was named, or a name that tells what is in it.
fn place(
    context: Context<'_>,
    wanted: &ExportArgs,
    first: Option<&Manifest>,
    last: &Manifest,
) -> Result<String, Failure> {
    let named = match (&wanted.out, &wanted.to, first) {
        (Some(_), Some(_), None) => {
            return Err(Failure::wrong_use("--to and --out both name the target").help("leave one out"));
        }
        (Some(out), ..) => Some(out),
        (None, to, None) => to.as_ref(),
        (None, _, Some(_)) => None,
    };
    let account = last.account.to_string().replace('/', "-");
    let what = match first {
        Some(first) => format!("{}-to-{}-changes", first.number, last.number),
        None => last.number.to_string(),
    };
    let end = if wanted.format.is_folder() { '-' } else { '.' };
    let own = format!("{account}-{what}{end}{}", wanted.format.ending());
    match named {
        // Each account has a schema of its own there.
        Some(address) if is_address(address) => Ok(address.clone()),
        named => context.target(named, own),
    }
}

/// Notes the first signal that asks the program to end: the export then cleans up by itself.
fn stop_on_signal() -> Arc<AtomicBool> {
    let is_stopped = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&is_stopped);
    tokio::spawn(async move {
        wait_for_signal().await;
        noted.store(true, Ordering::Relaxed);
    });
    is_stopped
}

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut terminate) = signal(SignalKind::terminate()) {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    let _ended = tokio::signal::ctrl_c().await;
}

/// Shows how far the export is, and passes on that it is to end.
struct Following<'a> {
    progress: &'a ProgressDisplay,
    is_stopped: Arc<AtomicBool>,
}

impl ExportWatch for Following<'_> {
    fn step(&self, what: &'static str, done: usize, of: usize) {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        self.progress.count(what, number(done), number(of));
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }
}

impl Written {
    fn page(&self, paint: Paint) -> String {
        let Self { summary, last, .. } = self;
        let rows = summary.written.iter().filter_map(|(_, rows)| *rows).sum();
        let views = summary.written.iter().filter(|(_, rows)| rows.is_none()).count();
        let tables = u64::try_from(summary.written.len() - views).unwrap_or(u64::MAX);
        let mut what = format!("{}, {}", text::counted(tables, "table"), text::counted(rows, "row"));
        if views > 0 {
            what.push_str(&format!(", {}", text::counted(u64::try_from(views).unwrap_or(u64::MAX), "view")));
        }
        let of = match &self.first {
            Some(first) => format!("Changes from snapshot {} to {}", first.number, last.number),
            None => format!("Snapshot {}", last.number),
        };
        let place = model::visible(&self.place);
        let mut page = format!("{} of {}: {what}\n→ {place}\n", paint.bold(of), last.account);
        for name in &summary.left_out {
            let most = text::number(export::MOST_ROWS_UNASKED);
            page.push_str(&format!(
                "Left out is `{name}`, which has more than {most} rows: name it with --tables to have it.\n"
            ));
        }
        page.push_str(&coverage::note(&summary.incomplete, paint));
        page
    }

    fn to_json(&self) -> Value {
        let written = |(name, rows): &(String, Option<u64>)| json!({ "name": name, "rows": rows });
        json!({
            "snapshot": self.last.number,
            "from": self.first.as_ref().map(|first| first.number),
            "format": self.format.name(),
            "target": self.place,
            "written": self.summary.written.iter().map(written).collect::<Vec<_>>(),
            "left_out": self.summary.left_out,
            "incomplete_lists": self.summary.incomplete.len(),
            "incomplete": self.summary.incomplete,
        })
    }
}
