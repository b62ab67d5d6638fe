--- title = "Critical operation protection disabled"
--- severity = "high"
--- confidence = "high"
--- needs = ["huawei_account_settings"]
--- subject = "huawei_account_settings.name"
--- reason = "Whoever comes by an open session can delete what the account lives from, without being asked who it is."
--- silence = "Where the cloud does not say whether it is on, that is doubted, and an open finding becomes unknown."
--- remediation = "Switch operation protection on in the security settings."
select name, value, null as doubt
from huawei_account_settings
where name = 'operation_protection'
    and lower(value) in ('false', 'off')
union all
select null, null, 'the cloud does not say whether it is on'
from run
where not exists (
    select settings.name from huawei_account_settings settings where settings.name = 'operation_protection' and settings.value is not null
)
order by name nulls first
