//! JSON on its way to whoever reads it: line by line, with what would deceive a reader escaped.

use std::io::{self, Write};

use serde::Serialize;

/// How much is gathered before whole lines of it are written.
const GATHERED: usize = 64 * 1024;

/// Writes a value as JSON over several lines. No more of it than some lines is ever held.
///
/// # Errors
/// As writing has them.
pub(crate) fn write_json<J: Serialize>(output: impl Write, value: &J) -> io::Result<()> {
    let mut lines = Lines { output, gathered: Vec::new() };
    serde_json::to_writer_pretty(&mut lines, value)?;
    lines.write_all(b"\n")?;
    lines.put(lines.gathered.len())?;
    lines.output.flush()
}

/// Gathers what is written, and passes whole lines on.
struct Lines<W> {
    output: W,
    gathered: Vec<u8>,
}

impl<W: Write> Lines<W> {
    /// Writes so many bytes of what is gathered, which end with a line.
    fn put(&mut self, length: usize) -> io::Result<()> {
        let lines: Vec<u8> = self.gathered.drain(..length).collect();
        // JSON is UTF-8, and no line of it ends within a character.
        let text = String::from_utf8_lossy(&lines);
        self.output.write_all(model::visible_json(&text).as_bytes())
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHERED {
            let end = self.gathered.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
            self.put(end)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_long_value_is_written_as_a_short_one_is_and_hides_nothing() {
        let names: Vec<String> = (0..9000).map(|number| format!("größe {number}\u{202e}\n\u{7f}")).collect();
        let value = json!({ "names": names, "none": null, "empty": [] });
        let mut written = Vec::new();
        write_json(&mut written, &value).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert_eq!(written, model::visible_json(&format!("{value:#}\n")));
        assert!(!written.contains(['\u{202e}', '\u{7f}']) && written.len() > 3 * GATHERED);
    }

    #[test]
    fn whoever_stops_reading_is_told_apart_from_a_full_disk() {
        struct Closed(io::ErrorKind);
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for kind in [io::ErrorKind::BrokenPipe, io::ErrorKind::StorageFull] {
            assert_eq!(write_json(Closed(kind), &json!([1])).unwrap_err().kind(), kind);
        }
    }
}
