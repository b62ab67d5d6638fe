--- title = "Login MFA disabled"
--- severity = "medium"
--- confidence = "medium"
--- needs = ["huawei_login_profiles", "huawei_login_protections", "huawei_users"]
--- subject = "huawei_users.user_id"
--- reason = "Even a device that the user has helps only when it is asked for. Silent for users who are disabled or have no password."
--- silence = "A user of whom the cloud does not say whether a second factor is asked is doubted, and an open finding becomes unknown."
--- remediation = "Switch login protection on for the user."
--- references = ["Huawei Cloud IAM Access Analyzer: iam_bp_login_protection_disabled"]
select
    users.user_id,
    users.name,
    protections.verification_method,
    case when protections.enabled is null then 'the cloud does not say whether a second factor is asked' end as doubt
from huawei_users users
join huawei_login_profiles profiles on profiles.user_id = users.user_id
left join huawei_login_protections protections on protections.user_id = users.user_id
where (protections.enabled = false or protections.enabled is null)
    and coalesce(users.enabled, true) = true
order by users.user_id
