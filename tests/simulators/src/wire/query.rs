//! The parameters of a call.

use url::form_urlencoded;

/// What is wrong with a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) is_missing: bool,
    pub(crate) message: String,
}

impl Complaint {
    pub(crate) fn bad(message: impl Into<String>) -> Complaint {
        Complaint { is_missing: false, message: message.into() }
    }

    pub(crate) fn missing(parameter: &str) -> Complaint {
        let message = format!("required parameter `{parameter}` is missing");
        Complaint { is_missing: true, message }
    }
}

/// The parameters of a call, in the order given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Query {
        Query(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Complaint> {
        self.text(name).ok_or_else(|| Complaint::missing(name))
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Complaint> {
        match self.text(name) {
            None => Ok(false),
            Some("true" | "True") => Ok(true),
            Some("false" | "False") => Ok(false),
            Some(other) => {
                Err(Complaint::bad(format!("parameter `{name}` must be true or false, not `{other}`")))
            }
        }
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<usize>, Complaint> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text
            .parse()
            .map_err(|_| Complaint::bad(format!("parameter `{name}` must be a number, not `{text}`")))?;
        Ok(Some(number))
    }

    /// A page size within its limits, or the API's default.
    pub(crate) fn page_size(
        &self,
        name: &str,
        allowed: std::ops::RangeInclusive<usize>,
        default: usize,
    ) -> Result<usize, Complaint> {
        let size = self.number(name)?.unwrap_or(default);
        if allowed.contains(&size) {
            return Ok(size);
        }
        Err(Complaint::bad(format!(
            "parameter `{name}` must be between {} and {}, not {size}",
            allowed.start(),
            allowed.end()
        )))
    }

    /// The same parameters, with no page asked to hold more than `most` things; 0 leaves them as they are.
    pub(crate) fn with_pages_of(mut self, most: usize) -> Query {
        let sizes = self.0.iter_mut().filter(|(key, _)| matches!(key.as_str(), "limit" | "pagesize"));
        for (_, value) in sizes.filter(|_| most > 0) {
            if value.parse::<usize>().is_ok_and(|size| size > most) {
                *value = most.to_string();
            }
        }
        self
    }

    /// One of the words that the API knows.
    pub(crate) fn one_of(&self, name: &str, words: &[&str]) -> Result<Option<&str>, Complaint> {
        match self.text(name) {
            Some(word) if !words.contains(&word) => Err(Complaint::bad(format!(
                "parameter `{name}` must be one of {}, not `{word}`",
                words.join(", ")
            ))),
            found => Ok(found),
        }
    }

    /// The same parameters with `names` taken out and `added` put in, URL-encoded.
    pub(crate) fn with(&self, names: &[&str], added: &[(&str, &str)]) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (key, value) in self.0.iter().filter(|(key, _)| !names.contains(&key.as_str())) {
            out.append_pair(key, value);
        }
        out.extend_pairs(added);
        out.finish()
    }

    pub(crate) fn without(&self, names: &[&str]) -> Query {
        Query(self.0.iter().filter(|(key, _)| !names.contains(&key.as_str())).cloned().collect())
    }

    /// The same parameters, with another value where there is one of this name.
    pub(crate) fn replacing(mut self, name: &str, value: &str) -> Query {
        self.0.iter_mut().filter(|(key, _)| key == name).for_each(|(_, old)| value.clone_into(old));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_as_small_as_the_cloud_likes() {
        let sizes = |most| Query::parse("limit=100&pagesize=2&page=7").with_pages_of(most).with(&[], &[]);
        assert_eq!(sizes(3), "limit=3&pagesize=2&page=7");
        assert_eq!(sizes(0), "limit=100&pagesize=2&page=7");
    }

    #[test]
    fn a_page_size_beyond_the_limit_is_refused() {
        let query = Query::parse("pagesize=101");
        assert!(query.page_size("pagesize", 1..=100, 20).is_err());
        assert_eq!(Query::default().page_size("pagesize", 1..=100, 20).unwrap_or_default(), 20);
    }
}
