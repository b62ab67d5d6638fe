//! What texts name is there: rules, tables, columns, settings.
//!
//! A word with underscores in a page, a help text or a rule's own words is a name. It is known if a rule, permission,
//! table, view or column bears it, or if the code has it; what only texts say of is a leftover, or a slip.

use std::collections::BTreeSet;

use check::{Limits, QueryAnswer, RuleSet};
use model::{AccountId, Cloud, State, tables};

use super::repository::{File, files};

/// Returns the files whose words people read: pages, rules with their front matter, permissions, examples of events,
/// and the help of the program.
fn texts() -> Vec<File> {
    let mut texts = files();
    texts.retain(|file| {
        let is_page = file.path.ends_with(".md") && file.path != "CHANGELOG.md";
        let is_rule = file.path.starts_with("shared/check/rules/") && file.path.ends_with(".sql");
        let is_example = file.path.starts_with("events/") && file.path.ends_with("example.json");
        let is_permission = file.path.starts_with("shared/access/permissions/");
        is_page || is_rule || is_example || is_permission || file.path.starts_with("cli/src/arguments")
    });
    for file in &mut texts {
        if file.path.ends_with(".sql") {
            let is_own = |line: &&str| line.starts_with("---") && !line.starts_with("--- references");
            let front = file.text.lines().filter(is_own);
            file.text = front.collect::<Vec<_>>().join("\n");
        }
    }
    texts
}

/// Returns the words with underscores of a text.
fn names(text: &str) -> BTreeSet<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split(|letter| !is_part(letter)).map(|word| word.trim_matches('_'));
    let is_name = |word: &&str| {
        word.contains('_') && word.chars().all(|letter| !letter.is_ascii_uppercase()) && word.len() > 3
    };
    words.filter(is_name).collect()
}

/// Returns the names of rules, permissions, tables and their columns, and of what views return.
fn declared() -> BTreeSet<String> {
    let rules = RuleSet::embedded().expect("rules that parse");
    let mut known: BTreeSet<String> = rules.iter().map(|rule| rule.id.clone()).collect();
    for cloud in Cloud::ALL {
        known.extend(access::usual(cloud).expect("permissions that parse").into_iter().map(|each| each.id));
    }
    // Actions of the clouds, which tests of the permissions hold against what is known of them.
    for file in files().iter().filter(|file| file.path.starts_with("shared/access/permissions/steps/")) {
        known.extend(names(&file.text).into_iter().map(str::to_owned));
    }
    for table in tables::all() {
        known.extend([table.name.to_owned(), table.listing.to_owned()]);
        known.extend(table.columns.iter().map(|column| column.name.to_owned()));
    }
    for view in ["users", "principals", "groups", "memberships", "credentials", "credential_uses", "sign_ins"]
        .into_iter()
        .chain(["attachments", "administrators", "trusts", "use_reports", "run"])
        .chain(["huawei_wide_policies", "huawei_wide_roles"])
    {
        known.insert(view.to_owned());
        known.extend(asked(&format!("select * from {view}")).columns);
    }
    for rule in rules.iter() {
        known.extend(asked(&rule.sql).columns);
    }
    known
}

fn asked(sql: &str) -> QueryAnswer {
    let account = AccountId::parse(Cloud::Ibm, "acc-1").expect("an account id");
    let at = "2026-11-21T12:00:00Z".parse().expect("a time");
    let run = check::RunContext { account, at, number: 1 };
    check::ask(&State::default(), &run, sql, &Limits::default())
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Returns the names that code, contracts and templates have.
fn coded() -> BTreeSet<String> {
    let is_code = |file: &&File| {
        let ending = file.path.rsplit('.').next().unwrap_or_default();
        let is_of_texts = file.path.starts_with("cli/src/arguments") || file.path.ends_with("texts.rs");
        let is_test = file.path.contains("/tests/") || file.path.ends_with("tests.rs");
        let is_code = ["rs", "yaml", "py", "sh"].contains(&ending) || file.path.ends_with("schema.json");
        (is_code && !is_of_texts && !is_test) || file.path.starts_with("cli/src/arguments")
    };
    let files = files();
    let lines = files.iter().filter(is_code).flat_map(|file| {
        // Of the program's arguments, only what the compiler sees counts: its help is a text.
        let is_help = file.path.starts_with("cli/src/arguments");
        file.text.lines().filter(move |line| {
            let line = line.trim_start();
            !line.starts_with("//")
                && (!is_help
                    || ["pub(crate)", "#[", "value_parser", "."].iter().any(|start| line.starts_with(start)))
        })
    });
    lines.flat_map(names).map(str::to_owned).collect()
}

#[test]
fn every_rule_table_and_column_that_a_text_names_is_there() {
    let (declared, coded) = (declared(), coded());
    let mut unknown = Vec::new();
    for text in texts() {
        for name in names(&text.text) {
            if !declared.contains(name) && !coded.contains(name) {
                unknown.push(format!("{}: {name}", text.path));
            }
        }
    }
    assert!(
        unknown.is_empty(),
        "no rule, table, column or setting bears these names:\n{}",
        unknown.join("\n")
    );
}

#[test]
fn every_word_that_looks_like_a_table_is_one() {
    let declared = declared();
    let mut unknown = Vec::new();
    for text in texts() {
        for name in names(&text.text) {
            let is_of_cloud = Cloud::ALL.into_iter().any(|cloud| name.starts_with(&format!("{cloud}_")));
            if is_of_cloud && !declared.contains(name) && !name.ends_with("_api_key") {
                unknown.push(format!("{}: {name}", text.path));
            }
        }
    }
    assert!(unknown.is_empty(), "no table bears these names:\n{}", unknown.join("\n"));
}

#[test]
fn every_query_that_a_text_shows_can_be_asked() {
    let mut shown = 0;
    for text in texts() {
        let shows = text.text.split("iamwatch query ").skip(1);
        for rest in shows {
            let Some(quote) = rest.chars().next().filter(|first| ['"', '\''].contains(first)) else {
                continue;
            };
            let sql = rest.split(quote).nth(1).expect("a quote that ends");
            shown += 1;
            assert!(check::tables_named(sql).is_ok(), "{}: {sql}: {:?}", text.path, check::tables_named(sql));
        }
    }
    assert!(shown >= 3, "the pages and the help show queries: {shown}");
}

#[test]
fn what_implies_a_rule_or_permission_is_one() {
    let rules = RuleSet::embedded().expect("rules that parse");
    let mut implied: Vec<(String, Vec<String>)> =
        rules.iter().map(|rule| (rule.id.clone(), rule.implied_by.clone())).collect();
    for cloud in Cloud::ALL {
        let usual = access::usual(cloud).expect("permissions that parse");
        implied.extend(usual.into_iter().map(|each| (each.id, each.implied_by)));
    }
    let known: BTreeSet<String> = implied.iter().map(|(id, _)| id.clone()).collect();
    for (id, wider) in &implied {
        for each in wider {
            assert!(known.contains(each), "`{id}` is implied by `{each}`, which is none");
            let back = implied.iter().filter(|(other, _)| other == each).flat_map(|(_, wider)| wider);
            assert!(back.into_iter().all(|back| back != id), "`{id}` and `{each}` imply each other");
        }
    }
}
