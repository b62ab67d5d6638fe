//! A replay, for people: what would have happened to findings, snapshot by snapshot.

use std::collections::BTreeMap;

use check::Unanswered;
use clap::builder::styling::AnsiColor;
use model::{AccountId, Finding, FindingState, Sighting, Transition, TransitionKind};
use notify::BaselineCounts;
use pipeline::ReplayedSnapshot;
use serde_json::{Value, json};
use snapshot::Manifest;

use crate::{
    names::Names,
    render::{coverage, table::Grid, text},
    screen::Paint,
};

/// Something that would have happened to a finding.
#[derive(Debug)]
pub(crate) struct ReplayLine {
    transition: Transition,
    name: String,
}

impl ReplayLine {
    pub(crate) fn to_json(&self) -> Value {
        let mut told = json!(self.transition);
        if let Some(members) = told.as_object_mut() {
            members.insert("name".to_owned(), json!(self.name));
        }
        told
    }

    fn turn(&self) -> String {
        let finding = &self.transition.finding;
        match (self.transition.kind, finding.state) {
            (TransitionKind::Closed, FindingState::Fixed) => "fixed".to_owned(),
            (TransitionKind::Closed, FindingState::Gone) => "gone".to_owned(),
            (kind, _) => kind.name().to_owned(),
        }
    }
}

/// A snapshot that was judged, with what is told of it.
#[derive(Debug)]
pub(crate) struct ReplayStep {
    pub(crate) seen: Sighting,
    pub(crate) lines: Vec<ReplayLine>,
    pub(crate) baseline: BaselineCounts,
    pub(crate) open: u64,
    pub(crate) broken: BTreeMap<String, String>,
    pub(crate) unanswered: Vec<Unanswered>,
}

impl ReplayStep {
    /// Takes what was judged, with names, and of the transitions those of findings that are meant.
    pub(crate) fn new(step: ReplayedSnapshot, names: &Names, is_meant: impl Fn(&Finding) -> bool) -> Self {
        let ReplayedSnapshot { seen, transitions, baseline, open, broken, unanswered } = step;
        let meant = transitions.into_iter().filter(|transition| is_meant(&transition.finding));
        let lines = meant
            .map(|transition| ReplayLine { name: names.name_of(&transition.finding.subject), transition });
        Self { seen, lines: lines.collect(), baseline, open, broken, unanswered }
    }
}

/// What there is to tell of a replay.
#[derive(Debug)]
pub(crate) struct ReplayReport<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) first: &'a Manifest,
    pub(crate) last: &'a Manifest,
    pub(crate) steps: &'a [ReplayStep],
    /// Whether only some of what would have happened is told.
    pub(crate) is_chosen: bool,
    /// Snapshots that could not be judged, each with the reason.
    pub(crate) skipped: &'a [(u64, String)],
}

/// Writes a replay, a line for each thing that would have happened.
pub(crate) fn page(told: &ReplayReport<'_>, paint: Paint) -> String {
    let range = format!("snapshots {} to {} of {}", told.first.number, told.last.number, told.account);
    let mut page = format!("{}, judged by the rules of today\n", paint.bold(range));
    let warn = |line: String| format!("{}\n", paint.style(AnsiColor::Yellow.on_default(), line));
    for (number, fault) in told.skipped {
        page.push_str(&warn(format!("! snapshot {number} {}: it is left out", text::plain(fault))));
    }
    let of_all = if told.is_chosen { " of all rules" } else { "" };
    for step in told.steps {
        let known = step.baseline.total();
        if known > 0 {
            let said = format!(
                "snapshot {}: {} there when the rules could first look\n",
                step.seen.snapshot,
                if known == 1 {
                    format!("1 finding{of_all} was")
                } else {
                    format!("{} findings{of_all} were", text::number(known))
                }
            );
            page.push_str(&said);
        }
        for (rule, reason) in &step.broken {
            let said = format!(
                "! snapshot {}: rule {rule} could not be asked: {}",
                step.seen.snapshot,
                text::plain(reason)
            );
            page.push_str(&warn(said));
        }
    }
    page.push_str(&blind(told.steps, paint));
    let mut grid = Grid::new(&["no", "time (utc)", "turn", "severity", "rule", "about"]);
    let mut is_empty = true;
    for step in told.steps {
        for line in &step.lines {
            is_empty = false;
            let finding = &line.transition.finding;
            grid.row([
                step.seen.snapshot.to_string(),
                text::minute(&step.seen.at),
                line.turn(),
                finding.severity.name().to_owned(),
                finding.rule.clone(),
                text::plain(&line.name),
            ]);
        }
    }
    if is_empty {
        page.push_str("Nothing would have been told of findings.\n");
    } else {
        page.push('\n');
        page.push_str(&grid.text(paint));
    }
    if let Some(step) = told.steps.last() {
        let open = if step.open == 1 {
            "1 finding".to_owned()
        } else {
            format!("{} findings", text::number(step.open))
        };
        page.push_str(&format!("{open}{of_all} would be open after snapshot {}.", step.seen.snapshot));
    }
    page.push_str(&format!(" {}\n", paint.dim("Nothing was stored or sent.")));
    page
}

/// Names the snapshots in which some rules had no answer, with these and the tables that they lack, so that silence is not
/// taken for good news. Snapshots in a row that lack the same are told together.
fn blind(steps: &[ReplayStep], paint: Paint) -> String {
    let mut page = String::new();
    for alike in steps.chunk_by(|one, other| one.unanswered == other.unanswered) {
        let (Some(first), Some(last)) = (alike.first(), alike.last()) else { continue };
        if first.unanswered.is_empty() {
            continue;
        }
        let (from, to) = (first.seen.snapshot, last.seen.snapshot);
        let which = match alike.len() {
            1 => format!("snapshot {from}"),
            2 => format!("snapshots {from} and {to}"),
            many => format!("{many} snapshots from {from} to {to}"),
        };
        let count = first.unanswered.len();
        let said = format!(
            "! {which}: {} not answered, or not wholly: lists were not read to the end",
            if count == 1 { "1 rule is".to_owned() } else { format!("{count} rules are") }
        );
        page.push_str(&format!("{}\n", paint.style(AnsiColor::Yellow.on_default(), said)));
        for line in coverage::unanswered(&first.unanswered, paint).lines() {
            page.push_str(&format!("  {line}\n"));
        }
    }
    page
}
