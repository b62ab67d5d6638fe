//! What every command looks like on screens of 80 and 140 columns, on one store: reviewed pages in `screens/`, which
//! `IAMWATCH_WRITE=1` writes anew. No id, date or name is ever cut.

use std::{fs, path::Path};

use super::program::Desk;

const COMMANDS: [(&str, &[&str]); 19] = [
    ("snapshots", &["snapshots"]),
    ("show", &["show", "8"]),
    ("show-table", &["show", "latest", "ibm_access_groups"]),
    ("diff", &["diff", "6", "7"]),
    ("diff-access", &["diff", "3", "4", "--access"]),
    ("history", &["history", "ci-deployer"]),
    ("blame", &["blame", "ibm_access_groups", "finance-and-tax"]),
    ("findings", &["findings", "--at", "8"]),
    ("findings-list", &["findings", "--severity", "high", "--list"]),
    ("findings-cause", &["findings", "--at", "4", "--new", "--group-by", "cause"]),
    ("who-can", &["who-can", "iam.policy.create", "--at", "5"]),
    ("query", &["query", "select user_id, state, added_at from ibm_users order by 1"]),
    ("tables", &["tables", "coverage"]),
    ("rules-ask", &["rules", "ask", "users_outside_groups"]),
    ("plan", &["plan"]),
    ("replay", &["replay", "--from", "1", "--severity", "medium"]),
    ("verify", &["verify"]),
    ("prune", &["prune", "--keep", "last:3", "--recent"]),
    ("help-findings", &["help", "findings"]),
];

/// Writes zeros for hashes: they follow from the text of every rule, and nobody reviews them.
fn without_hashes(page: &str) -> String {
    let is_hash = |word: &&str| word.len() == 64 && word.chars().all(|each| each.is_ascii_hexdigit());
    let hashes: Vec<&str> = page.split_whitespace().filter(is_hash).collect();
    hashes.iter().fold(page.to_owned(), |page, hash| page.replace(hash, &"0".repeat(64)))
}

#[test]
fn every_command_fits_the_screen_and_looks_as_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/cli/screens");
    let writes = std::env::var_os("IAMWATCH_WRITE").is_some();
    let mut differing = Vec::new();
    for width in [80, 140] {
        let mut desk = Desk::with_history();
        desk.set("COLUMNS", &width.to_string());
        for (name, arguments) in COMMANDS {
            let page = without_hashes(&desk.iamwatch(arguments).done());
            for line in page.lines() {
                let words = line.split_whitespace().count();
                // A word that is wider than what is left of the line stands alone, whole.
                let fits =
                    line.chars().count() <= width || words == 1 || line.contains('`') || name == "show-table";
                assert!(fits, "{name} at {width}: {line}");
            }
            let file = folder.join(format!("{name}.{width}.txt"));
            if writes {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&file, &page).unwrap();
            } else if fs::read_to_string(&file).unwrap_or_default() != page {
                differing.push(format!("{name}.{width}.txt"));
            }
        }
    }
    assert!(
        differing.is_empty(),
        "these screens are not as reviewed, IAMWATCH_WRITE=1 writes them anew: {differing:?}"
    );
}

#[test]
fn a_narrow_screen_loses_nothing_that_a_wide_one_shows() {
    let mut narrow = Desk::with_history();
    narrow.set("COLUMNS", "80");
    let wide = Desk::with_history();
    for (name, arguments) in COMMANDS {
        if name.starts_with("help") {
            continue;
        }
        let words = |desk: &Desk| -> std::collections::BTreeSet<String> {
            let page = desk.iamwatch(arguments).done();
            let word = |word: &str| word.trim_matches(|each: char| !each.is_alphanumeric()).to_owned();
            // Ids, times and paths: whatever holds a digit.
            page.split_whitespace()
                .filter(|part| part.contains(|each: char| each.is_ascii_digit()))
                .map(word)
                .collect()
        };
        let (all, shown) = (words(&wide), words(&narrow));
        let lost: Vec<&String> = all.difference(&shown).filter(|word| !word.contains('=')).collect();
        // What every row says is said once, behind its column.
        let lost: Vec<&&String> = lost
            .iter()
            .filter(|word| !shown.iter().any(|each| each.ends_with(&format!("={word}"))))
            .collect();
        assert!(lost.is_empty(), "{name}: {lost:?}");
    }
}

#[test]
fn what_help_shows_to_be_copied_fits_on_a_narrow_screen() {
    let mut wide = Desk::new();
    wide.set("COLUMNS", "200");
    let help = wide.iamwatch(&["--help"]).done();
    let of_commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> = of_commands
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() > 20, "{commands:?}");
    for command in commands {
        let page = wide.iamwatch(&["help", command]).done();
        // A line that is broken by the screen is another one where it is pasted.
        let to_be_copied = page.lines().skip_while(|line| !line.starts_with("Examples"));
        let long: Vec<&str> =
            to_be_copied.filter(|line| line.starts_with("  ") && line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{command}: {long:?}");
    }
}

#[test]
fn quiet_colour_and_programs_get_what_they_want() {
    let desk = Desk::with_history();
    let quiet = desk.iamwatch(&["findings", "--quiet", "--severity", "high", "--exit-code"]);
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (1, "", ""));
    let outcome = desk.iamwatch(&["show", "99", "-q"]);
    outcome.fails(2, &["no snapshot `99`"]);
    assert!(desk.iamwatch(&["findings", "--color", "always"]).done().contains("\u{1b}["));
    assert!(!desk.iamwatch(&["findings", "--color", "never"]).done().contains("\u{1b}["));
    assert!(!desk.iamwatch(&["findings"]).done().contains("\u{1b}["));
    for shell in ["bash", "zsh", "fish"] {
        let script = desk.iamwatch(&["completions", shell]).done();
        assert!(script.contains("who-can") && script.contains("severity"), "{shell}");
    }
    let page = desk.iamwatch(&["man"]).done();
    assert!(page.contains(".TH iamwatch") && page.contains("history"), "{page}");
    assert!(desk.iamwatch(&["man", "findings"]).done().contains("iamwatch\\-findings"));
    desk.iamwatch(&["man", "nothing"]).fails(2, &["no command `nothing`"]);
}
