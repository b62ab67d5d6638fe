//! `verify`: proves the chain, or names what is broken.

use std::collections::BTreeSet;

use clap::builder::styling::AnsiColor;
use serde_json::json;
use snapshot::{Fault, FaultKind, SnapshotError};

use super::Context;
use crate::{
    arguments::Verify,
    failure::{Failure, exit},
    past::Past,
    render::{table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, _wanted: &Verify) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let extent = Extent::of(context, &past).await?;
    pipeline::Watch::stage(context.progress, "proving every object");
    let faults = past.history.verify().await?;
    context.progress.clear();
    let broken = faults.iter().filter(|fault| !fault.is_harmless()).count();
    context.screen.show(
        |paint| page(&extent, &faults, paint),
        || {
            let faults: Vec<_> = faults
                .iter()
                .map(|fault| {
                    json!({
                        "object": fault.object,
                        "kind": kind(fault.kind),
                        "text": fault.text,
                        "harmless": fault.is_harmless(),
                    })
                })
                .collect();
            json!({ "snapshots": extent.snapshots, "objects": extent.objects, "head": extent.head, "faults": faults })
        },
    )?;
    if broken == 0 {
        return Ok(!faults.is_empty());
    }
    let what = format!(
        "the history of `{}` is broken: {}",
        past.history.account(),
        text::counted(u64::try_from(broken).unwrap_or(u64::MAX), "fault")
    );
    Err(Failure::new(exit::BROKEN, anyhow::Error::msg(what))
        .help("restore the named objects from a copy or an older version; the next audit goes on with full tables all the same"))
}

/// How much there is to prove.
#[derive(Debug)]
struct Extent {
    snapshots: u64,
    objects: usize,
    /// Hash of the newest manifest: whoever notes it elsewhere can also prove that the end was not cut off.
    head: Option<String>,
}

impl Extent {
    async fn of(context: Context<'_>, past: &Past) -> Result<Self, Failure> {
        let newest = past.history.newest().await?.unwrap_or(0);
        let mut extent = Self { snapshots: 0, objects: 0, head: None };
        let mut objects = BTreeSet::new();
        for number in 1..=newest {
            context.progress.count("reading manifests", number, newest);
            match past.history.manifest(number).await {
                Ok(manifest) => {
                    extent.snapshots += 1;
                    extent.head = Some(manifest.hash()?);
                    objects.extend(manifest.objects().map(|object| object.key.clone()));
                }
                // The proof itself names it.
                Err(error) if error.is_damage() || matches!(error, SnapshotError::NoSuchSnapshot { .. }) => {}
                Err(SnapshotError::Newer { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        extent.objects = objects.len();
        Ok(extent)
    }
}

const fn kind(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Changed => "changed",
        FaultKind::Missing => "missing",
        FaultKind::Inserted => "inserted",
        FaultKind::Stray => "stray",
    }
}

fn page(extent: &Extent, faults: &[Fault], paint: Paint) -> String {
    let counts = format!(
        "{}, {}",
        text::counted(extent.snapshots, "snapshot"),
        text::counted(u64::try_from(extent.objects).unwrap_or(u64::MAX), "object")
    );
    let mut page = String::new();
    if !faults.is_empty() {
        let mut grid = Grid::new(&["fault", "object", "what"]);
        for fault in faults {
            let colour = if fault.is_harmless() { AnsiColor::Yellow } else { AnsiColor::Red };
            grid.styled(
                colour.on_default(),
                [kind(fault.kind).to_owned(), fault.object.clone(), fault.text.clone()],
            );
        }
        page.push_str(&grid.text(paint));
    }
    let whole = faults.iter().all(Fault::is_harmless);
    let verdict = if whole {
        paint.style(AnsiColor::Green.on_default(), "the chain is whole")
    } else {
        paint.style(AnsiColor::Red.on_default(), "the chain is broken")
    };
    page.push_str(&format!("{counts}: {verdict}\n"));
    if let Some(head) = extent.head.as_ref().filter(|_| whole) {
        page.push_str(&paint.dim(format!("newest manifest: sha256 {head}")));
        page.push('\n');
    }
    page
}
