#![doc = include_str!("../README.md")]

mod access;
mod decide;
mod gains;
pub mod huawei;
pub mod ibm;
mod pattern;
mod statement;
mod unseen;

pub use access::{Access, Assumption, Principal, Source, Standing, Step};
pub use decide::{Answer, Verdict};
pub use gains::{AccessChange, Known, Reach, Turn, What};
pub use pattern::Pattern;
pub use statement::{Choice, Effect, Extent, Question, Resource, Statement};
