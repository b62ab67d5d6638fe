#![doc = include_str!("../README.md")]

mod changes;
mod ddl;
mod error;
mod formats;
mod lake;
mod lake_ddl;
mod open;
mod report;
mod sheet;
mod snapshot_tables;
mod stage;
mod target;
mod unseen;

pub use changes::export_changes;
pub use ddl::{Dialect, declare};
pub use error::ExportError;
pub use formats::{Format, csv_line, csv_text};
pub use lake::{LakeSummary, export_lake};
pub use lake_ddl::{LakeEngine, declare_lake};
pub use open::{ParquetReader, open_script};
pub use report::{
    AuditReport, Description, FindingCollector, FindingEntry, FindingTurn, FormerFindings, PAGE_STYLE,
    ReportFormat, ReportedChange, ReportedChanges, ReportedFindings, RuleText, count_by_severity, count_text,
    write_report,
};
pub use snapshot_tables::export_snapshot;
pub use target::ExportTarget;

use model::Coverage;

/// What is to be written, and where.
#[derive(Debug)]
pub struct ExportRequest {
    /// The format to write.
    pub format: Format,
    /// Names of the tables and views to write; all of them, where none is named.
    pub tables: Vec<String>,
    /// The place that comes to be, whole or not at all.
    pub target: ExportTarget,
}

/// Follows an export, and may stop it.
pub trait ExportWatch {
    /// Learns how many steps of how many are done.
    fn step(&self, what: &'static str, done: usize, of: usize);

    /// Returns whether the export is to end, leaving nothing.
    fn is_stopped(&self) -> bool;
}

/// Tells what an export wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportSummary {
    /// Name and number of rows of each table and view. A view that was written as a view has no number.
    pub written: Vec<(String, Option<u64>)>,
    /// Names of views that were left out, because nobody asked for them by name and they have more rows than [`MOST_ROWS_UNASKED`].
    pub left_out: Vec<String>,
    /// The lists that what was written hangs on and that were not read to their end.
    pub incomplete: Vec<Coverage>,
}

/// Most rows of a view that is written out without being asked for by name: `grants` of a large account has hundreds of millions, which the
/// tables below it say in a few.
pub const MOST_ROWS_UNASKED: u64 = 5_000_000;
