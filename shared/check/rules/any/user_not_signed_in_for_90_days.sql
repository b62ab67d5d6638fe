--- title = "No sign-in for 90 days"
--- severity = "medium"
--- confidence = "medium"
--- needs = ["sign_ins", "use_reports", "users"]
--- subject = "address"
--- reason = "Nobody would notice who else signs in as this user. `last_at` is empty when no sign-in is on record. Keys have rules of their own. Where the cloud tells of sign-ins only in a report that somebody has made, `known_at` is the end of the newest; what came later, only the next one tells. Silent for the owner, and for users who cannot act or sign in."
--- silence = "On IBM Cloud only a report tells of sign-ins, and it lists who was idle for as long as it looks back: a user whom it does not list, made of more than 90 days or not made at all, is doubted, and an open finding becomes unknown."
--- remediation = "Ask the user's manager, then disable the user or take the password away."
--- references = ["CIS IBM Cloud Foundations 1.17"]
-- Days of a calendar whose months all have 31 are never fewer than there were, and at most six more in this time.
with idle as (
    select
        users.address,
        users.id,
        users.name,
        users.state,
        sign_ins.last_at,
        sign_ins.possible_since,
        sign_ins.known_at,
        case when sign_ins.last_at > sign_ins.possible_since then sign_ins.last_at else sign_ins.possible_since end as idle_since
    from users
    join sign_ins on sign_ins.user_id = users.id
    where users.is_active = true
        and users.is_owner = false
)
select idle.address, idle.id, idle.name, idle.state, idle.last_at, idle.possible_since, idle.known_at, null as doubt
from idle
cross join run
where (idle.known_at is null and idle.idle_since < run.days_90_ago)
    or (
        cast(substr(idle.known_at, 1, 4) as integer) * 372 + cast(substr(idle.known_at, 6, 2) as integer) * 31 + cast(substr(idle.known_at, 9, 2) as integer)
        - (cast(substr(idle.idle_since, 1, 4) as integer) * 372 + cast(substr(idle.idle_since, 6, 2) as integer) * 31 + cast(substr(idle.idle_since, 9, 2) as integer)) > 96
    )
union all
select null, null, null, null, null, null, null, 'no report tells of users who were idle for 90 days and no longer'
from use_reports
where use_reports.hours is null or use_reports.hours > 2160
order by address nulls first
