--- title = "API key older than 90 days"
--- severity = "medium"
--- confidence = "high"
--- needs = ["ibm_api_keys"]
--- subject = "ibm_api_keys.id"
--- reason = "The longer a key lives, the more places know it. Keys that are disabled or expired are not reported."
--- remediation = "Create a second key, move its callers, then delete this one."
--- references = ["CIS IBM Cloud Foundations 1.3", "https://cloud.ibm.com/docs/account?topic=account-manapikey"]
select keys.id, keys.name, keys.owner_type, keys.iam_id, keys.created_at
from ibm_api_keys keys
cross join run
where keys.created_at < run.days_90_ago
    and coalesce(keys.disabled, false) = false
    and (keys.expires_at is null or keys.expires_at > run.at)
order by keys.id
