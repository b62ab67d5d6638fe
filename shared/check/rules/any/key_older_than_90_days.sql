--- title = "Key older than 90 days"
--- severity = "medium"
--- confidence = "high"
--- needs = ["credentials"]
--- subject = "address"
--- reason = "The longer a key lives, the more places know it. Keys that do not work are not reported: those that are disabled, expired, or of a disabled user."
--- silence = "A key of which the cloud does not tell the age is doubted."
--- remediation = "Create a second key, move its callers, then delete this one."
--- references = ["CIS IBM Cloud Foundations 1.3", "https://cloud.ibm.com/docs/account?topic=account-manapikey"]
select credentials.address, credentials.id, credentials.name, credentials.principal_id, credentials.created_at,
    case when credentials.created_at is null then 'the cloud does not tell how old it is' end as doubt
from credentials
cross join run
where (credentials.created_at < run.days_90_ago or credentials.created_at is null)
    and credentials.is_active = true
    and (credentials.expires_at is null or credentials.expires_at > run.at)
order by credentials.address
