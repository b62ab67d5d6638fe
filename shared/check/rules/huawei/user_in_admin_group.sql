--- title = "Member of the administrators group"
--- severity = "high"
--- confidence = "high"
--- needs = ["huawei_group_members", "huawei_groups", "huawei_users"]
--- absence = ["huawei_users"]
--- subject = "huawei_group_members.group_id,user_id"
--- implied_by = ["permission_to_do_everything"]
--- reason = "The group `admin`, which every account is made with, has every permission. Silent for the root user, who has them anyway, and for disabled users."
--- silence = "never"
--- remediation = "Put the user into a group of the job; keep the group for an identity that is used in an emergency."
--- references = ["Huawei Cloud Config: iam-group-has-users-check"]
select members.group_id, members.user_id, users.name as user_name, user_groups.name as group_name, 'principal/' || members.user_id as about
from huawei_group_members members
join huawei_groups user_groups on user_groups.group_id = members.group_id
left join huawei_users users on users.user_id = members.user_id
where user_groups.name = 'admin'
    and coalesce(users.enabled, true) = true
    and coalesce(users.is_root_user, false) = false
order by members.group_id, members.user_id
