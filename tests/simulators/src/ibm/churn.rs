//! Change at random: what a week does to a large account.

use fastrand::Rng;

use super::generate::Mint;
use super::world::{LastPermit, Object, World};

/// What happens to a thing.
#[derive(Clone, Copy)]
enum Fate {
    Edited,
    Added,
    Removed,
}

impl World {
    /// Changes about this share of all things (`0.001` is 0.1 %): edits, adds and removes users,
    /// policies, members, keys and instances, in the shares that they have. The size stays about the
    /// same. Made for generated accounts: there must be things of each kind.
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
                0..45 => self.churn_policy(&mut mint, fate),
                45..70 => self.churn_member(&mut mint, fate),
                70..85 => self.churn_user(&mut mint, fate, left),
                85..92 => self.churn_key(&mut mint, fate),
                92..97 => self.churn_instance(&mut mint, fate),
                _ => self.churn_service_id(&mut mint),
            };
            left = left.saturating_sub(touched);
        }
    }

    fn churn_policy(&mut self, mint: &mut Mint, fate: Fate) -> usize {
        let at = mint.rng.usize(0..self.policies.len());
        // The collector keeps its rights, whatever else happens.
        let is_of_collector = self.is_caller(self.policies[at].subject_value("iam_id"));
        match fate {
            Fate::Edited | Fate::Removed if is_of_collector => return 0,
            Fate::Edited => {
                let role = *mint.pick(&["Viewer", "Operator", "Editor"]);
                let policy = &mut self.policies[at];
                policy.roles = vec![format!("crn:v1:bluemix:public:iam::::role:{role}")];
                policy.last_modified_at = mint.time(0);
            }
            Fate::Added => {
                let mut policy = mint.any_policy(self);
                policy.created_at = mint.time(0);
                policy.last_modified_at.clone_from(&policy.created_at);
                policy.last_permit = LastPermit::Never;
                self.policies.push(policy);
            }
            Fate::Removed => drop(self.policies.remove(at)),
        }
        1
    }

    fn churn_member(&mut self, mint: &mut Mint, fate: Fate) -> usize {
        if self.groups.len() < 2 {
            return 0;
        }
        let at = mint.rng.usize(1..self.groups.len());
        let who = mint.any_principal(self);
        let owner = self.account.text("owner_iamid").to_owned();
        let group = &mut self.groups[at];
        let leaving = !group.members.is_empty() && !matches!(fate, Fate::Added);
        if leaving && (matches!(fate, Fate::Removed) || mint.chance(50)) {
            let member = mint.rng.usize(0..group.members.len());
            group.members.remove(member);
            return 1;
        }
        if group.members.iter().any(|member| member.text("iam_id") == who.text("iam_id")) {
            return 0;
        }
        mint.join(group, &who, &owner, 0);
        1
    }

    fn churn_user(&mut self, mint: &mut Mint, fate: Fate, left: usize) -> usize {
        let at = mint.rng.usize(0..self.users.len());
        match fate {
            Fate::Edited => {
                let object = &mut self.users[at].object;
                let state = if object.text("state") == "ACTIVE" { "SUSPENDED" } else { "ACTIVE" };
                object.set("state", state);
                1
            }
            Fate::Added => {
                let mut user = mint.any_user();
                user.object.set("added_on", mint.time(0));
                // The last one has the key without roles, and stays last.
                let place = self.users.len() - 1;
                self.users.insert(place, user);
                1
            }
            Fate::Removed => {
                let iam_id = self.users[at].object.text("iam_id").to_owned();
                let owner = self.account.text("owner_iamid") == iam_id;
                if owner || self.is_caller(Some(&iam_id)) || self.traces_of(&iam_id) > left {
                    return 0;
                }
                self.remove_user(&iam_id)
            }
        }
    }

    fn churn_key(&mut self, mint: &mut Mint, fate: Fate) -> usize {
        let at = mint.rng.usize(0..self.api_keys.len());
        if self.is_caller(Some(self.api_keys[at].object.text("iam_id"))) {
            return 0;
        }
        match fate {
            Fate::Edited => {
                let object = &mut self.api_keys[at].object;
                let disabled = object.get("disabled") == Some(&true.into());
                object.set("disabled", !disabled);
                object.set("modified_at", mint.short_time(0));
            }
            Fate::Added => {
                let name = mint.any_name();
                let owner = mint.pick(&self.users).clone();
                self.api_keys.push(mint.user_key(&name, &owner, 0));
            }
            Fate::Removed => drop(self.api_keys.remove(at)),
        }
        1
    }

    fn churn_instance(&mut self, mint: &mut Mint, fate: Fate) -> usize {
        match fate {
            Fate::Added => self.instances.push(mint.any_instance(self)),
            _ if self.instances.is_empty() => return 0,
            Fate::Edited => {
                let at = mint.rng.usize(0..self.instances.len());
                let name = mint.any_name();
                self.instances[at].set("name", name);
                self.instances[at].set("updated_at", mint.long_time(0));
            }
            Fate::Removed => {
                let at = mint.rng.usize(0..self.instances.len());
                self.instances.remove(at);
            }
        }
        1
    }

    fn churn_service_id(&mut self, mint: &mut Mint) -> usize {
        let at = mint.rng.usize(0..self.service_ids.len());
        let description = format!("Runs {}", mint.any_name());
        self.service_ids[at].object.set("description", description);
        1
    }

    fn is_caller(&self, iam_id: Option<&str>) -> bool {
        iam_id.is_some_and(|iam_id| self.caller(iam_id).is_some())
    }

    fn traces_of(&self, iam_id: &str) -> usize {
        let of = |object: &Object| object.text("iam_id") == iam_id;
        let members = self.groups.iter().flat_map(|group| &group.members).filter(|member| of(member)).count();
        1 + members + self.api_keys.iter().filter(|key| of(&key.object)).count()
    }

    /// Takes a user out, with memberships and keys; says how many things that were.
    pub fn remove_user(&mut self, iam_id: &str) -> usize {
        let before = self.things();
        self.users.retain(|user| user.object.text("iam_id") != iam_id);
        self.api_keys.retain(|key| key.object.text("iam_id") != iam_id);
        for group in &mut self.groups {
            group.members.retain(|member| member.text("iam_id") != iam_id);
        }
        before - self.things()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::ibm::{Size, generate};

    /// Every thing by list and id.
    fn things(world: &World) -> BTreeMap<(String, String), Value> {
        let mut all = BTreeMap::new();
        let truth = world.truth().into_iter().filter(|(list, _)| {
            ["users", "service_ids", "api_keys", "profiles", "groups", "policies_v2", "instances"]
                .contains(&list.as_str())
                || list.starts_with("group_members/")
        });
        for (list, objects) in truth {
            for object in objects {
                let id =
                    object.get("id").or(object.get("iam_id")).and_then(Value::as_str).unwrap().to_owned();
                all.insert((list.clone(), id), object);
            }
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
            let changed = old.iter().filter(|(id, object)| new.get(*id) != Some(object)).count();
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
        let collector = world.callers[0].iam_id.clone();
        let rights = |world: &World| {
            world.policies.iter().filter(|policy| policy.subject_value("iam_id") == Some(&collector)).count()
        };
        let before = rights(&world);
        for seed in 0..20 {
            world.churn(&mut Rng::with_seed(seed), 0.05);
        }
        assert!(before >= 4 && rights(&world) >= before);
        assert!(world.api_keys.iter().any(|key| key.secret == super::super::world::COLLECTOR_API_KEY));
    }

    #[test]
    fn churn_works_on_a_dozen() {
        let mut world = generate(1, Size::Dozen);
        let before = things(&world);
        world.churn(&mut Rng::with_seed(1), 0.1);
        assert_ne!(things(&world), before);
    }
}
