//! Why a command came to nothing: what, to what, what to do next, and the exit code.

use check::{QueryError, RuleError};
use collect::CollectError;
use export::ExportError;
use history::QuestionError;
use model::AccountError;
use notify::NotifyError;
use pipeline::{PipelineError, PlaceError, ReferenceError, SettingsError};
use snapshot::{NameError, SnapshotError, StoreError};

/// The exit codes of the command line, as its help lists them.
pub(crate) mod exit {
    /// The command was used in a way that it does not know.
    pub(crate) const WRONG_USE: u8 = 2;
    /// A cloud or a store could not be read or written.
    pub(crate) const UNREADABLE: u8 = 3;
    /// The history is broken.
    pub(crate) const BROKEN: u8 = 4;
}

/// A command that came to nothing.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What the program ends with.
    pub(crate) code: u8,
    error: anyhow::Error,
    help: Option<String>,
}

impl Failure {
    /// Takes an error and the code to end with.
    pub(crate) fn new(code: u8, error: impl Into<anyhow::Error>) -> Self {
        Self { code, error: error.into(), help: None }
    }

    /// Returns that the program was used in a wrong way.
    pub(crate) fn wrong_use(text: impl Into<String>) -> Self {
        Self::new(exit::WRONG_USE, anyhow::Error::msg(text.into()))
    }

    /// Returns what was being done.
    pub(crate) fn doing(mut self, what: impl Into<String>) -> Self {
        self.error = self.error.context(what.into());
        self
    }

    /// Returns what to do next.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Returns whether what was asked makes no sense of one account, and may of another: not what could not be read or written.
    pub(crate) fn is_of_other_account(&self) -> bool {
        let of_target = |error: &ExportError| !matches!(error, ExportError::Question(_));
        self.code == exit::WRONG_USE && !self.error.downcast_ref::<ExportError>().is_some_and(of_target)
    }

    /// Returns the key of a stored object that is not what was written, where that is the cause.
    pub(crate) fn damaged(&self) -> Option<&str> {
        self.error.chain().find_map(|cause| {
            let of_store = cause.downcast_ref::<SnapshotError>();
            let of_export = cause.downcast_ref::<ExportError>().and_then(|error| match error {
                ExportError::Question(error) => Some(error),
                _ => None,
            });
            let question = cause.downcast_ref::<QuestionError>().or(of_export);
            let of_question = question.and_then(|error| match error {
                QuestionError::Snapshot(error) => Some(error),
                _ => None,
            });
            match of_store.or(of_question)? {
                SnapshotError::Missing { object } | SnapshotError::Damaged { object, .. } => {
                    Some(object.as_str())
                }
                _ => None,
            }
        })
    }

    /// Returns the chain of causes on one line, and what to do next, if it is known.
    ///
    /// Our errors say both in one message, parted by a semicolon; here each gets its own place.
    pub(crate) fn words(&self) -> (String, Option<String>) {
        let mut help = self.help.clone();
        let mut parts = Vec::new();
        for cause in self.error.chain() {
            let text = plain(&cause.to_string());
            match model::split_remedy(&text).filter(|_| is_ours(cause)) {
                Some((what, next)) => {
                    help = help.or_else(|| Some(next.to_owned()));
                    parts.push(what.to_owned());
                }
                None => parts.push(text),
            }
        }
        // A message that repeats its cause would say it twice.
        parts.dedup_by(|later, earlier| earlier.contains(later.as_str()));
        (parts.join(": "), help)
    }
}

fn is_ours(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<StoreError>()
        || error.is::<SnapshotError>()
        || error.is::<QuestionError>()
        || error.is::<QueryError>()
        || error.is::<RuleError>()
        || error.is::<CollectError>()
        || error.is::<ReferenceError>()
        || error.is::<SettingsError>()
        || error.is::<PlaceError>()
        || error.is::<PipelineError>()
        || error.is::<NotifyError>()
        || error.is::<NameError>()
        || error.is::<ExportError>()
        || error.is::<AccountError>()
        || error.is::<model::EndpointError>()
}

/// Keeps a message on one line, and what a cloud or a file says from steering the terminal.
fn plain(text: &str) -> String {
    // Messages of libraries come in several lines.
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    model::visible(&lines.join(" ")).into_owned()
}

const fn code_of_store(error: &StoreError) -> u8 {
    match error {
        StoreError::Uri { .. }
        | StoreError::Endpoint(_)
        | StoreError::Key { .. }
        | StoreError::NotOurs { .. } => exit::WRONG_USE,
        _ => exit::UNREADABLE,
    }
}

const fn code_of_snapshot(error: &SnapshotError) -> u8 {
    match error {
        SnapshotError::Store { source, .. } => code_of_store(source),
        SnapshotError::Empty { .. }
        | SnapshotError::NoSuchSnapshot { .. }
        | SnapshotError::Pruned { .. }
        | SnapshotError::Unordered { .. } => exit::WRONG_USE,
        SnapshotError::Missing { .. } | SnapshotError::Damaged { .. } | SnapshotError::Unprunable { .. } => {
            exit::BROKEN
        }
        SnapshotError::Taken { .. } | SnapshotError::Newer { .. } | SnapshotError::Unstorable { .. } => {
            exit::UNREADABLE
        }
    }
}

const fn code_of_reference(error: &ReferenceError) -> u8 {
    match error {
        ReferenceError::Parameter { .. } => exit::UNREADABLE,
        ReferenceError::Object(_, error) => code_of_store(error),
        _ => exit::WRONG_USE,
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(code_of_store(&error), error)
    }
}

impl From<SnapshotError> for Failure {
    fn from(error: SnapshotError) -> Self {
        Self::new(code_of_snapshot(&error), error)
    }
}

const fn code_of_question(error: &QuestionError) -> u8 {
    match error {
        QuestionError::Snapshot(error) => code_of_snapshot(error),
        QuestionError::Query(_)
        | QuestionError::NoSubject { .. }
        | QuestionError::ManySubjects { .. }
        | QuestionError::NoColumn { .. }
        | QuestionError::Table { .. }
        | QuestionError::OtherCloud { .. }
        | QuestionError::Resource(_) => exit::WRONG_USE,
    }
}

impl From<QuestionError> for Failure {
    fn from(error: QuestionError) -> Self {
        Self::new(code_of_question(&error), error)
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let code = match &error {
            ExportError::Question(error) => code_of_question(error),
            ExportError::Exists { .. } | ExportError::NotOurs { .. } | ExportError::Misplaced(_) => {
                exit::WRONG_USE
            }
            ExportError::Unwritable { .. } | ExportError::Stage { .. } | ExportError::Stopped => {
                exit::UNREADABLE
            }
        };
        Self::new(code, error)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        let code = match &error {
            SettingsError::Unreadable { source, .. } => code_of_reference(source),
            _ => exit::WRONG_USE,
        };
        Self::new(code, error)
    }
}

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Self {
        let code = match &error {
            PipelineError::Secret { source } => code_of_reference(source),
            PipelineError::Target(_) => exit::WRONG_USE,
            PipelineError::Collect(
                CollectError::NoKey
                | CollectError::NoTokenFile { .. }
                | CollectError::OtherAccount { .. }
                | CollectError::Account(_)
                | CollectError::Endpoint { .. },
            ) => exit::WRONG_USE,
            PipelineError::Collect(_) => exit::UNREADABLE,
            PipelineError::Snapshot(error) => code_of_snapshot(error),
        };
        Self::new(code, error)
    }
}

impl From<PlaceError> for Failure {
    fn from(error: PlaceError) -> Self {
        Self::new(exit::WRONG_USE, error)
    }
}

impl From<RuleError> for Failure {
    fn from(error: RuleError) -> Self {
        Self::new(exit::WRONG_USE, error)
    }
}

impl From<NotifyError> for Failure {
    fn from(error: NotifyError) -> Self {
        Self::new(exit::WRONG_USE, error)
    }
}

impl From<NameError> for Failure {
    fn from(error: NameError) -> Self {
        Self::new(exit::WRONG_USE, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_next_gets_a_line_of_its_own() {
        let failure = Failure::from(SnapshotError::Missing { object: "tables/a;b/x.parquet".to_owned() });
        let (text, help) = failure.words();
        assert_eq!(text, "`tables/a;b/x.parquet` is missing from the store");
        assert_eq!(help.as_deref(), Some("`iamwatch verify` tells what else is"));
        assert_eq!(failure.code, exit::BROKEN);
    }

    #[test]
    fn a_semicolon_in_what_somebody_typed_parts_nothing() {
        let (text, help) =
            Failure::from(snapshot::SnapshotName::read("a; b", jiff::Timestamp::UNIX_EPOCH).unwrap_err())
                .words();
        assert!(text.starts_with("`a; b` names no snapshot"), "{text}");
        assert_eq!(help, None);
    }

    #[test]
    fn the_causes_stand_on_one_line_without_characters_that_steer_or_hide() {
        let failure = Failure::wrong_use("first\u{1b}[31m\nsecond").doing("reading").help("try again");
        assert_eq!(
            failure.words(),
            (r"reading: first\u{1b}[31m second".to_owned(), Some("try again".to_owned()))
        );
    }
}
