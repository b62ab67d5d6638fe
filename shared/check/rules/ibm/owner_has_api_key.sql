--- title = "Account owner has an API key"
--- severity = "critical"
--- confidence = "high"
--- needs = ["ibm_accounts", "ibm_api_keys"]
--- subject = "ibm_api_keys.id"
--- reason = "The owner may do everything without any policy, and the key is the owner without a second factor. Keys that are disabled or expired are not reported."
--- remediation = "Move what uses the key to a trusted profile or a service ID, then delete the key."
--- references = ["CIS IBM Cloud Foundations 1.5", "https://cloud.ibm.com/docs/account?topic=account-userapikey"]
select keys.id, keys.name, keys.iam_id, keys.created_at, keys.expires_at
from ibm_api_keys keys
join ibm_accounts accounts on accounts.owner_iam_id = keys.iam_id
cross join run
where coalesce(keys.disabled, false) = false
    and (keys.expires_at is null or keys.expires_at > run.at)
order by keys.id
