//! The account of Huawei Cloud's guide on auditing the permissions of IAM users.
//!
//! The guide asks which users hold `iam:*:get*` through a group, with four calls; its sample answers are
//! what this account answers. Only the auditor, and the agency made for it, are added.

use serde_json::{Value, json};

use super::generate::Mint;
use super::world::{Entity, Group, Object, Policy, Things, World};

/// Id of the guide's account.
pub const GUIDE_ACCOUNT: &str = "d78cbac186b744899480f25bd022aaaa";

/// Id, name, time of creation of the two groups.
const GROUPS: [[&str; 3]; 2] = [
    ["5b050baea9db472c88cbae67e8d6aaaa", "IAMGroupA", "2023-09-11T10:13:25.414Z"],
    ["07609e7eb200250a3f7dc003cb7aaaaa", "IAMGroupB", "2023-09-11T10:13:40.016Z"],
];

/// Id, name, time of creation of the two users, both in the first group.
const USERS: [[&str; 3]; 2] = [
    ["07609fb9358010e21f7bc003751caaaa", "IAMUserA", "2023-04-26T03:49:42Z"],
    ["076837351e80251c1f0fc003afe4aaaa", "IAMUserB", "2023-04-26T03:52:27Z"],
];

const POLICY_ID: &str = "75cfe22af2b3498d82b655fbb39daaaa";

/// Makes the account of the guide.
#[must_use]
pub fn guide() -> World {
    let mut mint = Mint { account: GUIDE_ACCOUNT.to_owned(), ..Mint::new(2023) };
    let mut world = mint.account("guide", 0);
    mint.settle_collector(&mut world);
    // The guide's list of groups has two: the auditor reads without a group of its own.
    world.groups = Things::default();
    world.classic.assignments.clear();
    for [id, name, created] in USERS {
        let mut user = mint.user(name, 0);
        for (member, value) in [("user_id", id), ("created_at", created), ("description", "description")] {
            user.object.set(member, value);
        }
        world.users.push(user);
    }
    for [id, name, created] in GROUPS {
        let object = json!({
            "group_id": id, "group_name": name, "created_at": created, "description": "IAMdescription",
            "urn": mint.urn("group", name),
        });
        world.groups.push(Group { object: Object::new(object), members: vec![] });
    }
    world.groups.at_mut(0).members = USERS.map(|[id, ..]| id.to_owned()).into();
    world.policies.push(read_policy(&mint));
    world.attachments.attach(POLICY_ID, Entity::Group(GROUPS[0][0].to_owned()), "2023-09-25T09:31:44.935Z");
    world
}

fn read_policy(mint: &Mint) -> Policy {
    let created = "2023-09-25T09:03:24.786Z";
    let document = "{\"Version\":\"5.0\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"iam:*:get*\",\"iam:*:list*\"]}]}";
    let object: Value = json!({
        "policy_id": POLICY_ID, "policy_name": "ReadPolicy", "policy_type": "custom", "path": "",
        "urn": mint.urn("policy", "ReadPolicy"), "default_version_id": "v1",
        "created_at": created, "updated_at": created,
    });
    let version =
        json!({"document": document, "version_id": "v1", "is_default": true, "created_at": created});
    Policy { object: Object::new(object), description_cn: None, versions: vec![Object::new(version)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The items that the guide shows for its four calls.
    #[test]
    fn the_four_calls_answer_what_the_guide_shows() {
        let truth = guide().truth();
        let urn = |tail: &str| format!("iam::d78cbac186b744899480f25bd022aaaa:{tail}");
        assert_eq!(
            json!(truth["groups"]),
            json!([
                {"group_id": "5b050baea9db472c88cbae67e8d6aaaa", "group_name": "IAMGroupA",
                 "created_at": "2023-09-11T10:13:25.414Z", "urn": urn("group:IAMGroupA"), "description": "IAMdescription"},
                {"group_id": "07609e7eb200250a3f7dc003cb7aaaaa", "group_name": "IAMGroupB",
                 "created_at": "2023-09-11T10:13:40.016Z", "urn": urn("group:IAMGroupB"), "description": "IAMdescription"},
            ])
        );
        assert_eq!(
            json!(truth["group_policies/5b050baea9db472c88cbae67e8d6aaaa"]),
            json!([{"policy_name": "ReadPolicy", "policy_id": "75cfe22af2b3498d82b655fbb39daaaa",
                    "urn": urn("policy:ReadPolicy"), "attached_at": "2023-09-25T09:31:44.935Z"}])
        );
        assert_eq!(truth["group_policies/07609e7eb200250a3f7dc003cb7aaaaa"], Vec::<Value>::new());
        assert_eq!(
            json!(truth["policy_versions/75cfe22af2b3498d82b655fbb39daaaa"]),
            json!([{"version_id": "v1", "is_default": true, "created_at": "2023-09-25T09:03:24.786Z",
                    "document": r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["iam:*:get*","iam:*:list*"]}]}"#}])
        );
        assert_eq!(
            json!(truth["group_users/5b050baea9db472c88cbae67e8d6aaaa"]),
            json!([
                {"description": "description", "user_name": "IAMUserA", "is_root_user": false, "enabled": true,
                 "created_at": "2023-04-26T03:49:42Z", "user_id": "07609fb9358010e21f7bc003751caaaa", "urn": urn("user:IAMUserA")},
                {"description": "description", "user_name": "IAMUserB", "is_root_user": false, "enabled": true,
                 "created_at": "2023-04-26T03:52:27Z", "user_id": "076837351e80251c1f0fc003afe4aaaa", "urn": urn("user:IAMUserB")},
            ])
        );
    }
}
