//! Dates the edits of a world: what was changed, and has still the time of its last change, gets a later one.

use std::collections::HashMap;

use super::{Object, Policy, World};
use crate::wire::editions::later;

/// Dates every thing that differs from the one of the same id before.
pub(crate) fn date_edits(before: &World, after: &mut World) {
    let objects = [
        (before.service_ids.iter().map(|each| each.object.clone()).collect(), "modified_at"),
        (before.api_keys.iter().map(|each| each.object.clone()).collect(), "modified_at"),
        (before.profiles.iter().map(|each| each.object.clone()).collect(), "modified_at"),
        (before.profiles.iter().flat_map(|each| each.rules.clone()).collect(), "modified_at"),
        (before.profiles.iter().flat_map(|each| each.links.clone()).collect(), "modified_at"),
        (before.service_id_groups.clone(), "modified_at"),
        (before.groups.iter().map(|each| each.object.clone()).collect(), "last_modified_at"),
        (before.groups.iter().flat_map(|each| each.rules.clone()).collect(), "last_modified_at"),
        (before.custom_roles.clone(), "last_modified_at"),
        (before.zones.clone(), "last_modified_at"),
        (before.restrictions.clone(), "last_modified_at"),
        (vec![before.group_settings.clone()], "last_modified_at"),
    ];
    let [
        service_ids,
        keys,
        profiles,
        profile_rules,
        links,
        service_id_groups,
        groups,
        group_rules,
        roles,
        zones,
        restrictions,
        settings,
    ] = objects.map(|(things, member): (Vec<Object>, _)| Dates::of(things, member));
    after.service_ids.iter_mut().for_each(|each| service_ids.date(&mut each.object));
    after.api_keys.iter_mut().for_each(|each| keys.date(&mut each.object));
    for profile in &mut after.profiles {
        profiles.date(&mut profile.object);
        profile.rules.iter_mut().for_each(|rule| profile_rules.date(rule));
        profile.links.iter_mut().for_each(|link| links.date(link));
    }
    for group in &mut after.groups {
        groups.date(&mut group.object);
        group.rules.iter_mut().for_each(|rule| group_rules.date(rule));
    }
    after.service_id_groups.iter_mut().for_each(|each| service_id_groups.date(each));
    after.custom_roles.iter_mut().for_each(|each| roles.date(each));
    after.zones.iter_mut().for_each(|each| zones.date(each));
    after.restrictions.iter_mut().for_each(|each| restrictions.date(each));
    settings.date(&mut after.group_settings);
    date_policies(&before.policies, &mut after.policies);
}

/// Policies are shown in two shapes, so that what is compared is all that they are made of.
fn date_policies(before: &[Policy], after: &mut [Policy]) {
    let former: HashMap<&str, &Policy> = before.iter().map(|each| (each.id.as_str(), each)).collect();
    for policy in after {
        let is_edited = former.get(policy.id.as_str()).is_some_and(|former| {
            let last_permit = policy.last_permit.clone();
            former.last_modified_at == policy.last_modified_at
                && format!("{:?}", Policy { last_permit, ..(*former).clone() }) != format!("{policy:?}")
        });
        if is_edited {
            policy.last_modified_at = later(&policy.last_modified_at);
        }
    }
}

/// Things by id, and the member that holds the time of their last change.
struct Dates {
    things: HashMap<String, Object>,
    member: &'static str,
}

impl Dates {
    fn of(things: Vec<Object>, member: &'static str) -> Self {
        Self { things: things.into_iter().map(|each| (each.text("id").to_owned(), each)).collect(), member }
    }

    fn date(&self, thing: &mut Object) {
        let former = self.things.get(thing.text("id"));
        let is_edited =
            former.is_some_and(|former| former != thing && former.get(self.member) == thing.get(self.member));
        if is_edited {
            let now = later(thing.text(self.member));
            thing.set(self.member, now);
        }
    }
}
