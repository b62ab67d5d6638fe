--- title = "Service ID in no access group"
--- severity = "info"
--- confidence = "high"
--- needs = ["ibm_access_group_dynamic_members", "ibm_access_group_members", "ibm_access_groups", "ibm_policies", "ibm_service_ids"]
--- absence = ["ibm_access_group_dynamic_members", "ibm_access_group_members"]
--- subject = "ibm_service_ids.id"
--- worse = ["direct_policies"]
--- reason = "What it may do, if anything, is given one by one; `direct_policies` says how much it is. With none, it is a sign-in that nobody needs. Dynamic rules make no members of service IDs."
--- silence = "never"
--- remediation = "Give it its access through a group, or delete it when it has none."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-serviceids"]
with members as (
    select distinct principal_id from memberships
),
direct as (
    select subject_iam_id, count(*) as policies
    from ibm_policies
    where type = 'access' and coalesce(state, 'active') = 'active'
    group by subject_iam_id
)
select service_ids.id, service_ids.iam_id, service_ids.name, coalesce(direct.policies, 0) as direct_policies
from ibm_service_ids service_ids
left join members on members.principal_id = service_ids.iam_id
left join direct on direct.subject_iam_id = service_ids.iam_id
where members.principal_id is null
order by service_ids.id
