--- title = "User of whom no second factor is asked at login"
--- severity = "medium"
--- confidence = "medium"
--- needs = ["huawei_login_profiles", "huawei_login_protections", "huawei_users"]
--- subject = "huawei_users.user_id"
--- reason = "Even a device that the user has helps only when it is asked for. Silent for users who are disabled or have no password, and for those of whom the cloud does not say whether they are asked."
--- remediation = "Switch login protection on for the user."
--- references = ["Huawei Cloud IAM Access Analyzer: iam_bp_login_protection_disabled"]
select users.user_id, users.name, protections.verification_method
from huawei_login_protections protections
join huawei_users users on users.user_id = protections.user_id
join huawei_login_profiles profiles on profiles.user_id = users.user_id
where protections.enabled = false
    and coalesce(users.enabled, true) = true
order by users.user_id
