--- title = "Permissions in both versions of IAM"
--- severity = "info"
--- confidence = "high"
--- needs = ["huawei_policy_attachments", "huawei_role_assignments"]
--- subject = "address"
--- worse = ["identity_policies", "classic_roles"]
--- reason = "Identity policies and classic roles are granted, shown and taken away in different places, and each is blind to the other: who takes one away may believe that nothing is left. Groups, users and agencies are told that have both of their own."
--- silence = "never"
--- remediation = "Give what the job needs in one model, and take the grants of the other away."
with attached as (
    select entity_type, entity_id, count(*) as identity_policies
    from huawei_policy_attachments
    group by entity_type, entity_id
),
assigned as (
    select subject_type, subject_id, count(*) as classic_roles
    from huawei_role_assignments
    group by subject_type, subject_id
)
select
    case attached.entity_type
        when 'user' then 'huawei_users/'
        when 'group' then 'huawei_groups/'
        else 'huawei_agencies/'
    end || attached.entity_id as address,
    attached.entity_type as kind,
    attached.identity_policies,
    assigned.classic_roles
from attached
join assigned on assigned.subject_type = attached.entity_type and assigned.subject_id = attached.entity_id
order by address
