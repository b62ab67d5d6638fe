//! `verify`: proves the chain, or names what is broken.

mod milestones;

use clap::builder::styling::AnsiColor;
use serde_json::{Value, json};
use snapshot::{Fault, Milestone, Verification, Verified};

use self::milestones::Milestones;
use super::Context;
use crate::{
    arguments::VerifyArgs,
    failure::{Failure, exit},
    past::Past,
    render::{table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &VerifyArgs) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let mut milestones = Milestones::open(context, wanted, past.history.account())?;
    let former = milestones.as_mut().and_then(Milestones::take_former);
    let resumed = former.as_ref().map(|former| former.snapshot);
    let watch = |reached: &Milestone, last: u64| {
        context.progress.count("proving snapshots", reached.snapshot, last);
        if let Some(milestones) = &milestones {
            milestones.keep(reached);
        }
    };
    let wish = Verification { head: wanted.head.as_deref(), former, watch: Some(&watch) };
    let verified = past.history.verify_with(&wish).await?;
    context.progress.clear();
    if let Some(milestones) = &milestones {
        milestones.remove();
    }
    let faults = &verified.faults;
    let broken = faults.iter().filter(|fault| !fault.is_harmless()).count();
    context.screen.show(|paint| page(&verified, resumed, paint), || told(&verified, resumed))?;
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

fn told(verified: &Verified, resumed: Option<u64>) -> Value {
    let faults = verified.faults.iter().map(|fault| {
        json!({
            "object": fault.object,
            "kind": fault.kind.name(),
            "text": fault.text,
            "harmless": fault.is_harmless(),
        })
    });
    json!({
        "snapshots": verified.snapshots,
        "objects": verified.objects,
        "head": verified.head.as_ref().map(|(_, hash)| hash),
        "noted": verified.noted,
        "pruned_up_to": pruned_up_to(verified),
        "resumed": resumed,
        "faults": faults.collect::<Vec<_>>(),
    })
}

/// Returns the number of the last snapshot that was pruned.
fn pruned_up_to(verified: &Verified) -> Option<u64> {
    verified.pruned.tombstones.last().map(|newest| newest.last)
}

fn page(verified: &Verified, resumed: Option<u64>, paint: Paint) -> String {
    let faults = &verified.faults;
    let counts = format!(
        "{}, {}",
        text::counted(verified.snapshots, "snapshot"),
        text::counted(u64::try_from(verified.objects).unwrap_or(u64::MAX), "object")
    );
    let mut page = String::new();
    if !faults.is_empty() {
        let mut grid = Grid::new(&["fault", "object", "what"]);
        for fault in faults {
            let colour = if fault.is_harmless() { AnsiColor::Yellow } else { AnsiColor::Red };
            grid.styled(
                colour.on_default(),
                [fault.kind.name().to_owned(), fault.object.clone(), fault.text.clone()],
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
    if let Some(newest) = verified.pruned.tombstones.last() {
        let at = text::minute(&newest.at);
        page.push_str(&format!("snapshots up to {} were pruned, the last at {at}\n", newest.last));
    }
    if let Some(number) = verified.noted {
        let is_gone = pruned_up_to(verified).is_some_and(|last| number <= last);
        let but = if is_gone { ", which was pruned: by its tombstone alone" } else { "" };
        page.push_str(&format!("the manifest that was noted is that of snapshot {number}{but}\n"));
    }
    if let Some(number) = resumed {
        let said = format!("objects of snapshots up to {number} were read before, and not again");
        page.push_str(&paint.dim(said));
        page.push('\n');
    }
    if let Some((_, hash)) = verified.head.as_ref().filter(|_| whole) {
        page.push_str(&paint.dim(format!("newest manifest: sha256 {hash}")));
        page.push('\n');
    }
    page
}
