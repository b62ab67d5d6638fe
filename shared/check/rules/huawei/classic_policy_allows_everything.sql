--- title = "Custom policy (version 3) allows everything"
--- severity = "critical"
--- confidence = "high"
--- needs = ["huawei_role_actions", "huawei_role_assignments", "huawei_role_conditions", "huawei_role_resources", "huawei_role_statements", "huawei_roles"]
--- absence = ["huawei_role_actions", "huawei_role_conditions", "huawei_role_resources", "huawei_role_statements"]
--- subject = "huawei_roles.id"
--- worse = ["assignments", "scope"]
--- reason = "A statement allows every action on every resource, without a condition, and somebody is granted it; `assignments` counts to whom and where. Silent for roles of the cloud, and for policies that deny everything as well."
--- silence = "A policy that also denies every action under a condition or on some resources may open nothing: that is doubted, and an open finding becomes unknown."
--- remediation = "Write down what the job needs, and grant that instead."
--- references = ["Huawei Cloud Config: iam-role-has-all-permissions"]
with used as (
    select role_id, count(*) as assignments
    from huawei_role_assignments
    group by role_id
)
select wide.role_id as id, wide.role_name as name, wide.scope, used.assignments, wide.doubt
from huawei_wide_roles wide
join used on used.role_id = wide.role_id
where wide.is_custom = true
    and wide.scope = 'every service'
order by wide.role_id
