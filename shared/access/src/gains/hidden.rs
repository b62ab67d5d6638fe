//! What a state could not show, because the lists that it hangs on were never read.

use super::side::{Side, Way};
use crate::{Access, Principal, Step};

/// Lists that service control policies and context-based restrictions hang on.
const OF_BOUNDS: [&str; 5] = [
    "huawei_organizations",
    "huawei_organization_entities",
    "huawei_scps",
    "huawei_scp_attachments",
    "ibm_cbr_rules",
];

/// Says whether one of the ways that lead to a grant in one state could not be seen in `other`.
pub(super) fn is_hidden(other: &Access, side: &Side<'_>, ways: &[Way<'_>]) -> bool {
    ways.iter().any(|way| {
        let group = way.membership.and_then(|membership| side.access.groups.get(membership.group));
        group.is_some_and(|group| is_membership_hidden(other, side.principal(), group))
            || way.source.steps.iter().any(|step| is_step_hidden(other, step))
    })
}

fn is_membership_hidden(other: &Access, member: Option<&Principal>, group: &Step) -> bool {
    let lists = match member.map(|member| member.step.kind) {
        Some("rule") => ["ibm_access_groups", "ibm_access_group_rules"],
        Some("mapping") => ["huawei_mappings", "huawei_groups"],
        _ if group.kind == "access group" => ["ibm_access_groups", "ibm_access_group_members"],
        _ => ["huawei_groups", "huawei_group_members"],
    };
    lists.iter().any(|list| other.gaps.hide(list, &group.id))
}

fn is_step_hidden(other: &Access, step: &Step) -> bool {
    let hides = |list: &str, parent: &str| other.gaps.hide(list, parent);
    let assigned = |scope: &str| hides("huawei_role_assignments", scope);
    match step.kind {
        "policy" => {
            let of_policy = ["huawei_policies", "huawei_policy_versions", "huawei_policy_attachments"];
            hides("ibm_policies", "v2") || of_policy.iter().any(|list| hides(list, &step.id))
        }
        "role" if step.id.contains(":customRole:") => hides("ibm_custom_roles", ""),
        "role" => hides("huawei_roles", &step.id),
        "project" => assigned("project"),
        "enterprise project" => assigned("enterprise_project"),
        "scope" if step.id == "all projects" => assigned("all_projects"),
        "scope" => assigned("domain"),
        "account owner" => hides("ibm_accounts", ""),
        "root user" => hides("huawei_users", ""),
        _ => false,
    }
}

/// Says whether the bounds could not be seen.
pub(super) fn bounds_are_hidden(access: &Access) -> bool {
    OF_BOUNDS.iter().any(|list| access.gaps.touch(list))
}

/// Says whether it could not be seen who may become somebody.
pub(super) fn is_becoming_hidden(other: &Access, to: &Step) -> bool {
    if to.kind != "trusted profile" {
        return other.gaps.hide("huawei_agencies", "");
    }
    let id = to.id.strip_prefix("iam-").unwrap_or(&to.id);
    let lists = ["ibm_trusted_profile_identities", "ibm_trusted_profile_links", "ibm_trusted_profile_rules"];
    ["ibm_trusted_profiles", "ibm_users"].iter().any(|list| other.gaps.hide(list, ""))
        || lists.iter().any(|list| other.gaps.hide(list, id))
}
