--- title = "Groups with no read-only policy, and their policies"
--- severity = "info"
--- confidence = "medium"
--- kind = "report"
--- needs = ["huawei_groups", "huawei_mappings", "huawei_policies", "huawei_policy_attachments", "huawei_role_assignments", "huawei_roles"]
--- absence = ["huawei_policy_attachments", "huawei_role_assignments"]
--- reason = "By name: one row for each policy or role of a group of which none is called read-only or viewer. Whether the members can read all the same, `iamwatch who-can` tells."
--- silence = "never"
--- remediation = "Attach a read-only policy of the same services, if the members need to see them."
with given as (
    select
        attachments.holder_id as group_id,
        attachments.kind,
        attachments.policy_id,
        attachments.policy_name,
        case
            when lower(attachments.policy_name) like '%readonly%'
                or lower(attachments.policy_name) like '%read only%'
                or lower(attachments.policy_name) like '%viewer%'
                or lower(attachments.policy_name) like '%guest%' then 1
            else 0
        end as reads
    from attachments
    where attachments.holder_type = 'group'
),
readers as (
    select distinct group_id from given where reads = 1
)
select groups.id as group_id, groups.name as group_name, given.kind, given.policy_id, given.policy_name
from groups
join given on given.group_id = groups.id
left join readers on readers.group_id = groups.id
where readers.group_id is null
order by groups.id, given.kind, given.policy_id
