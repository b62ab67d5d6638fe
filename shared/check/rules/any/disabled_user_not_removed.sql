--- title = "Disabled user who is still there"
--- severity = "info"
--- confidence = "high"
--- needs = ["attachments", "memberships", "users"]
--- subject = "address"
--- worse = ["direct", "in_groups"]
--- reason = "Whoever enables the user again gives back all that it holds: `direct` counts what is given to the user, `in_groups` its groups. An account is cleaned of people who left by removing them. Silent for the owner or root user, and for users who were only invited."
--- silence = "never"
--- remediation = "Remove the user from the account; where it is to come back, take its groups and policies away until then."
with given as (
    select holder_id, count(*) as direct
    from attachments
    where holder_type = 'principal'
    group by holder_id
),
joined as (
    select principal_id, count(*) as user_groups
    from memberships
    group by principal_id
)
select
    users.address,
    users.id,
    users.name,
    users.state,
    coalesce(given.direct, 0) as direct,
    coalesce(joined.user_groups, 0) as in_groups
from users
left join given on given.holder_id = users.id
left join joined on joined.principal_id = users.id
where users.is_disabled = true
    and users.is_owner = false
order by users.address
