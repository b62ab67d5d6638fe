//! A report as text.

use history::Section;
use model::Coverage;
use snapshot::Manifest;

use crate::{
    commands::query,
    render::{coverage, text},
    screen::Paint,
};

/// Writes what stands above the questions, with every list of the account that was not read to its end: none of the
/// questions may hang on it.
pub(crate) fn head(manifest: &Manifest, incomplete: &[Coverage], paint: Paint) -> String {
    format!(
        "{}  {} UTC\n{}",
        paint.bold(format!("Report on {}, snapshot {}", manifest.account, manifest.number)),
        text::minute(&manifest.finished_at),
        coverage::section(incomplete, manifest.coverage.lists, paint)
    )
}

/// Writes one question of a report with its rows.
pub(crate) fn section<'p>(
    number: usize,
    section: Section,
    paint: Paint<'p>,
) -> impl Iterator<Item = String> + use<'p> {
    let title = paint.bold(format!("{number}. {}", text::plain(&section.title)));
    let rule = paint.dim(&section.rule);
    let head = format!("\n{title} {rule}\n{}\n\n", text::plain(&section.reason));
    std::iter::once(head).chain(answer(section, paint))
}

/// Writes the rows that answer a question, and what could not be seen of them.
pub(crate) fn answer<'p>(section: Section, paint: Paint<'p>) -> impl Iterator<Item = String> + use<'p> {
    let Section { answer, is_answered, unanswered, incomplete, .. } = section;
    let rows = is_answered.then(|| query::rows(&answer.columns, answer.rows, answer.is_complete, paint));
    let unanswered = unanswered.map(|each| coverage::unanswered(std::slice::from_ref(&each), paint));
    let note = coverage::note(&incomplete, paint);
    rows.into_iter().flatten().chain(unanswered).chain([note])
}
