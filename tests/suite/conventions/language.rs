//! Language: a doc comment says something, and a public function is named by what it does.

use std::collections::{BTreeMap, BTreeSet};

use super::repository::{File, sources};

/// The least words of a doc comment that say more than the name of the item.
const LEAST_WORDS: usize = 4;

/// Participles, prepositions and pronouns that name nothing when they stand alone.
const BARE: [&str; 66] = [
    "about", "above", "across", "after", "against", "among", "asked", "astray", "at", "before", "below",
    "between", "by", "called", "done", "during", "each", "felt", "for", "found", "from", "given", "gone",
    "held", "in", "into", "it", "kept", "known", "left", "like", "lost", "made", "meant", "named", "near",
    "none", "of", "off", "on", "onto", "out", "over", "said", "same", "seen", "sent", "shown", "since",
    "taken", "that", "this", "through", "to", "told", "under", "until", "up", "what", "which", "who", "whom",
    "whose", "with", "within", "without",
];

/// A doc comment with the place where it stands.
struct Comment {
    place: String,
    text: String,
}

/// The sources of what is shipped: tests, their helpers and examples explain themselves.
fn shipped() -> impl Iterator<Item = File> {
    let is_test = |path: &str| {
        ["/tests/", "/examples/"].iter().any(|folder| path.contains(folder)) || path.ends_with("/tests.rs")
    };
    sources().into_iter().filter(move |file| !file.path.starts_with("tests/") && !is_test(&file.path))
}

fn comments(file: &File) -> Vec<Comment> {
    let mut comments: Vec<Comment> = Vec::new();
    let mut goes_on = false;
    for (number, line) in file.text.lines().enumerate() {
        let Some(text) = line.trim().strip_prefix("///") else {
            goes_on = false;
            continue;
        };
        match comments.last_mut().filter(|_| goes_on) {
            Some(comment) => comment.text.push_str(text),
            None => {
                let place = format!("{}:{}", file.path, number + 1);
                comments.push(Comment { place, text: text.to_owned() });
            }
        }
        goes_on = true;
    }
    comments
}

fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// The name of a public function that begins on this line, unless it makes a value of its own type.
fn public_function(line: &str) -> Option<&str> {
    let declared = line.trim().strip_prefix("pub ")?;
    let declared = declared.trim_start_matches("const ").trim_start_matches("async ").strip_prefix("fn ")?;
    let makes_self = declared.split_once("->").is_some_and(|(_, returned)| returned.contains("Self"));
    let name = declared.split(['(', '<']).next()?;
    (!makes_self).then_some(name)
}

#[test]
fn a_doc_comment_says_more_than_three_words() {
    let short: Vec<String> = shipped()
        .flat_map(|file| comments(&file))
        .filter(|comment| words(&comment.text) < LEAST_WORDS)
        .map(|comment| format!("{}: {}", comment.place, comment.text))
        .collect();
    assert!(short.is_empty(), "say what it is, in a sentence with its noun:\n{}", short.join("\n"));
}

#[test]
fn a_public_function_is_named_by_what_it_does() {
    let bare: Vec<String> = shipped()
        .flat_map(|file| {
            let names = file.text.lines().filter_map(public_function).filter(|name| BARE.contains(name));
            names.map(|name| format!("{}: {name}", file.path)).collect::<Vec<_>>()
        })
        .collect();
    assert!(
        bare.is_empty(),
        "name these by a verb and its object; `of` only constructs its own type:\n{}",
        bare.join("\n")
    );
}

#[test]
fn what_is_bare_or_short_is_seen() {
    let file = File {
        path: "a.rs".to_owned(),
        text: "/// Where.\npub fn told(&self) -> Told {}\n/// Returns what is\n/// in it.\npub fn of(x: u8) -> Self {}\n".to_owned(),
    };
    let counts: Vec<usize> = comments(&file).iter().map(|comment| words(&comment.text)).collect();
    assert_eq!(counts, [1, 5]);
    let names: Vec<&str> = file.text.lines().filter_map(public_function).collect();
    assert_eq!(names, ["told"]);
}

/// Returns the name of a type that is declared on this line, and whether it is public.
fn type_declared(line: &str) -> Option<(&str, bool)> {
    let is_public = line.starts_with("pub ");
    let declared = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ")?.1,
        Some(rest) => rest.strip_prefix(' ')?,
        None => line,
    };
    let name = ["struct ", "enum ", "trait "].iter().find_map(|kind| declared.strip_prefix(kind))?;
    Some((name.split(|each: char| !each.is_ascii_alphanumeric()).next()?, is_public))
}

/// Returns the path of a file with its cloud left out: what clouds have alike bears one name.
fn home(path: &str) -> String {
    let parts = path.split('/').map(|part| if ["ibm", "huawei"].contains(&part) { "CLOUD" } else { part });
    let parts: Vec<&str> = parts.collect();
    let is_of_clouds = parts.contains(&"CLOUD") || path.ends_with("/ibm.rs") || path.ends_with("/huawei.rs");
    if is_of_clouds { format!("{} of a cloud", parts[..2].join("/")) } else { path.to_owned() }
}

/// A name that two types share is asked for at every use of it. Types that nobody else sees may share one in different crates.
#[test]
fn a_type_has_a_name_of_its_own() {
    let mut homes: BTreeMap<String, (bool, BTreeSet<String>)> = BTreeMap::new();
    for file in shipped() {
        for (name, is_public) in file.text.lines().filter_map(type_declared) {
            let known = homes.entry(name.to_owned()).or_default();
            known.0 |= is_public;
            known.1.insert(home(&file.path));
        }
    }
    assert!(homes.len() > 400, "{} types were found", homes.len());
    let crate_of = |path: &String| path.split('/').take(2).collect::<Vec<_>>().join("/");
    let is_one = |(is_public, homes): &(bool, BTreeSet<String>)| {
        let crates: BTreeSet<String> = homes.iter().map(crate_of).collect();
        homes.len() == 1 || !is_public && crates.len() == homes.len()
    };
    let shared = homes.iter().filter(|(_, homes)| !is_one(homes));
    let shared: Vec<String> = shared.map(|(name, (_, homes))| format!("{name} in {homes:?}")).collect();
    assert!(shared.is_empty(), "one name means two things: {shared:#?}");
}
