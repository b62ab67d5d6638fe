--- title = "Administrator of all services"
--- severity = "high"
--- confidence = "high"
--- needs = ["administrators"]
--- subject = "address"
--- implied_by = ["permission_to_do_everything", "permission_to_grant_account_management", "permission_to_grant_all_services", "permission_to_raise_own_power"]
--- worse = ["scope"]
--- reason = "Who administers every resource owns them all, and who administers identities can give itself and others anything. `scope` says which. Silent when anything narrows it, be it a service, a project, a resource, a tag or a condition; and for the group that the cloud made for it."
--- silence = "On Huawei Cloud, a policy that also denies every action under a condition or on some resources may open nothing: that is doubted, and an open finding becomes unknown."
--- remediation = "Give what the job needs, and keep the wide policy for an identity that is used in an emergency."
--- references = ["CIS IBM Cloud Foundations 1.14", "CIS IBM Cloud Foundations 1.15", "https://cloud.ibm.com/docs/account?topic=account-userroles"]
select address, case when holder_type = 'group' then 'group/' else 'principal/' end || holder_id as about, holder_type, holder_id, holder_name, policy_name, scope, doubt
from administrators
order by address
