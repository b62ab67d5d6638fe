//! Stories: a simulated account lives, is audited through the whole pipeline, and what comes out is looked at.

mod account;
mod company;
mod page;

mod broken_runs;
mod completeness;
mod guide;
mod judging;
mod judging_huawei;
mod own_rules;
mod permissions;
mod restrictions;
mod shapes;
mod statements;
mod unjudged;
mod weeks;

pub use account::{API_KEY, Account};
