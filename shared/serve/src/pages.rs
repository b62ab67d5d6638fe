//! The pages: each is the answer for programs, drawn. They load one style sheet and one sign, and run no script.

mod account;
mod chart;
mod comparison;
mod finding;
mod frame;
mod parts;
mod rows;
mod snapshot;
mod thing;
mod who_can;

use check::RuleSet;
use maud::{Markup, html};
use model::{AccountId, Cloud};
use serde_json::Value;

use crate::{
    Problem, archive::Archive, endpoints::ApiQuestion, ground::Ground, names::ThingNames, questions,
    request::Request,
};
use frame::{Frame, Tab};

/// A page with the status of its response.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) text: String,
    /// Whether all that it shows was worked out.
    pub(crate) is_whole: bool,
}

/// Returns a file that pages consist of: its media type and its text.
pub(crate) fn asset(path: &str) -> Option<(&'static str, String)> {
    match path {
        "/style.css" => Some((
            "text/css; charset=utf-8",
            format!("{}\n{}", export::PAGE_STYLE, include_str!("pages/style.css")),
        )),
        "/icon.svg" => Some(("image/svg+xml", include_str!("pages/icon.svg").to_owned())),
        _ => None,
    }
}

/// Draws a problem where a page was asked for, with the ways to the pages of the account that it is of.
pub(crate) fn problem_page(problem: &Problem, path: &str) -> String {
    let account = account_of(path).filter(|_| !WITHOUT_ACCOUNT.contains(&problem.kind));
    let frame = Frame { title: problem.title(), account, tab: None, trail: Vec::new() };
    frame.draw(html! {
        (parts::problem(problem))
        @if let Some(account) = &frame.account { p { a href={ "/accounts/" (account) } { "Snapshots of the account" } } }
        p { a href="/" { "All accounts" } }
    })
}

/// Problems after which an account has no pages to go to.
const WITHOUT_ACCOUNT: [&str; 2] = ["no-such-account", "no-snapshot-yet"];

/// Returns the account whose page has a path.
fn account_of(path: &str) -> Option<String> {
    let mut parts = path.strip_prefix("/accounts/")?.split('/');
    let (cloud, id) = (parts.next()?, parts.next()?);
    let cloud = Cloud::ALL.into_iter().find(|each| each.name() == cloud)?;
    AccountId::parse(cloud, id).ok().map(|account| account.to_string())
}

/// Draws the page of a question.
pub(crate) async fn page(archive: &Archive, request: &Request, ground: &Ground) -> Result<Page, Problem> {
    let answered = match is_asked(request) {
        true => Some(questions::answer(archive, request, ground).await),
        false => None,
    };
    let is_whole = !matches!(&answered, Some(Ok(reply)) if reply.is_hurried);
    let (answer, problem) = match answered {
        None => (None, None),
        Some(Ok(reply)) => (Some(reply.json), None),
        // What somebody typed wrong is mended in the form that it was typed into.
        Some(Err(problem)) if has_form(request.endpoint.question) && problem.status < 500 => {
            (None, Some(problem))
        }
        Some(Err(problem)) => return Err(problem),
    };
    let names = match request.endpoint.question {
        ApiQuestion::Comparison | ApiQuestion::Life => names(ground).await?,
        _ => ThingNames::default(),
    };
    let status = problem.as_ref().map_or(200, |problem| problem.status);
    let account = ground.history.as_ref().map(|history| history.account().to_string());
    let asked = PageContext {
        request,
        ground,
        answer: answer.as_ref(),
        problem: problem.as_ref(),
        names: &names,
        rules: archive.rules(),
    };
    let (title, tab, trail, body) = asked.draw();
    let frame = Frame { title, account, tab, trail };
    Ok(Page { status, text: frame.draw(body), is_whole })
}

/// Returns whether enough was given to ask; else the page is the form alone.
fn is_asked(request: &Request) -> bool {
    let needed = request.endpoint.parameters.iter().filter(|parameter| parameter.is_required);
    needed.clone().all(|parameter| request.text(parameter.name).is_some())
}

const fn has_form(question: ApiQuestion) -> bool {
    matches!(
        question,
        ApiQuestion::Comparison
            | ApiQuestion::Findings
            | ApiQuestion::Life
            | ApiQuestion::Search
            | ApiQuestion::Sql
            | ApiQuestion::WhoCan
    )
}

async fn names(ground: &Ground) -> Result<ThingNames, Problem> {
    let manifests: Vec<_> = ground.manifests.iter().rev().map(AsRef::as_ref).collect();
    let rules = RuleSet::default();
    Ok(ThingNames::read(ground.history()?, &manifests, &rules, []).await?)
}

/// What a page is drawn from.
#[derive(Clone, Copy)]
struct PageContext<'a> {
    request: &'a Request,
    ground: &'a Ground,
    /// The answer; none where nothing was asked yet, or the question was wrong.
    answer: Option<&'a Value>,
    problem: Option<&'a Problem>,
    names: &'a ThingNames,
    /// The rules, which say by which columns a finding names what it is about.
    rules: &'a RuleSet,
}

type Drawn = (String, Option<Tab>, Vec<(String, String)>, Markup);

impl PageContext<'_> {
    fn draw(&self) -> Drawn {
        match self.request.endpoint.question {
            ApiQuestion::Accounts | ApiQuestion::Index | ApiQuestion::Document => account::accounts(self),
            ApiQuestion::Snapshots => account::timeline(self),
            ApiQuestion::Snapshot | ApiQuestion::Objects | ApiQuestion::Verify => snapshot::contents(self),
            ApiQuestion::Table => snapshot::table(self),
            ApiQuestion::Coverage => snapshot::coverage(self),
            ApiQuestion::Findings => finding::findings(self),
            ApiQuestion::Comparison => comparison::comparison(self),
            ApiQuestion::Life => thing::life(self),
            ApiQuestion::Search => thing::search(self),
            ApiQuestion::WhoCan => who_can::who_can(self),
            ApiQuestion::Sql => rows::sql(self),
        }
    }

    /// Returns the path of the account, at which its pages begin.
    fn home(&self) -> String {
        match &self.ground.history {
            Some(history) => format!("/accounts/{}", history.account()),
            None => String::new(),
        }
    }

    /// Returns what somebody gave for a parameter, to stand in the form again.
    fn given(&self, name: &str) -> &str {
        self.request.text(name).unwrap_or_default()
    }

    /// Returns the number of the snapshot that is asked.
    fn number(&self) -> u64 {
        self.ground.manifests.last().map_or(0, |manifest| manifest.number)
    }
}
