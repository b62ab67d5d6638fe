--- title = "Unattached policy allows everything"
--- severity = "low"
--- confidence = "high"
--- needs = ["huawei_policies", "huawei_policy_actions", "huawei_policy_attachments", "huawei_policy_conditions", "huawei_policy_resources", "huawei_policy_statements", "huawei_policy_versions"]
--- absence = ["huawei_policy_attachments"]
--- subject = "huawei_policies.policy_id"
--- reason = "It takes one call to give it to somebody, and its name may say nothing. Silent for policies of the cloud, and for those that deny everything as well. One that the auditor alone has is had: what may do everything is told of its holder, whoever that is."
--- silence = "A policy that also denies every action under a condition or on some resources may open nothing: that is doubted, and an open finding becomes unknown."
--- remediation = "Delete the policy."
--- references = ["Huawei Cloud Config: iam-policy-no-statements-with-admin-access"]
select wide.policy_id, wide.policy_name, wide.scope, wide.doubt
from huawei_wide_policies wide
left join huawei_policy_attachments attachments on attachments.policy_id = wide.policy_id
where wide.is_custom = true
    and wide.scope = 'every service'
    and attachments.policy_id is null
order by wide.policy_id
