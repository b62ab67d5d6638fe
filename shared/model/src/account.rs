//! Which account: a cloud and the id that the cloud gave.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A provider of IAM data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cloud {
    /// An account of IBM Cloud.
    Ibm,
    /// An account of Huawei Cloud.
    Huawei,
}

impl Cloud {
    /// All clouds that can be audited.
    pub const ALL: [Self; 2] = [Self::Ibm, Self::Huawei];

    /// Returns the short name, as in table names and paths.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ibm => "ibm",
            Self::Huawei => "huawei",
        }
    }

    /// Returns what its people call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ibm => "IBM Cloud",
            Self::Huawei => "Huawei Cloud",
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Why a text names no account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// It is not of the form `cloud/id`.
    #[error("`{0}` is not of the form CLOUD/ID, as in `ibm/59bcbfa6ea2f006b4ed7094c1a08dcdd`")]
    Form(String),
    /// No such cloud is known.
    #[error("`{0}` is no cloud; known are: ibm, huawei")]
    Cloud(String),
    /// The id has characters that no cloud uses, and that could leave the store's folder.
    #[error("`{0}` is no account id: letters, digits, `-` and `_` only, 1 to 64 of them")]
    Id(String),
}

/// One account of a cloud: what a run audits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId {
    cloud: Cloud,
    id: String,
}

impl AccountId {
    /// Checks and takes the id of an account.
    ///
    /// # Errors
    /// [`AccountError::Id`] when the id could not be a folder's name.
    pub fn parse(cloud: Cloud, id: &str) -> Result<Self, AccountError> {
        let known = |each: u8| each.is_ascii_alphanumeric() || each == b'-' || each == b'_';
        if id.is_empty() || id.len() > 64 || !id.bytes().all(known) {
            return Err(AccountError::Id(id.to_owned()));
        }
        Ok(Self { cloud, id: id.to_owned() })
    }

    /// Returns the cloud that the account is of.
    #[must_use]
    pub const fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// Returns the id within the cloud.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.cloud, self.id)
    }
}

impl FromStr for AccountId {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let (cloud, id) = text.split_once('/').ok_or_else(|| AccountError::Form(text.to_owned()))?;
        let cloud = Cloud::ALL
            .into_iter()
            .find(|each| each.name() == cloud)
            .ok_or_else(|| AccountError::Cloud(cloud.to_owned()))?;
        Self::parse(cloud, id)
    }
}

impl Serialize for AccountId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
