//! `snapshots`: the list.

use serde_json::{Value, json};
use snapshot::{Manifest, SnapshotError};

use super::Context;
use crate::{
    arguments::Snapshots,
    failure::Failure,
    past::Past,
    render::{table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &Snapshots) -> Result<bool, Failure> {
    let past = Past::open(context.global).await?;
    let newest = past.snapshot("latest").await?.number;
    let first = wanted.last.map_or(1, |last| newest.saturating_sub(last) + 1).max(1);
    let mut manifests = Vec::new();
    for number in first..=newest {
        // What is gone, or is not what was written, hides none of the others.
        manifests.push(match past.history.manifest(number).await {
            Ok(manifest) => Ok(manifest),
            Err(SnapshotError::NoSuchSnapshot { .. }) => Err((number, "is missing".to_owned())),
            Err(error) => match error.damage() {
                Some((_, fault)) => Err((number, fault)),
                None => return Err(error.into()),
            },
        });
        context.progress.count("reading manifests", number - first + 1, newest - first + 1);
    }
    context.progress.clear();
    context.screen.show(|paint| list(&manifests, paint), || manifests.iter().map(to_json).collect())?;
    Ok(manifests.iter().flatten().any(|manifest| !manifest.changes.is_empty()))
}

fn rows(manifest: &Manifest) -> u64 {
    manifest.tables.values().map(|table| table.rows).sum()
}

/// A snapshot, or the number of one that cannot be read with what is wrong with it.
type Listed = Result<Manifest, (u64, String)>;

fn list(manifests: &[Listed], paint: Paint) -> String {
    let mut grid = Grid::new(&[
        "snapshot>",
        "time (UTC)",
        "rows>",
        "drift",
        "open findings>",
        "lists not read to the end",
    ]);
    for listed in manifests {
        let manifest = match listed {
            Ok(manifest) => manifest,
            Err((number, fault)) => {
                let fault = format!("{}: see `iamwatch verify`", text::plain(fault));
                let nothing = || "-".to_owned();
                grid.row([number.to_string(), nothing(), nothing(), fault, nothing(), nothing()]);
                continue;
            }
        };
        grid.row([
            manifest.number.to_string(),
            text::minute(&manifest.finished_at),
            text::number(rows(manifest)),
            if manifest.number == 1 { "first".to_owned() } else { drift(manifest) },
            match &manifest.unjudged {
                Some(_) => "not judged".to_owned(),
                None => manifest.findings.as_ref().map_or(0, |findings| findings.open).to_string(),
            },
            match manifest.coverage.incomplete {
                0 => "-".to_owned(),
                some => format!("{some} of {}", manifest.coverage.lists),
            },
        ]);
    }
    grid.text(paint)
}

fn drift(manifest: &Manifest) -> String {
    text::tally(manifest.changes.iter().map(|(verb, rows)| (*rows, verb)), "-")
}

fn to_json(listed: &Listed) -> Value {
    let manifest = match listed {
        Ok(manifest) => manifest,
        Err((number, fault)) => return json!({ "number": number, "fault": fault }),
    };
    json!({
        "number": manifest.number,
        "account": manifest.account,
        "started_at": manifest.started_at,
        "finished_at": manifest.finished_at,
        "tool": manifest.tool,
        "rows": rows(manifest),
        "drift": manifest.changes,
        "lists": manifest.coverage.lists,
        "incomplete": manifest.coverage.incomplete,
        "unjudged": manifest.unjudged,
        "open_findings": manifest.findings.as_ref().map_or(0, |findings| findings.open),
    })
}
