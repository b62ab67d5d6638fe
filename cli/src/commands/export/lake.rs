//! `export --layout lake`: snapshots of any number of accounts, for engines that work over many machines.

use export::{Format, LakeSummary};
use serde_json::json;
use snapshot::Manifest;

use super::{Following, stop_on_signal};
use crate::{
    arguments::ExportArgs,
    commands::{Context, TARGET},
    failure::Failure,
    past::Past,
    place,
    render::text,
};

/// The folder of a lake that is not named.
const FOLDER: &str = "iamwatch-lake";

pub(super) async fn run(context: Context<'_>, past: &Past, wanted: &ExportArgs) -> Result<bool, Failure> {
    let refused = |said: &str| Err(Failure::wrong_use(said));
    if wanted.format != Format::Parquet {
        return refused("a lake is of Parquet: say --format parquet");
    }
    if !wanted.tables.is_empty() || wanted.force {
        return refused("a lake holds all tables, and is added to: --tables and --force are not of it");
    }
    let named = match (&wanted.out, &wanted.to, &wanted.from) {
        (Some(_), Some(_), None) => return refused("--to and --out both name the target"),
        (Some(out), ..) => out,
        (None, Some(to), None) => to,
        (None, ..) => FOLDER,
    };
    if named == "-" {
        return refused("a lake is a folder, and cannot go to standard output");
    }
    let folder = place::here().path(TARGET, named)?;
    let named = &*folder.to_string_lossy();
    let manifests = snapshots(past, wanted).await?;
    let watch = Following { progress: context.progress, is_stopped: stop_on_signal() };
    let summary = export::export_lake(&past.history, &manifests, &folder, &watch).await;
    context.progress.clear();
    let summary = summary?;
    let blind = manifests.iter().filter(|manifest| manifest.coverage.incomplete > 0).count();
    let blind = u64::try_from(blind).unwrap_or(u64::MAX);
    context.screen.show(
        |_| page(past, &summary, blind, named),
        || {
            json!({
                "target": named,
                "snapshots": summary.snapshots,
                "incomplete_snapshots": blind,
                "skipped": summary.skipped,
                "tables": summary.tables,
                "rows": summary.rows,
            })
        },
    )?;
    Ok(false)
}

/// Reads the manifests of the snapshots that are wanted, oldest first.
async fn snapshots(past: &Past, wanted: &ExportArgs) -> Result<Vec<Manifest>, Failure> {
    let Some(from) = &wanted.from else { return Ok(vec![past.snapshot(&wanted.snapshot).await?]) };
    let first = past.snapshot(from).await?;
    let last = past.snapshot(wanted.to.as_deref().unwrap_or("latest")).await?;
    if first.number > last.number {
        let said = format!(
            "--from names snapshot {}, and comes after --to, which names {}",
            first.number, last.number
        );
        return Err(Failure::wrong_use(said).help("name the older one first"));
    }
    let later = past.history.manifests(first.number + 1..=last.number).await?;
    Ok(std::iter::once(first).chain(later).collect())
}

fn page(past: &Past, summary: &LakeSummary, blind: u64, place: &str) -> String {
    let mut page = format!(
        "{} of {}: {}, {}\n→ {}\n",
        text::counted(summary.snapshots, "snapshot"),
        past.history.account(),
        text::counted(summary.tables, "changed table"),
        text::counted(summary.rows, "row"),
        model::visible(place)
    );
    if summary.skipped > 0 {
        page.push_str(&format!(
            "{} not added: the lake has them, or has a newer one\n",
            text::counted(summary.skipped, "snapshot")
        ));
    }
    if blind > 0 {
        page.push_str(&format!(
            "{} did not see all, and what is missing may be there all the same: the table `coverage` names the lists\n",
            text::counted(blind, "snapshot")
        ));
    }
    page
}
