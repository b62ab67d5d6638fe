#![doc = include_str!("../README.md")]

mod blindness;
mod cases;
mod database;
mod digest;
mod error;
mod evidence;
mod findings;
mod guard;
mod implied;
mod judgement;
mod memory;
mod pages;
mod portable;
mod reading;
mod reads;
mod relations;
mod round;
mod rule;
pub mod rules;
mod run;
mod sight;
mod transitions;
mod unanswered;
mod views;

pub use cases::{Case, run_of_cases};
pub use database::{
    Database, Derived, Deriver, Limits, NothingDerived, QueryAnswer, RunContext, ask, ask_with, is_joined_by,
};
pub use error::QueryError;
pub use evidence::Comparison;
pub use findings::{ByFingerprint, EachFinding, Findings, FindingsPatch, Memory};
pub use judgement::{Found, FoundOne, RustRule};
pub use memory::limit_memory;
pub use reading::{Requirements, RuleScope};
pub use reads::{Reads, foreign_table, tables_named};
pub use relations::{Queryable, QueryableColumn, queryables};
pub use round::{Cache, Evaluation, FormerFindingReader};
pub use rule::{Confidence, Rule, RuleKind, RuleSubject};
pub use rules::{RuleError, RuleSet};
pub use run::{Outcome, RuleResult, RuleRow, run};
pub use sight::{Hidden, Sight};
pub use transitions::{Baseline, NextFindings, Previous, transitions};
pub use unanswered::{RuleInput, Unanswered, inputs_of_rules, unanswered};
pub use views::{View, run_row, type_of_view_column, views_of};
