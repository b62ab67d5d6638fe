//! The graph looked at from its sources: whom each reaches, and which share their actions.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::{Access, Source, access::Membership};

/// Whom each source reaches: what the graph holds, looked at from the other end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attachments {
    /// Principals that each source is attached to.
    principals: FxHashMap<usize, Vec<usize>>,
    /// Groups that each source is attached to.
    groups: FxHashMap<usize, Vec<usize>>,
    /// Principals in each group.
    members: FxHashMap<usize, Vec<usize>>,
    /// The sources, those together that share their set of actions: thousands of policies do.
    by_actions: Vec<Vec<usize>>,
    /// Sources of what every member of the account may do.
    of_every_member: Vec<usize>,
}

impl Attachments {
    fn of(access: &Access) -> Self {
        fn turn(lists: &[Vec<usize>]) -> FxHashMap<usize, Vec<usize>> {
            let mut turned: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
            for (place, list) in lists.iter().enumerate() {
                for number in list {
                    turned.entry(*number).or_default().push(place);
                }
            }
            turned
        }
        let groups_of = |memberships: &Vec<Membership>| memberships.iter().map(|each| each.group).collect();
        let groups: Vec<Vec<usize>> = access.memberships.iter().map(groups_of).collect();
        let sources = access.sources.iter().enumerate();
        let of_every_member = sources.filter(|(_, source)| source.is_of_every_member());
        Self {
            principals: turn(&access.own),
            groups: turn(&access.of_group),
            members: turn(&groups),
            by_actions: by_actions(&access.sources),
            of_every_member: of_every_member.map(|(number, _)| number).collect(),
        }
    }
}

/// Returns the numbers of sources, those together that share their set of actions.
fn by_actions(sources: &[Source]) -> Vec<Vec<usize>> {
    let mut places: FxHashMap<usize, usize> = FxHashMap::default();
    let mut together: Vec<Vec<usize>> = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let address = Arc::as_ptr(&source.statement.actions).addr();
        let place = *places.entry(address).or_insert(together.len());
        match together.get_mut(place) {
            Some(numbers) => numbers.push(number),
            None => together.push(vec![number]),
        }
    }
    together
}

impl Access {
    /// Returns the principals that hold one of some sources, in order; all of them where everybody does.
    pub(crate) fn holders_of(&self, sources: impl Iterator<Item = usize>) -> Vec<usize> {
        let attachments = self.attachments();
        let mut holders: Vec<usize> = Vec::new();
        let mut groups: Vec<usize> = Vec::new();
        for source in sources {
            holders.extend(attachments.principals.get(&source).into_iter().flatten());
            groups.extend(attachments.groups.get(&source).into_iter().flatten());
        }
        groups.sort_unstable();
        groups.dedup();
        if self.everybody.iter().any(|membership| groups.binary_search(&membership.group).is_ok()) {
            return (0..self.principals.len()).collect();
        }
        let members = groups.iter().filter_map(|group| attachments.members.get(group));
        holders.extend(members.flatten());
        holders.sort_unstable();
        holders.dedup();
        holders
    }

    fn attachments(&self) -> &Attachments {
        self.attachments.get_or_init(|| Attachments::of(self))
    }

    /// Returns the numbers of all sources, those together that share their set of actions.
    pub(crate) fn sources_by_actions(&self) -> &[Vec<usize>] {
        &self.attachments().by_actions
    }

    /// Returns the numbers of the sources that every member of the account holds, though nobody gave them.
    pub(crate) fn sources_of_every_member(&self) -> &[usize] {
        &self.attachments().of_every_member
    }
}
