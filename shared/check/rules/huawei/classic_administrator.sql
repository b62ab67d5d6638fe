--- title = "Administrator by a version 3 role"
--- severity = "high"
--- confidence = "high"
--- needs = ["huawei_agencies", "huawei_groups", "huawei_role_actions", "huawei_role_assignments", "huawei_role_conditions", "huawei_role_resources", "huawei_role_statements", "huawei_roles", "huawei_users"]
--- absence = ["huawei_agencies", "huawei_groups", "huawei_role_actions", "huawei_role_conditions", "huawei_role_resources", "huawei_role_statements", "huawei_users"]
--- subject = "huawei_role_assignments.role_id,subject_type,subject_id,scope_type,scope_id"
--- implied_by = ["permission_to_do_everything", "permission_to_raise_own_power"]
--- worse = ["scope"]
--- reason = "Tenant Administrator and FullAccess own every resource, and Security Administrator can give itself and others anything, as can who has a policy of the account that allows as much. `scope` says which. Told when it is granted for the account or for all projects; silent for the group `admin`, which is there to have it, for disabled users, and for agencies that a cloud service made for itself."
--- silence = "A policy of the account that also denies every action under a condition or on some resources may open nothing: that is doubted, and an open finding becomes unknown."
--- remediation = "Grant what the job needs, and keep the wide role for an identity that is used in an emergency."
--- references = ["Huawei Cloud Config: iam-role-has-all-permissions"]
select
    assignments.role_id,
    assignments.subject_type,
    assignments.subject_id,
    assignments.scope_type,
    assignments.scope_id,
    coalesce(user_groups.name, users.name, agencies.name) as holder_name,
    wide.role_name,
    wide.scope,
    case when assignments.subject_type = 'group' then 'group/' else 'principal/' end || assignments.subject_id as about,
    wide.doubt
from huawei_role_assignments assignments
join huawei_wide_roles wide on wide.role_id = assignments.role_id
left join huawei_groups user_groups
    on user_groups.group_id = assignments.subject_id and assignments.subject_type = 'group'
left join huawei_users users on users.user_id = assignments.subject_id and assignments.subject_type = 'user'
left join huawei_agencies agencies
    on agencies.agency_id = assignments.subject_id and assignments.subject_type = 'agency'
where assignments.scope_type in ('domain', 'all_projects')
    and coalesce(user_groups.name, '') <> 'admin'
    and coalesce(users.enabled, true) = true
    and coalesce(agencies.kind, '') <> 'service_linked'
order by assignments.role_id, assignments.subject_type, assignments.subject_id, assignments.scope_type, assignments.scope_id
