//! The signature that Huawei Cloud asks for on each request: SDK-HMAC-SHA256.
//!
//! In: a request, a key, the time. Out: the headers that are to be added to it. Pure: the same request at the same
//! time has the same signature. There is no derived key, and no region or service in it.

use hmac::{Hmac, KeyInit, Mac};
use model::Timestamp;
use sha2::{Digest, Sha256};

use crate::Secret;

const ALGORITHM: &str = "SDK-HMAC-SHA256";
const DATE: &str = "X-Sdk-Date";
const CONTENT_HASH: &str = "X-Sdk-Content-Sha256";

/// The parts of a request that its signature covers.
#[derive(Debug, Clone, Copy)]
pub struct SigningInput<'a> {
    /// The HTTP method, in capitals.
    pub method: &'a str,
    /// Path as on the request line.
    pub path: &'a str,
    /// Names and values of the query, not encoded.
    pub query: &'a [(String, String)],
    /// All headers that are known before signing, `Host` among them.
    pub headers: &'a [(String, String)],
    /// Body; empty for none.
    pub body: &'a [u8],
}

/// The headers that a signed request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Headers to be added to the request, `Authorization` last.
    pub headers: Vec<(&'static str, String)>,
    /// The text that the signature stands for.
    pub canonical: String,
}

/// Signs a request. A date among its headers is taken for the time.
#[must_use]
pub fn sign(request: &SigningInput<'_>, access_key: &str, secret_key: &Secret, time: Timestamp) -> Signature {
    let mut headers = Vec::new();
    let content_type = header(request, "content-type").unwrap_or_default();
    let is_hashed =
        ["application/json", "application/bson"].iter().any(|kind| content_type.starts_with(kind));
    if !content_type.is_empty() && !is_hashed {
        headers.push((CONTENT_HASH, "UNSIGNED-PAYLOAD".to_owned()));
    }
    let date = header(request, DATE).map_or_else(
        || {
            let date = time.strftime("%Y%m%dT%H%M%SZ").to_string();
            headers.push((DATE, date.clone()));
            date
        },
        str::to_owned,
    );
    let signed = signed_headers(request, &headers);
    let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let lines: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let canonical = [
        &request.method.to_ascii_uppercase(),
        &canonical_path(request.path),
        &canonical_query(request.query),
        &lines,
        &names,
        &body_hash(request, &headers),
    ]
    .map(String::as_str)
    .join("\n");
    let text = format!("{ALGORITHM}\n{date}\n{}", hash(canonical.as_bytes()));
    let signature = mac(secret_key, &text);
    let authorization =
        format!("{ALGORITHM} Access={access_key}, SignedHeaders={names}, Signature={signature}");
    headers.push(("Authorization", authorization));
    Signature { headers, canonical }
}

/// Writes a query as it is signed, which is also how it is sent: sorted, and encoded but for letters, digits
/// and `-_.~`.
#[must_use]
pub fn canonical_query(pairs: &[(String, String)]) -> String {
    let mut pairs: Vec<&(String, String)> = pairs.iter().collect();
    pairs.sort_unstable();
    let written: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    written.join("&")
}

fn header<'a>(request: &SigningInput<'a>, name: &str) -> Option<&'a str> {
    let found = request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(found.1.as_str())
}

fn signed_headers(request: &SigningInput<'_>, added: &[(&str, String)]) -> Vec<(String, String)> {
    let own = request.headers.iter().map(|(name, value)| (name.as_str(), value));
    let mut signed: Vec<(String, String)> = own
        .chain(added.iter().map(|(name, value)| (*name, value)))
        .filter(|(name, _)| !name.contains('_'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    signed.sort_unstable();
    signed
}

fn body_hash(request: &SigningInput<'_>, added: &[(&str, String)]) -> String {
    let told = added.iter().find(|(name, _)| *name == CONTENT_HASH).map(|(_, value)| value.as_str());
    match told.or_else(|| header(request, CONTENT_HASH)) {
        Some(told) if !request.body.is_empty() && !told.is_empty() => told.to_owned(),
        _ => hash(request.body),
    }
}

fn canonical_path(path: &str) -> String {
    let decoded = String::from_utf8_lossy(&decoded(path.as_bytes())).into_owned();
    let segments: Vec<String> = decoded.split('/').map(encoded).collect();
    let mut path = segments.join("/");
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let pair = if *first == b'%' { after.first_chunk::<2>() } else { None };
        let byte = pair.filter(|pair| pair.iter().all(u8::is_ascii_hexdigit)).and_then(|pair| {
            let digits = str::from_utf8(pair).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    bytes
}

fn encoded(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            written.push(char::from(byte));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
    }
    written
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn mac(secret_key: &Secret, text: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret_key.reveal().as_bytes()).expect("any length is taken");
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests;
