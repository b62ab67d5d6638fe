//! What speaks for a finding, in as little memory as it takes.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
    ser::Error as _,
};
use serde_json::{Value, value::RawValue};

/// The columns of a row that a rule returned, but those that name its [subject](crate::Finding::subject).
///
/// A large account has more than a hundred thousand findings, and several stages hold each of them at once: evidence is one text that
/// all of these share, a JSON object, and is taken apart only where somebody asks for a column.
///
/// ```
/// let evidence: model::Evidence = [("days".to_owned(), 91.into())].into_iter().collect();
/// assert_eq!(evidence.column("days"), Some(91.into()));
/// assert_eq!(evidence.as_json(), r#"{"days":91}"#);
/// ```
#[derive(Clone)]
pub struct Evidence(Arc<str>);

impl Evidence {
    /// Returns the evidence as the JSON object that is stored and sent.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// Returns whether another says the same in the same words and is a text of its own, so that one of them would do.
    #[must_use]
    pub fn is_alike_and_apart(&self, other: &Self) -> bool {
        !Arc::ptr_eq(&self.0, &other.0) && self.0 == other.0
    }

    /// Returns all columns with their values.
    #[must_use]
    pub fn columns(&self) -> BTreeMap<String, Value> {
        // INVARIANT: every evidence is made of columns, or was read as the JSON object of them.
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// Returns the value of a column, if there is such a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<Value> {
        // Most columns are of few rules: no JSON is read for what the text cannot hold.
        let may_have = self.0.contains(name) || self.0.contains('\\');
        may_have.then(|| self.read_column(name))?
    }

    /// Reads one column of the text and passes over the others.
    fn read_column(&self, name: &str) -> Option<Value> {
        // INVARIANT: as in `columns`.
        let mut text = serde_json::Deserializer::from_str(&self.0);
        text.deserialize_map(OneColumn(name)).unwrap_or_default()
    }

    /// Returns the text of a column, if the column holds one.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        match self.column(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Takes the value of one member of an object.
struct OneColumn<'n>(&'n str);

impl<'de> Visitor<'de> for OneColumn<'_> {
    type Value = Option<Value>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the columns of an evidence")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut columns: M) -> Result<Self::Value, M::Error> {
        let mut found = None;
        while let Some(name) = columns.next_key::<Cow<'de, str>>()? {
            if name == self.0 {
                found = Some(columns.next_value()?);
            } else {
                columns.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

impl Default for Evidence {
    fn default() -> Self {
        Self(Arc::from("{}"))
    }
}

impl FromIterator<(String, Value)> for Evidence {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(columns: I) -> Self {
        BTreeMap::from_iter(columns).into()
    }
}

impl From<BTreeMap<String, Value>> for Evidence {
    fn from(columns: BTreeMap<String, Value>) -> Self {
        // INVARIANT: a map from texts to JSON values has a JSON form.
        serde_json::to_string(&columns).map_or_else(|_| Self::default(), |text| Self(Arc::from(text)))
    }
}

/// Evidence of another program may have its columns in another order, and is equal all the same.
impl PartialEq for Evidence {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.columns() == other.columns()
    }
}

impl Eq for Evidence {}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Evidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        if !text.get().starts_with('{') {
            return Err(D::Error::custom(format!("evidence is no object: {text}")));
        }
        Ok(Self(Arc::from(text.get())))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn evidence_is_stored_as_the_object_that_it_was_made_of() {
        let columns = BTreeMap::from([
            ("name".to_owned(), json!("a \"quoted\" \u{1f600} name\n")),
            ("days".to_owned(), json!(91)),
            ("parts".to_owned(), json!([1.5, null, { "deep": true }])),
        ]);
        let evidence = Evidence::from(columns.clone());
        assert_eq!(serde_json::to_value(&evidence).unwrap(), json!(columns));
        assert_eq!(serde_json::to_string(&evidence).unwrap(), serde_json::to_string(&columns).unwrap());
        let read: Evidence = serde_json::from_str(evidence.as_json()).unwrap();
        assert_eq!((read.columns(), read.text("days"), read.column("age")), (columns, None, None));
        assert_eq!(
            serde_json::from_value::<Evidence>(json!({ "a": 1 })).unwrap().column("a"),
            Some(json!(1))
        );
    }

    #[test]
    fn the_order_and_the_spaces_of_a_stored_object_make_no_other_evidence() {
        let read = |text: &str| serde_json::from_str::<Evidence>(text).unwrap();
        assert_eq!(read(r#"{"a":1,"b":2}"#), read(r#"{ "b": 2, "a": 1 }"#));
        assert_ne!(read(r#"{"a":1,"b":2}"#), read(r#"{"a":1,"b":3}"#));
        assert_ne!(read(r#"{"a":1}"#), read(r#"{"a":1,"b":null}"#));
        assert_eq!(read(r#"{"\u0061":1}"#).column("a"), Some(json!(1)));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["[]", "null", "\"a\"", "3", "{", "{\"a\":}"] {
            assert!(serde_json::from_str::<Evidence>(text).is_err(), "{text}");
        }
    }
}
