//! Policies in both shapes, and access-management settings. Family C.

use serde_json::{Value, json};

use super::call::{Call, List, Outcome, fields};
use super::paging::{Cursor, Page};
use super::reply::{Answer, Family, Refusal};
use super::request::Query;
use super::roles;
use crate::ibm::world::{Policy, ServiceKind, World};

/// Which shape a call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
}

/// What `format` adds to each policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Plain,
    LastPermit,
    Display,
}

impl Format {
    fn of(query: &Query) -> Result<Format, Refusal> {
        Ok(match query.one_of("format", &["include_last_permit", "display"])? {
            None => Format::Plain,
            Some("display") => Format::Display,
            Some(_) => Format::LastPermit,
        })
    }
}

const SORTED_BY: [&str; 9] = [
    "id",
    "type",
    "href",
    "created_at",
    "created_by_id",
    "last_modified_at",
    "last_modified_by_id",
    "state",
    "last_permit_at",
];

pub(super) fn policies(call: &Call<'_>, version: Version) -> Outcome {
    let query = call.query();
    let account = query.required("account_id")?;
    let format = Format::of(query)?;
    let wanted = Wanted::of(query, version)?;
    let cursor = Cursor::of(call.request, "start")?;
    let size = query.page_size("limit", 1..=usize::MAX, usize::MAX)?;
    // Someone without access, and any account but one's own, gets an empty list and never a refusal.
    let own = account == call.world.account_id();
    let keep =
        |policy: &Policy| own && call.world.sees_policy(call.rights, policy) && wanted.is(call.world, policy);
    let (shown, next): (Vec<&Policy>, _) = match sorting(query, format)? {
        None => {
            let page = Page::of(&call.world.policies, cursor.at, size, keep);
            (page.items, page.next)
        }
        Some(sorting) => {
            let all = sorting.sorted(&call.world.policies);
            let page = Page::of(&all, cursor.at, size, |policy| keep(policy));
            (page.items.into_iter().copied().collect(), page.next)
        }
    };
    let mut around = fields(json!({ "first": { "href": call.link(&query.with(&["start"], &[])) } }));
    if size != usize::MAX {
        around.insert("limit".into(), json!(size));
    }
    if let Some(at) = next {
        let token = Cursor::encode(at, call.request, &Query::default());
        let href = call.link(&query.with(&["start"], &[("start", &token)]));
        around.insert("next".into(), json!({ "href": href, "start": token }));
    }
    let items = shown.into_iter().map(|policy| body(call, policy, version, format)).collect();
    Ok(Answer::ok(&List { around, name: "policies", items }).of_family(Family::NextStart))
}

pub(super) fn policy(call: &Call<'_>, id: &str, version: Version) -> Outcome {
    let format = Format::of(call.query())?;
    let found = call.world.policies.iter().find(|policy| policy.id == id);
    let found = found.ok_or_else(|| Refusal { code: "policy_not_found", ..Refusal::unknown(id) })?;
    call.needs(call.world.sees_policy(call.rights, found))?;
    Ok(Answer::ok(&body(call, found, version, format)).with_header("etag", "\"1-simulated\"".into()))
}

fn body(call: &Call<'_>, policy: &Policy, version: Version, format: Format) -> Value {
    let with_last_permit = format == Format::LastPermit;
    let mut shown = match version {
        Version::V1 => policy.v1(with_last_permit),
        Version::V2 => policy.v2(with_last_permit),
    };
    let roles = match version {
        Version::V1 => shown.pointer_mut("/roles"),
        Version::V2 => shown.pointer_mut("/control/grant/roles"),
    };
    if format == Format::Display {
        for role in roles.and_then(Value::as_array_mut).into_iter().flatten() {
            roles::display(call.world, policy, role);
        }
    }
    shown
}

/// The filters of the list.
struct Wanted<'q> {
    state: &'q str,
    kind: Option<&'q str>,
    service_type: Option<&'q str>,
    subject: [(&'static str, Option<&'q str>); 2],
    resource: [(&'static str, Option<&'q str>); 2],
    tag: [Option<&'q str>; 2],
}

impl<'q> Wanted<'q> {
    fn of(query: &'q Query, version: Version) -> Result<Wanted<'q>, Refusal> {
        // Each version follows its own filters and ignores those of the other.
        let only = |wanted: Version, name| if version == wanted { query.text(name) } else { None };
        Ok(Wanted {
            state: query.one_of("state", &["active", "deleted"])?.unwrap_or("active"),
            kind: query.one_of("type", &["access", "authorization"])?,
            service_type: query.one_of("service_type", &["service", "platform_service"])?,
            subject: ["iam_id", "access_group_id"].map(|name| (name, query.text(name))),
            resource: [
                ("serviceName", only(Version::V2, "service_name")),
                ("service_group_id", only(Version::V2, "service_group_id")),
            ],
            tag: [only(Version::V1, "tag_name"), only(Version::V1, "tag_value")],
        })
    }

    fn is(&self, world: &World, policy: &Policy) -> bool {
        let matches = |wanted: Option<&str>, found: Option<&str>| wanted.is_none() || wanted == found;
        policy.state == self.state
            && matches(self.kind, Some(policy.kind.name()))
            && self.subject.iter().all(|(key, wanted)| matches(*wanted, policy.subject_value(key)))
            && self.resource.iter().all(|(key, wanted)| matches(*wanted, policy.resource_value(key)))
            && self.service_type.is_none_or(|wanted| service_type(world, policy) == Some(wanted))
            && self.has_tag(policy)
    }

    fn has_tag(&self, policy: &Policy) -> bool {
        let [name, value] = self.tag;
        if name.is_none() && value.is_none() {
            return true;
        }
        policy.tags.iter().any(|tag| {
            name.is_none_or(|name| tag.key == name)
                && value.is_none_or(|value| tag.value.as_str() == Some(value))
        })
    }
}

fn service_type<'a>(world: &World, policy: &'a Policy) -> Option<&'a str> {
    let of_service = || match world.service(policy.resource_value("serviceName")?)?.kind {
        ServiceKind::AccountManagement => Some("platform_service"),
        ServiceKind::IamEnabled => Some("service"),
    };
    policy.resource_value("serviceType").or_else(of_service)
}

/// A member to sort by, and in which direction.
struct Sorting<'q> {
    member: &'q str,
    descending: bool,
}

fn sorting<'q>(query: &'q Query, format: Format) -> Result<Option<Sorting<'q>>, Refusal> {
    let Some(asked) = query.text("sort") else { return Ok(None) };
    let member = asked.strip_prefix('-').unwrap_or(asked);
    let by_use = member == "last_permit_at" || member == "last_permit_frequency";
    if by_use && format != Format::LastPermit {
        return Err(Refusal::bad(format!("sorting by `{member}` needs format=include_last_permit")));
    }
    if !SORTED_BY.contains(&member) && !by_use {
        return Err(Refusal::bad(format!("policies cannot be sorted by `{member}`")));
    }
    Ok(Some(Sorting { member, descending: asked.starts_with('-') }))
}

impl Sorting<'_> {
    fn sorted<'a>(&self, policies: &'a [Policy]) -> Vec<&'a Policy> {
        let key = |policy: &Policy| {
            let value = policy.v2(true);
            let found = value.get(self.member);
            let number = found.and_then(Value::as_u64).unwrap_or_default();
            (number, found.and_then(Value::as_str).unwrap_or_default().to_owned())
        };
        let mut keyed: Vec<_> = policies.iter().map(|policy| (key(policy), policy)).collect();
        keyed.sort_by(|a, b| if self.descending { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
        keyed.into_iter().map(|(_, policy)| policy).collect()
    }
}

pub(super) fn access_settings(call: &Call<'_>, account: &str) -> Outcome {
    call.own_account(account)?;
    call.needs(call.rights.platform_services_viewer)?;
    Ok(Answer::ok(&call.world.access_settings))
}
