--- title = "Key unused for 45 days"
--- severity = "medium"
--- confidence = "medium"
--- needs = ["credential_uses", "credentials", "use_reports"]
--- subject = "address"
--- reason = "Nobody would miss it, and nobody would notice who else uses it. `last_used_at` is empty when no use is on record. Where the cloud tells of uses only in a report that somebody has made, `known_at` is the end of the newest, up to which the key was not used; what came later, only the next one tells."
--- silence = "On IBM Cloud only a report tells of uses, and it lists what was idle for as long as it looks back: a key that it does not list, made of more than 45 days or not made at all, is doubted, and an open finding becomes unknown."
--- remediation = "Ask its owner, then disable it, and delete it when nothing breaks."
--- references = ["CIS IBM Cloud Foundations 1.2"]
-- Days of a calendar whose months all have 31 are never fewer than there were, and at most four more in this time.
with idle as (
    select
        credentials.address,
        credentials.id,
        credentials.name,
        credentials.principal_id,
        credentials.created_at,
        uses.last_used_at,
        uses.known_at,
        coalesce(uses.last_used_at, credentials.created_at) as idle_since
    from credentials
    join credential_uses uses on uses.credential_id = credentials.id
    cross join run
    where credentials.is_active = true
        and (credentials.expires_at is null or credentials.expires_at > run.at)
)
select idle.address, idle.id, idle.name, idle.principal_id, idle.created_at, idle.last_used_at, idle.known_at, null as doubt
from idle
cross join run
where (idle.known_at is null and idle.idle_since < run.days_45_ago)
    or (
        cast(substr(idle.known_at, 1, 4) as integer) * 372 + cast(substr(idle.known_at, 6, 2) as integer) * 31 + cast(substr(idle.known_at, 9, 2) as integer)
        - (cast(substr(idle.idle_since, 1, 4) as integer) * 372 + cast(substr(idle.idle_since, 6, 2) as integer) * 31 + cast(substr(idle.idle_since, 9, 2) as integer)) > 49
    )
union all
select null, null, null, null, null, null, null, 'no report tells of keys that were idle for 45 days and no longer'
from use_reports
where use_reports.hours is null or use_reports.hours > 1080
order by address nulls first
