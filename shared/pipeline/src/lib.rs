#![doc = include_str!("../README.md")]

mod audit;
mod former;
mod outbox;
mod references;
mod rules;
mod settings;
mod summary;
mod target;

pub use audit::{PipelineError, Run, Watch, audit};
pub use references::{Environment, Reference, ReferenceError};
pub use rules::rules;
pub use settings::{
    AccountSettings, Credentials, NotifySettings, ProfileSettings, S3Settings, Settings, SettingsError,
};
pub use summary::{FindingCounts, Summary};
pub use target::Target;
