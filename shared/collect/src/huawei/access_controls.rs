//! Networks from which the console and the API may be used.

use model::tables::huawei::ACCESS_CONTROLS;

use super::reader::{Reader, single};
use crate::{
    item::Item,
    listing::{Items, Seen},
};

/// Member of the answer, member of its elements, and what it is called in the table.
const KINDS: [(&str, &str, &str); 5] = [
    ("allow_address_netmasks", "address_netmask", "netmask"),
    ("allow_ip_ranges", "ip_range", "range"),
    ("allow_address_netmasks_ipv6", "address_netmask", "netmask_ipv6"),
    ("allow_ip_ranges_ipv6", "ip_range", "range_ipv6"),
    ("allow_vpc_endpoints", "vpc_endpoint_id", "vpc_endpoint"),
];

/// Why an answer without any of the lists is doubtful.
pub(crate) const NONE_SHOWN: &str = "no list of networks is shown, which proves nothing";

/// Reports whether a member is one of the lists.
pub(crate) fn is_list(member: &str) -> bool {
    KINDS.iter().any(|(list, ..)| *list == member)
}

/// Reports whether an answer shows any of the lists.
pub(crate) fn shows_any(item: &Item<'_>) -> bool {
    KINDS.iter().any(|(list, ..)| item.value(list).is_some())
}

/// Reads both lists of the classic interface; the login policy has a third. Each array may be left out, but an answer
/// with none of them says nothing of what it allows: it is doubtful until one of them is there again.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let of = |scope: &'static str, path: &'static str, member: &'static str| {
        let path = ["v3.0", "OS-SECURITYPOLICY", "domains", reader.account, path];
        let list = single(
            &ACCESS_CONTROLS,
            &reader.endpoints.iam,
            &path,
            &[],
            Items::Under { name: member, has: None },
        );
        reader.list(list.of(scope), move |item, seen| {
            if !shows_any(item) {
                seen.note_doubt(NONE_SHOWN);
            }
            keep(scope, item, seen);
            Some(String::new())
        })
    };
    let (mut seen, console) = futures::join!(
        of("api", "api-acl-policy", "api_acl_policy"),
        of("console", "console-acl-policy", "console_acl_policy")
    );
    seen.join(console);
    seen
}

/// Writes the rows of one answer.
pub(crate) fn keep(scope: &str, item: &Item<'_>, seen: &mut Seen) {
    for (list, member, kind) in KINDS {
        if item.value(list).is_none() {
            seen.note_part(
                &ACCESS_CONTROLS,
                &ACCESS_CONTROLS.draft().set("scope", scope).set("kind", kind).row(),
                2,
            );
        }
        for each in item.objects(list) {
            let Some(value) = each.key(member) else { continue };
            let row = ACCESS_CONTROLS
                .draft()
                .set("scope", scope)
                .set("kind", kind)
                .set("value", value)
                .set("description", each.text("description"))
                .row();
            seen.push(&ACCESS_CONTROLS, row);
        }
    }
}
