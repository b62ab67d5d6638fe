--- title = "Custom policy allows everything"
--- severity = "critical"
--- confidence = "high"
--- needs = ["huawei_policies", "huawei_policy_actions", "huawei_policy_attachments", "huawei_policy_conditions", "huawei_policy_resources", "huawei_policy_statements", "huawei_policy_versions"]
--- subject = "huawei_policies.policy_id"
--- worse = ["attachments", "scope"]
--- reason = "A statement of the version in force allows every action on every resource, without a condition, and somebody has it. Silent for policies of the cloud, whose names say what they are; for those that nobody has (`unattached_policy_allows_everything`); and for those that deny everything as well."
--- silence = "A policy that also denies every action under a condition or on some resources may open nothing: that is doubted, and an open finding becomes unknown."
--- remediation = "Write down what the job needs, and make a version that allows that the default."
--- references = ["Huawei Cloud Config: iam-policy-no-statements-with-admin-access"]
with used as (
    select policy_id, count(*) as attachments
    from huawei_policy_attachments
    group by policy_id
)
select wide.policy_id, wide.policy_name, wide.scope, policies.default_version_id, used.attachments, wide.doubt
from huawei_wide_policies wide
join used on used.policy_id = wide.policy_id
join huawei_policies policies on policies.policy_id = wide.policy_id
where wide.is_custom = true
    and wide.scope = 'every service'
order by wide.policy_id
