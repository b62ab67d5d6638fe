--- title = "Policies and roles by group and member"
--- severity = "info"
--- confidence = "high"
--- kind = "report"
--- needs = ["huawei_group_members", "huawei_groups", "huawei_policies", "huawei_policy_attachments", "huawei_role_assignments", "huawei_roles"]
--- reason = "Joins member, group and what is given to the group, each by its id: who holds what through which group. What is given to a user or an agency directly is not by group."
--- silence = "never"
--- remediation = "Filter by `principal_id`, `group_id` or `policy_id` to answer the question at hand."
select
    memberships.principal_id,
    memberships.group_id,
    memberships.group_name,
    attachments.kind,
    attachments.policy_id,
    attachments.policy_name,
    attachments.given_at
from memberships
join attachments on attachments.holder_id = memberships.group_id and attachments.holder_type = 'group'
order by memberships.principal_id, memberships.group_id, attachments.kind, attachments.policy_id, attachments.address
