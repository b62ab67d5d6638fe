--- title = "User in no group"
--- severity = "low"
--- confidence = "high"
--- needs = ["attachments", "memberships", "users"]
--- absence = ["memberships"]
--- subject = "address"
--- reason = "What such a user may do, if anything, is given one by one and lost sight of; `direct` says how much it is. Silent for the owner or root user, for users who cannot act, and for those whom a rule may make members at their next sign-in."
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
select users.address, users.id, users.name, users.state, coalesce(given.direct, 0) as direct
from users
left join members on members.principal_id = users.id
left join given on given.holder_id = users.id
where members.principal_id is null
    and users.is_owner = false
    and users.is_active = true
    and users.may_join_by_rule = false
order by users.address
