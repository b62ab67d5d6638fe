//! A report as text.

use history::{Report, Section};

use crate::{
    commands::query,
    render::{coverage, text},
    screen::Paint,
};

/// Writes a report as text: each question with its rows.
pub(crate) fn text(report: &Report, paint: Paint) -> String {
    let mut page = format!(
        "{}  {} UTC\n",
        paint.bold(format!("Report on {}, snapshot {}", report.account, report.snapshot.snapshot)),
        text::minute(&report.snapshot.at)
    );
    for (number, section) in (1..).zip(&report.sections) {
        page.push_str(&self::section(number, section, paint));
    }
    page
}

fn section(number: usize, section: &Section, paint: Paint) -> String {
    let head = format!("{number}. {}", text::plain(&section.title));
    let mut page = format!("\n{} {}\n", paint.bold(head), paint.dim(&section.rule));
    page.push_str(&format!("{}\n\n", text::plain(&section.reason)));
    if section.is_answered {
        let answer = &section.answer;
        page.push_str(&query::rows(&answer.columns, &answer.rows, answer.is_complete, paint));
    }
    if let Some(unanswered) = &section.unanswered {
        page.push_str(&coverage::unanswered(std::slice::from_ref(unanswered), paint));
    }
    page.push_str(&coverage::note(&section.incomplete, paint));
    page
}
