--- title = "Root user without a second factor"
--- severity = "critical"
--- confidence = "high"
--- needs = ["huawei_account_settings"]
--- subject = "huawei_account_settings.name"
--- reason = "The root user may do everything, and a password that leaks is enough to be it. Silent as long as nobody says how many devices it has."
--- remediation = "Sign in as the root user and bind an MFA device."
--- references = ["Huawei Cloud Config: root-account-mfa-enabled"]
select name, value as devices
from huawei_account_settings
where name = 'root_user_mfa_enabled'
    and value in ('0', 'false')
order by name
