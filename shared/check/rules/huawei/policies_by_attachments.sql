--- title = "Policies by their attachments"
--- severity = "info"
--- confidence = "high"
--- kind = "report"
--- needs = ["huawei_policies", "huawei_policy_attachments"]
--- absence = ["huawei_policy_attachments"]
--- reason = "The least attached first, then the oldest: the cloud keeps no record of when a policy last let something through, so that what hangs nowhere is the nearest sign of one that nobody needs."
--- silence = "never"
--- remediation = "Delete what is attached nowhere and nobody claims."
select
    policies.policy_id,
    policies.name,
    policies.type,
    policies.created_at,
    policies.updated_at,
    count(attachments.entity_id) as attached
from huawei_policies policies
left join huawei_policy_attachments attachments on attachments.policy_id = policies.policy_id
group by policies.policy_id, policies.name, policies.type, policies.created_at, policies.updated_at
order by count(attachments.entity_id), coalesce(policies.updated_at, policies.created_at, ''), policies.policy_id
