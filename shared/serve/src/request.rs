//! A request, taken apart and checked: which question it is, with which parameters, and in which form the answer is wanted.

use std::{cmp::Reverse, collections::BTreeMap};

use axum::http::{HeaderMap, Method, Uri, header};
use url::form_urlencoded;

use crate::{
    Problem,
    endpoints::{ApiQuestion, ENDPOINTS, Operation, Parameter, ParameterType, captures},
    reply,
};

/// Most bytes of a path with its query.
const LONGEST: usize = 16 * 1024;
/// Most parts of a path.
const DEEPEST: usize = 16;

/// In which form an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Csv,
    JsonLines,
    Parquet,
    Page,
}

/// A request that makes sense.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) endpoint: &'static Operation,
    /// What stands for the names in the path.
    pub(crate) parts: BTreeMap<&'static str, String>,
    pub(crate) parameters: BTreeMap<&'static str, String>,
    pub(crate) form: Form,
}

impl Request {
    /// Takes a request apart.
    pub(crate) fn read(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Self, Problem> {
        let length = uri.path().len() + uri.query().map_or(0, str::len);
        if length > LONGEST {
            return Err(Problem::new(
                414,
                "too-long-an-address",
                format!("the address has {length} bytes, and {LONGEST} are taken"),
                "send a long statement of SQL as the body of a POST",
            ));
        }
        let parts = parts_of(uri.path())?;
        let (endpoint, found, is_page) = find(&parts)?;
        let is_known = *method == Method::GET
            || *method == Method::HEAD
            || (*method == Method::POST && endpoint.has_body && !is_page);
        if !is_known {
            let (allow, help) = if endpoint.has_body && !is_page {
                ("GET, HEAD, POST", "it only reads: use GET, or POST with the statement as the body")
            } else {
                ("GET, HEAD", "everything here only reads: use GET")
            };
            let said = format!("`{}` does not go with this path", model::visible(method.as_str()));
            let problem = Problem::new(405, "wrong-method", said, help);
            return Err(Problem { allow: Some(allow), ..problem });
        }
        let parameters = parameters_of(endpoint, uri.query().unwrap_or_default(), is_page)?;
        let form = if is_page { Form::Page } else { form(endpoint, headers)? };
        let parts = found.into_iter().map(|(name, part)| (name, part.to_owned())).collect();
        Ok(Self { endpoint, parts, parameters, form })
    }

    /// Returns what stands for a name in the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.parts.get(name).map_or("", String::as_str)
    }

    /// Returns a parameter that was given and is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Returns a parameter without which the question makes no sense.
    pub(crate) fn needed(&self, name: &'static str) -> Result<&str, Problem> {
        self.text(name).ok_or_else(|| {
            let about = self.declared(name).map_or("", |parameter| parameter.about);
            Problem::wrong("missing-parameter", format!("`{name}` is missing"), format!("{name}: {about}"))
        })
    }

    /// Returns whether a parameter that switches something on is given and does.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| !["false", "0", "no"].contains(&text))
    }

    /// Returns a count: the one that is given, or the usual one.
    pub(crate) fn count(&self, name: &'static str) -> usize {
        let usual = match self.declared(name).map(|parameter| parameter.kind) {
            Some(ParameterType::Count { usual, .. }) => usual,
            _ => 0,
        };
        let given = self.text(name).and_then(|text| text.parse::<u64>().ok());
        usize::try_from(given.unwrap_or(usual)).unwrap_or(usize::MAX)
    }

    fn declared(&self, name: &str) -> Option<&'static Parameter> {
        self.endpoint.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// Returns path and parameters in one form, whatever the order in which they were given.
    pub(crate) fn canonical(&self, without: &[&str]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.parts);
        let asked = self.parameters.iter().filter(|(name, _)| !without.contains(name));
        query.extend_pairs(asked);
        format!("{}?{}", self.endpoint.path, query.finish())
    }
}

/// Returns the parts of a path, decoded.
fn parts_of(path: &str) -> Result<Vec<String>, Problem> {
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        // A plus in a path is a plus: only in a query does it stand for a blank.
        let encoded = part.replace('+', "%2B");
        let decoded =
            form_urlencoded::parse(encoded.as_bytes()).next().map(|(name, value)| match value.as_ref() {
                "" if !encoded.contains('=') => name.into_owned(),
                value => format!("{name}={value}"),
            });
        let decoded = decoded.unwrap_or_default();
        let is_plain = !decoded.contains(['\0', '\u{fffd}', '/', '\\']) && decoded != "." && decoded != "..";
        if !is_plain || parts.len() == DEEPEST {
            return Err(Problem::wrong(
                "wrong-path",
                format!("`{}` is no path of this interface", model::visible(path)),
                "/api/v1 lists the paths",
            ));
        }
        parts.push(decoded);
    }
    Ok(parts)
}

type Found<'a> = (&'static Operation, Vec<(&'static str, &'a str)>, bool);

fn find(parts: &[String]) -> Result<Found<'_>, Problem> {
    for endpoint in &ENDPOINTS {
        if let Some(found) = captures(endpoint.path, parts) {
            return Ok((endpoint, found, false));
        }
        if let Some(found) = endpoint.page.and_then(|page| captures(page, parts)) {
            return Ok((endpoint, found, true));
        }
    }
    let said = format!("there is nothing at `/{}`", model::visible(&parts.join("/")));
    Err(Problem::not_there(
        "no-such-path",
        said,
        "/api/v1 lists the paths of the interface, and the pages begin at /",
    ))
}

fn parameters_of(
    endpoint: &'static Operation,
    query: &str,
    is_page: bool,
) -> Result<BTreeMap<&'static str, String>, Problem> {
    let known: Vec<&str> = endpoint.parameters.iter().map(|parameter| parameter.name).collect();
    let mut parameters = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let Some(parameter) = endpoint.parameters.iter().find(|parameter| parameter.name == name) else {
            let said = format!("there is no parameter `{}` here", model::visible(&name));
            let help = match known.as_slice() {
                [] => "leave it out: this path takes none".to_owned(),
                known => format!("known are: {}", known.join(", ")),
            };
            return Err(Problem::wrong("unknown-parameter", said, help));
        };
        // Fields that somebody left empty come all the same.
        let is_left_empty = is_page && value.is_empty();
        if !is_left_empty {
            check(parameter, &value)?;
        }
        if parameters.insert(parameter.name, value.into_owned()).is_some() {
            let said = format!("`{}` is given twice", parameter.name);
            return Err(Problem::wrong("repeated-parameter", said, "give it once"));
        }
    }
    Ok(parameters)
}

fn check(parameter: &Parameter, value: &str) -> Result<(), Problem> {
    let help = match parameter.kind {
        ParameterType::Text => return Ok(()),
        ParameterType::Count { most, .. } => {
            let is_number = value.bytes().all(|each| each.is_ascii_digit());
            if is_number && value.parse().is_ok_and(|count: u64| (1..=most).contains(&count)) {
                return Ok(());
            }
            format!("give a number from 1 to {most}")
        }
        ParameterType::Truth if ["true", "false", "1", "0", "yes", "no"].contains(&value) => return Ok(()),
        ParameterType::Truth => "say `true` or `false`".to_owned(),
        ParameterType::Choice(words) if words.contains(&value) => return Ok(()),
        ParameterType::Choice(words) => format!("choose one of: {}", words.join(", ")),
    };
    let said = format!("`{}` cannot be `{}`", parameter.name, model::visible(value));
    Err(Problem::wrong("wrong-parameter", said, help))
}

/// Returns the form that a client likes best among those that an answer has.
fn form(endpoint: &Operation, headers: &HeaderMap) -> Result<Form, Problem> {
    let mut offered = vec![("application/json", Form::Json)];
    if endpoint.rows.is_some() {
        offered.extend([
            ("text/csv", Form::Csv),
            ("application/jsonl", Form::JsonLines),
            ("application/x-ndjson", Form::JsonLines),
        ]);
    }
    if endpoint.question == ApiQuestion::Table {
        offered.push((reply::PARQUET, Form::Parquet));
    }
    let wanted: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let wanted = wanted.join(",");
    if wanted.trim().is_empty() {
        return Ok(Form::Json);
    }
    let ranges: Vec<(String, u32)> = wanted.split(',').map(weighed).collect();
    // The narrowest range that means a form decides on it, so that one may be left out of many.
    let decisive = |media_type: &str| {
        let places = ranges.iter().enumerate();
        let meant = places
            .filter_map(|(place, (range, weight))| Some((narrowness(range, media_type)?, place, *weight)));
        meant.min_by_key(|(narrowness, place, _)| (Reverse(*narrowness), *place))
    };
    let weighed_forms = offered.iter().filter_map(|(media_type, form)| {
        let (_, place, weight) = decisive(media_type)?;
        (weight > 0).then_some((Reverse(weight), place, *form))
    });
    // Of those that are liked alike, the one that was named first.
    let best = weighed_forms.min_by_key(|(weight, place, _)| (*weight, *place));
    // A browser that comes here by hand is content with JSON.
    let is_browser = wanted.contains("text/html");
    best.map(|(_, _, form)| form).or(is_browser.then_some(Form::Json)).ok_or_else(|| {
        let said = format!("this answer has no form `{}`", model::visible(&wanted));
        let forms: Vec<&str> = offered.iter().map(|(media_type, _)| *media_type).collect();
        Problem::new(406, "no-such-form", said, format!("accept one of: {}", forms.join(", ")))
    })
}

/// Returns how narrow a range is that a media type is in; none where it is not.
fn narrowness(range: &str, media_type: &str) -> Option<u8> {
    let kind = media_type.split('/').next();
    match range {
        "*/*" => Some(0),
        _ if range == media_type => Some(2),
        _ => (range.strip_suffix("/*") == kind).then_some(1),
    }
}

/// Returns a range of media types with its weight in thousandths.
fn weighed(range: &str) -> (String, u32) {
    let mut words = range.split(';');
    let media_type = words.next().unwrap_or_default().trim().to_ascii_lowercase();
    let weight = words.find_map(|word| word.trim().strip_prefix("q=").map(thousandths));
    (media_type, weight.unwrap_or(1000))
}

fn thousandths(text: &str) -> u32 {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let padded: String = part.chars().chain("000".chars()).take(3).collect();
    let whole = whole.parse::<u32>().unwrap_or(0).min(1);
    (whole * 1000 + padded.parse::<u32>().unwrap_or(0)).min(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_chosen_by_the_narrowest_range_that_means_it() {
        let (rows, _, _) =
            find(&["api", "v1", "accounts", "ibm", "a", "snapshots"].map(str::to_owned)).unwrap();
        let chosen = |accept: &'static str| {
            form(rows, &HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())])).ok()
        };
        for (accept, wanted) in [
            ("*/*", Some(Form::Json)),
            ("text/csv, application/json", Some(Form::Csv)),
            ("application/json;q=0.5, text/*", Some(Form::Csv)),
            ("application/json;q=0, */*", Some(Form::Csv)),
            ("*/*, application/json;q=0, text/csv;q=0", Some(Form::JsonLines)),
            ("application/x-ndjson", Some(Form::JsonLines)),
            ("text/html, */*;q=0.1", Some(Form::Json)),
            ("*/*;q=0", None),
            ("application/vnd.apache.parquet", None),
        ] {
            assert_eq!(chosen(accept), wanted, "{accept}");
        }
    }
}
