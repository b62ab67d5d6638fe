//! How far the rows of a rule can be believed, for the rule as a whole and subject by subject.

use std::collections::BTreeSet;

/// How far the rows of a rule can be believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// Tables that it needs and that are not whole: nothing may be closed.
    pub blind: Vec<&'static str>,
    /// Those among them whose missing rows would make it report: nothing may be opened.
    pub blind_absence: Vec<&'static str>,
    /// Why it could not be asked at all.
    pub broken: Option<String>,
    /// Tables of which only lists of some parents are not whole, which concerns only some subjects.
    pub hidden: Vec<Hidden>,
    /// Addresses of subjects whose own row was not seen in this run, so that they may be gone, or of which a cell is not
    /// known: nothing new is said of them.
    pub carried: BTreeSet<String>,
    /// Addresses of subjects that may be in it only because they, or what belongs to them, could never be seen before.
    pub first_seen: BTreeSet<String>,
}

/// A table that is whole but for some of the things that it is read for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// The table whose rows are seen or not.
    pub table: &'static str,
    /// Whether missing rows of it would make the rule report.
    pub is_absence: bool,
    /// The beginnings of the addresses of subjects that can be tied to one such thing, by table.
    pub tied: BTreeSet<String>,
    /// The addresses of subjects that are concerned.
    pub subjects: BTreeSet<String>,
}

impl Hidden {
    /// Returns whether something of a subject may be hidden; of one that can be tied to no single thing it may.
    fn concerns(&self, subject: &str) -> bool {
        self.subjects.contains(subject) || !self.tied.iter().any(|start| subject.starts_with(start.as_str()))
    }
}

impl Sight {
    /// Returns whether a row that was not there before may be believed, for some subjects at least.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.broken.is_none() && self.blind_absence.is_empty()
    }

    /// Returns whether a row that is no longer there may be believed to be over, for some subjects at least.
    #[must_use]
    pub fn closes(&self) -> bool {
        self.broken.is_none() && self.blind.is_empty()
    }

    /// Returns whether a row of this subject that was not there before may be believed.
    #[must_use]
    pub fn opens_of(&self, subject: &str) -> bool {
        self.opens()
            && !self.carried.contains(subject)
            && !self.hidden.iter().any(|hidden| hidden.is_absence && hidden.concerns(subject))
    }

    /// Returns whether a row of this subject that is no longer there may be believed to be over.
    #[must_use]
    pub fn closes_of(&self, subject: &str) -> bool {
        self.closes() && !self.hidden.iter().any(|hidden| hidden.concerns(subject))
    }

    /// Says which tables a row of this subject hangs on that were not whole, so that what it counts or lists may be more than it says.
    #[must_use]
    pub fn unseen_of(&self, subject: &str) -> Option<String> {
        let hidden = self.hidden.iter().filter(|hidden| hidden.concerns(subject)).map(|hidden| hidden.table);
        let tables: BTreeSet<&str> = self.blind.iter().copied().chain(hidden).collect();
        let named = tables.into_iter().collect::<Vec<_>>().join(", ");
        (!named.is_empty()).then(|| format!("found without all of {named}"))
    }

    /// Returns whether nothing was hidden of any subject, now or before.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.opens()
            && self.closes()
            && self.hidden.is_empty()
            && self.carried.is_empty()
            && self.first_seen.is_empty()
    }

    /// Returns all that decides on what becomes of findings, as one text.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{:?}{:?}", [self.opens(), self.broken.is_some()].map(u8::from), self.blind);
        for hidden in &self.hidden {
            text += &format!("{}{}{:?}{:?}", hidden.table, hidden.is_absence, hidden.tied, hidden.subjects);
        }
        if !self.carried.is_empty() || !self.first_seen.is_empty() {
            text += &format!("{:?}{:?}", self.carried, self.first_seen);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UMA: &str = "huawei/d1/huawei_users/uma";
    const BEN: &str = "huawei/d1/huawei_users/ben";

    fn hidden(is_absence: bool) -> Sight {
        let hidden = Hidden {
            table: "huawei_access_keys",
            is_absence,
            tied: ["huawei/d1/huawei_users/".to_owned()].into(),
            subjects: [UMA.to_owned()].into(),
        };
        Sight { hidden: vec![hidden], ..Sight::default() }
    }

    #[test]
    fn what_is_hidden_of_one_is_hidden_of_nobody_else() {
        let sight = hidden(true);
        assert!(!sight.opens_of(UMA) && !sight.closes_of(UMA));
        assert!(sight.opens_of(BEN) && sight.closes_of(BEN));
        assert!(sight.opens() && sight.closes() && !sight.is_whole());
        assert_eq!(sight.unseen_of(BEN), None);
        assert_eq!(sight.unseen_of(UMA).unwrap(), "found without all of huawei_access_keys");
    }

    #[test]
    fn a_subject_that_cannot_be_tied_to_one_thing_may_hang_on_any() {
        let group = "huawei/d1/huawei_groups/g1";
        assert!(!hidden(true).opens_of(group) && !hidden(true).closes_of(group));
        assert!(hidden(false).opens_of(UMA), "what missing rows cannot make it say may be said");
    }

    #[test]
    fn of_a_subject_that_was_not_seen_nothing_new_is_said() {
        let sight = Sight { carried: [UMA.to_owned()].into(), ..Sight::default() };
        assert!(!sight.opens_of(UMA) && sight.opens_of(BEN) && !sight.is_whole());
    }
}
