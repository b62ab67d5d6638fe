//! Rules that put federated users into groups, by the name of the group.

use model::tables::huawei::MAPPINGS;

use super::reader::{Reader, single};
use crate::{
    document,
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads all mappings.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let path = ["v3", "OS-FEDERATION", "mappings"];
    reader.list(single(&MAPPINGS, &reader.endpoints.iam, &path, &[], Items::Each("mappings")), keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    for (rule, number) in item.must_have("rules").placed_objects("rules") {
        let remote = rule.value("remote").map(document::canonical_whole);
        for (local, position) in rule.must_have("local").placed_objects("local") {
            let name = |member: &str| local.object(member).and_then(|each| each.text("name"));
            let row = MAPPINGS
                .draft()
                .set("mapping_id", id)
                .set("rule", number)
                .set("position", position)
                .set("user_name", name("user"))
                .set("group_name", name("group"))
                .set("remote", remote.as_ref())
                .row();
            seen.push(&MAPPINGS, row);
        }
    }
    Some(id.to_owned())
}
