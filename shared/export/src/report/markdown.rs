//! A report as Markdown (CommonMark), for an issue or a wiki.
//!
//! What a cloud says stands in code spans, in which nothing is markup, mention or link.

use std::io::{self, Write};

use super::{
    AuditReport, FindingEntry, ReportedFinding, SEVERITIES, list_name, list_text, minute, since,
    unanswered_text,
};

/// Findings of one rule that are listed; the rest is counted.
const LISTED: usize = 200;

/// Writes a report, section by section.
pub(super) fn write(report: &AuditReport<'_>, output: &mut dyn Write) -> io::Result<()> {
    head(report, output)?;
    sight(report, output)?;
    changes(report, output)?;
    for severity in SEVERITIES {
        let mut found = report.live().filter(|entry| entry.severity == severity).peekable();
        if found.peek().is_some() {
            writeln!(output, "\n## {}\n", capital(severity.name()))?;
            rules(report, &found.collect::<Vec<_>>(), output)?;
        }
    }
    let accepted: Vec<&FindingEntry> = report.accepted().collect();
    if !accepted.is_empty() {
        writeln!(output, "\n## Accepted\n")?;
        rules(report, &accepted, output)?;
    }
    let closed: Vec<&FindingEntry> = report.closed().collect();
    if !closed.is_empty() {
        writeln!(output, "\n## Over since then\n")?;
        rules(report, &closed, output)?;
    }
    Ok(())
}

fn head(report: &AuditReport<'_>, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "# Access audit of {}\n", code(&report.account.to_string()))?;
    if let Some(name) = &report.name {
        writeln!(output, "- Called {}", code(name))?;
    }
    writeln!(output, "- Snapshot {} of {}", report.snapshot.snapshot, minute(&report.snapshot.at))?;
    if let Some(since) = &report.since {
        writeln!(output, "- Compared with snapshot {} of {}", since.snapshot, minute(&since.at))?;
    }
    for severity in SEVERITIES {
        let count = report.live().filter(|entry| entry.severity == severity).count();
        writeln!(output, "- {}: {count}", capital(severity.name()))?;
    }
    writeln!(output, "- Accepted: {}", report.accepted().count())?;
    if report.implied() > 0 {
        writeln!(output, "- Kept and not told, because another says more of the same: {}", report.implied())?;
    }
    Ok(())
}

fn sight(report: &AuditReport<'_>, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "\n## Coverage\n")?;
    if let Some(unjudged) = &report.unjudged {
        writeln!(output, "**Not judged.** {}\n", code(unjudged))?;
    }
    for note in &report.notes {
        writeln!(output, "- {}", code(note))?;
    }
    match report.incomplete.len() {
        0 => writeln!(output, "All {} lists were read to their end.", report.lists)?,
        some => {
            writeln!(
                output,
                "{some} of {} lists were not read to their end: what is missing here may be there all the same.\n",
                report.lists
            )?;
        }
    }
    for list in &report.incomplete {
        writeln!(output, "- {}: {}", code(&list_name(list)), code(&list_text(list)))?;
    }
    if !report.unanswered.is_empty() {
        writeln!(output, "\nRules without a whole answer:\n")?;
    }
    for unanswered in &report.unanswered {
        writeln!(output, "- {}: {}", code(&unanswered.rule), code(&unanswered_text(unanswered)))?;
    }
    Ok(())
}

fn changes(report: &AuditReport<'_>, output: &mut dyn Write) -> io::Result<()> {
    let Some(changes) = &report.changes else { return Ok(()) };
    writeln!(output, "\n## What changed\n")?;
    if changes.things.is_empty() && changes.access.is_empty() {
        writeln!(output, "Nothing changed in what could be seen.")?;
    }
    for change in changes.things.iter().chain(&changes.access) {
        writeln!(output, "- {}", code(&format!("{} {}", change.sign, change.head)))?;
        for line in &change.lines {
            writeln!(output, "  - {}", code(line))?;
        }
    }
    if !changes.unseen.is_empty() {
        writeln!(output, "\nWhat could not be compared:\n")?;
    }
    for line in &changes.unseen {
        writeln!(output, "- {}", code(line))?;
    }
    Ok(())
}

/// Writes findings that stand in the order of their rules.
fn rules(report: &AuditReport<'_>, entries: &[&FindingEntry], output: &mut dyn Write) -> io::Result<()> {
    for block in entries.chunk_by(|one, other| one.rule == other.rule) {
        let Some(first) = block.first() else { continue };
        let text = report.rules.get(&*first.rule);
        let title = report.read(first)?.finding.title;
        writeln!(
            output,
            "\n### {} ({})\n\n{}, {}\n",
            code(&title),
            block.len(),
            code(&first.rule),
            first.severity.name()
        )?;
        if let Some(text) = text {
            let said = [("Why", &text.reason), ("What to do", &text.remediation)];
            for (word, said) in said.into_iter().filter(|(_, said)| !said.is_empty()) {
                writeln!(output, "{word}: {}\n", code(said))?;
            }
            if !text.references.is_empty() {
                writeln!(output, "References: {}\n", code(&text.references.join(", ")))?;
            }
        }
        for entry in block.iter().take(LISTED) {
            finding(report, &report.read(entry)?, output)?;
        }
        if block.len() > LISTED {
            let more = block.len() - LISTED;
            writeln!(output, "- … and {more} more, which `--format csv` lists")?;
        }
    }
    Ok(())
}

fn finding(report: &AuditReport<'_>, reported: &ReportedFinding, output: &mut dyn Write) -> io::Result<()> {
    let finding = &reported.finding;
    let described = (report.describe)(finding);
    let turn = reported.turn.map(|turn| format!(", {}", turn.name())).unwrap_or_default();
    writeln!(output, "- {}: {}{turn}", code(&described.subject), since(finding))?;
    let until = described.accepted_until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
    let details = [
        (!described.path.is_empty()).then(|| format!("through {}", described.path.join(" → "))),
        described.created_by.map(|by| format!("created by {by}")),
        finding.suppression.as_ref().map(|because| format!("accepted: {because}{until}")),
        finding.doubt.as_ref().map(|doubt| format!("{}: {doubt}", reported.state_name())),
    ];
    for detail in details.into_iter().flatten() {
        writeln!(output, "  - {}", code(&detail))?;
    }
    Ok(())
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Puts a text into a code span that nothing in it can end.
fn code(text: &str) -> String {
    let text = model::visible(text);
    let mut longest = 0;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // A blank on each side is taken away again; without it, a text that begins or ends with the mark would run into it.
    let blank = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn nothing_in_a_code_span_ends_it() {
        for (text, expected) in [
            ("ana", "`ana`"),
            ("a`b", "``a`b``"),
            ("`a``", "``` `a`` ```"),
            ("<b>*x*</b>\n# y", "`<b>*x*</b>\\n# y`"),
        ] {
            assert_eq!(code(text), expected);
        }
    }
}
