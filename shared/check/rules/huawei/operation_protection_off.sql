--- title = "Critical operations are not confirmed"
--- severity = "high"
--- confidence = "high"
--- needs = ["huawei_account_settings"]
--- subject = "huawei_account_settings.name"
--- reason = "Whoever comes by an open session can delete what the account lives from, without being asked who it is. Silent as long as nobody says whether it is on."
--- remediation = "Switch operation protection on in the security settings."
select name, value
from huawei_account_settings
where name = 'operation_protection'
    and lower(value) in ('false', 'off')
order by name
