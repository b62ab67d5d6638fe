//! `rules`: what is asked, why, and what to do about it.

use access::SensitivePermission;
use check::{Limits, Rule, RuleKind, RuleSet, Unanswered};
use clap::builder::styling::AnsiColor;
use model::{AccountId, Cloud};
use pipeline::Warning;
use serde_json::{Value, json};

use snapshot::Manifest;

use super::{Context, findings::UnseenParts, query};
use crate::{
    arguments::{RulesAction, RulesArgs},
    failure::{Failure, exit},
    past::Past,
    questions::Questions,
    render::{coverage, report as page, table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &RulesArgs) -> Result<bool, Failure> {
    let questions = Questions::of(context.settings, wanted.rules.as_deref())?;
    let (set, permissions) = (&questions.rules, permissions(&questions));
    match wanted.action.as_ref().unwrap_or(&RulesAction::List) {
        RulesAction::List => {
            let found = find_unanswered(context, &questions).await?;
            context.screen.show(
                |paint| {
                    let said: String = found.iter().map(|each| each.text(found.len() > 1, paint)).collect();
                    format!("{}{said}", list(set, &permissions, paint))
                },
                || {
                    let all = set.iter().map(short).chain(permissions.iter().map(permission_json));
                    all.map(|each| with_answer(each, &found)).collect::<Vec<_>>()
                },
            )?;
            Ok(false)
        }
        RulesAction::Explain { id } => {
            let audited: Vec<&Audited> =
                permissions.iter().filter(|(_, permission)| permission.id == *id).collect();
            if audited.is_empty() {
                let rule = find_rule(set, id)?;
                context.screen.show(|paint| explain(rule, paint), || whole(rule))?;
            } else {
                context.screen.show(
                    |paint| audited.iter().map(|permission| explain_permission(permission, paint)).collect(),
                    || audited.iter().map(|permission| permission_json(permission)).collect::<Vec<_>>(),
                )?;
            }
            Ok(false)
        }
        RulesAction::Test => test(context, set),
        RulesAction::Ask { id, at, max_rows } => {
            if permissions.iter().any(|(_, permission)| permission.id == *id) {
                return Err(Failure::wrong_use(format!("`{id}` is a permission, and no question in SQL"))
                    .help(
                        "`iamwatch findings` lists who holds it, `iamwatch help who-can` says how to ask for any action",
                    ));
            }
            let rule = find_rule(set, id)?;
            let past = Past::open(context).await?;
            let account = past.history.account();
            if !rule.readings.contains_key(&account.cloud()) {
                return Err(Failure::wrong_use(format!(
                    "rule `{id}` asks accounts of `{}`, and `{account}` is of `{}`",
                    rule.scope.name(),
                    account.cloud()
                ))
                .help("choose another account with --account, or another rule; `iamwatch rules --json` tells their clouds"));
            }
            let manifest = past.snapshot(at).await?;
            let limits = Limits { rows: *max_rows, ..Limits::default() };
            ask(context, rule, &past, &manifest, &limits).await
        }
    }
}

/// Asks a rule. What it would return only because it cannot see is no answer, and is not shown.
async fn ask(
    context: Context<'_>,
    rule: &Rule,
    past: &Past,
    manifest: &Manifest,
    limits: &Limits,
) -> Result<bool, Failure> {
    let mut section = history::section(&past.history, manifest, rule, limits).await?;
    serve::name_truths(&mut section.answer);
    let has_news = !section.answer.rows.is_empty() || !section.is_answered;
    if context.screen.is_json() {
        let (answer, incomplete) = (&section.answer, section.incomplete.as_slice());
        let not_answered = section.unanswered.as_slice();
        let snapshot = Some(manifest.number);
        let told = query::RuleAnswer { snapshot, answer, incomplete, not_answered };
        context.screen.show(|_| String::new(), || told)?;
    } else {
        let mut parts = context.screen.parts();
        parts.put_each(|paint| page::answer(section, paint))?;
        parts.end()?;
    }
    Ok(has_news)
}

/// What the newest snapshot of an account does not answer, and the suppressions that accept nothing in it.
struct NotAnswered {
    account: AccountId,
    label: String,
    unanswered: Vec<Unanswered>,
    idle: Vec<Warning>,
}

impl NotAnswered {
    async fn of(past: &Past, questions: &Questions) -> Result<Self, Failure> {
        let manifest = past.snapshot("latest").await?;
        let findings = questions.accepted(past, &manifest).await?;
        let account = past.history.account().clone();
        let idle = questions.idle_suppressions(&account, &findings);
        let unanswered = UnseenParts::of(past, &manifest, questions).await?.unanswered;
        Ok(Self { account, label: past.label.clone(), unanswered, idle })
    }

    fn text(&self, are_several: bool, paint: Paint) -> String {
        let odd = self.idle.iter().map(|warning| {
            let line = format!("! {}", text::plain(&warning.text));
            format!("{}\n", paint.style(AnsiColor::Yellow.on_default(), line))
        });
        let said = coverage::unanswered(&self.unanswered, paint) + &odd.collect::<String>();
        if are_several && !said.is_empty() {
            return format!("\n{}\n{said}", paint.bold(text::plain(&self.label)));
        }
        said
    }
}

/// Returns what the newest snapshot of each account that is meant does not answer, where there is one.
async fn find_unanswered(context: Context<'_>, questions: &Questions) -> Result<Vec<NotAnswered>, Failure> {
    let is_named = context.global.store.is_some() || context.global.account.is_some();
    let look = async {
        let mut found = Vec::new();
        for past in &Past::open_all(context).await? {
            found.push(NotAnswered::of(past, questions).await?);
        }
        Ok(found)
    };
    match look.await {
        // Rules can be listed before there is anything to ask them of.
        Err(_) if !is_named => Ok(Vec::new()),
        found => found,
    }
}

/// Adds to a rule why it has no answer: of several accounts, with the account that it has none of.
fn with_answer(mut rule: Value, found: &[NotAnswered]) -> Value {
    let id = rule.get("id").and_then(Value::as_str).unwrap_or_default();
    let of_rule = |of: &NotAnswered| of.unanswered.iter().find(|each| each.rule == id).cloned();
    let lacking: Vec<(&NotAnswered, Unanswered)> =
        found.iter().filter_map(|of| Some((of, of_rule(of)?))).collect();
    let told = match (found, lacking.as_slice()) {
        (_, []) => return rule,
        ([_], [(_, only)]) => json!(only),
        (_, several) => several
            .iter()
            .map(|(of, unanswered)| {
                let mut told = json!(unanswered);
                if let Some(members) = told.as_object_mut() {
                    members.insert("account".to_owned(), json!(of.account));
                }
                told
            })
            .collect(),
    };
    if let Value::Object(members) = &mut rule {
        members.insert("not_answered".to_owned(), told);
    }
    rule
}

/// A permission that is audited unasked, with its cloud.
type Audited = (Cloud, SensitivePermission);

fn permissions(questions: &Questions) -> Vec<Audited> {
    let of_cloud = |cloud| {
        let permissions = questions.permissions.of_cloud(cloud).iter();
        permissions.map(move |permission| (cloud, permission.clone()))
    };
    Cloud::ALL.into_iter().flat_map(of_cloud).collect()
}

fn permission_json((cloud, permission): &Audited) -> Value {
    let mut told = json!(permission);
    if let Value::Object(members) = &mut told {
        members.insert("kind".to_owned(), json!("permission"));
        members.insert("cloud".to_owned(), json!(cloud));
    }
    told
}

fn explain_permission((cloud, permission): &Audited, paint: Paint) -> String {
    let mut page = format!("{}\n{}\n\n", paint.bold(&permission.title), paint.dim(&permission.id));
    let severity = paint.style(text::severity_style(permission.severity), permission.severity.name());
    let resource = permission.resource.as_deref().unwrap_or("anything");
    let on = if permission.partly { format!("{resource}, or a part of it") } else { resource.to_owned() };
    for (name, value) in [
        ("severity", severity.as_str()),
        ("cloud", cloud.name()),
        ("kind", "permission"),
        ("actions", &permission.actions.join(", ")),
        ("on", &on),
        (
            "implied by",
            &if permission.implied_by.is_empty() { "-".to_owned() } else { permission.implied_by.join(", ") },
        ),
    ] {
        page.push_str(&format!("{} {value}\n", paint.dim(format!("{name:<12}"))));
    }
    for (name, value) in [
        ("Why", &permission.reason),
        ("Silent without being about its holder", &permission.silence),
        ("What to do", &permission.remediation),
    ] {
        page.push_str(&format!("\n{}\n{value}\n", paint.bold(name)));
    }
    page.push_str("\n`[[permission]]` in the settings says who may hold it.\n");
    page
}

fn find_rule<'a>(set: &'a RuleSet, id: &str) -> Result<&'a Rule, Failure> {
    set.get(id).ok_or_else(|| {
        Failure::wrong_use(format!("there is no rule `{id}`")).help("`iamwatch rules` lists them")
    })
}

const fn kind(rule: &Rule) -> &'static str {
    match rule.kind {
        RuleKind::Finding => "finding",
        RuleKind::Report => "report",
    }
}

fn list(set: &RuleSet, permissions: &[Audited], paint: Paint) -> String {
    let mut rules: Vec<&Rule> = set.iter().collect();
    rules.sort_by_key(|rule| (rule.kind == RuleKind::Report, std::cmp::Reverse(rule.severity), &rule.id));
    let mut grid = Grid::new(&["severity", "rule", "kind", "title"]);
    // One that can be asked of any account.
    let first = rules.iter().find(|rule| rule.readings.len() == Cloud::ALL.len()).map(|rule| rule.id.clone());
    for rule in rules {
        grid.styled(
            text::severity_style(rule.severity),
            [rule.severity.name().to_owned(), rule.id.clone(), kind(rule).to_owned(), rule.title.clone()],
        );
    }
    for (cloud, permission) in permissions {
        grid.styled(
            text::severity_style(permission.severity),
            [
                permission.severity.name().to_owned(),
                permission.id.clone(),
                "permission".to_owned(),
                format!("{} ({cloud})", permission.title),
            ],
        );
    }
    let rules = u64::try_from(set.len()).unwrap_or(u64::MAX);
    let hint = first.map(|id| {
        format!("; say `iamwatch rules explain {id}` for why, `iamwatch rules ask {id}` for its rows, as of any of them")
    });
    let said = format!("{}{}", text::counted(rules, "rule"), hint.unwrap_or_default());
    format!("{}{}\n", grid.text(paint), paint.dim(said))
}

fn explain(rule: &Rule, paint: Paint) -> String {
    let tables = |names: Vec<&str>| if names.is_empty() { "-".to_owned() } else { names.join(", ") };
    let mut page = format!("{}\n{}\n\n", paint.bold(&rule.title), paint.dim(&rule.id));
    let severity = paint.style(text::severity_style(rule.severity), rule.severity.name());
    for (name, value) in [
        ("severity", severity.as_str()),
        ("confidence", rule.confidence.name()),
        ("kind", kind(rule)),
        ("reads", &tables(needs(rule))),
        ("needs whole", &tables(absence(rule))),
        ("implied by", &tables(rule.implied_by.iter().map(String::as_str).collect())),
    ] {
        page.push_str(&format!("{} {value}\n", paint.dim(format!("{name:<12}"))));
    }
    for (name, value) in [
        ("Why", rule.reason.trim()),
        ("Silent without being about its subject", rule.silence.trim()),
        ("What to do", rule.remediation.trim()),
        ("Read on", &rule.references.join("\n")),
    ] {
        if !value.is_empty() {
            page.push_str(&format!("\n{}\n{value}\n", paint.bold(name)));
        }
    }
    page.push_str(&format!("\n{}\n", rule.sql.trim()));
    page
}

/// Returns the tables that a rule reads, of all clouds that it is asked of.
fn needs(rule: &Rule) -> Vec<&'static str> {
    rule.readings.values().flat_map(|reading| &reading.needs).map(|table| table.name).collect()
}

/// Returns those of them whose missing rows would make it report.
fn absence(rule: &Rule) -> Vec<&'static str> {
    rule.readings.values().flat_map(|reading| &reading.absence).map(|table| table.name).collect()
}

fn short(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "cloud": rule.scope.name(),
        "kind": kind(rule),
        "title": rule.title,
        "severity": rule.severity,
        "confidence": rule.confidence.name(),
    })
}

fn whole(rule: &Rule) -> Value {
    let mut whole = short(rule);
    if let Value::Object(members) = &mut whole {
        members.insert("needs".to_owned(), json!(needs(rule)));
        members.insert("absence".to_owned(), json!(absence(rule)));
        members.insert("subject".to_owned(), json!(rule.subject.as_ref().map(ToString::to_string)));
        members.insert("reason".to_owned(), json!(rule.reason));
        members.insert("silence".to_owned(), json!(rule.silence));
        members.insert("implied_by".to_owned(), json!(rule.implied_by));
        members.insert("worse".to_owned(), json!(rule.worse));
        members.insert("remediation".to_owned(), json!(rule.remediation));
        members.insert("references".to_owned(), json!(rule.references));
        members.insert("sql".to_owned(), json!(rule.sql));
    }
    whole
}

fn test(context: Context<'_>, set: &RuleSet) -> Result<bool, Failure> {
    let trial = check::rules::test(set, pipeline::derive_grants);
    let failures: Vec<String> = trial.misses.iter().map(ToString::to_string).collect();
    let tried = format!("{} rules, {} cases", trial.rules, trial.cases);
    context.screen.show(
        |_| {
            let mut page: String = failures.iter().map(|miss| format!("{}\n", text::plain(miss))).collect();
            page.push_str(&if failures.is_empty() {
                format!("{tried}: all as expected\n")
            } else {
                format!("{tried}: {} not as expected\n", failures.len())
            });
            page
        },
        || json!({ "rules": trial.rules, "cases": trial.cases, "failures": failures }),
    )?;
    if failures.is_empty() {
        return Ok(false);
    }
    Err(Failure::new(
        exit::WRONG_USE,
        anyhow::anyhow!("{} of {} cases went wrong", failures.len(), trial.cases),
    )
    .help("mend the rule, or what the case expects"))
}
