//! What ids are called. Decisions know ids alone, so that another name is no other access; whoever reads them wants the name too.

use std::collections::BTreeMap;

use model::{State, Table};

/// An id that is shorter may as well be another word.
const SHORTEST_IN_WORDS: usize = 8;

/// Names of what conditions and resources speak of, by id.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// Takes the names of some tables, each with the columns of the id and of the name.
    pub(crate) fn of_tables(state: &State, tables: &[(&'static Table, &'static str, &'static str)]) -> Self {
        let of_table = |(table, id, name): &(&'static Table, &'static str, &'static str)| {
            let (table, id, name) = (*table, *id, *name);
            state.rows(table).iter().filter_map(move |row| {
                let (id, name) = (table.text(row, id)?, table.text(row, name)?);
                Some((id.to_owned(), name.to_owned()))
            })
        };
        Self(tables.iter().flat_map(of_table).filter(|(id, name)| id != name).collect())
    }

    /// Adds the names of another time, for ids that have none here.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let mut names = other.0.clone();
        names.extend(self.0.iter().map(|(id, name)| (id.clone(), name.clone())));
        Self(names)
    }

    /// Returns the name of an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }

    /// Writes an id with its name before it, where it has one.
    #[must_use]
    pub fn id_with_name(&self, id: &str) -> String {
        self.get(id).map_or_else(|| id.to_owned(), |name| format!("'{name}' ({id})"))
    }

    /// Writes words with the names of the ids in them.
    #[must_use]
    pub fn in_words(&self, words: &str) -> String {
        let is_of_id = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
        let mut named = String::with_capacity(words.len());
        let mut rest = words;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|letter| is_of_id(letter) != is_of_id(first)).unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            let is_long = part.len() >= SHORTEST_IN_WORDS;
            named.push_str(&if is_long { self.id_with_name(part) } else { part.to_owned() });
            rest = after;
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn ids_in_words_get_their_names_and_other_words_stay() {
        let pairs = [("559052eb8f43", "the office"), ("AccessGroupId-1", "ops"), ("0", "default")];
        let names = Names(pairs.map(|(id, name)| (id.to_owned(), name.to_owned())).into());
        assert_eq!(
            names.in_words("(the zone is 559052eb8f43 or member of AccessGroupId-1) and 0 of 559052eb8f4"),
            "(the zone is 'the office' (559052eb8f43) or member of 'ops' (AccessGroupId-1)) and 0 of 559052eb8f4"
        );
        assert_eq!([names.id_with_name("0"), names.id_with_name("1")], ["'default' (0)", "1"]);
    }
}
