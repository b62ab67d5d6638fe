--- title = "Policy unused for 90 days"
--- severity = "info"
--- confidence = "medium"
--- needs = ["ibm_policies", "ibm_policy_activity"]
--- subject = "ibm_policies.id"
--- implied_by = ["policy_long_unused"]
--- reason = "Nothing was permitted by it for 90 days; after 180 days `policy_long_unused` says more. What was changed since then starts anew. Silent for authorizations between services, and for policies that an enterprise template assigned, which are not this account's to delete. The record of permits lags and leaves out what caches answered: a hint."
--- silence = "never"
--- remediation = "Ask who needs it; delete it if nobody does."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-access-clean-up"]
select
    policies.id,
    policies.subject_access_group_id as group_id,
    policies.subject_iam_id,
    policies.created_at,
    activity.last_permit_at
from ibm_policies policies
join ibm_policy_activity activity on activity.policy_id = policies.id
cross join run
where policies.type = 'access'
    and coalesce(policies.state, 'active') = 'active'
    and policies.template_id is null
    and activity.last_permit_at < run.days_90_ago
    and coalesce(policies.last_modified_at, policies.created_at, activity.last_permit_at) < run.days_90_ago
order by activity.last_permit_at, policies.id
