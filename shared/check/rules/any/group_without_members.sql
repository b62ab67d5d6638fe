--- title = "Group has no members"
--- severity = "info"
--- confidence = "high"
--- needs = ["groups", "memberships"]
--- absence = ["memberships"]
--- subject = "address"
--- reason = "Nobody needs what it may do, and nobody notices when somebody is put into it. Silent for groups that the cloud made, and that are less than a week old. The auditor is a member like others: what only it is in is in use."
--- silence = "A rule or mapping that fills the group may make somebody a member at sign-in, which no list shows: that is doubted, and an open finding becomes unknown."
--- remediation = "Delete the group, or put the people of the job into it."
with filled as (
    select distinct group_id from memberships
)
select
    user_groups.address,
    user_groups.id,
    user_groups.name,
    case when user_groups.is_filled_by_rule = true then 'a rule may fill it at sign-in' end as doubt
from groups user_groups
cross join run
left join filled on filled.group_id = user_groups.id
where filled.group_id is null
    and user_groups.is_built_in = false
    and coalesce(user_groups.created_at, run.days_30_ago) < run.days_7_ago
order by user_groups.address
