//! What a state could not show, because the lists that it hangs on were never read.

use std::collections::BTreeSet;

use super::{
    AccessChange, CauseKind, What,
    side::{GrantWay, Side},
};
use crate::{Access, Principal, Statement, Step};

/// Lists that service control policies and context-based restrictions hang on.
const OF_BOUNDS: [&str; 5] = [
    "huawei_organizations",
    "huawei_organization_entities",
    "huawei_scps",
    "huawei_scp_attachments",
    "ibm_cbr_rules",
];

/// What bounds the accounts of an organisation.
const POLICY_OF_ORGANISATION: &str = "a service control policy";

/// What may take something away from those who hold it, with the lists that it hangs on.
const MAY_TAKE: [(&str, &[&str]); 3] = [
    (
        POLICY_OF_ORGANISATION,
        &["huawei_organizations", "huawei_organization_entities", "huawei_scps", "huawei_scp_attachments"],
    ),
    ("an access control list", &["huawei_access_controls"]),
    ("a context-based restriction", &["ibm_cbr_rules"]),
];

/// A list by name and by what it is read for.
type List<'a> = (&'static str, &'a str);

/// Returns whether one of the ways that lead to a grant in one state could not be seen in `other`.
pub(super) fn is_hidden(other: &Access, side: &Side<'_>, ways: &[GrantWay<'_>]) -> bool {
    other.gaps.are_there()
        && ways.iter().any(|way| {
            let group = way.membership.and_then(|membership| side.access.groups.get(membership.group));
            group.is_some_and(|group| is_membership_hidden(other, side.principal(), group))
                || way
                    .source
                    .steps
                    .iter()
                    .any(|step| lists_of_step(step).any(|list| is_list_hidden(other, list)))
        })
}

/// Returns whether a principal may be a member of a group of `access` that gives all that a statement gives, though no list
/// of its members was ever read: what it holds by another way it may have held by this one.
pub(super) fn may_hold_by_unseen_group(
    access: &Access,
    principal: Option<&Principal>,
    statement: &Statement,
) -> bool {
    if !access.former_gaps.are_there() {
        return false;
    }
    let mut groups = access.groups.iter().zip(&access.of_group);
    groups.any(|(group, sources)| {
        lists_of_membership(principal, group).into_iter().any(|(list, of)| access.former_gaps.hide(list, of))
            && sources
                .iter()
                .filter_map(|source| access.sources.get(*source))
                .any(|source| source.statement.covers(statement))
    })
}

/// Returns the last snapshots in which lists were whole that were not in `access`, and by which a change may have come
/// about unseen: those that its path hangs on, and those of the members of groups that give the same.
pub(super) fn carried_from(access: &Access, change: &AccessChange) -> BTreeSet<i64> {
    if !access.former_gaps.are_there() {
        return BTreeSet::new();
    }
    let from = |list: List<'_>| access.former_gaps.carried_from(list.0, list.1);
    let principal = Some(&change.principal);
    let mut snapshots: BTreeSet<i64> = BTreeSet::new();
    for step in change.path.iter().skip(1) {
        snapshots.extend(lists_of_step(step).filter_map(from));
        if matches!(step.kind, "access group" | "group") {
            snapshots.extend(lists_of_membership(principal, step).into_iter().filter_map(from));
        }
    }
    match &change.what {
        What::Becoming(to) => snapshots.extend(lists_of_becoming(to).filter_map(from)),
        What::Statement(statement) => {
            for (group, sources) in access.groups.iter().zip(&access.of_group) {
                let mut sources = sources.iter().filter_map(|source| access.sources.get(*source));
                let carried = lists_of_membership(principal, group).into_iter().filter_map(from);
                let carried: Vec<i64> = carried.collect();
                if !carried.is_empty() && sources.any(|source| source.statement.touches(statement)) {
                    snapshots.extend(carried);
                }
            }
        }
    }
    snapshots
}

/// Returns under which condition somebody is a member of the group that a gain comes through, where its members could not be read: the
/// membership is that of an earlier snapshot, and may have ended since.
pub(super) fn unread_membership(now: &Access, change: &AccessChange) -> Option<String> {
    // Who was seen to join is a member; rules and mappings have lists of their own.
    if change.cause.kind == CauseKind::MemberAdded || matches!(change.principal.step.kind, "rule" | "mapping")
    {
        return None;
    }
    let groups = change.path.iter().filter(|step| matches!(step.kind, "access group" | "group"));
    let mut unread = groups.filter_map(|group| {
        let [_, (members, of)] = lists_of_membership(Some(&change.principal), group);
        Some((group, now.gaps.carried_from(members, of)?))
    });
    let (group, number) = unread.next()?;
    Some(format!("still a member of {group}, whose members were last read whole in snapshot {number}"))
}

/// Returns under which condition somebody holds what a gain gives, where the policy or the assignment that it comes through could not be read:
/// it is that of an earlier snapshot, and may be gone since. What is the cause itself was seen.
pub(super) fn unread_grant(now: &Access, change: &AccessChange) -> Option<String> {
    let is_cause = |step: &Step| change.cause.of.iter().any(|of| of.id == step.id);
    let mut steps = change.path.iter().skip(1).filter(|step| !is_cause(step));
    steps.find_map(|step| {
        let from = || lists_of_step(step).filter_map(|(list, of)| now.gaps.carried_from(list, of)).min();
        match step.kind {
            // A list that broke off has shown some.
            "policy" if now.seen_policies.contains(&step.id) => None,
            "policy" => {
                Some(format!("still given by {step}, which was last read whole in snapshot {}", from()?))
            }
            "project" | "enterprise project" | "scope" => Some(format!(
                "still assigned in {step}, whose assignments were last read whole in snapshot {}",
                from()?
            )),
            _ => None,
        }
    })
}

/// Returns whether the members of a group stand in from an earlier snapshot.
pub(super) fn is_membership_carried(access: &Access, member: &Principal, group: &Step) -> bool {
    let lists = lists_of_membership(Some(member), group).into_iter();
    lists.filter_map(|(list, of)| access.gaps.carried_from(list, of)).next().is_some()
}

fn is_list_hidden(other: &Access, (listing, parent): List<'_>) -> bool {
    other.gaps.hide(listing, parent)
}

fn is_membership_hidden(other: &Access, member: Option<&Principal>, group: &Step) -> bool {
    lists_of_membership(member, group).into_iter().any(|list| is_list_hidden(other, list))
}

fn lists_of_membership<'a>(member: Option<&Principal>, group: &'a Step) -> [List<'a>; 2] {
    let lists = match member.map(|member| member.step.kind) {
        Some("rule") => ["ibm_access_groups", "ibm_access_group_rules"],
        Some("mapping") => ["huawei_mappings", "huawei_groups"],
        _ if group.kind == "access group" => ["ibm_access_groups", "ibm_access_group_members"],
        _ => ["huawei_groups", "huawei_group_members"],
    };
    lists.map(|list| (list, group.id.as_str()))
}

fn lists_of_step(step: &Step) -> impl Iterator<Item = List<'_>> {
    let assigned = |scope: &'static str| vec![("huawei_role_assignments", scope)];
    let lists = match step.kind {
        "policy" => {
            let of_policy = ["huawei_policies", "huawei_policy_versions", "huawei_policy_attachments"];
            let of_policy = of_policy.into_iter().map(|list| (list, step.id.as_str()));
            of_policy.chain([("ibm_policies", "v2")]).collect()
        }
        "role" if step.id.contains(":customRole:") => vec![("ibm_custom_roles", "")],
        "role" => vec![("huawei_roles", step.id.as_str())],
        "project" => assigned("project"),
        "enterprise project" => assigned("enterprise_project"),
        "scope" if step.id == "all projects" => assigned("all_projects"),
        "scope" => assigned("domain"),
        "account owner" => vec![("ibm_accounts", "")],
        "root user" => vec![("huawei_users", "")],
        _ => Vec::new(),
    };
    lists.into_iter()
}

/// Returns whether the bounds could not be seen.
pub(super) fn bounds_are_hidden(access: &Access) -> bool {
    OF_BOUNDS.iter().any(|list| access.gaps.touch(list))
}

/// What may take something away from those who hold it, of which some list was never read to its end.
pub(super) struct UnseenRestrictions<'a> {
    access: &'a Access,
    names: Vec<&'static str>,
}

impl<'a> UnseenRestrictions<'a> {
    pub(super) fn of(access: &'a Access) -> Self {
        let is_unseen = |lists: &[&str]| lists.iter().any(|list| access.gaps.touch(list));
        let unseen = MAY_TAKE.into_iter().filter(|(_, lists)| is_unseen(lists));
        Self { access, names: unseen.map(|(name, _)| name).collect() }
    }

    /// Returns what may take something away from a principal, in words that follow those of a condition.
    pub(super) fn words(&self, principal: &str) -> Option<String> {
        let unbound = &self.access.unbound;
        let is_unbound = unbound.is_everybody || unbound.ids.contains(principal);
        let names = self.names.iter().copied();
        let names: Vec<&str> = names.filter(|name| !is_unbound || *name != POLICY_OF_ORGANISATION).collect();
        (!names.is_empty())
            .then(|| format!("unless {} that could not be seen takes it away", names.join(" or ")))
    }
}

/// Returns whether it could not be seen who can assume somebody.
pub(super) fn is_becoming_hidden(other: &Access, to: &Step) -> bool {
    lists_of_becoming(to).any(|list| is_list_hidden(other, list))
}

fn lists_of_becoming(to: &Step) -> impl Iterator<Item = List<'_>> {
    let lists = if to.kind == "trusted profile" {
        let id = to.id.strip_prefix("iam-").unwrap_or(&to.id);
        vec![
            ("ibm_trusted_profiles", ""),
            ("ibm_users", ""),
            ("ibm_trusted_profile_identities", id),
            ("ibm_trusted_profile_links", id),
            ("ibm_trusted_profile_rules", id),
        ]
    } else {
        vec![("huawei_agencies", "")]
    };
    lists.into_iter()
}
