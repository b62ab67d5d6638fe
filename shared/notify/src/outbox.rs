//! The outbox: the events of one run as bytes.
//!
//! In: events. Out: JSON lines, the same bytes for the same events; and the way back.

use model::Event;

use crate::NotifyError;

/// Writes events as the outbox keeps them.
#[must_use]
pub fn to_outbox(events: &[Event]) -> Vec<u8> {
    events.iter().flat_map(|event| line(event).into_bytes()).collect()
}

/// Reads events as the outbox keeps them.
///
/// # Errors
/// [`NotifyError::Outbox`] names the first line that is no event.
pub fn from_outbox(bytes: &[u8]) -> Result<Vec<Event>, NotifyError> {
    bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
        .map(|(index, line)| {
            serde_json::from_slice(line).map_err(|source| NotifyError::Outbox { line: index + 1, source })
        })
        .collect()
}

/// Writes one event as a line.
pub(crate) fn line(event: &Event) -> String {
    // INVARIANT: an event is made of text and JSON values, which always serialise.
    let json = serde_json::to_string(event).unwrap_or_default();
    // Some readers of lines end one at U+2028 or U+0085, and these lines are shown on terminals.
    let mut line = model::visible_json(&json).into_owned();
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::{from_outbox, to_outbox};

    #[test]
    fn a_line_that_is_no_event_is_named() {
        let error = from_outbox(b"\n{\"id\": 1}\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2 of the outbox is no event; `iamwatch verify` says what was changed"
        );
    }

    #[test]
    fn nothing_to_tell_is_no_bytes() {
        assert!(to_outbox(&[]).is_empty());
        assert!(from_outbox(b"").unwrap().is_empty());
    }
}
