--- title = "Groups with neither Reader nor Viewer, and their roles"
--- severity = "info"
--- confidence = "high"
--- kind = "report"
--- needs = ["ibm_access_groups", "ibm_policies", "ibm_policy_roles"]
--- absence = ["ibm_policies", "ibm_policy_roles"]
--- reason = "By name: one row for each role that such a group has. Whether the members can read all the same, by the actions of a role with another name, the rule `access_group_without_read_role` tells."
--- silence = "never"
--- remediation = "Add Viewer or Reader on the same services, if the members need to see them."
with given as (
    select
        policies.subject_access_group_id as group_id,
        policies.id as policy_id,
        roles.role_id,
        coalesce(roles.display_name, roles.role_id) as role,
        case
            when roles.display_name in ('Reader', 'Viewer')
                or roles.role_id like '%:serviceRole:Reader'
                or roles.role_id like '%:role:Viewer' then 1
            else 0
        end as reads
    from ibm_policies policies
    join ibm_policy_roles roles on roles.policy_id = policies.id
    where policies.type = 'access'
        and coalesce(policies.state, 'active') = 'active'
        and policies.subject_access_group_id is not null
),
readers as (
    select distinct group_id from given where reads = 1
)
select access_groups.id as group_id, access_groups.name as group_name, given.role, given.role_id, count(distinct given.policy_id) as policies
from ibm_access_groups access_groups
join given on given.group_id = access_groups.id
left join readers on readers.group_id = access_groups.id
where readers.group_id is null
group by access_groups.id, access_groups.name, given.role, given.role_id
order by access_groups.id, given.role_id
