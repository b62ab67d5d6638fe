//! Why nothing at all could be collected.

use std::path::PathBuf;

/// A sign-in that failed, or settings with which there can be none.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// There is no key to sign in with.
    #[error("the API key is empty; create one for the collecting service ID and pass it in")]
    NoKey,
    /// There is no access key to sign with, or a part of it is missing.
    #[error("the access key is not whole; pass in its id and its secret")]
    NoAccessKey,
    /// The cloud does not accept the credentials; someone must renew them.
    #[error("{credentials} was rejected by `{url}` ({answer}); {remedy}")]
    Rejected {
        /// What was presented, without its value.
        credentials: &'static str,
        /// The address that was asked.
        url: String,
        /// Status, code and transaction id of the answer.
        answer: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The cloud does not say which account the credentials belong to.
    #[error(
        "`{url}` does not say which account the access key belongs to ({reason}); give its user a policy to read IAM"
    )]
    UnknownAccount {
        /// Where it was asked.
        url: String,
        /// What the service answered, as far as it can be told.
        reason: String,
    },
    /// The interface that is asked first does not answer in the way of a cloud.
    #[error(
        "`{url}` does not answer as it should ({reason}); check the network, and the address if it was overridden"
    )]
    Unanswered {
        /// The address that was asked.
        url: String,
        /// What happened in place of an answer.
        reason: String,
    },
    /// Nobody answers at the address, or not in the way of a cloud.
    #[error("no token from `{url}` ({reason}); check the network, and the address if it was overridden")]
    Unreachable {
        /// The address that was asked.
        url: String,
        /// What happened in place of an answer.
        reason: String,
    },
    /// The token of the compute resource is not where it should be.
    #[error("no compute resource token in {}; mount one, or name its file", listed(tried))]
    NoTokenFile {
        /// Files that were looked at.
        tried: Vec<PathBuf>,
        /// Why the last could not be read.
        source: std::io::Error,
    },
    /// The credentials open no account.
    #[error(
        "the token from `{url}` is not bound to an account; use an API key or a trusted profile of the account"
    )]
    NoAccount {
        /// Where the token came from.
        url: String,
    },
    /// The credentials open another account than the one asked for.
    #[error(
        "the credentials belong to account `{found}`, not to `{asked}`; use a key of `{asked}`, or ask for `{found}`"
    )]
    OtherAccount {
        /// The account of the credentials.
        found: String,
        /// The account in the settings.
        asked: String,
    },
    /// Not one list of the account could be read, so that a snapshot would say nothing.
    #[error(
        "none of the {lists} lists of account `{account}` could be read ({reason}); check the network, the addresses, and what the credentials may read"
    )]
    NothingRead {
        /// The account that was asked for.
        account: String,
        /// How many lists were asked for.
        lists: usize,
        /// Why the first of them could not be read.
        reason: String,
    },
    /// An account id that cannot be one.
    #[error(transparent)]
    Account(#[from] model::AccountError),
    /// An address that keys must not be sent to.
    #[error("`{url}` cannot be the address of `{endpoint}`: {reason}")]
    Endpoint {
        /// The name of the endpoint in the settings.
        endpoint: String,
        /// The address that is refused.
        url: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be set up; check the certificates of this machine")]
    Client(#[source] reqwest::Error),
}

impl CollectError {
    /// Returns whether the same call may succeed later without anybody doing something.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Unanswered { .. } | Self::NothingRead { .. })
    }
}

fn listed(files: &[PathBuf]) -> String {
    let names: Vec<String> = files.iter().map(|file| format!("`{}`", file.display())).collect();
    names.join(", ")
}
