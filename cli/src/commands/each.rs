//! `--account all`: a command that asks one account, asked of every one.
//!
//! Text tells whose it is above each answer and in a column of each table; JSON is one document, in which each answer has its
//! account. An account that fails stops none of the others, and one in which a question makes no sense is named with the reason.

use serde_json::{Value, json};

use super::Context;
use crate::{
    arguments::{Cli, Command, RulesAction},
    failure::Failure,
    past::Past,
};

/// Returns whether a command asks one account, so that it can be asked of each.
pub(super) fn is_of_one(command: &Command) -> bool {
    match command {
        Command::Show(_)
        | Command::Diff(_)
        | Command::History(_)
        | Command::Blame(_)
        | Command::WhoCan(_)
        | Command::Export(_)
        | Command::Report(_)
        | Command::Replay(_)
        | Command::Verify(_)
        | Command::Prune(_) => true,
        Command::Plan(plan) => !plan.has_sizes(),
        Command::Rules(rules) => matches!(rules.action, Some(RulesAction::Ask { .. })),
        _ => false,
    }
}

/// Asks every account, and says whether one of them has news.
pub(super) async fn run(cli: &Cli, context: Context<'_>, pasts: &[Past]) -> Result<bool, Failure> {
    let mut told = AccountAnswers::default();
    for past in pasts {
        let screen = context.screen.of_one(past);
        let outcome = super::answer(cli, Context { screen: &screen, only: Some(past), ..context }).await;
        context.progress.clear();
        let account = json!(past.history.account());
        let mut answer = screen.take_kept().unwrap_or_else(|| json!({}));
        put(&mut answer, "account", account);
        match outcome {
            Ok(has_news) => {
                told.answered += 1;
                told.has_news |= has_news;
            }
            Err(failure) => {
                let (text, _) = failure.words();
                put(&mut answer, "error", json!(text));
                told.failures.push((past, failure));
            }
        }
        told.answers.push(answer);
    }
    told.end(context)
}

/// What the accounts answered so far.
#[derive(Default)]
struct AccountAnswers<'a> {
    answers: Vec<Value>,
    failures: Vec<(&'a Past, Failure)>,
    answered: usize,
    has_news: bool,
}

impl AccountAnswers<'_> {
    fn end(self, context: Context<'_>) -> Result<bool, Failure> {
        // A question that makes no sense anywhere was a wrong one; one that some account answers was not.
        let (elsewhere, mut failures): (Vec<_>, Vec<_>) = self
            .failures
            .into_iter()
            .partition(|(_, failure)| self.answered > 0 && failure.is_of_other_account());
        // A failure is told beside what was found all the same, as the faults of a broken history.
        let is_answer = |answer: &Value| answer.as_object().is_some_and(|members| members.len() > 2);
        if context.screen.is_json() && (self.answered > 0 || self.answers.iter().any(is_answer)) {
            context.screen.show(|_| String::new(), || json!({ "accounts": self.answers }))?;
        }
        for (past, failure) in &elsewhere {
            context.screen.warn(&format!("{}: {}", past.label, failure.words().0));
        }
        let Some((past, last)) = failures.pop() else { return Ok(self.has_news) };
        if self.answered == 0 && failures.iter().all(|(_, each)| each.words().0 == last.words().0) {
            return Err(last);
        }
        for (past, failure) in failures {
            context.screen.lead_to(Some(past.history.account()));
            context.screen.fail(&failure.doing(past.label.clone()));
        }
        // What is offered next is of the account that failed.
        context.screen.lead_to(Some(past.history.account()));
        Err(last.doing(past.label.clone()))
    }
}

fn put(answer: &mut Value, name: &str, value: Value) {
    if let Some(members) = answer.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
