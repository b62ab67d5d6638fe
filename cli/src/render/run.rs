//! One run, for people: what changed by name, what was opened and closed, what could not be seen, what was sent.

use clap::builder::styling::AnsiColor;
use model::{Coverage, Event, Finding, Severity};
use pipeline::RunSummary;
use serde_json::Value;

use crate::{
    names::Names,
    render::{coverage, drift, text},
    screen::Paint,
};

/// Lines of one kind that are shown before the rest is counted.
const SHOWN: usize = 25;

/// What there is to tell of a run.
#[derive(Debug)]
pub(crate) struct ToldRun {
    pub(crate) summary: RunSummary,
    /// Time of the snapshot.
    pub(crate) at: String,
    /// Events of the run.
    pub(crate) events: Vec<Event>,
    /// What is critical or high of a run with so much to tell that its events are one sum; data of events of findings.
    pub(crate) severe: Vec<Value>,
    /// What the things of its findings are called.
    pub(crate) names: Names,
    /// Lists that were not read to their end.
    pub(crate) incomplete: Vec<Coverage>,
    /// How many objects the run wrote.
    pub(crate) objects: u64,
    /// How many bytes these objects have together.
    pub(crate) bytes: u64,
}

/// Writes a run and where to look next.
pub(crate) fn page(told: &ToldRun, paint: Paint) -> String {
    let summary = &told.summary;
    let head = format!("{}, snapshot {}", summary.account, summary.snapshot);
    let mut page = format!(
        "{}  {} UTC, {} calls, {} rows\n",
        paint.bold(head),
        text::minute(&told.at),
        text::number(summary.calls),
        text::number(summary.rows)
    );
    page.push_str(&body(told, paint));
    let number = summary.snapshot;
    let mut next = vec!["`iamwatch findings`".to_owned()];
    if !summary.is_first && !summary.drift.is_empty() {
        next.insert(0, format!("`iamwatch diff {} {number}`", number.saturating_sub(1)));
    }
    page.push_str(&format!("  {} {}\n\n", paint.dim("Look at:"), next.join(", ")));
    page
}

/// Writes what a run found.
pub(crate) fn body(told: &ToldRun, paint: Paint) -> String {
    let summary = &told.summary;
    let mut page = String::new();
    if let Some(damage) = &summary.damage {
        let damage = format!("The history is damaged: {}", text::plain(damage));
        page.push_str(&format!("  {}\n", paint.style(AnsiColor::Red.on_default().bold(), damage)));
    }
    if let Some(reason) = &summary.unjudged {
        let unjudged = format!("Not judged: {}", text::plain(reason));
        page.push_str(&format!("  {}\n", paint.style(AnsiColor::Red.on_default().bold(), unjudged)));
    }
    for warning in &summary.warnings {
        let odd = format!("! {}", text::plain(&warning.text));
        page.push_str(&format!("  {}\n", paint.style(AnsiColor::Yellow.on_default(), odd)));
    }
    page.push_str(&changes(told, paint));
    page.push_str(&gains(told, paint));
    page.push_str(&findings(told, paint));
    page.push_str(&indent(&coverage::section(&told.incomplete, summary.lists, paint)));
    page.push_str(&indent(&coverage::unanswered(&summary.not_answered, paint)));
    for (rule, reason) in &summary.broken_rules {
        let broken = format!("Rule {rule} could not be asked: {}", text::plain(reason));
        page.push_str(&format!("  {}\n", paint.style(AnsiColor::Red.on_default(), broken)));
    }
    page.push_str(&format!("  {}\n", paint.dim(footer(told))));
    page.push_str(&delivery(told, paint));
    page
}

/// Writes what sinks lack and what they refused, a line each.
fn delivery(told: &ToldRun, paint: Paint) -> String {
    let mut lines = Vec::new();
    for (snapshot, sink) in told.summary.undelivered() {
        let events = counted(sink.failed, "event");
        let reason = text::plain(sink.reason.as_deref().unwrap_or("no reason is known"));
        lines.push(format!("Not delivered to {}: {events} of snapshot {snapshot}: {reason}", sink.sink));
    }
    for delivery in &told.summary.delivered {
        for sink in &delivery.sinks {
            lines.extend(sink.parked.iter().map(|(id, reason)| {
                let event = told.events.iter().find(|event| event.id == *id);
                let title = event.and_then(|event| event.data.get("title")?.as_str()).unwrap_or(id);
                let (title, reason) = (text::plain(title), text::plain(reason));
                format!(
                    "Refused by {} and not sent again: `{title}` of snapshot {}: {reason}",
                    sink.sink, delivery.snapshot
                )
            }));
        }
    }
    let red = |line: String| format!("  {}\n", paint.style(AnsiColor::Red.on_default().bold(), line));
    lines.into_iter().map(red).collect()
}

fn changes(told: &ToldRun, paint: Paint) -> String {
    if told.summary.is_first {
        return "  First snapshot: a baseline, to which the next will be compared\n".to_owned();
    }
    let damaged = of_kind(&told.events, "history.damaged").next().map(|event| &event.data);
    let is_lost = |member: &str| damaged.and_then(|data| data.get(member)) == Some(&Value::Bool(true));
    if is_lost("nothing_compared") {
        return "  Nothing could be compared: the next snapshot will be compared to this one\n".to_owned();
    }
    let tables = damaged.and_then(|data| data.get("tables")).and_then(Value::as_array);
    let drifted: Vec<&Value> = of_kind(&told.events, "drift.").map(|event| &event.data).collect();
    let rows = told.summary.drift.values().sum();
    let mut page = match (drifted.len(), rows) {
        (_, 0) if tables.is_some_and(|tables| !tables.is_empty()) => {
            return "  Nothing changed in what could be compared\n".to_owned();
        }
        (_, 0) if !told.incomplete.is_empty() => {
            return "  Nothing changed in what could be seen\n".to_owned();
        }
        (_, 0) => return "  Nothing changed\n".to_owned(),
        // Too many to be sent one by one.
        (0, rows) => format!("  {} changed\n", text::counted(rows, "row")),
        (things, rows) => format!(
            "  {}\n",
            paint.bold(format!("{} changed ({})", counted(things, "thing"), text::counted(rows, "row")))
        ),
    };
    for data in drifted.iter().take(SHOWN) {
        page.push_str(&format!("    {}", drift::headline(data, paint)));
    }
    page.push_str(&more(drifted.len()));
    page
}

fn gains(told: &ToldRun, paint: Paint) -> String {
    let gained: Vec<&str> = of_kind(&told.events, "access.")
        .filter_map(|event| event.data.get("title").and_then(Value::as_str))
        .collect();
    if gained.is_empty() {
        return String::new();
    }
    let head = format!("{} of access", counted(gained.len(), "gain"));
    let mut page = format!("  {}\n", paint.bold(head));
    for title in gained.iter().take(SHOWN) {
        let sign = paint.style(AnsiColor::Red.on_default(), "↑");
        page.push_str(&format!("    {sign} {}\n", text::plain(title)));
    }
    page.push_str(&more(gained.len()));
    page
}

fn findings(told: &ToldRun, paint: Paint) -> String {
    let counts = &told.summary.findings;
    let news: Vec<&Event> = of_kind(&told.events, "finding.").collect();
    let mut page = format!("  {}", paint.bold(format!("{} open", counted_findings(counts.open))));
    if counts.baseline > 0 {
        let severities =
            [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
        let known =
            of_kind(&told.events, "baseline.").find_map(|event| event.data.pointer("/findings/by_severity"));
        let count = |severity: Severity| {
            known.and_then(|known| known.get(severity.name())).and_then(Value::as_u64).unwrap_or(0)
        };
        let by =
            text::tally(severities.map(|severity| (count(severity), severity.name())), "none worth a word");
        let number = text::number(counts.baseline);
        let part = if counts.baseline == counts.open { "all".to_owned() } else { number };
        page.push_str(&format!(", {part} from the baseline ({by})"));
    }
    let transitions = text::tally(counts.transitions.iter().map(|(kind, count)| (*count, kind)), "");
    if !transitions.is_empty() {
        page.push_str(&format!("; now {transitions}"));
    }
    page.push('\n');
    let news: Vec<&Value> = news.iter().map(|event| &event.data).collect();
    page.push_str(&blocks(&news, &told.names, paint));
    if let Some(digest) = of_kind(&told.events, "run.digest").next() {
        page.push_str(&digested(digest, told, paint));
    }
    page
}

/// Writes what is critical or high of a run whose events are one sum.
fn digested(digest: &Event, told: &ToldRun, paint: Paint) -> String {
    let total = digest.data.get("total").and_then(Value::as_u64).unwrap_or_default();
    let head = format!(
        "{} to tell, which are sent as one sum; critical and high are:",
        text::counted(total, "thing")
    );
    let mut page = format!("  {}\n", paint.bold(head));
    let severe: Vec<&Value> = told.severe.iter().collect();
    page.push_str(&blocks(&severe, &told.names, paint));
    // What is no finding that was opened: gains, and findings that came back or go further. The sum names the worst of them.
    let text =
        |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let entries = digest.data.get("entries").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let others: Vec<&Value> = entries
        .iter()
        .filter(|entry| matches!(text(entry, "severity").as_str(), "critical" | "high"))
        .filter(|entry| text(entry, "event") != "finding.opened")
        .collect();
    for entry in &others {
        let severity =
            if text(entry, "severity") == "critical" { Severity::Critical } else { Severity::High };
        let name = paint.style(text::severity_style(severity), format!("! {:8}", severity.name()));
        page.push_str(&format!("    {name} {}\n", text::plain(&text(entry, "title"))));
    }
    if severe.is_empty() && others.is_empty() {
        page.push_str("    none\n");
    }
    page
}

/// Findings that one thing brought, from which on they are one block.
const TOGETHER: usize = 3;

/// Writes what became of findings, worst first; those that one thing brought stand together under it.
fn blocks(news: &[&Value], names: &Names, paint: Paint) -> String {
    let mut blocks: Vec<(Option<String>, Vec<&Value>)> = Vec::new();
    for data in news {
        let cause = opened_by(data, names);
        match blocks.iter_mut().find(|(known, _)| known.is_some() && *known == cause) {
            Some((_, block)) => block.push(data),
            None => blocks.push((cause, vec![data])),
        }
    }
    let mut page = String::new();
    for (cause, block) in blocks.iter().take(SHOWN) {
        match cause {
            Some(cause) if block.len() >= TOGETHER => {
                let findings = counted(block.len(), "finding");
                page.push_str(&format!("    {}\n", paint.bold(format!("{cause}: {findings} opened"))));
                for data in block.iter().take(SHOWN) {
                    page.push_str(&format!("  {}", transition(data, names, paint)));
                }
                page.push_str(&more(block.len()));
            }
            _ => block.iter().for_each(|data| page.push_str(&transition(data, names, paint))),
        }
    }
    page.push_str(&more(blocks.len()));
    page
}

/// Returns what brought a finding that was opened, where something can be named.
fn opened_by(data: &Value, names: &Names) -> Option<String> {
    let is_opened = data.get("transition").and_then(Value::as_str) == Some("opened");
    let finding = data.get("finding").filter(|_| is_opened)?;
    let finding: Finding = serde_json::from_value(finding.clone()).ok()?;
    Some(serve::cause_of_finding(&finding, names))
}

/// Returns which way the evidence of a finding changed, and by what, where one thing did it.
fn turn(data: &Value) -> String {
    let words = match data.get("turn").and_then(Value::as_str) {
        Some("narrowed") => "narrowed",
        Some("rerouted") => "the same by another path",
        Some("widened") => "goes further now",
        _ => "other evidence",
    };
    let causes = data.get("causes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    match causes {
        [Value::String(cause)] => format!(" ({words}: {})", text::plain(cause)),
        _ => format!(" ({words})"),
    }
}

fn transition(data: &Value, names: &Names, paint: Paint) -> String {
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let severity = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info]
        .into_iter()
        // That of the finding: its end is no severe event, and what ended is told.
        .find(|severity| severity.name() == text("/finding/severity"))
        // What narrowed, or is the same by another path, alarms nobody.
        .filter(|_| text("/transition") != "changed" || text("/turn") == "widened")
        .unwrap_or(Severity::Info);
    let sign = match text("/transition") {
        "closed" => paint.style(AnsiColor::Green.on_default(), "✓"),
        "unknown" => paint.style(AnsiColor::Yellow.on_default(), "?"),
        _ => paint.style(text::severity_style(severity), "!"),
    };
    let name = paint.style(text::severity_style(severity), format!("{:8}", severity.name()));
    let what = match (text("/transition"), text("/finding/state")) {
        ("opened", _) => String::new(),
        ("closed", state) => format!(" ({state})"),
        ("reopened", _) => " (is back)".to_owned(),
        ("changed", _) => turn(data),
        ("unknown", _) => " (nobody can say any more)".to_owned(),
        (other, _) => format!(" ({other})"),
    };
    let title = text::plain(text("/finding/title"));
    // Who holds a permission need not stand in a table: another account, anybody.
    let whom = match text("/finding/evidence/principal") {
        "" => names.name_of(text("/finding/subject")),
        principal => text::plain(principal),
    };
    let through = match (text("/transition"), text("/finding/evidence/through")) {
        ("closed", _) | (_, "") => String::new(),
        (_, path) => format!(", through {}", text::plain(path)),
    };
    format!("    {sign} {name} {title}: {whom}{through}{what}\n")
}

fn footer(told: &ToldRun) -> String {
    let mut parts =
        vec![format!("{} written ({})", text::counted(told.objects, "object"), text::size(told.bytes))];
    parts.push(text::counted(told.summary.events, "event"));
    for delivery in &told.summary.delivered {
        for sink in &delivery.sinks {
            // What failed has a line of its own.
            if sink.sent > 0 || !sink.has_failed() && sink.left_to_another == 0 {
                parts.push(format!("{} delivered to {}", sink.sent, sink.sink));
            }
            if sink.left_to_another > 0 {
                parts.push(format!("{} being sent to {} by another run", sink.left_to_another, sink.sink));
            }
            parts.extend(sink.sent_again.as_deref().map(text::plain));
        }
    }
    parts.join(", ")
}

fn of_kind<'a>(events: &'a [Event], kind: &'a str) -> impl Iterator<Item = &'a Event> {
    let is_one = move |event: &&Event| {
        event.kind.strip_prefix("dev.iamwatch.").is_some_and(|name| name.starts_with(kind))
    };
    events.iter().filter(is_one)
}

fn more(all: usize) -> String {
    match all.saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("    … and {more} more\n"),
    }
}

fn counted(number: usize, noun: &str) -> String {
    text::counted(u64::try_from(number).unwrap_or(u64::MAX), noun)
}

fn counted_findings(number: u64) -> String {
    text::counted(number, "finding")
}

fn indent(page: &str) -> String {
    page.lines().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(turn: &str, causes: &Value) -> String {
        let event: Result<Event, _> = serde_json::from_value(json!({
            "specversion": "1.0", "id": "1", "source": "s", "type": "dev.iamwatch.finding.changed.v1",
            "subject": "f", "time": "2026-11-21T16:30:00Z", "datacontenttype": "application/json",
            "dataschema": "d", "snapshotid": "4", "severity": "info",
            "data": {
                "transition": "changed",
                "turn": turn,
                "causes": causes,
                "finding": {
                    "severity": "high",
                    "title": "May delete keys",
                    "evidence": { "principal": "user ana", "through": "policy p" },
                },
            },
        }));
        transition(&event.unwrap().data, &Names::default(), Paint::PLAIN)
    }

    #[test]
    fn what_narrowed_is_said_as_that_with_what_did_it_and_alarms_nobody() {
        let scp = json!(["service control policy \"no deletes\" was added"]);
        assert_eq!(
            changed("narrowed", &scp),
            "    ! info     May delete keys: user ana, through policy p (narrowed: service control policy \"no deletes\" was added)\n"
        );
        assert_eq!(
            changed("rerouted", &json!([])),
            "    ! info     May delete keys: user ana, through policy p (the same by another path)\n"
        );
        // Of several causes none is the one.
        assert!(changed("narrowed", &json!(["a", "b"])).ends_with("policy p (narrowed)\n"));
        assert_eq!(
            changed("widened", &json!([])),
            "    ! high     May delete keys: user ana, through policy p (goes further now)\n"
        );
        assert!(
            changed("reworded", &json!([])).contains("! info ")
                && changed("reworded", &json!([])).contains("(other evidence)")
        );
    }
}
