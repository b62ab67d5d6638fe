//! Stories: a simulated account lives, is audited through the whole pipeline, and what comes out is looked at.

mod account;

mod broken_runs;
mod weeks;

pub use account::{API_KEY, Account};
