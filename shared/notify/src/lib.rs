#![doc = include_str!("../README.md")]

mod run_report;

mod author;
mod cause;
mod coverage;
mod damage;
mod drift;
mod edited;
mod findings;
mod gains;
mod names;
mod places;
mod run;
mod sentence;
mod wire;

mod claim;
mod delivery;
mod eventbridge;
mod ledger;
mod lines;
mod outbox;
mod retold;
mod shelf;
mod sink;
mod subjects;

pub use coverage::{CoverageChange, coverage_changes};
pub use damage::Damage;
pub use delivery::{Batch, DeliveryReport, Now, SinkReport, deliver};
pub use drift::{drift, naming_tables};
pub use eventbridge::EventBridge;
pub use gains::{Breadth, Gain, GainedPermission};
pub use ledger::{LedgerState, ledger_key};
pub use outbox::{from_outbox, to_outbox};
pub use retold::without_told;
pub use run_report::{BaselineCounts, RunReport, events};
pub use sentence::noun;
pub use shelf::{Shelf, ShelfError};
pub use sink::Sink;
pub use wire::{KINDS, WIRE_LIMIT};

/// Why events cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The setting names no sink.
    #[error("`{0}` names no sink; write `stdout`, `file:PATH` or `eventbridge:BUS`")]
    Sink(String),
    /// The setting has a part that the sink does not know.
    #[error("the sink `{sink}` has the unknown option `{option}`; known are `endpoint` and `region`")]
    Option {
        /// The sink as it was written.
        sink: String,
        /// The part of it.
        option: String,
    },
    /// Events would go where they must not.
    #[error("the endpoint {0}")]
    Endpoint(#[from] model::EndpointError),
    /// The outbox holds something else than events.
    #[error("line {line} of the outbox is no event; `iamwatch verify` says what was changed")]
    Outbox {
        /// Number of the line, from 1.
        line: usize,
        /// What the parser met.
        source: serde_json::Error,
    },
}
