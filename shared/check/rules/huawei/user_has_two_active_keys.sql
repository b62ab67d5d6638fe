--- title = "User with two active keys"
--- severity = "low"
--- confidence = "high"
--- needs = ["huawei_access_keys", "huawei_users"]
--- absence = ["huawei_users"]
--- subject = "huawei_users.user_id"
--- reason = "A second key is for changing the first, and is forgotten afterwards. Silent for disabled users, and for a week after a key was made: that is time to change one."
--- remediation = "Find out which key is in use, and delete the other."
--- references = ["Huawei Cloud Config: iam-user-single-access-key"]
select keys.user_id, users.name, count(*) as active_keys, min(keys.created_at) as oldest, max(keys.created_at) as newest
from huawei_access_keys keys
cross join run
left join huawei_users users on users.user_id = keys.user_id
where keys.status = 'active'
    and coalesce(users.enabled, true) = true
group by keys.user_id, users.name, run.days_7_ago
having count(*) > 1
    and coalesce(max(keys.created_at), '') < run.days_7_ago
order by keys.user_id
