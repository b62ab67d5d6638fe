#![doc = include_str!("../README.md")]

mod account;
mod address;
mod change;
mod completeness;
mod coverage;
mod diagram;
mod endpoint;
mod event;
mod evidence;
mod finding;
mod form;
mod lists;
mod members;
mod mentions;
mod patch;
pub mod reference;
mod refers;
mod relations;
mod state;
mod statements;
mod table;
pub mod tables;
mod text;
mod time;
mod value;

pub use account::{AccountError, AccountId, Cloud};
pub use address::Address;
pub use change::{Change, ChangeKind, Weight};
pub use completeness::{Completeness, ListHistory, Says, Word, completeness};
pub use coverage::{Coverage, ListStatus};
pub use endpoint::{Endpoint, EndpointError, EndpointFault, printable_setting};
pub use event::Event;
pub use evidence::Evidence;
pub use finding::{
    CacheKey, EvidenceTurn, Finding, FindingState, Severity, Sighting, Suppression, Transition,
    TransitionKind,
};
pub use form::{is_other_form, may_be_empty};
pub use lists::{Lists, Trust};
pub use members::is_known_member;
pub use patch::{Members, Patch};
pub use refers::{Reference, references};
pub use relations::{Relation, relations};
pub use state::{Rows, State, UnreadCell};
pub use statements::{RowsByTable, STATEMENT, StatementTables};
pub use table::{Author, Column, Draft, Kind, Parent, Reading, Table, Type};
pub use text::{is_unseen, split_remedy, visible, visible_json, visible_lines};
pub use time::{Timestamp, is_same_second, normal_moment, normal_time, time_text};
pub use value::{Row, Value, Values};
