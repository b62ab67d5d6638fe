--- title = "Access group has no read role"
--- severity = "info"
--- confidence = "medium"
--- needs = ["ibm_access_groups", "ibm_custom_role_actions", "ibm_policies", "ibm_policy_resource_attributes", "ibm_policy_roles", "ibm_role_actions"]
--- absence = ["ibm_custom_role_actions", "ibm_policies", "ibm_policy_resource_attributes", "ibm_policy_roles", "ibm_role_actions"]
--- subject = "ibm_access_groups.id"
--- reason = "Judged by the actions of its roles on the services of its policies, not by their names: a custom or service-specific role that reads counts, and one called Reader that does not, does not. Members who may change what they cannot see work blind, or get the rest in a way that is not governed by the group. Silent for groups without policies (`group_without_policy`) and for the public group."
--- silence = "Where none of the known roles reads, and the actions of another are not known, that is doubted, and an open finding becomes unknown."
--- remediation = "Add Viewer or Reader on the same services, if the members need the group at all."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-userroles"]
with grants as (
    select distinct
        policies.subject_access_group_id as group_id,
        roles.role_id,
        services.value_like as service_like
    from ibm_policies policies
    join ibm_policy_roles roles on roles.policy_id = policies.id
    left join ibm_policy_resource_attributes services
        on services.policy_id = policies.id and services.name = 'serviceName'
    where policies.type = 'access'
        and coalesce(policies.state, 'active') = 'active'
        and policies.subject_access_group_id is not null
),
actions as (
    select
        role_crn,
        service_name,
        max(case
            when action like '%.read%' or action like '%.get%' or action like '%.list%' or action like '%.view%'
                or action like '%.retrieve%' or action like '%.describe%' or action like '%.head%' then 1
            else 0
        end) as can_read
    from ibm_role_actions
    group by role_crn, service_name
    union all
    select
        role_crn,
        null,
        max(case
            when action like '%.read%' or action like '%.get%' or action like '%.list%' or action like '%.view%'
                or action like '%.retrieve%' or action like '%.describe%' or action like '%.head%' then 1
            else 0
        end)
    from ibm_custom_role_actions
    group by role_crn
)
select access_groups.id, access_groups.name, count(distinct grants.role_id) as roles, min(grants.role_id) as first_role,
    case when min(coalesce(actions.can_read, -1)) = -1 then 'the actions of a role are not known' end as doubt
from ibm_access_groups access_groups
join grants on grants.group_id = access_groups.id
left join actions
    on actions.role_crn = grants.role_id
    and (actions.service_name is null
        or grants.service_like is null
        or actions.service_name like grants.service_like escape '!')
where access_groups.id <> 'AccessGroupId-PublicAccess'
group by access_groups.id, access_groups.name
having max(coalesce(actions.can_read, 0)) = 0
order by access_groups.id
