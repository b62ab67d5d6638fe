--- title = "User in no group"
--- severity = "low"
--- confidence = "high"
--- needs = ["attachments", "memberships", "users"]
--- absence = ["memberships"]
--- subject = "address"
--- worse = ["direct"]
--- reason = "What such a user may do, if anything, is given one by one and lost sight of; `direct` says how much it is. Silent for the owner or root user, and for users who cannot act."
--- silence = "A dynamic rule of the user's own identity provider may make the user a member at the next sign-in, which no list shows: that is doubted, and an open finding becomes unknown. Every rule may be one of a user of realm `IBMid`, who may sign in by any provider that IBMid knows; users of other realms are not touched by rules of other providers."
--- remediation = "Put the user into the groups of the job, or remove the user from the account."
--- references = ["CIS IBM Cloud Foundations 1.12", "https://cloud.ibm.com/docs/account?topic=account-groups"]
with members as (
    select distinct principal_id from memberships
),
given as (
    select holder_id, count(*) as direct
    from attachments
    where holder_type = 'principal'
    group by holder_id
)
select users.address, users.id, users.name, users.state, coalesce(given.direct, 0) as direct,
    case when users.may_join_by_rule = true then 'a dynamic rule may make the user a member at the next sign-in' end as doubt
from users
left join members on members.principal_id = users.id
left join given on given.holder_id = users.id
where members.principal_id is null
    and users.is_owner = false
    and users.is_active = true
order by users.address
