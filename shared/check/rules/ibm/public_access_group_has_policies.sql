--- title = "Public Access group has policies"
--- severity = "high"
--- confidence = "high"
--- needs = ["ibm_access_group_settings", "ibm_policies"]
--- subject = "ibm_policies.id"
--- reason = "The group Public Access holds the whole internet. Silent when public access is switched off for the account, for then the policy does not hold."
--- silence = "Public access that is switched off for the account closes the finding: no such policy holds then."
--- remediation = "Delete the policy; if nothing in the account is meant to be public, switch public access off."
--- references = ["CIS IBM Cloud Foundations 1.16", "https://cloud.ibm.com/docs/account?topic=account-public"]
select policies.id, policies.created_at, policies.created_by_id
from ibm_policies policies
cross join ibm_access_group_settings settings
where policies.subject_access_group_id = 'AccessGroupId-PublicAccess'
    and policies.type = 'access'
    and coalesce(policies.state, 'active') = 'active'
    and coalesce(settings.public_access_enabled, true) = true
order by policies.id
