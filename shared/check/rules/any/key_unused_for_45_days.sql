--- title = "Key not used for 45 days"
--- severity = "medium"
--- confidence = "medium"
--- needs = ["credential_uses", "credentials"]
--- subject = "address"
--- reason = "Nobody would miss it, and nobody would notice who else uses it. `last_used_at` is empty when no use is on record. Where the cloud tells of uses only in a report that somebody has made, silent when the newest is more than a week old."
--- remediation = "Ask its owner, then disable it, and delete it when nothing breaks."
--- references = ["CIS IBM Cloud Foundations 1.2"]
select credentials.address, credentials.id, credentials.name, credentials.principal_id, credentials.created_at, uses.last_used_at
from credentials
join credential_uses uses on uses.credential_id = credentials.id
cross join run
where coalesce(uses.last_used_at, credentials.created_at) < run.days_45_ago
    and uses.known_at >= run.days_7_ago
    and credentials.is_active = true
    and (credentials.expires_at is null or credentials.expires_at > run.at)
order by credentials.address
