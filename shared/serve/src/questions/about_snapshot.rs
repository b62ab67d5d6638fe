//! What is asked of one snapshot: its tables and rows, how far it could see, what was found, any SQL, whether it is whole.

use check::Limits;
use model::{Coverage, Finding, Row, Severity, Table, Type};
use serde_json::{Value, json};
use snapshot::{FaultKind, History, Manifest, NotedManifest, ParquetWriter};

use super::{page_of, question_text};
use crate::{
    Problem,
    archive::Archive,
    findings::{finding_json, is_about, is_listed_unasked, matches_pattern, order_of_finding},
    ground::Ground,
    names::{NamedSubject, ThingNames},
    reply::Reply,
    request::{Form, Request},
    rows::{name_truths, row_object, unique_names},
    summaries::{row_members, snapshot_contents},
};

/// Tells what the snapshot holds.
pub(super) async fn contents(ground: &Ground) -> Result<Reply, Problem> {
    let (history, manifest) = (ground.history()?, ground.manifest()?);
    let mut lists = history::coverage(history, manifest).await?;
    lists.retain(|list| !list.is_complete());
    let mut json = snapshot_contents(manifest, &lists);
    if let Some(members) = json.as_object_mut() {
        members.insert("drift".to_owned(), json!(manifest.changes));
        members.insert("unjudged".to_owned(), json!(manifest.unjudged));
        let open = manifest.findings.as_ref().map_or(0, |findings| findings.open);
        members.insert("open_findings".to_owned(), json!(open));
        members.insert("hash".to_owned(), json!(manifest.hash()?));
        members.insert("previous".to_owned(), json!(manifest.previous));
    }
    Ok(Reply::of(json))
}

/// Returns a page of the rows of a table.
pub(super) async fn rows(request: &Request, ground: &Ground) -> Result<Reply, Problem> {
    let (history, manifest) = (ground.history()?, ground.manifest()?);
    let table = history::table(manifest, request.part("table"))?;
    let rows = history.read(manifest, table).await?;
    let total = rows.len();
    let incomplete = history::gaps(history, manifest, &[table]).await?;
    let (rows, next) = page_of(request, &question_text(request, ground), rows.into_iter().collect())?;
    let parquet = match request.form {
        Form::Parquet => Some(parquet_of(manifest, table, &rows)?),
        _ => None,
    };
    let rows: Vec<Value> = rows.iter().map(|row| Value::Object(row_members(table, row))).collect();
    let columns: Vec<String> = table.columns.iter().map(|column| column.name.to_owned()).collect();
    let json = json!({
        "account": history.account(),
        "snapshot": manifest.number,
        "table": table.name,
        "columns": columns,
        "total": total,
        "rows": rows,
        "incomplete": incomplete,
        "next": next,
    });
    Ok(Reply {
        json,
        columns,
        next,
        most_rows: Some(request.count("limit")),
        is_sql: false,
        is_hurried: false,
        parquet,
    })
}

/// Writes rows as a Parquet file, with what each column is in its footer.
fn parquet_of(manifest: &Manifest, table: &Table, rows: &[Row]) -> Result<Vec<u8>, Problem> {
    let columns: Vec<(&str, Type)> = table.columns.iter().map(|column| (column.name, column.kind)).collect();
    let abouts = table
        .columns
        .iter()
        .map(|column| (format!("iamwatch.about.{}", column.name), column.about.to_owned()));
    let notes = abouts.chain([
        ("iamwatch.account".to_owned(), manifest.account.to_string()),
        ("iamwatch.snapshot".to_owned(), manifest.number.to_string()),
    ]);
    let write = || {
        let mut writer = ParquetWriter::new(Vec::new(), table.name, &columns, notes)?;
        for row in rows {
            writer.push(&row.values().collect::<Vec<_>>())?;
        }
        writer.finish()
    };
    write().map_err(|error: std::io::Error| {
        tracing::error!(table = table.name, %error, "rows could not be written as Parquet");
        Problem::new(
            500,
            "broken-promise",
            "the rows could not be written as Parquet",
            "ask for JSON, and please report this",
        )
    })
}

/// Tells how far each list was read.
pub(super) async fn coverage(ground: &Ground) -> Result<Reply, Problem> {
    let (history, manifest) = (ground.history()?, ground.manifest()?);
    let lists = history::coverage(history, manifest).await?;
    let incomplete: Vec<&Coverage> = lists.iter().filter(|list| !list.is_complete()).collect();
    Ok(Reply::of(json!({
        "account": history.account(),
        "snapshot": manifest.number,
        "lists": lists,
        "incomplete": incomplete,
    })))
}

/// Returns the findings as they stood after the snapshot.
pub(super) async fn findings(
    archive: &Archive,
    request: &Request,
    ground: &Ground,
) -> Result<Reply, Problem> {
    let (history, manifest) = (ground.history()?, ground.manifest()?);
    let severities = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let least = severities.into_iter().find(|each| request.text("severity") == Some(each.name()));
    let is_meant = |finding: &Finding| {
        let is_in_state = match request.text("state") {
            None => is_listed_unasked(finding),
            Some("all") => true,
            Some(state) => finding.state.name() == state,
        };
        is_in_state
            && least.is_none_or(|least| finding.severity >= least)
            && request.text("rule").is_none_or(|rule| matches_pattern(rule, &finding.rule))
    };
    let mut chosen: Vec<Finding> = Vec::new();
    let rules = history::each_finding(history, manifest, |finding| {
        if is_meant(&finding) {
            chosen.push(finding);
        }
    })
    .await?;
    if let Some(pattern) = request.text("rule")
        && !rules.keys().any(|rule| matches_pattern(pattern, rule))
        && chosen.is_empty()
    {
        // No findings of a rule that nobody knows would be taken for good news.
        let said = format!(
            "snapshot {} was not asked a rule or permission `{}`",
            manifest.number,
            model::visible(pattern)
        );
        return Err(Problem::not_there(
            "no-such-rule",
            said,
            "leave `rule` out to see the rules that found something",
        ));
    }
    chosen.sort_by(|one, other| order_of_finding(one).cmp(&order_of_finding(other)));
    let (of_page, names, total, next) = chosen_page(archive, request, ground, chosen).await?;
    let mut incomplete = history::coverage(history, manifest).await?;
    incomplete.retain(|list| !list.is_complete());
    let judged = manifest.judged();
    let number = judged.as_ref().map(|judged| judged.snapshot);
    let told: Vec<Value> = of_page.iter().map(|finding| finding_json(finding, &names, number)).collect();
    let json = json!({
        "account": history.account(),
        "snapshot": manifest.number,
        "at": manifest.finished_at,
        "judged": judged,
        "unjudged": manifest.unjudged,
        "total": total,
        "findings": told,
        "incomplete": incomplete,
        "not_answered": archive.unanswered(history, manifest).await?,
        "next": next,
    });
    Ok(Reply { next, most_rows: Some(request.count("limit")), ..Reply::of(json) })
}

/// Cuts the page out of findings, with names, how many there are, and the token of the next page. What a finding is about may be in a name, so
/// that all names are needed where it was asked for.
async fn chosen_page(
    archive: &Archive,
    request: &Request,
    ground: &Ground,
    mut chosen: Vec<Finding>,
) -> Result<(Vec<Finding>, ThingNames, usize, Option<String>), Problem> {
    let all = match request.text("subject") {
        Some(text) => {
            let names = names_of(archive, ground, &chosen).await?;
            chosen.retain(|finding| is_about(finding, &names, text));
            Some(names)
        }
        None => None,
    };
    let total = chosen.len();
    let (of_page, next) = page_of(request, &question_text(request, ground), chosen)?;
    let names = match all {
        Some(names) => names,
        None => names_of(archive, ground, &of_page).await?,
    };
    Ok((of_page, names, total, next))
}

async fn names_of(archive: &Archive, ground: &Ground, findings: &[Finding]) -> Result<ThingNames, Problem> {
    let subjects =
        findings.iter().map(|finding| NamedSubject { rule: &finding.rule, address: &finding.subject });
    Ok(ThingNames::read(ground.history()?, &[ground.manifest()?], archive.rules(), subjects).await?)
}

/// Most bytes that the cells of an answer in SQL may have: they are held several times on their way out.
const SQL_ANSWER_BYTES: usize = 32 << 20;

/// Asks a question in SQL.
pub(super) async fn sql(archive: &Archive, request: &Request, ground: &Ground) -> Result<Reply, Problem> {
    let (history, manifest) = (ground.history()?, ground.manifest()?);
    let sql = request.needed("sql")?;
    let most = request.count("limit");
    let limits =
        Limits { time: archive.limits().sql, rows: most, bytes: SQL_ANSWER_BYTES, ..Limits::default() };
    let mut answer = history::query(history, manifest, sql, &limits).await?;
    name_truths(&mut answer);
    let tables = check::tables_named(sql)?;
    let incomplete = history::gaps(history, manifest, &tables).await?;
    let columns = unique_names(answer.columns.iter().cloned());
    let rows: Vec<Value> = answer.rows.iter().map(|row| row_object(&columns, row)).collect();
    let json = json!({
        "account": history.account(),
        "snapshot": manifest.number,
        "columns": columns,
        "rows": rows,
        "truncated": !answer.is_complete,
        "incomplete": incomplete,
    });
    Ok(Reply { columns, most_rows: Some(most), is_sql: true, ..Reply::of(json) })
}

/// Most manifests that are looked at for one that was noted elsewhere.
const LOOKED_AT: u64 = 1000;

/// Proves the snapshot, object by object, and that a manifest which was noted elsewhere is still part of the history.
pub(super) async fn verify(request: &Request, ground: &Ground) -> Result<Reply, Problem> {
    let (history, manifest) = (ground.history()?, ground.manifest()?);
    let faults = history.verify_snapshot(manifest.number).await?;
    let mut told: Vec<Value> = faults
        .iter()
        .map(|fault| json!({ "object": fault.object, "kind": fault.kind.name(), "text": fault.text }))
        .collect();
    let mut found = Value::Null;
    if let Some(head) = request.text("head") {
        match noted(history, head).await? {
            Ok(number) => found = json!(number),
            Err(fault) => told.push(fault),
        }
    }
    let mut json = json!({
        "account": history.account(),
        "snapshot": manifest.number,
        "objects": manifest.objects().count(),
        "hash": manifest.hash()?,
        "whole": told.is_empty(),
        "faults": told,
    });
    if let (Some(head), Some(members)) = (request.text("head"), json.as_object_mut()) {
        members.insert("head".to_owned(), json!({ "hash": head, "snapshot": found }));
    }
    Ok(Reply::of(json))
}

/// Returns the number of the manifest that was noted elsewhere, or what is wrong where it is not part of the history.
async fn noted(history: &History, head: &str) -> Result<Result<u64, Value>, Problem> {
    if head.len() != 64 || !head.bytes().all(|each| matches!(each, b'0'..=b'9' | b'a'..=b'f')) {
        let help = "give it as `verify` or an event shows it: 64 digits, lower case";
        return Err(Problem::wrong("wrong-hash", "`head` is no SHA-256 in hexadecimal digits", help));
    }
    let fault = |number: u64, kind: FaultKind, text: &str| json!({ "object": history.key_of_manifest(number), "kind": kind.name(), "text": text });
    let newest = history.newest().await?.unwrap_or(0);
    Ok(match history.find_noted(head, LOOKED_AT).await? {
        NotedManifest::There(number) | NotedManifest::Pruned(number) => Ok(number),
        NotedManifest::Changed(number) => Err(fault(
            number,
            FaultKind::Changed,
            "is not the manifest that the next one follows: one of the two was changed, removed or put in",
        )),
        NotedManifest::CutOff => Err(fault(
            newest + 1,
            FaultKind::CutOff,
            "was cut off at the end, or the hash is mistyped or of another history: no manifest has the noted hash, and none follows one that has; else the newest was changed",
        )),
        NotedManifest::NotAmongNewest => {
            let said = format!(
                "none of the newest {LOOKED_AT} manifests has the noted hash, and more are not looked at"
            );
            let help = "`iamwatch verify --head HASH` looks at all of them";
            return Err(Problem::new(422, "head-too-far-back", said, help));
        }
    })
}
