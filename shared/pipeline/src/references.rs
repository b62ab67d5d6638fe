//! Where a secret or a file of settings is, and how to get it.

use std::{fmt, path::PathBuf};

use model::printable_setting;
use serde::Deserialize;
use snapshot::{AnyStore, StoreError, StoreOptions};
use tokio::io::AsyncReadExt;

use crate::{Anchor, PlaceError};

/// Looks up a variable of the environment: only the programs may read it, so they pass this.
pub type Environment<'a> = dyn Fn(&str) -> Option<String> + Sync + 'a;

/// Most bytes of a file: keys and settings are small, and a device or a pipe may have no end.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Where a text is kept.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum SecretReference {
    /// A variable of the environment.
    Environment(String),
    /// The secret is the content of a file.
    File(PathBuf),
    /// A parameter of AWS Systems Manager; `/aws/reference/secretsmanager/NAME` reads a secret.
    Parameter(String),
    /// An object in S3.
    Object(String),
}

/// Why a text could not be got. No variant holds the text: it may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// The form is not known.
    #[error(
        "it is not given as env:NAME, file:PATH or ssm:NAME; put the secret itself in one of these places, never in the settings"
    )]
    Form,
    /// The name cannot be that of a variable, and may be the secret.
    #[error(
        "what follows `env:` is no name of an environment variable; write letters, digits and `_` only, without `$` and quotes, never the secret itself"
    )]
    Name,
    /// The variable is not set.
    #[error("environment variable `{0}` is not set; set it, or name another place")]
    Unset(String),
    /// There is nothing but white space.
    #[error("{0} is empty; put the text there, or name another place")]
    Empty(SecretReference),
    /// The path makes no sense.
    #[error("the path cannot be used")]
    Place(#[from] PlaceError),
    /// The file could not be read.
    #[error("file `{path}` could not be read; check that it exists and may be read")]
    File {
        /// The path of the file that could not be read.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// It is a folder.
    #[error("`{0}` is a folder; name a file in it")]
    Folder(PathBuf),
    /// It is no text.
    #[error("{0} is no text in UTF-8; save it as plain text")]
    NotText(SecretReference),
    /// It is too long.
    #[error("{0} has more than {LIMIT} bytes; name the right file")]
    TooLong(SecretReference),
    /// It cannot be a key.
    #[error("{place} holds no key: {reason}; put the key there and nothing else")]
    NoKey {
        /// The place that the reference names.
        place: SecretReference,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The parameter could not be read.
    #[error(
        "parameter `{name}` could not be read: {reason}; check its name, the region, and that ssm:GetParameter is allowed on it"
    )]
    Parameter {
        /// The name of the parameter.
        name: String,
        /// The error message of AWS.
        reason: String,
    },
    /// AWS is not called where keys must not go.
    #[error(transparent)]
    Endpoint(#[from] model::EndpointError),
    /// The object could not be read.
    #[error("object `{}` could not be read", printable_setting(.0))]
    Object(String, #[source] StoreError),
    /// There is no such object.
    #[error("object `{}` does not exist; check the bucket and the key", printable_setting(.0))]
    Missing(String),
}

impl SecretReference {
    /// Reads where settings are: `ssm:NAME`, `s3://bucket/key`, a file, or a folder with an `iamwatch.toml`.
    ///
    /// # Errors
    /// When the path makes no sense.
    pub fn place(place: &str, anchor: &Anchor) -> Result<Self, PlaceError> {
        if let Some(name) = place.strip_prefix("ssm:") {
            let what = "the name of the parameter with the settings";
            return if name.is_empty() {
                Err(PlaceError::Empty { what })
            } else {
                Ok(Self::Parameter(name.to_owned()))
            };
        }
        if place.starts_with("s3://") {
            return Ok(Self::Object(place.to_owned()));
        }
        let path = anchor.path("the place of the settings", place.strip_prefix("file:").unwrap_or(place))?;
        Ok(Self::File(if path.is_dir() { path.join("iamwatch.toml") } else { path }))
    }

    /// Lets the path of a file count from where the settings are.
    pub(crate) fn anchor(&mut self, anchor: &Anchor) -> Result<(), PlaceError> {
        if let Self::File(path) = self {
            *path = anchor.path("the file of a key", &path.to_string_lossy())?;
        }
        Ok(())
    }

    /// Gets the text, without white space at its ends and without a byte order mark.
    ///
    /// # Errors
    /// See [`ReferenceError`]; none of them shows the text.
    pub async fn text(&self, environment: &Environment<'_>) -> Result<String, ReferenceError> {
        let text = match self {
            Self::Environment(name) => {
                environment(name).ok_or_else(|| ReferenceError::Unset(name.clone()))?
            }
            Self::File(path) => self.decoded(&file(path).await?)?,
            Self::Parameter(name) => parameter(name).await?,
            Self::Object(uri) => self.decoded(&object(uri).await?)?,
        };
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() { Err(ReferenceError::Empty(self.clone())) } else { Ok(text.to_owned()) }
    }

    /// Gets a key, and refuses what can be none: better said here than by the cloud, which only says that it is wrong.
    ///
    /// # Errors
    /// See [`ReferenceError`]; none of them shows the text.
    pub async fn key(&self, environment: &Environment<'_>) -> Result<String, ReferenceError> {
        let text = self.text(environment).await?;
        match fault_of_key(&text) {
            None => Ok(text),
            Some(reason) => Err(ReferenceError::NoKey { place: self.clone(), reason }),
        }
    }

    /// Decodes UTF-8, or UTF-16 with the byte order mark that Windows writes before it.
    fn decoded(&self, bytes: &[u8]) -> Result<String, ReferenceError> {
        let pairs = |from_bytes: fn([u8; 2]) -> u16, rest: &[u8]| {
            let units = rest.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(from_bytes);
            char::decode_utf16(units).collect::<Result<String, _>>().ok()
        };
        let text = match bytes {
            [0xff, 0xfe, rest @ ..] => pairs(u16::from_le_bytes, rest),
            [0xfe, 0xff, rest @ ..] => pairs(u16::from_be_bytes, rest),
            bytes => String::from_utf8(bytes.to_vec()).ok(),
        };
        text.ok_or_else(|| ReferenceError::NotText(self.clone()))
    }
}

/// Returns why a text can be no key of any cloud: all of them are one word of ASCII.
fn fault_of_key(text: &str) -> Option<&'static str> {
    let is_quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    if ['"', '\'', '`'].into_iter().any(is_quoted) {
        Some("it stands in quotes")
    } else if text.starts_with(['{', '[']) {
        Some("it is JSON, of which the key is one member")
    } else if text.contains(char::is_whitespace) {
        Some("it has several words or lines")
    } else if !text.chars().all(|each| each.is_ascii_graphic()) {
        Some("it has characters that no key has, as some programs add them to what is copied")
    } else {
        None
    }
}

async fn file(path: &PathBuf) -> Result<Vec<u8>, ReferenceError> {
    let failed = |source| ReferenceError::File { path: path.clone(), source };
    if path.is_dir() {
        return Err(ReferenceError::Folder(path.clone()));
    }
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes).await.map_err(failed)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= LIMIT) {
        Ok(bytes)
    } else {
        Err(ReferenceError::TooLong(SecretReference::File(path.clone())))
    }
}

async fn parameter(name: &str) -> Result<String, ReferenceError> {
    let loader = aws_config::defaults(aws_config::BehaviorVersion::latest());
    let config = aws::load(loader, "SSM", false).await?;
    let client = aws_sdk_ssm::Client::new(&config);
    let answer = client
        .get_parameter()
        .name(name)
        .with_decryption(true)
        .send()
        .await
        .map_err(|error| ReferenceError::Parameter { name: name.to_owned(), reason: causes(&error) })?;
    let value = answer.parameter.and_then(|parameter| parameter.value);
    value.ok_or_else(|| ReferenceError::Parameter {
        name: name.to_owned(),
        reason: "it has no value".to_owned(),
    })
}

/// Writes an error with its causes, as people are to read it: without the innards of the client.
fn causes(error: &dyn std::error::Error) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    let mut texts: Vec<String> = chain.map(ToString::to_string).collect();
    texts.dedup();
    texts.join(": ")
}

async fn object(uri: &str) -> Result<Vec<u8>, ReferenceError> {
    let missing = || ReferenceError::Missing(uri.to_owned());
    let (prefix, key) = uri.rsplit_once('/').ok_or_else(missing)?;
    // `s3://bucket` alone names no object.
    if !prefix.contains("://") || prefix.ends_with("//") || key.is_empty() {
        return Err(missing());
    }
    let failed = |source| ReferenceError::Object(uri.to_owned(), source);
    let store = AnyStore::open(prefix, &StoreOptions::default()).await.map_err(failed)?;
    Ok(store.get(key).await.map_err(failed)?.ok_or_else(missing)?.to_vec())
}

impl TryFrom<String> for SecretReference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, ReferenceError> {
        let (kind, name) = text.split_once(':').ok_or(ReferenceError::Form)?;
        let is_part = |each: char| each.is_ascii_alphanumeric() || each == '_';
        match (kind.trim(), name.trim()) {
            ("env", name) if !name.is_empty() && name.chars().all(is_part) => {
                Ok(Self::Environment(name.to_owned()))
            }
            ("env", _) => Err(ReferenceError::Name),
            ("file", path) if !path.is_empty() => Ok(Self::File(path.into())),
            ("ssm", name) if !name.is_empty() => Ok(Self::Parameter(name.to_owned())),
            // The text may be the secret itself: it is not repeated.
            _ => Err(ReferenceError::Form),
        }
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(formatter, "environment variable `{name}`"),
            Self::File(path) => write!(formatter, "file `{}`", path.display()),
            Self::Parameter(name) => write!(formatter, "parameter `{name}`"),
            Self::Object(uri) => write!(formatter, "object `{}`", printable_setting(uri)),
        }
    }
}

impl fmt::Debug for SecretReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests;
