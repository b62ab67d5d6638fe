//! Which policy is attached to whom, seen from both sides.

use std::collections::BTreeMap;

/// What a policy may be attached to, with its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// `entity_type=user`.
    User(String),
    /// `entity_type=group`.
    Group(String),
    /// `entity_type=agency`.
    Agency(String),
}

impl Entity {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) | Self::Group(id) | Self::Agency(id) => id,
        }
    }
}

/// One attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The policy.
    pub policy_id: String,
    /// To whom.
    pub entity: Entity,
    /// When.
    pub attached_at: String,
}

/// All attachments, at most one per policy and entity.
#[derive(Clone, Debug, Default)]
pub struct Attachments {
    of_entity: BTreeMap<Entity, Vec<Attachment>>,
    of_policy: BTreeMap<String, Vec<Attachment>>,
    count: usize,
}

impl Attachments {
    /// Attaches a policy; says whether it was not attached before.
    pub fn attach(&mut self, policy_id: &str, entity: Entity, attached_at: &str) -> bool {
        let of_entity = self.of_entity.entry(entity.clone()).or_default();
        if of_entity.iter().any(|attachment| attachment.policy_id == policy_id) {
            return false;
        }
        let attachment =
            Attachment { policy_id: policy_id.to_owned(), entity, attached_at: attached_at.to_owned() };
        of_entity.push(attachment.clone());
        self.of_policy.entry(policy_id.to_owned()).or_default().push(attachment);
        self.count += 1;
        true
    }

    /// Detaches a policy; says whether it was attached.
    pub fn detach(&mut self, policy_id: &str, entity: &Entity) -> bool {
        let Some(of_entity) = self.of_entity.get_mut(entity) else { return false };
        let Some(at) = of_entity.iter().position(|attachment| attachment.policy_id == policy_id) else {
            return false;
        };
        of_entity.remove(at);
        if let Some(of_policy) = self.of_policy.get_mut(policy_id) {
            of_policy.retain(|attachment| attachment.entity != *entity);
        }
        self.count -= 1;
        true
    }

    /// Detaches all that an entity has; says how many there were.
    pub fn detach_all(&mut self, entity: &Entity) -> usize {
        let policies: Vec<String> =
            self.of(entity).iter().map(|attachment| attachment.policy_id.clone()).collect();
        policies.iter().filter(|policy| self.detach(policy, entity)).count()
    }

    /// What is attached to an entity, in the order of attaching.
    #[must_use]
    pub fn of(&self, entity: &Entity) -> &[Attachment] {
        self.of_entity.get(entity).map_or(&[], Vec::as_slice)
    }

    /// To whom a policy is attached, in the order of attaching.
    #[must_use]
    pub fn of_policy(&self, policy_id: &str) -> &[Attachment] {
        self.of_policy.get(policy_id).map_or(&[], Vec::as_slice)
    }

    /// All, by entity.
    pub fn iter(&self) -> impl Iterator<Item = &Attachment> {
        self.of_entity.values().flatten()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> Entity {
        Entity::User(id.to_owned())
    }

    #[test]
    fn both_sides_tell_the_same() {
        let mut all = Attachments::default();
        assert!(all.attach("p", user("a"), "t1"));
        assert!(all.attach("p", user("b"), "t2"));
        assert!(all.attach("q", user("a"), "t3"));
        assert!(!all.attach("p", user("a"), "t4"));
        assert_eq!((all.of(&user("a")).len(), all.of_policy("p").len(), all.len()), (2, 2, 3));
        assert!(all.detach("p", &user("a")) && !all.detach("p", &user("a")));
        assert_eq!((all.of(&user("a")).len(), all.of_policy("p").len(), all.len()), (1, 1, 2));
        assert_eq!(all.detach_all(&user("a")), 1);
        assert_eq!(all.iter().count(), 1);
    }

    #[test]
    fn a_group_with_the_id_of_a_user_is_another_entity() {
        let mut all = Attachments::default();
        all.attach("p", user("a"), "t1");
        assert!(all.of(&Entity::Group("a".to_owned())).is_empty());
    }
}
