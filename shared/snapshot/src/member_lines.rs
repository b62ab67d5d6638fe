//! Documents of maps with a line for each member, so that they are read line by line: reading JSON from a stream takes four times as
//! long as from memory, and a hundred thousand findings are a hundred megabytes.
//!
//! ```json
//! {"rules":{
//! "key_too_old":{…},
//! "user_in_no_group":{…}
//! },"findings":{
//! "5c1f…":{…}
//! }}
//! ```
//!
//! It is JSON like any other. A document that is one line, as they were written before, is read too.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
};

use model::Members;
use serde_json::{ser::Formatter, value::RawValue};

use crate::{History, ObjectRef, SnapshotError, hash::count, objects::GREATEST_DOCUMENT};

/// Bytes of a document that are decompressed at a time.
const PART: usize = 64 * 1024;
/// How deep the members of the maps are.
const DEPTH_OF_MEMBERS: usize = 2;

/// Writes JSON with a line for each member of the maps of a document.
#[derive(Default)]
pub(crate) struct MemberLines {
    depth: usize,
    /// Whether the map that is written has a member.
    has_members: bool,
}

impl MemberLines {
    const fn is_in_map(&self) -> bool {
        self.depth == DEPTH_OF_MEMBERS
    }
}

impl Formatter for MemberLines {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        writer.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        writer.write_all(b"]")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.has_members &= !self.is_in_map();
        writer.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let has_lines = self.is_in_map() && self.has_members;
        self.depth = self.depth.saturating_sub(1);
        writer.write_all(if has_lines { b"\n}" } else { b"}" })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        if !is_first {
            writer.write_all(b",")?;
        }
        if self.is_in_map() {
            self.has_members = true;
            writer.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Writes JSON that is a text already, which may be of another program and have lines of its own.
    fn write_raw_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let parts = text.split('\n');
        parts.into_iter().try_for_each(|part| writer.write_all(part.as_bytes()))
    }
}

impl History {
    /// Reads a document of maps member by member: neither its text nor what is in it is ever held as a whole, unless `document` does.
    ///
    /// # Errors
    /// As [`Self::get_json`].
    pub async fn read_members(
        &self,
        object: &ObjectRef,
        document: &mut impl Members,
    ) -> Result<(), SnapshotError> {
        let bytes = self.fetch_document(object).await?;
        let damaged = |reason: String| SnapshotError::Damaged { object: self.key(&object.key), reason };
        let decoder = zstd::stream::read::Decoder::new(bytes.as_ref())
            .map_err(|error| damaged(format!("it does not decompress: {error}")))?;
        read(BufReader::with_capacity(PART, decoder), document).map_err(damaged)
    }
}

/// Reads the lines of a document. An error says what is wrong with it.
fn read(mut lines: impl BufRead, document: &mut impl Members) -> Result<(), String> {
    let unread = |error: &dyn std::fmt::Display| format!("it does not read: {error}");
    let (mut line, mut left) = (Vec::new(), GREATEST_DOCUMENT);
    let mut map: Option<String> = None;
    loop {
        line.clear();
        let found = (&mut lines).take(left + 1).read_until(b'\n', &mut line);
        let length = count(found.map_err(|error| format!("it does not decompress: {error}"))?);
        left = left.checked_sub(length).ok_or("it decompresses to more than any document of iamwatch")?;
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        match (&map, text.first()) {
            (Some(map), Some(b'"')) => {
                let (key, value) = member(text).map_err(|error| unread(&error))?;
                document.take(map, key, value).map_err(|error| unread(&error))?;
            }
            (Some(_), Some(b'}')) if text.ends_with(b"}}") => return Ok(()),
            (_, Some(_)) if text.ends_with(b":{") => map = name_of_map(text),
            (None, Some(_)) => return read_whole(text, document).map_err(|error| unread(&error)),
            _ => return Err(unread(&"it breaks off")),
        }
    }
}

/// Splits a line into the key of a member and its value.
fn member(line: &[u8]) -> serde_json::Result<(String, &[u8])> {
    let mut keys = serde_json::Deserializer::from_slice(line).into_iter::<String>();
    let key = keys.next().transpose()?.unwrap_or_default();
    let value = line.get(keys.byte_offset()..).unwrap_or_default();
    let value = value.strip_prefix(b":").unwrap_or(value);
    Ok((key, value.strip_suffix(b",").unwrap_or(value)))
}

/// Returns the name of the map that begins at the end of a line: `},"findings":{`.
fn name_of_map(line: &[u8]) -> Option<String> {
    let name = line.strip_suffix(b"\":{")?.rsplit(|byte| *byte == b'"').next()?;
    String::from_utf8(name.to_vec()).ok()
}

/// Reads a document that has no lines.
fn read_whole(text: &[u8], document: &mut impl Members) -> serde_json::Result<()> {
    let maps: BTreeMap<String, BTreeMap<String, &RawValue>> = serde_json::from_slice(text)?;
    for (map, members) in maps {
        for (key, value) in members {
            document.take(&map, key, value.get().as_bytes())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Default)]
    struct Taken(Vec<(String, String, Value)>);

    impl Members for Taken {
        fn take(&mut self, map: &str, key: String, value: &[u8]) -> serde_json::Result<()> {
            self.0.push((map.to_owned(), key, serde_json::from_slice(value)?));
            Ok(())
        }
    }

    fn written(document: &Value) -> String {
        let mut text = Vec::new();
        let mut lines = serde_json::Serializer::with_formatter(&mut text, MemberLines::default());
        document.serialize(&mut lines).unwrap();
        String::from_utf8(text).unwrap()
    }

    fn taken(text: &str) -> Result<Vec<(String, String, Value)>, String> {
        let mut taken = Taken::default();
        read(text.as_bytes(), &mut taken).map(|()| taken.0)
    }

    fn documents() -> [Value; 4] {
        [
            json!({ "a": { "x": 1, "y": { "deep": [{ "er": {} }, {}], "text": "\n}},\"b\":{\n" } }, "b": { "\"q\\\n": [] } }),
            json!({ "a": {}, "b": { "z": null } }),
            json!({ "a": { "z": {} }, "b": {} }),
            json!({ "a": {}, "b": {} }),
        ]
    }

    #[test]
    fn members_read_back_whether_or_not_they_stand_on_lines() {
        for document in documents() {
            let lines = written(&document);
            assert_eq!(serde_json::from_str::<Value>(&lines).unwrap(), document, "{lines}");
            let members = document.as_object().unwrap().iter().flat_map(|(map, members)| {
                let members = members.as_object().unwrap().iter();
                members.map(|(key, value)| (map.clone(), key.clone(), value.clone()))
            });
            let members: Vec<_> = members.collect();
            assert_eq!(taken(&lines).unwrap(), members, "{lines}");
            assert_eq!(taken(&document.to_string()).unwrap(), members, "{document}");
        }
    }

    #[test]
    fn each_member_has_a_line() {
        let text = written(&json!({ "a": { "x": { "n": 1 }, "y": [2] }, "b": {}, "c": { "z": 3 } }));
        assert_eq!(text, "{\"a\":{\n\"x\":{\"n\":1},\n\"y\":[2]\n},\"b\":{},\"c\":{\n\"z\":3\n}}");
    }

    #[test]
    fn json_that_has_lines_of_its_own_stays_on_one() {
        let value: Box<RawValue> = serde_json::from_str("{\n \"x\": \"\\n\"\n}").unwrap();
        let document = BTreeMap::from([("a", BTreeMap::from([("k", value)]))]);
        let mut text = Vec::new();
        let mut lines = serde_json::Serializer::with_formatter(&mut text, MemberLines::default());
        document.serialize(&mut lines).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(taken(&text).unwrap(), [("a".to_owned(), "k".to_owned(), json!({ "x": "\n" }))], "{text}");
    }

    #[test]
    fn what_breaks_off_is_not_taken_for_the_whole() {
        for document in documents() {
            let text = written(&document);
            for (end, _) in text.char_indices() {
                let (part, _) = text.split_at(end);
                assert!(taken(part).is_err(), "{part:?}");
            }
        }
        assert!(taken("[]").is_err());
        assert!(taken("{\"a\":{\n\"x\":1\nno\n}}").is_err());
    }
}
