//! Stage 1 of 5: asks a cloud who may do what, and turns its answers into rows.
//!
//! In: credentials, the addresses of the cloud's interfaces, limits. Out: the tables of one account
//! and the coverage of each list, as [`Collected`]. Nothing is compared, stored or judged here.
//!
//! A list that cannot be read is not an error but a coverage row with a reason: the run goes on with
//! what can be seen. Only a sign-in that fails ends it, because then nothing can be seen at all.
//! Nothing is ever written to the cloud: all calls are reads, but for the one that trades
//! credentials for a token.

pub mod huawei;
pub mod ibm;

mod document;
mod endpoint;
mod error;
mod http;
mod item;
mod lease;
mod listing;
mod paging;
mod progress;
mod reader;
mod retry;
mod secret;
mod session;

pub use error::CollectError;
pub use progress::{Progress, Silent};
pub use retry::Budget;
pub use secret::Secret;

/// What one run saw of an account.
#[derive(Debug, Clone)]
pub struct Collected {
    /// The account that the credentials belong to.
    pub account: model::AccountId,
    /// All its tables, `coverage` among them.
    pub state: model::State,
    /// How many requests it took, repeated ones included.
    pub calls: u64,
}
