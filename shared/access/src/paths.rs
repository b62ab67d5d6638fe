//! Paths in words.

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::Step;

/// Kinds whose steps are named by words of ours, and not by a name that somebody gave.
const WORDED: [&str; 8] = [
    "access control list",
    "account owner",
    "account setting",
    "anybody",
    "identity provider",
    "mapping",
    "root user",
    "rule",
];

/// Writes the steps of a path, in their order, the last one always. Left out is what is the only one of its kind, as the one
/// version of a policy and the one statement in it.
///
/// ```
/// use access::{Step, path_text};
/// let step = |kind, id: &str, name: &str| Step { kind, id: id.to_owned(), name: name.to_owned() };
/// let path = [step("group", "1f", "ops"), step("policy", "2e", "2e"), step("statement", "1", "")];
/// assert_eq!(path_text(&path), "group 'ops' → policy 2e");
/// ```
#[must_use]
pub fn path_text(steps: &[Step]) -> String {
    let told: Vec<String> = steps.iter().filter(|step| !step.name.is_empty()).map(quoted).collect();
    told.join(" → ")
}

/// Writes the kind of a step with its name in quotes, or with its id where it has no name.
fn quoted(step: &Step) -> String {
    let Step { kind, id, name } = step;
    let is_worded =
        WORDED.contains(kind) || name.strip_prefix(kind).is_some_and(|rest| rest.trim_start() == id);
    match name == id || is_worded {
        true => step.to_string(),
        false => format!("{kind} '{name}'"),
    }
}

impl Serialize for Step {
    /// Writes all of the step; one that texts leave out is called by its id.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut step = serializer.serialize_struct("Step", 3)?;
        step.serialize_field("kind", self.kind)?;
        step.serialize_field("id", &self.id)?;
        step.serialize_field("name", if self.name.is_empty() { &self.id } else { &self.name })?;
        step.end()
    }
}

impl Step {
    /// Returns the step as the only one of its kind where it is: it keeps its id, and texts leave it out.
    #[must_use]
    pub(crate) fn unless_only(self, is_only: bool) -> Self {
        if is_only { Self { name: String::new(), ..self } } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::path_text;
    use crate::Step;

    fn step(kind: &'static str, id: &str, name: &str) -> Step {
        Step { kind, id: id.to_owned(), name: name.to_owned() }
    }

    #[test]
    fn names_are_quoted_ids_are_not_and_neither_are_words_of_ours() {
        let path = [
            step("group", "1f", "ops team"),
            step("policy", "2e", "policy for all"),
            step("version", "v3", "v3"),
            step("statement", "2", "2"),
        ];
        let text = "group 'ops team' → policy 'policy for all' → version v3 → statement 2";
        assert_eq!(path_text(&path), text);
        let owner = step("account owner", "IBMid-1", "by ownership");
        assert_eq!(path_text(&[owner]), "account owner by ownership");
        assert_eq!(path_text(&[step("account", "far", "account far")]), "account far");
    }

    #[test]
    fn what_is_left_out_is_never_the_policy_itself() {
        let only = |kind, id| step(kind, id, id).unless_only(true);
        let path = [step("policy", "2e", "read"), only("version", "v1"), only("statement", "1")];
        assert_eq!(path_text(&path), "policy 'read'");
        assert_eq!(path_text(&[step("role", "r", "r"), only("statement", "1")]), "role r");
        assert_eq!(path_text(&[]), "");
    }
}
