--- title = "User with a policy of their own"
--- severity = "medium"
--- confidence = "high"
--- needs = ["ibm_accounts", "ibm_policies", "ibm_users"]
--- absence = ["ibm_accounts"]
--- subject = "ibm_policies.id"
--- reason = "Access that is given to a person rather than to a job stays when the job changes. The owner is not reported: some rights the owner can only have by a policy."
--- remediation = "Give the access to a group, put the user into it, and delete this policy."
--- references = ["CIS IBM Cloud Foundations 1.12", "https://cloud.ibm.com/docs/account?topic=account-account_setup"]
select policies.id, users.iam_id, users.user_id, users.state, policies.created_at, policies.created_by_id
from ibm_policies policies
join ibm_users users on users.iam_id = policies.subject_iam_id
left join ibm_accounts accounts on accounts.owner_iam_id = users.iam_id
where policies.type = 'access'
    and coalesce(policies.state, 'active') = 'active'
    and accounts.owner_iam_id is null
order by policies.id
