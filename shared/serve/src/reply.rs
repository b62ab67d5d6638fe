//! An answer, and the bytes that go out: JSON, CSV, JSON lines, Parquet; kept or not; packed where the client can unpack.

use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header},
};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    Problem, archive::AskLimits, endpoints::Operation, ground::Validity, request::Form, turnstile::Places,
};

/// The media type of Parquet, which is packed already.
pub(crate) const PARQUET: &str = "application/vnd.apache.parquet";
/// The header with the token of the next page.
pub(crate) const NEXT_PAGE: &str = "iamwatch-next-page";
/// Answers of fewer bytes are not packed.
const WORTH_PACKING: usize = 1400;

/// What goes out as an answer.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) media_type: &'static str,
    pub(crate) bytes: Bytes,
    /// Headers that say what it leaves out.
    pub(crate) told: HeaderMap,
    pub(crate) status: u16,
    /// Whether all was worked out; else the same question may have more of an answer later.
    pub(crate) is_whole: bool,
    /// The bytes as they are packed for those that can unpack them: once, however many wait for them.
    packed: [OnceLock<Option<Bytes>>; 2],
    /// What its bytes count as, until the last of those that wait for them has read them.
    places: Arc<Places>,
}

impl Made {
    /// Takes what goes out.
    pub(crate) fn new(media_type: &'static str, bytes: Bytes, told: HeaderMap, status: u16) -> Self {
        let (packed, places) = ([const { OnceLock::new() }; 2], Arc::default());
        Self { media_type, bytes, told, status, is_whole: true, packed, places }
    }

    /// Returns this with whether all was worked out.
    pub(crate) fn whole(self, is_whole: bool) -> Self {
        Self { is_whole, ..self }
    }

    /// Returns this with the places that its bytes take while anybody reads them.
    pub(crate) fn counted(self, places: Places) -> Self {
        let places = Arc::new(places);
        Self { bytes: places.under(self.bytes), places, ..self }
    }

    /// Returns the bytes as the client takes them, with the coding where they are packed.
    fn coded(&self, asked: &HeaderMap) -> (Option<Coding>, Bytes) {
        let is_worth_it = self.bytes.len() > WORTH_PACKING && self.media_type != PARQUET;
        let coding = if is_worth_it { Coding::of(asked) } else { None };
        let packed = coding.and_then(|coding| {
            let [zstd, gzip] = &self.packed;
            let place = match coding {
                Coding::Zstd => zstd,
                Coding::Gzip => gzip,
            };
            let pack = || {
                let packed = coding.pack(&self.bytes)?;
                Some(Arc::new(self.places.split(packed.len())).under(packed.into()))
            };
            let bytes = place.get_or_init(pack).clone()?;
            Some((Some(coding), bytes))
        });
        packed.unwrap_or_else(|| (None, self.bytes.clone()))
    }
}

/// What a question came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) json: Value,
    /// The columns of the rows in their order, where they have one.
    pub(crate) columns: Vec<String>,
    /// The token of the next page.
    pub(crate) next: Option<String>,
    /// How many rows may be returned, where that is limited.
    pub(crate) most_rows: Option<usize>,
    /// Whether it was asked in SQL, which has limits of its own.
    pub(crate) is_sql: bool,
    /// Whether it was left where time ran short: asked again, it may tell more.
    pub(crate) is_hurried: bool,
    /// The rows as a Parquet file, where they are asked for as one.
    pub(crate) parquet: Option<Vec<u8>>,
}

impl Reply {
    /// Takes an answer that has no order of columns.
    pub(crate) const fn of(json: Value) -> Self {
        Self {
            json,
            columns: Vec::new(),
            next: None,
            most_rows: None,
            is_sql: false,
            is_hurried: false,
            parquet: None,
        }
    }

    /// Returns the lists that the answer hangs on and that were not read to their end.
    fn unseen(&self) -> usize {
        let count = |name: &str| self.json.get(name).and_then(Value::as_array).map_or(0, Vec::len);
        count("incomplete") + count("unseen")
    }

    /// Writes the answer in the form that is wanted, which is no page.
    pub(crate) fn bytes(&mut self, endpoint: &Operation, form: Form) -> (&'static str, Vec<u8>) {
        if let Some(file) = self.parquet.take() {
            return (PARQUET, file);
        }
        let rows = endpoint.rows.and_then(|name| self.json.get(name)).and_then(Value::as_array);
        match (form, rows) {
            (Form::Csv, Some(rows)) => {
                ("text/csv; charset=utf-8; header=present", self.csv(rows).into_bytes())
            }
            (Form::JsonLines, Some(rows)) => {
                let lines: Vec<String> = rows.iter().map(|row| format!("{row}\n")).collect();
                ("application/jsonl", model::visible_json(&lines.concat()).into_owned().into_bytes())
            }
            _ => {
                let text = format!("{}\n", self.json);
                ("application/json", model::visible_json(&text).into_owned().into_bytes())
            }
        }
    }

    fn csv(&self, rows: &[Value]) -> String {
        let mut columns = self.columns.clone();
        if columns.is_empty() {
            for name in rows.iter().filter_map(Value::as_object).flat_map(serde_json::Map::keys) {
                if !columns.contains(name) {
                    columns.push(name.clone());
                }
            }
        }
        let head: Vec<String> = columns.iter().map(|name| export::csv_text(name)).collect();
        let mut text = format!("{}\r\n", head.join(","));
        for row in rows {
            let cell = |name: &String| match row.get(name) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => export::csv_text(text),
                Some(value @ (Value::Array(_) | Value::Object(_))) => export::csv_text(&value.to_string()),
                Some(other) => other.to_string(),
            };
            let cells: Vec<String> = columns.iter().map(cell).collect();
            text.push_str(&format!("{}\r\n", cells.join(",")));
        }
        text
    }

    /// Returns the headers that say what the answer leaves out and what it may hold.
    pub(crate) fn told_headers(&self, limits: &AskLimits) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, text: String| {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        put("iamwatch-incomplete-lists", self.unseen().to_string());
        put("iamwatch-limit-seconds", limits.question.as_secs().to_string());
        put("iamwatch-limit-bytes", limits.answer_bytes.to_string());
        if let Some(most) = self.most_rows {
            put("iamwatch-limit-rows", most.to_string());
        }
        if self.is_sql {
            put("iamwatch-limit-sql-seconds", limits.sql.as_secs().to_string());
            put("iamwatch-limit-sql-bytes", limits.sql_bytes.to_string());
        }
        if self.json.get("truncated").and_then(Value::as_bool) == Some(true) {
            put("iamwatch-truncated", "true".to_owned());
        }
        if let Some(next) = &self.next {
            put(NEXT_PAGE, next.clone());
        }
        headers
    }
}

/// Makes the response of an answer; 304 without a body where the client has it already, and a problem with how many bytes it has where that is
/// more than may be sent.
pub(crate) fn respond(
    made: &Made,
    validity: &Validity,
    asked: &HeaderMap,
    limits: &AskLimits,
) -> Result<Response<Body>, TooLarge> {
    let tag = match validity {
        Validity::Always(tag) | Validity::WhileNamed(tag) => Some(tag.clone()),
        Validity::AsBytes => {
            Some(Sha256::digest(&made.bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect())
        }
        Validity::Never => None,
    };
    if let Some(tag) = &tag
        && has_tag(asked, tag)
    {
        return Ok(not_modified(validity, tag));
    }
    let (coding, bytes) = made.coded(asked);
    if bytes.len() > limits.answer_bytes {
        return Err(TooLarge { bytes: bytes.len(), is_packed: coding.is_some() });
    }
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(made.media_type));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    keep(headers, validity, tag.as_deref());
    Ok(response)
}

/// An answer that has more bytes than may be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooLarge {
    bytes: usize,
    is_packed: bool,
}

impl TooLarge {
    /// Returns the problem, with how to ask for less.
    pub(crate) fn problem(self, endpoint: &Operation, limits: &AskLimits) -> Problem {
        let packed = if self.is_packed { "" } else { "; or take it packed (Accept-Encoding: zstd, gzip)" };
        let smaller = format!("{}{packed}", endpoint.smaller());
        Problem::of_large_answer(self.bytes, limits.answer_bytes, &smaller)
    }
}

/// Makes the response to a client that has the answer already.
pub(crate) fn not_modified(validity: &Validity, tag: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    keep(response.headers_mut(), validity, Some(tag));
    response
}

/// Says how long an answer may be kept. Nobody may keep it for others.
fn keep(headers: &mut HeaderMap, validity: &Validity, tag: Option<&str>) {
    let control = match validity {
        Validity::Always(_) => "private, max-age=31536000, immutable",
        Validity::WhileNamed(_) | Validity::AsBytes => "private, no-cache",
        Validity::Never => "no-store",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-encoding, authorization, cookie"));
    if let Some(Ok(tag)) = tag.map(|tag| HeaderValue::from_str(&format!("W/\"{tag}\""))) {
        headers.insert(header::ETAG, tag);
    }
}

/// Returns whether the client has the answer with a tag.
pub(crate) fn has_tag(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|value| {
        let value = value.trim();
        value == "*" || value.strip_prefix("W/").unwrap_or(value).trim_matches('"') == tag
    })
}

/// How an answer is packed on its way.
#[derive(Debug, Clone, Copy)]
enum Coding {
    Zstd,
    Gzip,
}

impl Coding {
    /// Returns the better of those that the client can unpack.
    fn of(asked: &HeaderMap) -> Option<Self> {
        [Self::Zstd, Self::Gzip].into_iter().find(|coding| accepts(asked, coding.name()))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    fn pack(self, bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Zstd => zstd::bulk::compress(bytes, 3).ok(),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(bytes).ok()?;
                encoder.finish().ok()
            }
        }
    }
}

/// Returns whether a client accepts a coding that it names, and does not refuse it with a weight of nothing.
fn accepts(asked: &HeaderMap, name: &str) -> bool {
    let accepted = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let mut words = coding.split(';').map(str::trim);
        let named = words.next().unwrap_or_default();
        let is_refused = words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        named.eq_ignore_ascii_case(name) && !is_refused
    })
}
