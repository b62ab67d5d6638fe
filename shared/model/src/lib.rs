#![doc = include_str!("../README.md")]

mod account;
mod change;
mod completeness;
mod coverage;
mod event;
mod finding;
mod form;
mod lists;
mod patch;
pub mod reference;
mod refers;
mod state;
mod table;
pub mod tables;
mod time;
mod value;

pub use account::{AccountError, AccountId, Cloud};
pub use change::{Change, ChangeKind, Weight};
pub use completeness::{Completeness, ListHistory, Says, Word, completeness};
pub use coverage::{Coverage, ListStatus};
pub use event::Event;
pub use finding::{
    Finding, FindingState, Ground, Severity, Sighting, Suppression, Transition, TransitionKind,
};
pub use lists::{Lists, Trust};
pub use patch::Patch;
pub use refers::{Reference, references};
pub use state::{Rows, State, UnreadCell};
pub use table::{Column, Draft, Kind, Parent, Reading, Table, Type};
pub use time::{Timestamp, is_same_second, normal_moment, normal_time, time_text};
pub use value::{Row, Value, Values};
