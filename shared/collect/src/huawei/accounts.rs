//! The account that the keys belong to.

use model::{ListStatus, tables::huawei::ACCOUNTS};
use serde_json::Value;

use super::{
    Endpoints, Session,
    credentials::{SET_CLOCK, clock_off, told},
    reader::{list_at, single},
};
use crate::{
    CollectError,
    http::CallError,
    item::Item,
    listing::{self, Items, Seen},
    paging::Family,
    reading::Kept,
    session::SignedIn,
};

/// Finds the account, also where the call that describes it is refused.
pub(crate) async fn find(
    session: &Session<'_>,
    endpoints: &Endpoints,
) -> Result<(Seen, String), CollectError> {
    session.progress().expect(1);
    let list = single(&ACCOUNTS, &endpoints.iam, &["v3", "auth", "domains"], &[], Items::Each("domains"));
    let (mut seen, mut coverage, error) = listing::attempt(session, &list, keep).await;
    // What answers something else here may still say who the caller is.
    let may_say_more = |error: &CallError| is_refusal(error) || matches!(error, CallError::Malformed(_));
    if let Some(error) = error.filter(|error| !may_say_more(error)) {
        return Err(ended(session, &error, list.first.as_str()));
    }
    let found = seen.texts(&ACCOUNTS, "account_id").next().map(str::to_owned);
    let found = match found {
        Some(found) => found,
        None => of_caller(session, endpoints).await?,
    };
    if coverage.is_complete() && seen.rows(&ACCOUNTS).is_empty() {
        coverage.status = ListStatus::Denied;
        coverage.reason = Some("the account is not shown".to_owned());
    }
    listing::report(session, &coverage);
    seen.coverage.push(coverage);
    Ok((seen, found))
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    if !seen.rows(&ACCOUNTS).is_empty() {
        return Some(id.to_owned());
    }
    item.should_say(&["description", "name", "enabled"]);
    let row = ACCOUNTS
        .draft()
        .set("account_id", id)
        .set("name", item.text("name"))
        .set("description", item.text("description"))
        .set("enabled", item.boolean("enabled"))
        .set("document", &item.document_without(&["links"]))
        .row();
    seen.push(&ACCOUNTS, row);
    Some(id.to_owned())
}

/// Asks who the caller is, which needs no permission.
async fn of_caller(session: &Session<'_>, endpoints: &Endpoints) -> Result<String, CollectError> {
    let list = list_at(
        ACCOUNTS.listing,
        &endpoints.sts,
        &["v5", "caller-identity"],
        &[],
        Family::Single,
        Items::Whole { has: Some("account_id") },
    );
    let url = list.first.to_string();
    let answer = match session.get(&list.first, list.listing).await {
        Ok(answer) => answer.unwrap_or_default(),
        Err(error) if is_refusal(&error) => {
            return Err(CollectError::UnknownAccount { url, reason: told(&error) });
        }
        Err(error) => return Err(ended(session, &error, &url)),
    };
    let id = answer.get("account_id").and_then(Value::as_str).filter(|id| !id.is_empty());
    id.map(str::to_owned)
        .ok_or_else(|| CollectError::UnknownAccount { url, reason: "the answer holds no account".to_owned() })
}

/// Returns whether the cloud knows the key and refuses the call, so that another call may do.
fn is_refusal(error: &CallError) -> bool {
    matches!(error.status(), Some(400 | 403 | 404))
}

fn ended(session: &Session<'_>, error: &CallError, url: &str) -> CollectError {
    let answer = told(error);
    if let Some(off) = clock_off(error, session.now()) {
        return CollectError::Rejected {
            credentials: "the access key",
            url: url.to_owned(),
            answer: format!("{answer}; {off}"),
            remedy: SET_CLOCK,
        };
    }
    if error.status() == Some(401) {
        return CollectError::Rejected {
            credentials: "the access key",
            url: url.to_owned(),
            answer,
            remedy: "check that it is active and of this partition of the cloud, its secret and token, and the clock of this machine",
        };
    }
    CollectError::Unanswered { url: url.to_owned(), reason: answer }
}
