//! Tokens of pages: opaque to whoever has one, and good for one question only.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::Problem;

/// Letters of the hash that ties a token to its question.
const MARK: usize = 16;

/// Makes the token of a page that begins at a place of a question's answer.
pub(crate) fn make(question: &str, place: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{place}.{}", mark(question)))
}

/// Returns the place at which the page of a token begins.
///
/// # Errors
/// When the token is none, or is one of another question.
pub(crate) fn read(question: &str, token: &str) -> Result<u64, Problem> {
    let decoded = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let parts = decoded.as_deref().and_then(|text| text.split_once('.'));
    let place = parts.filter(|(_, own)| *own == mark(question)).and_then(|(place, _)| place.parse().ok());
    place.ok_or_else(|| {
        Problem::wrong(
            "wrong-page",
            "`page` is no token of this question, or its snapshot is no longer the one that is named",
            "begin with the first page, and ask for a snapshot by its number while you go on",
        )
    })
}

fn mark(question: &str) -> String {
    let hash = Sha256::digest(question.as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.chars().take(MARK).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_question_only() {
        let token = make("a", 50);
        assert_eq!(read("a", &token), Ok(50));
        for (question, token) in
            [("b", token.as_str()), ("a", ""), ("a", "50"), ("a", "\u{e9}"), ("a", "NTAuMDA")]
        {
            assert_eq!(read(question, token).unwrap_err().kind, "wrong-page", "{question} {token}");
        }
    }
}
