--- title = "Users in no group"
--- severity = "info"
--- confidence = "high"
--- kind = "report"
--- needs = ["attachments", "memberships", "users"]
--- absence = ["memberships"]
--- reason = "All of them, with what tells whether that is a fault: who owns the account, who can act, who may join by a rule at the next sign-in, and how many policies or roles are given directly. The rule `user_without_group` reports those that should be in one."
--- silence = "never"
--- remediation = "Put those who work here into the groups of their job."
with members as (
    select distinct principal_id from memberships
),
given as (
    select holder_id, count(*) as direct
    from attachments
    where holder_type = 'principal'
    group by holder_id
)
select
    users.id,
    users.name,
    users.state,
    users.is_owner,
    users.is_active,
    users.may_join_by_rule,
    coalesce(given.direct, 0) as direct
from users
left join members on members.principal_id = users.id
left join given on given.holder_id = users.id
where members.principal_id is null
order by users.id
