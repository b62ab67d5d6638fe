//! Endpoints: the addresses that keys, snapshots and events may be sent to.
//!
//! In: an address as somebody wrote it. Out: the same address as it will be called, or why nothing is sent there. This is the
//! one rule for clouds, stores and sinks: https, or http to this machine itself, which is a loopback address or the name
//! `localhost`; never with a user name or password in it.

use std::fmt;

use url::{Host, Url};

/// An address that keys may be sent to.
///
/// ```
/// use model::Endpoint;
///
/// assert!(Endpoint::parse("https://iam.cloud.ibm.com").is_ok());
/// assert!(Endpoint::parse("http://127.0.0.1:9000").is_ok());
/// assert!(Endpoint::parse("http://iam.cloud.ibm.com").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why nothing is sent to an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is refused: {reason}")]
pub struct EndpointError {
    /// The address, or `…` where it may hold a secret.
    pub shown: String,
    /// What is wrong with it.
    pub reason: EndpointFault,
}

/// What is wrong with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointFault {
    /// It is no address at all.
    NoAddress,
    /// It holds a user name or password, which would be logged and sent.
    UserInfo,
    /// It is neither encrypted nor this machine itself.
    Clear,
    /// Its host is written in a form that programs read in different ways: the one that would be called.
    Ambiguous(String),
}

impl fmt::Display for EndpointFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress => formatter.write_str("it is no address; write it like `https://iam.example.com`"),
            Self::UserInfo => formatter.write_str("it holds a user name or password; leave them out"),
            Self::Clear => formatter.write_str(
                "keys are only sent over `https://`, or to this machine itself over `http://127.0.0.1`, `http://[::1]` or `http://localhost`",
            ),
            Self::Ambiguous(host) => write!(formatter, "its host may be read as another; write it as `{host}`"),
        }
    }
}

impl Endpoint {
    /// Parses an address and holds it against the rule.
    ///
    /// The host must be written as it will be called (`127.0.0.1`, not `2130706433` or `0x7f.1`), so that no other
    /// program that is handed the address calls another host than the one that was looked at.
    ///
    /// # Errors
    /// [`EndpointError`], which shows the address only where it can hold no secret.
    pub fn parse(address: &str) -> Result<Self, EndpointError> {
        let refused = |reason| EndpointError { shown: printable(address), reason };
        let is_plain = |each: char| !each.is_whitespace() && !each.is_control() && each != '\\';
        let authority = authority(address).filter(|_| address.chars().all(is_plain));
        let url = Url::parse(address).ok();
        let (Some(authority), Some(url)) = (authority, url) else {
            return Err(refused(EndpointFault::NoAddress));
        };
        if authority.contains('@') || !url.username().is_empty() || url.password().is_some() {
            return Err(refused(EndpointFault::UserInfo));
        }
        let host = url.host_str().unwrap_or_default();
        if host.is_empty() {
            return Err(refused(EndpointFault::NoAddress));
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(&url)) {
            return Err(refused(EndpointFault::Clear));
        }
        if !host_of(authority).eq_ignore_ascii_case(host) {
            return Err(refused(EndpointFault::Ambiguous(host.to_owned())));
        }
        Ok(Self(url))
    }

    /// Returns the address as it will be called.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns whether it is this machine itself.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_this_machine(&self.0)
    }

    /// Returns the parsed address.
    #[must_use]
    pub fn into_url(self) -> Url {
        self.0
    }
}

/// Returns whether a host is this machine: by address, or by the one name that no resolver is asked for.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        // Names below `localhost` are looked up like any other by resolvers that do not follow RFC 6761.
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Returns what is written between `://` and the path: user, host and port.
fn authority(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())
}

/// Returns the host of an authority without user, with the brackets of an IPv6 address.
fn host_of(authority: &str) -> &str {
    if authority.starts_with('[') {
        return authority.split_inclusive(']').next().unwrap_or_default();
    }
    authority.split(':').next().unwrap_or_default()
}

/// Returns the address for a message, or a placeholder where it may hold a secret.
fn printable(address: &str) -> String {
    let is_harmless = |each: char| each.is_ascii_graphic() && !"@?#\\".contains(each);
    if address.len() <= 200 && address.contains(':') && address.chars().all(is_harmless) {
        address.to_owned()
    } else {
        "…".to_owned()
    }
}

/// Returns a setting for a message, or a placeholder where it may hold a user name and a password.
#[must_use]
pub fn printable_setting(text: &str) -> &str {
    let is_secret = text.contains('@') || text.to_ascii_lowercase().contains("password");
    if is_secret { "…" } else { text }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, EndpointFault};

    fn fault(address: &str) -> Option<EndpointFault> {
        Endpoint::parse(address).err().map(|error| error.reason)
    }

    #[test]
    fn https_and_this_machine_are_endpoints() {
        for address in [
            "https://iam.cloud.ibm.com",
            "https://IAM.cloud.ibm.com:8443/v1",
            "https://xn--bcher-kva.example",
            "https://10.0.0.1",
            "https://foo.localhost",
            "http://127.0.0.1:8080",
            "http://127.9.8.7",
            "http://[::1]:1",
            "http://localhost:1/x",
            "HTTP://LocalHost:9",
            "https://a.example/at@path",
        ] {
            assert_eq!(fault(address), None, "{address}");
        }
    }

    #[test]
    fn nothing_is_sent_in_the_clear_to_another_machine() {
        for address in [
            "http://iam.cloud.ibm.com",
            "http://foo.localhost:9",
            "http://localhost.example.com",
            "http://localhost.",
            "http://127.0.0.1.example.com",
            "http://0.0.0.0:9000",
            "http://0:9000",
            "http://[::]:9000",
            "http://[::ffff:127.0.0.1]:9000",
            "http://[fe80::1]",
            "http://169.254.169.254",
            "http://xn--lcalhost-54a",
            "http://l\u{43e}calhost",
            "ftp://127.0.0.1",
            "ws://localhost",
        ] {
            assert_eq!(fault(address), Some(EndpointFault::Clear), "{address}");
        }
    }

    #[test]
    fn a_user_or_password_is_refused_and_never_shown() {
        for address in [
            "https://u:s3cr3t@a.example",
            "https://s3cr3t@a.example",
            "http://u:s3cr3t@127.0.0.1",
            "http://:s3cr3t@localhost:9",
            "https://@a.example",
            "http://s3cr3t%40localhost@evil.example",
        ] {
            let error = Endpoint::parse(address).unwrap_err();
            assert_eq!(error.reason, EndpointFault::UserInfo, "{address}");
            assert!(!error.to_string().contains("s3cr3t"), "{error}");
        }
        for address in ["s3cr3t@host", "u:s3cr3t@host", "https:u:s3cr3t@host", "https:\\\\s3cr3t@host"] {
            let error = Endpoint::parse(address).unwrap_err();
            assert!(!error.to_string().contains("s3cr3t"), "{error}");
        }
    }

    #[test]
    fn what_is_no_address_is_said_to_be_none() {
        for address in [
            "",
            "localhost:4566",
            "iam.cloud.ibm.com",
            "https://",
            "https:///a.example",
            "http:127.0.0.1",
            "http:/127.0.0.1",
            "http:\\\\127.0.0.1",
            "http://127.0.0.1\\@evil.example",
            " https://a.example",
            "https://a.example\n",
            "https://a\t.example",
            "https://a.example:99999",
            "http://[::1",
            "https://?x",
            "file://localhost/etc/passwd",
        ] {
            assert_eq!(fault(address), Some(EndpointFault::NoAddress), "{address:?}");
        }
    }

    #[test]
    fn a_host_is_written_as_it_will_be_called() {
        for (address, host) in [
            ("http://2130706433:9", "127.0.0.1"),
            ("http://0x7f000001", "127.0.0.1"),
            ("http://0177.0.0.1", "127.0.0.1"),
            ("http://127.1:9", "127.0.0.1"),
            ("http://127.0.0.1.:9", "127.0.0.1"),
            ("http://[0:0:0:0:0:0:0:1]", "[::1]"),
            ("http://%6cocalhost", "localhost"),
            ("http://\u{ff4c}ocalhost", "localhost"),
            ("https://b\u{fc}cher.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(fault(address), Some(EndpointFault::Ambiguous(host.to_owned())), "{address}");
        }
    }

    #[test]
    fn a_message_names_the_address_and_what_to_do() {
        assert_eq!(
            Endpoint::parse("http://0.0.0.0:9").unwrap_err().to_string(),
            "`http://0.0.0.0:9` is refused: keys are only sent over `https://`, or to this machine itself over \
             `http://127.0.0.1`, `http://[::1]` or `http://localhost`"
        );
    }
}
