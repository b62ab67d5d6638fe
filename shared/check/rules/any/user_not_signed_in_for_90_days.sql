--- title = "User who has not signed in for 90 days"
--- severity = "medium"
--- confidence = "medium"
--- needs = ["sign_ins", "users"]
--- subject = "address"
--- reason = "Nobody would notice who else signs in as this user. `last_at` is empty when no sign-in is on record. Keys have rules of their own. Silent for the owner, for users who cannot act or sign in, and where the cloud tells of sign-ins only in a report, when the newest is more than a week old."
--- remediation = "Ask the user's manager, then disable the user or take the password away."
--- references = ["CIS IBM Cloud Foundations 1.17"]
select users.address, users.id, users.name, users.state, sign_ins.last_at, sign_ins.possible_since
from users
join sign_ins on sign_ins.user_id = users.id
cross join run
where coalesce(sign_ins.last_at, sign_ins.possible_since) < run.days_90_ago
    and coalesce(sign_ins.possible_since, run.days_365_ago) < run.days_90_ago
    and sign_ins.known_at >= run.days_7_ago
    and users.is_active = true
    and users.is_owner = false
order by users.address
