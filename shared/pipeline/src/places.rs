//! Paths as people write them: `~` is the home of whoever runs the program, and what is not absolute counts from the
//! settings that name it.

use std::path::{Path, PathBuf};

use model::printable_setting;

use crate::Environment;

/// Why a path cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The setting names no place.
    #[error("{what} is empty; name a path")]
    Empty {
        /// What the path is for.
        what: &'static str,
    },
    /// It begins with the home of somebody else.
    #[error("{what} is `{path}`, which begins with the home of another user; write that path from `/` on")]
    OtherHome {
        /// What the path is for.
        what: &'static str,
        /// The path as the settings write it.
        path: String,
    },
    /// It begins with a home, and nobody knows which.
    #[error("{what} is `{path}`, and the environment variable `HOME` is not set; write the path from `/` on")]
    NoHome {
        /// What the path is for.
        what: &'static str,
        /// The path as the settings write it.
        path: String,
    },
    /// It is the address of something else.
    #[error(
        "{what} is `{path}`, which is neither a folder nor `s3://BUCKET/PREFIX`; write a folder as it is, or `./{path}` for one of that name"
    )]
    Scheme {
        /// What the path is for.
        what: &'static str,
        /// The path as the settings write it.
        path: String,
    },
    /// It is the address of something on a network, and a path is needed.
    #[error("{what} is an address, and must be a path; write `./` before it where a folder has that name")]
    Address {
        /// What the path is for.
        what: &'static str,
    },
    /// It is the settings of a connection to a database, as PostgreSQL's tools take them.
    #[error(
        "{what} is settings of a connection, `NAME=VALUE …`, and must be a path; where a database can be named it is `postgres://USER@HOST/DATABASE`, \
         with the password in PGPASSWORD or ~/.pgpass; write `./` before it where a folder has that name"
    )]
    Connection {
        /// What the path is for.
        what: &'static str,
    },
    /// White space at an end, which no one sees and which would name something else.
    #[error("{what} is `{path}`, with white space at an end; leave that out")]
    Blank {
        /// What the path is for.
        what: &'static str,
        /// The path as the settings write it.
        path: String,
    },
}

/// Where paths count from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchor {
    folder: PathBuf,
    home: Option<PathBuf>,
}

impl Anchor {
    /// Takes the folder that relative paths count from, none for the current one, and looks up the home.
    #[must_use]
    pub fn new(folder: Option<&Path>, environment: &Environment<'_>) -> Self {
        let home = environment("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        Self { folder: folder.map(Path::to_path_buf).unwrap_or_default(), home }
    }

    /// Returns what a path means.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub fn path(&self, what: &'static str, path: &str) -> Result<PathBuf, PlaceError> {
        let owned = || printable_setting(path).to_owned();
        if path.trim().is_empty() {
            return Err(PlaceError::Empty { what });
        }
        if path.trim() != path {
            return Err(PlaceError::Blank { what, path: owned() });
        }
        if is_address(path) {
            return Err(PlaceError::Address { what });
        }
        if is_connection(path) {
            return Err(PlaceError::Connection { what });
        }
        let Some(rest) = path.strip_prefix('~') else { return Ok(self.folder.join(path)) };
        if !rest.is_empty() && !rest.starts_with('/') {
            return Err(PlaceError::OtherHome { what, path: owned() });
        }
        let home = self.home.as_ref().ok_or_else(|| PlaceError::NoHome { what, path: owned() })?;
        Ok(home.join(rest.trim_start_matches('/')))
    }

    /// Returns the address of a store: `s3://BUCKET/PREFIX` as it is, a folder as [`Self::path`] does.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub fn store(&self, store: &str) -> Result<String, PlaceError> {
        const WHAT: &str = "the store";
        // The store itself refuses addresses that it does not know, and names those that it does.
        if store.contains("://") && store.trim() == store {
            return Ok(store.to_owned());
        }
        let is_letter = |each: char| each.is_ascii_alphanumeric();
        if store
            .split_once(':')
            .is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(is_letter))
        {
            return Err(PlaceError::Scheme { what: WHAT, path: printable_setting(store).to_owned() });
        }
        Ok(self.path(WHAT, store)?.to_string_lossy().into_owned())
    }

    /// Returns the setting of a sink with the path that it means: absolute, so that the ledger knows a file again from
    /// whatever folder the program is called in. Other sinks stay as they are.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub fn sink(&self, sink: &str) -> Result<String, PlaceError> {
        let Some(path) = sink.strip_prefix("file:") else { return Ok(sink.to_owned()) };
        let path = self.path("the file of a sink", path.strip_prefix("//").unwrap_or(path))?;
        let path = std::path::absolute(&path).unwrap_or(path);
        Ok(format!("file:{}", path.display()))
    }
}

/// Schemes of addresses that people write where a path belongs, also without a slash behind them.
const SCHEMES: [&str; 7] = ["file", "http", "https", "postgres", "postgresql", "s3", "stdout"];

/// Returns whether a text is an address, `https://HOST/…`, `s3:/BUCKET` or `file:PATH`: as a path it would name a folder `https:`.
fn is_address(text: &str) -> bool {
    let is_scheme = |each: char| each.is_ascii_alphanumeric() || "+-.".contains(each);
    text.split_once(':').is_some_and(|(scheme, rest)| {
        let is_known = SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
        let is_written = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(is_scheme)
            && rest.starts_with('/');
        is_known || is_written
    })
}

/// Names of settings with which PostgreSQL's tools find a database.
const CONNECTION: [&str; 11] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "passfile",
    "service",
    "sslmode",
    "sslrootcert",
    "connect_timeout",
];

/// Returns whether a text is settings of a connection, `host=… password=…`: as a path it would name a folder after a password.
fn is_connection(text: &str) -> bool {
    let names = |part: &str| {
        let name = part.split_once('=').map(|(name, _)| name.trim().to_ascii_lowercase());
        name.is_some_and(|name| CONNECTION.contains(&name.as_str()))
    };
    names(text) || text.split_whitespace().any(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(folder: Option<&str>) -> Anchor {
        Anchor::new(folder.map(Path::new), &|name| (name == "HOME").then(|| "/home/ana".to_owned()))
    }

    #[test]
    fn a_path_counts_from_the_settings_and_a_tilde_is_home() {
        let path = |path: &str| anchor(Some("etc/audit")).path("it", path).unwrap().display().to_string();
        assert_eq!(path("key.txt"), "etc/audit/key.txt");
        assert_eq!(path("../key.txt"), "etc/audit/../key.txt");
        assert_eq!(path("/run/key"), "/run/key");
        assert_eq!(
            [path("~/key"), path("~"), path("~//key")],
            ["/home/ana/key", "/home/ana/", "/home/ana/key"]
        );
        assert_eq!(path("./~/key"), "etc/audit/./~/key", "a folder of that name can be named");
        assert_eq!(anchor(None).path("it", "key").unwrap(), Path::new("key"), "without settings, from here");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_to_write() {
        let refused = |path: &str| anchor(None).path("the key", path).unwrap_err().to_string();
        assert!(refused("~bob/key").contains("home of another user; write that path from `/` on"));
        assert_eq!(refused("  "), "the key is empty; name a path");
        assert!(refused("key ").contains("white space at an end"));
        for address in ["https://u:secret@host/x", "postgres+ssl://u:secret@host", "s3://u:secret@bucket/x"] {
            let message = refused(address);
            assert!(message.contains("is an address, and must be a path"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
        for address in
            ["s3:/bucket", "S3:bucket", "postgres:/host/x", "file:out.csv", "file:/out.csv", "stdout:"]
        {
            assert!(refused(address).contains("is an address, and must be a path"), "{address}");
        }
        for connection in [
            "host=db password=secret",
            "password = secret",
            "dbname=a",
            "  HOST=db\tpassword=secret",
            "x Password=secret",
        ] {
            let message = refused(connection);
            assert!(!message.contains("secret") && !message.contains("db"), "{message}");
            assert!(
                connection.starts_with(' ') || message.contains("postgres://USER@HOST/DATABASE"),
                "{message}"
            );
        }
        for path in ["cloud=ibm", "a=b/host", "12:30.csv", "./host=x", "port", "C:x"] {
            assert!(anchor(None).path("the key", path).is_ok(), "{path}");
        }
        for place in [" https://u:secret@host", "~u:secret@host/x", " password=secret", "~u/password=secret"]
        {
            assert!(!refused(place).contains("secret"), "{place}");
        }
        assert!(anchor(None).path("the key", "./https://x").is_ok(), "a folder of that name can be named");
        let homeless = Anchor::new(None, &|_| None).path("the key", "~/key").unwrap_err().to_string();
        assert!(homeless.contains("`HOME` is not set"), "{homeless}");
    }

    #[test]
    fn a_store_is_a_folder_or_an_address_that_the_store_knows() {
        let store = |store: &str| anchor(Some("etc")).store(store).map_err(|error| error.to_string());
        assert_eq!(store("snapshots").as_deref(), Ok("etc/snapshots"));
        assert_eq!(store("~/snapshots").as_deref(), Ok("/home/ana/snapshots"));
        assert_eq!(store("s3://bucket/a b").as_deref(), Ok("s3://bucket/a b"));
        for wrong in ["file:snapshots", "s3:bucket", "C:snapshots"] {
            let message = store(wrong).unwrap_err();
            assert!(message.contains("neither a folder nor `s3://BUCKET/PREFIX`"), "{message}");
        }
        assert!(!store("https:u:secret@host").unwrap_err().contains("secret"));
        assert!(store(" s3://bucket").unwrap_err().contains("white space"), "{:?}", store(" s3://bucket"));
    }

    #[test]
    fn a_file_of_events_is_the_same_sink_from_every_folder() {
        let sink = |sink: &str| anchor(Some("etc")).sink(sink).unwrap();
        let here = std::env::current_dir().unwrap();
        assert_eq!(sink("file:events.jsonl"), format!("file:{}/etc/events.jsonl", here.display()));
        assert_eq!(sink("file:~/events.jsonl"), "file:/home/ana/events.jsonl");
        assert_eq!([sink("file:///var/e"), sink("file:/var/e")], ["file:/var/e", "file:/var/e"]);
        assert_eq!([sink("stdout"), sink("eventbridge:bus")], ["stdout", "eventbridge:bus"]);
    }
}
