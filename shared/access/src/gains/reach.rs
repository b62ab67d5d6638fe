//! How far grants go, counted once for each set of actions and of resources.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Inventory, Reach};
use crate::{Attribute, Choice, Pattern, Resource, Statement};

/// Most values of attributes of which the places of the known resources are kept.
const MOST_KEPT: usize = 256;

pub(super) struct Reaches<'a> {
    known: &'a Inventory,
    actions: FxHashMap<Arc<Choice<Pattern>>, u64>,
    resources: FxHashMap<Arc<Choice<Resource>>, u64>,
    /// By an attribute, the known resources by what they have in it.
    columns: FxHashMap<Attribute, AttributeIndex<'a>>,
    /// By an attribute and its values in a resource that is asked of, the known ones that share something with it there.
    met: FxHashMap<(Attribute, Vec<Pattern>), Places>,
    /// Likewise, those that it covers there.
    covered: FxHashMap<(Attribute, Vec<Pattern>), Places>,
}

/// Places of known resources, a bit for each.
#[derive(Clone)]
struct Places(Vec<u64>);

impl Places {
    fn none(of: usize) -> Self {
        Self(vec![0; of.div_ceil(64)])
    }

    fn of(count: usize, places: impl Iterator<Item = usize>) -> Self {
        let mut found = Self::none(count);
        for place in places {
            if let Some(bits) = found.0.get_mut(place / 64) {
                *bits |= 1 << (place % 64);
            }
        }
        found
    }

    fn add(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(mine, theirs)| *mine |= theirs);
    }

    fn keep(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(mine, theirs)| *mine &= theirs);
    }

    fn take_out(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(mine, theirs)| *mine &= !theirs);
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|bits| u64::from(bits.count_ones())).sum()
    }
}

/// Known resources by what they have in one attribute.
#[derive(Default)]
struct AttributeIndex<'a> {
    /// The places of those that have one plain text in it, by that text.
    plain: FxHashMap<&'a Pattern, Vec<usize>>,
    /// The places of those that have anything else in it.
    others: FxHashMap<&'a [Pattern], Vec<usize>>,
    /// The places of those that do not have it.
    without: Vec<usize>,
}

impl<'a> AttributeIndex<'a> {
    fn of(attribute: &str, resources: &'a [Resource]) -> Self {
        let mut column = Self::default();
        for (place, resource) in resources.iter().enumerate() {
            let places = match resource.0.get(attribute).map(Vec::as_slice) {
                None => &mut column.without,
                Some([value]) if value.is_literal() => column.plain.entry(value).or_default(),
                Some(values) => column.others.entry(values).or_default(),
            };
            places.push(place);
        }
        column
    }

    /// Returns the places of those that have what is asked; a plain text is only asked for where it stands.
    fn search(
        &self,
        count: usize,
        asked: &[Pattern],
        is_found: impl Fn(&[Pattern]) -> bool,
        is_found_without: bool,
    ) -> Places {
        let others = self.others.iter().filter(|(values, _)| is_found(values)).flat_map(|(_, places)| places);
        let without = self.without.iter().filter(|_| is_found_without);
        let mut found = Places::of(count, others.chain(without).copied());
        if asked.iter().all(Pattern::is_literal) {
            let plain = asked.iter().filter_map(|text| self.plain.get(text)).flatten();
            found.add(&Places::of(count, plain.copied()));
        } else {
            let is_found = |text: &&Pattern| is_found(std::slice::from_ref(*text));
            let plain = self.plain.iter().filter(|(text, _)| is_found(text)).flat_map(|(_, places)| places);
            found.add(&Places::of(count, plain.copied()));
        }
        found
    }
}

impl<'a> Reaches<'a> {
    pub(super) fn of(known: &'a Inventory) -> Self {
        Self {
            known,
            actions: FxHashMap::default(),
            resources: FxHashMap::default(),
            columns: FxHashMap::default(),
            met: FxHashMap::default(),
            covered: FxHashMap::default(),
        }
    }

    pub(super) fn count(&mut self, statement: &Statement) -> Reach {
        let actions = self.actions.get(&*statement.actions).copied().unwrap_or_else(|| {
            let count = self.count_actions(&statement.actions);
            self.actions.insert(Arc::clone(&statement.actions), count);
            count
        });
        let resources = self.resources.get(&*statement.resources).copied().unwrap_or_else(|| {
            let count = self.count_resources(&statement.resources);
            self.resources.insert(Arc::clone(&statement.resources), count);
            count
        });
        Reach { actions, resources }
    }

    fn count_actions(&self, actions: &Choice<Pattern>) -> u64 {
        let (chosen, taken) = (Texts::of(&actions.any_of), Texts::of(&actions.except));
        let is_chosen = |action: &&String| chosen.hold(action) && !taken.hold(action);
        u64::try_from(self.known.actions.iter().filter(is_chosen).count()).unwrap_or(u64::MAX)
    }

    fn count_resources(&mut self, resources: &Choice<Resource>) -> u64 {
        let mut opened = Places::none(self.known.resources.len());
        for resource in &resources.any_of {
            opened.add(&self.met(resource));
        }
        for resource in &resources.except {
            opened.take_out(&self.covered(resource));
        }
        opened.count()
    }

    /// Returns the known resources that share something with one: in each of its attributes.
    fn met(&mut self, resource: &Resource) -> Places {
        let (known, columns, met) = (&self.known.resources, &mut self.columns, &mut self.met);
        in_all_attributes(known, columns, met, resource, |column, asked| {
            let meets =
                |values: &[Pattern]| asked.iter().any(|mine| values.iter().any(|each| mine.overlaps(each)));
            column.search(known.len(), asked, meets, !asked.is_empty())
        })
    }

    /// Returns the known resources that one covers: in each of its attributes.
    fn covered(&mut self, resource: &Resource) -> Places {
        let (known, columns, covered) = (&self.known.resources, &mut self.columns, &mut self.covered);
        in_all_attributes(known, columns, covered, resource, |column, asked| {
            let covers =
                |values: &[Pattern]| values.iter().all(|each| asked.iter().any(|mine| mine.covers(each)));
            column.search(known.len(), asked, covers, asked.iter().any(Pattern::is_any))
        })
    }
}

/// Returns the known resources that are found in each attribute of a resource.
fn in_all_attributes<'a>(
    known: &'a [Resource],
    columns: &mut FxHashMap<Attribute, AttributeIndex<'a>>,
    found: &mut FxHashMap<(Attribute, Vec<Pattern>), Places>,
    resource: &Resource,
    search: impl Fn(&AttributeIndex<'a>, &[Pattern]) -> Places,
) -> Places {
    let mut all: Option<Places> = None;
    for (attribute, asked) in &resource.0 {
        // A large account has many values, and each would keep a bit for every resource.
        if found.len() >= MOST_KEPT {
            found.clear();
        }
        let places = found.entry((attribute.clone(), asked.clone())).or_insert_with(|| {
            let column =
                columns.entry(attribute.clone()).or_insert_with(|| AttributeIndex::of(attribute, known));
            search(column, asked)
        });
        match &mut all {
            Some(all) => all.keep(places),
            None => all = Some(places.clone()),
        }
    }
    all.unwrap_or_else(|| Places::of(known.len(), 0..known.len()))
}

/// Patterns, with those that are plain texts apart.
struct Texts<'a> {
    plain: FxHashSet<String>,
    wild: Vec<&'a Pattern>,
}

impl<'a> Texts<'a> {
    fn of(patterns: &'a [Pattern]) -> Self {
        let (plain, wild): (Vec<&Pattern>, Vec<&Pattern>) =
            patterns.iter().partition(|pattern| pattern.is_literal());
        Self { plain: plain.iter().map(ToString::to_string).collect(), wild }
    }

    fn hold(&self, text: &str) -> bool {
        self.plain.contains(text) || self.wild.iter().any(|pattern| pattern.matches(text))
    }
}
