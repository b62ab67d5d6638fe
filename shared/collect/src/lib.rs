#![doc = include_str!("../README.md")]

pub mod huawei;
pub mod ibm;

mod answer;
mod document;
mod endpoint;
mod error;
mod http;
mod item;
mod json;
mod lease;
mod listing;
mod paging;
mod progress;
mod reader;
mod reading;
mod repeats;
mod retry;
mod secret;
mod session;
mod unread;
mod vanished;

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
