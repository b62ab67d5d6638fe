//! Which rules are asked: those that are built in, and those of a folder of one's own beside them.

use std::path::Path;

use check::{RuleError, RuleSet};

/// Returns the rules that are built in, with those of a folder.
///
/// # Errors
/// When a rule of the folder does not parse, or has the id of one that is built in.
pub fn rules(own: Option<&Path>) -> Result<RuleSet, RuleError> {
    let mut rules = RuleSet::embedded()?;
    if let Some(folder) = own {
        rules.join(RuleSet::from_folder(folder)?)?;
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_ones_own_stand_beside_those_that_are_built_in() {
        let built_in = rules(None).unwrap();
        let first = built_in.iter().next().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let cloud = folder.path().join("ibm");
        std::fs::create_dir(&cloud).unwrap();
        assert_eq!(rules(Some(folder.path())).unwrap().len(), built_in.len());
        let sql = "--- title = \"x\"\n--- severity = \"low\"\n--- confidence = \"low\"\n--- kind = \"report\"\n--- needs = [\"ibm_users\"]\n--- reason = \"x\"\n--- silence = \"never\"\n--- remediation = \"x\"\nselect iam_id from ibm_users order by iam_id;\n";
        let cases = "[[case]]\nname = \"one\"\nibm_users = [{ iam_id = \"a\" }]\nreports = [{ iam_id = \"a\" }]\n[[case]]\nname = \"none\"\nreports = []\n";
        std::fs::write(cloud.join("of_my_own.sql"), sql).unwrap();
        std::fs::write(cloud.join("of_my_own.cases.toml"), cases).unwrap();
        assert_eq!(rules(Some(folder.path())).unwrap().len(), built_in.len() + 1);
        std::fs::rename(cloud.join("of_my_own.sql"), cloud.join(format!("{}.sql", first.id))).unwrap();
        std::fs::rename(cloud.join("of_my_own.cases.toml"), cloud.join(format!("{}.cases.toml", first.id)))
            .unwrap();
        let error = rules(Some(folder.path())).unwrap_err().to_string();
        assert!(error.contains(&first.id) && error.contains("two rules of this id"), "{error}");
    }
}
