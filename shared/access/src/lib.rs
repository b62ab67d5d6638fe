#![doc = include_str!("../README.md")]

mod access;
mod clouds;
mod decide;
mod gains;
pub mod huawei;
pub mod ibm;
mod pattern;
mod permissions;
mod sensitive;
mod shared_changes;
mod statement;
mod unseen;

pub use access::{Access, Assumption, Holders, Principal, Source, Standing, Step};
pub use clouds::{fault_of_action, known, of, question, tables, unknown_action};
pub use decide::{Answer, Verdict};
pub use gains::{AccessChange, Known, Reach, Turn, What};
pub use pattern::Pattern;
pub use permissions::{Holding, Permission, holdings, usual};
pub use sensitive::Sensitive;
pub use shared_changes::{GrantChange, SharedChange, shared};
pub use statement::{Choice, Effect, Extent, Question, Resource, Statement};
