#![doc = include_str!("../README.md")]

mod access;
mod assumptions;
mod attachments;
mod attributes;
mod audited;
mod bounds;
mod clouds;
mod decide;
mod gains;
mod grants;
pub mod huawei;
pub mod ibm;
mod misnamed;
mod moments;
mod names;
mod paths;
mod pattern;
mod permissions;
mod sensitive;
mod sentence;
mod shared_changes;
mod statement;
mod steps;
mod terms;
mod told_changes;
mod unseen;

pub use access::{Access, Holders, Principal, Source, Standing};
pub use assumptions::Assumption;
pub use attributes::Attribute;
pub use audited::{absence_tables, aside_tables, needed_tables, restricting_tables, weighed_tables};
pub use clouds::{
    build, ends_before, fault_of_action, inventory, principal_tables, question, tables, unknown_action,
};
pub use decide::{Answer, Verdict};
pub use gains::{AccessChange, Cause, CauseKind, Inventory, Reach, Turn, UsableBy, What, is_gain_withheld};
pub use misnamed::{fault_of_audited_action, names_nobody};
pub use names::Names;
pub use paths::path_text;
pub use pattern::Pattern;
pub use permissions::{Holding, SensitivePermission, holdings, usual};
pub use sensitive::Sensitive;
pub use shared_changes::{GrantChange, SharedChange, shared};
pub use statement::{Choice, Effect, Extent, Question, Resource, Statement};
pub use steps::{Step, Steps};
pub use told_changes::{ToldChange, ToldGrant, ToldPrincipal, names_any};
