--- title = "Policy subject does not exist"
--- severity = "low"
--- confidence = "medium"
--- needs = ["ibm_access_groups", "ibm_policies", "ibm_trusted_profiles", "ibm_users"]
--- absence = ["ibm_access_groups", "ibm_trusted_profiles", "ibm_users"]
--- subject = "ibm_policies.id"
--- reason = "Whoever comes back under the same IAM ID has the access again. Service IDs and cloud resources may belong to other accounts, where they cannot be seen, and are not reported."
--- silence = "never"
--- remediation = "Delete the policy. If the subject exists, give the collector Viewer on it."
--- references = ["https://cloud.ibm.com/docs/account?topic=account-access-clean-up"]
select
    policies.id,
    policies.subject_iam_id,
    policies.subject_access_group_id,
    case
        when policies.subject_access_group_id is not null then 'no such access group is visible'
        else 'no such ' || departed.kind || ' is visible'
    end as why
from ibm_policies policies
left join ibm_departed_subjects departed on departed.policy_id = policies.id
left join ibm_access_groups access_groups on access_groups.id = policies.subject_access_group_id
where policies.type = 'access'
    and coalesce(policies.state, 'active') = 'active'
    and access_groups.id is null
    and (
        departed.policy_id is not null
        or policies.subject_access_group_id <> 'AccessGroupId-PublicAccess'
    )
order by policies.id
