#![doc = include_str!("../README.md")]

mod account_settings;
mod audit;
mod causes;
mod former;
mod grading;
mod grant_tables;
mod grants;
mod judge;
mod outbox;
mod permissions;
mod places;
mod questions;
mod references;
mod replay;
mod rules;
mod settings;
mod since_judged;
mod summary;
mod suppressions;
mod target;

pub use collect::huawei::Clock;

pub use account_settings::{AccountSettings, AgencySettings, CredentialSettings, ProfileSettings};
pub use audit::{PipelineError, Run, Watch, audit};
pub use grant_tables::derive_grants;
pub use permissions::{PermissionSettings, Permissions};
pub use places::{Anchor, PlaceError};
pub use questions::questions;
pub use references::{Environment, ReferenceError, SecretReference};
pub use replay::{Replay, ReplayedSnapshot};
pub use rules::rules;
pub use settings::{NotifySettings, S3Settings, Settings, SettingsError};
pub use summary::{FindingCounts, RunSummary, Warning, WarningKind};
pub use suppressions::{Asked, covers, idle_suppressions};
pub use target::Target;
