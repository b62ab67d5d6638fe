//! Sets of actions that changes have in common: thousands of changes tell what one role gives, and a role has hundreds of actions.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{cell::PatternSet, region::told_actions};
use crate::{Choice, Pattern};

/// The sets so far.
#[derive(Default)]
pub(super) struct SharedActions {
    /// By what a piece of a region has, the set as it is told.
    of_pieces: FxHashMap<PatternSet, Arc<Choice<Pattern>>>,
    known: FxHashSet<Arc<Choice<Pattern>>>,
}

impl SharedActions {
    /// Returns the actions of a piece of a region, as they are told.
    pub(super) fn of_piece(&mut self, actions: &PatternSet) -> Arc<Choice<Pattern>> {
        if let Some(known) = self.of_pieces.get(actions).filter(|_| actions.is_told_as_compared()) {
            return Arc::clone(known);
        }
        let told = self.share(told_actions(actions));
        if actions.is_told_as_compared() {
            self.of_pieces.insert(actions.clone(), Arc::clone(&told));
        }
        told
    }

    /// Returns a set of actions: the one that is known already, where it is told alike.
    pub(super) fn share(&mut self, actions: Choice<Pattern>) -> Arc<Choice<Pattern>> {
        match self.known.get(&actions) {
            Some(known) if forms(known).eq(forms(&actions)) => Arc::clone(known),
            Some(_) => Arc::new(actions),
            None => {
                let actions = Arc::new(actions);
                self.known.insert(Arc::clone(&actions));
                actions
            }
        }
    }
}

/// Returns how the patterns of a set are shown, where that is not how they are compared: sets that are equal may differ in it.
fn forms(actions: &Choice<Pattern>) -> impl Iterator<Item = Option<&str>> {
    actions.any_of.iter().chain(&actions.except).map(Pattern::written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_that_are_told_alike_are_one_and_others_keep_their_form() {
        let mut shared = SharedActions::default();
        let plain = Choice::any_of(vec![Pattern::parse("obs:bucket:get")]);
        let written = Choice::any_of(vec![Pattern::shown_as("obs:bucket:get", "OBS:Bucket:Get")]);
        let first = shared.share(plain.clone());
        assert!(Arc::ptr_eq(&first, &shared.share(plain.clone())));
        let other = shared.share(written.clone());
        assert_eq!(other.any_of[0].to_string(), "OBS:Bucket:Get");
        let of_piece = |shared: &mut SharedActions, choice: &Choice<Pattern>| {
            shared.of_piece(&PatternSet::of(&choice.any_of))
        };
        assert!(Arc::ptr_eq(&of_piece(&mut shared, &plain), &first));
        assert_eq!(of_piece(&mut shared, &written).any_of[0].to_string(), "OBS:Bucket:Get");
        assert!(Arc::ptr_eq(&of_piece(&mut shared, &plain), &first));
    }
}
