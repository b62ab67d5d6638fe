//! What the servers of all clouds have in common: parameters, answers, and what can go wrong with them.

pub(crate) mod answer;
pub(crate) mod editions;
pub mod faults;
pub(crate) mod forms;
pub(crate) mod inside;
pub(crate) mod query;
pub(crate) mod spoil;
