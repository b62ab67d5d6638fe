--- title = "Access group without any policy"
--- severity = "info"
--- confidence = "high"
--- needs = ["ibm_access_groups", "ibm_policies"]
--- absence = ["ibm_policies"]
--- subject = "ibm_access_groups.id"
--- reason = "Membership of it gives nothing, so nobody looks after its members; the first policy that it gets goes to all of them. The built-in group Public Access is not reported: without a policy it is as it should be."
--- remediation = "Delete the group, or give it the policy that it was made for."
select access_groups.id, access_groups.name
from ibm_access_groups access_groups
left join ibm_policies policies
    on policies.subject_access_group_id = access_groups.id
    and policies.type = 'access'
    and coalesce(policies.state, 'active') = 'active'
where policies.id is null
    and access_groups.id <> 'AccessGroupId-PublicAccess'
order by access_groups.id
