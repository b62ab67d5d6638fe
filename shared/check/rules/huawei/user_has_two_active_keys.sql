--- title = "User with two active keys"
--- severity = "low"
--- confidence = "high"
--- needs = ["huawei_access_keys", "huawei_users"]
--- absence = ["huawei_users"]
--- subject = "huawei_users.user_id"
--- worse = ["active_keys"]
--- reason = "A second key is for changing the first, and is forgotten afterwards. Silent for disabled users, and of keys for a week after they were made: that is time to change one."
--- silence = "never"
--- remediation = "Find out which key is in use, and delete the other."
--- references = ["Huawei Cloud Config: iam-user-single-access-key"]
select keys.user_id, users.name, count(*) as active_keys, min(keys.created_at) as oldest, max(keys.created_at) as newest
from huawei_access_keys keys
cross join run
left join huawei_users users on users.user_id = keys.user_id
where keys.status = 'active'
    and coalesce(users.enabled, true) = true
group by keys.user_id, users.name, run.days_7_ago
having sum(case when coalesce(keys.created_at, '') < run.days_7_ago then 1 else 0 end) > 1
order by keys.user_id nulls first
