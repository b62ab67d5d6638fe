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
mod pages;
mod reading;
mod reads;
mod round;
mod rule;
pub mod rules;
mod run;
mod sight;
mod transitions;
mod unanswered;
mod views;

pub use database::{
    Answer, Database, Derived, Deriver, Limits, NothingDerived, Run, ask, ask_with, is_joined_by,
};
pub use error::QueryError;
pub use evidence::Comparison;
pub use findings::{Findings, FindingsPatch, Memory};
pub use judgement::{Found, FoundOne, Judgement};
pub use reading::{Reading, Scope};
pub use reads::{Reads, foreign_table, tables_named};
pub use round::{Known, Round};
pub use rule::{Confidence, Rule, RuleKind, Subject};
pub use rules::{RuleError, RuleSet};
pub use run::{Outcome, Row, Verdict, run};
pub use sight::{Hidden, Sight};
pub use transitions::{Baseline, Former, Step, transitions};
pub use unanswered::{Question, Unanswered, unanswered};
pub use views::{View, run_row, views_of};
