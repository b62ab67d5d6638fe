--- title = "Trusted profile in no access group"
--- severity = "info"
--- confidence = "high"
--- needs = ["ibm_access_group_dynamic_members", "ibm_access_group_members", "ibm_access_groups", "ibm_policies", "ibm_trusted_profiles"]
--- absence = ["ibm_access_group_dynamic_members", "ibm_access_group_members"]
--- subject = "ibm_trusted_profiles.id"
--- worse = ["direct_policies"]
--- reason = "What it may do, if anything, is given one by one; `direct_policies` says how much it is. Profiles that an enterprise template assigned bring their policies along and are not reported."
--- silence = "never"
--- remediation = "Give it its access through a group, or delete it when it has none."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-create-trusted-profile"]
with members as (
    select distinct principal_id from memberships
),
direct as (
    select subject_iam_id, count(*) as policies
    from ibm_policies
    where type = 'access' and coalesce(state, 'active') = 'active'
    group by subject_iam_id
)
select profiles.id, profiles.iam_id, profiles.name, coalesce(direct.policies, 0) as direct_policies
from ibm_trusted_profiles profiles
left join members on members.principal_id = profiles.iam_id
left join direct on direct.subject_iam_id = profiles.iam_id
where members.principal_id is null
    and profiles.assignment_id is null
order by profiles.id
