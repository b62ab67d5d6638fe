--- title = "Account owner has a key"
--- severity = "critical"
--- confidence = "high"
--- needs = ["credentials"]
--- subject = "address"
--- reason = "The owner, or root user, may do everything without any policy, and the key is the owner without a second factor. Keys that do not work are not reported."
--- silence = "never"
--- remediation = "Move what uses the key to an identity that may do just that, then delete the key."
--- references = ["CIS IBM Cloud Foundations 1.5", "https://cloud.ibm.com/docs/account?topic=account-userapikey"]
select credentials.address, credentials.id, credentials.name, credentials.principal_id, credentials.created_at, credentials.expires_at
from credentials
cross join run
where credentials.is_of_owner = true
    and credentials.is_active = true
    and (credentials.expires_at is null or credentials.expires_at > run.at)
order by credentials.address
