-- What is given to whom: to a group, or to a principal of its own. Both models count: identity policies that are
-- attached, and classic roles that are granted in some scope.
select
    'huawei' as cloud,
    'huawei_policy_attachments/' || attachments.policy_id || '/' || attachments.entity_type || '/'
        || attachments.entity_id as address,
    case when attachments.entity_type = 'group' then 'group' else 'principal' end as holder_type,
    attachments.entity_id as holder_id,
    'identity policy' as kind,
    attachments.policy_id,
    policies.name as policy_name,
    attachments.attached_at as given_at
from huawei_policy_attachments attachments
left join huawei_policies policies on policies.policy_id = attachments.policy_id
union all
select
    'huawei',
    'huawei_role_assignments/' || assignments.role_id || '/' || assignments.subject_type || '/'
        || assignments.subject_id || '/' || assignments.scope_type || '/' || assignments.scope_id,
    case when assignments.subject_type = 'group' then 'group' else 'principal' end,
    assignments.subject_id,
    'classic role',
    assignments.role_id,
    coalesce(roles.display_name, roles.name),
    null
from huawei_role_assignments assignments
left join huawei_roles roles on roles.id = assignments.role_id
