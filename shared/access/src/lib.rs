#![doc = include_str!("../README.md")]

mod access;
mod assumptions;
mod attachments;
mod audited;
mod bounds;
mod clouds;
mod decide;
mod gains;
mod grants;
pub mod huawei;
pub mod ibm;
mod moments;
mod names;
mod paths;
mod pattern;
mod permissions;
mod sensitive;
mod sentence;
mod shared_changes;
mod statement;
mod terms;
mod unseen;

pub use access::{Access, Holders, Principal, Source, Standing, Step};
pub use assumptions::Assumption;
pub use audited::{absence_tables, aside_tables, needed_tables, restricting_tables, weighed_tables};
pub use clouds::{build, ends_before, fault_of_action, inventory, question, tables, unknown_action};
pub use decide::{Answer, Verdict};
pub use gains::{AccessChange, Cause, CauseKind, Inventory, Reach, Turn, UsableBy, What, is_gain_withheld};
pub use names::Names;
pub use paths::path_text;
pub use pattern::Pattern;
pub use permissions::{Holding, SensitivePermission, holdings, usual};
pub use sensitive::Sensitive;
pub use shared_changes::{GrantChange, SharedChange, shared};
pub use statement::{Choice, Effect, Extent, Question, Resource, Statement};
