--- title = "Policies by their last permit"
--- severity = "info"
--- confidence = "medium"
--- kind = "report"
--- needs = ["ibm_policies", "ibm_policy_activity"]
--- reason = "Never used first, then the longest unused, by the time of the last permit and not by how often. `created_at` tells a policy that is new from one that nobody uses. The record of permits lags and leaves out what caches answered: a hint. Authorizations between services are not listed."
--- silence = "never"
--- remediation = "Ask who needs what stands first; delete it if nobody does."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-access-clean-up"]
select
    policies.id,
    policies.description,
    policies.subject_access_group_id as group_id,
    policies.subject_iam_id,
    policies.created_at,
    activity.last_permit_at,
    activity.last_permit_frequency
from ibm_policies policies
left join ibm_policy_activity activity on activity.policy_id = policies.id
where policies.type = 'access'
    and coalesce(policies.state, 'active') = 'active'
order by coalesce(activity.last_permit_at, ''), coalesce(policies.created_at, ''), policies.id
