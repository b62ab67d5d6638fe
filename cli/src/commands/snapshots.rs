//! `snapshots`: the list.

use serde_json::{Value, json};
use snapshot::{Manifest, SnapshotError};

use super::Context;
use crate::{
    arguments::SnapshotsArgs,
    failure::Failure,
    past::Past,
    render::{table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &SnapshotsArgs) -> Result<bool, Failure> {
    let mut listed = Vec::new();
    let pasts = Past::open_all(context).await?;
    let mut pruned = String::new();
    for past in &pasts {
        let gone = past.history.begins_at().await?.saturating_sub(1);
        if gone > 0 {
            let of = if pasts.len() > 1 { format!(" of {}", past.label) } else { String::new() };
            pruned.push_str(&format!("snapshots up to {gone}{of} were pruned\n"));
        }
        for manifest in of_account(context, past, wanted).await? {
            listed.push((past.label.as_str(), manifest));
        }
    }
    context.progress.clear();
    context.screen.show(
        |paint| format!("{}{}", list(&listed, pasts.len() > 1, paint), paint.dim(&pruned)),
        || listed.iter().map(|(_, manifest)| to_json(manifest)).collect::<Vec<_>>(),
    )?;
    let mut read = listed.iter().filter_map(|(_, manifest)| manifest.as_ref().ok());
    Ok(read.any(|manifest| !manifest.changes.is_empty()))
}

/// Reads the manifests of one account.
async fn of_account(
    context: Context<'_>,
    past: &Past,
    wanted: &SnapshotsArgs,
) -> Result<Vec<Listed>, Failure> {
    let newest = past.snapshot("latest").await?.number;
    let begins_at = past.history.begins_at().await?;
    let first = wanted.last.map_or(1, |last| newest.saturating_sub(last) + 1).max(begins_at);
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
    Ok(manifests)
}

/// A snapshot, or the number of one that cannot be read with what is wrong with it.
type Listed = Result<Manifest, (u64, String)>;

fn list(listed: &[(&str, Listed)], are_several: bool, paint: Paint) -> String {
    let head = ["account", "no>", "time (UTC)", "rows>", "drift", "open>", "incomplete"];
    let skipped = usize::from(!are_several);
    let mut grid = Grid::new(head.get(skipped..).unwrap_or_default());
    let mut faults = String::new();
    for (account, listed) in listed {
        let cells = match listed {
            Ok(manifest) => cells(manifest),
            Err((number, fault)) => {
                faults.push_str(&format!("Snapshot {number} {}\n", text::plain(fault)));
                let nothing = || "-".to_owned();
                [number.to_string(), nothing(), nothing(), "damaged".to_owned(), nothing(), nothing()]
            }
        };
        grid.row(std::iter::once((*account).to_owned()).chain(cells).skip(skipped));
    }
    if !faults.is_empty() {
        faults.push_str("`iamwatch verify` tells what else is\n");
    }
    let note = "drift: rows added (+), removed (-), changed (~), replaced (±); open: findings; incomplete: lists not read to their end\n";
    format!("{}{}{faults}", grid.text(paint), paint.dim(note))
}

fn cells(manifest: &Manifest) -> [String; 6] {
    [
        manifest.number.to_string(),
        text::minute(&manifest.finished_at),
        text::number(serve::row_count(manifest)),
        if manifest.number == 1 { "first".to_owned() } else { drift(manifest) },
        match &manifest.unjudged {
            Some(_) => "not judged".to_owned(),
            None => manifest.findings.as_ref().map_or(0, |findings| findings.open).to_string(),
        },
        match manifest.coverage.incomplete {
            0 => "-".to_owned(),
            some => format!("{some} of {}", manifest.coverage.lists),
        },
    ]
}

/// Writes how many rows drifted, each count with the sign of its verb.
fn drift(manifest: &Manifest) -> String {
    let counts = manifest.changes.iter().filter(|(_, rows)| **rows > 0);
    let signed: Vec<String> =
        counts.map(|(verb, rows)| format!("{}{}", text::sign(verb).0, text::number(*rows))).collect();
    if signed.is_empty() { "-".to_owned() } else { signed.join(" ") }
}

fn to_json(listed: &Listed) -> Value {
    let manifest = match listed {
        Ok(manifest) => manifest,
        Err((number, fault)) => return json!({ "number": number, "fault": fault }),
    };
    serve::snapshot_summary(manifest)
}
