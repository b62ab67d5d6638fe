--- title = "Administrator of every service"
--- severity = "high"
--- confidence = "high"
--- needs = ["administrators"]
--- subject = "address"
--- reason = "Who administers every resource owns them all, and who administers identities can give itself and others anything. `scope` says which. Silent when anything narrows it, be it a service, a project, a resource, a tag or a condition; and for the group that the cloud made for it."
--- remediation = "Give what the job needs, and keep the wide policy for an identity that is used in an emergency."
--- references = ["CIS IBM Cloud Foundations 1.14", "CIS IBM Cloud Foundations 1.15", "https://cloud.ibm.com/docs/account?topic=account-userroles"]
select address, holder_type, holder_id, holder_name, policy_name, scope
from administrators
order by address
