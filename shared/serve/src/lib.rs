#![doc = include_str!("../README.md")]

mod comparison;
mod drift;
mod findings;
mod life;
mod names;
mod rows;
mod summaries;
mod who_can;

mod endpoints;
mod openapi;
mod problem;
mod token;

mod archive;
mod flights;
mod ground;
mod kept_answers;
mod questions;
mod reply;
mod request;
mod router;
mod turnstile;

mod connection;
mod gate;
mod listen;

mod pages;

pub use archive::{Archive, AskLimits, NowClock};
pub use comparison::{SnapshotDiff, access_json, naming_tables_of, unseen_lists};
pub use connection::Patience;
pub use drift::{DriftLine, cell_text, drift_lines};
pub use findings::{
    cause_of_finding, finding_json, is_about, is_listed_unasked, is_new_finding, matches_pattern,
    order_of_finding,
};
pub use gate::guard;
pub use life::{
    ToldLife, ToldMoment, created_at, finding_turn, incomplete_lists, life_json, tell_life, unread_json,
};
pub use listen::listen;
pub use names::{NamedSubject, ThingNames};
pub use openapi::openapi_document;
pub use problem::Problem;
pub use router::{respond, router};
pub use rows::{name_truths, row_object, unique_names};
pub use summaries::{
    row_count, row_members, row_objects, snapshot_contents, snapshot_summary, stored_tables,
};
pub use who_can::{AccessQuestion, Givers, is_of_principal, who_can_json};
