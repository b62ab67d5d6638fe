//! Which rules are asked: those that are built in, and those of a folder of one's own beside them.

use std::path::Path;

use check::{RuleError, RuleSet, rules::Wrong};

/// Returns the rules that are built in, with those of a folder.
///
/// # Errors
/// When the folder has no rule, or one that does not parse or has the id of one that is built in.
pub fn rules(own: Option<&Path>) -> Result<RuleSet, RuleError> {
    let mut rules = RuleSet::embedded()?;
    if let Some(folder) = own {
        let own = RuleSet::from_folder(folder)?;
        // Whoever names a folder means rules in it, and would take their silence for an answer.
        if own.is_empty() {
            let wrong =
                Wrong::Place("there is none in this folder; name one with `<cloud>/<rule>.sql`".to_owned());
            return Err(RuleError { path: folder.display().to_string(), wrong });
        }
        rules.join(own)?;
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
        let none = rules(Some(folder.path())).unwrap_err().to_string();
        assert!(none.contains("there is none in this folder; name one with"), "{none}");
        let sql = "--- title = \"x\"\n--- severity = \"low\"\n--- confidence = \"low\"\n--- kind = \"report\"\n--- needs = [\"ibm_users\"]\n--- reason = \"x\"\n--- silence = \"never\"\n--- remediation = \"x\"\nselect iam_id from ibm_users order by iam_id;\n";
        let cases = "[[case]]\nname = \"one\"\nibm_users = [{ iam_id = \"a\" }]\nreports = [{ iam_id = \"a\" }]\n[[case]]\nname = \"none\"\nreports = []\n";
        // As editors on Windows save them, and with what other editors leave beside them.
        let saved = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
        std::fs::write(cloud.join("of_my_own.sql"), saved(sql)).unwrap();
        std::fs::write(cloud.join("of_my_own.cases.toml"), saved(cases)).unwrap();
        std::fs::write(cloud.join("._of_my_own.sql"), [0xff, 0xfe]).unwrap();
        std::os::unix::fs::symlink("ana@desk.4711", cloud.join(".#of_my_own.sql")).unwrap();
        assert_eq!(rules(Some(folder.path())).unwrap().len(), built_in.len() + 1);
        std::fs::rename(cloud.join("of_my_own.sql"), cloud.join(format!("{}.sql", first.id))).unwrap();
        std::fs::rename(cloud.join("of_my_own.cases.toml"), cloud.join(format!("{}.cases.toml", first.id)))
            .unwrap();
        let error = rules(Some(folder.path())).unwrap_err().to_string();
        assert!(error.contains(&first.id) && error.contains("two rules of this id"), "{error}");
    }
}
