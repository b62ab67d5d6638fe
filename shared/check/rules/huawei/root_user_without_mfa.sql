--- title = "Root user MFA disabled"
--- severity = "critical"
--- confidence = "high"
--- needs = ["huawei_account_settings"]
--- subject = "huawei_account_settings.name"
--- reason = "The root user may do everything, and a password that leaks is enough to be it."
--- silence = "Where the cloud does not say how many devices the root user has, that is doubted, and an open finding becomes unknown."
--- remediation = "Sign in as the root user and bind an MFA device."
--- references = ["Huawei Cloud Config: root-account-mfa-enabled"]
select name, value as devices, null as doubt
from huawei_account_settings
where name = 'root_user_mfa_enabled'
    and value in ('0', 'false')
union all
select null, null, 'the cloud does not say how many devices the root user has'
from run
where not exists (
    select settings.name from huawei_account_settings settings where settings.name = 'root_user_mfa_enabled' and settings.value is not null
)
order by name nulls first
