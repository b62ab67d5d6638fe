//! `SDK-HMAC-SHA256` from the side of the gateway: what a request should have been signed with.
//!
//! In: a request and a secret. Out: the signature that belongs to them. The request line is taken as it
//! was sent, so that a client that signs other characters than it sends is found out.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::request::{Request, decoded};

const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// What an `Authorization` header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claim<'r> {
    pub(super) access_key: &'r str,
    signed_headers: &'r str,
    signature: &'r str,
}

impl<'r> Claim<'r> {
    pub(super) fn of(request: &'r Request) -> Option<Claim<'r>> {
        let rest = request.header("authorization")?.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
        let mut parts = rest.split(", ");
        let mut part = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
        let claim = Claim {
            access_key: part("Access")?,
            signed_headers: part("SignedHeaders")?,
            signature: part("Signature")?,
        };
        parts.next().is_none().then_some(claim)
    }

    /// Whether a header takes part in the signature.
    pub(super) fn covers(&self, header: &str) -> bool {
        self.signed_headers.split(';').any(|signed| signed == header)
    }

    /// Whether the request was signed with this secret.
    pub(super) fn is_by(&self, secret: &str, request: &Request) -> bool {
        self.expected(secret, request) == self.signature
    }

    fn expected(&self, secret: &str, request: &Request) -> String {
        let date = request.header("x-sdk-date").unwrap_or_default();
        let hash = hex::encode(Sha256::digest(self.canonical(request)));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key may have any length");
        mac.update(format!("{ALGORITHM}\n{date}\n{hash}").as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }

    fn canonical(&self, request: &Request) -> String {
        let headers: String = self
            .signed_headers
            .split(';')
            .map(|name| format!("{name}:{}\n", request.header(name).unwrap_or_default().trim()))
            .collect();
        let stated = request.header("x-sdk-content-sha256").filter(|_| !request.body.is_empty());
        let payload = stated.map_or_else(|| hex::encode(Sha256::digest(&request.body)), str::to_owned);
        let (path, query) = (canonical_path(&request.path), canonical_query(&request.raw_query));
        let signed = self.signed_headers;
        format!("{}\n{path}\n{query}\n{headers}\n{signed}\n{payload}", request.method)
    }
}

/// The header with which a client signs this request; it must have all headers that are to be signed.
#[cfg(test)]
pub(super) fn authorization(access_key: &str, secret: &str, request: &Request) -> String {
    let mut names: Vec<&str> = request.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    let signed_headers = names.join(";");
    let claim = Claim { access_key, signed_headers: &signed_headers, signature: "" };
    let signature = claim.expected(secret, request);
    format!("{ALGORITHM} Access={access_key}, SignedHeaders={signed_headers}, Signature={signature}")
}

fn canonical_path(path: &str) -> String {
    let segments: Vec<String> = decoded(path).split('/').map(encoded).collect();
    let path = segments.join("/");
    if path.ends_with('/') { path } else { format!("{path}/") }
}

fn canonical_query(raw: &str) -> String {
    let mut pairs: Vec<(String, String)> = raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
    use bytes::Bytes;

    use super::super::request::Host;
    use super::*;

    const ACCESS: &str = "HWAKEXAMPLE0000000001";
    const SECRET: &str = "ExampleSecretKey/NotReal+0123456789abcdef";

    fn request(method: Method, url: &str, headers: &[(&str, &str)], body: &str) -> Request {
        let all = headers.iter().map(|(name, value)| {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), value)
        });
        let headers: HeaderMap = all.collect();
        Request::new(
            Host::Iam,
            method,
            &url.parse().unwrap(),
            headers,
            Bytes::copy_from_slice(body.as_bytes()),
        )
    }

    fn signed(
        method: Method,
        target: &str,
        more: &[(&str, &str)],
        signed_headers: &str,
        signature: &str,
        body: &str,
    ) -> bool {
        let authorization =
            format!("{ALGORITHM} Access={ACCESS}, SignedHeaders={signed_headers}, Signature={signature}");
        let mut headers = vec![
            ("host", "iam.ap-southeast-1.myhuaweicloud.com"),
            ("x-sdk-date", "20260115T083000Z"),
            ("authorization", authorization.as_str()),
        ];
        headers.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        headers.extend(more);
        let request = request(method, target, &headers, body);
        Claim::of(&request).unwrap().is_by(SECRET, &request)
    }

    #[test]
    fn reads_are_recognised_by_their_signature() {
        let plain = "f491bf313f4378f3475ad83fb5055016bc5b469526a9e17c2b60a553b3e9009b";
        assert!(signed(Method::GET, "/v5/groups", &[], "host;x-sdk-date", plain, ""));
        assert!(!signed(Method::GET, "/v5/users", &[], "host;x-sdk-date", plain, ""));
        assert!(!signed(Method::GET, "/v5/groups?limit=1", &[], "host;x-sdk-date", plain, ""));
        assert!(!signed(Method::GET, "/v5/groups", &[], "host;x-sdk-date", &plain.to_uppercase(), ""));
        let more =
            [("content-type", "application/json"), ("x-domain-id", "d78cbac186b744899480f25bd0220001")];
        let target =
            "/v5/users?limit=200&marker=ab%2B%2Fcd%3D%3D-_&group_id=5b050baea9db472c88cbae67e8d6aaaa";
        let all = "content-type;host;x-domain-id;x-sdk-date";
        let signature = "cd0b6d6d09511fc71149694104cb89d027d0e3633f52d6f947aaf00aabbc888d";
        assert!(signed(Method::GET, target, &more, all, signature, ""));
        let token = [more[0], more[1], ("x-security-token", "ExampleSessionToken+/==")];
        let target = "/v5/policies/75cfe22af2b3498d82b655fbb39daaaa/versions?limit=100";
        let all = "content-type;host;x-domain-id;x-sdk-date;x-security-token";
        let signature = "7bbeb349b406b4a2ab96c594ca53573971e3542d948fa97e73ad83ec8305e8fa";
        assert!(signed(Method::GET, target, &token, all, signature, ""));
    }

    #[test]
    fn other_scripts_and_reserved_characters_are_encoded_alike() {
        let target = "/v5/caf%C3%A9%20%E7%9B%AE%E5%BD%95/a%2Bb~c?Zed=~-_.!*'()&empty=&only_attached=true\
                      &path_prefix=foo%2Fbar%2F&name=%E5%BC%A0%E4%B8%89%20%26%20co";
        let signature = "0c249bbe82a76c79e9486dd969ca07697a517a9aa2ded705c4c42465db1ac142";
        assert!(signed(Method::GET, target, &[], "host;x-sdk-date", signature, ""));
    }

    #[test]
    fn a_body_takes_part_in_its_signature() {
        let host = ("host", "sts.ap-southeast-1.myhuaweicloud.com");
        let more = [host, ("content-type", "application/json")];
        let body = r#"{"agency_urn":"iam::d78cbac186b744899480f25bd0220001:agency:audit-reader","agency_session_name":"iam-audit","duration_seconds":3600}"#;
        let signature = "b76975aac697e768a9684c625af6936d0402adc6181d4354f981fa310eba6d0f";
        let check = |body| {
            let all = "content-type;host;x-sdk-date";
            signed(Method::POST, "/v5/agencies/assume", &more, all, signature, body)
        };
        assert!(check(body));
        assert!(!check(&body.replace("3600", "3601")));
    }

    #[test]
    fn a_path_with_a_slash_at_its_end_and_padded_values_are_signed_the_same() {
        let more = [("user-agent", "  audit/1.0  "), ("x_ignored_header", "zzz")];
        let signature = "2830aaf6a86c2372fe46ae553329484b8e825b5450a5c0fbadf090f7a44ce2c2";
        assert!(signed(
            Method::GET,
            "/v5/account-summary/",
            &more,
            "host;user-agent;x-sdk-date",
            signature,
            ""
        ));
    }

    #[test]
    fn another_scheme_is_no_claim() {
        for value in
            ["Bearer x", "SDK-HMAC-SM3 Access=a, SignedHeaders=host, Signature=0", "SDK-HMAC-SHA256 Access=a"]
        {
            let request = request(Method::GET, "/", &[("authorization", value)], "");
            assert_eq!(Claim::of(&request), None, "{value}");
        }
    }
}
