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
pub(crate) fn section(number: usize, section: Section, paint: Paint) -> String {
    let head = format!("{number}. {}", text::plain(&section.title));
    let mut page = format!("\n{} {}\n", paint.bold(head), paint.dim(&section.rule));
    page.push_str(&format!("{}\n\n", text::plain(&section.reason)));
    page.push_str(&answer(section, paint));
    page
}

/// Writes the rows that answer a question, and what could not be seen of them.
pub(crate) fn answer(section: Section, paint: Paint) -> String {
    let mut page = String::new();
    if section.is_answered {
        let answer = section.answer;
        page.push_str(&query::rows(&answer.columns, answer.rows, answer.is_complete, paint));
    }
    if let Some(unanswered) = &section.unanswered {
        page.push_str(&coverage::unanswered(std::slice::from_ref(unanswered), paint));
    }
    page.push_str(&coverage::note(&section.incomplete, paint));
    page
}
