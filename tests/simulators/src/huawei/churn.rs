//! Change at random: what a week does to a large account.

use fastrand::Rng;

use super::generate::{AUDITOR_POLICY, Mint};
use super::world::{Entity, Subject, World};

/// What happens to a thing.
#[derive(Clone, Copy)]
enum Fate {
    Edited,
    Added,
    Removed,
}

impl World {
    /// Changes about this share of all things (`0.001` is 0.1 %): edits, adds and removes things of
    /// each kind, in the shares that they have. The size stays about the same. Made for generated
    /// accounts: there must be things of each kind.
    pub fn churn(&mut self, rng: &mut Rng, share: f64) {
        let mut mint = Mint::drawing_from(rng, self.account_id());
        let mut left = (self.things() as f64 * share).round() as usize;
        while left > 0 {
            let fate = match mint.rng.u32(0..10) {
                0..6 => Fate::Edited,
                6..8 => Fate::Added,
                _ => Fate::Removed,
            };
            let touched = match mint.rng.u32(0..100) {
                0..24 => self.churn_membership(&mut mint),
                24..46 => self.churn_attachment(&mut mint),
                46..63 => self.churn_user(&mut mint, fate, left),
                63..75 => self.churn_key(&mut mint, fate),
                75..84 => self.churn_assignment(&mut mint),
                84..92 => self.churn_policy(&mut mint, fate),
                92..96 => self.churn_agency(&mut mint, fate),
                _ => self.churn_device(&mut mint),
            };
            left = left.saturating_sub(touched);
        }
    }

    fn churn_membership(&mut self, mint: &mut Mint) -> usize {
        let at = mint.rng.usize(0..self.groups.len());
        let who = mint.pick(&self.users).object.text("user_id").to_owned();
        if self.is_fixed(self.groups[at].object.text("group_id")) || self.is_fixed(&who) {
            return 0;
        }
        let members = &mut self.groups.at_mut(at).members;
        if !members.is_empty() && mint.chance(50) {
            let leaving = mint.rng.usize(0..members.len());
            members.remove(leaving);
        } else if members.contains(&who) {
            return 0;
        } else {
            members.push(who);
        }
        1
    }

    fn churn_attachment(&mut self, mint: &mut Mint) -> usize {
        if mint.chance(50) {
            return usize::from(mint.attach_any(self, 0));
        }
        let entity = mint.any_entity(self);
        let attached = self.attachments.of(&entity);
        if attached.is_empty() || self.is_fixed(entity.id()) {
            return 0;
        }
        let policy = mint.pick(attached).policy_id.clone();
        usize::from(self.attachments.detach(&policy, &entity))
    }

    fn churn_user(&mut self, mint: &mut Mint, fate: Fate, left: usize) -> usize {
        let at = mint.rng.usize(0..self.users.len());
        let id = self.users[at].object.text("user_id").to_owned();
        match fate {
            Fate::Added => {
                let mut user = mint.any_user(1_000_000);
                // Numbers from elsewhere would meet those of the generator some day.
                let name = format!("new.{}", mint.hex(10));
                user.object.set("user_name", name.as_str());
                user.object.set("urn", mint.urn("user", &name));
                self.users.push(user);
                1
            }
            _ if self.is_fixed(&id) => 0,
            Fate::Edited => {
                let user = &mut self.users.at_mut(at);
                let enabled = user.is_enabled();
                user.object.set("enabled", !enabled);
                1
            }
            Fate::Removed if self.traces_of(&id) > left => 0,
            Fate::Removed => self.remove_user(&id),
        }
    }

    fn churn_key(&mut self, mint: &mut Mint, fate: Fate) -> usize {
        let at = mint.rng.usize(0..self.users.len());
        if self.is_fixed(self.users[at].object.text("user_id")) {
            return 0;
        }
        let user = self.users.at_mut(at);
        match fate {
            Fate::Added if user.access_keys.len() < 2 => mint.any_key(user, 1),
            Fate::Added => return 0,
            _ if user.access_keys.is_empty() => return 0,
            Fate::Edited => {
                let key = &mut user.access_keys[0].object;
                let turned = if key.text("status") == "active" { "inactive" } else { "active" };
                key.set("status", turned);
            }
            Fate::Removed => drop(user.access_keys.remove(0)),
        }
        1
    }

    fn churn_assignment(&mut self, mint: &mut Mint) -> usize {
        if mint.chance(50) {
            return usize::from(mint.assign_any(self));
        }
        let at = mint.rng.usize(0..self.classic.assignments.len());
        let (Subject::User(id) | Subject::Group(id) | Subject::Agency(id)) =
            &self.classic.assignments[at].subject;
        if self.is_fixed(id) {
            return 0;
        }
        self.classic.assignments.remove(at);
        1
    }

    fn churn_policy(&mut self, mint: &mut Mint, fate: Fate) -> usize {
        let at = mint.rng.usize(0..self.policies.len());
        let (id, document) = (self.policies[at].object.text("policy_id").to_owned(), mint.any_document());
        match fate {
            Fate::Added => {
                let mut policy = mint.any_policy(1_000_000);
                let name = format!("new={}", mint.hex(10));
                policy.object.set("policy_name", name.as_str());
                policy.object.set("urn", mint.urn("policy", &name));
                policy.object.set("path", "");
                self.policies.push(policy);
            }
            _ if !self.policies[at].is_custom() || self.policies[at].name() == AUDITOR_POLICY => return 0,
            Fate::Edited => mint.new_version(self.policies.at_mut(at), &document, 0),
            // Only a policy that nobody has can be deleted.
            Fate::Removed if !self.attachments.of_policy(&id).is_empty() => return 0,
            Fate::Removed => drop(self.policies.remove(&id)),
        }
        1
    }

    fn churn_agency(&mut self, mint: &mut Mint, fate: Fate) -> usize {
        let at = mint.rng.usize(0..self.agencies.len());
        let id = self.agencies[at].object.text("agency_id").to_owned();
        match fate {
            Fate::Added => {
                let number = 1_000_000 + mint.rng.usize(0..1_000_000_000);
                self.agencies.push(mint.any_agency(number));
                return 1;
            }
            _ if self.is_fixed(&id) => return 0,
            Fate::Edited => {
                let description = format!("seen by {}", mint.hex(4));
                self.agencies.at_mut(at).object.set("description", description);
            }
            Fate::Removed => {
                let has_roles =
                    self.classic.assignments.iter().any(|one| one.subject == Subject::Agency(id.clone()));
                if has_roles || !self.attachments.of(&Entity::Agency(id.clone())).is_empty() {
                    return 0;
                }
                self.agencies.remove(&id);
            }
        }
        1
    }

    fn churn_device(&mut self, mint: &mut Mint) -> usize {
        if self.mfa_devices.is_empty() {
            return 0;
        }
        let at = mint.rng.usize(0..self.mfa_devices.len());
        let enabled = self.mfa_devices[at].get("enabled") == Some(&true.into());
        self.mfa_devices[at].set("enabled", !enabled);
        1
    }

    fn traces_of(&self, user_id: &str) -> usize {
        let keys = self.users.with_id(user_id).map_or(0, |user| user.access_keys.len());
        let devices = self.mfa_devices.iter().filter(|device| device.text("user_id") == user_id).count();
        let subject = Subject::User(user_id.to_owned());
        let roles = self.classic.assignments.iter().filter(|one| one.subject == subject).count();
        let attached = self.attachments.of(&Entity::User(user_id.to_owned())).len();
        1 + keys + devices + roles + attached + self.groups_of(user_id).count()
    }

    /// Takes a user out, with keys, devices, memberships and grants; says how many things that were.
    pub fn remove_user(&mut self, user_id: &str) -> usize {
        let before = self.things();
        self.users.remove(user_id);
        self.mfa_devices.retain(|device| device.text("user_id") != user_id);
        for group in self.groups.each_mut() {
            group.members.retain(|member| member != user_id);
        }
        self.attachments.detach_all(&Entity::User(user_id.to_owned()));
        let subject = Subject::User(user_id.to_owned());
        self.classic.assignments.retain(|assignment| assignment.subject != subject);
        before - self.things()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::huawei::{Size, generate};

    /// Every thing by kind and id.
    fn things(world: &World) -> BTreeMap<(&'static str, String), String> {
        let mut all = BTreeMap::new();
        let mut put = |kind, id: &str, shown: String| all.insert((kind, id.to_owned()), shown);
        for user in &world.users {
            put("user", user.object.text("user_id"), user.object.to_value().to_string());
            for key in &user.access_keys {
                put("key", key.id(), key.object.to_value().to_string());
            }
        }
        for device in &world.mfa_devices {
            put("device", device.text("user_id"), device.to_value().to_string());
        }
        for group in &world.groups {
            for member in &group.members {
                put("membership", &format!("{}/{member}", group.name()), String::new());
            }
        }
        for policy in &world.policies {
            put("policy", policy.object.text("policy_id"), format!("{:?}", policy.versions));
        }
        for agency in &world.agencies {
            put("agency", agency.object.text("agency_id"), agency.object.to_value().to_string());
        }
        for one in world.attachments.iter() {
            put("attachment", &format!("{:?}/{}", one.entity, one.policy_id), one.attached_at.clone());
        }
        for assignment in &world.classic.assignments {
            put("assignment", &format!("{assignment:?}"), String::new());
        }
        all
    }

    #[test]
    fn churn_touches_the_share_that_is_asked_for() {
        let before = generate(4, Size::TenThousand);
        for share in [0.001, 0.01, 0.05] {
            let mut after = before.clone();
            after.churn(&mut Rng::with_seed(9), share);
            let (old, new) = (things(&before), things(&after));
            let changed = old.iter().filter(|(id, shown)| new.get(*id) != Some(shown)).count();
            let touched = changed + new.keys().filter(|id| !old.contains_key(*id)).count();
            let wanted = share * before.things() as f64;
            assert!(
                (touched as f64 - wanted).abs() <= wanted * 0.15 + 1.0,
                "{touched} touched, {wanted} wanted"
            );
        }
    }

    #[test]
    fn churn_is_the_same_for_the_same_chances() {
        let churned = || {
            let mut world = generate(4, Size::Thousand);
            world.churn(&mut Rng::with_seed(9), 0.02);
            things(&world)
        };
        assert_eq!(churned(), churned());
    }

    #[test]
    fn churn_leaves_the_collector_its_key_and_its_rights() {
        let mut world = generate(4, Size::Thousand);
        let auditor = Entity::User(world.callers[0].principal_id.clone());
        let before = (world.attachments.of(&auditor).to_vec(), world.callers[0].rights.clone());
        for seed in 0..20 {
            world.churn(&mut Rng::with_seed(seed), 0.05);
        }
        assert_eq!((world.attachments.of(&auditor).to_vec(), world.callers[0].rights.clone()), before);
        let user = world.users.with_id(auditor.id()).unwrap();
        assert_eq!(user.access_keys[0].id(), world.callers[0].access_key_id);
        assert!(user.is_enabled() && !before.0.is_empty());
    }

    #[test]
    fn churn_works_on_a_dozen() {
        let mut world = generate(1, Size::Dozen);
        let before = things(&world);
        world.churn(&mut Rng::with_seed(1), 0.1);
        assert_ne!(things(&world), before);
    }
}
