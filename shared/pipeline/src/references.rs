//! Where a secret or a file of settings is, and how to get it.

use std::{fmt, path::PathBuf};

use serde::Deserialize;
use snapshot::{AnyStore, StoreError, StoreOptions};

/// Looks up a variable of the environment: only the programs may read it, so they pass this.
pub type Environment<'a> = dyn Fn(&str) -> Option<String> + Sync + 'a;

/// Where a text is kept.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Reference {
    /// A variable of the environment.
    Environment(String),
    /// A file.
    File(PathBuf),
    /// A parameter of AWS Systems Manager; `/aws/reference/secretsmanager/NAME` reads a secret.
    Parameter(String),
    /// An object in S3.
    Object(String),
}

/// Why a text could not be got.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// The form is not known.
    #[error(
        "it is not given as env:NAME, file:PATH or ssm:NAME; put the secret itself in one of these places, never in the settings"
    )]
    Form,
    /// The variable is not set.
    #[error("environment variable `{0}` is not set; set it, or name another place")]
    Unset(String),
    /// The file could not be read.
    #[error("file `{path}` could not be read; check that it exists and may be read")]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// The parameter could not be read.
    #[error(
        "parameter `{name}` could not be read: {reason}; check its name, the region, and that ssm:GetParameter is allowed on it"
    )]
    Parameter {
        /// The parameter.
        name: String,
        /// What AWS said.
        reason: String,
    },
    /// AWS is not called where keys must not go.
    #[error(transparent)]
    Endpoint(#[from] model::EndpointError),
    /// The object could not be read.
    #[error("object `{0}` could not be read")]
    Object(String, #[source] StoreError),
    /// There is no such object.
    #[error("object `{0}` does not exist")]
    Missing(String),
}

impl Reference {
    /// Reads where settings are: `ssm:NAME`, `s3://bucket/key`, a file, or a folder with an `iamwatch.toml`.
    #[must_use]
    pub fn place(place: &str) -> Self {
        if let Some(name) = place.strip_prefix("ssm:") {
            return Self::Parameter(name.to_owned());
        }
        if place.starts_with("s3://") {
            return Self::Object(place.to_owned());
        }
        let path = PathBuf::from(place.strip_prefix("file:").unwrap_or(place));
        Self::File(if path.is_dir() { path.join("iamwatch.toml") } else { path })
    }

    /// Gets the text, without white space at its ends.
    ///
    /// # Errors
    /// See [`ReferenceError`]; none of them shows the text.
    pub async fn text(&self, environment: &Environment<'_>) -> Result<String, ReferenceError> {
        match self {
            Self::Environment(name) => environment(name)
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
                .ok_or_else(|| ReferenceError::Unset(name.clone())),
            Self::File(path) => match tokio::fs::read_to_string(path).await {
                Ok(text) => Ok(text.trim().to_owned()),
                Err(source) => Err(ReferenceError::File { path: path.clone(), source }),
            },
            Self::Parameter(name) => parameter(name).await,
            Self::Object(uri) => object(uri).await,
        }
    }
}

async fn parameter(name: &str) -> Result<String, ReferenceError> {
    let loader = aws_config::defaults(aws_config::BehaviorVersion::latest());
    let config = aws::load(loader, "SSM", false).await?;
    let client = aws_sdk_ssm::Client::new(&config);
    let answer = client.get_parameter().name(name).with_decryption(true).send().await.map_err(|error| {
        let reason = aws_sdk_ssm::error::DisplayErrorContext(&error).to_string();
        ReferenceError::Parameter { name: name.to_owned(), reason }
    })?;
    let value = answer.parameter.and_then(|parameter| parameter.value);
    value.map(|text| text.trim().to_owned()).ok_or_else(|| ReferenceError::Parameter {
        name: name.to_owned(),
        reason: "it has no value".to_owned(),
    })
}

async fn object(uri: &str) -> Result<String, ReferenceError> {
    let missing = || ReferenceError::Missing(uri.to_owned());
    let (prefix, key) = uri.rsplit_once('/').ok_or_else(missing)?;
    let failed = |source| ReferenceError::Object(uri.to_owned(), source);
    let store = AnyStore::open(prefix, &StoreOptions::default()).await.map_err(failed)?;
    let bytes = store.get(key).await.map_err(failed)?.ok_or_else(missing)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

impl TryFrom<String> for Reference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, ReferenceError> {
        match text.split_once(':') {
            Some(("env", name)) => Ok(Self::Environment(name.to_owned())),
            Some(("file", path)) => Ok(Self::File(path.into())),
            Some(("ssm", name)) => Ok(Self::Parameter(name.to_owned())),
            // The text may be the secret itself: it is not repeated.
            _ => Err(ReferenceError::Form),
        }
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(formatter, "env:{name}"),
            Self::File(path) => write!(formatter, "file:{}", path.display()),
            Self::Parameter(name) => write!(formatter, "ssm:{name}"),
            Self::Object(uri) => formatter.write_str(uri),
        }
    }
}
