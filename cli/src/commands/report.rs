//! `report`: the questions that an auditor asks of a snapshot, in one command.
//!
//! As text, what is told is one value, [`history::Report`]; documents are in [`document`].

mod document;

use check::Limits;
use history::Section;
use model::Coverage;
use serde_json::{Value, json};
use snapshot::Manifest;

use super::{Context, query};
use crate::{
    arguments::ReportArgs, failure::Failure, past::Past, questions::Questions, render::report as page,
};

pub(super) async fn run(context: Context<'_>, wanted: &ReportArgs) -> Result<bool, Failure> {
    let questions = Questions::of(context.settings, None)?;
    let past = Past::open(context).await?;
    if let Some(format) = document::format_of(wanted.format) {
        return document::write(context, &past, &questions, format, wanted).await;
    }
    if wanted.since.is_some() || wanted.to.is_some() {
        let said = "--since and --to are of the forms that are written to a file";
        return Err(Failure::wrong_use(said).help("choose one with --format"));
    }
    let manifest = past.snapshot(&wanted.snapshot).await?;
    let limits = Limits { rows: wanted.max_rows, ..Limits::default() };
    let mut incomplete = history::coverage(&past.history, &manifest).await?;
    incomplete.retain(|list| !list.is_complete());
    if !context.screen.is_json() {
        return tell(context, &past, &manifest, &incomplete, &questions, &limits).await;
    }
    let mut report = history::report(&past.history, &manifest, &questions.rules, &limits).await?;
    report.sections.iter_mut().for_each(|section| serve::name_truths(&mut section.answer));
    context.screen.show(
        |_| String::new(),
        || {
            json!({
                "account": report.account,
                "snapshot": report.snapshot,
                "lists": manifest.coverage.lists,
                "incomplete": incomplete,
                "sections": report.sections.iter().map(to_json).collect::<Vec<_>>(),
            })
        },
    )?;
    Ok(report.sections.iter().any(|section| !section.answer.rows.is_empty()))
}

/// Tells the answer of each question when it is there, and holds no other.
async fn tell(
    context: Context<'_>,
    past: &Past,
    manifest: &Manifest,
    incomplete: &[Coverage],
    questions: &Questions,
    limits: &Limits,
) -> Result<bool, Failure> {
    let rules = history::report_rules(&questions.rules, manifest.account.cloud());
    let mut parts = context.screen.parts();
    parts.put(|paint| page::head(manifest, incomplete, paint))?;
    let mut has_news = false;
    for (number, rule) in (1..).zip(rules) {
        let mut section = history::section(&past.history, manifest, rule, limits).await?;
        serve::name_truths(&mut section.answer);
        has_news |= !section.answer.rows.is_empty();
        parts.put_each(|paint| page::section(number, section, paint))?;
    }
    parts.end()?;
    Ok(has_news)
}

fn to_json(section: &Section) -> Value {
    let Section { answer, incomplete, unanswered, .. } = section;
    let mut told =
        json!(query::RuleAnswer { snapshot: None, answer, incomplete, not_answered: unanswered.as_slice() });
    if let Some(members) = told.as_object_mut() {
        members.insert("rule".to_owned(), json!(section.rule));
        members.insert("title".to_owned(), json!(section.title));
        members.insert("reason".to_owned(), json!(section.reason));
        members.insert("remediation".to_owned(), json!(section.remediation));
        members.insert("is_answered".to_owned(), json!(section.is_answered));
        // A section is of one rule: it has one reason or none.
        members.insert("not_answered".to_owned(), json!(section.unanswered));
    }
    told
}
