//! Who may come in on loopback: whoever has the token of the printed address, by a name that is this machine's own.
//!
//! A page of another site can make a browser ask any address of this machine, and can give its own name this machine's address (rebinding).
//! So the name in `Host` must be one of this machine, and the token comes in the address once, is then kept in a cookie that no other site's
//! request bears, and is never shown to a page.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header},
    middleware::{Next, from_fn_with_state},
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use crate::Problem;

/// The parameter that bears the token the first time.
const PARAMETER: &str = "token";

/// What is asked of whoever comes.
#[derive(Debug, Clone)]
struct Gate {
    token: String,
    port: u16,
}

/// Returns the router behind a gate: requests need the token, in the address, in a cookie, or as `Authorization: Bearer`, and one of the names
/// of this machine with this port as their host.
pub fn guard(router: Router, token: String, port: u16) -> Router {
    router.layer(from_fn_with_state(Gate { token, port }, pass))
}

async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response<Body> {
    // A request that names its host in the address as well means that one.
    let is_named_well = request.uri().authority().is_none_or(|host| gate.is_name(host.as_str()));
    let is_local = is_named_well && gate.is_own_name(request.headers());
    if !is_local {
        return Problem::new(
            421,
            "foreign-host",
            "this address is not one that this program answers to",
            format!("open http://127.0.0.1:{}/ with the token that was printed", gate.port),
        )
        .to_response();
    }
    let shown = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == PARAMETER)
        .map(|(_, value)| value.into_owned());
    match shown {
        Some(token) if gate.is_token(&token) && request.method() == Method::GET => gate.admit(request.uri()),
        None if gate.is_known(request.headers()) => next.run(request).await,
        _ => Problem::new(
            401,
            "no-token",
            "the token is missing or wrong",
            "open the address that `iamwatch serve` printed, or send its token as `Authorization: Bearer`; each start has another token",
        )
        .to_response(),
    }
}

impl Gate {
    fn is_own_name(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        host.to_str().is_ok_and(|host| self.is_name(host))
    }

    fn is_name(&self, host: &str) -> bool {
        // The port that an address has without naming one is left out by whoever asks.
        let usual = if self.port == 80 { ":80" } else { "" };
        let named = format!("{host}{}", if host.ends_with(usual) { "" } else { usual });
        let names = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{}", self.port));
        names.iter().any(|name| name.eq_ignore_ascii_case(&named))
    }

    /// Compares hashes, in a time that tells nothing of where texts differ.
    fn is_token(&self, text: &str) -> bool {
        Sha256::digest(text.as_bytes()).ct_eq(&Sha256::digest(self.token.as_bytes())).into()
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some(token) = bearer.and_then(|value| value.strip_prefix("Bearer ")) {
            return self.is_token(token);
        }
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut cookies =
            cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        cookies.any(|(name, value)| name == self.cookie_name() && self.is_token(value))
    }

    /// Cookies do not tell ports apart: two programs on one machine must not take each other's.
    fn cookie_name(&self) -> String {
        format!("iamwatch-{}", self.port)
    }

    /// Leads to the same address without the token, which no history of a browser should keep, and hands out the cookie.
    fn admit(&self, uri: &Uri) -> Response<Body> {
        let others = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let others: Vec<_> = others.filter(|(name, _)| name != PARAMETER).collect();
        // A path that begins with two slashes would be taken for the name of another host.
        let mut place = format!("/{}", uri.path().trim_start_matches('/'));
        if !others.is_empty() {
            place = format!(
                "{place}?{}",
                form_urlencoded::Serializer::new(String::new()).extend_pairs(others).finish()
            );
        }
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie_name(), self.token);
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        for (name, value) in [(header::LOCATION, place), (header::SET_COOKIE, cookie)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_port_may_be_left_out_and_no_other() {
        let names = |port: u16, host: &str| Gate { token: String::new(), port }.is_name(host);
        for host in ["127.0.0.1", "localhost", "[::1]", "127.0.0.1:80", "LOCALHOST:80"] {
            assert!(names(80, host), "{host}");
        }
        for host in ["127.0.0.1:8080", "evil.example", "localhost.evil.example", "evil.example:80", "", ":80"]
        {
            assert!(!names(80, host), "{host}");
        }
        assert!(names(8080, "127.0.0.1:8080") && !names(8080, "127.0.0.1") && !names(8080, "127.0.0.1:80"));
    }
}
