//! What every listing needs: a session, the addresses, the account.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use model::Table;
use tokio::sync::Semaphore;
use url::Url;

use crate::{
    item::Item,
    listing::{self, Items, List, Seen, Wholeness},
    paging::Family,
    reading::Kept,
    session::SignedIn,
};

/// Reads lists of one account.
pub(crate) struct Reader<'a, S, E> {
    /// The session that requests go through.
    pub(crate) session: &'a S,
    /// Where the interfaces are.
    pub(crate) endpoints: &'a E,
    /// Id of the account.
    pub(crate) account: &'a str,
    gate: Semaphore,
    concurrency: usize,
}

impl<'a, S: SignedIn, E: Sync> Reader<'a, S, E> {
    /// Returns a reader of one account's lists.
    pub(crate) fn new(session: &'a S, endpoints: &'a E, account: &'a str, concurrency: usize) -> Self {
        let concurrency = concurrency.max(1);
        // A few more than calls, so that none waits while an answer is taken apart.
        let gate = Semaphore::new(concurrency + concurrency.div_ceil(4));
        Self { session, endpoints, account, gate, concurrency }
    }

    /// Reads a list; `keep` makes rows of each item and returns its key.
    pub(crate) async fn list(
        &self,
        list: List<'_>,
        keep: impl FnMut(&Item<'_>, &mut Seen) -> Kept + Send,
    ) -> Seen {
        self.session.progress().expect(1);
        listing::read(self.session, list, keep).await
    }

    /// Reads something for each parent, several at a time. When the parents are not all known, the
    /// coverage says so under the parent `*`: what hangs on the others was not read.
    ///
    /// All of these share one gate, so that few of their calls wait at any time: a list of many pages, which must
    /// wait its turn for each of them, would else come last behind thousands.
    pub(crate) async fn each<F>(
        &self,
        listing: &str,
        endpoint: &str,
        parents: Parents,
        read: impl Fn(String) -> F + Send + Sync,
    ) -> Seen
    where
        F: Future<Output = Seen> + Send,
    {
        let mut seen = Seen::default();
        if parents.wholeness != Wholeness::Whole {
            let reason = "list of its parents not complete";
            seen.skip(listing, "*", endpoint, parents.wholeness, reason);
        }
        let one = async |parent: String| {
            // INVARIANT: the gate is never closed, so it opens in the end.
            let _permit = self.gate.acquire().await;
            read(parent).await
        };
        let mut parts = stream::iter(parents.ids.into_iter().map(one)).buffer_unordered(self.concurrency * 2);
        while let Some(part) = parts.next().await {
            seen.join(part);
        }
        seen
    }
}

/// What lists are read for.
#[derive(Debug, Clone)]
pub(crate) struct Parents {
    /// Their ids, each once.
    pub(crate) ids: Vec<String>,
    /// How far their list is known: whether there are no others.
    pub(crate) wholeness: Wholeness,
}

impl Parents {
    /// Takes the ids in a table that was just read.
    pub(crate) fn of(seen: &Seen, table: &'static Table, column: &str) -> Self {
        let ids: BTreeSet<&str> = seen.texts(table, column).collect();
        Self { ids: ids.into_iter().map(str::to_owned).collect(), wholeness: seen.wholeness(table.listing) }
    }
}

/// Builds the address of a call: path segments and query are encoded.
pub(crate) fn address(base: &Url, path: &[&str], query: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

/// Describes a list by its address and its shape.
pub(crate) fn list_at(
    listing: &'static str,
    base: &Url,
    path: &[&str],
    query: &[(&str, &str)],
    family: Family,
    items: Items,
) -> List<'static> {
    List::new(listing, address(base, path, query), family, items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_the_path_of_its_base_and_encodes_the_rest() {
        let base = Url::parse("http://127.0.0.1:1/iam/").unwrap();
        let url = address(&base, &["v1", "accounts", "a/b"], &[("q", "x&y")]);
        assert_eq!(url.as_str(), "http://127.0.0.1:1/iam/v1/accounts/a%2Fb?q=x%26y");
    }
}
