#![doc = include_str!("../README.md")]

mod account;
mod change;
mod coverage;
mod event;
mod finding;
mod form;
mod patch;
pub mod reference;
mod state;
mod table;
pub mod tables;
mod time;
mod value;

pub use account::{AccountError, AccountId, Cloud};
pub use change::{Change, ChangeKind, Weight};
pub use coverage::{Coverage, ListStatus};
pub use event::Event;
pub use finding::{
    Finding, FindingState, Ground, Severity, Sighting, Suppression, Transition, TransitionKind,
};
pub use patch::Patch;
pub use state::{Rows, State, UnreadCell};
pub use table::{Column, Draft, Kind, Parent, Reading, Table, Type};
pub use time::{Timestamp, is_same_second, normal_moment, normal_time, time_text};
pub use value::{Row, Value, Values};
