--- title = "Password user has no MFA device"
--- severity = "high"
--- confidence = "high"
--- needs = ["huawei_login_profiles", "huawei_mfa_devices", "huawei_users"]
--- absence = ["huawei_mfa_devices"]
--- subject = "huawei_users.user_id"
--- reason = "A password that leaks is enough to sign in to the console, unless a code by text message or mail is asked for. Silent for users who are disabled or have no password; the root user has a rule of its own (`root_user_without_mfa`)."
--- silence = "never"
--- remediation = "Have the user bind an MFA device, or take the password away when only keys are used."
--- references = ["Huawei Cloud Config: mfa-enabled-for-iam-console-access"]
with devices as (
    select distinct user_id from huawei_mfa_devices where coalesce(enabled, true) = true
)
select users.user_id, users.name, profiles.created_at as password_since
from huawei_users users
join huawei_login_profiles profiles on profiles.user_id = users.user_id
left join devices on devices.user_id = users.user_id
where devices.user_id is null
    and coalesce(users.enabled, true) = true
    and coalesce(users.is_root_user, false) = false
order by users.user_id
