//! What can go wrong with a store and with what it holds, said so that somebody can act.

use std::error::Error;

use model::AccountId;

/// What a store's library gave as the reason.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

/// Why a store could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The text that names the store makes no sense.
    #[error("`{uri}` names no store: {reason}; give a folder or `s3://BUCKET/PREFIX`")]
    Uri {
        /// The address of the store as it was given.
        uri: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The endpoint is not one that data may go to.
    #[error("the S3 endpoint {0}")]
    Endpoint(#[from] model::EndpointError),
    /// A key that could leave the store, or that not every store can hold.
    #[error(
        "`{key}` is no key for a store: parts between `/` must not be empty, begin with `.`, or hold control characters or `\\`"
    )]
    Key {
        /// The key of the object in the store.
        key: String,
    },
    /// The folder holds other things, and nothing of ours.
    #[error(
        "`{path}` is not an iamwatch store: it holds `{found}` and no account; name an empty or new folder, or one that iamwatch wrote"
    )]
    NotOurs {
        /// The path of the folder.
        path: String,
        /// One thing in it.
        found: String,
    },
    /// Something could not be read.
    #[error("`{place}` could not be read; check that it is there and that you may read it")]
    Unreadable {
        /// The file, folder or S3 address.
        place: String,
        /// The error that is the cause.
        source: Cause,
    },
    /// Something could not be written.
    #[error("`{place}` could not be written; check that you may write there")]
    Unwritable {
        /// The file, folder or S3 address.
        place: String,
        /// The error that is the cause.
        source: Cause,
    },
    /// The disk is full, or a quota is used up.
    #[error(
        "`{place}` could not be written: no space left; free some and run again, nothing stored before was harmed"
    )]
    Full {
        /// The file that could not be written.
        place: String,
        /// The error that is the cause.
        source: Cause,
    },
    /// The bucket is not there.
    #[error(
        "there is no bucket `{bucket}` here; create it, or correct the store's address, region or endpoint"
    )]
    NoBucket {
        /// The name of the bucket.
        bucket: String,
    },
    /// The credentials do not allow it.
    #[error("access to `{place}` was refused; allow {action} to these credentials, or use others")]
    Denied {
        /// The address in S3.
        place: String,
        /// The permission that was missing, in the words of a policy.
        action: &'static str,
        /// What the store said.
        source: Cause,
    },
    /// The store does not decide which of several writers creates an object.
    #[error(
        "`{place}` cannot keep snapshots safely: {reason}; iamwatch needs a store that honours `If-None-Match: *` on PUT, or two runs at once lose one: use one of those in shared/snapshot/stores.md, or a folder"
    )]
    Unconditional {
        /// The S3 address of the store.
        place: String,
        /// What it did instead.
        reason: String,
    },
    /// The file system cannot give a name on the condition that it is free.
    #[error(
        "`{place}` could not be created: this file system has neither hard links nor a rename that replaces nothing, so two runs at once could lose one; keep the store on one that has, such as ext4, xfs, btrfs, APFS or NTFS"
    )]
    NotExclusive {
        /// The file that could not be created.
        place: String,
        /// What the system said.
        source: Cause,
    },
    /// The store does not know a request.
    #[error(
        "the store at `{place}` says that it has no such operation; it must offer {action}: use one of those in shared/snapshot/stores.md"
    )]
    Unsupported {
        /// The address in S3.
        place: String,
        /// The permission that goes with the request, in the words of a policy.
        action: &'static str,
        /// What the store said.
        source: Cause,
    },
    /// A listing does not go on after where it was, so that it may never end, or leave something out.
    #[error(
        "the store does not list `{place}` in order: {reason}; iamwatch needs keys sorted by their bytes: use one of those in shared/snapshot/stores.md, or a folder"
    )]
    Disordered {
        /// The prefix that was listed.
        place: String,
        /// What is wrong with the page.
        reason: String,
    },
    /// There are no credentials to ask with: none were found, or what gives them did not.
    #[error(
        "there are no credentials to reach `{place}` with; log in with `aws sso login`, name a profile in `AWS_PROFILE`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`"
    )]
    NoCredentials {
        /// The address in S3.
        place: String,
        /// What was looked at last, and what it gave.
        source: Cause,
    },
    /// There was no answer, or none in time.
    #[error("`{place}` could not be reached; check network, region, endpoint and credentials")]
    Unreachable {
        /// The address in S3.
        place: String,
        /// The error that is the cause.
        source: Cause,
    },
}

impl StoreError {
    /// Returns whether the same call may succeed a little later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::NoCredentials { .. })
    }
}

/// Why a snapshot could not be read, or made.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The store did not work.
    #[error("the store of `{account}` did not answer as it should")]
    Store {
        /// Whose history it is.
        account: AccountId,
        /// The error that is the cause.
        #[source]
        source: StoreError,
    },
    /// Another run committed that number first.
    #[error(
        "snapshot {number} of `{account}` was committed by another run meanwhile; this one is dropped, run again"
    )]
    Taken {
        /// Whose history it is.
        account: AccountId,
        /// The number of the snapshot.
        number: u64,
    },
    /// There is no snapshot yet.
    #[error("`{account}` has no snapshot in this store yet; make one with `iamwatch audit`")]
    Empty {
        /// Whose history it is.
        account: AccountId,
    },
    /// The times of too many snapshots are not in the order of their numbers, for a clock was set.
    #[error(
        "which snapshot of `{account}` was in force at {time} cannot be told, for their times are in disorder; name it by its number, `iamwatch snapshots` lists them"
    )]
    Unordered {
        /// Whose history it is.
        account: AccountId,
        /// The time that was asked for.
        time: String,
    },
    /// There is no such snapshot.
    #[error("`{account}` has no snapshot `{name}`; `iamwatch snapshots` lists those it has")]
    NoSuchSnapshot {
        /// Whose history it is.
        account: AccountId,
        /// What was asked for.
        name: String,
    },
    /// The snapshot was there, and was pruned.
    #[error("snapshot {number} of `{account}` was pruned; the first that is kept is {first}")]
    Pruned {
        /// Whose history it is.
        account: AccountId,
        /// What was asked for.
        number: u64,
        /// The number with which the history begins.
        first: u64,
    },
    /// Snapshots cannot be taken away without harm.
    #[error("nothing of `{account}` is pruned: {reason}; `iamwatch verify` tells what else is wrong")]
    Unprunable {
        /// Whose history it is.
        account: AccountId,
        /// What stands against it.
        reason: String,
    },
    /// An object that a manifest names is not there.
    #[error("`{object}` is missing from the store; `iamwatch verify` tells what else is")]
    Missing {
        /// The key of the object.
        object: String,
    },
    /// An object or manifest is not what was written.
    #[error("`{object}` is damaged: {reason}; `iamwatch verify` tells what else is")]
    Damaged {
        /// The key of the object.
        object: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The manifest comes from a later version of this program.
    #[error("`{object}` was written by a newer iamwatch (format {format}, this one knows {known}); use that version or a later one", known = crate::FORMAT)]
    Newer {
        /// The key of the manifest.
        object: String,
        /// The format it says it has.
        format: u64,
    },
    /// What was given cannot be stored: a bug of the caller's.
    #[error("{what} cannot be stored: {reason}; please report this")]
    Unstorable {
        /// The table or manifest.
        what: String,
        /// Why the object cannot be used.
        reason: String,
    },
}

impl SnapshotError {
    /// Returns whether the same call may succeed a little later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Store { source, .. } => source.is_transient(),
            Self::Taken { .. } => true,
            _ => false,
        }
    }

    /// Returns the key of an object that is not as it was written, and what is wrong with it; none for any other error.
    #[must_use]
    pub fn damage(&self) -> Option<(&str, String)> {
        match self {
            Self::Missing { object } => Some((object, "is missing".to_owned())),
            Self::Damaged { object, reason } => Some((object, format!("is damaged: {reason}"))),
            _ => None,
        }
    }

    /// Returns whether something stored is not as it was written, so that the history is broken.
    #[must_use]
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Damaged { .. })
    }
}
