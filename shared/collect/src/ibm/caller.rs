//! Who the token says we are. Read for discovery only: it is the cloud that decides what we may.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

/// The claims of an access token that matter here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Our own IAM ID.
    pub(crate) iam_id: String,
    /// The account that the token is bound to.
    pub(crate) account: String,
}

impl Caller {
    /// Reads the claims of a token; none if it is not bound to an account.
    pub(crate) fn of(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?.trim_end_matches('=');
        let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            iam_id: text(claims.get("iam_id")).or_else(|| text(claims.get("id"))).unwrap_or_default(),
            account: text(claims.get("account")?.get("bss")).filter(|id| !id.is_empty())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_URL_SAFE;

    use super::*;

    fn token(claims: &str, padded: bool) -> String {
        let engine = if padded { BASE64_URL_SAFE } else { BASE64_URL_SAFE_NO_PAD };
        format!("head.{}.sign", engine.encode(claims))
    }

    #[test]
    fn the_account_and_the_identity_are_read() {
        let claims = r#"{"iam_id":"iam-ServiceId-1","account":{"valid":true,"bss":"acc1"}}"#;
        for padded in [false, true] {
            let caller = Caller::of(&token(claims, padded)).unwrap();
            assert_eq!((caller.iam_id.as_str(), caller.account.as_str()), ("iam-ServiceId-1", "acc1"));
        }
    }

    #[test]
    fn a_token_without_an_account_names_nobody() {
        for claims in
            [r#"{"iam_id":"IBMid-1"}"#, r#"{"account":{"bss":""}}"#, r#"{"account":null}"#, "no json"]
        {
            assert_eq!(Caller::of(&token(claims, false)), None, "{claims}");
        }
        assert_eq!(Caller::of("opaque"), None);
    }
}
