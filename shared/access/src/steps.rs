//! The steps of a path: from a principal to what it may do.

use std::{collections::BTreeSet, fmt, sync::Arc};

/// One step of a path: a thing by kind, id and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// `user`, `access group`, `policy`, `role` and others, in the cloud's own words.
    pub kind: &'static str,
    /// Id within the cloud.
    pub id: String,
    /// Name, or the id where there is none; nothing where it is the only one of its kind, which texts leave out.
    pub name: String,
}

impl Step {
    /// Returns whether it is one of some things. Who has become a trusted profile of IBM Cloud bears its id with `iam-` in front.
    #[must_use]
    pub fn is_among(&self, ids: &BTreeSet<String>) -> bool {
        is_id_among(&self.id, ids)
    }
}

/// Returns whether the id of a step is that of one of some things, as [`Step::is_among`] does.
pub(crate) fn is_id_among(id: &str, ids: &BTreeSet<String>) -> bool {
    ids.contains(id) || id.strip_prefix("iam-").is_some_and(|id| ids.contains(id))
}

impl fmt::Display for Step {
    /// Writes kind and name; a name that begins with the kind says both.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.strip_prefix(self.kind).is_some_and(|rest| rest.starts_with(' ')) {
            true => formatter.write_str(&self.name),
            false => write!(formatter, "{} {}", self.kind, self.name),
        }
    }
}

/// The steps from whom a statement is attached to, to the statement. Each is shared: thousands of policies give the same roles, and one
/// policy gives several.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Steps(Arc<[Arc<Step>]>);

impl Steps {
    /// Returns the steps in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Step> + use<'_> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Returns the first step.
    #[must_use]
    pub fn first(&self) -> Option<&Step> {
        self.iter().next()
    }
}

impl From<Step> for Steps {
    fn from(only: Step) -> Self {
        Self::from_iter([Arc::new(only)])
    }
}

impl FromIterator<Arc<Step>> for Steps {
    fn from_iter<I: IntoIterator<Item = Arc<Step>>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}
