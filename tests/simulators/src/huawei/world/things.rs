//! A list that is found by id as fast as by place: every second call names one thing of thousands.

use std::collections::HashMap;
use std::ops::Deref;

/// Something with an id that is unique in its list and never changes.
pub trait Thing {
    /// The id.
    fn id(&self) -> &str;
}

/// Things in the order in which the API lists them. Reads like a slice.
#[derive(Clone, Debug)]
pub struct Things<T> {
    listed: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T> Default for Things<T> {
    fn default() -> Self {
        Self { listed: vec![], places: HashMap::new() }
    }
}

impl<T> Deref for Things<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.listed
    }
}

impl<'a, T> IntoIterator for &'a Things<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.listed.iter()
    }
}

impl<T: Thing> FromIterator<T> for Things<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        let mut all = Self::default();
        things.into_iter().for_each(|thing| all.push(thing));
        all
    }
}

impl<T: Thing> Things<T> {
    /// Adds one at the end.
    ///
    /// # Panics
    /// When there is one with its id.
    pub fn push(&mut self, thing: T) {
        let former = self.places.insert(thing.id().to_owned(), self.listed.len());
        assert!(former.is_none(), "two things have the id `{}`", thing.id());
        self.listed.push(thing);
    }

    /// The thing with this id. For the one at a place there is `[place]` and `.first()`.
    #[must_use]
    pub fn with_id(&self, id: &str) -> Option<&T> {
        self.places.get(id).map(|&at| &self.listed[at])
    }

    /// The thing with this id, to be changed.
    #[must_use]
    pub fn with_id_mut(&mut self, id: &str) -> Option<&mut T> {
        self.places.get(id).map(|&at| &mut self.listed[at])
    }

    /// The thing at a place, to be changed.
    ///
    /// # Panics
    /// When there are fewer.
    #[must_use]
    pub fn at_mut(&mut self, at: usize) -> &mut T {
        &mut self.listed[at]
    }

    /// All, to be changed.
    pub fn each_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.listed.iter_mut()
    }

    /// Takes the thing with this id out.
    pub fn remove(&mut self, id: &str) -> Option<T> {
        let at = self.places.remove(id)?;
        let gone = self.listed.remove(at);
        self.places.values_mut().filter(|place| **place > at).for_each(|place| *place -= 1);
        Some(gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Thing for &str {
        fn id(&self) -> &str {
            self
        }
    }

    #[test]
    fn those_behind_a_removed_thing_are_still_found() {
        let mut things: Things<&str> = ["a", "b", "c", "d"].into_iter().collect();
        assert_eq!(things.remove("b"), Some("b"));
        assert_eq!(things.remove("b"), None);
        assert_eq!((things.with_id("a"), things.with_id("d")), (Some(&"a"), Some(&"d")));
        things.push("b");
        assert_eq!(things.with_id("b"), Some(&"b"));
        assert_eq!(things.to_vec(), ["a", "c", "d", "b"]);
    }

    #[test]
    #[should_panic(expected = "two things have the id `a`")]
    fn an_id_is_not_given_twice() {
        let _twice: Things<&str> = ["a", "a"].into_iter().collect();
    }
}
