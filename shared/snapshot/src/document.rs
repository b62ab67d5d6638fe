//! A document of the store as the text that it is. Whoever looks for a few things in a thousand documents parses those alone that mention
//! one of them.

use std::io::Read;

use futures::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use memchr::memmem::Finder;
use serde::de::DeserializeOwned;

use crate::{History, ObjectRef, SnapshotError, hash::count, objects::GREATEST_DOCUMENT};

/// Documents that are read at a time.
const AT_ONCE: usize = 16;

/// A document that was read and proven, and not yet parsed.
#[derive(Debug)]
pub struct StoredDocument {
    key: String,
    json: Vec<u8>,
}

impl StoredDocument {
    /// Returns whether one of some texts stands in it, as a value or as a part of one.
    #[must_use]
    pub fn mentions(&self, mentions: &Mentions) -> bool {
        mentions.0.iter().any(|finder| finder.find(&self.json).is_some())
    }

    /// Parses it.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] when it is none of that kind.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, SnapshotError> {
        serde_json::from_slice(&self.json).map_err(|error| SnapshotError::Damaged {
            object: self.key.clone(),
            reason: format!("it does not read: {error}"),
        })
    }
}

/// Texts to be found in documents: see [`StoredDocument::mentions`].
#[derive(Debug, Default)]
pub struct Mentions(Vec<Finder<'static>>);

impl Mentions {
    /// Adds a text; an empty one is in every document.
    pub fn add(&mut self, text: &str) {
        // As it stands in JSON, which is the same within a longer text.
        let quoted = serde_json::Value::from(text).to_string();
        let written = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&quoted);
        self.0.push(Finder::new(written.as_bytes()).into_owned());
    }
}

impl<'a, T: AsRef<str> + ?Sized + 'a> FromIterator<&'a T> for Mentions {
    fn from_iter<I: IntoIterator<Item = &'a T>>(texts: I) -> Self {
        let mut mentions = Self::default();
        texts.into_iter().for_each(|text| mentions.add(text.as_ref()));
        mentions
    }
}

impl History {
    /// Reads documents in order without parsing them, some at a time, and the next ones while those are looked at.
    ///
    /// # Errors
    /// As [`History::get_json`], each in the place of its document.
    pub fn documents<'a>(
        &'a self,
        objects: Vec<&'a ObjectRef>,
    ) -> BoxStream<'a, Result<StoredDocument, SnapshotError>> {
        let batches: Vec<Vec<&ObjectRef>> = objects.chunks(AT_ONCE).map(<[_]>::to_vec).collect();
        let read = stream::iter(batches).map(move |batch| async move {
            let files = self.fetch_documents(&batch).await?;
            let documents = batch.into_iter().zip(files);
            Ok(stream::iter(documents.map(|(object, bytes)| self.unpacked(object, &bytes))))
        });
        read.buffered(2).try_flatten().boxed()
    }

    /// Reads a document without parsing it.
    pub(crate) async fn read_document(&self, object: &ObjectRef) -> Result<StoredDocument, SnapshotError> {
        self.unpacked(object, &self.fetch_document(object).await?)
    }

    fn unpacked(&self, object: &ObjectRef, bytes: &[u8]) -> Result<StoredDocument, SnapshotError> {
        let damaged = |reason: String| SnapshotError::Damaged { object: self.key(&object.key), reason };
        // What it says of its size saves copying while it grows, and is no proof.
        let size = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().unwrap_or_default();
        let mut json =
            Vec::with_capacity(usize::try_from(size.min(GREATEST_DOCUMENT + 1)).unwrap_or_default());
        zstd::stream::read::Decoder::new(bytes)
            .and_then(|decoder| decoder.take(GREATEST_DOCUMENT + 1).read_to_end(&mut json))
            .map_err(|error| damaged(format!("it does not decompress: {error}")))?;
        if count(json.len()) > GREATEST_DOCUMENT {
            return Err(damaged("it decompresses to more than any document of iamwatch".to_owned()));
        }
        Ok(StoredDocument { key: self.key(&object.key), json })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_as_json_writes_it() {
        let document = |value: &serde_json::Value| StoredDocument {
            key: String::new(),
            json: serde_json::to_vec(value).unwrap(),
        };
        for id in ["IBMid-1", "quoted \"id\"", "back\\slash", "tab\t", "Zürich", "nul\u{0}", "\u{2028}"] {
            let mentions: Mentions = [id].into_iter().collect();
            let whole = serde_json::json!({ "evidence": { "of": id } });
            let part = serde_json::json!([format!("ibm/a1/ibm_users/{id}/more")]);
            assert!(document(&whole).mentions(&mentions) && document(&part).mentions(&mentions), "{id:?}");
            assert!(!document(&serde_json::json!({ "of": "IBMid-2" })).mentions(&mentions), "{id:?}");
        }
        assert!(!document(&serde_json::json!("x")).mentions(&Mentions::default()), "nothing is looked for");
    }
}
