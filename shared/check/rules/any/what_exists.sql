--- title = "What exists"
--- severity = "info"
--- confidence = "high"
--- kind = "report"
--- needs = ["attachments", "credentials", "groups", "memberships", "principals"]
--- reason = "How much there is of what the other questions are about. `active` counts those that can act, where that is known of their kind."
--- silence = "never"
--- remediation = "Compare it with what you expect to have."
select things.kind, count(*) as number, sum(things.active) as active
from (
    select principals.kind, case when principals.is_active = true then 1 else 0 end as active
    from principals
    union all
    select 'group', null
    from groups
    union all
    select 'membership', null
    from memberships
    union all
    select credentials.kind, case when credentials.is_active = true then 1 else 0 end
    from credentials
    union all
    select attachments.kind || ' of a ' || attachments.holder_type, null
    from attachments
) things
group by things.kind
order by things.kind
