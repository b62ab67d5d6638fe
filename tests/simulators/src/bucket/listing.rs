//! `ListObjectsV2`.

use super::{
    Bucket, Fault,
    http::{Reply, Request},
};

/// One page.
struct Page {
    keys: Vec<(String, usize)>,
    is_truncated: bool,
    token: Option<String>,
}

pub(super) fn answer(bucket: &Bucket, request: &Request) -> Reply {
    let parameter = |name: &str| request.query.get(name).map(String::as_str).unwrap_or_default();
    let (prefix, after, token) =
        (parameter("prefix"), parameter("start-after"), parameter("continuation-token"));
    let fault = bucket.listing_fault(prefix);
    let most = parameter("max-keys").parse().unwrap_or(1000);
    let page = |after: &str, most: usize| {
        let mut keys = bucket.keys_after(prefix, after);
        let is_truncated = keys.len() > most;
        keys.truncate(most);
        Page { keys, is_truncated, token: None }
    };
    let empty = |token: &str| Page { keys: Vec::new(), is_truncated: true, token: Some(token.to_owned()) };
    let page = match fault {
        Some(Fault::RefusesListings(status, code)) => return Reply::error(status, code),
        Some(Fault::ListsBackward) => {
            let mut page = page(after, most);
            page.keys.reverse();
            page
        }
        Some(Fault::ListsTheSameAgain) => Page { is_truncated: true, ..page("", most) },
        Some(Fault::ListsNothingForever) => empty(&format!("{token}+")),
        Some(Fault::ListsForever) => {
            let next =
                after.strip_prefix(prefix).and_then(|digits| digits.parse::<u64>().ok()).unwrap_or(0) + 1;
            Page { keys: vec![(format!("{prefix}{next:012}"), 1)], is_truncated: true, token: None }
        }
        Some(Fault::ListsEmptyPages(pages)) if token.len() < pages => empty(&format!("{token}+")),
        _ => page(after, most),
    };
    Reply::of(200, page.xml(prefix).into_bytes())
}

impl Page {
    fn xml(&self, prefix: &str) -> String {
        let contents: String = self
            .keys
            .iter()
            .map(|(key, size)| format!("<Contents><Key>{}</Key><Size>{size}</Size></Contents>", escaped(key)))
            .collect();
        let token = self
            .token
            .as_ref()
            .map(|token| format!("<NextContinuationToken>{token}</NextContinuationToken>"));
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><Prefix>{}</Prefix><KeyCount>{}</KeyCount>\
             <IsTruncated>{}</IsTruncated>{}{contents}</ListBucketResult>",
            escaped(prefix),
            self.keys.len(),
            self.is_truncated,
            token.unwrap_or_default()
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
