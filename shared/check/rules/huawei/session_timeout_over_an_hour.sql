--- title = "Console sessions outlast an hour of doing nothing"
--- severity = "low"
--- confidence = "high"
--- needs = ["huawei_login_policy"]
--- subject = "huawei_login_policy.name"
--- reason = "A screen that somebody left is a session for whoever comes by."
--- remediation = "Set the session timeout to 15 minutes, or to an hour at most."
select name, value as minutes
from huawei_login_policy
where name = 'session_timeout'
    and (length(value) > 2 or (length(value) = 2 and value > '60'))
order by name
