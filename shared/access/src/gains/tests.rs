//! Counting reach, over statements of every shape. Gains themselves are tested with the rows of each cloud.

use std::sync::Arc;

use proptest::{prelude::*, sample::select};

use super::{Inventory, reach::Reaches};
use crate::{Choice, Effect, Pattern, Resource, Statement};

fn choices<T: Clone + std::fmt::Debug>(
    one: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Choice<T>> {
    let some = prop::collection::vec(one.clone(), 1..4);
    (some, prop::collection::vec(one, 0..2)).prop_map(|(any_of, except)| Choice { any_of, except })
}

fn patterns() -> impl Strategy<Value = Pattern> + Clone {
    select(vec!["*", "a*", "*b", "ab", "aa", "b?", "?", "b"]).prop_map(Pattern::parse)
}

prop_compose! {
    pub(super) fn statements()(
        actions in choices(patterns()),
        resources in choices((patterns(), prop::option::of(patterns())).prop_map(|(x, y)| {
            let resource = Resource::any().with("path", vec![x]);
            match y {
                Some(y) => resource.with("y", vec![y]),
                None => resource,
            }
        })),
    ) -> Statement {
        Statement { effect: Effect::Allow, actions: Arc::new(actions), resources: Arc::new(resources), condition: None }
    }
}

proptest! {
    #[test]
    fn what_covers_another_reaches_as_far(one in statements(), other in statements()) {
        let texts = ["a", "b", "aa", "ab", "ba", "bb", "abb"];
        let both = texts.iter().flat_map(|x| texts.map(|y| (*x, y)));
        let resource = |(x, y): (&str, &str)| {
            Resource::any().with("path", vec![Pattern::literal(x)]).with("y", vec![Pattern::literal(y)])
        };
        let known = Inventory { actions: texts.map(str::to_owned).to_vec(), resources: both.map(resource).collect() };
        let mut reaches = Reaches::of(&known);
        let (mine, theirs) = (reaches.count(&one), reaches.count(&other));
        if one.covers(&other) {
            prop_assert!(mine.actions >= theirs.actions && mine.resources >= theirs.resources);
        }
    }
}
