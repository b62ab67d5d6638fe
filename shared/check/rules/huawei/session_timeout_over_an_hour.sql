--- title = "Console session timeout over one hour"
--- severity = "low"
--- confidence = "high"
--- needs = ["huawei_login_policy"]
--- subject = "huawei_login_policy.name"
--- reason = "A screen that somebody left is a session for whoever comes by."
--- silence = "Where the cloud does not say how long a session lasts, that is doubted, and an open finding becomes unknown."
--- remediation = "Set the session timeout to 15 minutes, or to an hour at most."
select name, value as minutes, null as doubt
from huawei_login_policy
where name = 'session_timeout'
    and (length(value) > 2 or (length(value) = 2 and value > '60'))
union all
select null, null, 'the cloud does not say how long a session lasts'
from run
where not exists (
    select settings.name from huawei_login_policy settings where settings.name = 'session_timeout' and settings.value is not null
)
order by name nulls first
