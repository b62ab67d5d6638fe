--- title = "Access key created together with console user"
--- severity = "low"
--- confidence = "medium"
--- needs = ["huawei_access_keys", "huawei_login_profiles", "huawei_users"]
--- subject = "huawei_access_keys.access_key_id"
--- reason = "Made in the same minute as the user, it was ticked rather than needed, and it went over the same way as the password. Silent for keys that do not work, and for users without a password."
--- silence = "never"
--- remediation = "Delete the key; whoever needs one makes it, and a program gets an identity of its own."
--- references = ["Huawei Cloud Config: iam-user-console-and-api-access-at-creation"]
select keys.access_key_id, users.user_id, users.name, keys.created_at
from huawei_access_keys keys
join huawei_users users on users.user_id = keys.user_id
join huawei_login_profiles profiles on profiles.user_id = users.user_id
where keys.status = 'active'
    and coalesce(users.enabled, true) = true
    and substr(keys.created_at, 1, 16) = substr(users.created_at, 1, 16)
    and substr(profiles.created_at, 1, 16) = substr(users.created_at, 1, 16)
order by keys.access_key_id
